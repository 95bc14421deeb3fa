"""rt3d bench --model: our networks beside other engines with the same weights."""

import contextlib
import dataclasses
import importlib.util
import pathlib
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from lowering.bundle import bundles, first_use
from lowering.peers import engines, networks, rounds
from lowering.system import files, spelling
from lowering.targets import targets
from rt3d_jax.cli import console, contestants, lowerable
from rt3d_jax.configs import released
from rt3d_jax.evaluation import measured
from rt3d_jax.hosts import machine, stops

DEFAULT_PEERS = {
    "f32": ("openvino", "onnxruntime", "torch", "mnn"),
    "i8": ("openvino", "onnxruntime", "openvino-nncf", "mnn-int8"),
}


@dataclasses.dataclass(frozen=True)
class Job:
    """What to compare.

    model: a network with a published profile, or the folder of a run.
    rate: dense MACs over kept MACs of the sparse network. None is the rate of the profile.
    peers: the other engines, by name; None for those that are usual for the precision.
    masked: time the other engines on the sparse network too.
    seed: of the random weights and of the clip.
    keep: a new folder that keeps the networks in every form. None deletes them.
    forms: the forms of our own kernels, of targets.FORMS.
    precision: "f32", or "i8" for the networks quantised by their clip. None is a run's own, else f32.
    target: "host", or a host with a level of x86-64 that all engines keep to.
    tuning: the seconds in which schedules may be measured on first use. None: none that was measured is used.
    """

    model: str
    rate: float | None
    peers: tuple[str, ...] | None
    masked: bool
    seed: int
    keep: pathlib.Path | None = None
    forms: tuple[str, ...] = targets.FORMS[:1]
    precision: str | None = None
    target: str = "host"
    tuning: float | None = first_use.SECONDS

    def ours(self, precision: str, progress: console.Progress) -> list[networks.Ours]:
        """How our bundles are made, for each form."""
        host = targets.find(self.target if precision == "f32" else f"{self.target}:{precision}")
        several = [targets.written(host, form) for form in self.forms]
        choose = lambda each: lambda graph: lowerable.tuned(self.model, graph, each, self.tuning, progress)
        return [networks.Ours(each, choose(each)) for each in several]


def run(job: Job, threads: int, turns: int, runs: int, json_file: pathlib.Path | None) -> int:
    """Builds the networks, times them, and prints and writes the rows. 130 after Ctrl-C, with the rows so far."""
    with _folder(job.keep) as folder, console.Progress() as progress:
        trained = _trained(job, progress)
        precision = trained.precision if trained else job.precision or "f32"
        chosen = _peers(job.peers, precision)
        ours = _networks(job, trained, job.ours(precision, progress), folder)
        judge = trained.judge if trained else lambda name, answer: None
        first = engines.ENGINES[engines.OURS]
        beside = ours[: 1 + job.masked]
        pairs = [(first, network) for network in ours]
        pairs += [(engine, network) for engine in chosen for network in beside]
        found, peak, whole = rounds.interleave(pairs, threads, turns, runs, progress, judge)
    rows = [each.row(peak) for each in found]
    if json_file is not None:
        files.write_json(json_file, {**header([first, *chosen], threads), "fma_peak_gflops": peak, "rows": rows})
    show(rows, peak, threads)
    return 0 if whole else stops.INTERRUPTED


def _trained(job: Job, progress: console.Progress) -> contestants.Trained | None:
    """The run that the job names; None if it names a published network."""
    run = pathlib.Path(job.model)
    if job.model in released.PROFILES or not (len(run.parts) > 1 or run.is_dir()):
        return None
    if job.rate is not None or job.masked:
        raise ValueError(f"{run} has a rate of its own; leave out --rate and --masked")
    return contestants.Trained.open(run, job.precision, progress)


