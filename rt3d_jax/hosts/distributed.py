"""Several processes that train together: how they find each other, agree, and end together when one of them is gone."""

import contextlib
import ctypes
import dataclasses
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import jax
import numpy as np
from jax._src import distributed as runtime  # its key-value store has no public name
from jax.experimental import multihost_utils

from lowering.system import bounds, typed
from rt3d_jax.hosts import stops

Tree = Any
Value = TypeVar("Value")
FAILED = 2
BEAT_SECONDS = 1.0
GRACE_SECONDS = 5.0
MEETING_SECONDS, MEETING_STEPS = 5.0, 10
GOES_ON = "the same command continues from the last checkpoint"
# Words in the errors of collectives whose partner is gone: not the cause, but what follows from it.
FOLLOWS = ("gloo", "nccl", "socket", "connection", "unavailable", "coordination")


@dataclasses.dataclass(frozen=True)
class Job:
    """How the processes of a job find each other: through the cluster (all None), or by an address, their count and
    this one's number.

    A process that is silent for `patience` seconds counts as gone.
    """

    coordinator: str | None = None
    processes: int | None = None
    process: int | None = None
    patience: float = 30.0

    def __post_init__(self) -> None:
        typed.read(self.patience, bounds.Positive, "patience")
        by_hand = (self.coordinator, self.processes, self.process)
        if any(value is None for value in by_hand) and any(value is not None for value in by_hand):
            raise ValueError(
                f"coordinator, processes, process are {by_hand}; expected all three (HOST:PORT of process 0, how many, "
                "which one from 0), or none of them on SLURM, TPU pods and under Open MPI"
            )


def first() -> bool:
    """Whether this process writes files and prints for all of them: process 0 of a job, or the only process."""
    return jax.process_index() == 0


def in_turn(function: Callable[[], Value]) -> Value:
    """Calls function() in process 0 first, then in the others, which find what it wrote.

    Each returns its own result.
    """
    if jax.process_count() == 1:
        return function()
    found = function() if first() else None
    multihost_utils.sync_global_devices("rt3d in turn")
    return found if first() else function()  # pyright: ignore[reportReturnType]


def agree(*values: float) -> tuple[float, ...]:
    """The largest of each value over all processes, the same on each."""
    if jax.process_count() == 1:
        return values
    return tuple(multihost_utils.process_allgather(np.asarray(values, np.float32)).max(axis=0).tolist())


def shared(tree: Tree) -> Tree:
    """The arrays of process 0, in all processes. Copies that start bitwise equal stay equal."""
    return tree if jax.process_count() == 1 else multihost_utils.broadcast_one_to_all(tree)


class Meetings:
    """Asks at each step whether any process has set a flag. With several processes, they ask each other every few
    seconds.

    The processes also agree on the steps at which they ask, since each measures its own pace.
    """

    def __init__(self) -> None:
        self._step, self._next, self._time = 0, 0, time.monotonic()

    def any(self, step: int, *flags: bool, now: bool = False) -> tuple[bool, ...]:
        """Each flag, True if it is so in any process; False between meetings. step and now must be alike in all
        processes.
        """
        if jax.process_count() == 1:
            return flags
        if step < self._next and not now:
            return (False,) * len(flags)
        clock = time.monotonic()
        *found, pace = agree(*flags, (clock - self._time) / max(1, step - self._step))
        self._step, self._time = step, clock
        self._next = step + min(MEETING_STEPS, max(1, int(MEETING_SECONDS / max(pace, 1e-6))))
        return tuple(map(bool, found))


@contextlib.contextmanager
def joined(job: Job | None, what: str) -> Iterator[None]:
    """Inside the block this process takes part in a job (None: it is alone). RuntimeError if the others are not found.

    If one process fails, is killed or falls silent, all of them end with a line that says so, which begins with `what`.
    They end by os._exit, because code that waits for a lost partner cannot be unwound.
    """
    if job is None:
        yield
        return
    _initialise(job)
    watch = _Watch(job, what)
    watch.start()
    try:
        yield
        multihost_utils.sync_global_devices("rt3d done")
        watch.stop()
    except BaseException as error:
        if os.environ.get("RT3D_TRACEBACK"):
            traceback.print_exc()
        watch.leave(error)


