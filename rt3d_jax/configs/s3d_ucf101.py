"""S3D on UCF101 split 1 with the hyper-parameters of (RT3D, AAAI-21) and, where it is silent, of its authors' code.

Commands: rt3d import s3d-d76dad2f.pth --model s3d --out weights/s3d
          rt3d train s3d_ucf101 --out OUT, with UCF101 in ./data/ucf101
The first takes torchvision's Kinetics-400 weights (--pretrained None trains from fresh ones); clips are normalised as
they want it, where the authors' code takes ImageNet's mean and std. The paper's own S3D is another variant, s3d_rt3d,
with 24.5 instead of 18.0 GMACs and no public weights. Expected, for that one: dense 90.6, KGS 90.2 at 2.1x (paper,
table 1). Not run to its end by us. Time: days on one GPU.
"""

import dataclasses

from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.data import clips
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """Dense: the first convolution and the head; the paper's authors published no choice of layers for S3D.

    All else is as for C3D.
    """
    return dataclasses.replace(
        c3d_ucf101.experiment(),
        name="s3d_ucf101",
        task=c3d_ucf101.task(short_side=256, size=224, mean=clips.KINETICS_MEAN, std=clips.KINETICS_STD),
        model=catalog.Model("s3d", size=224, dropout=0.2),
        pretrained="weights/s3d",
        plan=((r"conv1/space|head", None), (".*", plans.Prune(patterns.kgs(8, 4)))),
        rates=(2.1,),
    )
