"""Trials by instructions executed under qemu-user."""

import pathlib

from lowering.bundle import trials
from lowering.counts import count
from lowering.graph import ops
from lowering.targets import targets
from lowering.tune import model, networks, search
from lowering.tune import trials as tuned


def counted(network: networks.Network, target: targets.Target, folder: pathlib.Path) -> search.Trial:
    """By instructions executed under qemu: exact, and slow beyond about 1e8 MACs. Android targets only."""
    costs = lambda chosen: counts(network, target, chosen, folder)
    return tuned.against(costs({}), costs, network, target)


def counts(
    network: networks.Network, target: targets.Target, chosen: networks.Schedules, folder: pathlib.Path
) -> networks.Costs:
    """Executed instructions of each convolution's kernel."""
    return executed(network.rewrite(chosen, target), network.traced, target, folder)


def executed(graph: ops.Graph, traced: ops.Graph, target: targets.Target, folder: pathlib.Path) -> networks.Costs:
    """Executed instructions of each kernel with weights of a graph that is rewritten for the target, by its name."""
    layers, _ = count.count(trials.build(graph, target, folder, traced), _convolutions(graph))
    return {layer.name: float(sum(layer.counts.values())) for layer in layers}


def _convolutions(graph: ops.Graph) -> list[str]:
    return [node.name for node in graph.nodes if isinstance(node.op, model.KINDS)]
