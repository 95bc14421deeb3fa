"""The process of one engine: loads a network once, then times single inferences, or answers, when it is asked to."""

import dataclasses
import importlib
import os
import pathlib
import sys
import time
from multiprocessing import connection
from typing import Any

import numpy as np

from lowering.peers import engines, networks
from lowering.peers.loaded import Loaded

WARM_UP = 2


@dataclasses.dataclass(frozen=True)
class Task:
    """The first message to the process. cores: those that it may use, one per thread. inputs: their names."""

    engine: engines.Engine
    folder: pathlib.Path
    cores: tuple[int, ...]
    inputs: tuple[str, ...] = ("clip",)


@dataclasses.dataclass(frozen=True)
class Round:
    """The answer to so many runs: times of single inferences in ms, the last answers by name, peak memory in MB.

    To other inputs it is that of one inference.
    """

    times_ms: tuple[float, ...]
    answers: dict[str, np.ndarray]
    peak_rss_mb: float


@dataclasses.dataclass(frozen=True)
class Failure:
    """The answer when the engine cannot; the process ends with it."""

    status: str


def main() -> None:
    """Entry of the process: the file descriptor of the pipe is its argument."""
    serve(connection.Connection(int(sys.argv[1])))


def serve(pipe: connection.Connection) -> None:
    """Takes a Task, then numbers of runs, or other inputs by name, until None.

    Every message is answered with a Round or, once, a Failure.
    """
    try:
        task = pipe.recv()
        network = _load(task)
        given = network.place(networks.load(task.folder, task.inputs))
        pipe.send(_round(network, given, 1))
        while (asked := pipe.recv()) is not None:
            if isinstance(asked, int):
                for _ in range(WARM_UP):
                    network.infer(given)
                pipe.send(_round(network, given, asked))
            else:
                pipe.send(_round(network, network.place(asked), 1))
    except _NotInstalled as error:
        pipe.send(Failure(str(error)))
    except EOFError:  # the other end is gone
        return
    except Exception as error:  # an engine may raise anything; it becomes the row's status
        said = (str(error).strip() or "no message").splitlines()[0]
        pipe.send(Failure(f"failed: {type(error).__name__}: {said}"))


class _NotInstalled(Exception):
    pass


def _load(task: Task) -> Loaded:
    os.sched_setaffinity(0, task.cores)
    try:
        importlib.import_module(task.engine.library)
    except ImportError as error:
        extras = "peers" if task.engine.extra == "peers" else f"peers,{task.engine.extra}"
        raise _NotInstalled(f"not installed ({error}): pip install 'rt3d-jax[{extras}]'") from error
    return task.engine.load(task.folder, len(task.cores), networks.load(task.folder, task.inputs))


def _round(network: Loaded, given: Any, runs: int) -> Round:
    times: list[float] = []
    answers: dict[str, np.ndarray] = {}
    for _ in range(runs):
        began = time.perf_counter()
        answers = network.infer(given)
        times.append(1e3 * (time.perf_counter() - began))
    held = {name: np.array(array, np.float64) for name, array in answers.items()}
    return Round(tuple(times), held, _peak_rss_mb())


def _peak_rss_mb() -> float:
    """VmHWM; getrusage would count what the process was before it became Python."""
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
