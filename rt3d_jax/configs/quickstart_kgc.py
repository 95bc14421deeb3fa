"""The quickstart with balanced groups (KGC): every group of a layer keeps the same number of locations.

Command: rt3d train quickstart_kgc --out OUT. Minutes on two cores. Compare with quickstart_kgs, which is reweighted.
"""

import dataclasses

from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments


def experiment() -> experiments.Experiment:
    """As the quickstart but for the balance, which gives the kernels rows of equal length."""
    plan = ((r"conv\d[ab]?", plans.Prune(patterns.kgs(8, 4), balance="group")), (r"fc\d", None))
    return dataclasses.replace(quickstart_kgs.experiment(), name="quickstart_kgc", plan=plan)
