"""rt3d train: an experiment from its config to finished runs."""

import contextlib
import dataclasses
import importlib
import pathlib
import re
from typing import Annotated, Any

import tyro

from rt3d_jax.cli import console
from rt3d_jax.evaluation import measured
from rt3d_jax.hosts import distributed, plugins
from rt3d_jax.training import experiments, phases, tracing


@dataclasses.dataclass(frozen=True)
class Options:
    """Train an experiment: dense, penalise, then prune and retrain for each rate.

    EXPERIMENT comes first: a name from rt3d_jax/configs, or a Python file with a function experiment(). Every field of
    it and of its task is an option.

    Finished phases are taken as they are; a phase that was stopped goes on at the batch where it stopped.
    """

    experiment: Annotated[experiments.Experiment, tyro.conf.arg(name="")]
    out: pathlib.Path = pathlib.Path("out")
    """Folder for the runs (OUT/runs/NAME); made-up data goes to OUT/data."""
    profile: pathlib.Path | None = None
    """Folder for a trace of five steps of the first phase that trains: open it in TensorBoard or ui.perfetto.dev."""
    distributed: bool = False
    """This is one of several processes that train together, as SLURM, a TPU pod or Open MPI started them; OUT is a
    folder that all share, the batch counts the examples of all. By hand: --coordinator, --processes and --process."""
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
        args=[word for argument in arguments[named:] for word in _spelled_out(argument, default.experiment)],
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
        if not path.is_file():
            raise ValueError(
                f"{path} is not there; expected a Python file with a function {function}(), or one of: "
                f"{', '.join(names(function))}"
            )
        module: Any = plugins.load(path)
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
    scores = [measured.of(result) for result in results]
    first = next((score for score in scores if score is not None), None)
    columns = ("run", "scheme", "rate", "GMACs", "parameters", measured.heading(first))
    rows = [
        (r["name"], r["scheme"], f"{r['rate']:.2f}", f"{r['macs'] / 1e9:.4f}", f"{r['params']:,}", _value(score))
        for r, score in zip(results, scores, strict=True)
    ]
    console.table("Runs", columns, rows)
    if first is not None:
        console.say(first.protocol)


def _value(score: measured.Score | None) -> str | None:
    return None if score is None or score.value is None else measured.number(score.value, score.unit)


def _field_names(value: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(value)}


def _spelled_out(argument: str, experiment: experiments.Experiment) -> tuple[str, ...]:
    """An option as tyro knows it. A field of the task may be named without "task.", as before there were tasks.

    So may the label smoothing of a phase, which was a recipe's own field then.
    """
    smoothing = re.fullmatch(r"--(dense|penalise|retrain)\.label[-_]smoothing(?:=(.*))?", argument)
    if smoothing is not None:
        value = () if smoothing[2] is None else (smoothing[2],)
        return (f"--{smoothing[1]}.loss", "label_smoothing", *value)
    first = re.match(r"--(no-)?([\w-]+)", argument)
    own, of_task = (_field_names(one) for one in (experiment, experiment.task))
    if first is None or (name := first[2].replace("-", "_")) in own or name not in of_task:
        return (argument,)
    return (f"--task.{argument[2:]}",)
