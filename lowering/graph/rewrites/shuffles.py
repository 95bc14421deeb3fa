"""Convolutions of single pixels behind a pixel shuffle, computed before it."""

import dataclasses
import math
from collections.abc import Collection, Mapping

import numpy as np

from lowering.graph import ops
from lowering.graph.operations import moves, windows
from lowering.graph.rewrites import integers


def shuffle_last(graph: ops.Graph) -> ops.Graph:
    """A 1 x 1 convolution behind a pixel shuffle goes before it, where it gives fewer channels than it reads.

    The pixels that the shuffle puts beside each other lie among the channels before it. Each of them has the kernel for
    itself: the new kernel holds it once for each, with zeros between, which are not packed. So less is moved. And a
    filter before the shuffle that is pruned takes its products along, even where its channel lives on in other pixels.
    Networks of integers stay as they are.
    """
    if integers.is_quantised(graph):
        return graph
    taken, renames, known = {node.name for node in graph.nodes}, dict[str, str](), dict[str, ops.Node]()
    for old in graph.nodes:
        node = dataclasses.replace(old, inputs=tuple(renames.get(name, name) for name in old.inputs))
        found = [node]
        if _is_of_pixels(node.op) and len(node.inputs) == 1 and len(graph.users[old.inputs[0]]) == 1:
            found = _swapped(node, known, taken)
            renames[node.name] = found[-1].name
        known |= {each.name: each for each in found}
        taken.update(known)
    result = renames.get(graph.result, graph.result)
    return ops.rewire(dataclasses.replace(graph, nodes=tuple(known.values()), result=result), {})


def _swapped(node: ops.Node, known: Mapping[str, ops.Node], taken: Collection[str]) -> list[ops.Node]:
    """The convolution on what the shuffle reads, and a shuffle of what it gives; the node alone where it stays."""
    shuffle = known[node.inputs[0]]
    if not (isinstance(node.op, ops.Conv) and isinstance(shuffle.op, ops.Mosaic) and len(shuffle.inputs) == 1):
        return [node]
    source = known[shuffle.inputs[0]]
    found = moves.shuffled(shuffle.op, source.shape)
    if found is None or node.shape[3] >= shuffle.shape[3]:
        return [node]
    window, last = found
    if not 1 < math.prod(window) <= moves.MOST_AT_ONCE:
        return [node]
    conv = ops.node(node.name, _repeated(node.op, math.prod(window), last), source)
    (between,) = moves.between(conv.shape, window, node.shape[:3])
    return [conv, ops.node(ops.unique(f"{node.name}_between", taken), between, conv)]


def _is_of_pixels(op: ops.Op) -> bool:
    """Whether it is a convolution whose every result is one of a single pixel."""
    if not isinstance(op, ops.Conv):
        return False
    alone = (op.kernel.shape[:3], op.strides, op.spread, op.padding) == (*[windows.ONES] * 3, windows.NO_PADDING)
    return alone and op.groups == 1 and op.is_linear


def _repeated(op: ops.Conv, phases: int, last: bool) -> ops.Conv:
    """The kernel for each phase by itself. last: whether the phases are the last of the axes of the input's channels.

    They are the first of those of the result's.
    """
    inputs, outputs = op.kernel.shape[3:]
    kernel = np.zeros((phases, inputs, phases, outputs), np.float32)
    kernel[range(phases), :, range(phases)] = op.kernel[0, 0, 0]
    kernel = kernel.transpose(1, 0, 2, 3) if last else kernel
    whole = kernel.reshape(1, 1, 1, phases * inputs, phases * outputs)
    return dataclasses.replace(op, kernel=whole, bias=np.tile(op.bias, phases))
