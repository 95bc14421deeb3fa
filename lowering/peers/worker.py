"""The process of one engine: loads a network once, then times single inferences whenever it is asked to."""

import dataclasses
import importlib
import os
import pathlib
import sys
import time
from multiprocessing import connection

import numpy as np

from lowering.peers import engines, networks

WARM_UP = 2


@dataclasses.dataclass(frozen=True)
class Task:
    """The first message to the process. cores: those that it may use, one per thread."""

    engine: engines.Engine
    folder: pathlib.Path
    cores: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Round:
    """The answer to so many runs: times of single inferences in ms, the last logits, peak memory so far in MB."""

    times_ms: tuple[float, ...]
    logits: np.ndarray
    peak_rss_mb: float


@dataclasses.dataclass(frozen=True)
class Failure:
    """The answer when the engine cannot; the process ends with it."""

    status: str


def main() -> None:
    """Entry of the process: the file descriptor of the pipe is its argument."""
    serve(connection.Connection(int(sys.argv[1])))


def serve(pipe: connection.Connection) -> None:
    """Takes a Task, then numbers of runs until None; every message is answered with a Round or, once, a Failure."""
    try:
        infer = _load(pipe.recv())
        pipe.send(_round(infer, 1))
        while (runs := pipe.recv()) is not None:
            for _ in range(WARM_UP):
                infer()
            pipe.send(_round(infer, runs))
    except _NotInstalled as error:
        pipe.send(Failure(str(error)))
    except EOFError:  # the other end is gone
        return
    except Exception as error:  # an engine may raise anything; it becomes the row's status
        said = (str(error).strip() or "no message").splitlines()[0]
        pipe.send(Failure(f"failed: {type(error).__name__}: {said}"))


class _NotInstalled(Exception):
    pass


def _load(task: Task) -> engines.Infer:
    os.sched_setaffinity(0, task.cores)
    try:
        importlib.import_module(task.engine.library)
    except ImportError as error:
        raise _NotInstalled(f"not installed ({error}): pip install 'rt3d-jax[peers]'") from error
    return task.engine.load(task.folder, len(task.cores), np.load(task.folder / networks.CLIP))


def _round(infer: engines.Infer, runs: int) -> Round:
    times, logits = [], np.zeros(0)
    for _ in range(runs):
        began = time.perf_counter()
        logits = infer()
        times.append(1e3 * (time.perf_counter() - began))
    return Round(tuple(times), np.array(logits, np.float64).reshape(-1), _peak_rss_mb())


def _peak_rss_mb() -> float:
    """VmHWM; getrusage would count what the process was before it became Python."""
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
