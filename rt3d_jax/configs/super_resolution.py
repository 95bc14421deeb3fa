"""Pictures twice as high and wide: WDSR on photographs that Python packages ship, at a third of its MACs.

Command: rt3d demo --config-name super_resolution --out runs/super
Expected, one seed: bicubic 32.52 dB, dense 34.57 dB, filter-3.3x 34.48 dB.
Time: 3 minutes on two idle cores, bundles for three targets included.
"""

from rt3d_jax.data import pictures
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import super_resolution
from rt3d_jax.training import experiments, recipes


def experiment() -> experiments.Experiment:
    """Three blocks of 24 channels, 96 inside, of which 24, 24 and about 32 stay. One cut, then retraining.

    A filter that goes leaves Winograd's products, too, and kernels compute eight at a time. The budget chooses in the
    last block alone. Head, tail and skip stay dense: they are 3 % of the MACs.
    """
    adam = recipes.AdamW(b2=0.99, weight_decay=0.0)
    return experiments.Experiment(
        name="super_resolution",
        task=super_resolution.SuperResolution(data=pictures.Shipped(), scale=2, tile=96, patch=24, each=96),
        model=catalog.Model("wdsr", width=0.75, frames=1, size=96, dropout=0.0, options={"scale": 2, "blocks": 3}),
        dense=recipes.Recipe(epochs=18, learning_rate=2e-3, warmup=0.5, optimizer=adam),
        penalise=None,
        algorithm=algorithms.Heuristic(clips=64),
        retrain=recipes.Recipe(epochs=24, learning_rate=2e-3, warmup=0.5, optimizer=adam),
        plan=(
            (r"block[12]/wide", plans.Prune(patterns.FILTER, keep=24 / 96)),
            (r"block3/wide", plans.Prune(patterns.FILTER)),
            (r".*", None),
        ),
        rates=(3.3,),
        distillation=None,
        batch=16,
        workers=0,
        compute=catalog.Compute(cores=2),
    )
