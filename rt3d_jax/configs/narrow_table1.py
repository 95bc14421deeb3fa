"""The cells of paper_table1 where pruning hurts: a C3D of an eighth of its width, hardly trained and hardly retrained;
and finer blocks.

Command: rt3d sweep narrow_table1 --out OUT --jobs 2. It ranks how fast a scheme recovers, where paper_table1 shows
where it ends. Seed 100 chose the strengths, at KGS 2.6x, and every scheme has the same.
"""

import dataclasses

from rt3d_jax.configs import paper_table1
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import recipes, sweep

PENALISE, RETRAIN = 1.0, 1.5
REGULARISED = algorithms.Regularised(strength=6.0, relative=True)
REWEIGHTED = algorithms.Reweighted(strength=12.0, rounds=4, eps=1e-3, relative=True)
SCHEMES = {
    "filter": (plans.Prune(patterns.FILTER), (2.6,)),
    "vanilla": (plans.Prune(patterns.vanilla(8, 4)), (2.6,)),
    "KGS": (plans.Prune(patterns.kgs(8, 4)), (2.6, 3.6)),
}
FINER = {
    "KGS 8x1": (plans.Prune(patterns.kgs(8, 1)), (3.6, 4.0)),
    "KGS 4x4": (plans.Prune(patterns.kgs(4, 4)), (3.6,)),
}


def cell(
    name: str, scheme: str, rule: plans.Prune, rates: tuple[float, ...], algorithm: algorithms.Algorithm
) -> sweep.Cell:
    """The same epochs after the dense phase for all; every convolution is pruned."""
    start, adam = paper_table1.base(), recipes.AdamW(b2=0.95)
    penalise = recipes.Recipe(epochs=PENALISE, learning_rate=4e-4, schedule="constant", optimizer=adam)
    alone = not algorithm.needs_training
    return paper_table1.cell(
        name,
        scheme,
        rule,
        rates,
        algorithm,
        model=dataclasses.replace(start.model, width=0.125),
        dense=recipes.Recipe(epochs=8, learning_rate=2e-3, warmup=0.3, optimizer=adam),
        penalise=None if alone else penalise,
        retrain=dataclasses.replace(start.retrain, epochs=RETRAIN + (PENALISE if alone else 0)),
        plan=((r"conv\d[ab]?", rule), (r"fc\d", None)),
    )


def grid() -> sweep.Sweep:
    """Every cell three times, with the dense network trained on as the first."""
    algorithm = {
        "heuristic": paper_table1.algorithm("heuristic", "KGS"),
        "regularised": REGULARISED,
        "reweighted": REWEIGHTED,
    }
    places = [(name, scheme) for name in algorithm for scheme in SCHEMES] + [("reweighted", scheme) for scheme in FINER]
    rules = SCHEMES | FINER
    cells = (
        cell("dense", "longer", SCHEMES["KGS"][0], (1.0,), algorithms.Heuristic()),
        *(cell(name, scheme, rules[scheme][0], rules[scheme][1], algorithm[name]) for name, scheme in places),
    )
    return sweep.Sweep("narrow_table1", cells, seeds=(0, 1, 2))
