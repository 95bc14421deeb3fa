"""Rows of measurements, as `rt3d phone` and `rt3d bench` write them to files."""

import pathlib
from collections.abc import Iterable
from typing import Any, NotRequired, TypedDict

from lowering.system import typed

Row = dict[str, Any]  # a Measurement, among further fields
WANTED = "expected a file from `rt3d phone bench --json` or `rt3d bench --json`"


class Device(TypedDict, total=False):
    """Where a row was measured. A field that nobody knows may be missing."""

    maker: str
    model: str
    serial: str
    cores: list[str]


class Battery(TypedDict, total=False):
    """level: in percent. Empty for a device without one."""

    level: int
    status: str | None


class Conditions(TypedDict, total=False):
    """The state of a phone: temperatures by sensor; frequencies and governors by core."""

    temperature_c: dict[str, float]
    frequency_khz: dict[str, float]
    governor: dict[str, str]
    battery: Battery


class Sustained(TypedDict):
    """retention: the speed at the end of a long run, in units of that at its start."""

    retention: float


class Named(TypedDict):
    """What every row has. status: phone, emulator or host. run: the network."""

    status: str
    run: str
    target: str
    device: Device


class Measurement(Named, total=False):
    """What the page shows of a row. None, or no field, stands for what was not measured."""

    failure: str | None
    kind: str
    time: str
    threads: int
    cpus: list[int]
    runs: int
    rate: float | None
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    load_ms: float | None
    first_ms: float | None
    ms_per_video_second: float | None
    real_time_factor: float | None
    peak_memory_bytes: float | None
    max_rel_error: float | None
    accuracy: float | None
    sustained: Sustained | None
    before: Conditions | None
    after: Conditions | None
    versions: dict[str, object] | None
    tools: str
    flags: list[str]


class Machine(TypedDict, total=False):
    """A host."""

    processor: str
    system: str
    cores: int


class Report(TypedDict):
    """What `rt3d bench --json` writes. Its rows are those of Measurement without status and device."""

    machine: Machine
    rows: list[dict[str, object]]
    versions: NotRequired[dict[str, object]]


def read(files: Iterable[pathlib.Path]) -> list[Row]:
    """Rows of files that `rt3d phone run` or `bench` (JSON lines) and `rt3d bench` (one JSON object) wrote.

    ValueError for others, with the file, the place and what is wrong there.
    """
    return [row for path in files for row in _read(path)]


def _read(path: pathlib.Path) -> list[Row]:
    try:
        return [typed.read(row, Measurement, where) for where, row in _rows(path.read_bytes())]
    except ValueError as error:
        raise ValueError(f"{path} holds no rows of measurements ({error}); {WANTED}") from error


def _rows(text: bytes) -> list[tuple[str, Any]]:
    """Each row with its place in the file, not yet checked."""
    try:
        found = typed.loads(text)
    except ValueError:
        lines = enumerate(text.splitlines(), 1)
        return [(f"line {n}:", typed.loads(line, f"line {n}:")) for n, line in lines if line.strip()]
    return _of_host(typed.read(found, Report)) if isinstance(found, dict) and "machine" in found else [("", found)]


def _of_host(report: Report) -> list[tuple[str, Row]]:
    machine = report["machine"]
    about = {"model": machine.get("processor", "host"), "system": machine.get("system")}
    device = {**about, "processors": machine.get("cores")}
    shared = {"device": device, "versions": report.get("versions")}
    return [(f"rows[{n}]", {"status": "host", **row, **shared}) for n, row in enumerate(report["rows"])]
