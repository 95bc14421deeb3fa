"""Winograd's transforms for Vulkan, as loops over buffers: an invocation transforms one tile of one channel, in f32."""

import dataclasses

import numpy as np

from lowering.functions import transforms
from lowering.graph import ops
from lowering.graph.operations import winograd
from lowering.kernels import dispatches, executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import block, expressions, matrices, types
from lowering.kernels.mlir.values import Value
from lowering.targets import gpus, targets

INPUT = """Winograd's transform of the input, {}: an invocation transforms a tile of one channel.
Workgroups are spans of the positions of a plane of tiles x channels."""
RESULT = """Winograd's transform of sums of products, {}: an invocation transforms a tile of one channel.
Then it writes its share of the zeros around the pixels. Workgroups are spans of tiles x channels."""


def transform_input(request: kernels.Request) -> kernels.Kernel:
    """The transformed tiles of each frame and channel, zeros around them, and those of a channel that fills up."""
    op, x, y = request.op, request.x, request.y
    (_, (top, _), (left, _)), (down, across) = op.padding, op.counts
    channels = winograd.stored(x.channels)
    grid = _grid(op, transforms.TRANSFORMS[op.tile].input, y.plane, channels, request.target)
    kernel = loops.Loops(INPUT.format(op.name), kernels.arguments(request.named), request.y_type, grid)
    b, (number, c) = kernel.block, _numbered(kernel)
    at = b.op("arith.minsi", number, b.index(y.plane - 1), name="at")
    inner = b.op("arith.maxsi", at, b.index(y.first), name="inner")
    inner = b.op("arith.minsi", inner, b.index(y.end - 1), name="inner")
    is_tile, channel = b.compare("eq", at, inner, "is_tile"), c
    if channels > x.channels:
        there = b.compare("slt", c, b.index(x.channels), "is_channel")
        is_tile = b.op("arith.andi", is_tile, there, name="is_tile")
        channel = b.op("arith.minsi", c, b.index(x.channels - 1), name="channel")
    tile = _tile(b, b.index(inner - y.first, "tile"), down * across, across)
    first = x.first - top * x.pitch - left
    plane = channel * (x.frames * x.plane) + tile.frame * x.plane
    from_ = b.index(plane + tile.row * (op.tile * x.pitch) + tile.column * op.tile + first, "from")
    load = lambda i, j: b.cast(b.load(kernel["x"], from_ + (i * x.pitch + j), "pixel"), "f32")
    pixels = [[load(i, j) for j in range(op.reach)] for i in range(op.reach)]
    found = matrices.both_ways(b, transforms.TRANSFORMS[op.tile].input, pixels)
    to, zero = b.index(c * (y.frames * y.plane) + at, "to"), b.constant(0.0, types.F32, "zero")
    for place, value in enumerate(value for line in found for value in line):
        kept = b.cast(b.select(is_tile, value, zero, "kept"), request.y_type.element)
        b.store(kept, kernel["out"], to + place * (channels * y.frames * y.plane))
    return kernel.kernel()


def transform_result(request: kernels.Request) -> kernels.Kernel:
    """The pixels of each frame and channel, with the epilogue and the zeros around them."""
    op, m, y = request.op, request.x, request.y
    (down, across), tiles = op.counts, y.frames * op.counts[0] * op.counts[1]
    arrays = [kernels.array("bias", op.bias.astype(np.float32)), kernels.array("zeros", _around(op, y))]
    grid = _grid(op, transforms.TRANSFORMS[op.tile].result, tiles, y.channels, request.target)
    operands = [*kernels.arguments(request.named), *arrays]
    kernel = loops.Loops(RESULT.format(op.name), operands, request.y_type, grid)
    b, (number, c) = kernel.block, _numbered(kernel)
    tile = _tile(b, b.op("arith.minsi", number, b.index(tiles - 1), name="tile"), down * across, across)
    line = tile.frame * m.pitch + tile.row * across + tile.column
    from_ = b.index(c * (m.frames * m.plane) + line + m.first, "from")
    stride = m.stored // op.positions * (m.frames * m.plane)
    load = lambda place: b.cast(b.load(kernel["x"], from_ + place * stride, "product"), "f32")
    sums = [[load(i * op.reach + j) for j in range(op.reach)] for i in range(op.reach)]
    channel = b.index(c * (y.frames * y.plane), "channel")
    pixel = tile.frame * y.plane + tile.row * (op.tile * y.pitch) + tile.column * op.tile + y.first
    found = matrices.both_ways(b, transforms.TRANSFORMS[op.tile].result, sums)
    _write(request, kernel, found, tile, b.index(channel + pixel, "to"), b.load(kernel["bias"], c, "bias_of"))
    zeros, zero = kernel["zeros"], b.constant(0.0, types.Scalar(request.y_type.element), "nothing")
    assert isinstance(zeros.type, types.Buffer)
    with b.loop("i", number, zeros.type.count, grid.counts[0] * gpus.INVOCATIONS) as i:
        around = b.cast(b.load(zeros, i, "around32"), "index", "around")
        b.store(zero, kernel["out"], b.op("arith.addi", channel, around, name="at"))
    return kernel.kernel()


