"""Kernels become rows of kept taps: how many filters share a row, and by which schedule the layer runs."""

import dataclasses
from collections.abc import Callable

import numpy as np

from lowering.graph import ops, packed
from lowering.targets import schedules

Packer = Callable[[np.ndarray, int | None], packed.PackedKernel]

# Filters per row, and the share of the FMA peak that the kernel reached with it (AVX-512 and NEON agree on the
# order). This decides between rows of 8 that compute a few zeros and rows of 4 that compute none. Rows of 1 are
# what a depthwise convolution wants.
GROUP_EFFICIENCY = {8: 1.0, 4: 0.85, 16: 0.95, 2: 0.5, 1: 0.32}
DENSE_GROUP = 64


def pack(graph: ops.Graph, chosen: schedules.Schedules, packer: Packer) -> ops.Graph:
    """Convolutions and fully connected layers, packed.

    chosen: schedules by the names of layers; packer: packs a kernel (D, H, W, I, O) in rows of so many filters.
    """

    def rule(node: ops.Node) -> list[ops.Node]:
        op = node.op
        if isinstance(op, ops.Conv):
            schedule = chosen.get(node.name, schedules.DEFAULT)
            kernel = packer(op.kernel, schedule.group)
            op = ops.PackedConv(kernel, op.bias, op.padding, op.relu, op.strides[0], schedule, op.then, op.dilation)
        elif isinstance(op, ops.Dense):
            group = min(DENSE_GROUP, 1 << (op.kernel.shape[1] - 1).bit_length())
            op = ops.PackedDense(packer(op.kernel[None, None, None], group), op.bias, op.relu, op.then)
        return [dataclasses.replace(node, op=op)]

    return ops.replace(graph, rule)


def pack_rows(kernel: np.ndarray, group: int | None) -> packed.PackedKernel:
    """A convolution's kernel f32[D, H, W, I, O] as rows of `group` filters; None: of as many as give the least work."""
    least = lambda: min(GROUP_EFFICIENCY, key=lambda g: packed.kept_for_group(kernel, g) / GROUP_EFFICIENCY[g])
    return packed.pack(kernel, group or least())
