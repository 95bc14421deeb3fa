"""A measurement as a row: what was run, where, how, and what came out. Only real phones have times."""

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np

from lowering.phone import bench, state

PERCENTILES = {"p50_ms": 50, "p90_ms": 90, "p99_ms": 99, "min_ms": 0}
# Fields that hold nothing unless a phone was measured: under an emulator they would be times and memory of another
# machine.
OF_PHONES_ONLY = (
    "load_ms",
    "first_ms",
    *PERCENTILES,
    "ms_per_video_second",
    "real_time_factor",
    "useful_gflops",
    "peak_memory_bytes",
    "sustained",
)
VIDEO_FPS = 30.0


def row(
    facts: state.Facts,
    one: bench.Measured,
    options: bench.Options | None,
    fps: float = VIDEO_FPS,
    now: datetime.datetime | None = None,
) -> dict[str, Any]:
    """A measurement as plain JSON values. `status` is "phone" or "emulator"; `failure` is None or says what went wrong.

    On an emulator all of OF_PHONES_ONLY are None; numbers of runs and errors against JAX stay. `options` is None where
    only the answer was checked. fps: of the videos; a clip of consecutive frames is frames / fps seconds of video.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    found = {
        "status": facts.status,
        "failure": one.failure,
        "kind": "run" if options is None else "bench",
        "time": now.isoformat(timespec="seconds"),
        **_network(one.packed.bundle.manifest),
        "max_abs_error": one.max_abs_error,
        "max_rel_error": one.max_rel_error,
        "macs": one.packed.bundle.macs,
        "device": facts.row(),
        "versions": one.packed.bundle.manifest["versions"],
        "tools": one.packed.tools,
        "flags": (one.packed.folder / "bench.flags").read_text().split(),
        **_protocol(one, options),
        "video_fps": fps,
        **_times(one, fps),
        "before": one.before,
        "after": one.after,
    }
    return found | dict.fromkeys(OF_PHONES_ONLY) if facts.status != state.PHONE else found


def seconds_of_video(clip: Mapping[str, Any], fps: float) -> float | None:
    """Seconds of video that a clip covers; None where it is spread over a whole video without a fixed stride."""
    sampling = clip.get("sampling", {})
    return sampling["frames"] * sampling["stride"] / fps if sampling.get("kind") == "windows" else None


def _network(manifest: Mapping[str, Any]) -> dict[str, Any]:
    names = ("run", "model", "scheme", "rate", "accuracy", "protocol", "clip")
    files = manifest["files"]
    sizes = {"weights_bytes": files["weights.irpa"]["bytes"], "module_bytes": files["module.vmfb"]["bytes"]}
    return {**{name: manifest[name] for name in names}, "target": manifest["target"]["name"], **sizes}


def _protocol(one: bench.Measured, options: bench.Options | None) -> dict[str, Any]:
    if options is None:
        return {}
    return {
        "threads": options.threads,
        "cpus": list(one.cpus),
        "pinned": one.pinned,
        "rounds": options.rounds,
        "runs": len(one.times),
        "warm_up": bench.WARM_UP,
        "sustained_seconds": options.sustained,
    }


def _times(one: bench.Measured, fps: float) -> dict[str, Any]:
    found: dict[str, Any] = {"load_ms": one.load, "first_ms": one.first, "peak_memory_bytes": one.peak_bytes}
    found |= {
        name: float(np.percentile(one.times, share)) if one.times else None for name, share in PERCENTILES.items()
    }
    median, video = found["p50_ms"], seconds_of_video(one.packed.bundle.manifest["clip"], fps)
    found["useful_gflops"] = None if median is None else 2e-6 * one.packed.bundle.macs / median
    found["ms_per_video_second"] = None if median is None or video is None else median / video
    found["real_time_factor"] = None if median is None or video is None else median / video / 1000
    ends = bench.retention(one.sustained[1:], one.sustained_inferences)  # the first entry warms up
    names = ("first_p50_ms", "last_p50_ms", "retention")
    found["sustained"] = None if ends is None else dict(zip(names, ends, strict=True))
    return found
