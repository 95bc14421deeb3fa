"""rt3d bench: the latency of host bundles, or of a network beside other engines, measured in turns."""

import importlib
import pathlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import tyro

from lowering.bundle import bundles, first_use, measure
from lowering.system import bounds, files
from lowering.targets import targets
from rt3d_jax.cli import console, lowerable
from rt3d_jax.hosts import machine


def run(
    folders: tuple[pathlib.Path, ...],
    /,
    model: str | None = None,
    rate: float | None = None,
    peers: tuple[str, ...] | None = None,
    masked: bool = False,
    forms: tuple[str, ...] = targets.FORMS[:1],
    precision: Literal["f32", "i8"] | None = None,
    target: Literal["host", "host:avx2", "host:avx512"] = "host",
    tuning: bool = True,
    keep: pathlib.Path | None = None,
    seed: int = 0,
    threads: bounds.Count = 1,
    rounds: bounds.Count = 5,
    runs: bounds.Count = 20,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Time bundles on this machine, or a network beside other inference engines.

    Bundles for `host` are timed in turns (A B A B ...), so that a slow moment of the machine hits all of them alike.
    The peak of its multiply-add units is measured in the same run. Speed-ups are over the first bundle, so name the
    dense one first.

    With --model NAME, a network with random weights is timed instead. It is built twice: dense, and pruned in KGS 8x4
    blocks as in the model that the paper's authors published. In networks that they did not publish, such as S3D and
    X3D, all large layers keep the same share. The other engines get the same weights. Each engine runs in a process of
    its own on the same cores.

    With --model OUT/runs/NAME, a trained run is timed instead, and each engine's score on the test examples stands
    beside its times. Other engines multiply by the zeros of a pruned run.

    All times are those of this machine. They say nothing about a phone.

    Args:
        folders: Bundles for `host` that `rt3d lower` wrote. Or functions of your own that give (apply, params,
            example), such as my_nets.py:build: their networks are compiled for `host` and deleted in the end.
        model: Time this network instead of bundles: c3d, r2plus1d, r3d, s3d, x3d_s or movinet_a0. Or a run of `rt3d
            train` or `rt3d quantise`, such as OUT/runs/vanilla-3.6x-int8.
        rate: With --model, the rate of the sparse network: dense MACs over kept MACs. The default is that of the
            published model.
        peers: With --model, the other engines. For f32: openvino, onnxruntime, torch, torch-frozen (TorchScript),
            inductor (torch.compile) and mnn. For i8: openvino and onnxruntime, which get our integers; openvino-nncf
            and mnn-int8, which quantise the network of f32 themselves by the same calibration examples. The default
            is openvino, onnxruntime, torch and mnn, or all four of i8. An engine that is not installed gets a row that
            says so.
        masked: With --model, time the other engines on the sparse network too. They multiply by its zeros.
        forms: With --model, the forms in which our own kernels are written: executables, linalg.
        precision: With --model, the numbers of the networks, f32 by default. For i8 they are quantised by the clip, all
            but the first and last layers. A run has a precision of its own. The error of a network of i8 is that
            against the same in f32.
        target: With --model, what all engines may use of the processor: all of it, or a level of x86-64. The other
            engines keep to it by switches of their own. One that has none is not timed.
        tuning: For networks, use schedules that were measured, and measure on first use, as `rt3d lower` does.
            --no-tuning leaves that out.
        keep: With --model, a new folder that keeps what was compared: the bundles, the ONNX models and the clip. By
            default they are deleted.
        seed: With --model, the seed of the random weights and of the clip.
        threads: Threads of each engine.
        rounds: How often the turns are repeated.
        runs: Inferences that each bundle or engine makes in a turn, after two more that warm it up.
        json_file: Also write the result to this file. It holds "machine", "threads", "fma_peak_gflops", "rows" and, for
            bundles, "versions".

    Examples:
        rt3d bench runs/first/bundles/dense/host runs/first/bundles/vanilla-3.6x/host --threads 2 --json latency.json
        rt3d bench --model c3d --rate 3.57 --peers openvino onnxruntime
        rt3d bench --model c3d --rate 3.57 --precision i8
        rt3d bench --model c3d --rate 3.57 --target host:avx2 --peers openvino torch-frozen
        rt3d bench --model runs/first/runs/vanilla-3.6x-int8
        rt3d bench my_nets.py:dense my_nets.py:pruned
    """
    seconds = first_use.SECONDS if tuning else None
    if model is not None:
        if folders:
            raise ValueError(
                f"--model {model} and {len(folders)} bundles were both given; name bundles or a model, not both"
            )
        compare = importlib.import_module("rt3d_jax.cli.compare")
        job = compare.Job(model, rate, peers, masked, seed, keep, forms, precision, target, seconds)
        return compare.run(job, threads, rounds, runs, json_file)
    if target != "host":
        raise ValueError(f"--target {target} is for --model; bundles say themselves what they were compiled for")
    console.some(folders, "bundle, such as OUT/bundles/dense/host")
    with lowerable.host_bundles(folders, seconds) as found:
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
    """The rows of report.json, and the machine's peak of fused multiply-adds in GFLOP/s."""
    with console.Progress() as progress:
        latencies, peak = measure.interleave(
            found, threads, rounds, runs, lambda done, total: progress("latency", done, total)
        )
    return [
        {**latency.row(peak), "rate": bundle.manifest["rate"], "form": bundle.form}
        for latency, bundle in zip(latencies, found, strict=True)
    ], peak


def show(rows: Sequence[dict[str, Any]], peak: float) -> None:
    """Prints the latencies as a table. Speed-ups are over the first row."""
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
        f"Latency on this machine ({rows[0]['runs']} inferences each, in turns; FMA peak {peak:.0f} GFLOP/s)",
        columns,
        cells,
    )
