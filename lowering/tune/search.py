"""The search: options of each layer, the likely ones first, tried against the default until the time is over."""

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator

from lowering import choices, targets
from lowering.tune import model, networks

MARGIN = 0.03  # a choice must save this share of a layer's cost to displace another
HOPELESS = 1.25  # options that the model thinks this much dearer than the default are not tried
SUMS = {32: 14}  # by bytes of a vector, those of 16 registers: sums that leave room for inputs and weights; otherwise:
MOST_SUMS = 28
CHUNKS = (1, 2, 8, 16, 64)
RINGS = (0, 32 * 1024, 64 * 1024, 128 * 1024, 256 * 1024, 512 * 1024)

Trial = Callable[
    [networks.Choices], tuple[networks.Costs, networks.Costs]
]  # of the default and of these choices, compared fairly
Axis = Callable[[networks.Unit, networks.Choices, targets.Target], Iterable[networks.Choices]]


@dataclasses.dataclass(frozen=True)
class Found:
    """What is known of a unit: its cost with the default and with the best choices (by key; nothing for the default)."""

    unit: networks.Unit
    default: float
    best: float
    chosen: networks.Choices

    @property
    def ratio(self) -> float:
        """The best's cost in units of the default's."""
        return self.best / self.default if self.default else 1.0


def search(
    network: networks.Network,
    target: targets.Target,
    trial: Trial,
    seconds: float,
    known: choices.Choices = choices.NONE,
    noisy: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[list[Found]]:
    """Tries options and yields what is known after each trial, best choices first `known` from before. Stops before `seconds` are over.

    A trial changes every unit at once, each in its own way: their costs do not depend on each other. `noisy`: trials take time by the clock.
    Then the last one measures all that was chosen together, and what does not hold goes back to the default. Where they are
    instructions, chunks keep their size: it is for the caches' sake, and no instruction shows it.
    """
    budget = _Budget(clock, seconds, reserve=noisy)
    found: dict[networks.Unit, Found] = {}
    for axis in (_known(known), _shapes, _rings, *([_chunks] if noisy else [])):
        options = _ordered(network, target, axis, found, budget)
        while any(options.values()) and budget.allows():
            attempt = {unit: rest.pop(0) for unit, rest in options.items() if rest}
            costs = budget.timed(lambda attempt=attempt: trial(_together(found, attempt)))
            for unit in network.units:
                found[unit] = _better(unit, found.get(unit), attempt.get(unit, {}), *costs)
            yield list(found.values())
    if noisy and any(each.chosen for each in found.values()) and budget.allows(last=True):
        costs = trial(_together(found, {}))
        yield [_confirmed(each, *costs) for each in found.values()]


class _Budget:
    """Time left, judged by the longest trial so far; `reserve` keeps enough for a last one."""

    def __init__(self, clock: Callable[[], float], seconds: float, reserve: bool) -> None:
        self.clock, self.end, self.longest, self.reserve = clock, clock() + seconds, 0.0, reserve

    def allows(self, last: bool = False) -> bool:
        return self.clock() + self.longest * (1 if last or not self.reserve else 2) < self.end

    def timed(self, call: Callable[[], tuple[networks.Costs, networks.Costs]]) -> tuple[networks.Costs, networks.Costs]:
        began = self.clock()
        result = call()
        self.longest = max(self.longest, self.clock() - began)
        return result


def _together(found: dict[networks.Unit, Found], attempt: dict[networks.Unit, networks.Choices]) -> networks.Choices:
    """Best choices of all units, with the attempts in their places."""
    chosen: networks.Choices = {}
    for unit, each in found.items():
        chosen |= each.chosen if unit not in attempt else {}
    for each in attempt.values():
        chosen |= each
    return chosen


def _better(
    unit: networks.Unit, before: Found | None, attempt: networks.Choices, default: networks.Costs, costs: networks.Costs
) -> Found:
    base = unit.cost(default)
    before = before or Found(unit, base, base, {})
    now = Found(unit, base, unit.cost(costs), attempt)
    return now if attempt and now.ratio < before.ratio - MARGIN else before


def _confirmed(found: Found, default: networks.Costs, costs: networks.Costs) -> Found:
    again = dataclasses.replace(found, default=found.unit.cost(default), best=found.unit.cost(costs))
    if not found.chosen or again.ratio > 1 - MARGIN:
        return dataclasses.replace(again, best=again.default, chosen={})
    return again


def _ordered(
    network: networks.Network, target: targets.Target, axis: Axis, found: dict[networks.Unit, Found], budget: _Budget
) -> dict[networks.Unit, list[networks.Choices]]:
    """Options of an axis for every unit, cheapest by the model first; not those that change nothing, nor the hopeless."""
    now = {unit: found[unit].chosen if unit in found else {} for unit in network.units}
    options = {unit: list(axis(unit, now[unit], target)) for unit in network.units}
    default, base = (_by_unit(network, target, chosen) for chosen in ({}, _together(found, {})))
    scored: dict[networks.Unit, list[tuple[float, int]]] = {unit: [] for unit in network.units}
    for turn in range(max(map(len, options.values()), default=0)):
        if not budget.allows():
            break
        attempt = {unit: each[turn] for unit, each in options.items() if turn < len(each)}
        costs = _by_unit(network, target, _together(found, attempt))
        for unit in attempt:
            if costs[unit] != base[unit] and costs[unit][0] < HOPELESS * default[unit][0]:
                scored[unit].append((sum(costs[unit]), turn))
    return {unit: [options[unit][turn] for _, turn in sorted(each)] for unit, each in scored.items()}


def _by_unit(
    network: networks.Network, target: targets.Target, chosen: networks.Choices
) -> dict[networks.Unit, tuple[float, float]]:
    """Instructions and stalls by the model."""
    costs = model.costs(network.pack(chosen), target)
    executed, stalled = ({name: getattr(c, what) for name, c in costs.items()} for what in ("instructions", "stalls"))
    return {unit: (unit.cost(executed), unit.cost(stalled)) for unit in network.units}


def _known(known: choices.Choices) -> Axis:
    """What an earlier search or the package says."""

    def axis(unit: networks.Unit, chosen: networks.Choices, target: targets.Target) -> Iterable[networks.Choices]:
        before = {key: known[key] for key in unit.keys if key in known and known[key] != choices.DEFAULT}
        return [before] if before else []

    return axis


def _shapes(unit: networks.Unit, chosen: networks.Choices, target: targets.Target) -> Iterable[networks.Choices]:
    """Filters and vectors of a register tile, of one layer of the unit at a time."""
    most = SUMS.get(target.vector_bytes, MOST_SUMS)
    for key in unit.keys:
        for group in choices.GROUPS:
            for vectors in range(1, most // group + 1):
                yield _with(chosen, key, group=group, vectors=vectors)


def _chunks(unit: networks.Unit, chosen: networks.Choices, target: targets.Target) -> Iterable[networks.Choices]:
    for key in unit.keys:
        for chunk in CHUNKS:
            yield _with(chosen, key, chunk=chunk)


def _rings(unit: networks.Unit, chosen: networks.Choices, target: targets.Target) -> Iterable[networks.Choices]:
    """Whether two convolutions share a kernel, and what it may keep."""
    for key in unit.keys[1:]:
        for ring in RINGS:
            yield _with(chosen, key, ring=ring)


def _with(chosen: networks.Choices, key: str, **values: int) -> networks.Choices:
    return chosen | {key: dataclasses.replace(chosen.get(key, choices.DEFAULT), **values)}
