"""Latency of bundles and of each of their layers on this machine, with iree-benchmark-module.

Bundles are timed in turns, and the machine's peak of fused multiply-adds (FMA) in the same run, so that noise and clock
changes meet all of them alike.
"""

import collections
import dataclasses
import pathlib
import tempfile
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypedDict

import numpy as np

from lowering.bundle import bundles, run, timeline
from lowering.bundle import compile as compilers
from lowering.kernels import peak as peaks
from lowering.system import typed
from lowering.targets import targets

PEAK_STEPS = 2_000_000
ACCUMULATORS = 12
SCALE = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3}


class _Kind(TypedDict):
    run_type: str


class _Report(TypedDict):
    """What iree-benchmark-module writes: an _Entry for every iteration, among entries of other kinds."""

    benchmarks: list[_Kind]


class _Entry(TypedDict):
    real_time: float
    time_unit: Literal["ns", "us", "ms", "s"]


class _Line(TypedDict):
    """What iree-profile writes: an _Event for every dispatch, among lines of other types."""

    type: str


class _Event(TypedDict):
    key: str
    duration_ns: float


@dataclasses.dataclass(frozen=True)
class Latency:
    """Times of single runs, in milliseconds."""

    run: str
    target: str
    threads: int
    macs: int
    times_ms: tuple[float, ...]

    def percentile(self, share: float) -> float:
        return float(np.percentile(self.times_ms, share))

    @property
    def useful_gflops(self) -> float:
        """2 x MACs kept over the median time."""
        return 2e-6 * self.macs / self.percentile(50)

    def row(self, peak: float) -> dict[str, Any]:
        """A row of report.json; `peak` is the FMA peak of as many threads, in GFLOP/s."""
        return {
            "run": self.run,
            "engine": "rt3d-jax (IREE)",
            "target": self.target,
            "threads": self.threads,
            "runs": len(self.times_ms),
            "p50_ms": self.percentile(50),
            "p90_ms": self.percentile(90),
            "min_ms": min(self.times_ms),
            "macs": self.macs,
            "useful_gflops": self.useful_gflops,
            "share_of_peak": self.useful_gflops / peak,
        }


def interleave(
    found: Sequence[bundles.Bundle],
    threads: int = 1,
    rounds: int = 5,
    runs: int = 20,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[Latency], float]:
    """Times bundles in turns, A B A B ..., and the FMA peak between the rounds.

    In a round, each bundle runs `runs` single inferences after two that warm up. Gives a Latency for each bundle, and
    the median FMA peak of `threads` threads together, in GFLOP/s. RunError for a bundle that is not for this machine.
    """
    peaks = list[float]()
    with tempfile.TemporaryDirectory() as folder:
        _check_here(found)
        peak = Peak(pathlib.Path(folder), found[0], threads)
        latencies = turns(found, threads, rounds, runs, progress, lambda: peaks.append(peak.gflops()))
    return latencies, float(np.median(peaks))


def turns(
    found: Sequence[bundles.Bundle],
    threads: int,
    rounds: int,
    runs: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
    between: Callable[[], None] = lambda: None,
) -> list[Latency]:
    """A Latency for each bundle, timed in turns as by `interleave`. between() is called before each round."""
    _check_here(found)
    times: dict[int, list[float]] = collections.defaultdict(list)
    for number in range(rounds):
        between()
        for i, bundle in enumerate(found):
            times[i] += _times(bundle, [*_flags(bundle), *device(bundle.target, threads)], runs)
            progress(number * len(found) + i + 1, rounds * len(found))
    return [Latency(b.manifest["run"], b.target.name, threads, b.macs, tuple(times[i])) for i, b in enumerate(found)]


def _check_here(found: Sequence[bundles.Bundle]) -> None:
    for bundle in found:
        if not bundle.target.is_host:
            raise run.RunError(
                f"{bundle.name} cannot be timed here; only bundles for `host` can (an emulator's time says nothing)"
            )


