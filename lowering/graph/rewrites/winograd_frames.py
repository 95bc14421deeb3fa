"""Convolutions over frames alone by Winograd's minimal filtering F(m, 3), in one kernel each, on CPUs."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from lowering.functions import transforms
from lowering.graph import ops, packed
from lowering.graph.rewrites import outer, packing, winograd, winograd_times
from lowering.targets import schedules, targets, tiles

GAIN = 1.15  # what a layer must gain, at least
# What the transforms take, in multiply-adds of vectors, by the side of a tile: per channel read, and per filter.
READ, WRITTEN = {2: 12, 4: 24}, {2: 12, 4: 28}
AGAIN = 0.1  # and a byte of weights that no cache holds, which are fetched ahead each time


def use_frame_tiles(
    graph: ops.Graph, target: targets.Target, chosen: schedules.Schedules, packer: packing.Packer = packed.pack
) -> ops.Graph:
    """Convolutions of 3 frames, one pixel and stride 1 become F(m, 3), where tiles of m make up all frames.

    Where that is likely faster, or where the schedule says so. chosen, packer: as for `packing.pack`. A convolution
    that would share a kernel with the one before it must make up for what then goes through memory.
    """
    if target.kind != "cpu":
        return graph
    allowed = winograd.tiles_allowed(target)

    def rule(node: ops.Node) -> list[ops.Node]:
        op, schedule = node.op, chosen.get(node.name, schedules.DEFAULT)
        sides = [tile for tile in allowed if node.shape[0] % tile == 0]
        if not isinstance(op, ops.Conv) or not fits(op) or not sides:
            return [node]
        own, tile = winograd.packed_conv(op, target, packer), schedule.winograd
        if tile is None or tile not in (0, *sides):
            source = graph[node.inputs[0]]
            pair = isinstance(source.op, ops.Conv) and len(graph.users[source.name]) == 1
            between = math.prod(source.shape) * target.activation_bytes if pair else 0
            schedule, tile = schedules.DEFAULT, best_tile(node, op, own, sides, between, target)
        return [tiled(node, op, own, tile, target, schedule)] if tile else [node]

    return ops.replace(graph, rule)


def fits(op: ops.Conv) -> bool:
    """Whether a convolution is one of those that the filtering computes; it gives as many frames as it reads."""
    plain = (op.strides, op.dilation, op.spread, op.groups) == ((1, 1, 1), (1, 1, 1), (1, 1, 1), 1)
    frames, *sides = op.padding
    return (
        plain
        and op.rescale is None
        and op.kernel.shape[:3] == (transforms.TAPS, 1, 1)
        and sum(frames) == transforms.TAPS - 1
        and sides == [(0, 0), (0, 0)]
        and bool(op.kernel.any())
    )


def best_tile(
    node: ops.Node, op: ops.Conv, own: ops.PackedConv, sides: Sequence[int], between: int, target: targets.Target
) -> int:
    """The side of the tiles, one of several, with which a layer is fastest; 0 where it is so without.

    own: the convolution as it is packed without. between: bytes of what it reads, if no memory would hold that without.
    """
    frames, front = node.shape[0], op.padding[0][0]
    inside = sum(0 <= frame + d - front < frames for frame in range(frames) for d in range(transforms.TAPS))
    direct = winograd_times.direct_time(own, node.shape, target) * inside / (frames * transforms.TAPS)
    moved = winograd_times.TILES * between if between > target.cache_bytes else 0
    times = {tile: moved + tiled_time(node, products(op, tile, target), tile, target) for tile in sides}
    best = min(times, key=times.__getitem__)
    return best if times[best] * GAIN < direct else 0


def tiled_time(node: ops.Node, conv: ops.PackedConv, tile: int, target: targets.Target) -> float:
    """The time of a layer in tiles of this side, in multiply-adds of vectors; infinite where buffers exceed a cache.

    conv: what is multiplied. Weights that no cache holds are read for each tile of positions and of frames.
    """
    (frames, height, width, filters), kernel = node.shape, conv.kernel
    positions, tiling = height * width, conv.schedule.tiling(target, kernel.group)
    cut = tiles.cut(positions, positions, target.lanes, tiling.vectors, tiling.most)
    held = (kernel.shape[3] * conv.groups + kernel.filled) * cut.size * target.activation_bytes
    if held > target.cache_bytes:
        return math.inf
    taps = kernel.group * (len(kernel.taps) / target.reached + outer.AROUND * kernel.rows)
    each = cut.vectors * (taps + READ[tile] * kernel.shape[3] + WRITTEN[tile] * filters)
    again = AGAIN * kernel.values.nbytes if kernel.values.nbytes > target.cache_bytes else 0
    return frames // tile * cut.count * (each + again)


def products(
    op: ops.Conv, tile: int, target: targets.Target, schedule: schedules.Schedule = schedules.DEFAULT
) -> ops.PackedConv:
    """What is multiplied: a packed convolution of one location, with a group for each place of transformed frames."""
    matrix, weights = transforms.TRANSFORMS[tile].kernel, op.kernel[:, 0, 0].astype(np.float64)
    kernel = np.einsum("pd,dio->ipo", matrix, weights).astype(np.float32)
    filled = np.pad(kernel, ((0, 0), (0, 0), (0, -kernel.shape[2] % winograd_times.FILTERS)))
    whole = filled.reshape(1, 1, 1, len(filled), -1)
    rows = packed.pack(whole, schedule.group or packing.best_group(whole, target))
    nothing = np.zeros(whole.shape[4], np.float32)
    return ops.PackedConv(rows, nothing, ops.NO_PADDING, schedule=schedule, groups=len(matrix))


def tiled(
    node: ops.Node, op: ops.Conv, own: ops.PackedConv, tile: int, target: targets.Target, schedule: schedules.Schedule
) -> ops.Node:
    """The node of a layer in tiles of this side. own: the convolution as it is packed without."""
    work = math.prod(node.shape[:3]) * own.kernel.kept
    conv = products(op, tile, target, schedule)
    found = ops.WinogradFrames(conv, op.bias, tile, op.padding[0][0], op.relu, op.then, work)
    return dataclasses.replace(node, op=found)
