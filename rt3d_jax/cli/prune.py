"""rt3d prune: further rates for an experiment that is trained."""

import dataclasses
import pathlib
from typing import Annotated

import tyro

from rt3d_jax.cli import console
from rt3d_jax.cli import train as train_verb
from rt3d_jax.training import checkpoints, codec, experiments, phases


def run(out: Annotated[pathlib.Path, tyro.conf.Positional], /, rate: tuple[float, ...]) -> None:
    """Prune a trained experiment to further rates and retrain.

    Args:
        out: Folder that `rt3d train --out` wrote.
        rate: Rates: dense MACs / kept MACs over the whole network.
    """
    with console.Progress() as progress:
        prepared = phases.prepare(dataclasses.replace(experiment(out), rates=rate), out, progress)
        results = phases.phases(prepared)
    train_verb.show(results[-len(rate) :])


def experiment(out: pathlib.Path) -> experiments.Experiment:
    """The experiment that was trained in a folder."""
    path = out / "runs" / "dense" / "config.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; expected a folder that `rt3d train --out` wrote")
    found = codec.from_json(checkpoints.described(path.parent)["experiment"])
    if not isinstance(found, experiments.Experiment):
        raise ValueError(f"{out} holds imported weights, expected a folder that `rt3d train --out` wrote")
    return found
