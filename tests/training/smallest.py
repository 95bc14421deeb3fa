"""The smallest experiment: what the tests of training, and those that need a run folder, train."""

import dataclasses

from rt3d_jax.data import clips, synthetic
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import classification
from rt3d_jax.training import experiments, recipes


def task(frames: int, size: int) -> classification.Classification:
    """Clips of `frames` frames of size x size pixels, from 24 made-up videos to train on and 8 to test."""
    length = (size + 1, size + 2)
    return classification.Classification(
        data=synthetic.Synthetic(groups=4, clips_per_group=1, sides=(18, 20), frames=length),
        clip=clips.ClipSpec(clips.Spread(frames), short_side=size + 1, size=size),
    )


def convs(rule: plans.Prune) -> plans.Plan:
    """All convolutions by this rule; the dense layers stay dense."""
    return ((r"conv\d[ab]?", rule), (r"fc\d", None))


RECIPE = recipes.Recipe(epochs=1.5, learning_rate=1e-3, warmup=0.5, optimizer=recipes.AdamW())
EXPERIMENT = experiments.Experiment(
    name="smallest",
    task=task(16, 16),
    model=catalog.Model("tests.models.short:Short", size=16, dropout=0.1),
    dense=RECIPE,
    penalise=dataclasses.replace(RECIPE, schedule="constant", optimizer=recipes.SGD(), clip_norm=1.0),
    algorithm=algorithms.Reweighted(strength=4.0, rounds=2),
    retrain=RECIPE,
    distillation=recipes.Distillation(last=0.5),
    plan=convs(plans.Prune(patterns.kgs(4, 2))),
    rates=(2.0,),
    batch=5,
    workers=0,
)
STEPS = 7  # of each phase


def silent(*event: object) -> None:
    """Progress that nobody looks at."""
