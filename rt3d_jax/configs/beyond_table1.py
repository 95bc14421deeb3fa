"""What the paper's table leaves out, on the videos and dense networks of paper_table1: finer blocks, balance, other algorithms, a teacher.

Command: rt3d sweep beyond_table1 --out OUT. Goal: at 4x reweighted KGS loses at most 1.0 point; docs/results.md says what came out.
"""

from rt3d_jax import config, cost, patterns, plans, released, sweep
from rt3d_jax.configs import paper_table1
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms

REWEIGHTED = paper_table1.algorithm("reweighted", "KGS")
TAUGHT = config.Distillation(temperature=3.0, weight=0.5)
KGS, FINER = plans.Prune(patterns.kgs(8, 4)), plans.Prune(patterns.kgs(8, 1))


def profile(rate: float) -> plans.Plan:
    """The layers and, but for one factor, the keeps that the paper's authors released for C3D; conv3a takes what is left."""
    model = paper_table1.base().model
    params = catalog.shapes(model, 8)
    table = cost.layers(catalog.apply_function(model, 8, "direct"), params, catalog.clip_shape(model))
    return (("conv3a", KGS), *released.plan(released.find("c3d"), params, table, rate))


def grid() -> sweep.Sweep:
    """The most wanted first; every cell trains for as many epochs as those of paper_table1."""
    cell = paper_table1.cell
    cells = (
        paper_table1.longer(),
        cell("reweighted", "KGS 8x1", FINER, (3.6, 4.0), REWEIGHTED),
        cell("reweighted, taught", "KGS", KGS, (3.6, 4.0), REWEIGHTED, distillation=TAUGHT),
        cell("reweighted", "KGS 4x4", plans.Prune(patterns.kgs(4, 4)), (4.0,), REWEIGHTED),
        cell("reweighted", "KGC", plans.Prune(patterns.kgs(8, 4), balance="group"), (4.0,), REWEIGHTED),
        cell("gradual", "KGS", KGS, (4.0,), algorithms.Gradual(rounds=20, until=0.75)),
        cell("ADMM", "KGS", KGS, (4.0,), algorithms.ADMM(rho=1e-2, growth=1.6, most=1.0, rounds=10)),
        cell("reweighted", "KGS released", KGS, (3.6,), REWEIGHTED, plan=profile(3.6)),
        cell("dense, taught", "longer", KGS, (1.0,), algorithms.Heuristic(), distillation=TAUGHT),
    )
    return sweep.Sweep("beyond_table1", cells, seeds=(0, 1, 2))
