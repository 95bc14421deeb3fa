"""Reductions of expressions: what is added up need not be written first."""

import dataclasses

import numpy as np

from lowering.graph import ops


def fuse_reductions(graph: ops.Graph) -> ops.Graph:
    """A Reduce, or a pool over whole images, computes the expression that it alone reads."""
    fused: dict[str, ops.Node] = {}
    renames: dict[str, str] = {}
    for node in graph.nodes:
        source = graph[node.inputs[0]] if node.inputs else node
        reduce = _reduce(graph, node)
        if reduce is None or not isinstance(source.op, ops.Pointwise) or len(graph.users[source.name]) != 1:
            continue
        if source.op.dtype != "float32" or len(source.shape) != 4:
            continue
        op = dataclasses.replace(reduce, of=source.op)
        fused[node.name] = ops.Node(node.name, op, source.inputs, (op.groups,) if op.frames else node.shape)
        if op.frames and not isinstance(node.op, ops.Reduce):
            renames |= {user.name: node.name for user in graph.users[node.name]}
    return ops.rewire(ops.replace(graph, lambda n: [fused.get(n.name, n)]), renames)


def _reduce(graph: ops.Graph, node: ops.Node) -> ops.Reduce | None:
    """A node as a Reduce of the one value that it reads; None for those that are none."""
    match node.op:
        case ops.Reduce(of=None):
            return node.op
        case ops.MaxPool() | ops.AvgPool():
            return _pool(graph, node, node.op)
    return None


def _pool(graph: ops.Graph, node: ops.Node, op: ops.MaxPool | ops.AvgPool) -> ops.Reduce | None:
    frames, *pixels, channels = graph[node.inputs[0]].shape
    if op.window[1:] != tuple(pixels) or op.padding != ops.NO_PADDING or np.prod(pixels) == 1:
        return None
    alone = op.window[0] == op.strides[0] == 1 and frames > 1
    flat = all(isinstance(user.op, ops.Reshape) for user in graph.users[node.name]) and node.name != graph.result
    if not alone and not (op.window[0] == frames and flat):
        return None
    kind, factor = ("max", 1.0) if isinstance(op, ops.MaxPool) else ("sum", 1 / float(np.prod(op.window)))
    return ops.Reduce(kind, channels, True, not alone, factor)
