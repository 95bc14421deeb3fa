"""What the paper's table leaves out, on the videos and dense networks of paper_table1: finer blocks, a teacher,
balance, other algorithms.

Command: rt3d sweep beyond_table1 --out OUT. At 6x, where all of paper_table1's networks are past what they can lose for
nothing; docs/results.md says what came out.
"""

from rt3d_jax.configs import paper_table1, released
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import recipes, sweep

REWEIGHTED = paper_table1.algorithm("reweighted", "KGS")
TAUGHT = recipes.Distillation(temperature=3.0, weight=0.5)
RATE = 6.0
KGS, FINER = plans.Prune(patterns.kgs(8, 4)), plans.Prune(patterns.kgs(8, 1))


def profile(rate: float) -> plans.Plan:
    """The layers and, but for one factor, the keeps that the paper's authors released for C3D; conv3a takes what is
    left.
    """
    model = paper_table1.base().model
    table = catalog.table(model, 8)
    return (("conv3a", KGS), *released.plan(released.find("c3d"), table, rate))


def grid() -> sweep.Sweep:
    """The most wanted first; every cell trains for as many epochs as those of paper_table1."""
    cell, filters, whole = paper_table1.cell, paper_table1.SCHEMES["filter"][0], paper_table1.SCHEMES["vanilla"][0]
    cells = (
        paper_table1.longer(),
        cell("reweighted", "KGS", KGS, (RATE,), REWEIGHTED),
        cell("reweighted", "KGS 8x1", FINER, (RATE,), REWEIGHTED),
        cell("reweighted, taught", "KGS", KGS, (RATE,), REWEIGHTED, distillation=TAUGHT),
        cell("heuristic", "KGS", KGS, (RATE,), paper_table1.algorithm("heuristic", "KGS")),
        cell("reweighted", "KGS 4x4", plans.Prune(patterns.kgs(4, 4)), (RATE,), REWEIGHTED),
        cell("reweighted", "KGS released", KGS, (3.6,), REWEIGHTED, plan=profile(3.6)),
        cell("reweighted", "vanilla", whole, (RATE,), paper_table1.algorithm("reweighted", "vanilla")),
        cell("reweighted", "filter", filters, (RATE,), paper_table1.algorithm("reweighted", "filter")),
        cell("reweighted", "KGC", plans.Prune(patterns.kgs(8, 4), balance="group"), (RATE,), REWEIGHTED),
        cell("gradual", "KGS", KGS, (RATE,), algorithms.Gradual(rounds=20, until=0.75)),
        cell("ADMM", "KGS", KGS, (RATE,), algorithms.ADMM(rho=1e-2, growth=1.6, most=1.0, rounds=10)),
    )
    return sweep.Sweep("beyond_table1", cells, seeds=(0, 1, 2))
