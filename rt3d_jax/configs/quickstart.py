"""The README's quickstart: a small C3D on made-up videos, KGS 8x4 at 2.6x and 3.6x fewer MACs; minutes on two cores."""

from rt3d_jax.data import clips, synthetic
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import classification
from rt3d_jax.training import experiments, recipes


def experiment() -> experiments.Experiment:
    """Reweighted KGS after (RT3D, AAAI-21), with rates of learning for training from scratch."""
    adam = recipes.AdamW(b2=0.95)
    return experiments.Experiment(
        name="quickstart",
        task=classification.Classification(
            data=synthetic.Synthetic(),
            clip=clips.ClipSpec(clips.Spread(16), short_side=36, size=32),
        ),
        model=catalog.Model("c3d_small", width=0.25, frames=16, size=32, dropout=0.0),
        dense=recipes.Recipe(epochs=12, learning_rate=1.2e-3, warmup=1.0, optimizer=adam),
        penalise=recipes.Recipe(epochs=3, learning_rate=4e-4, schedule="constant", optimizer=adam),
        algorithm=algorithms.Reweighted(strength=12.0, rounds=4, eps=1e-3, relative=True),
        retrain=recipes.Recipe(epochs=2.75, learning_rate=6e-4, optimizer=adam),
        plan=((r"conv\d[ab]?", plans.Prune(patterns.kgs(8, 4))), (r"fc\d", None)),
        rates=(2.6, 3.6),
        batch=16,
        workers=2,
        compute=catalog.Compute(cores=2),
    )
