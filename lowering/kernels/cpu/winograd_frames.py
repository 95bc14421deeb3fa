"""A convolution over frames by Winograd's filtering F(m, 3) for CPUs: the transforms and the products in one kernel.

A register tile of positions in a tile of frames is taken at a time. Its transformed frames and the sums of products go
into buffers that L2 holds, so that no memory holds either as a whole.
"""

import dataclasses

from lowering.functions import transforms
from lowering.graph import ops
from lowering.kernels import executables, layouts, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import epilogues, pads, products, shares
from lowering.kernels.cpu import rows as rows_
from lowering.kernels.mlir import block, matrices, types
from lowering.kernels.mlir.values import Value
from lowering.targets import targets, tiles

COMMENT = """A convolution over frames, F({}, 3): tile of positions > tile of frames > transform, products, and back.
Workgroups are shares of both kinds of tiles."""
FRAMES, SUMS = "frames", "sums"  # names of the scratch memory


def winograd_frames(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(conv(x) + bias + residual))."""
    op, y = request.op, request.y
    tile = cut(op, y, request.target)
    held = layouts.flat(1, op.reach * request.x.channels, tile.size)
    kernel = _kernel(request, tile, held)
    b, count = kernel.block, y.frames // op.tile
    (worker,) = kernel.workgroup("worker")
    frames_at = b.index(worker * held.size, "frames_of_worker")
    sums_at = b.index(worker * (op.products.kernel.filled * tile.size), "sums_of_worker")
    source, out = rows_.Source(kernel[FRAMES], 0), rows_.Output(kernel[SUMS], tile.size)
    parts = products.Parts(op.products, tile, request.target, rows_.Tables.of(kernel), source, out, held, held)
    written = _Written(request, kernel, tile)
    with b.loop("item", *shares.share(b, worker, tile.count * count)) as item:
        at, number = b.index(item // count, "at"), b.index(item % count, "number")
        position = b.min(at * tile.size, tile.last, name="position")
        with b.loop("frame", number * op.tile, number * op.tile + op.tile) as frame:
            pads.write(b, kernel["out"], y, (0, y.channels), frame, pads.of_chunk(b, y, at, tile.count))
        written.transform(position, number, frames_at)
        with b.loop("row", 0, op.products.kernel.rows) as row:
            to = b.index(row * (op.products.kernel.group * tile.size) + sums_at, "sums_to")
            parts.write_sums(b, row, frames_at, to)
        written.result(position, number, sums_at)
    return kernel.kernel()


def cut(op: ops.WinogradFrames, y: layouts.Layout, target: targets.Target) -> tiles.Tile:
    """How positions are cut into register tiles."""
    tiling = op.products.schedule.tiling(target, op.products.kernel.group)
    return tiles.cut(y.end - y.first, y.plane - y.first, target.lanes, tiling.vectors, tiling.most)


def _kernel(request: kernels.Request, tile: tiles.Tile, held: layouts.Layout) -> loops.Loops:
    """The kernel with nothing in it yet: its operands, and scratch memory for each workgroup."""
    op, y, precision = request.op, request.y, request.target.precision
    conv = op.products
    found = tables.conv(conv, held, held, conv.kernel.rows) | {"bounds": conv.kernel.starts, "mask": y.mask()}
    operands = [*kernels.arguments(request.named), *tables.operands(found | {"bias": op.bias}, precision)]
    workers = shares.workers(tile.count * (y.frames // op.tile))
    sizes = {FRAMES: held.size, SUMS: conv.kernel.filled * tile.size}
    scratch = {name: types.Tensor((workers * size,), precision.accumulators) for name, size in sizes.items()}
    grid = executables.Grid((workers, 1, 1))
    return loops.Loops(COMMENT.format(op.tile), operands, request.y_type, grid, scratch)


@dataclasses.dataclass(frozen=True, eq=False)
class _Written:
    """The transforms of a tile of positions in a tile of frames, while they are written."""

    request: kernels.Request
    kernel: loops.Loops
    tile: tiles.Tile

    @property
    def _block(self) -> block.Block:
        return self.kernel.block

    def transform(self, position: Value, number: Value, to: Value) -> None:
        """The frames that the tile of frames with this number reads, transformed: place by place, all channels."""
        b, op, x, (lanes, size) = self._block, self.request.op, self.request.x, (self.tile.lanes, self.tile.size)
        zeros = b.constant(0.0, types.Vector(lanes, self.request.target.precision.accumulators), "zeros")
        several = [self._frame(number, i) for i in range(op.reach)]
        with b.loop("channel", 0, x.channels) as channel:
            from_ = b.index(channel * (x.frames * x.plane) + position + x.first, "from")
            for v in range(self.tile.vectors):
                read = []
                for frame, is_inside in several:
                    value = b.vector(self.kernel["x"], from_ + frame * x.plane + v * lanes, lanes, "frame_of")
                    read.append(value if is_inside is None else b.select(is_inside, value, zeros, "inside"))
                for place, value in enumerate(matrices.combined(b, transforms.TRANSFORMS[op.tile].input, read)):
                    where = channel * size + to + (place * (x.channels * size) + v * lanes)
                    b.store(value, self.kernel[FRAMES], where)

    def _frame(self, number: Value, i: int) -> tuple[Value, Value | None]:
        """The frame at a place of what a tile reads, and whether it lies in the clip, where it may lie outside."""
        b, op, last = self._block, self.request.op, self.request.x.frames - 1
        frame = b.index(number * op.tile + (i - op.front), "frame")
        most = last + 1 - op.tile + i - op.front  # that of the last tile
        if i >= op.front and most <= last:
            return frame, None
        inner = b.max(frame, 0, name="inner") if i < op.front else frame
        inner = b.min(inner, last, name="inner") if most > last else inner
        return inner, b.compare("eq", frame, inner, "is_inside")

    def result(self, position: Value, number: Value, sums: Value) -> None:
        """The frames of the result, with the epilogue."""
        b, op, y, size = self._block, self.request.op, self.request.y, self.tile.size
        stride = op.products.kernel.filled // op.reach * size  # from the sums of one place to those of the next
        first = b.index(number * (op.tile * y.plane) + position + y.first, "first")
        masks = [
            b.vector(self.kernel["mask"], position + (y.first + v * self.tile.lanes), self.tile.lanes, "keep")
            for v in range(self.tile.vectors)
        ]
        with b.loop("filter", 0, y.channels) as channel:
            bias = b.broadcast(b.load(self.kernel["bias"], channel, "bias_of"), self.tile.lanes, "start")
            to = b.index(channel * (y.frames * y.plane) + first, "out_to")
            for v, mask in enumerate(masks):
                from_ = b.index(channel * size + sums + v * self.tile.lanes, "from")
                places = [from_ + place * stride for place in range(op.reach)]
                found = [b.vector(self.kernel[SUMS], place, self.tile.lanes, "sum") for place in places]
                for i, value in enumerate(matrices.combined(b, transforms.TRANSFORMS[op.tile].result, found)):
                    self._store(value, bias, mask, b.index(to + (i * y.plane + v * self.tile.lanes), "out_at"))

    def _store(self, value: Value, bias: Value, mask: Value, at: Value) -> None:
        b, op, residual = self._block, self.request.op, self.kernel.get("residual")
        value = b.op("arith.addf", value, bias, name="pixels")
        if residual is not None:
            value = b.op("arith.addf", value, b.vector(residual, at, self.tile.lanes, "residual"), name="more")
        b.store(epilogues.masked(b, op, epilogues.activated(b, op, value), mask), self.kernel["out"], at)
