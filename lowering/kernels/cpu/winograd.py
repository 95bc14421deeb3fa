"""Winograd's transforms for CPUs: tiles lie in the lanes of vectors, so that a transform is sums of whole vectors."""

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np

from lowering.functions import transforms
from lowering.graph import ops
from lowering.graph.operations import winograd
from lowering.kernels import executables, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import epilogues, pads, shuffles, windows
from lowering.kernels.mlir import block, matrices, types
from lowering.kernels.mlir.values import Index, Value
from lowering.targets import precisions, targets

INPUT = """Winograd's transform of the input, {}: a vector holds the same pixel of tiles side by side.
Workgroups are the frames and channels of the input."""
RESULT = """Winograd's transform of sums of products, {}: a vector holds the same position of tiles side by side.
Workgroups are the frames and channels of the result."""


def transform_input(request: kernels.Request) -> kernels.Kernel | None:
    """The transformed tiles of each frame and channel; None where no vector fits."""
    op, x, y, target = request.op, request.x, request.y, request.target
    (_, (top, _), (left, _)), (down, across) = op.padding, op.counts
    first = x.first - top * x.pitch - left
    last_row, channels = first + (op.reads[0] - 1) * x.pitch, winograd.stored(x.channels)
    reach = lambda n: (windows.last(across, n) + n) * op.tile + _behind(op, n)
    fits = lambda n: last_row + reach(n) <= x.plane
    lanes = _lanes(target, across, fits)
    if lanes is None:
        return None
    grid = executables.Grid((x.frames, x.channels, 1))
    kernel = loops.Loops(INPUT.format(op.name), kernels.arguments(request.named), request.y_type, grid)
    b = kernel.block
    frame, c = kernel.workgroup("frame", "c")
    with b.loop("once", frame, 1), b.loop("place", 0, op.positions) as place:
        channel = b.index(place * channels + c, "channel_of")
        pads.write(b, kernel["out"], y, (channel, channel + 1), b.index(0), pads.whole(y, 1))
        if channels > x.channels:  # the one that only makes their number odd, behind the last one
            with b.loop("last", b.index(x.channels - 1 - c), 1):
                pads.write(b, kernel["out"], y, (channel + 1, channel + 2), b.index(0), ((0, y.plane),))
    with b.loop("y", 0, down) as row, b.loop("tile", 0, -(-across // lanes)) as tile:
        t = b.min(tile * lanes, windows.last(across, lanes), name="t")
        from_ = b.index((c * x.frames + frame) * x.plane + row * (op.tile * x.pitch) + t * op.tile + first, "from")
        pixels = [_tile_row(b, kernel["x"], from_ + i * x.pitch, op, lanes, target) for i in range(op.reach)]
        found = matrices.both_ways(b, transforms.TRANSFORMS[op.tile].input, pixels)
        to = b.index(c * (y.frames * y.plane) + frame * y.pitch + row * across + t + y.first, "to")
        there = b.lanes(0, across, lanes) if across < lanes else None
        for place, value in enumerate(v for line in found for v in line):
            at = to + place * (channels * y.frames * y.plane)
            b.store(b.cast(value, request.y_type.element), kernel["out"], at, there)
    return kernel.kernel()


def _tile_row(
    b: block.Block, x: Value, start: Index, op: ops.WinogradInput, lanes: int, target: targets.Target
) -> list[Value]:
    """A row of the pixels that tiles read: `reach` vectors, of which the last ones are the first of the next tiles."""
    accumulators = target.precision.accumulators
    at = b.index(start, "row_at")
    parts = shuffles.apart(b, b.vector(x, at, op.tile * lanes, "pixels"), op.tile)
    behind = b.vector(x, at + op.tile * lanes, _behind(op, lanes), "behind")
    for i in range(op.reach - op.tile):
        parts.append(shuffles.shuffle(b, (parts[i], behind), [*range(1, lanes), lanes + i], "next"))
    return [b.cast(part, accumulators) for part in parts]


def _behind(op: ops.WinogradInput, lanes: int) -> int:
    """Pixels that are read behind those of `lanes` tiles."""
    return max(lanes, op.reach - op.tile)


def transform_result(request: kernels.Request) -> kernels.Kernel | None:
    """The pixels of each frame and channel with the epilogue; None where no vector fits."""
    op, m, y, target = request.op, request.x, request.y, request.target
    (down, across), accumulators = op.counts, precisions.DTYPES[target.precision.accumulators]
    last_row = y.first + (down * op.tile - 1) * y.pitch
    fits = lambda n: (
        last_row + (windows.last(across, n) + n) * op.tile <= y.plane and m.end + max(0, n - across) <= m.plane
    )
    lanes = _lanes(target, across, fits)
    if lanes is None:
        return None
    bias = np.pad(op.bias, (0, y.stored - len(op.bias))).astype(accumulators)
    arrays = [kernels.array("bias", bias), kernels.array("mask", y.mask().astype(accumulators))]
    grid = executables.Grid((y.frames, y.channels, 1))
    kernel = loops.Loops(RESULT.format(op.name), [*kernels.arguments(request.named), *arrays], request.y_type, grid)
    b, result = kernel.block, _Result(request, kernel, lanes)
    frame, c = kernel.workgroup("frame", "c")
    pads.write(b, kernel["out"], y, (c, c + 1), frame, pads.whole(y, 1))
    start = b.broadcast(b.load(kernel["bias"], c, "bias_of"), op.tile * lanes, "start")
    plane = b.index((c * y.frames + frame) * y.plane, "plane")
    with b.loop("y", 0, down) as row:
        with b.loop("tile", 0, -(-across // lanes)) as tile:
            t = b.min(tile * lanes, windows.last(across, lanes), name="t")
            from_ = b.index(c * (m.frames * m.plane) + frame * m.pitch + row * across + t + m.first, "from")
            found = matrices.both_ways(b, transforms.TRANSFORMS[op.tile].result, result.products(from_))
            place = b.index(row * (op.tile * y.pitch) + t * op.tile + y.first, "place")
            result.write(found, start, plane, place)
        result.gaps(b.index(plane + row * (op.tile * y.pitch) + y.first, "line"))
    return kernel.kernel()


@dataclasses.dataclass(frozen=True, eq=False)
class _Result:
    """The transform of a result while it is written, `lanes` tiles at a time."""

    request: kernels.Request
    kernel: loops.Loops
    lanes: int

    def products(self, from_: Value) -> list[list[Value]]:
        """The sums of products of some tiles, position by position. from_: where those of the first position lie."""
        b, op, m = self.kernel.block, self.request.op, self.request.x
        stride, kind = m.stored // op.positions * (m.frames * m.plane), self.request.target.precision.accumulators
        load = lambda place: b.cast(b.vector(self.kernel["x"], from_ + place * stride, self.lanes, "product"), kind)
        return [[load(i * op.reach + j) for j in range(op.reach)] for i in range(op.reach)]

    def write(self, lines: list[list[Value]], start: Value, plane: Value, place: Value) -> None:
        """Rows of pixels, with the epilogue. place: of the first one in a plane."""
        b, op, y, kernel = self.kernel.block, self.request.op, self.request.y, self.kernel
        size, residual = op.tile * self.lanes, kernel.get("residual")
        for i, line in enumerate(lines):
            at = b.index(plane + place + i * y.pitch, "out_at")
            pixels = b.op("arith.addf", shuffles.together(b, line), start, name="pixels")
            if residual is not None:
                more = b.cast(b.vector(residual, at, size, "residual"), self.request.target.precision.accumulators)
                pixels = b.op("arith.addf", pixels, more, name="sum")
            keep = b.vector(kernel["mask"], place + i * y.pitch, size, "keep")
            kept = epilogues.masked(b, op, epilogues.activated(b, op, pixels), keep)
            b.store(b.cast(kept, self.request.y_type.element), kernel["out"], at)

    def gaps(self, line: Value) -> None:
        """Zeros between the rows of pixels of a row of tiles, where vectors leave any."""
        b, op, y = self.kernel.block, self.request.op, self.request.y
        zero = b.constant(0.0, types.Scalar(self.request.y_type.element), "zero")
        for i, gap in itertools.product(range(op.tile), range(op.counts[1] * op.tile, y.pitch)):
            b.store(zero, self.kernel["out"], line + (i * y.pitch + gap))


def _lanes(target: targets.Target, across: int, fits: Callable[[int], bool]) -> int | None:
    """Tiles in a vector; more than there are side by side only where a part of a vector can be stored.

    One where the image is so small that nothing else fits.
    """
    lanes = windows.lanes(target, across, fits)
    if lanes is None and fits(1):
        return 1
    return lanes if lanes is None or target.patches else windows.fitting(lanes, across)
