"""rt3d train: an experiment from its config to finished runs."""

import dataclasses
import importlib
import importlib.util
import pathlib
import sys
from typing import Annotated, Any

import tyro

from rt3d_jax import config, train
from rt3d_jax.cli import console


@dataclasses.dataclass(frozen=True)
class Options:
    """Train an experiment: dense, penalise, then prune and retrain for each rate.

    EXPERIMENT comes first: a name from rt3d_jax/configs, or a Python file with a function experiment(). Every field of it is an option.
    Finished phases are taken as they are; a phase that was stopped goes on at the batch where it stopped.
    """

    experiment: Annotated[config.Experiment, tyro.conf.arg(name="")]
    out: pathlib.Path = pathlib.Path("out")
    """Folder for the runs (OUT/runs/NAME); made-up data goes to OUT/data."""


def call(arguments: list[str], prog: str) -> None:
    """The verb: EXPERIMENT [options]."""
    named = bool(arguments) and not arguments[0].startswith("-")
    if not named and arguments not in (["-h"], ["--help"]):
        raise ValueError(f"name an experiment first: one of {', '.join(names())}, or the path of a .py file")
    default = Options(load(arguments[0] if named else "quickstart"))
    options = tyro.cli(
        Options,
        default=default,
        prog=f"{prog} EXPERIMENT",
        args=arguments[named:],
        config=(tyro.conf.AvoidSubcommands,),
    )
    with console.Progress() as progress:
        results = train.run(options.experiment, options.out, progress)
    show(results)


def load(name: str, function: str = "experiment") -> Any:
    """What a function of a config file gives: the config.Experiment of experiment(), the sweep.Sweep of grid().

    ValueError where there is none.
    """
    path = pathlib.Path(name)
    if path.suffix == ".py":
        spec = importlib.util.spec_from_file_location("rt3d_experiment", path)
        if spec is None or spec.loader is None or not path.is_file():
            raise ValueError(
                f"{path} is not there; expected a Python file with a function {function}(), or one of: "
                f"{', '.join(names(function))}"
            )
        module: Any = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    elif name in names(function):
        module = importlib.import_module(f"rt3d_jax.configs.{name}")
    else:
        known = ", ".join(names(function))
        raise ValueError(f"no {function} {name!r}; expected one of: {known}, or the path of a .py file")
    if not hasattr(module, function):
        raise ValueError(f"{path} has no function {function}() that returns one")
    return getattr(module, function)()


def names(function: str = "experiment") -> list[str]:
    """The configs of the package that have this function: experiments, or sweeps."""
    folder = pathlib.Path(__file__).parents[1] / "configs"
    return sorted(path.stem for path in folder.glob("*.py") if f"\ndef {function}(" in path.read_text())


def show(results: list[dict[str, Any]]) -> None:
    """Results of runs as a table."""
    columns = ("run", "scheme", "rate", "GMACs", "parameters", "top-1 %")
    rows = [
        (
            r["name"],
            r["scheme"],
            f"{r['rate']:.2f}",
            f"{r['macs'] / 1e9:.4f}",
            f"{r['params']:,}",
            f"{r['accuracy']:.1f}",
        )
        for r in results
    ]
    console.table("Runs", columns, rows)
    if results:
        console.say(results[0]["accuracy_protocol"])
