"""rt3d demo: the whole path on made-up videos. It ends in a report."""

import contextlib
import pathlib
from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np

from lowering.bundle import bundles
from lowering.bundle import run as runs
from lowering.system import bounds, files
from lowering.targets import targets
from rt3d_jax.cli import bench, console, lower, lowerable
from rt3d_jax.cli import train as train_verb
from rt3d_jax.hosts import machine
from rt3d_jax.report import page
from rt3d_jax.sparsity import cost, masks, plans
from rt3d_jax.training import checkpoints, phase, phases


class Kept(TypedDict):
    """The content of latency.json. key: the threads, and the hash of each bundle's module."""

    key: list[int | str]
    rows: list[dict[str, object]]
    fma_peak_gflops: float


def run(
    out: pathlib.Path = pathlib.Path("quickstart"),
    config_name: str = "quickstart",
    target: tuple[str, ...] = lower.DEFAULT_TARGETS,
    threads: bounds.Count = 1,
) -> int:
    """Try everything on made-up videos: train, prune, compile, time, and write a report.

    Eight motions are drawn as real video files. A small network is trained on them, pruned to several rates and
    retrained. Each network is compiled for each target and checked against JAX. Dense and sparse networks are then
    timed in turns. The result is OUT/report.html, with the same numbers in OUT/report.json.

    Steps that are finished are not repeated. After Ctrl-C the same command continues.

    Args:
        out: Folder for everything that is written.
        config_name: The experiment, as for `rt3d train`.
        target: Targets to compile for, as for `rt3d lower`. Latencies need `host`.
        threads: Threads of the timed networks.

    Examples:
        rt3d demo --out quickstart
        rt3d demo --out quickstart --target host android:cortex-a78 --threads 2
    """
    files.clear(out)
    experiment = train_verb.load(config_name)
    chosen = [targets.find(name) for name in target]
    with console.Progress() as progress:
        prepared = phases.prepare(experiment, out, progress)
        results = phases.phases(prepared)
    train_verb.show(results)
    shown = [result for result in results if not result["name"].startswith("penalised")]
    networks = [lowerable.find(out / "runs" / result["name"]) for result in shown]
    rows = [row for network in networks for row in lower.lower(network, _for(network, chosen), out / "bundles")]
    lower.show(rows)
    latency, peak = _latency(out, shown, threads) if "host" in target else ([], None)
    pictures(prepared, shown, out)
    written = {
        "data": prepared.data.about(),
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


def _for(network: lowerable.Network, chosen: Sequence[targets.Target]) -> list[targets.Target]:
    """The targets of a network: of one of int8 the same machines, computing with integers."""
    if network.info.quantisation is None:
        return list(chosen)
    return [targets.find(f"{target.machine}:i8") for target in chosen]


def pictures(prepared: phase.Prepared, results: list[dict[str, Any]], out: pathlib.Path) -> None:
    """Writes OUT/report/masks.npz and, if the task has pictures, OUT/report/clips.npz. See report.page."""
    folder = out / "report"
    folder.mkdir(exist_ok=True)
    networks = [checkpoints.load_network(prepared.folder(result["name"])) for result in results]
    maps = {f"{one.name}/{name}": kept for one in networks for name, kept in _mask_maps(prepared, one).items()}
    _save(folder / "masks.npz", maps)
    shown = prepared.data.pictures({one.name: _predictor(out, one) for one in networks})
    if shown:
        _save(folder / "clips.npz", shown)


def _latency(out: pathlib.Path, results: list[dict[str, Any]], threads: int) -> tuple[list[dict[str, Any]], float]:
    """The rows and the FMA peak. OUT/latency.json keeps them for as long as the bundles are the same."""
    place = lambda result: "host-i8" if "quantisation" in result else "host"
    found = [bundles.read(out / "bundles" / result["name"] / place(result)) for result in results]
    path, key = (
        out / "latency.json",
        [threads, *(bundle.manifest["files"]["module.vmfb"]["sha256"] for bundle in found)],
    )
    kept = None
    with contextlib.suppress(ValueError):  # of a damaged file: it is measured again
        kept = files.read_json(path, Kept) if path.is_file() else None
    if kept is not None and kept["key"] == key:
        rows, peak = kept["rows"], kept["fma_peak_gflops"]
    else:
        rows, peak = bench.measure_rows(found, threads, rounds=7, runs=30)
        files.write_json(path, {"key": key, "rows": rows, "fma_peak_gflops": peak})
    bench.show(rows, peak)
    return rows, peak


def _mask_maps(prepared: phase.Prepared, network: checkpoints.Network) -> dict[str, np.ndarray]:
    found = {}
    for name, rule in plans.match(prepared.experiment.plan, prepared.table).items():
        mask = cost.leaf(network.masks, name)
        if rule is not None and mask is not None:
            kept = masks.block_sums(mask.astype(np.float32), rule.pattern) / masks.block_sizes(mask.shape, rule.pattern)
            found[name] = np.asarray(kept).reshape(-1, kept.shape[-1]).T
    return found


def _predictor(out: pathlib.Path, network: checkpoints.Network) -> Any:
    """The function that answers: the host bundle where there is one, so that the report shows what ships, else JAX."""
    folder = out / "bundles" / network.name / "host"
    if folder.is_dir():
        return runs.load(bundles.read(folder))
    apply = checkpoints.apply(network)
    return lambda *inputs: np.asarray(apply(network.params, *inputs))


def _save(path: pathlib.Path, arrays: dict[str, np.ndarray]) -> None:
    with files.whole(path) as part:
        np.savez_compressed(part, allow_pickle=False, **arrays)
