"""Convolutions that CPUs compute in one kernel: what lies between them stays in cache instead of passing through memory."""

import math

from lowering import checks, targets
from lowering import graph as graphs


def join(graph: graphs.Graph, target: targets.Target) -> graphs.Graph:
    """Joins a packed convolution and one over frames alone that is its only reader, where what lies between them is larger than a core's cache.

    The new node is named after both, "conv1.conv2".
    """
    if target.kind != "cpu":
        return graph
    users, renames, joined = graph.users, {}, {}
    for node in graph.nodes:
        source = graph[node.inputs[0]] if node.inputs else node
        if source.name in joined or not _joins(source, node, target) or len(users[source.name]) != 1:
            continue
        assert isinstance(source.op, graphs.PackedConv) and isinstance(node.op, graphs.PackedConv)
        op = graphs.PackedChain(source.op, node.op, source.shape)
        name = f"{source.name}.{node.name}"
        joined[source.name], joined[node.name] = (
            [],
            [graphs.Node(name, op, (*source.inputs, *node.inputs[1:]), node.shape)],
        )
        renames[node.name] = name
    return checks.verify(graphs.rewire(graphs.replace(graph, lambda n: joined.get(n.name, [n])), renames))


def step(first: graphs.PackedConv, second: graphs.PackedConv, target: targets.Target) -> int:
    """The least number of positions that both convolutions can cut into whole register tiles."""
    return target.lanes * math.lcm(*(op.choice.tiling(target, op.kernel.group).vectors for op in (first, second)))


def ring_bytes(first: graphs.PackedConv, second: graphs.PackedConv, span: int, target: targets.Target) -> int:
    """What a chunk of `span` positions keeps of the first convolution's result: as many frames as the second reads."""
    return first.kernel.rows * first.kernel.group * second.kernel.shape[0] * span * target.activation_bytes


def ring_limit(second: graphs.PackedConv, target: targets.Target) -> int:
    """Bytes that the chain which ends in this convolution may keep."""
    return target.ring_bytes if second.choice.ring is None else second.choice.ring


def _joins(source: graphs.Node, node: graphs.Node, target: targets.Target) -> bool:
    first, second = source.op, node.op
    if not (isinstance(first, graphs.PackedConv) and isinstance(second, graphs.PackedConv)) or len(source.inputs) != 1:
        return False
    frames, height, width, _ = source.shape
    least = step(first, second, target)
    large = (
        first.kernel.rows * first.kernel.group * frames * height * width * target.activation_bytes > target.cache_bytes
    )
    alone = second.kernel.shape[1:3] == (1, 1) and second.padding[1:] == ((0, 0), (0, 0))
    return (
        alone
        and (large or bool(second.choice.ring))
        and least <= height * width
        and ring_bytes(first, second, least, target) <= 2 * ring_limit(second, target)
    )
