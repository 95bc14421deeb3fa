"""rt3d train: train an experiment, from its config to finished runs."""

import contextlib
import dataclasses
import functools
import importlib
import pathlib
import re
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

from lowering.system import spelling
from rt3d_jax.cli import arguments, console
from rt3d_jax.evaluation import measured
from rt3d_jax.hosts import distributed, plugins
from rt3d_jax.training import experiments, phases, tracing

# What the functions of config files make.
KINDS = {"experiment": "experiment", "grid": "sweep"}


@dataclasses.dataclass(frozen=True)
class Options:
    """Train a network, prune it to each rate of an experiment, and retrain it.

    EXPERIMENT comes first. It is a name, such as quickstart or c3d_ucf101 (the files of rt3d_jax/configs), or a Python
    file with a function experiment(). A file may hold several: exemplar:tuned is what tuned() in exemplar.py gives.
    `rt3d train EXPERIMENT --help` lists the options of that experiment: every field of it is one. Fields of the task
    can be named without "task.", as in --data.folder.

    The phases are dense training, the penalise phase, and for each rate the cut and the retraining. A finished phase is
    not repeated. A phase that was stopped continues at the batch where it stopped.

    Args:
        experiment: What is trained.
        out: Folder for the runs (OUT/runs/NAME), and for made-up data (OUT/data).
        profile: Folder for a trace of five steps of the first phase that trains. Open it in TensorBoard or
            ui.perfetto.dev.
        distributed: This is one of several processes that train together, started by SLURM, a TPU pod or Open MPI. OUT
            is a folder that all of them share. The batch counts the examples of all of them. To start a job by hand,
            give --coordinator, --processes and --process instead.
        coordinator: HOST:PORT of process 0, for a job that is started by hand. All of its processes get the same.
        processes: The number of processes of a job that is started by hand.
        process: The number of this process, from 0.
        patience: Seconds of silence after which a process counts as gone, and the job ends.

    Examples:
        rt3d train quickstart --out runs/first
        rt3d train c3d_ucf101 --data.folder data/ucf101 --rates 2.6 3.6 --batch 16
    """

    experiment: Annotated[experiments.Experiment, tyro.conf.arg(name="")]
    out: pathlib.Path = pathlib.Path("out")
    profile: Annotated[pathlib.Path | None, arguments.value("FOLDER")] = None
    distributed: bool = False
    coordinator: Annotated[str | None, arguments.value("HOST:PORT")] = None
    processes: Annotated[int | None, arguments.value("INT")] = None
    process: Annotated[int | None, arguments.value("INT")] = None
    patience: float = 30.0


def parse(words: Sequence[str], prog: str) -> arguments.Call:
    """The call that EXPERIMENT and the options after it ask for. ValueError without it, else as arguments.read."""
    named = bool(words) and not words[0].startswith("-")
    if not named and not set(words) & set(arguments.HELP):
        raise ValueError(f"name an experiment first: one of {', '.join(names())}, or the path of a .py file")
    default = Options(load(words[0] if named else "quickstart"))
    spelled = [one for word in words[named:] for one in _spelled_out(word, default.experiment)]
    options = arguments.read(
        Options, spelled, f"{prog} EXPERIMENT", default=default, config=(tyro.conf.AvoidSubcommands,)
    )
    return functools.partial(run, options, prog)


def run(options: Options, prog: str) -> None:
    """Trains the experiment, in this process or in a job of several, and prints the results."""
    with distributed.joined(job(options), prog), contextlib.ExitStack() as stack:
        progress = stack.enter_context(console.Progress()) if distributed.first() else lambda *_: None
        if options.profile is not None:
            progress = stack.enter_context(tracing.Traced(progress, options.profile))
        results = phases.run(options.experiment, options.out, progress)
    if distributed.first():
        show(results)


def job(options: Options) -> distributed.Job | None:
    """The job that this process belongs to, or None if it trains alone. ValueError if the job is only partly named."""
    found = distributed.Job(options.coordinator, options.processes, options.process, options.patience)
    return found if options.distributed or found.coordinator is not None else None


def load(name: str, function: str = "experiment") -> Any:
    """What a function of a config file gives: an Experiment for experiment(), a Sweep for grid().

    `name`: a file of rt3d_jax/configs, without its ending, or the path of a .py file; for another function of it, with
    its name behind a colon. ValueError if there is none.
    """
    before, _, last = name.rpartition(plugins.SEPARATOR)
    name, chosen = (before, last) if before and last.isidentifier() else (name, "")
    path, function = pathlib.Path(name), chosen or function
    if path.suffix == ".py":
        if not path.is_file():
            raise ValueError(
                f"{path} is not there; expected a Python file with a function {function}(), or one of: "
                f"{', '.join(names(function))}"
            )
        module: Any = plugins.load(path)
    elif name in names(function) or (chosen and name in names()):
        module = importlib.import_module(f"rt3d_jax.configs.{name}")
    else:
        known, kind = (names(), KINDS["experiment"]) if chosen else (names(function), KINDS[function])
        raise ValueError(
            f"no {kind} {name!r}; expected one of: {', '.join(known)}, or the path of a .py file"
            f"{spelling.meant(name, known)}"
        )
    if not hasattr(module, function):
        raise ValueError(f"{path} has no function {function}() that returns one")
    return getattr(module, function)()


def names(function: str = "experiment") -> list[str]:
    """The configs of the package that have this function: experiments or sweeps."""
    folder = pathlib.Path(__file__).parents[1] / "configs"
    return sorted(path.stem for path in folder.glob("*.py") if f"\ndef {function}(" in path.read_text())


def show(results: list[dict[str, Any]]) -> None:
    """Prints the results of runs as a table."""
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
    for line in measured.remarks(results):
        console.say(line)


def _value(score: measured.Score | None) -> str | None:
    return None if score is None or score.value is None else measured.number(score.value, score.unit)


def _field_names(value: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(value)}


def _spelled_out(argument: str, experiment: experiments.Experiment) -> tuple[str, ...]:
    """An option as tyro knows it.

    A field of the task may be named without "task.", as in versions that had no tasks. So may the label smoothing of a
    phase, which was a field of the recipe then.
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
