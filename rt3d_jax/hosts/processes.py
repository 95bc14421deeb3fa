"""Runs jobs in processes of their own, several at a time, each on its share of the cores. A crash ends only its own
job.
"""

import contextlib
import multiprocessing
import os
import queue
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from rt3d_jax.hosts import stops

Progress = Callable[[str, int, int, dict[str, float]], None]
Report = Callable[..., None]
SECONDS = 1.0


class Job(Protocol):
    """A named piece of work whose result can be pickled."""

    @property
    def name(self) -> str: ...

    def run(self, progress: Progress) -> Any: ...


def run(
    jobs: Sequence[Job], after: dict[str, str], done: set[str], progress: Progress, report: Report, *, at_once: int
) -> None:
    """Runs jobs in order, up to `at_once` at a time (0: one by one, in this process).

    `after` maps a job's name to the job that must be done before it. `done` holds the names of jobs that are done
    already. A job whose predecessor failed fails too. report(name, result) or report(name, error=text) is called for
    every job that ends, and progress("JOB: what", ...) while jobs run. Ctrl-C lets running jobs write their checkpoints
    and is then raised again.
    """
    if at_once < 0:
        raise ValueError(f"processes at once are {at_once}, expected 0 (this process) or more")
    _Queue(jobs, after, done, progress, report).run(at_once)


class _Queue:
    """The jobs that wait, those that run, and those that are done."""

    def __init__(self, jobs: Sequence[Job], after: dict[str, str], done: set[str], progress: Progress, report: Report):
        self._waiting, self._after, self._done, self._failed = list(jobs), after, set(done), set()
        self._progress, self._report = progress, report
        self._context = multiprocessing.get_context("spawn")
        self._messages: Any = None
        self._running: dict[str, tuple[Any, int]] = {}

    def run(self, at_once: int) -> None:
        if at_once == 0:
            while (job := self._next()) is not None:
                result, error = _attempt(
                    job, lambda what, *rest, name=job.name: self._progress(f"{name}: {what}", *rest)
                )
                self._ended(job.name, result, error)
            return
        self._messages = self._channel()
        try:
            while self._waiting or self._running:
                self._start(at_once)
                self._listen()
        except BaseException:
            self._stop()
            raise

    def _channel(self) -> Any:
        """What the jobs' processes say something through."""
        try:
            return self._context.Queue()
        except OSError as error:
            reason = f"it cannot be used ({os.strerror(error.errno or 0)})"
            raise ValueError(
                f"processes need shared memory to hand on what they say, and {reason}; mount a tmpfs at /dev/shm, or "
                "run the jobs in this process: --jobs 0"
            ) from error

    def _next(self) -> Job | None:
        """The first job that may run now. Jobs that depend on a failed one are marked as failed on the way."""
        for job in list(self._waiting):
            before = self._after.get(job.name)
            if before in self._failed:
                self._waiting.remove(job)
                self._ended(job.name, None, f"{before} failed, which comes before")
            elif before is None or before in self._done:
                self._waiting.remove(job)
                return job
        return None

    def _start(self, at_once: int) -> None:
        while len(self._running) < at_once and (job := self._next()) is not None:
            place = min(set(range(at_once)) - {place for _, place in self._running.values()})
            process = self._context.Process(
                target=_work, args=(job, _cores(place, at_once), os.getpid(), self._messages)
            )
            with stops.waiting():  # until the child has a process group of its own
                process.start()
            self._running[job.name] = process, place

    def _listen(self) -> None:
        with contextlib.suppress(queue.Empty):
            name, kind, value = self._messages.get(timeout=SECONDS)
            if kind == "progress":
                self._progress(f"{name}: {value[0]}", *value[1:])
            elif name in self._running:
                process, _ = self._running.pop(name)
                process.join()
                self._ended(name, *value)
            return
        for name, (process, _) in list(self._running.items()):
            if not process.is_alive() and self._messages.empty():
                del self._running[name]
                self._ended(name, None, f"its process ended with exit code {process.exitcode}")

    def _ended(self, name: str, result: Any, error: str | None) -> None:
        if error is None:
            self._done.add(name)
            self._report(name, result)
        else:
            self._failed.add(name)
            self._report(name, error=error)

    def _stop(self) -> None:
        for process, _ in self._running.values():
            if process.is_alive() and process.pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGINT)
        until = time.monotonic() + 60
        for process, _ in self._running.values():
            while process.is_alive() and time.monotonic() < until:
                with contextlib.suppress(queue.Empty):  # so that no child waits for room in the pipe
                    self._messages.get(timeout=0.1)
            if process.is_alive():
                process.kill()


def _attempt(job: Job, progress: Progress) -> tuple[Any, str | None]:
    try:
        return job.run(progress), None
    except Exception as error:
        return None, f"{type(error).__name__}: {' '.join(str(error).split())}"


def _work(job: Job, cores: set[int], parent: int, messages: Any) -> None:
    """The body of a job's process. It has its own process group, so Ctrl-C reaches it only through the parent."""
    os.setpgrp()
    os.sched_setaffinity(0, cores)  # before XLA counts them
    said: dict[str, float] = {}

    def progress(what: str, done: int, total: int, values: dict[str, float] | None = None) -> None:
        if os.getppid() != parent:
            raise KeyboardInterrupt  # nobody listens any more
        stops.check()
        now = time.monotonic()
        if done == total or now - said.get(what, 0.0) > SECONDS:
            said[what] = now
            messages.put((job.name, "progress", (what, done, total, values or {})))

    with contextlib.suppress(KeyboardInterrupt):
        stops.install()  # a stop that came until here is raised now
        messages.put((job.name, "ended", _attempt(job, progress)))
    stops.leave_at_once("")


def _cores(place: int, places: int) -> set[int]:
    """The cores of one place: every `places`th core of this process, or a single one where there are fewer cores than
    places.
    """
    cores = sorted(os.sched_getaffinity(0))
    return set(cores[place::places]) or {cores[place % len(cores)]}
