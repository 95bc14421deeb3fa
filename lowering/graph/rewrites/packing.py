"""Kernels become rows of kept taps: how many filters share a row, and by which schedule the layer runs."""

import dataclasses
from collections.abc import Callable

import numpy as np

from lowering.graph import ops, packed
from lowering.targets import schedules, targets

Packer = Callable[[np.ndarray, int], packed.PackedKernel]

DENSE_GROUP = 64


def pack(
    graph: ops.Graph, target: targets.Target, chosen: schedules.Schedules, packer: Packer = packed.pack
) -> ops.Graph:
    """Convolutions and fully connected layers, packed.

    chosen: schedules by the names of layers; packer: packs a kernel (D, H, W, I, O) in rows of so many filters.
    """

    def rule(node: ops.Node) -> list[ops.Node]:
        op = node.op
        if isinstance(op, ops.Conv):
            schedule = chosen.get(node.name, schedules.DEFAULT)
            kernel = packer(op.kernel, schedule.group or best_group(op.kernel, target))
            how = {"dilation": op.dilation, "groups": op.groups, "rescale": op.rescale}
            op = ops.PackedConv(kernel, op.bias, op.padding, op.relu, op.strides[0], schedule, op.then, **how)
        elif isinstance(op, ops.Dense):
            group = min(DENSE_GROUP, 1 << (op.kernel.shape[1] - 1).bit_length())
            op = ops.PackedDense(packer(op.kernel[None, None, None], group), op.bias, op.relu, op.then, op.rescale)
        return [dataclasses.replace(node, op=op)]

    return ops.replace(graph, rule)


def best_group(kernel: np.ndarray, target: targets.Target) -> int:
    """So many filters a row give the least work for a convolution's kernel f32[D, H, W, I, O]."""
    efficiency = target.row_efficiency
    return min(efficiency, key=lambda group: packed.kept_for_group(kernel, group) / efficiency[group])
