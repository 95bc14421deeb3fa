"""Which blocks lose least for the time that they save where Winograd's filtering computes convolutions.

Commands: rt3d sweep winograd_table --out OUT --jobs 2, then scripts/winograd_table OUT. The script lowers every network
as it is written, in tiles of 2 and in tiles of 4, and puts milliseconds of this host and instructions of arm64 beside
top-1. Vanilla and frame-plane blocks are dropped from the products of tiles. KGS blocks are not, unless kernels lie in
the transformed domain; those count rates from dense MACs that are 2.25 or 4 times fewer. What is to be expected is not
known yet. Each scheme has several rates, so that networks of equal time can be found.
"""

import dataclasses

from rt3d_jax.configs import quickstart
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments, recipes, sweep

FRAME_PLANE = patterns.BlockPattern(1, None, None, 4, 8)
SCHEMES = {
    "vanilla": (patterns.vanilla(8, 4), (2.0, 2.6)),
    "frame-plane": (FRAME_PLANE, (2.0, 2.6, 3.6)),
    "KGS": (patterns.kgs(8, 4), (2.6, 3.6)),
}
TILED = {2: (1.3, 1.6, 2.0), 4: (1.2, 1.5)}  # the rates of KGS blocks at places of a tile, by its side
START = 0.25  # epochs of the dense phase of transformed kernels


def base() -> experiments.Experiment:
    """The quickstart's network and videos, 32 x 32 pixels, of which tiles of 4 cover three layers without waste."""
    return dataclasses.replace(quickstart.experiment(), name="winograd")


def plan(pattern: patterns.BlockPattern) -> plans.Plan:
    """Every convolution but the first, which no tile makes faster."""
    return (("conv1", None), (r"conv\d[ab]?", plans.Prune(pattern)), (r"fc\d", None))


def longer() -> sweep.Cell:
    """The dense network trained on for as many epochs as the others are pruned in: what they are to be measured by."""
    start = base()
    assert start.penalise is not None
    retrain = dataclasses.replace(start.retrain, epochs=start.penalise.epochs + start.retrain.epochs)
    told = {"algorithm": algorithms.Heuristic(), "penalise": None, "retrain": retrain, "rates": (1.0,)}
    return sweep.Cell("dense", "longer", dataclasses.replace(start, plan=plan(patterns.kgs(8, 4)), **told))


def in_the_plane(scheme: str) -> sweep.Cell:
    """Kernels as they are."""
    pattern, rates = SCHEMES[scheme]
    return sweep.Cell("plane", scheme, dataclasses.replace(base(), plan=plan(pattern), rates=rates))


def transformed(tile: int) -> sweep.Cell:
    """Kernels in the transformed domain, with smaller rates of learning, and a penalty of a quarter."""
    start, adam = base(), recipes.AdamW(b2=0.95)
    recipe = lambda epochs, rate, schedule: recipes.Recipe(epochs, rate, schedule=schedule, optimizer=adam)
    experiment = dataclasses.replace(
        start,
        model=dataclasses.replace(start.model, winograd=tile),
        dense=recipe(START, 1e-4, "constant"),
        penalise=recipe(3.0, 1e-4, "constant"),
        algorithm=algorithms.Reweighted(strength=3.0, rounds=4, eps=1e-3, relative=True),
        retrain=recipe(start.retrain.epochs - START, 2e-4, "cosine"),
        plan=plan(patterns.kgs(8, 4)),
        rates=TILED[tile],
    )
    return sweep.Cell(f"tiles of {tile}", "KGS", experiment)


def grid() -> sweep.Sweep:
    """All cells of the table, three seeds each."""
    cells = (longer(), *map(in_the_plane, SCHEMES), *map(transformed, TILED))
    return sweep.Sweep("winograd_table", cells, seeds=(0, 1, 2))
