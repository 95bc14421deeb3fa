"""The quickstart in KGS blocks by ADMM.

Command: rt3d train quickstart_admm --out OUT. Minutes on two cores. Compare with quickstart_kgs, which is reweighted.
"""

import dataclasses

from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.prune import algorithms
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """A stronger pull than with SGD: Adam divides it by the size of the gradient that it joins."""
    algorithm = algorithms.ADMM(rho=1e-2, growth=1.6, most=1.0, rounds=10)
    return dataclasses.replace(quickstart_kgs.experiment(), name="quickstart_admm", algorithm=algorithm)
