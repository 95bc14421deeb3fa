"""The quickstart in KGS 8x4 blocks by the reweighted penalty, the paper's best scheme (RT3D, AAAI-21).

Command: rt3d train quickstart_kgs --out OUT. Minutes on two cores. Compare with quickstart, which is in vanilla blocks.
"""

import dataclasses

from rt3d_jax.configs import quickstart
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments, recipes


def experiment() -> experiments.Experiment:
    """The paper's phases, with rates of learning for training from scratch."""
    base = quickstart.experiment()
    adam = base.dense.optimizer
    return dataclasses.replace(
        base,
        name="quickstart_kgs",
        plan=((r"conv\d[ab]?", plans.Prune(patterns.kgs(8, 4))), (r"fc\d", None)),
        penalise=recipes.Recipe(epochs=3, learning_rate=4e-4, schedule="constant", optimizer=adam),
        algorithm=algorithms.Reweighted(strength=12.0, rounds=4, eps=1e-3, relative=True),
        retrain=recipes.Recipe(epochs=2.75, learning_rate=6e-4, optimizer=adam),
    )
