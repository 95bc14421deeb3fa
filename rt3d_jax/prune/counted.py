"""What a budget counts of a layer: how much of its kernel is left, and which of its filters.

Given numpy arrays it computes in numpy. Given JAX arrays it runs under jit.
"""

import dataclasses
import functools
import math
from typing import Any

import numpy as np

from rt3d_jax.sparsity import cost, masks, patterns, plans

Array = Any


@dataclasses.dataclass(frozen=True)
class Layer:
    """A layer of the network as the budget sees it.

    rule: how it is pruned; None keeps all of it.
    unit: what a kept weight costs.
    vectors: what a living filter costs beside its weights.
    sources: for each layer that it reads, i32[groups * inputs]: that layer's filter behind every input channel, -1 for
        none. Empty where input channels never die.
    groups: of its convolution.
    levels, cells: see plans.Prune.levels.
    least, most: the numbers of levels between which a budget stays.
    """

    name: str
    shape: tuple[int, ...]
    rule: plans.Prune | None
    unit: int
    vectors: int
    sources: dict[str, np.ndarray]
    levels: int = 0
    cells: int = 0
    least: int = 0
    most: int = 0
    groups: int = 1

    @property
    def pattern(self) -> patterns.BlockPattern:
        """The blocks of a layer that is pruned."""
        assert self.rule is not None
        return self.rule.pattern

    @property
    def multiple(self) -> int:
        """The number of blocks of a cell in one level, of a layer that is pruned."""
        assert self.rule is not None
        return self.rule.multiple

    @functools.cached_property
    def block(self) -> tuple[int, ...]:
        """The sides of a full block of a layer that is pruned."""
        return self.pattern.block(self.shape)

    @functools.cached_property
    def sides(self) -> list[np.ndarray]:
        """The side of every block along each axis of the kernel. The last one along an axis may be smaller."""
        grid, full = self.pattern.grid(self.shape), patterns.kernel_shape(self.shape)
        return [
            np.minimum(side, size - side * np.arange(cells))
            for cells, side, size in zip(grid, self.block, full, strict=True)
        ]

    @functools.cached_property
    def sizes(self) -> np.ndarray:
        """The weights of every block of one pair of an input and an output."""
        return functools.reduce(np.multiply.outer, self.sides[:-2])

    def ranks(self, energies: Array) -> Array:
        """The level of every block of a layer that is pruned, see plans.level_ranks."""
        assert self.rule is not None
        return plans.level_ranks(energies, self.rule, self.shape)


def seen(layer: cost.Layer, rule: plans.Prune | None, *, parameters: bool) -> Layer:
    """A layer with its rule. parameters: whether a budget counts parameters, not MACs."""
    unit = 1 if parameters else layer.positions
    vectors = (layer.parameters - layer.weights) // layer.shape[-1] if parameters else 0
    plain = Layer(layer.name, layer.shape, rule, unit, vectors, _sources(layer), groups=layer.groups)
    if rule is None:
        return plain
    (levels, cells), (least, most) = rule.levels(layer.shape), rule.kept(layer.shape)
    return dataclasses.replace(plain, levels=levels, cells=cells, least=least, most=most)


def _sources(layer: cost.Layer) -> dict[str, np.ndarray]:
    """The filter behind each input channel, see Layer.

    Empty also where a channel is made of several filters of one layer, or of none. All input channels then count as
    living.
    """
    needs = layer.wiring.needs or ()
    found: dict[str, np.ndarray] = {}
    for channel, place in enumerate(needs):
        if not place or len({name for name, _ in place}) < len(place):
            return {}
        for name, number in place:
            found.setdefault(name, np.full(len(needs), -1))[channel] = number
    return found


def living(layer: Layer, alive: dict[str, Array]) -> Array | None:
    """The input channels that are not zero, bool[groups * inputs]. None where all are living."""
    if not layer.sources.keys() & alive.keys():
        return None
    parts = []
    for name, numbers in layer.sources.items():
        living = alive.get(name)
        xp = np if living is None else masks.module_of(living)
        parts.append(numbers >= 0 if living is None else xp.concatenate([living, xp.zeros(1, bool)])[numbers])
    return functools.reduce(lambda one, other: one | other, parts)


def dense(layer: Layer, living: Array) -> tuple[Any, Array]:
    """What is left of a kernel that the plan keeps, and bool[outputs], the filters that read any living channel."""
    each = layer.shape[-1] // layer.groups
    grouped = living.reshape(layer.groups, layer.shape[-2]).sum(axis=1)
    weights = grouped.sum() * float(math.prod(layer.shape[:-2]) * each)
    return weights, masks.module_of(living).repeat(grouped > 0, each)


def weights(kept: Array, layer: Layer, living: Array | None) -> tuple[Any, Any]:
    """What is kept of a kernel: the number of weights, and bool[outputs], the filters with any weight.

    Weights that read dead input channels do not count.
    """
    shape, sizes, inputs = layer.shape, layer.sizes, layer.sides[-2]
    xp = masks.module_of(kept)
    if living is not None:
        side = layer.block[-2]
        grouped = living.reshape(layer.groups, shape[-2])
        ends = ((0, 0), (0, len(inputs) * side - shape[-2]))
        inputs = xp.pad(grouped, ends).reshape(layer.groups, -1, side).sum(axis=2)
    alike = sizes.min() == sizes.max()
    weighed = kept if alike else kept * sizes[..., None, None]
    per_pair = weighed.sum(axis=tuple(range(sizes.ndim))) * (int(sizes.max()) if alike else 1)
    per_block = (inputs @ per_pair.astype(float)).reshape(-1, per_pair.shape[-1])
    filters = np.arange(shape[-1])
    groups = filters * len(per_block) // shape[-1]
    per_filter = per_block[groups, filters // layer.block[-1]]
    return per_filter.sum(), per_filter > 0