def _initialise(job: Job) -> None:
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.config.update("jax_enable_preemption_service", False)  # it takes SIGTERM, which `fit` answers
    patience = max(1, round(job.patience))
    try:
        jax.distributed.initialize(
            job.coordinator,
            job.processes,
            job.process,
            initialization_timeout=max(300, patience),
            heartbeat_timeout_seconds=2 * patience + 60,  # the watch comes first
            cluster_detection_method=None if job.coordinator is None else "deactivate",
        )
    except (ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise RuntimeError(
            f"found no job to join ({reason}); expected SLURM, a TPU pod, Open MPI, or coordinator, "
            f"processes and process"
        ) from error


class _Watch(threading.Thread):
    """Tells the other processes that this one is alive, or why it ends; ends it when one of them is gone.

    Keys in the store of process 0: beat/I counts up while process I is alive, ended/I says why process I ended.
    """

    def __init__(self, job: Job, what: str):
        super().__init__(daemon=True)
        self._what, self._patience = what, job.patience
        self._me, self._count = jax.process_index(), jax.process_count()
        self._client: Any = runtime.global_state.client
        self._lost: str | None = None
        self._silent: set[int] = set()  # processes that will not say how they ended
        self._found, self._over, self._ending = threading.Event(), threading.Event(), threading.Lock()
        self._on_abort = ctypes.CFUNCTYPE(None, ctypes.c_int)(self._aborted)

    def start(self) -> None:
        # XLA aborts a process whose coordinator, in process 0, does not answer any more. Python's own handlers would
        # run too late.
        ctypes.CDLL(None).signal(signal.SIGABRT, self._on_abort)
        super().start()

    def stop(self) -> None:
        """Stops watching: all processes are done, so none is missed from here on."""
        self._over.set()
        self.join()
        signal.signal(signal.SIGABRT, signal.SIG_DFL)

    def leave(self, error: BaseException) -> None:
        """Ends this process because of its own error, or because of the lost process that caused the error. Never
        returns.
        """
        text = " ".join(str(error).split())
        if isinstance(error, Exception) and any(word in text.lower() for word in FOLLOWS):
            self._found.wait(self._patience + GRACE_SECONDS)
        if isinstance(error, KeyboardInterrupt):
            code = stops.exit_code() or stops.INTERRUPTED
            self._end("interrupted", "interrupted; the same command continues from here", code)
        self._end(self._lost or text or type(error).__name__, self._lost or text or repr(error), FAILED)

    def run(self) -> None:
        number, heard, silent = 0, {}, dict.fromkeys(range(self._count), 0)
        while self._lost is None and not self._over.wait(BEAT_SECONDS):
            number += 1
            try:
                self._client.key_value_set(f"beat/{self._me}", str(number), allow_overwrite=True)
                found = dict(self._client.key_value_dir_get("beat") + self._client.key_value_dir_get("ended"))
            except Exception:  # of the store
                self._lost = self._gone(0)
                break
            for other in set(range(self._count)) - {self._me}:
                beat, reason = found.get(f"beat/{other}"), found.get(f"ended/{other}")
                # Own rounds are counted, not seconds: a machine that slept has missed nobody.
                silent[other] = silent[other] + 1 if heard.get(other) == beat else 0
                heard[other] = beat
                if reason is not None:
                    self._lost = f"process {other} of {self._count} ended ({reason}); {GOES_ON}"
                elif silent[other] * BEAT_SECONDS > self._patience:
                    self._lost = self._gone(other)
                    self._silent.add(other)
        if self._lost is not None:
            self._found.set()
            time.sleep(GRACE_SECONDS)  # in which the main thread may come to its own end
            self._end(self._lost, self._lost, FAILED)

    def _gone(self, other: int) -> str:
        return (
            f"process {other} of {self._count} is gone: killed, lost with its machine, or silent for "
            f"{self._patience:g} s; {GOES_ON}"
        )

    def _aborted(self, *_: Any) -> None:
        if self._ending.acquire(blocking=False):
            self._say(self._lost or f"XLA ended this process, as above; most likely {self._gone(0)}")
        os._exit(FAILED)

    def _end(self, reason: str, line: str, code: int) -> None:
        self._ending.acquire()  # for good: one thread ends the process
        self._say(line)
        with contextlib.suppress(Exception):
            self._client.key_value_set(f"ended/{self._me}", reason[:500])
            for _ in range(
                round(2 * GRACE_SECONDS / BEAT_SECONDS) if self._me == 0 else 0
            ):  # whose store the others read
                if len(self._client.key_value_dir_get("ended")) + len(self._silent) >= self._count:
                    break
                time.sleep(BEAT_SECONDS)
        sys.stdout.flush()
        os._exit(code)

    def _say(self, line: str) -> None:
        print(f"{self._what}: {line}", file=sys.stderr, flush=True)
