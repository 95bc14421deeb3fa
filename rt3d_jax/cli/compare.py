"""rt3d bench --model: our dense and sparse network beside other engines with the same weights."""

import contextlib
import dataclasses
import importlib.util
import pathlib
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import jax
import numpy as np

from lowering.bundle import bundles, examples
from lowering.graph import trace
from lowering.peers import engines, networks, rounds
from lowering.system import files, spelling
from lowering.targets import targets
from rt3d_jax.cli import console
from rt3d_jax.configs import released
from rt3d_jax.hosts import machine, stops
from rt3d_jax.models import catalog
from rt3d_jax.quantise import calibrate
from rt3d_jax.quantise import networks as quantised
from rt3d_jax.sparsity import cost, masks, plans

CLASSES = 101  # UCF101's
ANY = 1e9  # change of the answers: weights are random, and no layer's speed shall be left out


@dataclasses.dataclass(frozen=True)
class Job:
    """What to compare.

    model: a network with a published profile.
    rate: dense MACs over kept MACs of the sparse network. None is the rate of the profile.
    peers: the other engines, by name.
    masked: time the other engines on the sparse network too.
    seed: of the random weights and of the clip.
    keep: a new folder that keeps the networks in every form. None deletes them.
    forms: the forms of our own kernels, of targets.FORMS.
    precision: "f32", or "i8" for the networks quantised by their clip.
    """

    model: str
    rate: float | None
    peers: tuple[str, ...]
    masked: bool
    seed: int
    keep: pathlib.Path | None = None
    forms: tuple[str, ...] = targets.FORMS[:1]
    precision: Literal["f32", "i8"] = "f32"


def run(job: Job, threads: int, turns: int, runs: int, json_file: pathlib.Path | None) -> int:
    """Builds the networks, times them, and prints and writes the rows. 130 after Ctrl-C, with the rows so far."""
    profile, chosen = released.find(job.model), [find(name) for name in job.peers]
    ours = engines.ENGINES[engines.OURS]
    with _folder(job.keep) as folder:
        (dense, sparse), *others = (
            build(folder, profile, job.rate or profile.rate, job.seed, form, job.precision) for form in job.forms
        )
        pairs = [(ours, network) for network in (dense, sparse, *(each for pair in others for each in pair))]
        pairs += [(engine, network) for engine in chosen for network in ((dense, sparse) if job.masked else (dense,))]
        with console.Progress() as progress:
            found, peak, whole = rounds.interleave(pairs, threads, turns, runs, progress)
    rows = [each.row(peak) for each in found]
    if json_file is not None:
        files.write_json(json_file, {**header([ours, *chosen], threads), "fma_peak_gflops": peak, "rows": rows})
    show(rows, peak, threads)
    return 0 if whole else stops.INTERRUPTED


@contextlib.contextmanager
def _folder(keep: pathlib.Path | None) -> Iterator[pathlib.Path]:
    if keep is not None:
        if keep.exists():
            raise ValueError(f"--keep {keep} exists already; name a new folder")
        yield keep
        console.say(f"bundles kept: {', '.join(str(path.parent) for path in sorted(keep.glob('*/*/manifest.json')))}")
        return
    with tempfile.TemporaryDirectory(prefix="rt3d-bench-") as folder:
        yield pathlib.Path(folder)


def find(name: str) -> engines.Engine:
    """Another engine by name. ValueError for an unknown one."""
    if name not in engines.PEERS:
        raise ValueError(
            f"no peer {name!r}; expected one of: {', '.join(engines.PEERS)}{spelling.meant(name, engines.PEERS)}"
        )
    return engines.ENGINES[name]