@dataclasses.dataclass(frozen=True)
class _Tile:
    """Which tile an invocation transforms."""

    frame: Value
    row: Value
    column: Value


def _tile(b: block.Block, number: Value, count: int, across: int) -> _Tile:
    """The tile of this number: `count` in a frame, `across` in a row of tiles."""
    frame, within = b.index(number // count, "frame"), b.index(number % count, "within")
    return _Tile(frame, b.index(within // across, "row"), b.index(within % across, "column"))


def _numbered(kernel: loops.Loops) -> tuple[Value, Value]:
    """The number of an invocation among those of its channel, and the channel."""
    span, c = kernel.workgroup("span", "c")
    return kernel.block.index(span * gpus.INVOCATIONS + kernel.thread(), "number"), c


def _grid(
    op: ops.WinogradInput | ops.WinogradResult, matrix: np.ndarray, count: int, channels: int, target: targets.Target
) -> executables.Grid:
    """Workgroups for `count` transforms of each channel by a matrix, from both sides."""
    work = np.count_nonzero(matrix) * (op.reach + len(matrix))
    macs = np.full((-(-count // gpus.INVOCATIONS), channels, 1), gpus.INVOCATIONS * work, np.int64)
    return dispatches.grid(macs, gpus.INVOCATIONS, target.macs_per_dispatch)


def _around(op: ops.WinogradResult, y: layouts.Layout) -> np.ndarray:
    """i32: the positions in the planes of a channel that no tile covers."""
    (down, across), covered = op.counts, np.zeros(y.plane, bool)
    for row in range(down * op.tile):
        start = y.first + row * y.pitch
        covered[start : start + across * op.tile] = True
    return (np.arange(y.frames)[:, None] * y.plane + np.flatnonzero(~covered)).ravel().astype(np.int32)


def _write(
    request: kernels.Request, kernel: loops.Loops, lines: list[list[Value]], tile: _Tile, to: Value, bias: Value
) -> None:
    """The pixels of a tile with the epilogue; zeros where it reaches beyond the image. to: where the first one lies."""
    b, op, y = kernel.block, request.op, request.y
    residual, zero = kernel.get("residual"), b.constant(0.0, types.F32, "zero")
    (down, across), ends = op.counts, []
    for place, size, count in ((tile.row, op.height, down), (tile.column, op.width, across)):
        beyond = size - (count - 1) * op.tile  # of the last tile, the first pixel beyond the image
        ends.append((beyond, b.compare("slt", place, b.index(count - 1), "is_inner") if beyond < op.tile else None))
    for i, line in enumerate(lines):
        for j, value in enumerate(line):
            at = b.index(to + (i * y.pitch + j), "out_at")
            value = b.op("arith.addf", value, bias, name="pixel")
            if residual is not None:
                more = b.cast(b.load(residual, at, "residual_of"), "f32")
                value = b.op("arith.addf", value, more, name="sum")
            value = b.op("arith.maximumf", value, zero, name="active") if op.relu else value
            value = expressions.activated(b, op.then, value)
            for place, (beyond, is_inner) in zip((i, j), ends, strict=True):
                if is_inner is not None and place >= beyond:
                    value = b.select(is_inner, value, zero, "kept")
            b.store(b.cast(value, request.y_type.element), kernel["out"], at)
