"""Contests: a few schedules of the layers that take most of the time, side by side in one small network.

Its kernels are those of one layer (or of several in a row that fusion may join), once for each schedule, and all read
the same input. An inference runs them one after the other, so that whatever else the machine does slows all of them
alike. bundle/first_use.py times it.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from lowering.graph import keys, ops, verify
from lowering.graph.rewrites import stages, winograd, winograd_frames
from lowering.targets import schedules, targets
from lowering.tune import log, model, networks, search

LEAST = 40_000_000  # MACs of a hot layer: fewer take less than a millisecond
SHARE = 0.02  # of the network's MACs, at least, in a hot layer
LIKELY = 3  # register tiles that are tried besides the default's
CHUNK, RING = 8, 512 * 1024  # what is tried in the place of the target's


@dataclasses.dataclass(frozen=True, eq=False)
class Contest:
    """A unit of layers, schedules for it of which the first are none (the default), and the kernels of all of them."""

    unit: networks.Unit
    options: tuple[networks.Schedules, ...]
    graph: ops.Graph

    def rounds(self, times: Mapping[str, np.ndarray]) -> list[log.Rounds]:
        """For each option, what the default and the option cost in each inference. times: of every kernel, by name."""
        own = lambda number, kernel: any(part.startswith(_prefix(number)) for part in kernel.split("."))
        costs = [sum(t for kernel, t in times.items() if own(number, kernel)) for number in range(len(self.options))]
        return [list(zip(np.atleast_1d(costs[0]), np.atleast_1d(each), strict=True)) for each in costs]


def hot(network: networks.Network) -> list[networks.Unit]:
    """The units with most work, the largest first: a schedule could gain something that counts."""
    work = {unit: sum(_macs(network.graph[name]) for each in unit.names for name in each) for unit in network.units}
    least = max(LEAST, SHARE * sum(work.values()))
    return sorted((unit for unit in network.units if work[unit] >= least), key=lambda unit: -work[unit])


def is_tiled(network: networks.Network, unit: networks.Unit, target: targets.Target) -> bool:
    """Whether a layer of the unit uses Winograd's filtering: little of its time then depends on a register tile."""
    nodes = (network.graph[name] for name in unit.names[0])
    if any(winograd.best(network.graph, node, target, network.pack) for node in nodes):
        return True
    found = winograd_frames.use_frame_tiles(_alone(network.graph, unit), target, schedules.NONE, network.pack)
    return any(isinstance(node.op, ops.WinogradFrames) for node in found.nodes)


def contest(
    network: networks.Network, unit: networks.Unit, target: targets.Target, known: schedules.Schedules
) -> Contest:
    """The default of a unit against what is `known` of layers like these, and what the cost model thinks best."""
    alone, target = _alone(network.graph, unit), dataclasses.replace(target, winograd=0)

    def written(number: int, chosen: networks.Schedules) -> ops.Graph:
        named = {name: _prefix(number) + name for name in alone.by_name}
        of = {named[name]: chosen[key] for name, key in zip(unit.names[0], unit.keys, strict=True) if key in chosen}
        return stages.run(_renamed(alone, named), stages.completion(target, lambda _: of, network.pack))

    cost = lambda chosen: model.total(written(0, chosen), target)
    default = written(0, {})
    options = ({}, *_known(unit, known), *_likely(unit, target, cost), *_for_caches(unit, default))
    tried = tuple(each for number, each in enumerate(options) if each not in options[:number])
    return Contest(unit, tried, _beside([written(number, chosen) for number, chosen in enumerate(tried)]))


def _known(unit: networks.Unit, known: schedules.Schedules) -> list[networks.Schedules]:
    """What was chosen for the same layers, or for those most like them."""
    near = {key: keys.nearest(key, known) for key in unit.keys}
    found = {key: known[other] for key, other in near.items() if other and known[other] != schedules.DEFAULT}
    return [found] if found else []


def _likely(
    unit: networks.Unit, target: targets.Target, cost: Callable[[networks.Schedules], float]
) -> list[networks.Schedules]:
    """Register tiles, the cheapest by the model; none that it thinks hopeless or the default."""
    several = [schedules.Schedule(group=group, vectors=vectors) for group, vectors in _shapes(target)]
    base = cost({})
    costs = {each: cost(dict.fromkeys(unit.keys, each)) for each in several}
    likely = [each for each in several if costs[each] != base and costs[each] < search.HOPELESS * base]
    return [dict.fromkeys(unit.keys, each) for each in sorted(likely, key=costs.__getitem__)[:LIKELY]]


def _shapes(target: targets.Target) -> list[tuple[int, int]]:
    """Filters and vectors of register tiles that use most of the registers."""
    most = search.most_accumulators(target)
    fit = ((group, vectors) for group in schedules.GROUPS for vectors in range(1, most // group + 1))
    return [(group, vectors) for group, vectors in fit if 2 * group * vectors > most]


def _for_caches(unit: networks.Unit, default: ops.Graph) -> list[networks.Schedules]:
    """Of two convolutions in one kernel, a larger buffer between them; of one alone, longer chunks."""
    kinds = [type(node.op) for node in default.nodes]
    if ops.FusedConvs in kinds:
        return [{key: schedules.Schedule(ring=RING) for key in unit.keys[1:]}]
    plain = {ops.Input, ops.PackedConv} >= set(kinds)
    return [dict.fromkeys(unit.keys, schedules.Schedule(chunk=CHUNK))] if plain else []


def _macs(node: ops.Node) -> int:
    """Those of weights that are not zero."""
    assert isinstance(node.op, ops.Conv)
    return math.prod(node.shape[:3]) * int(np.count_nonzero(node.op.kernel))


def _alone(graph: ops.Graph, unit: networks.Unit) -> ops.Graph:
    """The first layers of a unit and the pools behind them; all else that they read is an input."""
    layers = unit.names[0]
    own = {*layers, *(name for name in unit.pools if graph[name].inputs[0] in layers)}
    nodes = [node for node in graph.nodes if node.name in own]
    read = dict.fromkeys(name for node in nodes for name in node.inputs if name not in own)
    inputs = [ops.Node(name, ops.Input(), (), graph[name].shape) for name in read]
    return ops.Graph((*inputs, *nodes), nodes[-1].name)


def _renamed(graph: ops.Graph, names: Mapping[str, str]) -> ops.Graph:
    """With other names for its nodes, but for the inputs."""
    new = {node.name: node.name if isinstance(node.op, ops.Input) else names[node.name] for node in graph.nodes}
    renamed = lambda node: dataclasses.replace(node, name=new[node.name], inputs=tuple(new[i] for i in node.inputs))
    return ops.Graph(tuple(map(renamed, graph.nodes)), new[graph.result])


def _beside(graphs: Sequence[ops.Graph]) -> ops.Graph:
    """All of them in one, on the same inputs. The sum of each result is one of its own, so that none is left out."""
    nodes, ends = list(graphs[0].inputs), list[ops.Node]()
    for graph in graphs:
        nodes += [node for node in graph.nodes if not isinstance(node.op, ops.Input)]
        end = graph.output
        ends.append(ops.node(f"end{len(ends)}", ops.Reduce("sum", end.shape[-1], True, True), end))
        nodes.append(ends[-1])
    results = ops.Results(
        tuple(end.name for end in ends), tuple((1, *end.shape) for end in ends), ("float32",) * len(ends)
    )
    return verify.verify(ops.Graph((*nodes, ops.node("results", results, *ends)), "results"))


def _prefix(number: int) -> str:
    """Of the names of an option's layers."""
    return f"option{number}_"
