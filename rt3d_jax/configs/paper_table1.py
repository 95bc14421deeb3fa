"""The paper's table 1 (RT3D, AAAI-21) on made-up videos: algorithms x schemes x rates, three seeds.

Command: rt3d sweep paper_table1 --out OUT --jobs 2. What the paper found on UCF101 is that KGS loses less than vanilla and
filter pruning, and reweighting less than group lasso and the heuristic; whether that holds here is what the table says.
"""

import dataclasses

from rt3d_jax import config, patterns, plans, sweep
from rt3d_jax.configs import quickstart
from rt3d_jax.prune import algorithms

SCHEMES = {
    "filter": (plans.Prune(patterns.FILTER), (2.6,)),
    "vanilla": (plans.Prune(patterns.vanilla(8, 4)), (2.6,)),
    "KGS": (plans.Prune(patterns.kgs(8, 4)), (2.6, 3.6)),
}
ALGORITHMS = {
    "heuristic": algorithms.Heuristic(clips=128),
    "regularised": algorithms.Regularised(strength=6.0, relative=True),
    "reweighted": algorithms.Reweighted(strength=12.0, rounds=4, eps=1e-3, relative=True),
}
PENALISE, RETRAIN = 4.0, 4.0


def base() -> config.Experiment:
    """The quickstart's network and videos."""
    start = quickstart.experiment()
    return dataclasses.replace(start, dense=dataclasses.replace(start.dense, epochs=9.5), workers=0)


def cell(name: str, scheme: str) -> sweep.Cell:
    """The same epochs after the dense phase for all: those that the heuristic does not penalise in, it retrains in."""
    start, (rule, rates) = base(), SCHEMES[scheme]
    assert start.penalise is not None
    penalise = None if name == "heuristic" else dataclasses.replace(start.penalise, epochs=PENALISE)
    retrain = dataclasses.replace(start.retrain, epochs=RETRAIN + (0 if penalise else PENALISE))
    plan = ((r"conv\d[ab]?", rule), (r"fc\d", None))
    changed = {"algorithm": ALGORITHMS[name], "penalise": penalise, "retrain": retrain, "plan": plan, "rates": rates}
    return sweep.Cell(name, scheme, dataclasses.replace(start, name=f"{name}-{scheme}", **changed))


def grid() -> sweep.Sweep:
    """All cells of the table, three seeds each."""
    cells = tuple(cell(name, scheme) for name in ALGORITHMS for scheme in SCHEMES)
    return sweep.Sweep("paper_table1", cells, seeds=(0, 1, 2))
