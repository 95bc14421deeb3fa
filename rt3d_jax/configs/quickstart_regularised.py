"""The quickstart in KGS blocks under group lasso.

Command: rt3d train quickstart_regularised --out OUT. Minutes on two cores. Compare with quickstart_kgs, which is
reweighted.
"""

import dataclasses

from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.prune import algorithms
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """Norms in units of their layer, so that the strengths of all schemes are of one order."""
    algorithm = algorithms.Regularised(strength=6.0, relative=True)
    return dataclasses.replace(quickstart_kgs.experiment(), name="quickstart_regularised", algorithm=algorithm)
