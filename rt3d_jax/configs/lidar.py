"""Cars, pedestrians and cyclists in the scans of a LiDAR: a small PointPillars on made-up streets, at a third of its
MACs.

Command: rt3d demo --config-name lidar --out runs/lidar
Expected, one seed: dense 56 % and filter-3x 63 % in 3D for moderate objects, see docs/lidar.md.
Time: 12 minutes on two idle cores, bundles for three targets included.
"""

from rt3d_jax.data.lidar import augmentation, pillars, scenes
from rt3d_jax.evaluation import detections
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import detection
from rt3d_jax.training import experiments, recipes


def experiment() -> experiments.Experiment:
    """32 m x 32 m in 64 x 64 cells, and half of the channels. One cut takes whole filters of the backbone.

    The plan keeps fewer filters where a MAC takes long: in layers of few channels, and in those of 1 x 1. Retraining
    begins at the learning rate of the dense training, and takes twice as long.
    """
    adam = recipes.AdamW(weight_decay=1e-2)
    grid = pillars.Grid((0.0, 32.0), (-16.0, 16.0), cell=0.5, pillars=1024, points=16)
    random = augmentation.Augment(pasted=(4, 6, 6), object_shift=0.1, turn=0.2)
    return experiments.Experiment(
        name="lidar",
        task=detection.Detection(
            scenes.Streets(train=120, test=60),
            grid=grid,
            stride=1,
            augment=random,
            keep=detections.Keep(score=0.05),
        ),
        model=catalog.Model(
            "pointpillars",
            width=0.5,
            frames=1,
            dropout=0.0,
            options={"grid": grid.sides, "stride": 1, "spread": grid.spread},
        ),
        dense=recipes.Recipe(epochs=32, learning_rate=4e-3, warmup=2, optimizer=adam, clip_norm=10.0),
        penalise=None,
        algorithm=algorithms.Heuristic(clips=64),
        retrain=recipes.Recipe(epochs=64, learning_rate=4e-3, warmup=1, optimizer=adam, clip_norm=10.0),
        plan=(
            (r"block1/.*", plans.Prune(patterns.FILTER, keep=24 / 64)),
            (r"block2/.*", plans.Prune(patterns.FILTER, keep=72 / 128)),
            (r"block3/.*", plans.Prune(patterns.FILTER, multiple=8)),
            (r"up\d", plans.Prune(patterns.FILTER, keep=1 / 4)),
            (r"point|head\d", None),
        ),
        rates=(3.0,),
        distillation=None,
        batch=2,
        workers=0,
        compute=catalog.Compute(cores=2),
    )
