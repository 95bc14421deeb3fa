"""The search: options of each layer, the likely ones first, tried against the default until the time is over."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from lowering.graph import keys
from lowering.targets import schedules, targets
from lowering.tune import log as logs
from lowering.tune import model, networks

HOPELESS = 1.25  # options that the model thinks this much dearer than the default are not tried
# Accumulators of a tile that leave room for inputs and weights: by bytes of a vector where there are 16 registers.
ACCUMULATORS = {32: 14}
MOST_ACCUMULATORS = 28  # where there are 32 registers
CHUNKS = (1, 2, 8, 16, 64)
WIDE = 8  # filters in a row of a tile that is wider than the default's
RINGS = (0, 32 * 1024, 64 * 1024, 128 * 1024, 256 * 1024, 512 * 1024)

# One comparison: in each round what the default costs, and what these schedules do.
Round = tuple[networks.Costs, networks.Costs]
Trial = Callable[[networks.Schedules], list[Round]]
Axis = Callable[[networks.Unit, networks.Schedules, targets.Target], Iterable[networks.Schedules]]
Seen = dict[networks.Unit, list[logs.Result]]


@dataclasses.dataclass(frozen=True)
class Found:
    """What is known of a unit: its cost with the default and with the best schedules (by key; nothing for the default).

    sure: whether that can be believed: the default won, or the schedules won a second trial too.
    """

    unit: networks.Unit
    default: float
    best: float
    chosen: networks.Schedules
    sure: bool = True


@dataclasses.dataclass(frozen=True)
class Effort:
    """The seconds that a search has, by its clock, and whether trials are `noisy`: costs are times, not instructions.

    In a noisy search what won is tried again; where it does not win again, the next best is tried, until all is sure or
    the time is over. Only there chunks change their size: that is for the caches' sake, and no instruction shows it.
    """

    seconds: float
    noisy: bool = True
    clock: Callable[[], float] = time.monotonic


def search(
    network: networks.Network,
    target: targets.Target,
    trial: Trial,
    effort: Effort,
    known: schedules.Schedules = schedules.NONE,
    log: logs.Log | None = None,
) -> Iterator[list[Found]]:
    """Tries options and yields what is known after each trial, first of all the schedules `known` from before.

    A trial changes every unit at once, each in its own way: their costs do not depend on each other. What the `log`
    knows is not tried again.
    """
    budget, log, noisy = _Budget(effort.clock, effort.seconds, reserve=effort.noisy), log or logs.Log(), effort.noisy
    seen: Seen = {unit: [] for unit in network.units}
    for axis in (_known(known), _algorithms, _shapes, _rings, *([_chunks] if noisy else [])):
        options = _ordered(network, target, axis, seen, budget)
        while any(_recall(options, log, seen).values()) and budget.allows():
            _try(network, trial, {unit: rest.pop(0) for unit, rest in options.items() if rest}, log, seen, budget)
            yield _all(seen, noisy)
    while (
        noisy and any(seen.values()) and not all(each.sure for each in _all(seen, noisy)) and budget.allows(last=True)
    ):
        _try(network, trial, {}, log, seen, budget)
        yield _all(seen, noisy)
    if any(seen.values()):
        yield _all(seen, noisy)


def entries(found: Sequence[Found], by: str) -> dict[str, dict[str, Any]]:
    """What targets/store.py keeps of a search: an entry by key for every unit of which the search is sure.

    An entry is the schedule, beside the cost of its whole unit with the default and with it; `by` names the trials.
    Units whose default won have entries too: without one, a layer would take the schedule of a similar layer.
    """
    return {
        key: {
            "choice": each.chosen.get(key, schedules.DEFAULT).row(),
            "default": float(f"{each.default:.4g}"),
            "best": float(f"{each.best:.4g}"),
            "by": by,
        }
        for each in found
        for key in each.unit.keys
        if each.sure
    }


class _Budget:
    """Time left, judged by the longest trial so far; `reserve` keeps enough for a last one."""

    def __init__(self, clock: Callable[[], float], seconds: float, reserve: bool) -> None:
        self.clock, self.end, self.longest, self.reserve = clock, clock() + seconds, 0.0, reserve

    def allows(self, last: bool = False) -> bool:
        return self.clock() + self.longest * (1 if last or not self.reserve else 2) < self.end

    def timed(self, call: Callable[[], list[Round]]) -> list[Round]:
        began = self.clock()
        result = call()
        self.longest = max(self.longest, self.clock() - began)
        return result


def _recall(
    options: dict[networks.Unit, list[networks.Schedules]], log: logs.Log, seen: Seen
) -> dict[networks.Unit, list[networks.Schedules]]:
    """The options, but for those that the log knows, which are seen."""
    for unit, rest in options.items():
        before = [each for each in (log.find(unit, chosen) for chosen in rest) if each]
        seen[unit] += [each for each in before if each not in seen[unit]]
        rest[:] = [chosen for chosen in rest if not log.find(unit, chosen)]
    return options


def _try(
    network: networks.Network,
    trial: Trial,
    attempt: dict[networks.Unit, networks.Schedules],
    log: logs.Log,
    seen: Seen,
    budget: _Budget,
) -> None:
    """One trial of the attempts, and of the best schedules of all other units: these are confirmed, or not."""
    chosen = {unit: attempt.get(unit, winner(results)) for unit, results in seen.items()}
    rounds = budget.timed(lambda: trial(_together(chosen)))
    for unit in network.units:
        found = log.add(unit, chosen[unit], [(unit.cost(default), unit.cost(costs)) for default, costs in rounds])
        seen[unit] += [found] if all(each is not found for each in seen[unit]) else []


def _all(seen: Seen, noisy: bool) -> list[Found]:
    return [_found(unit, results, noisy) for unit, results in seen.items() if results]


def _found(unit: networks.Unit, results: list[logs.Result], noisy: bool) -> Found:
    best = winner(results)
    if not best:
        default = float(np.median([each.default for each in results]))
        return Found(unit, default, default, best)
    (result,) = [each for each in results if each.chosen == best]
    return Found(unit, result.default, result.ratio * result.default, best, result.confirmed or not noisy)


def winner(results: list[logs.Result]) -> networks.Schedules:
    """The schedules that hold and cost least; later ones must be clearly better than those before."""
    ratio, best = 1.0, networks.Schedules()
    for each in results:
        if each.chosen and each.holds and each.ratio < ratio - logs.MARGIN / 2:
            ratio, best = each.ratio, each.chosen
    return best


def _together(chosen: dict[networks.Unit, networks.Schedules]) -> networks.Schedules:
    return {key: schedule for each in chosen.values() for key, schedule in each.items()}


def _ordered(
    network: networks.Network, target: targets.Target, axis: Axis, seen: Seen, budget: _Budget
) -> dict[networks.Unit, list[networks.Schedules]]:
    """Options of an axis for every unit, cheapest by the model first, without the hopeless and those without effect."""
    now = {unit: winner(results) for unit, results in seen.items()}
    options = {unit: list(axis(unit, now[unit], target)) for unit in network.units}
    default, base = (_by_unit(network, target, chosen) for chosen in ({}, _together(now)))
    scored: dict[networks.Unit, list[tuple[float, int]]] = {unit: [] for unit in network.units}
    for turn in range(max(map(len, options.values()), default=0)):
        if not budget.allows():
            break
        attempt = {unit: each[turn] for unit, each in options.items() if turn < len(each)}
        costs = _by_unit(network, target, _together(now | attempt))
        for unit in attempt:
            if costs[unit] != base[unit] and costs[unit][0] < HOPELESS * default[unit][0]:
                scored[unit].append((sum(costs[unit]), turn))
    return {unit: [options[unit][turn] for _, turn in sorted(each)] for unit, each in scored.items()}


def _by_unit(
    network: networks.Network, target: targets.Target, chosen: networks.Schedules
) -> dict[networks.Unit, tuple[float, float]]:
    """Instructions and stalls by the model."""
    costs = model.costs(network.rewrite(chosen, target), target)
    executed, stalled = ({name: getattr(c, what) for name, c in costs.items()} for what in ("instructions", "stalls"))
    return {unit: (unit.cost(executed), unit.cost(stalled)) for unit in network.units}


def _known(known: schedules.Schedules) -> Axis:
    """What an earlier search or the package says, of the same layers or of those most like them."""

    def axis(unit: networks.Unit, chosen: networks.Schedules, target: targets.Target) -> Iterable[networks.Schedules]:
        near = {key: keys.nearest(key, known) for key in unit.keys}
        before = {key: known[other] for key, other in near.items() if other and known[other] != schedules.DEFAULT}
        return [before] if before else []

    return axis


def _algorithms(
    unit: networks.Unit, chosen: networks.Schedules, target: targets.Target
) -> Iterable[networks.Schedules]:
    """With Winograd's filtering, in tiles of any size, and without; of no effect on layers of other kernels."""
    for key in unit.keys:
        for tile in schedules.WINOGRAD:
            yield _with(chosen, key, winograd=tile)


