"""C3D on UCF101 under group lasso, with the hyper-parameters of (RT3D, AAAI-21).

Command: rt3d train c3d_ucf101_regularised --out OUT, with UCF101 in ./data/ucf101.
Expected, from Kinetics weights: KGS 79.6 at 2.6x, 79.3 at 3.6x (paper, table 1). Time: days on one GPU.
"""

import dataclasses

from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.prune import algorithms
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """The paper's lambda and epochs; its mix of l1 and l2 is not printed: l2 here."""
    base = c3d_ucf101.experiment()
    algorithm = algorithms.Regularised(strength=5e-4)
    return dataclasses.replace(base, name="c3d_ucf101_regularised", algorithm=algorithm, rates=(2.6, 3.6))
