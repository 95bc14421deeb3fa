"""Engines timed in turns, A B C A B C ..., on the same cores, beside the FMA peak; a row for each, whatever came."""

import contextlib
import dataclasses
import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from lowering.bundle import measure
from lowering.peers import engines, networks, worker

ROOT = pathlib.Path(__file__).parents[2]
TIMEOUT = 900.0  # seconds for an answer: loading may mean compiling
WORKER = "from lowering.peers import worker; worker.main()"
# Of an engine's name and the function that asks it, inputs to results by name, what it is worth as a JSON value.
Judge = Callable[[str, Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]], Any]
POOLS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclasses.dataclass(eq=False)
class Measured:
    """One engine on one network.

    status is "ok", or why the other values are not there. error: largest so far, of a result's largest value; of a
    quantised network against what it answers in f32, where that is known. score: what a judge made of it.
    """

    engine: engines.Engine
    network: networks.Network
    times_ms: list[float] = dataclasses.field(default_factory=list)
    peak_rss_mb: float | None = None
    error: float | None = None
    status: str = "ok"
    score: Any = None

    def __post_init__(self) -> None:
        if (level := self.network.level) and level not in self.engine.switches:
            self.status = f"not timed: it has no switch that keeps it to {level}"

    @property
    def switches(self) -> Mapping[str, str]:
        """The environment that keeps the engine to the network's level of x86-64."""
        return self.engine.switches.get(self.network.level, {})

    def take(self, answer: worker.Round | worker.Failure) -> None:
        """Keeps what a round gave; a wrong answer makes its times worthless."""
        if isinstance(answer, worker.Failure):
            self.status = answer.status
            return
        self.peak_rss_mb = answer.peak_rss_mb
        for name, expected in self.network.answers.items():
            self._compare(name, answer.answers.get(name, np.zeros(0)), expected)

    def _compare(self, name: str, found: np.ndarray, expected: np.ndarray) -> None:
        """Holds one result against JAX's. Integers that an engine chose itself are its own affair."""
        if found.size != expected.size or not np.isfinite(found).all():
            self.status = f"wrong answer: {np.isfinite(found).sum()} finite values of {name}, expected {expected.size}"
            return
        floats = self.network.floats
        self.error = max(_off(found, expected if floats is None else floats[name]), self.error or 0.0)
        off, most = _off(found, expected), self.network.tolerance
        if off > most and not self.engine.quantises:
            self.status = f"wrong answer: {name} off by {off:.2g} of its largest value, expected at most {most:g}"

    def row(self, peak: float | None) -> dict[str, Any]:
        """The row of the JSON report; `peak` is the FMA peak of as many threads, in GFLOP/s.

        macs are those of weights other than zero. The share of the peak is that of f32 alone.
        """
        network, timed = self.network, self.status == "ok" and bool(self.times_ms)
        status = "interrupted before it was timed" if self.status == "ok" and not timed else self.status
        percentile = lambda share: float(np.percentile(self.times_ms, share)) if timed else None
        p50 = percentile(50)
        return {
            "engine": self.engine.name,
            "model": network.model,
            "scheme": network.scheme,
            "rate": network.rate,
            "macs": network.macs,
            "precision": network.precision,
            "level": network.level or None,
            "p50_ms": p50,
            "p90_ms": percentile(90),
            "min_ms": percentile(0),
            "runs": len(self.times_ms) if timed else 0,
            "peak_rss_mb": self.peak_rss_mb if timed else None,
            "share_of_peak": 2e-6 * network.macs / p50 / peak if p50 and peak and network.precision == "f32" else None,
            "max_rel_error": self.error,
            "score": self.score,
            "status": status,
        }


