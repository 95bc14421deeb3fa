"""A network as the tuner sees it: units of layers to choose for together, and the graph with any schedules."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from lowering.graph import keys, ops, packed
from lowering.graph.rewrites import stages
from lowering.targets import schedules, targets

Schedules = dict[str, schedules.Schedule]
Costs = Mapping[str, float]  # by kernel


@dataclasses.dataclass(frozen=True)
class Unit:
    """One convolution, or several in a row that fusion may join: their keys, and all layers that have these keys.

    pools: that alone read one of these layers, and may be joined to it.
    """

    keys: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    pools: frozenset[str] = frozenset()

    def cost(self, costs: Costs) -> float:
        """The sum over its kernels: those of one layer or of two, "first.second", and the pools behind them."""
        own = {name for layers in self.names for name in layers} | self.pools
        return sum(cost for kernel, cost in costs.items() if not own.isdisjoint(kernel.split(".")))

    @property
    def identity(self) -> str:
        """The same in every network whose unit costs as much."""
        return f"{len(self.names)} of {'; '.join(self.keys)}"

    def __str__(self) -> str:
        return ", ".join(" + ".join(layers) for layers in self.names)


class Network:
    """A traced graph, and `graph`, the same prepared for any target. Kernels are packed once for each size of rows."""

    def __init__(self, graph: ops.Graph) -> None:
        self.traced, self.graph = graph, stages.run(graph, stages.PREPARATION)
        self.keys = keys.keys(self.graph)
        self.units = _units(self.graph, self.keys)
        self._packed: dict[tuple[int, tuple[int, ...], int], packed.PackedKernel] = {}

    def rewrite(self, chosen: Schedules, target: targets.Target) -> ops.Graph:
        """The graph for the target's kernels, with schedules by key for the layers that have just that key."""
        names = {name: chosen[key] for name, key in self.keys.items() if key in chosen}
        return stages.run(self.graph, stages.completion(target, lambda _: names, self.pack))

    def pack(self, kernel: np.ndarray, group: int) -> packed.PackedKernel:
        """A kernel of the graph in rows of so many filters."""
        key = (kernel.ctypes.data, kernel.shape, group)
        if key not in self._packed:
            self._packed[key] = packed.pack(kernel, group)
        return self._packed[key]


def _units(graph: ops.Graph, names: dict[str, str]) -> list[Unit]:
    after = dict(keys.pairs(graph))
    firsts = [name for name in names if name not in after.values()]
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for name in firsts:
        layers = [name]
        while layers[-1] in after:
            layers.append(after[layers[-1]])
        found.setdefault(tuple(names[each] for each in layers), []).append(tuple(layers))
    users = graph.users
    behind = lambda name: (
        user.name for user in users[name][:1] if len(users[name]) == 1 and isinstance(user.op, ops.MaxPool)
    )
    pools = lambda all_: frozenset(pool for layers in all_ for name in layers for pool in behind(name))
    return [Unit(each, tuple(all_), pools(all_)) for each, all_ in found.items()]
