"""Pictures twice as high and wide: WDSR on photographs that Python packages ship, at a third of its MACs.

Command: rt3d demo --config-name super_resolution --out runs/super
Expected, one seed: bicubic 32.52 dB, dense 34.51 dB, kgs-3x 34.42 dB.
Time: 3024 steps of 0.15 s on two idle cores.
"""

from rt3d_jax.data import pictures
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import super_resolution
from rt3d_jax.training import experiments, recipes


def experiment() -> experiments.Experiment:
    """Three blocks of 24 channels, 96 inside. Head, tail and skip stay dense: they are 4 % of the MACs."""
    adam = recipes.AdamW(b2=0.99, weight_decay=0.0)
    return experiments.Experiment(
        name="super_resolution",
        task=super_resolution.SuperResolution(data=pictures.Shipped(), scale=2, tile=96, patch=24, each=96),
        model=catalog.Model("wdsr", width=0.75, frames=1, size=96, dropout=0.0, options={"scale": 2, "blocks": 3}),
        dense=recipes.Recipe(epochs=18, learning_rate=2e-3, warmup=0.5, optimizer=adam),
        penalise=recipes.Recipe(epochs=4, learning_rate=5e-4, schedule="constant", optimizer=adam),
        algorithm=algorithms.Reweighted(strength=12.0, rounds=4, eps=1e-3, relative=True),
        retrain=recipes.Recipe(epochs=14, learning_rate=1e-3, optimizer=adam),
        plan=((r"block\d+/.*", plans.Prune(patterns.kgs(8, 4))), (r"head|tail|skip", None)),
        rates=(3.0,),
        distillation=None,
        batch=16,
        workers=0,
        compute=catalog.Compute(cores=2),
    )
