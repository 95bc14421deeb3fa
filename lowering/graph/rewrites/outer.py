"""Dense kernels whose filters lie in the lanes of vectors, so that pixels are scalars: outer products."""

import dataclasses

from lowering.graph import ops, packed
from lowering.targets import schedules, targets, tiles

# The share of the FMA peak that the inner loop reaches, at least, and what surrounds it: multiply-adds that could have
# been computed meanwhile, for each accumulator, for each step by which a vector of sums is turned around, and for each
# byte of weights that no cache holds.
OUTER = 0.86
AROUND, TURN, STREAM = 3, 2, 0.4
LEAST = 0.5  # of the weights that are kept: with fewer, rows of many filters would hold mostly zeros


def use_outer(graph: ops.Graph, target: targets.Target) -> ops.Graph:
    """Convolutions become outer products where that is likely faster and no schedule says otherwise.

    Activations of f16 stay as they are: they would be converted one by one.
    """
    there = target.patches and (target.kind, target.form) == ("cpu", "executables")
    if not there or target.precision.activations != "f32":
        return graph

    def rule(node: ops.Node) -> list[ops.Node]:
        op = node.op
        if (
            not isinstance(op, ops.PackedConv)
            or op.rescale is not None
            or (op.schedule, op.groups) != (schedules.DEFAULT, 1)
        ):
            return [node]
        if op.kernel.density < LEAST:
            return [node]
        times = {vectors: outer_time(op, vectors, node.shape, target) for vectors in target.patches}
        vectors = min(times, key=times.__getitem__)
        if times[vectors] >= plain_time(op, node.shape, target):
            return [node]
        kernel = packed.pack(packed.unpack(op.kernel), vectors * target.lanes)
        return [dataclasses.replace(node, op=dataclasses.replace(op, kernel=kernel, outer=True))]

    return ops.replace(graph, rule)


def plain_time(op: ops.PackedConv, shape: ops.Shape, target: targets.Target) -> float:
    """The time of a frame of the result with positions in the lanes, in multiply-adds of vectors."""
    _, height, width, _ = shape
    positions = (height - 1) * (width + max(op.padding[2])) + width
    tiling = op.schedule.tiling(target, op.kernel.group)
    tile = tiles.cut(positions, positions, target.lanes, tiling.vectors, tiling.most)
    accumulators = tile.count * tile.vectors * op.kernel.group
    return accumulators * (len(op.kernel.taps) / target.reached + AROUND * op.kernel.rows)


def outer_time(op: ops.PackedConv, vectors: int, shape: ops.Shape, target: targets.Target) -> float:
    """The same with filters in the lanes, and so many vectors of them in a tile."""
    _, height, width, filters = shape
    group = vectors * target.lanes
    patch = tiles.patch(vectors, target.patches[vectors], height, width)
    rows, taps = -(-filters // group), packed.taps_for_group(op.kernel, group)
    turned = TURN * rows * vectors * target.lanes * (target.lanes.bit_length() - 1)
    each = patch.accumulators * (taps / max(OUTER, target.reached) + AROUND * rows) + turned
    stored = taps * group * target.activation_bytes
    return patch.count(height, width) * each + (STREAM * stored if stored > target.cache_bytes else 0)
