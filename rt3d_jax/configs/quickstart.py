"""The README's quickstart: a small C3D on made-up videos, 2.6x and 3.6x fewer MACs in vanilla 8x4; minutes.

The products of Winograd's filtering leave out vanilla blocks, as kernels in the plane do. quickstart_kgs has the
paper's KGS blocks, which they cannot leave out. docs/pruning.md compares them.
"""

from rt3d_jax.data import clips, synthetic
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import classification
from rt3d_jax.training import experiments, recipes


def experiment() -> experiments.Experiment:
    """One cut by the heuristic, then retraining. The first layer, which tiles make little faster, is whole."""
    adam = recipes.AdamW(b2=0.95)
    return experiments.Experiment(
        name="quickstart",
        task=classification.Classification(
            data=synthetic.Synthetic(),
            clip=clips.ClipSpec(clips.Spread(16), short_side=36, size=32),
        ),
        model=catalog.Model("c3d_small", width=0.25, frames=16, size=32, dropout=0.0),
        dense=recipes.Recipe(epochs=12, learning_rate=1.2e-3, warmup=1.0, optimizer=adam),
        penalise=None,
        algorithm=algorithms.Heuristic(clips=128),
        retrain=recipes.Recipe(epochs=4.5, learning_rate=1.2e-3, optimizer=adam),
        plan=((r"conv1|fc\d", None), (r"conv\d[ab]?", plans.Prune(patterns.vanilla(8, 4)))),
        rates=(2.6, 3.6),
        batch=16,
        workers=2,
        compute=catalog.Compute(cores=2),
    )
