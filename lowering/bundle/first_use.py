"""Schedules for the host on first use: contests of the hot layers, timed in seconds and kept in the tuner's cache."""

import dataclasses
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence

from lowering.bundle import measure, trials
from lowering.graph import ops
from lowering.system import cpuinfo
from lowering.targets import precisions, schedules, store, targets
from lowering.tune import contests, log, networks, search

SECONDS = 10.0  # that a network may take, unless the user says otherwise
INFERENCES = 8  # of a contest; as many again where another schedule than the default won
BY = "measured"


@dataclasses.dataclass(frozen=True)
class Chosen:
    """The schedules to lower a network by, and what was measured for it, in a line; "" where nothing was."""

    best: schedules.Schedules = dataclasses.field(default_factory=dict)
    line: str = ""


def choose(
    graph: ops.Graph,
    target: targets.Target,
    seconds: float = SECONDS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Chosen:
    """The schedules that are known for a target, once those of hot layers of a traced network are.

    A hot layer that nobody tuned on this machine is timed with a few schedules, the layers with most work first, until
    `seconds` are over. What won is kept, each before the next is timed. Only hosts in floats are measured; 0 seconds
    measure nothing. Where a layer cannot be measured, or the cache not be written, the line says why, and the network
    is lowered by what is known. progress(done, total): layers.
    """
    began, found, left, failure = time.monotonic(), list[search.Found](), 0, ""
    if seconds > 0 and _is_measurable(graph, target):
        network = networks.Network(graph)
        known = store.read(store.cached(target))
        unknown = [unit for unit in contests.hot(network) if not known.keys() >= set(unit.keys)]
        unknown = [unit for unit in unknown if not contests.is_tiled(network, unit, target)]
        try:
            for each in _timed(network, unknown, target, began + seconds):
                store.merge(store.cached(target), target, search.entries([each], BY))
                found.append(each)
                progress(len(found), len(unknown))
        except (OSError, RuntimeError) as error:
            failure = f"schedules of hot layers could not be measured ({error}); --no-tuning does not try"
        left = len(unknown) - len(found)
    said = [_line(found, left, time.monotonic() - began, target)] if found else []
    return Chosen(store.find(target), "; ".join([*said, *([failure] if failure else [])]))


def _is_measurable(graph: ops.Graph, target: targets.Target) -> bool:
    """Whether this machine can run a target's kernels, and schedules count for a layer of the network."""
    if not target.is_host or target.form != targets.FORMS[0] or target.precision == precisions.I8:
        return False
    large = any(isinstance(node.op, ops.Conv) and node.macs >= contests.LEAST for node in graph.nodes)
    return large and set(target.features) <= cpuinfo.features(cpuinfo.here())


def _timed(
    network: networks.Network, units: Sequence[networks.Unit], target: targets.Target, end: float
) -> Iterator[search.Found]:
    """What was found of each unit, until the time does not suffice for one that takes as long as the longest."""
    longest, known = 0.0, store.find(target)
    for unit in units:
        began = time.monotonic()
        if began + longest > end:
            return
        with tempfile.TemporaryDirectory() as folder:
            yield _won(contests.contest(network, unit, target, known), target, pathlib.Path(folder))
        longest = max(longest, time.monotonic() - began)


def _won(contest: contests.Contest, target: targets.Target, folder: pathlib.Path) -> search.Found:
    """Times a contest, and once more if another schedule than the default won."""
    bundle = trials.build(contest.graph, target, folder)
    results = [log.Result(each, []) for each in contest.options]

    def again() -> networks.Schedules:
        for result, rounds in zip(results, contest.rounds(measure.kernels(bundle, INFERENCES)), strict=True):
            result.trials.append(rounds)
        return search.winner(results)

    best = again() and again()
    result = next(each for each in results if each.chosen == best)
    return search.Found(contest.unit, result.default, result.ratio * result.default, best)


def _line(found: Sequence[search.Found], left: int, seconds: float, target: targets.Target) -> str:
    """What was measured, for people."""
    gains = [1 - each.best / each.default for each in found if each.chosen]
    gain = f"{len(gains)} run faster by another, up to {max(gains):.0%}" if gains else "the defaults are the fastest"
    more = f" ({left} more at the next use)" if left else ""
    said = f"schedules of {len(found)} hot layers were measured in {seconds:.0f} s{more}: {gain}"
    return f"{said}; kept in {store.cached(target)}"
