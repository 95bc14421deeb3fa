"""Kernels without the locations that only ever meet padding."""

import dataclasses

import numpy as np

from lowering.graph import ops


def crop_windows(graph: ops.Graph) -> ops.Graph:
    """A kernel loses the rows and columns at its ends that lie outside the image wherever the kernel is applied.

    So do most locations of a kernel dilated by as much as the image is high. Frames outside the clip are not computed
    anyway.
    """

    def rule(node: ops.Node) -> list[ops.Node]:
        op = node.op
        if isinstance(op, ops.Conv):
            for axis in (1, 2):
                op = _cropped(op, axis, graph[node.inputs[0]].shape[axis], node.shape[axis])
        return [dataclasses.replace(node, op=op)]

    return ops.replace(graph, rule)


def _cropped(op: ops.Conv, axis: int, size: int, count: int) -> ops.Conv:
    """A convolution of `size` rows or columns to `count`, with a smaller kernel and less padding."""
    apart, (low, high), last = op.dilation[axis], op.padding[axis], op.kernel.shape[axis] - 1
    starts = np.arange(count) * op.strides[axis] - low
    meets = lambda place: bool(((starts + place * apart >= 0) & (starts + place * apart < size)).any())
    first = 0
    while first < last and low >= apart and not meets(first):
        first, low = first + 1, low - apart
    while first < last and high >= apart and not meets(last):
        last, high = last - 1, high - apart
    padding = (*op.padding[:axis], (low, high), *op.padding[axis + 1 :])
    kept = op.kernel.take(range(first, last + 1), axis)
    return op if kept.shape == op.kernel.shape else dataclasses.replace(op, kernel=kept, padding=padding)
