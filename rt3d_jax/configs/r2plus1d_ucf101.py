"""R(2+1)D-18 on UCF101 split 1 with the hyper-parameters of (RT3D, AAAI-21) and, where it is silent, of its authors'
code.

Commands: rt3d import r2plus1d_18-91a641e6.pth --model r2plus1d --out weights/r2plus1d
          rt3d train r2plus1d_ucf101 --out OUT, with UCF101 in ./data/ucf101
The first takes torchvision's Kinetics-400 weights (--pretrained None trains from fresh ones); clips are normalised as
they want it, where the authors' code takes ImageNet's mean and std. Expected: dense 94.0, KGS 92.5 at 2.6x, 92.0 at
3.2x, 91.8 at 4.0x (paper, table 1). Not run to its end by us. Time: days on one GPU.
"""

import dataclasses

from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.data import clips
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """Dense, as in the authors' profiles: the stem, the 1x1x1 convolutions of shortcuts, and fc.

    All else is as for C3D.
    """
    return dataclasses.replace(
        c3d_ucf101.experiment(),
        name="r2plus1d_ucf101",
        task=c3d_ucf101.task(mean=clips.KINETICS_MEAN, std=clips.KINETICS_STD),
        model=catalog.Model("r2plus1d", dropout=0.0),
        pretrained="weights/r2plus1d",
        plan=(
            (r"stem/.*|layer\d/0/downsample|fc", None),
            (r"layer\d/\d/conv\d/(space|time)", plans.Prune(patterns.kgs(8, 4))),
        ),
        rates=(2.6, 3.2, 4.0),
    )