def _shapes(unit: networks.Unit, chosen: networks.Schedules, target: targets.Target) -> Iterable[networks.Schedules]:
    """Filters and vectors of a register tile, of one layer of the unit at a time."""
    for key in unit.keys:
        for group in schedules.GROUPS:
            for vectors in range(1, most_accumulators(target) // group + 1):
                yield _with(chosen, key, group=group, vectors=vectors)


def _chunks(unit: networks.Unit, chosen: networks.Schedules, target: targets.Target) -> Iterable[networks.Schedules]:
    """Tiles in a chunk; where no other tile won, also wider tiles in smaller chunks, since one alone may lose."""
    vectors = target.tilings[WIDE].vectors + 1
    for key in unit.keys:
        if chosen.get(key, schedules.DEFAULT).vectors is None and WIDE * vectors <= most_accumulators(target):
            for chunk in CHUNKS[:2]:
                yield _with(chosen, key, group=WIDE, vectors=vectors, chunk=chunk)
        for chunk in CHUNKS:
            yield _with(chosen, key, chunk=chunk)


def _rings(unit: networks.Unit, chosen: networks.Schedules, target: targets.Target) -> Iterable[networks.Schedules]:
    """Whether two convolutions share a kernel, and what it may keep."""
    for key in unit.keys[1:]:
        for ring in RINGS:
            yield _with(chosen, key, ring=ring)


def most_accumulators(target: targets.Target) -> int:
    """Vectors of accumulators that a tile may hold in registers."""
    return ACCUMULATORS.get(target.vector_bytes, MOST_ACCUMULATORS)


def _with(chosen: networks.Schedules, key: str, **values: int) -> networks.Schedules:
    return chosen | {key: dataclasses.replace(chosen.get(key, schedules.DEFAULT), **values)}
