"""rt3d train: an experiment from its config to finished runs."""

import contextlib
import dataclasses
import importlib
import importlib.util
import pathlib
import sys
from typing import Annotated, Any

import tyro

from rt3d_jax.cli import console
from rt3d_jax.hosts import distributed
from rt3d_jax.training import experiments, phases, tracing


@dataclasses.dataclass(frozen=True)
class Options:
    """Train an experiment: dense, penalise, then prune and retrain for each rate.

    EXPERIMENT comes first: a name from rt3d_jax/configs, or a Python file with a function experiment(). Every field of it is an option.
    Finished phases are taken as they are; a phase that was stopped goes on at the batch where it stopped.
    """

    experiment: Annotated[experiments.Experiment, tyro.conf.arg(name="")]
    out: pathlib.Path = pathlib.Path("out")
    """Folder for the runs (OUT/runs/NAME); made-up data goes to OUT/data."""
    profile: pathlib.Path | None = None
    """Folder for a trace of five steps of the first phase that trains: open it in TensorBoard or ui.perfetto.dev."""
    distributed: bool = False
    """This is one of several processes that train together, as SLURM, a TPU pod or Open MPI started them; OUT is a folder that
    all share, the batch counts the clips of all. By hand: --coordinator, --processes and --process."""
    coordinator: str | None = None
    """HOST:PORT of process 0, in every process of a job started by hand."""
    processes: int | None = None
    """How many processes a job started by hand has."""
    process: int | None = None
    """Which one this is, from 0."""
    patience: float = 30.0
    """Seconds after which a process of a job that gives no sign of life counts as gone, and the job ends."""


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
    with distributed.joined(job(options), prog), contextlib.ExitStack() as stack:
        progress = stack.enter_context(console.Progress()) if distributed.first() else lambda *_: None
        if options.profile is not None:
            progress = stack.enter_context(tracing.Traced(progress, options.profile))
        results = phases.run(options.experiment, options.out, progress)
    if distributed.first():
        show(results)


def job(options: Options) -> distributed.Job | None:
    """The job that this process is one of, None if it is alone. ValueError if only a part of it is named."""
    found = distributed.Job(options.coordinator, options.processes, options.process, options.patience)
    return found if options.distributed or found.coordinator is not None else None


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
