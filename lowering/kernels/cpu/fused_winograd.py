"""Winograd's products and the transform of their sums in one kernel for CPUs: no memory holds the sums as a whole.

A register tile of positions is taken at a time. Its sums, of all filters and all places of a transformed tile, go into
a buffer that L2 holds, and are transformed from there.
"""

import dataclasses

import numpy as np

from lowering.functions import transforms
from lowering.graph import ops
from lowering.kernels import executables, layouts, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import epilogues, pads, products, shares, shuffles
from lowering.kernels.cpu import rows as rows_
from lowering.kernels.mlir import matrices, types
from lowering.kernels.mlir.values import Value
from lowering.targets import tiles

COMMENT = """Winograd's products and the transform of their sums, {}: tile of positions > row of filters > tap.
Workgroups are shares of the tiles of positions."""
SUMS = "sums"  # name of the scratch memory


def fused_winograd(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(transform(products(x)) + bias + residual))."""
    op, x, y, target = request.op, request.x, request.y, request.target
    between = layout(op, x)
    cut = products.Cut.of(op.products, x, between, target, together=True)
    kernel = _kernel(request, between, cut)
    b, each, tile = kernel.block, op.products.kernel.rows // op.products.groups, cut.tile
    (worker,) = kernel.workgroup("worker")
    own = b.index(worker * _size(op, tile), "sums_of_worker")
    out = rows_.Output(kernel[SUMS], tile.size)
    parts = products.Parts(
        op.products, tile, target, rows_.Tables.of(kernel), rows_.Source(kernel["x"], 0), out, x, between
    )
    result, planes = _Result(request, kernel, tile, each), y.channels * y.frames
    with b.loop("tile", *shares.share(b, worker, tile.count)) as at:
        share = b.index(at * planes // tile.count), b.index((at + 1) * planes // tile.count)
        zeros, one = pads.whole(y, 1), dataclasses.replace(y, frames=1)
        pads.write(b, kernel["out"], one, share, b.index(0), zeros)
        pads.between(b, kernel["out"], one, share, b.index(0))
        position = b.min(at * tile.size, tile.last, name="position")
        with b.loop("row_of", 0, op.products.kernel.rows) as row:
            to = b.index(row * (op.products.kernel.group * tile.size) + own, "sums_to")
            parts.write_sums(b, row, position, to)
            parts.fetch(b, b.index(row + each, "later"), position, range(op.products.kernel.shape[1]), tile.size)
        with b.loop("row", 0, each) as row:
            result.write(row, position, b.index(row * (op.products.kernel.group * tile.size) + own, "sums_of"))
    return kernel.kernel()


def layout(op: ops.FusedWinograd, x: layouts.Layout) -> layouts.Layout:
    """The sums of products as they would lie in memory: as the transformed tiles `x` do."""
    _, lines, count, channels = op.between
    return dataclasses.replace(x, height=lines, width=count, channels=channels, stored=channels)


def _size(op: ops.FusedWinograd, tile: tiles.Tile) -> int:
    """Sums of all filters for a tile of positions, at all places."""
    return op.products.kernel.filled * tile.size


def _kernel(request: kernels.Request, between: layouts.Layout, cut: products.Cut) -> loops.Loops:
    """The kernel with nothing in it yet: its operands, and scratch memory for the sums of each workgroup."""
    op, y, precision = request.op, request.y, request.target.precision
    conv, (order, starts) = op.products, products.part_order(op.products, cut)
    found = tables.conv(conv, request.x, between, conv.kernel.rows)
    found = {"values": found["values"][order], "offsets": found["offsets"][order], "bounds": starts}
    found |= {"bias": np.pad(op.result.bias, (0, y.stored - len(op.result.bias)))}
    found |= {"places": places(op.result, between, y, cut.tile)}
    if (mask := inside(op.result, between, cut.tile)) is not None:
        found["mask"] = mask
    operands = [*kernels.arguments(request.named), *tables.operands(found, precision)]
    workers = shares.workers(cut.tile.count)
    scratch = {SUMS: types.Tensor((workers * _size(op, cut.tile),), precision.accumulators)}
    grid = executables.Grid((workers, 1, 1))
    return loops.Loops(COMMENT.format(op.result.name), operands, request.y_type, grid, scratch)


@dataclasses.dataclass(frozen=True, eq=False)
class _Result:
    """The transform of the sums of a row of filters, while it is written. each: rows of filters at a place."""

    request: kernels.Request
    kernel: loops.Loops
    tile: tiles.Tile
    each: int

    def write(self, row: Value, position: Value, sums: Value) -> None:
        """The pixels of a tile of positions. sums: where those of the row lie."""
        b, y, group = self.kernel.block, self.request.y, self.request.op.products.kernel.group
        lanes = self.tile.lanes
        left = b.min(group, y.channels - row * group, name="filters")
        with b.loop("g", 0, left) as g:
            channel = b.index(row * group + g, "channel")
            start = b.broadcast(b.load(self.kernel["bias"], channel, "bias_of"), self.request.op.result.tile * lanes)
            plane = b.index(channel * (y.frames * y.plane), "plane")
            # Positions behind the last tile are written at the last tile's place, before what belongs there.
            for v in reversed(range(self.tile.vectors)):
                from_ = b.index(sums + g * self.tile.size + v * lanes, "from")
                found = matrices.both_ways(b, self._matrix, self._sums(from_))
                self._pixels(found, start, plane, b.index(position + v * lanes, "tile_first"))

    @property
    def _matrix(self) -> np.ndarray:
        return transforms.TRANSFORMS[self.request.op.result.tile].result

    def _sums(self, from_: Value) -> list[list[Value]]:
        """The sums of some tiles, place by place. from_: where those of the first place lie."""
        b, op, lanes = self.kernel.block, self.request.op, self.tile.lanes
        stride, reach = self.each * op.products.kernel.group * self.tile.size, op.result.reach
        load = lambda place: b.vector(self.kernel[SUMS], from_ + place * stride, lanes, "product")
        return [[load(i * reach + j) for j in range(reach)] for i in range(reach)]

    def _pixels(self, lines: list[list[Value]], start: Value, plane: Value, first: Value) -> None:
        """Rows of pixels with the epilogue, each tile's at its own place. first: the number of the first tile."""
        b, op, y, kernel, lanes = (
            self.kernel.block,
            self.request.op.result,
            self.request.y,
            self.kernel,
            self.tile.lanes,
        )
        mask, residual = kernel.get("mask"), kernel.get("residual")
        at = [b.index(plane + b.cast(b.load(kernel["places"], first + t, "place32"), "index")) for t in range(lanes)]
        for i, line in enumerate(lines):
            pixels = b.op("arith.addf", shuffles.together(b, line), start, name="pixels")
            if residual is not None:
                more = [b.vector(residual, to + i * y.pitch, op.tile, "residual") for to in at]
                pixels = b.op("arith.addf", pixels, shuffles.joined(b, more), name="sum")
            pixels = epilogues.activated(b, op, pixels)
            if mask is not None:
                assert isinstance(mask.type, types.Buffer)
                stored = mask.type.count // op.tile
                keep = b.vector(mask, first * op.tile + i * stored, op.tile * lanes, "keep")
                pixels = epilogues.masked(b, op, pixels, keep)
            for t in reversed(range(lanes)):
                own = shuffles.shuffle(b, (pixels, pixels), range(t * op.tile, (t + 1) * op.tile), "own")
                b.store(own, kernel["out"], at[t] + i * y.pitch)


