"""Where a training loop's time goes: its wait for batches, and a trace of a few steps for TensorBoard or Perfetto."""

import contextlib
import pathlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import jax

SKIPPED_STEPS, TRACED_STEPS = 10, 5
Progress = Callable[[str, int, int, dict[str, float]], None]


class Waiting:
    """How long the device had nothing to do because the next batch was not there.

    An upper bound: a wait counts whole if the step before has ended when it ends, and not at all if that still
    computes.
    """

    def __init__(self) -> None:
        self._began, self._seconds = time.monotonic(), 0.0

    @contextlib.contextmanager
    def batch(self, running: Any) -> Iterator[None]:
        """Around the call that gives a batch; `running` is an array of the step before, None before the first."""
        began = time.monotonic()
        with jax.profiler.TraceAnnotation("next batch"):
            yield
        if running is not None and running.is_ready():
            self._seconds += time.monotonic() - began

    def percent(self) -> float:
        """Of the time since the last call, or since the beginning."""
        now = time.monotonic()
        share = self._seconds / max(now - self._began, 1e-9)
        self._began, self._seconds = now, 0.0
        return round(100 * share, 2)


class Traced:
    """A progress report that also writes a trace of a few steps of the first phase that trains: after ten, five of
    them.

    `folder` then holds plugins/profile/TIME/*.xplane.pb (TensorBoard) and *.trace.json.gz (ui.perfetto.dev).
    """

    def __init__(self, progress: Progress, folder: pathlib.Path):
        self._progress, self._folder = progress, folder
        self._phase, self._seen, self._tracing = "", 0, False

    def __enter__(self) -> "Traced":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def __call__(self, what: str, done: int, total: int, values: dict[str, float]) -> None:
        if what != "data" and self._phase in ("", what):
            self._phase, self._seen = what, self._seen + 1
            first = min(SKIPPED_STEPS, max(total - TRACED_STEPS, 1))
            if self._seen == first:
                self._start()
            elif self._seen == first + TRACED_STEPS or done == total:
                self._stop()
        self._progress(what, done, total, values)

    def _start(self) -> None:
        options = jax.profiler.ProfileOptions()
        options.python_tracer_level = 0  # its events would crowd out the steps
        jax.profiler.start_trace(self._folder, profiler_options=options)
        self._tracing = True

    def _stop(self) -> None:
        if self._tracing:
            self._tracing = False
            jax.profiler.stop_trace()
