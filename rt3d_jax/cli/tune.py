"""rt3d tune: tilings and rows of each layer, measured on the host, modelled or counted for arm64."""

import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import jax
import numpy as np
import tyro

from lowering.bundle import bundles
from lowering.graph import ops, trace
from lowering.targets import store, targets
from lowering.tune import log as logs
from lowering.tune import networks as tuned
from lowering.tune import search, trials
from rt3d_jax.cli import console, train
from rt3d_jax.configs import released
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost, masks, patterns, plans
from rt3d_jax.training import checkpoints

DEFAULT_TARGETS = ("host", "android:cortex-a76")
COLUMNS = {"measured": ("ms", 1.0), "modelled": ("M instructions", 1e-6), "counted": ("M instructions", 1e-6)}
CLASSES = 101  # of networks with random weights
UNSURE = "not sure yet"
NOTE = "Instructions say which kernel works less, not how long it takes on any phone."


def run(
    networks: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional],
    /,
    target: tuple[str, ...] = DEFAULT_TARGETS,
    minutes: float = 5.0,
    count: bool = False,
    rate: float | None = None,
    keep: float = 1.0,
    ship: bool = False,
) -> None:
    """Choose for every convolution how it is cut and packed: by measurement on the host, by a cost model for Android
    CPUs.

    What is found goes to the user's cache after every trial, and `rt3d lower` uses it. Every trial is kept: after
    Ctrl-C, or when the minutes are over, the same command goes on from there. A schedule that was measured must win
    twice. Vulkan targets keep their defaults: only the phone's own GPU could say.

    Args:
        networks: Folders of finished phases, such as OUT/runs/dense, bundles of such runs, or names with random
        weights: of networks with a
            published profile (c3d, r2plus1d, s3d), or of experiments, such as c3d_ucf101.
        target: host or android:CPU, with :f16 and the like after it.
        minutes: Upper bound for all of it.
        count: For Android CPUs, counts instructions under qemu instead of modelling them: exact, and slow: about 5 s
        for 1e9 MACs.
        rate: Of a network with a published profile, dense MACs over kept MACs, 1 for dense; default: the published one.
        keep: Of an experiment's network, the share of KGS 8x4 blocks to keep.
        ship: Writes what is found into the package instead of the cache.
    """
    console.some(networks, "run, such as OUT/runs/dense")
    chosen, end = _tunable(target), time.monotonic() + 60 * minutes
    jobs = [(network, each) for network in networks for each in chosen]
    for left, (network, each) in zip(range(len(jobs), 0, -1), jobs, strict=True):
        until = time.monotonic() + (end - time.monotonic()) / left
        name, graph = _traced(network, rate, keep)
        tune(name, graph, each, until, "counted" if count else None, ship)


def tune(
    name: str, graph: ops.Graph, target: targets.Target, until: float, by: str | None = None, ship: bool = False
) -> None:
    """Tunes one network for one target, and shows what was found.

    `until`: on time.monotonic(); `by`: a key of COLUMNS, by default what fits.
    """
    by = "measured" if target.is_host else by or "modelled"
    what, began, found = f"{name} on {target.name}, seconds", time.monotonic(), []
    seconds, path = max(0, int(until - began)), store.shipped(target) if ship else store.cached(target)
    try:
        with tempfile.TemporaryDirectory() as folder, console.Progress() as progress:
            progress(what, 0, max(seconds, 1))
            for found in _search(tuned.Network(graph), target, by, until, pathlib.Path(folder)):
                store.merge(path, target, search.entries(found, by))
                progress(what, min(int(time.monotonic() - began), seconds), seconds, _so_far(found))
            progress(what, seconds, seconds)
    finally:  # an interrupted search shows what it learnt, too
        if found:
            show(name, target, by, found)
            console.say(f"kept in {path}; `rt3d lower` uses it" + ("" if target.is_host else f". {NOTE}"))
            if not all(each.sure for each in found):
                console.say(
                    f"{UNSURE}: won once, and is not used before it wins again; the same command goes on from here"
                )
        else:
            console.say(f"{name} on {target.name}: nothing learnt in {seconds} s; give it more --minutes")


