"""Which blocks lose least for the time that they save where Winograd's filtering computes convolutions.

Commands: rt3d train quickstart --out runs/first, then rt3d sweep winograd_table --out OUT, then scripts/winograd_table
OUT. The script lowers every network as it is written, in tiles of 2 and in tiles of 4, and puts milliseconds of this
host and instructions of arm64 beside top-1. Vanilla and frame-plane blocks are dropped from the products of tiles. KGS
blocks are not, unless kernels lie in the transformed domain; those count rates from dense MACs that are 2.25 or 4 times
fewer. docs/pruning.md says what came out.

The network and the videos are the quickstart's, because those of narrow_table1 have 16 x 16 pixels, which tiles of 4
hardly cover. All seeds start from the quickstart's dense network, so that their spread is that of the cut and of
retraining. All networks are cut once, by the heuristic, because the penalties that other tables compare fail on kernels
in the transformed domain. Then they train for 1.5 epochs. A seed takes 8 minutes of one core.
"""

import dataclasses

from rt3d_jax.configs import quickstart
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments, recipes, sweep

FRAME_PLANE = patterns.BlockPattern(1, None, None, 4, 8)
SCHEMES = {
    "vanilla": (patterns.vanilla(8, 4), (2.6, 3.6)),
    "frame-plane": (FRAME_PLANE, (2.6, 3.6)),
    "KGS": (patterns.kgs(8, 4), (3.6,)),
}
TILED = {2: (1.5, 2.6), 4: (1.2,)}  # the rates of KGS blocks at places of a tile, by its side
START, RETRAIN = 0.1, 1.5  # epochs of the dense phase, which begins with a trained network, and of retraining
TRAINED = "runs/first/runs/dense"
ADAM = recipes.AdamW(b2=0.95)


def base() -> experiments.Experiment:
    """The quickstart's network and videos, 32 x 32 pixels, of which tiles of 4 cover three layers without waste."""
    start = quickstart.experiment()
    return dataclasses.replace(
        start,
        name="winograd",
        pretrained=TRAINED,
        dense=recipes.Recipe(epochs=START, learning_rate=2e-5, optimizer=ADAM),
        penalise=None,
        algorithm=algorithms.Heuristic(clips=128),
        retrain=recipes.Recipe(epochs=RETRAIN, learning_rate=6e-4, optimizer=ADAM),
        workers=0,
        compute=catalog.Compute(),
    )


def plan(pattern: patterns.BlockPattern) -> plans.Plan:
    """Every convolution but the first, which no tile makes faster."""
    return (("conv1", None), (r"conv\d[ab]?", plans.Prune(pattern)), (r"fc\d", None))


def longer() -> sweep.Cell:
    """The dense network trained on for as many epochs as the others retrain: what they are to be measured by."""
    return sweep.Cell("dense", "longer", dataclasses.replace(base(), plan=plan(patterns.kgs(8, 4)), rates=(1.0,)))


def in_the_plane(scheme: str) -> sweep.Cell:
    """Kernels as they are."""
    pattern, rates = SCHEMES[scheme]
    return sweep.Cell("plane", scheme, dataclasses.replace(base(), plan=plan(pattern), rates=rates))


def transformed(tile: int) -> sweep.Cell:
    """Kernels in the transformed domain, with the small rates of learning that they need."""
    start = base()
    experiment = dataclasses.replace(
        start,
        model=dataclasses.replace(start.model, winograd=tile),
        retrain=recipes.Recipe(epochs=RETRAIN, learning_rate=1e-4, optimizer=ADAM),
        plan=plan(patterns.kgs(8, 4)),
        rates=TILED[tile],
    )
    return sweep.Cell(f"tiles of {tile}", "KGS", experiment)


def grid() -> sweep.Sweep:
    """All cells of the table, three seeds each."""
    cells = (longer(), *map(in_the_plane, SCHEMES), *map(transformed, TILED))
    return sweep.Sweep("winograd_table", cells, seeds=(0, 1, 2))
