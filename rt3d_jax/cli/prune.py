"""rt3d prune: prune a trained network to further rates."""

import dataclasses
import pathlib

from rt3d_jax.cli import console
from rt3d_jax.cli import train as train_verb
from rt3d_jax.training import checkpoints, codec, experiments, phases


def run(out: pathlib.Path, /, rate: tuple[float, ...]) -> None:
    """Prune a trained network to further rates, and retrain it.

    The penalise phase that `rt3d train` finished is used again where the algorithm does not depend on the rate.

    Args:
        out: The folder that `rt3d train --out` wrote.
        rate: Rates to prune to: dense MACs over kept MACs of the whole network.

    Examples:
        rt3d prune runs/first --rate 5 8
    """
    with console.Progress() as progress:
        prepared = phases.prepare(dataclasses.replace(experiment(out), rates=rate), out, progress)
        results = phases.phases(prepared)
    names = [result["name"] for result in results]
    train_verb.show(results[names.index(experiments.run_name(prepared.experiment, rate[0])) :])


def experiment(out: pathlib.Path) -> experiments.Experiment:
    """The experiment that was trained in a folder. Raises FileNotFoundError or ValueError where there is none."""
    path = out / "runs" / "dense" / "config.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; expected a folder that `rt3d train --out` wrote")
    found = codec.from_json(checkpoints.described(path.parent)["experiment"])
    if not isinstance(found, experiments.Experiment):
        raise ValueError(f"{out} holds imported weights, expected a folder that `rt3d train --out` wrote")
    return found
