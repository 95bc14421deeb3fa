"""Few labels after learning without any (Exemplar-CNN), on the quickstart's videos: a small C3D, 5 labels a class.

Commands: rt3d train exemplar --out runs/exemplar, whose network the others start from:
rt3d train exemplar:tuned --out runs/tuned, rt3d train exemplar:probe --out runs/probe.
And rt3d train exemplar:scratch --out runs/scratch, without pretraining.
Expected: tuned has 58 % and scratch 28 %, see docs/exemplar.md.
Time: 5 minutes of pretraining on two idle cores, and 1 of each other.
"""

import dataclasses

from rt3d_jax.configs import quickstart
from rt3d_jax.tasks import classification, exemplar
from rt3d_jax.training import experiments, recipes

LABELS = 5  # of each class
ADAM = recipes.AdamW(b2=0.95)
PRETRAINED = "runs/exemplar/runs/dense"


def experiment() -> experiments.Experiment:
    """Pretraining: 64 tubes of the training videos, turned and played backwards, are 512 surrogate classes.

    Each is told from those of its tube, as the classes of these videos are motions. It begins with 8 tubes: with 16,
    the small network had learned nothing after 400 steps.
    """
    base = quickstart.experiment()
    assert isinstance(base.task, classification.Classification) and base.task.data is not None
    task = exemplar.Exemplar(
        data=base.task.data,
        clip=base.task.clip,
        count=64,
        each=8,
        among="tube",
        first=8,
    )
    return dataclasses.replace(
        base,
        name="exemplar",
        task=task,
        dense=recipes.Recipe(epochs=10, learning_rate=1.5e-3, warmup=0.25, optimizer=ADAM),
        rates=(),
    )


def tuned() -> experiments.Experiment:
    """All layers, from the pretrained network."""
    return dataclasses.replace(scratch(), name="tuned", pretrained=PRETRAINED)


def probe() -> experiments.Experiment:
    """The last layer alone, on the features of the pretrained network."""
    return dataclasses.replace(tuned(), name="probe", dense=dataclasses.replace(scratch().dense, only="fc8/.*"))


def scratch() -> experiments.Experiment:
    """All layers, from fresh weights."""
    base = quickstart.experiment()
    assert isinstance(base.task, classification.Classification)
    return dataclasses.replace(
        base,
        name="scratch",
        task=dataclasses.replace(base.task, few=classification.Few(LABELS)),
        dense=recipes.Recipe(epochs=48, learning_rate=6e-4, warmup=2.0, optimizer=ADAM),
        rates=(),
    )
