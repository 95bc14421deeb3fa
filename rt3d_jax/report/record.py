"""report.json, as `rt3d demo` writes it."""

import pathlib
from typing import Any, NotRequired, TypedDict

from lowering.system import files

Number = float | None


class Layer(TypedDict):
    """density: the share of its weights that is kept."""

    name: str
    shape: list[int]
    density: float


class Quantised(TypedDict):
    """How a run became one of int8: by layer, why it stays wide, and the change of the answers."""

    wide: dict[str, str]
    errors: dict[str, float]
    method: str
    examples: int


class Run(TypedDict):
    """A run's result.json. Its score is beside these fields, see evaluation.measured."""

    name: str
    scheme: str
    rate: float
    rate_target: NotRequired[Number]
    macs: NotRequired[Number]
    params: NotRequired[Number]
    layers: NotRequired[list[Layer]]
    doubts: NotRequired[list[str]]
    skipped: NotRequired[dict[str, int]]
    quantisation: NotRequired[Quantised]


class Bundle(TypedDict):
    """max_abs_error, max_rel_error: None for a bundle that was not run."""

    run: str
    target: str
    max_abs_error: NotRequired[Number]
    max_rel_error: NotRequired[Number]
    vmfb_bytes: NotRequired[Number]
    weights_bytes: NotRequired[Number]


class Latency(TypedDict):
    """Times of a run on one target, by one engine."""

    run: str
    engine: str
    target: str
    threads: int
    p50_ms: float
    p90_ms: NotRequired[Number]
    min_ms: NotRequired[Number]
    runs: NotRequired[int]
    useful_gflops: NotRequired[Number]
    share_of_peak: NotRequired[Number]


class Sampling(TypedDict):
    """How many frames a clip has."""

    frames: int


class Clip(TypedDict):
    """A clip of a video."""

    sampling: Sampling
    size: int


class Data(TypedDict, total=False):
    """What Opened.about of a task says."""

    name: str
    labels: list[str]
    clip: Clip
    test_clips: int


class Report(TypedDict, total=False):
    """What the page shows of report.json. Further fields stay as they are."""

    data: Data
    runs: list[Run]
    bundles: list[Bundle]
    latency: list[Latency]
    fma_peak_gflops: Number
    machine: dict[str, object]
    versions: dict[str, object]


def read(folder: pathlib.Path) -> dict[str, Any]:
    """`folder`/report.json, see Report. ValueError with the place of what does not fit."""
    path = folder / "report.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; expected a folder that `rt3d demo` wrote")
    return files.read_json(path, Report)
