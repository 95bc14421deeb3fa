"""The quickstart in KGS blocks by the heuristic: what later layers lose, and all epochs of pruning for retraining.

Command: rt3d train quickstart_heuristic --out OUT. Minutes on two cores. Compare with quickstart_kgs.
"""

import dataclasses

from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.prune import algorithms
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """One cut right after the dense phase."""
    base = quickstart_kgs.experiment()
    epochs = base.retrain.epochs + (base.penalise.epochs if base.penalise else 0)
    return dataclasses.replace(
        base,
        name="quickstart_heuristic",
        algorithm=algorithms.Heuristic(clips=128),
        penalise=None,
        retrain=dataclasses.replace(base.retrain, epochs=epochs),
    )
