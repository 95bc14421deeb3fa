"""C3D on UCF101 by gradual magnitude pruning (Zhu and Gupta, 2017).

Command: rt3d train c3d_ucf101_gradual --out OUT, with UCF101 in ./data/ucf101.
Expected: no published number. Time: days on one GPU.
"""

import dataclasses

from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.prune import algorithms
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """A cut about every other epoch in the first three quarters of the penalise phase."""
    base = c3d_ucf101.experiment()
    algorithm = algorithms.Gradual(rounds=45, until=0.75)
    return dataclasses.replace(base, name="c3d_ucf101_gradual", algorithm=algorithm, rates=(2.6, 3.6))
