"""The benchmark protocol on one phone: check, first inference, interleaved rounds, sustained load.

Failures are kept as text.
"""

import dataclasses
import io
import math
import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lowering.bundle import measure
from lowering.phone import adb, cpu, pack, state

WARM_UP = 2  # of each process
FIRST_RUNS = 3  # of the process whose load, first inference and memory are measured
WINDOW = 30.0  # seconds at each end of a sustained run that are compared
# ms that one entry of a sustained run lasts at least, so that minutes give thousands of entries and not millions
SHORTEST = 50.0
SLACK = 120.0  # seconds that adb waits longer than the phone
Say = Callable[[str], None]


class ToolError(RuntimeError):
    """A bundle did not run on a phone, or its answer cannot be read."""


@dataclasses.dataclass(frozen=True)
class Options:
    """threads: cores to use. rounds, runs: rounds of single inferences, and inferences in each.

    sustained: seconds, 0 for none. limit: seconds that one process may take.
    """

    threads: int = 1
    rounds: int = 5
    runs: int = 20
    sustained: float = 0.0
    limit: float = 600.0

    def __post_init__(self) -> None:
        for name in ("threads", "rounds", "runs"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, expected 1 or more")
        if self.sustained and self.sustained < 2 * WINDOW:
            raise ValueError(
                f"sustained is {self.sustained} s, expected {2 * WINDOW:.0f} or more: its first and last "
                f"{WINDOW:.0f} s are compared"
            )


@dataclasses.dataclass
class Measured:
    """The results of one bundle on one phone.

    All times are in ms. `times`: of single inferences, in the order of the rounds.
    """

    packed: pack.Pack
    failure: str | None = None
    max_abs_error: float | None = None
    max_rel_error: float | None = None
    cpus: tuple[int, ...] = ()
    pinned: bool = False
    load: float | None = None
    first: float | None = None
    peak_bytes: int | None = None
    times: list[float] = dataclasses.field(default_factory=list)
    sustained: list[float] = dataclasses.field(default_factory=list)  # ms an inference, entry by entry
    sustained_inferences: int = 1  # of each entry
    pushed: adb.Pushed | None = None
    before: dict[str, Any] = dataclasses.field(default_factory=dict)
    after: dict[str, Any] = dataclasses.field(default_factory=dict)


def check(facts: state.Facts, packs: Sequence[pack.Pack], say: Say) -> list[Measured]:
    """Pushes packed bundles to one phone and runs each on its own clip.

    A fault becomes the `failure` of its Measured.
    """
    found = [Measured(packed) for packed in packs]
    _each(found, lambda one: _check(facts, one, say))
    return found


def bench(facts: state.Facts, packs: Sequence[pack.Pack], options: Options, say: Say) -> list[Measured]:
    """Does what `check` does, then times: a first process each, rounds over all bundles (A B A B ...), a sustained run
    each.
    """
    found = check(facts, packs, say)
    serial = facts.serial
    _each(found, lambda one: _first(serial, one, options))
    for number in range(options.rounds):
        _each(found, lambda one: _round(serial, one, options))
        if all(one.failure for one in found):
            break
        say(f"{serial}: round {number + 1} of {options.rounds}")
    if options.sustained:
        _each(found, lambda one: _sustain(facts, one, options, say))
    return found


def remove(serial: str, found: Sequence[Measured]) -> None:
    """Removes the bundles' folders from the phone."""
    for one in found:
        adb.remove(serial, one.packed)


def retention(times: Sequence[float], inferences: int = 1) -> tuple[float, float, float] | None:
    """Median ms of the first and the last 30 s of a sustained run, and the speed at the end over that at the start."""
    ends = np.cumsum(np.asarray(times) * inferences) / 1000
    if len(ends) == 0 or ends[-1] < 2 * WINDOW:
        return None
    first = float(np.median(np.asarray(times)[ends <= max(WINDOW, ends[0])]))
    last = float(np.median(np.asarray(times)[ends > ends[-1] - WINDOW]))
    return first, last, first / last


def _each(found: Sequence[Measured], step: Callable[[Measured], None]) -> None:
    """Runs a step for every bundle that has not failed. If the phone goes away, all of them fail."""
    for one in (one for one in found if one.failure is None):
        try:
            step(one)
        except ToolError as error:
            one.failure = str(error)
        except adb.DeviceError as error:
            for each in (each for each in found if each.failure is None):
                each.failure = str(error)
            return


def _check(facts: state.Facts, one: Measured, say: Say) -> None:
    packed, serial = one.packed, facts.serial
    lacking = cpu.lacking(packed.needed, facts.cpuinfo)
    if lacking:
        raise ToolError(
            f"{serial}'s CPU lacks {', '.join(lacking)}, which {packed.bundle.name} may use; lower for an "
            f"older core, such as android:cortex-a55"
        )
    one.pushed = adb.push(serial, packed, say)
    # The tools' own check says yes or no; the answer itself says by how much.
    _script(serial, packed, "run.sh")
    inputs = (f"--input=@{name}" for name in packed.bundle.inputs)
    found = [f"answer_{place}.npy" for place in range(len(packed.bundle.outputs))]
    _script(serial, packed, "run.sh", *inputs, *(f"--output=@{name}" for name in found))
    pairs = zip(packed.bundle.outputs, found, strict=True)
    errors = [_errors(packed, name, _pull(serial, packed, file)) for name, file in pairs]
    one.max_abs_error, one.max_rel_error = (max(each) for each in zip(*errors, strict=True))


def _errors(packed: pack.Pack, name: str, data: bytes) -> tuple[float, float]:
    """The largest error against JAX's answer of this name: absolute, and relative to the largest value.

    ToolError beyond the tolerance.
    """
    expected = packed.bundle.array(name)
    try:
        found = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ToolError(f"the phone's answer is no .npy file ({error})") from error
    if found.shape != expected.shape or found.dtype != expected.dtype:
        raise ToolError(f"the phone's answer is {found.dtype}{found.shape}, expected {expected.dtype}{expected.shape}")
    (error, relative), tolerance = packed.bundle.errors(name, found), packed.bundle.tolerance
    if relative > tolerance:
        raise ToolError(
            f"wrong answer: it differs from JAX's by {relative:.1e} of the largest value, expected at most "
            f"{tolerance:.0e}"
        )
    return error, relative


def _first(serial: str, one: Measured, options: Options) -> None:
    """Measures the first process. Its load time is what it took beside its inferences: start, module, weights, end."""
    one.before = state.conditions(serial)
    said, times = _run(serial, one, FIRST_RUNS, options, memory=True)
    one.first = times[0]
    if "start_ns" in said and "end_ns" in said:
        one.load = max((said["end_ns"] - said["start_ns"]) / 1e6 - sum(times), 0.0)
    one.peak_bytes = said["peak_kb"] * 1024 if "peak_kb" in said else None


def _round(serial: str, one: Measured, options: Options) -> None:
    _, times = _run(serial, one, options.runs + WARM_UP, options)
    one.times += times[WARM_UP:]
    one.after = state.conditions(serial)


def _sustain(facts: state.Facts, one: Measured, options: Options, say: Say) -> None:
    """Measures one long process, whose number of runs follows from the speed so far.

    On an emulator it only has to run.
    """
    typical = float(np.median(one.times))
    inferences = max(1, math.ceil(SHORTEST / typical))
    entries = (
        FIRST_RUNS if facts.status == state.EMULATOR else math.ceil(1000 * options.sustained / (typical * inferences))
    )
    say(f"{facts.serial}: {one.packed.bundle.name} without a pause for {options.sustained:.0f} s")
    patient = dataclasses.replace(options, limit=options.limit + 4 * options.sustained)
    _, one.sustained = _run(facts.serial, one, entries + 1, patient, inferences)
    one.sustained_inferences = inferences
    one.after = state.conditions(facts.serial)


def _run(
    serial: str, one: Measured, runs: int, options: Options, inferences: int = 1, memory: bool = False
) -> tuple[dict[str, int], list[float]]:
    """One process of the benchmark on the phone: the numbers that bench.sh printed, and ms per inference of every
    entry.
    """
    arguments = [
        str(runs),
        str(options.threads),
        str(inferences),
        f"{options.limit:.0f}",
        *(["memory"] if memory else []),
    ]
    said = _script(serial, one.packed, "bench.sh", *arguments, seconds=options.limit)
    cpus = re.search(r"^cpus ([\d,]+)$", said, re.MULTILINE)
    one.cpus = tuple(map(int, cpus[1].split(","))) if cpus else ()
    one.pinned = re.search(r"^pinned yes$", said, re.MULTILINE) is not None
    numbers = re.findall(r"^(start_ns|end_ns|peak_kb) (\d{1,20})$", said, re.MULTILINE)
    return {name: int(number) for name, number in numbers}, times(_pull(serial, one.packed, "bench.json"))


def times(report: bytes) -> list[float]:
    """As measure.times; ToolError for what is no report, and for times that no run can take."""
    try:
        found = measure.times(report)
    except ValueError as error:
        raise ToolError(f"iree-benchmark-module's report cannot be read ({error})") from error
    if not found or not all(math.isfinite(value) and value > 0 for value in found):
        raise ToolError("iree-benchmark-module's report holds no times")
    return found


def _script(serial: str, packed: pack.Pack, name: str, *arguments: str, seconds: float = 600.0) -> str:
    result = adb.shell(serial, shlex.join(["sh", f"{adb.remote(packed)}/{name}", *arguments]), seconds + SLACK)
    if result.code:
        raise ToolError(f"{name} failed on {serial} with exit code {result.code}: {result.last_line}")
    return result.out


def _pull(serial: str, packed: pack.Pack, name: str) -> bytes:
    """Fetches a result file and removes it from the phone."""
    path = f"{adb.remote(packed)}/{name}"
    data = adb.pull(serial, path)
    adb.shell(serial, f"rm -f {shlex.quote(path)}")
    return data