def _networks(
    job: Job, trained: contestants.Trained | None, forms: Sequence[networks.Ours], folder: pathlib.Path
) -> list[networks.Network]:
    """Our networks in every form: of a published one the dense and the sparse one, of a run that alone."""
    if trained:
        return [trained.write(folder, ours) for ours in forms]
    profile = released.find(job.model)
    rate = job.rate or profile.rate
    pairs = [contestants.drawn(folder, profile, rate, job.seed, ours) for ours in forms]
    return [network for pair in pairs for network in pair]


def _peers(names: Sequence[str] | None, precision: str) -> list[engines.Engine]:
    """ValueError for a name that is unknown, or of an engine that does not take such networks."""
    chosen = [find(name) for name in (DEFAULT_PEERS[precision] if names is None else names)]
    for engine in chosen:
        if precision not in engine.precisions:
            fit = [name for name in engines.PEERS if precision in engines.ENGINES[name].precisions]
            takes = " or ".join(engine.precisions)
            raise ValueError(f"{engine.name} takes networks of {takes}, not of {precision}; choose {', '.join(fit)}")
    return chosen


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


def header(used: Sequence[engines.Engine], threads: int) -> dict[str, Any]:
    """The head of the JSON file: the machine, the settings and versions of the engines, and the threads."""
    there = [engine for engine in used if importlib.util.find_spec(engine.library.partition(".")[0])]
    versions = bundles.versions() | {engine.package: engine.version for engine in there}
    settings = {engine.name: engine.settings for engine in used}
    return {"machine": machine.describe() | {"engines": settings, "versions": versions}, "threads": threads}


def show(rows: Sequence[dict[str, Any]], peak: float | None, threads: int) -> None:
    """Prints the rows as a table.

    "over sparse" divides each time by that of our sparse network; "over ours" by that of a run, in its first form.
    """
    ours = [r for r in rows if r["engine"] == engines.OURS]
    base = next((r for r in ours if r["scheme"] != ours[0]["scheme"]), ours[0])
    scored = [measured.Score(**r["score"]) for r in rows if r["score"]]
    columns = ["engine", "scheme", "rate", "p50 ms", "p90 ms", "min ms", "runs", "of peak", "RSS MB", "error"]
    columns += [measured.heading(scored[0])] if scored else []
    columns += ["over ours" if scored else "over sparse", "status"]
    said = "" if peak is None else f"; FMA peak {peak:.0f} GFLOP/s"
    many = "thread" if threads == 1 else "threads"
    many += f", held to {base['level']}" if base["level"] else ""
    cells = [_cells(r, base, bool(scored)) for r in rows]
    console.table(f"{base['model']} on {threads} {many}, timed in turns{said}", columns, cells)
    for words in dict.fromkeys(score.protocol for score in scored):
        console.say(words)
    dense = ours[0]
    if base is not dense and dense["p50_ms"] and base["p50_ms"]:
        gain = dense["p50_ms"] / base["p50_ms"]
        console.say(
            f"The sparse network has {base['rate']:.2f}x fewer MACs and is {gain:.2f}x faster: "
            f"{gain / base['rate']:.0%} of the reduction."
        )


def _cells(row: dict[str, Any], base: dict[str, Any], scored: bool) -> list[Any]:
    times = [None if row[k] is None else f"{row[k]:.4g}" for k in ("p50_ms", "p90_ms", "min_ms")]
    share, error, score = row["share_of_peak"], row["max_rel_error"], row["score"]
    return [
        *(row["engine"], row["scheme"], f"{row['rate']:.2f}", *times, row["runs"]),
        *(None if share is None else f"{share:.0%}", row["peak_rss_mb"], None if error is None else f"{error:.1e}"),
        *([measured.text(measured.Score(**score)) if score else None] if scored else []),
        *(_times(row["p50_ms"], base["p50_ms"]), row["status"]),
    ]


def _times(other: float | None, ours: float | None) -> str | None:
    return f"{other / ours:.2f}x" if other and ours else None
