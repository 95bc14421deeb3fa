"""The goal of 4x: how much reweighted KGS loses there when pruning takes longer than the dense phase, on the videos of paper_table1.

Command: rt3d sweep goal_4x --out OUT. Goal: at most 1.0 point below the dense network that trained as long; docs/results.md says what came out.
"""

import dataclasses

from rt3d_jax import patterns, plans, sweep
from rt3d_jax.configs import paper_table1
from rt3d_jax.prune import algorithms

RETRAIN = 9.0
RULES = {
    "KGS 8x1": plans.Prune(patterns.kgs(8, 1)),
    "KGS": plans.Prune(patterns.kgs(8, 4)),
    "filter": plans.Prune(patterns.FILTER),
}


def cell(name: str, scheme: str, rule: plans.Prune, rate: float) -> sweep.Cell:
    """One epoch under the penalty and nine of retraining, or ten of retraining without a penalty."""
    algorithm = paper_table1.ALGORITHMS.get(name, algorithms.Heuristic())
    alone = isinstance(algorithm, algorithms.Heuristic)
    epochs = RETRAIN + (paper_table1.PENALISE if alone else 0)
    retrain = dataclasses.replace(paper_table1.base().retrain, epochs=epochs)
    return paper_table1.cell(name, scheme, rule, (rate,), algorithm, retrain=retrain)


def grid() -> sweep.Sweep:
    """The dense network trained on as long first: what the others are measured by."""
    cells = (
        cell("dense", "longer", RULES["KGS"], 1.0),
        cell("reweighted", "KGS 8x1", RULES["KGS 8x1"], 4.0),
        cell("reweighted", "KGS", RULES["KGS"], 4.0),
        cell("heuristic", "filter", RULES["filter"], 4.0),
    )
    return sweep.Sweep("goal_4x", cells, seeds=(0, 1, 2))
