"""rt3d demo: the whole path on made-up videos, ending in a report."""

import dataclasses
import json
import pathlib
from typing import Any

import numpy as np

from lowering.bundle import bundles
from lowering.bundle import run as runs
from lowering.system import files
from lowering.targets import targets
from rt3d_jax.cli import bench, console, lower
from rt3d_jax.cli import train as train_verb
from rt3d_jax.data import clips, folders
from rt3d_jax.hosts import machine
from rt3d_jax.report import page
from rt3d_jax.sparsity import cost, masks, plans
from rt3d_jax.training import checkpoints, phases

SHOWN_CLIPS, SHOWN_FRAMES = 8, 8


def run(
    out: pathlib.Path = pathlib.Path("quickstart"),
    config_name: str = "quickstart",
    target: tuple[str, ...] = lower.DEFAULT_TARGETS,
    threads: int = 1,
) -> int:
    """The whole path: a small video data set, a dense network, pruning, bundles for each target, latency, and a report.

    Writes OUT/report.html and OUT/report.json. What is there already is used; after Ctrl-C the same command goes on.

    Args:
        out: Folder for everything.
        config_name: Experiment, as for `rt3d train`.
        target: Targets of the bundles; `host` is needed for the latency.
        threads: Threads for the latency.
    """
    experiment = train_verb.load(config_name)
    chosen = [targets.find(name) for name in target]
    with console.Progress() as progress:
        task = phases.prepare(experiment, out, progress)
        results = phases.phases(task)
    train_verb.show(results)
    shown = [result for result in results if not result["name"].startswith("penalised")]
    rows = [row for result in shown for row in lower.lower(out / "runs" / result["name"], chosen, out / "bundles")]
    lower.show(rows)
    latency, peak = _latency(out, shown, threads) if "host" in target else ([], None)
    pictures(task, shown, out)
    written = {
        "data": _data(task),
        "runs": results,
        "bundles": rows,
        "latency": latency,
        "fma_peak_gflops": peak,
        "machine": machine.describe(),
        "versions": bundles.versions(),
    }
    files.write_json(out / "report.json", written)
    console.say(f"\nReport: {page.write(written, out)}")
    return 0 if all(row["passed"] is not False for row in rows) else 1


def pictures(task: phases.Task, results: list[dict[str, Any]], out: pathlib.Path) -> None:
    """OUT/report/masks.npz (share kept of each block: groups x locations and channel groups) and clips.npz (frames, labels, predictions)."""
    folder = out / "report"
    folder.mkdir(exist_ok=True)
    maps: dict[str, np.ndarray] = {}
    predictions: dict[str, np.ndarray] = {}
    videos = _spread(task.dataset.test)
    inputs = [clips.load(video.path, task.experiment.clip)[None] for video in videos]
    for result in results:
        network = checkpoints.load_network(task.folder(result["name"]))
        maps |= {f"{result['name']}/{name}": picture for name, picture in _mask_maps(task, network).items()}
        predict = _predictor(out, network)
        predictions[f"predicted/{result['name']}"] = np.array([int(predict(clip).argmax()) for clip in inputs])
    frames = np.stack([_frames(video.path, task.experiment.clip) for video in videos])
    _save(folder / "masks.npz", maps)
    _save(folder / "clips.npz", {"frames": frames, "label": np.array([video.label for video in videos]), **predictions})


def _latency(out: pathlib.Path, results: list[dict[str, Any]], threads: int) -> tuple[list[dict[str, Any]], float]:
    """Rows and FMA peak; kept in OUT/latency.json for as long as the bundles are the same."""
    found = [bundles.read(out / "bundles" / result["name"] / "host") for result in results]
    path, key = (
        out / "latency.json",
        [threads, *(bundle.manifest["files"]["module.vmfb"]["sha256"] for bundle in found)],
    )
    if path.is_file() and (kept := json.loads(path.read_text()))["key"] == key:
        rows, peak = kept["rows"], kept["fma_peak_gflops"]
    else:
        rows, peak = bench.measure_rows(found, threads, rounds=7, runs=30)
        files.write_json(path, {"key": key, "rows": rows, "fma_peak_gflops": peak})
    bench.show(rows, peak)
    return rows, peak


def _data(task: phases.Task) -> dict[str, Any]:
    dataset = task.dataset
    sizes = {"train_clips": len(dataset.train), "test_clips": len(dataset.test)}
    return {"name": dataset.name, "labels": list(dataset.labels), **sizes, "clip": clips.to_json(task.experiment.clip)}


def _mask_maps(task: phases.Task, network: checkpoints.Network) -> dict[str, np.ndarray]:
    found = {}
    for name, rule in plans.match(task.experiment.plan, network.params).items():
        mask = cost.leaf(network.masks, name)
        if rule is not None and mask is not None:
            kept = masks.block_sums(mask.astype(np.float32), rule.pattern) / masks.block_sizes(mask.shape, rule.pattern)
            found[name] = np.asarray(kept).reshape(-1, kept.shape[-1]).T
    return found


def _predictor(out: pathlib.Path, network: checkpoints.Network) -> Any:
    """The host bundle where there is one, so that what ships is what is shown; else JAX."""
    folder = out / "bundles" / network.name / "host"
    if folder.is_dir():
        return runs.load(bundles.read(folder))
    apply = checkpoints.apply(network)
    return lambda clip: np.asarray(apply(network.params, clip))


def _spread(videos: tuple[folders.Video, ...]) -> list[folders.Video]:
    """A few videos, of as many classes as fit."""
    by_label: dict[int, folders.Video] = {}
    for video in videos:
        by_label.setdefault(video.label, video)
    return list(by_label.values())[:SHOWN_CLIPS]


def _frames(path: str, spec: clips.ClipSpec) -> np.ndarray:
    """uint8[SHOWN_FRAMES, size, size, 3] of the clip that the network sees."""
    plain = clips.load(path, dataclasses.replace(spec, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)))
    picked = np.linspace(0, len(plain) - 1, SHOWN_FRAMES).round().astype(int)
    return (255 * plain[picked]).round().clip(0, 255).astype(np.uint8)


def _save(path: pathlib.Path, arrays: dict[str, np.ndarray]) -> None:
    with files.whole(path) as part:
        np.savez_compressed(part, allow_pickle=False, **arrays)
