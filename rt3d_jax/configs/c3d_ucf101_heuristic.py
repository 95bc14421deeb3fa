"""C3D on UCF101, cut by the heuristic (what later layers lose), after (RT3D, AAAI-21).

Command: rt3d train c3d_ucf101_heuristic --out OUT, with UCF101 in ./data/ucf101.
Expected, from Kinetics weights: KGS 79.0 at 2.6x, 78.5 at 3.6x (paper, table 1). Time: days on one GPU.
"""

import dataclasses

from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.prune import algorithms
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """The cut comes right after the dense phase, and all 240 epochs of pruning are retraining."""
    base = c3d_ucf101.experiment()
    return dataclasses.replace(
        base,
        name="c3d_ucf101_heuristic",
        algorithm=algorithms.Heuristic(clips=256),
        penalise=None,
        retrain=dataclasses.replace(base.retrain, epochs=240),
        rates=(2.6, 3.6),
    )
