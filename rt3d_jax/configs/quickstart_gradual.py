"""The quickstart in KGS blocks by gradual magnitude pruning.

Command: rt3d train quickstart_gradual --out OUT. Minutes on two cores. Compare with quickstart_kgs.
"""

import dataclasses

from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.prune import algorithms
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """Twenty cuts in the first three quarters of the phase."""
    algorithm = algorithms.Gradual(rounds=20, until=0.75)
    return dataclasses.replace(quickstart_kgs.experiment(), name="quickstart_gradual", algorithm=algorithm)
