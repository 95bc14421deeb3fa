"""Moves of elements: several in a row become one, and what a reader can do itself costs nothing."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.graph.operations import moves

MOST_PATCHES, MOST_INPUTS = 16, 12
MOST_CHANNELS = 8  # a kernel that picks its channels itself is at most so many times as large, before it is packed


def merge_moves(graph: ops.Graph) -> ops.Graph:
    """A Mosaic reads what the Mosaics and joins that it reads are made of. One that changes nothing goes away."""
    while (found := _step(graph)) is not None:
        graph = found
    return graph


def fold_moves(graph: ops.Graph) -> ops.Graph:
    """Zeros around a feature map become the padding of the convolutions that read it, a choice of channels theirs.

    An expression reads a number for each group of channels by itself.
    """
    folded: dict[str, ops.Node] = {}
    for node in graph.nodes:
        if isinstance(node.op, ops.Pointwise) and len(node.shape) == 4:
            names = tuple(_behind_repeat(graph, graph[name]) for name in node.inputs)
            folded[node.name] = dataclasses.replace(node, inputs=names)
        source = graph[node.inputs[0]] if isinstance(node.op, ops.Conv) else node
        if isinstance(node.op, ops.Conv) and isinstance(source.op, ops.Mosaic):
            op = _folded(node.op, source.op, graph[source.inputs[0]].shape)
            if op is not None:
                folded[node.name] = dataclasses.replace(node, op=op, inputs=(source.inputs[0], *node.inputs[1:]))
    return ops.rewire(ops.replace(graph, lambda n: [folded.get(n.name, n)]), {})


def _behind_repeat(graph: ops.Graph, node: ops.Node) -> str:
    """The vector of which a vector repeats every number some times in a row; its own name for others."""
    match node.op:
        case ops.Mosaic(patches=(patch,)) if len(node.shape) == 1 and node.op.is_whole:
            (given,) = graph[node.inputs[0]].shape
            if patch.of[0] == tuple(place // (node.shape[0] // given) for place in range(node.shape[0])):
                return node.inputs[0]
    return node.name


def _step(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one move fewer, or None."""
    for node in graph.nodes:
        outer = _moves(graph, node)
        if outer is None:
            continue
        if _is_same(outer, graph[node.inputs[0]].shape) and node.name != graph.result:
            return ops.rewire(graph, {node.name: node.inputs[0]})
        for place, name in enumerate(node.inputs):
            inner = _moves(graph, graph[name])
            both = isinstance(node.op, ops.Concat) and isinstance(graph[name].op, ops.Concat)
            if inner is None or both:
                continue
            names = [*(other for at, other in enumerate(node.inputs) if at != place), *graph[name].inputs]
            inputs = range(len(node.inputs) - 1, len(names))
            merged = moves.substitute(outer, place, inner, inputs)
            if merged is not None and 0 < len(merged.patches) <= MOST_PATCHES:
                new = _node(node, merged, names)
                if len(new.inputs) > max(MOST_INPUTS, len(node.inputs)):
                    continue
                return ops.rewire(ops.replace(graph, lambda n, to=new: [to if n.name == to.name else n]), {})
    return None


def _node(node: ops.Node, op: ops.Mosaic, names: list[str]) -> ops.Node:
    """The node of a Mosaic that reads each of its inputs once, and none in vain."""
    kept = tuple(dict.fromkeys(names[patch.source] for patch in op.patches))
    patches = tuple(dataclasses.replace(each, source=kept.index(names[each.source])) for each in op.patches)
    return dataclasses.replace(node, op=dataclasses.replace(op, patches=patches), inputs=kept)


def _moves(graph: ops.Graph, node: ops.Node) -> ops.Mosaic | None:
    """What a node moves; None for other operations, and for joins of vectors."""
    match node.op:
        case ops.Mosaic():
            return node.op
        case ops.Concat() if len(node.shape) == 4:
            return moves.joined([graph[name].shape for name in node.inputs], 3)
    return None


def _is_same(op: ops.Mosaic, shape: ops.Shape) -> bool:
    """Whether a Mosaic is its first input, which has this shape."""
    whole = tuple(tuple(range(size)) for size in op.to)
    return op.to == shape and [(each.source, each.of, each.at) for each in op.patches] == [(0, whole, whole)]


def _folded(conv: ops.Conv, move: ops.Mosaic, shape: ops.Shape) -> ops.Conv | None:
    """The convolution on what a Mosaic reads, a feature map of this shape; None where it cannot move it itself."""
    if len(move.patches) != 1 or move.fill or max(conv.spread) > 1:
        return None
    (patch,) = move.patches
    borders = []
    for of, at, size, have in zip(patch.of[:3], patch.at[:3], move.to, shape, strict=False):
        if of != tuple(range(have)) or at != tuple(range(at[0], at[0] + have)):
            return None
        borders.append((at[0], size - at[0] - have))
    if shape[3] > MOST_CHANNELS * move.to[3]:
        return None
    pairs = zip(conv.padding, borders, strict=True)
    padding = tuple((low + before, high + after) for (low, high), (before, after) in pairs)
    kernel = np.zeros((*conv.kernel.shape[:3], shape[3], conv.kernel.shape[4]), np.float32)
    for of, at in zip(patch.of[3], patch.at[3], strict=True):
        kernel[..., of, :] += conv.kernel[..., at, :]
    return dataclasses.replace(conv, kernel=kernel, padding=padding)