def interleave(
    pairs: Sequence[tuple[engines.Engine, networks.Network]],
    threads: int,
    rounds: int,
    runs: int,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
    judge: Judge = lambda name, answer: None,
) -> tuple[list[Measured], float | None, bool]:
    """Times each pair: `runs` inferences a round after a warm-up, each engine in its own process, on the same cores.

    In the end `judge` is given each engine's name and function, and scores it.

    Returns what was measured in the order of `pairs`, the median FMA peak of the threads together in GFLOP/s (None
    if it never ran), and whether all rounds were done. KeyboardInterrupt ends the rounds and keeps what was measured.
    ValueError if there are fewer cores than threads.
    """
    found, peaks = [Measured(*pair) for pair in pairs], list[float]()
    with contextlib.ExitStack() as stack:
        cores = stack.enter_context(_pinned(threads))
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            processes = []
            for number, each in enumerate(found):
                processes.append(stack.enter_context(_Process(folder / f"{number}.log", cores, each.switches)))
                if each.status == "ok":
                    each.take(
                        processes[-1].ask(worker.Task(each.engine, each.network.folder, cores, each.network.inputs))
                    )
                progress("loading", number + 1, len(found))
            peak = measure.Peak(folder, found[0].network.bundle, threads)
            for done in range(rounds):
                peaks.append(peak.gflops())
                for number, (each, process) in enumerate(zip(found, processes, strict=True)):
                    if each.status == "ok":
                        _add(each, process.ask(runs))
                    progress("latency", done * len(found) + number + 1, rounds * len(found))
            for each, process in zip(found, processes, strict=True):
                _judge(each, process, judge)
        except KeyboardInterrupt:
            return found, float(np.median(peaks)) if peaks else None, False
    return found, float(np.median(peaks)), True


def _add(each: Measured, answer: worker.Round | worker.Failure) -> None:
    each.take(answer)
    if isinstance(answer, worker.Round):
        each.times_ms += answer.times_ms


def _judge(each: Measured, process: "_Process", judge: Judge) -> None:
    def answer(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        found = process.ask(dict(inputs))
        if isinstance(found, worker.Failure):
            raise _Failed(found.status)
        return found.answers

    try:
        each.score = judge(each.engine.name, answer) if each.status == "ok" else None
    except _Failed as error:
        each.status = str(error)


class _Failed(Exception):
    pass


def _off(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, of the largest value that was expected."""
    expected = expected.astype(np.float64)
    return float(np.abs(found.reshape(expected.shape) - expected).max() / (np.abs(expected).max() or 1))


@contextlib.contextmanager
def _pinned(threads: int) -> Iterator[tuple[int, ...]]:
    """The first cores that this process may use, as many as threads; processes started meanwhile keep to them."""
    before = os.sched_getaffinity(0)
    if not 1 <= threads <= len(before):
        raise ValueError(
            f"threads is {threads}, but this process may use {len(before)} cores; give --threads 1 to {len(before)}"
        )
    os.sched_setaffinity(0, cores := tuple(sorted(before)[:threads]))
    try:
        yield cores
    finally:
        os.sched_setaffinity(0, before)


class _Process:
    """A worker and the pipe to it. What the engine prints goes to a log; Ctrl-C does not reach it."""

    def __init__(self, log: pathlib.Path, cores: tuple[int, ...], switches: Mapping[str, str]) -> None:
        self.log = log
        self.pipe, theirs = multiprocessing.Pipe()
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment = {**os.environ, "PYTHONPATH": path, **dict.fromkeys(POOLS, str(len(cores))), **switches}
        command = [sys.executable, "-c", WORKER, str(theirs.fileno())]
        with theirs, log.open("wb") as file:
            self.process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], env=environment, stdout=file, stderr=file, start_new_session=True
            )

    def __enter__(self) -> "_Process":
        return self

    def __exit__(self, *error: object) -> None:
        self.pipe.close()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # what it started, too, such as a converter
        self.process.wait()

    def ask(self, message: worker.Task | int | dict[str, np.ndarray]) -> worker.Round | worker.Failure:
        """The worker's answer; a Failure if it died or took too long."""
        try:
            self.pipe.send(message)
            if self.pipe.poll(TIMEOUT):
                return self.pipe.recv()
        except (EOFError, OSError):
            code = self.process.wait()
            said = self.log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
            return worker.Failure(f"failed: its process ended with code {code}: {said[-1]}")
        return worker.Failure(f"failed: no answer within {TIMEOUT:.0f} s")