def show(name: str, target: targets.Target, by: str, found: Sequence[search.Found]) -> None:
    """What was found, by layer."""
    what, scale = COLUMNS[by]
    rows = [(str(each.unit), each.default, each.best, _said(each)) for each in found]
    rows.append(("all convolutions", sum(each.default for each in found), sum(each.best for each in found), ""))
    cells = [
        (layer, f"{scale * default:.4g}", f"{scale * best:.4g}", f"{1 - best / default:.1%}", schedule)
        for layer, default, best, schedule in rows
    ]
    columns = ("layer", f"default {what}", f"best {what}", "gain", "choice")
    console.table(f"{name} on {target.name}, {by}", columns, cells)


def _search(
    network: tuned.Network, target: targets.Target, by: str, until: float, folder: pathlib.Path
) -> Iterator[list[search.Found]]:
    if by == "modelled":
        trial = trials.modelled(network, target)
    else:
        trial = (trials.measured if by == "measured" else trials.counted)(network, target, folder)
    log = logs.Log(None if by == "modelled" else store.trials(target, by))
    effort = search.Effort(until - time.monotonic(), noisy=by == "measured")
    return search.search(network, target, trial, effort, store.find(target), log)


def _so_far(found: Sequence[search.Found]) -> dict[str, float]:
    """For the progress bar: what all convolutions gain, in percent."""
    return {"gain %": 100 * (1 - sum(each.best for each in found) / max(sum(each.default for each in found), 1e-9))}


def _said(found: search.Found) -> str:
    keys = [key for key in found.unit.keys if key in found.chosen]
    said = "; ".join(str(found.chosen[key]) for key in keys) or "default"
    return said if found.sure else f"{said} ({UNSURE})"


def _tunable(names: Sequence[str]) -> list[targets.Target]:
    """The targets that can be tuned here; says so of the others."""
    found = [targets.find(name) for name in names]
    for target in found:
        if target.kind != "cpu":
            console.say(
                f"{target.name} keeps its defaults: it could be tuned on a phone's own GPU only, which is not built"
            )
    return [target for target in found if target.kind == "cpu"]


def _run_of(folder: pathlib.Path) -> pathlib.Path:
    """The run's folder, given that or one of its bundles at OUT/bundles/RUN/TARGET."""
    if not (folder / "manifest.json").is_file():
        return folder
    run = folder.resolve().parents[2] / "runs" / bundles.read(folder, verify=False).manifest["run"]
    if not run.is_dir():
        raise ValueError(f"{folder} is a bundle whose run is not at {run}; name the run's folder instead")
    return run


def _traced(network: pathlib.Path, rate: float | None, keep: float) -> tuple[str, ops.Graph]:
    """Name and graph of a run, a bundle's run, or a network by name."""
    name = str(network)
    if not network.exists() and name in released.PROFILES:
        profile = released.find(name)
        chosen = profile.rate if rate is None else rate
        plan_of = lambda params, table: released.plan(profile, table, chosen) if chosen > 1 else None
        return f"{name}, {chosen:g}x", _random(profile.model, plan_of)
    if not network.exists() and name in train.names():
        plan = ((r".*", plans.Prune(patterns.kgs(8, 4), keep=keep)),) if keep < 1 else None
        return f"{name}, {keep:g} kept", _random(train.load(name).model, lambda *_: plan)
    run = _run_of(network)
    found = checkpoints.load_network(run)
    return run.name, trace.trace(
        checkpoints.apply(found), found.params, [one.shape for one in found.signature.structs()]
    )


def _random(model: catalog.Model, planned: Callable[[Any, tuple[cost.Layer, ...]], plans.Plan | None]) -> ops.Graph:
    """A network with random weights, cut by the plan for its parameters and layers, if there is one."""
    shape, apply = catalog.clip_shape(model), catalog.apply_function(model, CLASSES, conv_form="direct")
    params = jax.tree.map(np.asarray, catalog.initial(model, CLASSES, seed=0))  # jax would compile each mask's steps
    plan = planned(params, cost.layers(apply, params, shape))
    return trace.trace(apply, params if plan is None else masks.apply(params, plans.prune(params, plan)), shape)
