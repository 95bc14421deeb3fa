"""How long a convolution of 3 x 3 pixels takes with and without Winograd's filtering, by estimates."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from lowering.graph import ops, packed
from lowering.graph.operations import winograd
from lowering.graph.rewrites import fusion, outer, packing
from lowering.targets import gpus, schedules, targets, tiles

FILTERS = 16  # filters are filled up to a multiple of as many as any row holds
# The time that a byte of transformed tiles costs, from the transform that writes it to the kernel that reads it, in
# multiply-adds of vectors that could have been computed meanwhile: of those that a core's cache does not hold, and of
# those that it does. And what a layer must gain on a CPU, at least.
TILES, NEAR, GAIN = 2, 0.3, 1.1
TRANSFORM = {2: 80, 4: 350}  # the time of a transform of a vector of tiles, by their side, in the same unit
LOADED = 7  # instructions around the multiply-adds of a tap, of NEON code for one vector of tiles: loads, and the loop
# The speed of register tiles of one vector, which load as often as they multiply, of that of others. It counts between
# tiles of Winograd's alone, since convolutions as they are written lose as much on so few positions.
SINGLE = 0.8
# On a GPU: the time to write or read a number in memory, and that of a dispatch, in multiply-adds that could have been
# computed meanwhile. A phone's GPU computes 10 to 25 times as many as it moves bytes; f16 halves both times. None was
# measured, so a layer must gain much.
NUMBER, DISPATCH, CLEAR_GAIN = 64, 10_000_000, 1.5
BYTES = 4.4  # of a number in a GPU's buffer, with what surrounds a map in memory


@dataclasses.dataclass(frozen=True, eq=False)
class Layer:
    """A convolution in a graph.

    own: as it is packed without Winograd's filtering. source: the shape of what it reads. joined: whether a layer
    follows that may share a kernel with this one on a CPU, which then writes no feature map.
    """

    node: ops.Node
    op: ops.Conv
    own: ops.PackedConv
    source: ops.Shape
    joined: bool = False

    @property
    def plane(self) -> np.ndarray:
        """f32[D, 1, 1, I, O]: 1 where the kernel keeps a weight in any place of the plane."""
        return (self.op.kernel != 0).any((1, 2), keepdims=True).astype(np.float32)

    def tiled(self, tile: int) -> winograd.WinogradInput:
        """The transform of its input in tiles of this side."""
        _, height, width, _ = self.node.shape
        return winograd.WinogradInput(tile, height, width, self.op.padding)


def best_tile(layer: Layer, sides: Sequence[int], target: targets.Target) -> int:
    """The side of the tiles, one of several, with which a layer is fastest; 0 where it is so without."""
    if target.kind == "vulkan":
        gain, direct = CLEAR_GAIN, gpu_direct_time(layer, target)
        times = among = {tile: gpu_tiled_time(layer, tile, target) for tile in sides}
    else:
        gain, direct = GAIN, direct_time(layer.own, layer.node.shape, target)
        times, among = ({tile: tiled_time(layer, tile, target, single) for tile in sides} for single in (1.0, SINGLE))
    return min(among, key=among.__getitem__) if min(times.values()) * gain < direct else 0


def direct_time(op: ops.PackedConv, shape: ops.Shape, target: targets.Target) -> float:
    """The time of a layer as it is written, on a CPU, in multiply-adds of vectors."""
    times = [outer.plain_time(op, shape, target)]
    if target.patches and op.kernel.density >= outer.LEAST:
        times += [outer.outer_time(op, vectors, shape, target) for vectors in target.patches]
    return shape[0] * min(times)


def tiled_time(layer: Layer, tile: int, target: targets.Target, single: float = 1.0) -> float:
    """The time of a layer by Winograd's filtering, in the same unit.

    What a kernel that is shared with the next layer would not write counts, too. Weights count that the layer as it
    is written would not read: those of other layers have displaced them from the cache since the last inference.
    single: as SINGLE.
    """
    (frames, _, _, filters), (frames_in, *_, channels) = layer.node.shape, layer.source
    each, filled = layer.tiled(tile), -(-filters // FILTERS) * FILTERS
    count = math.prod(each.counts)
    group = best_group(layer.plane, count, target)
    row = packed.pack(layer.plane, group)
    tiling = schedules.DEFAULT.tiling(target, group)
    cut = tiles.cut(frames * count, frames * count, target.lanes, tiling.vectors, tiling.most)
    reached = target.reached * (single if cut.vectors == 1 else 1.0)
    taps = len(row.taps) / reached + outer.AROUND * row.rows
    products = each.positions * cut.count * cut.vectors * group * taps
    sums, stored = each.positions * filled, each.positions * row.values.nbytes
    results = frames * count * sums * target.activation_bytes
    stay = fusion.sums_stay(sums, stored, frames * count, target.lanes * tiling.vectors, target)
    moved = count * frames_in * each.positions * channels * target.activation_bytes + (0 if stay else results)
    size = math.prod(layer.node.shape) * target.activation_bytes
    moved += size if layer.joined and size > target.cache_bytes else 0
    more = stored - layer.own.kernel.values.nbytes
    held = min(moved, target.cache_bytes)
    transforms = TRANSFORM[tile] * -(-count // target.lanes) * (frames_in * channels + frames * filters)
    return products + transforms + TILES * (moved - held) + NEAR * held + outer.STREAM * more


def best_group(kernel: np.ndarray, tiles: int, target: targets.Target) -> int:
    """So many filters a row give the least work for the products of a frame of so many tiles.

    Where one vector holds all tiles, and a load brings the weights of several filters, a tap of 16 filters takes hardly
    more instructions around its multiply-adds than one of 8.
    """
    if tiles > target.lanes or not target.weights_by_lane:
        return packing.best_group(kernel, target)
    return min(target.tilings, key=lambda group: packed.kept_for_group(kernel, group) * (group + LOADED) / group)


def gpu_direct_time(layer: Layer, target: targets.Target) -> float:
    """The time of a layer as it is written, on a GPU, in multiply-adds, but for the maps that it reads and writes."""
    (frames, height, width, _), kernel = layer.node.shape, layer.own.kernel
    (front, _), (top, bottom), sides = layer.op.padding
    inside = [sum(0 <= frame + d - front < layer.source[0] for frame in range(frames)) for d in range(kernel.shape[0])]
    taps = int(np.array(inside)[kernel.taps[:, 0]].sum())
    positions = (height + top + bottom) * (width + max(sides))
    return _computed(positions, kernel.group, target) * taps * kernel.group + NUMBER * kernel.values.size


def gpu_tiled_time(layer: Layer, tile: int, target: targets.Target) -> float:
    """The same by Winograd's filtering, with what its maps take beyond that; infinite where one fits no buffer.

    Frames outside the clip are multiplied as zeros.
    """
    (frames, _, _, filters), (frames_in, *_, channels) = layer.node.shape, layer.source
    group, each = packing.best_group(layer.plane, target), layer.tiled(tile)
    kernel, count = packed.pack(layer.plane, group), math.prod(each.counts)
    positions = (max(frames, frames_in) + sum(layer.op.padding[0])) * count
    macs = each.positions * _computed(positions, group, target) * len(kernel.taps) * group
    stored, filled = each.positions * kernel.values.size, -(-filters // FILTERS) * FILTERS
    maps = [each.positions * positions * number for number in (winograd.stored(channels), filled)]
    if target.gpu is not None and BYTES * max(stored, *maps) > target.gpu.buffer:
        return math.inf
    return macs + NUMBER * (2 * sum(maps) + stored) + 2 * DISPATCH


def _computed(positions: int, group: int, target: targets.Target) -> int:
    """The positions that a GPU's kernel for rows of `group` filters computes: whole spans of its workgroups."""
    span = gpus.INVOCATIONS * target.tilings[group].vectors
    return -(-positions // span) * span