def places(op: ops.WinogradResult, between: layouts.Layout, y: layouts.Layout, tile: tiles.Tile) -> np.ndarray:
    """i32[positions]: where in a channel the first pixel of each tile lies. Beyond the last tile: its place."""
    position = np.arange(tile.last + tile.size)
    position = np.minimum(position, between.height * between.pitch - 1)
    frame, number = np.divmod(position, between.pitch)
    down, across = np.divmod(number, op.counts[1])
    return (y.offset(frame, down * op.tile, across * op.tile, np.zeros(1, int)) + y.first).astype(np.int32)


def inside(op: ops.WinogradResult, between: layouts.Layout, tile: tiles.Tile) -> np.ndarray | None:
    """f32[rows of a tile, positions * columns of a tile]: 1 for pixels of the image, 0 for those beyond it.

    None where whole tiles cover the image.
    """
    down, across = op.counts
    if (down * op.tile, across * op.tile) == (op.height, op.width):
        return None
    number = np.arange(tile.last + tile.size) % between.pitch
    pixels = np.arange(op.tile)
    columns = number[:, None] % across * op.tile + pixels < op.width
    rows = pixels[:, None] + number // across * op.tile < op.height
    return (rows[:, :, None] & columns).reshape(op.tile, -1).astype(np.float32)