def build(
    folder: pathlib.Path,
    profile: released.Profile,
    rate: float,
    seed: int,
    form: str = targets.FORMS[0],
    precision: str = "f32",
) -> tuple[networks.Network, networks.Network]:
    """Writes the network with random weights, dense and pruned by its profile, in one form of our kernels."""
    model, shape = profile.model, catalog.clip_shape(profile.model)
    apply = catalog.apply_function(model, CLASSES, "direct")
    fast = catalog.apply_function(model, CLASSES)
    params = jax.tree.map(np.asarray, catalog.stand_in(model, CLASSES, seed))
    table = cost.layers(apply, params, shape)
    plan = released.plan(profile, table, rate)
    mask = plans.prune(params, plan)
    clip = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    total, kept = cost.macs(table), cost.macs(table, mask)

    def write(name: str, weights: Any, macs: int) -> networks.Network:
        labels = tuple(map(str, range(CLASSES)))
        name = name if form == targets.FORMS[0] else f"{name} {form}"
        info = bundles.Info(name, model.name, labels, {}, name, total / macs, None, "random weights")
        lowered, answer = apply, fast
        if precision == "i8":
            found = calibrate.calibrated(fast, weights, [(clip,)], calibrate.Calibration(limit=ANY))
            weights = jax.tree.map(np.asarray, quantised.rounded(weights, found.layers))
            lowered, answer = (quantised.apply(each, found.scales) for each in (apply, fast))
        graph = trace.trace(lowered, weights, shape)
        example = examples.Example(graph, (clip,), (np.asarray(jax.jit(answer)(weights, clip)),))
        return networks.write(folder / name.replace(" ", "-"), example, info, macs, form, precision)

    keeps = ", ".join(f"{regex} {1 if rule is None else rule.keep:.3g}" for regex, rule in plan)
    console.say(
        f"{model.name} with random weights (seed {seed}), {released.KGS.name} at {total / kept:.2f}x; blocks kept by "
        f"layer: {keeps}"
    )
    return write("dense", params, total), write(released.KGS.name, masks.apply(params, mask), kept)


def header(used: Sequence[engines.Engine], threads: int) -> dict[str, Any]:
    """The head of the JSON file: the machine, the settings and versions of the engines, and the threads."""
    there = [engine for engine in used if importlib.util.find_spec(engine.library.partition(".")[0])]
    versions = bundles.versions() | {engine.package: engine.version for engine in there}
    settings = {engine.name: engine.settings for engine in used}
    return {"machine": machine.describe() | {"engines": settings, "versions": versions}, "threads": threads}


def show(rows: Sequence[dict[str, Any]], peak: float | None, threads: int) -> None:
    """Prints the rows as a table. "over sparse" divides each time by that of our sparse network, the second row."""
    columns = (
        "engine",
        "scheme",
        "rate",
        "p50 ms",
        "p90 ms",
        "min ms",
        "runs",
        "of peak",
        "RSS MB",
        "error",
        "over sparse",
        "status",
    )
    dense, sparse = rows[:2]
    cells = []
    for r in rows:
        times = [None if r[k] is None else f"{r[k]:.4g}" for k in ("p50_ms", "p90_ms", "min_ms")]
        share, error = r["share_of_peak"], r["max_rel_error"]
        cells.append(
            (
                r["engine"],
                r["scheme"],
                f"{r['rate']:.2f}",
                *times,
                r["runs"],
                None if share is None else f"{share:.0%}",
                r["peak_rss_mb"],
                None if error is None else f"{error:.1e}",
                _times(r["p50_ms"], sparse["p50_ms"]),
                r["status"],
            )
        )
    said = "" if peak is None else f"; FMA peak {peak:.0f} GFLOP/s"
    console.table(
        f"{dense['model']} on {threads} {'thread' if threads == 1 else 'threads'}, timed in turns{said}", columns, cells
    )
    if dense["p50_ms"] and sparse["p50_ms"]:
        gain = dense["p50_ms"] / sparse["p50_ms"]
        console.say(
            f"The sparse network has {sparse['rate']:.2f}x fewer MACs and is {gain:.2f}x faster: "
            f"{gain / sparse['rate']:.0%} of the reduction."
        )


def _times(other: float | None, ours: float | None) -> str | None:
    return f"{other / ours:.2f}x" if other and ours else None
