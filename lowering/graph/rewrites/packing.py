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
            schedule, integers = chosen.get(node.name, schedules.DEFAULT), op.rescale is not None
            if integers and (schedule.group or packed.WORD) < packed.WORD:  # it was chosen for floats
                schedule = schedules.DEFAULT
            kernel = packer(op.kernel, schedule.group or best_group(op.kernel, target, integers))
            how = {"dilation": op.dilation, "groups": op.groups, "rescale": op.rescale}
            op = ops.PackedConv(kernel, op.bias, op.padding, op.relu, op.strides[0], schedule, op.then, **how)
        elif isinstance(op, ops.Dense):
            least = 1 if op.rescale is None else packed.WORD
            group = min(DENSE_GROUP, max(least, 1 << (op.kernel.shape[1] - 1).bit_length()))
            op = ops.PackedDense(packer(op.kernel[None, None, None], group), op.bias, op.relu, op.then, op.rescale)
        return [dataclasses.replace(node, op=op)]

    return ops.replace(graph, rule)


def best_group(kernel: np.ndarray, target: targets.Target, integers: bool = False) -> int:
    """So many filters a row give the least work for a convolution's kernel f32[D, H, W, I, O].

    integers: whether it gives int8, of which rows store whole words.
    """
    efficiency = {group: each for group, each in target.row_efficiency.items() if not integers or group >= packed.WORD}
    return min(efficiency, key=lambda group: packed.kept_for_group(kernel, group) / efficiency[group])
