"""Fusion on CPUs: two layers in one kernel, chunk by chunk, so that what lies between them stays in cache."""

import dataclasses
import math

from lowering.graph import ops
from lowering.targets import targets, tiles

CHUNKS = 8  # of positions in a fused kernel, at least, where the planes are large enough
LEAST_PIXELS = 4  # in a row of a fused pool's result
WASTE = 1.05  # the positions that a convolution may compute with the pool behind it, over those that it has to


@dataclasses.dataclass(frozen=True)
class Pieces:
    """How two fused convolutions cut positions: `steps` of `step` positions, given to `chunks` as evenly as they go."""

    step: int
    steps: int
    chunks: int

    @property
    def span(self) -> int:
        """Positions in the largest chunk."""
        return self.step * -(-self.steps // self.chunks)


def fuse(graph: ops.Graph, target: targets.Target) -> ops.Graph:
    """Fuses a packed convolution with its only reader, on CPUs, where what lies between is larger than a core's cache.

    The reader is a convolution over frames alone (FusedConvs), a pool of windows side by side (FusedPool), or the
    transform of Winograd's products (FusedWinograd). The new node is named after both, "conv1.conv2". Kernels on
    tensors (the form "linalg") stay apart.
    """
    if (target.kind, target.form) != ("cpu", "executables"):
        return graph
    users, renames, new = graph.users, {}, dict[str, list[ops.Node]]()
    for node in graph.nodes:
        source = graph[node.inputs[0]] if node.inputs else node
        op = fused(source, node, target) if source.name not in new and len(users[source.name]) == 1 else None
        if op is not None:
            name = f"{source.name}.{node.name}"
            new[source.name] = []
            new[node.name] = [ops.Node(name, op, (*source.inputs, *node.inputs[1:]), node.shape)]
            renames[node.name] = name
    return ops.rewire(ops.replace(graph, lambda n: new.get(n.name, [n])), renames)


def fused(
    source: ops.Node, node: ops.Node, target: targets.Target
) -> ops.FusedConvs | ops.FusedPool | ops.FusedWinograd | None:
    """What both are in one kernel; None where they are better apart."""
    first, second = source.op, node.op
    if not isinstance(first, ops.PackedConv) or len(source.inputs) != 1:
        return None
    if first.rescale is not None and not first.rescale.narrow:
        return None
    size = position_bytes(first, target) * math.prod(source.shape[:3])
    if isinstance(second, ops.WinogradResult):
        gains = winograd_gains(first, math.prod(source.shape[:3]), target)
        return ops.FusedWinograd(first, second, source.shape) if gains else None
    if isinstance(second, ops.PackedConv) and _convs_gain(source, first, second, size, target):
        return ops.FusedConvs(first, second, source.shape)
    if isinstance(second, ops.MaxPool) and size > target.cache_bytes:
        op = ops.FusedPool(first, second, source.shape)
        return op if _pool_gains(op, target) else None
    return None


def step(first: ops.PackedConv, second: ops.PackedConv, target: targets.Target) -> int:
    """The least number of positions that both convolutions can cut into whole register tiles."""
    return target.lanes * math.lcm(*(op.schedule.tiling(target, op.kernel.group).vectors for op in (first, second)))


def rolling_bytes(first: ops.PackedConv, second: ops.PackedConv, span: int, target: targets.Target) -> int:
    """What a chunk of `span` positions keeps of the first convolution's result: as many frames as the second reads."""
    return position_bytes(first, target) * second.extent[0] * span


def position_bytes(op: ops.PackedConv, target: targets.Target) -> int:
    """What all channels of a position of a convolution's result take in memory."""
    return op.kernel.filled * (1 if op.dtype == "int8" else target.activation_bytes)


def weight_bytes(op: ops.PackedConv) -> int:
    """What its weights take in memory; of integers a byte each, though zeros may fill their words."""
    return op.kernel.values.nbytes if op.rescale is None else op.kernel.values.size


def pieces(first: ops.PackedConv, second: ops.PackedConv, positions: int, target: targets.Target) -> Pieces:
    """Chunks whose rolling buffers stay in cache; an even number of them where there can be."""
    least = step(first, second, target)
    size = rolling_bytes(first, second, least, target)
    most = max(1, min(rolling_limit(second, target) // size, positions // (CHUNKS * least)))
    steps = -(-positions // least)
    chunks = -(-steps // most)
    return Pieces(least, steps, min(steps, chunks + chunks % 2))


def tile(op: ops.PackedConv, found: Pieces, target: targets.Target) -> tiles.Tile:
    """How one of two fused convolutions cuts a step."""
    size = target.lanes * (vectors := op.schedule.tiling(target, op.kernel.group).vectors)
    return tiles.Tile(target.lanes, vectors, found.step // size, found.span - size)


def rolling_limit(second: ops.PackedConv, target: targets.Target) -> int:
    """Bytes that a kernel which ends in this convolution may keep of what the one before it gives."""
    return target.rolling_bytes if second.schedule.ring is None else second.schedule.ring


def lines(op: ops.FusedPool, pitch: int, target: targets.Target) -> int:
    """Rows of pixels of the pool's result in a chunk.

    All chunks have as many; of the numbers that fit, the one that computes fewest positions.

    pitch: positions from one row of the convolution's result to the next.
    """
    height = op.between[1] // op.pool.window[1]
    fit = [
        n
        for n in range(1, height + 1)
        if height % n == 0 and pooled_bytes(op, n, pitch, target) <= target.rolling_bytes
    ]
    return min(fit or [1], key=lambda n: (height // n * pooled_tile(op, n, pitch, target).covered, n))


def pooled_tile(op: ops.FusedPool, lines: int, pitch: int, target: targets.Target) -> tiles.Tile:
    """How the convolution cuts the positions of a chunk."""
    positions = (lines * op.pool.window[1] - 1) * pitch + op.between[2]
    return tiles.cut(positions, positions, target.lanes, op.conv.schedule.tiling(target, op.conv.kernel.group).vectors)


def pooled_bytes(op: ops.FusedPool, lines: int, pitch: int, target: targets.Target) -> int:
    """What a chunk keeps of the convolution's result: as many frames as a window has."""
    depth, height, _ = op.pool.window
    return position_bytes(op.conv, target) * depth * lines * height * pitch


def streamed(source: ops.Node, first: ops.PackedConv, second: ops.PackedConv, target: targets.Target) -> int:
    """Bytes of weights that two fused convolutions read beyond what they read apart, since their chunks are smaller.

    None where the weights stay in cache.
    """
    weights = weight_bytes(first) + weight_bytes(second)
    if weights <= target.cache_bytes:
        return 0
    _, height, width, _ = source.shape
    positions = (height - 1) * (width + max(first.padding[2])) + width
    tiling = first.schedule.tiling(target, first.kernel.group)
    apart = -(-positions // (target.lanes * tiling.vectors * tiling.chunk))
    return weights * max(0, pieces(first, second, positions, target).chunks - apart)


def winograd_gains(op: ops.PackedConv, positions: int, target: targets.Target) -> bool:
    """Whether Winograd's products at so many positions are in one kernel with their transform."""
    size = target.lanes * op.schedule.tiling(target, op.kernel.group).vectors
    return sums_stay(op.kernel.filled, op.kernel.values.nbytes, positions, size, target)


def sums_stay(sums: int, stored: int, positions: int, size: int, target: targets.Target) -> bool:
    """Whether it is faster to keep sums of products in cache, `size` positions at a time, than to store them all.

    sums: how many there are at a position. stored: bytes of the weights, which are then read for each part of the
    positions, from beyond the cache where it does not hold them beside the sums. Sums that are stored move three times:
    their place is read before they are written, and they are read.
    """
    each, whole = (sums * count * target.activation_bytes for count in (size, positions))
    again = stored * -(-positions // size) if stored + each > target.cache_bytes else 0
    return whole > target.cache_bytes and each <= target.cache_bytes and again <= 3 * whole


def _pool_gains(op: ops.FusedPool, target: targets.Target) -> bool:
    (_, height, width), (_, rows, columns, _) = op.pool.window, op.between
    aside = op.pool.window == op.pool.strides and op.pool.padding == ops.NO_PADDING and (height, width) == (2, 2)
    if not aside or columns < 2 * LEAST_PIXELS:
        return False
    pitch = columns + max(op.conv.padding[2])
    count = lines(op, pitch, target)
    computed = rows // 2 // count * pooled_tile(op, count, pitch, target).covered
    return computed <= WASTE * rows * pitch and pooled_bytes(op, count, pitch, target) <= 2 * target.rolling_bytes


def _convs_gain(
    source: ops.Node, first: ops.PackedConv, second: ops.PackedConv, size: int, target: targets.Target
) -> bool:
    _, height, width, _ = source.shape
    least = step(first, second, target)
    alone = second.kernel.shape[1:3] == (1, 1) and second.padding[1:] == ((0, 0), (0, 0))
    return (
        alone
        and least <= height * width
        and rolling_bytes(first, second, least, target) <= 2 * rolling_limit(second, target)
        and (
            bool(second.schedule.ring)
            or (size > target.cache_bytes and streamed(source, first, second, target) <= 2 * size)
        )
    )
