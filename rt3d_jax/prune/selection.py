"""Which blocks of all layers a budget keeps: one threshold for the whole network.

Given numpy arrays it computes in numpy. Given JAX arrays it runs under jit.
"""

import functools
import math
from collections.abc import Callable
from typing import Any, Literal

import jax
import numpy as np

from lowering.functions import trees
from rt3d_jax.prune import counted
from rt3d_jax.sparsity import cost, masks, plans

Tree = Any
Array = Any
Measure = Literal["macs", "parameters"]
MEASURES = ("macs", "parameters")
Energies = dict[str, Array]
Counts = dict[str, Any]
CLOSE = 5e-4  # the fraction of a budget that may stay free
STEPS = 64  # when room is filled, a layer takes at most 1 / STEPS of its levels at a time


class Selection:
    """A plan on a network, with a budget of MACs or parameters.

    A layer's state is the number of levels that it keeps, its best ones. A level is a block, or several where the rule
    asks for balance or for multiples (plans.Prune.levels).

    Layers compete by the energy of a level per weight, in units of their layer's mean. So layers of any scale compare:
    what wins has the best share of its layer's energy for its share of the cost. The cost of a selection is exact,
    since a dropped filter takes along the weights that read it.
    """

    def __init__(self, plan: plans.Plan, table: cost.Table, measure: Measure = "macs"):
        if measure not in MEASURES:
            raise ValueError(f"measure is {measure!r}, expected one of {', '.join(MEASURES)}")
        rules = plans.match(plan, table)
        self._places = {layer.name: layer.place for layer in table if rules[layer.name] is not None}
        self.layers = tuple(
            counted.seen(layer, rules[layer.name], parameters=measure == "parameters") for layer in table
        )
        self.pruned = tuple(layer for layer in self.layers if layer.rule is not None)
        self.free = tuple(layer for layer in self.pruned if layer.least < layer.most)
        self.dense = float(
            sum(layer.unit * math.prod(layer.shape) + layer.vectors * layer.shape[-1] for layer in self.layers)
        )

    def kernels(self, params: Tree) -> dict[str, Array]:
        """The pruned kernels by layer name, as (locations..., inputs, outputs)."""
        leaves = trees.found(params, [place.path for place in self._places.values()])
        return {name: place.kernel(leaves[place.path]) for name, place in self._places.items()}

    def replaced(self, tree: Tree, kernels: dict[str, Array]) -> Tree:
        """The tree with these kernels in the places of its own."""
        return trees.replaced(tree, {place.path: place.leaf(kernels[name]) for name, place in self._places.items()})

    def energies(self, kernels: dict[str, Array]) -> Energies:
        """The sum of the squared weights of every block, [grid] by layer name. The blocks with the most are kept."""
        return {layer.name: masks.block_energies(kernels[layer.name], layer.pattern) for layer in self.pruned}

    def masks(self, energies: Energies, room: Array) -> dict[str, Array]:
        """The masks of the weights that `select` keeps, bool[kernel.shape] by layer name."""
        kept = self.select(energies, room)
        return {layer.name: masks.expand(kept[layer.name], layer.shape, layer.pattern) for layer in self.pruned}

    def select(self, energies: Energies, room: Array) -> dict[str, Array]:
        """The blocks that are kept, bool[grid] by layer name. They cost at most `room`.

        room: in the selection's measure, a number or an array of one value. Given numpy arrays, the room that the
            threshold leaves is filled with further levels.
        """
        ranks = self._ranks(energies)
        counts = self._fitting(energies, ranks, room)
        if all(isinstance(energy, np.ndarray) for energy in energies.values()):
            counts = self._filled(energies, ranks, counts, room)
        return {layer.name: ranks[layer.name] < counts[layer.name] for layer in self.pruned}

    def extreme(self, which: Literal["least", "most"]) -> float:
        """The cost with the least or the most that the plan's bounds allow. It does not depend on the weights."""
        energies = {layer.name: np.zeros(layer.pattern.grid(layer.shape)) for layer in self.pruned}
        counts = {layer.name: getattr(layer, which) for layer in self.pruned}
        return float(self._cost(self._ranks(energies), counts))

    def _ranks(self, energies: Energies) -> dict[str, Array]:
        return {layer.name: layer.ranks(energies[layer.name]) for layer in self.pruned}

    def _fitting(self, energies: Energies, ranks: dict[str, Array], room: Array) -> Counts:
        """How many levels each layer keeps under one threshold.

        All levels are put in order of score. The longest beginning of that order that costs at most `room` is kept. It
        is found by bisection.
        """
        fixed = {layer.name: layer.least for layer in self.pruned}
        if not self.free:
            return fixed
        scores = [_level_scores(layer, energies[layer.name]) for layer in self.free]
        xp = masks.module_of(scores[0])
        places = xp.argsort(xp.argsort(-xp.concatenate(scores), stable=True), stable=True)
        ends = np.cumsum([layer.most - layer.least for layer in self.free])
        parts = xp.split(places, [int(end) for end in ends[:-1]])

        def counts(size: Array) -> Counts:
            chosen = {
                layer.name: layer.least + (part < size).sum() for layer, part in zip(self.free, parts, strict=True)
            }
            return fixed | chosen

        def halve(_: Any, bounds: tuple[Array, Array]) -> tuple[Array, Array]:
            low, high = bounds  # `low` levels fit, more than `high` do not
            middle = (low + high + 1) // 2
            fits = self._cost(ranks, counts(middle)) <= room
            return xp.where(fits, middle, low), xp.where(fits, high, middle - 1)

        total = int(ends[-1])
        return counts(_loop(xp, total.bit_length(), halve, (xp.asarray(0), xp.asarray(total)))[0])

    def _filled(self, energies: Energies, ranks: dict[str, Array], counts: Counts, room: float) -> Counts:
        """Fill the room that is left with the next levels that fit.

        The layer with the best next level goes first and takes a few at a time, until less than the fraction CLOSE is
        left.
        """
        scores = {layer.name: _level_scores(layer, energies[layer.name]) for layer in self.free}
        counts = {name: int(count) for name, count in counts.items()}
        level = lambda layer: scores[layer.name][counts[layer.name] - layer.least]
        growing = [layer for layer in self.free if counts[layer.name] < layer.most]
        while growing and self._cost(ranks, counts) < (1 - CLOSE) * room:
            layer = max(growing, key=level)
            low = counts[layer.name]
            high = end = min(layer.most, low + max(1, layer.levels // STEPS))
            while low < high:
                middle = (low + high + 1) // 2
                fits = self._cost(ranks, counts | {layer.name: middle}) <= room
                low, high = (middle, high) if fits else (low, middle - 1)
            counts[layer.name] = low
            if low < end or low == layer.most:
                growing.remove(layer)
        return counts

    def _cost(self, ranks: dict[str, Array], counts: Counts) -> Array:
        """The cost of keeping `counts` levels. Weights that read dropped filters cost nothing.

        One pass over the layers in running order.
        """
        alive: dict[str, Array] = {}
        total: Any = 0.0
        for layer in self.layers:
            living = counted.living(layer, alive)
            if layer.rule is None and living is None:
                total += layer.unit * float(math.prod(layer.shape)) + float(layer.vectors * layer.shape[-1])
                continue
            if layer.rule is None:
                weights, alive[layer.name] = counted.dense(layer, living)
            else:
                weights, alive[layer.name] = counted.weights(ranks[layer.name] < counts[layer.name], layer, living)
            total += layer.unit * weights + layer.vectors * alive[layer.name].sum()
        return total


def squares(params: Tree, plan: plans.Plan, table: cost.Table) -> Energies:
    """The sum of the squared weights of each block that the plan prunes, f64[grid] by layer name."""
    choice = Selection(plan, table)
    return choice.energies({name: np.asarray(kernel, np.float64) for name, kernel in choice.kernels(params).items()})


def _level_scores(layer: counted.Layer, energy: Array) -> Array:
    """The scores of the levels between `least` and `most`, falling, [most - least].

    A score is the energy per weight, in units of the layer's mean.
    """
    xp, pattern = masks.module_of(energy), layer.pattern
    sizes = masks.block_sizes(layer.shape, pattern).reshape(-1, layer.cells).astype(np.float32)
    energy = energy.reshape(-1, layer.cells)
    order = xp.argsort(-(energy / sizes), axis=0, stable=True)
    missing = -len(order) % layer.multiple  # of the last level, in every cell

    def summed(values: Array) -> Array:
        best_first = xp.pad(xp.take_along_axis(values, order, axis=0), ((0, missing), (0, 0)))
        return best_first.reshape(layer.levels, -1).sum(axis=1)

    sizes, sums = summed(xp.asarray(sizes)), summed(energy)
    mean = xp.maximum(sums.sum() / sizes.sum(), 1e-30)
    return (sums / sizes / mean)[layer.least : layer.most]


def _loop(xp: Any, times: int, body: Callable[[Any, Any], Any], start: Any) -> Any:
    if xp is np:
        return functools.reduce(lambda state, at: body(at, state), range(times), start)
    return jax.lax.fori_loop(0, times, body, start)