def device(target: targets.Target, threads: int) -> list[str]:
    """Flags that run a CPU module on so many threads."""
    if target.kind != "cpu" or threads == 1:
        return [f"--device={target.device}"]
    return ["--device=local-task", run.topology(threads)]


def profile(bundle: bundles.Bundle, runs: int = 20) -> list[dict[str, Any]]:
    """A row for each kernel, in the order of the network.

    It holds the name, the median ms of `runs` inferences, the MACs, and who wrote the kernel, "ours" or "IREE". A piece
    that JAX wrote is one row, whatever number of dispatches IREE makes of it. What IREE compiled together with it and
    cannot be told apart is in its row too, which is then called "IREE (...)".

    On one thread. Profiling costs time: compare shares, and take latencies from `interleave`. RunError for a bundle
    that is not for this machine.
    """
    return timeline.rows(bundle, _events(bundle, runs))


def kernels(bundle: bundles.Bundle, runs: int) -> dict[str, np.ndarray]:
    """What each row of a profile took in each of `runs` inferences, in ms, after two that warm up. Errors as those."""
    return {part.name: took[2:] for part, took in timeline.times(bundle, _events(bundle, runs))}


def _events(bundle: bundles.Bundle, runs: int) -> list[_Event]:
    """The dispatches of all inferences, those that warm up included."""
    if not bundle.target.is_host:
        raise run.RunError(f"{bundle.name} cannot be profiled here; only bundles for `host` can")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "run.ireeprof"
        flags = ["--device_profiling_mode=host-execution", f"--device_profiling_output={path}"]
        _times(bundle, ["--flagfile=bench.flags", *flags], runs)
        events = run.call(bundle, "iree-profile", ["dispatch", "--dispatch_events", "--format=jsonl", str(path)])
    rows = [typed.parse(line, _Line) for line in events.splitlines()]
    return [typed.read(row, _Event) for row in rows if row["type"] == "host_dispatch_event"]


def _flags(bundle: bundles.Bundle) -> list[str]:
    """The bundle's flags but for the device: a second one would not replace the first."""
    return [line for line in (bundle.folder / "bench.flags").read_text().split() if not line.startswith("--device=")]


def _times(bundle: bundles.Bundle, arguments: list[str], runs: int) -> list[float]:
    repeat = ["--benchmark_format=json", "--benchmark_min_time=1x", f"--benchmark_repetitions={runs + 2}"]
    return times(run.call(bundle, "iree-benchmark-module", [*arguments, *repeat]))[2:]  # the first two warm up


def times(report: str | bytes) -> list[float]:
    """ms per inference of every entry of iree-benchmark-module's JSON. ValueError for anything else."""
    found = typed.parse(report, _Report)["benchmarks"]
    entries = [typed.read(entry, _Entry) for entry in found if entry["run_type"] == "iteration"]
    return [entry["real_time"] * SCALE[entry["time_unit"]] for entry in entries]


class Peak:
    """A kernel of fused multiply-adds on registers only, for the target of a bundle, with a workgroup per thread."""

    def __init__(self, folder: pathlib.Path, bundle: bundles.Bundle, threads: int) -> None:
        self.bundle, self.threads = bundle, threads
        self.lanes = bundle.target.vector_bytes // 4
        self.vmfb = folder / "peak.vmfb"
        (folder / "peak.mlir").write_text(peaks.Peak(threads, self.lanes, ACCUMULATORS, PEAK_STEPS).text())
        compilers.compile(folder / "peak.mlir", bundle.target, self.vmfb)

    def gflops(self) -> float:
        """Of all threads together, at the best of three runs."""
        arguments = [
            f"--module={self.vmfb}",
            "--function=peak",
            f"--input={self.threads}x{self.lanes}xf32=0.5",
            *device(self.bundle.target, self.threads),
        ]
        return 2e-6 * self.threads * PEAK_STEPS * ACCUMULATORS * self.lanes / min(_times(self.bundle, arguments, 3))
