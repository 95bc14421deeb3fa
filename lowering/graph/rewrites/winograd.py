"""Convolutions of 3 x 3 pixels by Winograd's minimal filtering (operations/winograd.py)."""

import dataclasses
import math

import numpy as np

from lowering.functions import transforms
from lowering.graph import keys, ops, packed
from lowering.graph.operations import winograd
from lowering.graph.rewrites import fusion, outer, packing
from lowering.targets import precisions, schedules, targets, tiles

FILTERS = 16  # filters are filled up to a multiple of as many as any row holds
# The time that a byte of transformed tiles costs, from the transform that writes it to the kernel that reads it, in
# multiply-adds of vectors that could have been computed meanwhile; and what a layer must gain, at least.
TILES, GAIN = 2, 1.1


def use_winograd(
    graph: ops.Graph, target: targets.Target, chosen: schedules.Schedules, packer: packing.Packer = packed.pack
) -> ops.Graph:
    """Convolutions of stride 1 with 3 x 3 pixels become the transform of tiles, products of positions, and back.

    Where that is likely faster, or where the schedule says so. chosen, packer: as for `packing.pack`. Numbers of f16
    stay as they are: they are too short for the transforms.
    """
    there = (target.kind, target.form, target.precision) == ("cpu", "executables", precisions.F32)
    if not there:
        _check_none(graph, target)
        return graph
    firsts = {first for first, _ in keys.pairs(graph)}

    def rule(node: ops.Node) -> list[ops.Node]:
        op, schedule = node.op, chosen.get(node.name, schedules.DEFAULT)
        if isinstance(op, ops.TransformedConv):
            return tiled(node, op, graph[node.inputs[0]], target, schedules.DEFAULT)
        if not isinstance(op, ops.Conv) or not target.winograd or not fits(op):
            return [node]
        source, tile = graph[node.inputs[0]], schedule.winograd
        own = packed_conv(op, target, packer)
        if tile is None:
            schedule = schedules.DEFAULT
            tile = best_tile(node, op, own, source.shape, target, node.name in firsts)
        use = 0 < tile < node.shape[2]  # a vector holds two tiles that lie side by side, at least
        work = math.prod(node.shape[:3]) * own.kernel.kept
        return tiled(node, transformed(op, tile), source, target, schedule, work) if use else [node]

    return ops.replace(graph, rule)


def _check_none(graph: ops.Graph, target: targets.Target) -> None:
    """GraphError for a kernel in the transformed domain, which only CPUs compute, in f32."""
    for node in graph.nodes:
        if isinstance(node.op, ops.TransformedConv):
            raise ops.GraphError(
                f"{node.name} has its kernel in Winograd's transformed domain, which {target.name} with kernels as "
                f"{target.form} has no kernels for, expected a CPU in f32"
            )


def fits(op: ops.Conv) -> bool:
    """Whether a convolution is one of those that Winograd's filtering computes."""
    plain = (op.strides, op.dilation, op.spread) == ((1, 1, 1), (1, 1, 1), (1, 1, 1))
    return (
        plain
        and op.rescale is None
        and op.kernel.shape[1:3] == (transforms.TAPS, transforms.TAPS)
        and bool(op.kernel.any())
    )


def best_tile(
    node: ops.Node, op: ops.Conv, own: ops.PackedConv, source: ops.Shape, target: targets.Target, first: bool
) -> int:
    """The side of the tiles with which a layer is fastest; 0 where it is so without.

    own: the convolution as it is packed without. first: whether a convolution follows that may share a kernel with this
    one, which then writes no feature map.
    """
    size = math.prod(node.shape) * target.activation_bytes
    fused = TILES * size if first and size > target.cache_bytes else 0
    times = {tile: tiled_time(node, op, source, tile, target) + fused for tile in transforms.TRANSFORMS}
    best = min(times, key=times.__getitem__)
    return best if times[best] * GAIN < direct_time(own, node.shape, target) else 0


def direct_time(op: ops.PackedConv, shape: ops.Shape, target: targets.Target) -> float:
    """The time of a layer as it is written, in multiply-adds of vectors."""
    times = [outer.plain_time(op, shape, target)]
    if target.patches and op.kernel.density >= outer.LEAST:
        times += [outer.outer_time(op, vectors, shape, target) for vectors in target.patches]
    return shape[0] * min(times)


def tiled_time(node: ops.Node, op: ops.Conv, source: ops.Shape, tile: int, target: targets.Target) -> float:
    """The time of a layer by Winograd's filtering, in the same unit."""
    (frames, height, width, filters), (frames_in, *_, channels) = node.shape, source
    plane = (op.kernel != 0).any((1, 2), keepdims=True).astype(np.float32)  # what is kept in any place of the plane
    group = packing.best_group(plane, target)
    row = packed.pack(plane, group)
    each = winograd.WinogradInput(tile, height, width, op.padding)
    count, filled = math.prod(each.counts), -(-filters // FILTERS) * FILTERS
    tiling = schedules.DEFAULT.tiling(target, group)
    cut = tiles.cut(frames * count, frames * count, target.lanes, tiling.vectors, tiling.most)
    taps = len(row.taps) / target.reached + outer.AROUND * row.rows
    products = each.positions * cut.count * cut.vectors * group * taps
    sums, stored = each.positions * filled, each.positions * row.values.nbytes
    fused = fusion.sums_stay(sums, stored, frames * count, target.lanes * tiling.vectors, target)
    moved = count * (frames_in * each.positions * channels + (0 if fused else frames * sums)) * target.activation_bytes
    return products + TILES * moved + (outer.STREAM * stored if stored > target.cache_bytes else 0)


def packed_conv(op: ops.Conv, target: targets.Target, packer: packing.Packer) -> ops.PackedConv:
    """A convolution as it is packed without a schedule."""
    kernel = packer(op.kernel, packing.best_group(op.kernel, target))
    return ops.PackedConv(kernel, op.bias, op.padding, op.relu, then=op.then)


def tiled(
    node: ops.Node,
    op: ops.TransformedConv,
    source: ops.Node,
    target: targets.Target,
    schedule: schedules.Schedule,
    work: int | None = None,
) -> list[ops.Node]:
    """The three nodes of a layer: tiles, products, and the layer's own, which transforms back.

    work: MACs of the layer, None for those of the transformed kernel's blocks that are kept.
    """
    begin, products, end = op.parts(node.shape, source.shape[3], FILTERS)
    rows = packed.pack(products.kernel, schedule.group or packing.best_group(products.kernel, target))
    own = ops.PackedConv(rows, products.bias, products.padding, schedule=schedule, groups=products.groups)
    first = ops.node(node.name + winograd.TILES, begin, source)
    second = ops.node(node.name + winograd.PRODUCTS, own, first)
    if work is None:
        work = math.prod(begin.counts) * node.shape[0] * packed.pack(op.kernel, rows.group).kept
    end = dataclasses.replace(end, work=work)
    return [first, second, dataclasses.replace(node, op=end, inputs=(second.name, *node.inputs[1:]))]


def transformed(op: ops.Conv, tile: int) -> ops.TransformedConv:
    """The same convolution with its kernel transformed."""
    return ops.TransformedConv(transforms.kernel(op.kernel, tile), op.bias, tile, op.padding, op.relu, op.then)
