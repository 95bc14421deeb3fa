"""C3D on UCF101 by ADMM, with the schedule of rho of the training code that (RT3D, AAAI-21) released.

Command: rt3d train c3d_ucf101_admm --out OUT, with UCF101 in ./data/ucf101.
Expected: no published number; the paper's table has none for ADMM. Time: days on one GPU.
"""

import dataclasses

from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.prune import algorithms
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """rho grows from 1e-3 to 1 in 16 projections. One penalise phase for each rate, since ADMM aims at it."""
    base = c3d_ucf101.experiment()
    algorithm = algorithms.ADMM(rho=1e-3, growth=1.6, most=1.0, rounds=16)
    return dataclasses.replace(base, name="c3d_ucf101_admm", algorithm=algorithm, rates=(2.6, 3.6))
