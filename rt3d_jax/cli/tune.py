"""rt3d tune: search for schedules. They are measured on the host, and modelled or counted for arm64."""

import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from lowering.bundle import bundles
from lowering.bundle import trials as timed
from lowering.counts import trials as counted
from lowering.graph import ops, trace
from lowering.system import bounds
from lowering.targets import precisions, store, targets
from lowering.tune import log as logs
from lowering.tune import networks as tuned
from lowering.tune import search, trials
from rt3d_jax.cli import console, lowerable, train
from rt3d_jax.configs import released
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost, masks, patterns, plans

DEFAULT_TARGETS = ("host", "android:cortex-a76")
COLUMNS = {"measured": ("ms", 1.0), "modelled": ("M instructions", 1e-6), "counted": ("M instructions", 1e-6)}
CLASSES = 101  # of networks with random weights
UNSURE = "not sure yet"
NOTE = "Instructions say which kernel does less work, not how long it takes on a phone."


def run(
    networks: tuple[pathlib.Path, ...],
    /,
    target: tuple[str, ...] = DEFAULT_TARGETS,
    minutes: bounds.NotNegative = 5.0,
    count: bool = False,
    rate: float | None = None,
    keep: bounds.Fraction = 1.0,
    ship: bool = False,
) -> None:
    """Search for faster schedules of a network's convolutions.

    A schedule says how one convolution is computed: its rows, tiles, chunks and fusion. On the host schedules are
    measured. For Android CPUs a cost model estimates their instructions. Vulkan targets keep their defaults, because
    only the phone's own GPU could tell which schedule is faster.

    The results are stored in your cache, where `rt3d lower` finds them. Every trial is kept, so the same command
    continues after Ctrl-C or when the time is over. A measured schedule must win twice before it is used.

    Args:
        networks: Runs, such as OUT/runs/dense, or bundles of runs. Or functions of your own that give (apply, params,
            example), such as my_nets.py:build. Or names, whose networks get random weights: those of
            `rt3d bench --model`, such as c3d and x3d_s, pruned as there, or an experiment such as c3d_ucf101.
        target: Machines to tune for: host, or android:CPU, with a precision such as :f16 after it.
        minutes: The time for all of it, at most.
        count: For Android CPUs, count instructions under qemu-user instead of estimating them. This is exact and slow:
            about 5 s for 1e9 MACs.
        rate: For a network by name, its rate: dense MACs over kept MACs. 1 is dense. The default is
            the published rate.
        keep: For an experiment, the share of KGS 8x4 blocks to keep.
        ship: Store the results in the package instead of the cache.

    Examples:
        rt3d tune runs/first/runs/dense runs/first/runs/vanilla-3.6x
        rt3d tune c3d --target android:cortex-a76 --minutes 20
        rt3d tune my_nets.py:build --target host
    """
    console.some(networks, "run, such as OUT/runs/dense, or function, such as my_nets.py:build")
    chosen, end = _tunable(target), time.monotonic() + 60 * minutes
    jobs = [(network, each) for network in networks for each in chosen]
    for left, (network, each) in zip(range(len(jobs), 0, -1), jobs, strict=True):
        until = time.monotonic() + (end - time.monotonic()) / left
        name, graph = _traced(network, rate, keep)
        tune(name, graph, each, until, "counted" if count else None, ship)


def tune(
    name: str, graph: ops.Graph, target: targets.Target, until: float, by: str | None = None, ship: bool = False
) -> None:
    """Tunes one network for one target, and prints what was found.

    until: when to stop, on the clock of time.monotonic().
    by: how schedules are compared, a key of COLUMNS. None measures on the host, and models for other targets.
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
    finally:  # an interrupted search shows what it found, too
        if found:
            show(name, target, by, found)
            console.say(f"Stored in {path}, where `rt3d lower` finds it." + ("" if target.is_host else f" {NOTE}"))
            if not all(each.sure for each in found):
                console.say(
                    f"{UNSURE}: the schedule won once, and is used when it has won again; the same command continues"
                )
        else:
            console.say(f"{name} on {target.name}: nothing found in {seconds} s; give it more --minutes")


def show(name: str, target: targets.Target, by: str, found: Sequence[search.Found]) -> None:
    """Prints what was found as a table, by layer."""
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
        trial = (timed.measured if by == "measured" else counted.counted)(network, target, folder)
    log = logs.Log(None if by == "modelled" else store.trials(target, by))
    effort = search.Effort(until - time.monotonic(), noisy=by == "measured")
    return search.search(network, target, trial, effort, store.find(target), log)


def _so_far(found: Sequence[search.Found]) -> dict[str, float]:
    """The gain over all convolutions in percent, for the progress bar."""
    return {"gain %": 100 * (1 - sum(each.best for each in found) / max(sum(each.default for each in found), 1e-9))}


def _said(found: search.Found) -> str:
    keys = [key for key in found.unit.keys if key in found.chosen]
    said = "; ".join(str(found.chosen[key]) for key in keys) or "default"
    return said if found.sure else f"{said} ({UNSURE})"


def _tunable(names: Sequence[str]) -> list[targets.Target]:
    """The targets that can be tuned here. Prints a line for each of the others. ValueError for one of integers."""
    found = [targets.find(name) for name in names]
    for target in found:
        if target.precision == precisions.I8:
            raise ValueError(
                f"target is {target.name}, which keeps its defaults; expected one that computes with floats, "
                f"such as {target.machine}"
            )
        if target.kind != "cpu":
            console.say(f"{target.name} keeps its defaults, because only the phone's own GPU could tell what is faster")
    return [target for target in found if target.kind == "cpu"]


def _run_of(folder: pathlib.Path) -> pathlib.Path:
    """The folder of a run, from that folder or from a bundle of it at OUT/bundles/RUN/TARGET."""
    if not (folder / "manifest.json").is_file():
        return folder
    run = folder.resolve().parents[2] / "runs" / bundles.read(folder, verify=False).manifest["run"]
    if not run.is_dir():
        raise ValueError(f"{folder} is a bundle, and its run is not at {run}; name the folder of the run instead")
    return run


def _traced(network: pathlib.Path, rate: float | None, keep: float) -> tuple[str, ops.Graph]:
    """The name and graph of a run, of a bundle's run, of a function, or of a network by name."""
    name = str(network)
    if not network.exists() and name in released.PROFILES:
        profile = released.find(name)
        chosen = profile.rate if rate is None else rate
        plan_of = lambda params, table: released.plan(profile, table, chosen) if chosen > 1 else None
        return f"{name}, {chosen:g}x", _random(profile.model, plan_of)
    if not network.exists() and name in train.names():
        plan = ((r".*", plans.Prune(patterns.kgs(8, 4), keep=keep)),) if keep < 1 else None
        return f"{name}, {keep:g} kept", _random(train.load(name).model, lambda *_: plan)
    found = lowerable.find(network if lowerable.is_function(network) else _run_of(network))
    return found.name, found.traced()


def _random(model: catalog.Model, planned: Callable[[Any, tuple[cost.Layer, ...]], plans.Plan | None]) -> ops.Graph:
    """The graph of a network with random weights. `planned`: the plan that prunes it, for its parameters and layers."""
    shape, apply = catalog.clip_shape(model), catalog.apply_function(model, CLASSES, conv_form="direct")
    params = jax.tree.map(np.asarray, catalog.stand_in(model, CLASSES, seed=0))  # jax would compile each mask's steps
    plan = planned(params, cost.layers(apply, params, shape))
    return trace.trace(apply, params if plan is None else masks.apply(params, plans.prune(params, plan)), shape)
