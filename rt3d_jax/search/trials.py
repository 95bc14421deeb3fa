"""One trial: an experiment trained for a share of its epochs, from the shared weights, in a run folder of its own."""

import dataclasses
import os
import pathlib
from collections.abc import Callable
from typing import Any

from rt3d_jax.evaluation import measured
from rt3d_jax.tasks import contract, held
from rt3d_jax.training import experiments, loop, phases, recipes

SUPERNET = "supernet"


@dataclasses.dataclass(frozen=True)
class Trial:
    """Where a trial trains.

    start: the run that a network of another form starts from; None for a network as the experiment's. sliced: whether
    these weights are slices, whose dense phase is trained first. Kernels that are transformed for Winograd's
    convolutions are the shared weights themselves, so they are trained as long as those of the other trials.
    """

    experiment: experiments.Experiment
    effort: float
    folder: pathlib.Path
    start: pathlib.Path | None
    sliced: bool = False

    @property
    def name(self) -> str:
        """Of its last run."""
        return experiments.run_name(self.experiment, self.experiment.rates[0])

    @property
    def run(self) -> pathlib.Path:
        """The folder of its last run."""
        return self.folder / "runs" / self.name


def supernet(experiment: experiments.Experiment) -> experiments.Experiment:
    """The experiment whose dense network all trials start from. Tasks that can hold out examples are scored on them."""
    return dataclasses.replace(experiment, task=_held(experiment.task), rates=(), quantise=None)


def run(trial: Trial, supernet: pathlib.Path, progress: loop.Progress) -> measured.Score:
    """Train a trial, or go on with it. supernet: the folder that the dense phase was trained in.

    FloatingPointError and ValueError as those of training.phases.
    """
    (trial.folder / "runs").mkdir(parents=True, exist_ok=True)
    links = [trial.folder / "data", *([] if trial.start else [trial.folder / "runs/dense"])]
    for place in links:
        if not place.is_symlink():
            place.symlink_to(os.path.relpath(supernet / place.relative_to(trial.folder), place.parent))
    prepared = phases.prepare(_short(trial), trial.folder, _named(trial.folder.name, progress))
    (phases.adopt if trial.start and not trial.sliced else phases.dense)(prepared)
    score = measured.of(phases.after_dense(prepared)[-1])
    if score is None or score.value is None:
        raise ValueError(f"{trial.run} has no score, expected one to compare")
    return score


def _short(trial: Trial) -> experiments.Experiment:
    """The trial's experiment with a share of its epochs. The dense phase is the shared one, or starts from slices."""
    asked, effort = supernet(trial.experiment), trial.effort
    distillation = asked.distillation
    if distillation is not None:
        distillation = dataclasses.replace(distillation, last=effort * distillation.last)
    return dataclasses.replace(
        asked,
        rates=trial.experiment.rates,
        dense=_shorter(asked.dense, effort) if trial.sliced else asked.dense,
        pretrained=str(trial.start.resolve()) if trial.start else asked.pretrained,
        penalise=_shorter(asked.penalise, effort) if asked.penalise else None,
        retrain=_shorter(asked.retrain, effort),
        distillation=distillation,
    )


def _shorter(recipe: recipes.Recipe, effort: float) -> recipes.Recipe:
    return dataclasses.replace(recipe, epochs=effort * recipe.epochs, warmup=effort * recipe.warmup)


def _held(task: contract.Task) -> contract.Task:
    if not dataclasses.is_dataclass(task) or "held" not in {field.name for field in dataclasses.fields(task)}:
        return task
    return task if getattr(task, "held", None) else dataclasses.replace(task, held=held.Held())  # pyright: ignore


def _named(name: str, progress: loop.Progress) -> Callable[..., Any]:
    return lambda what, *told: progress(f"{name}: {what}", *told)
