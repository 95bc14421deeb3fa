"""Is the driver drowsy? 3D MobileNet with early fusion on drawn drivers, after (Wijnands et al., 2020); KGS 8x4.

Command: rt3d train drowsiness --out runs/drowsiness
Expected: dense 73.3 % of the windows of other drivers, kgs-1.5x 69.2 % after three epochs of retraining (one seed). At
2x, after two epochs, the middle blocks kept 2 to 4 % of their weights, and 54.7 % was no better than a guess.
Time: the dense phase took 24 minutes beside much other work.

The drivers are drawn. For real ones put nthu.DriverDrowsiness("data/nthu") in place of drivers.Drivers() in a copy of
this file, with clips of 112 pixels and a width of 1; see docs/live.md.
"""

from rt3d_jax.data import clips, drivers
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import classification
from rt3d_jax.training import experiments, recipes


def experiment() -> experiments.Experiment:
    """Of each window of 32 frames, 16 are seen. Depthwise kernels, the stem and the head stay dense."""
    adam = recipes.AdamW(b2=0.95)
    return experiments.Experiment(
        name="drowsiness",
        task=classification.Classification(
            data=drivers.Drivers(), clip=clips.ClipSpec(clips.Spread(16), short_side=44, size=40, flip=True)
        ),
        model=catalog.Model("mobilenet_early", width=0.5, frames=16, size=40, dropout=0.1),
        dense=recipes.Recipe(epochs=12, learning_rate=4e-3, warmup=0.5, optimizer=adam),
        penalise=recipes.Recipe(epochs=1.5, learning_rate=5e-4, schedule="constant", optimizer=adam),
        algorithm=algorithms.Reweighted(strength=12.0, rounds=4, eps=1e-3, relative=True),
        retrain=recipes.Recipe(epochs=6, learning_rate=1e-3, optimizer=adam),
        plan=((r"block\d+/point", plans.Prune(patterns.kgs(8, 4))), (r"stem|fc|.*depthwise", None)),
        rates=(1.5,),
        batch=32,
        workers=2,
    )
