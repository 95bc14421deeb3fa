"""rt3d bench: latency of host bundles, or of a network beside other engines, interleaved."""

import importlib
import pathlib
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

from lowering.bundle import bundles, measure
from lowering.system import files
from lowering.targets import targets
from rt3d_jax.cli import console
from rt3d_jax.hosts import machine

DEFAULT_PEERS = ("openvino", "onnxruntime", "torch", "mnn")


def run(
    folders: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional],
    /,
    model: str | None = None,
    rate: float | None = None,
    peers: tuple[str, ...] = DEFAULT_PEERS,
    masked: bool = False,
    forms: tuple[str, ...] = targets.FORMS[:1],
    keep: pathlib.Path | None = None,
    seed: int = 0,
    threads: int = 1,
    rounds: int = 5,
    runs: int = 20,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Time host bundles, interleaved (A B A B ...), beside the machine's FMA peak measured in the same run.

    Speed-ups are against the first bundle: name the dense one first. With --model instead of bundles: a network with
    random weights, dense and cut by the profile of the paper's authors (KGS 8x4; S3D, for which they published none, in
    all layers alike but the first and the last), beside other engines with the same weights, each in a process of its
    own on the same cores. These are times of this machine, not of a phone.

    Args:
        folders: Bundles for `host` that `rt3d lower` wrote.
        model: Network to compare with other engines, such as c3d.
        rate: Dense MACs over kept MACs of the sparse network; default: the paper's.
        peers: Of openvino, onnxruntime, torch, torch-frozen (TorchScript), inductor (torch.compile) and mnn; one that
        is not installed is a row that says so.
        masked: Times the peers on the sparse network's weights too, zeros included.
        forms: With --model, the forms of our own kernels: executables, linalg.
        keep: With --model, a new folder for what is compared: bundles (for `rt3d profile`), ONNX models, the clip.
        seed: Of the random weights and clip.
        threads: Threads of every engine.
        rounds: Rounds over everything.
        runs: Single inferences of each in a round, after two that warm up.
        json_file: Writes {"machine", "threads", "fma_peak_gflops", "rows"} here, and of bundles the "versions" of what
        made them.
    """
    if model is not None:
        if folders:
            raise ValueError(f"both --model {model} and {len(folders)} bundles were named; expected one or the other")
        compare = importlib.import_module("rt3d_jax.cli.compare")
        return compare.run(compare.Job(model, rate, peers, masked, seed, keep, forms), threads, rounds, runs, json_file)
    console.some(folders, "bundle, such as OUT/bundles/dense/host")
    found = [bundles.read(folder) for folder in folders]
    rows, peak = measure_rows(found, threads, rounds, runs)
    show(rows, peak)
    if json_file is not None:
        report = {
            "machine": machine.describe(),
            "threads": threads,
            "fma_peak_gflops": peak,
            "rows": rows,
            "versions": bundles.versions(),
        }
        files.write_json(json_file, report, indent=1)
    return 0


def measure_rows(
    found: Sequence[bundles.Bundle], threads: int, rounds: int, runs: int
) -> tuple[list[dict[str, Any]], float]:
    """Rows for report.json, and the FMA peak in GFLOP/s."""
    with console.Progress() as progress:
        latencies, peak = measure.interleave(
            found, threads, rounds, runs, lambda done, total: progress("latency", done, total)
        )
    return [
        {**latency.row(peak), "rate": bundle.manifest["rate"], "form": bundle.form}
        for latency, bundle in zip(latencies, found, strict=True)
    ], peak


def show(rows: Sequence[dict[str, Any]], peak: float) -> None:
    """Latencies as a table."""
    columns = (
        "run",
        "form",
        "threads",
        "p50 ms",
        "p90 ms",
        "min ms",
        "GFLOP/s",
        "of FMA peak",
        "MAC rate",
        "speed-up",
        "speed-up / rate",
    )
    base, cells = rows[0], []
    for r in rows:
        rate, gain = base["macs"] / r["macs"], base["p50_ms"] / r["p50_ms"]
        times = tuple(f"{r[k]:.3g}" for k in ("p50_ms", "p90_ms", "min_ms"))
        cells.append(
            (
                r["run"],
                r["form"],
                r["threads"],
                *times,
                f"{r['useful_gflops']:.0f}",
                f"{r['share_of_peak']:.0%}",
                f"{rate:.2f}",
                f"{gain:.2f}",
                f"{gain / rate:.2f}",
            )
        )
    console.table(
        f"Latency on this machine ({rows[0]['runs']} runs each, interleaved; FMA peak {peak:.0f} GFLOP/s)",
        columns,
        cells,
    )
