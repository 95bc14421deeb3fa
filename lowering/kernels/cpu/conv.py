"""A packed convolution for CPUs, alone."""

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots, numbers, pads, prefetch, shares
from lowering.kernels.cpu import rows as rows_
from lowering.kernels.mlir import values
from lowering.targets import targets, tiles

COMMENT = """A packed 3D convolution: rows of taps of any length. A tap is one offset into the channel-major input.
Workgroups are shares of the output's frames and chunks of positions, x blocks of rows of filters."""
LARGE = 8  # times a core's cache: a feature map that no cache keeps for its reader
STREAMED = 8  # the cache over what a chunk of a convolution may read that memory limits


def conv(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(conv(x) + bias + residual)), of floats or of integers."""
    x, y, (tile, chunk, chunks, block_) = request.x, request.y, cut(request.op, request.y, request.target)
    target = numbers.fitting(request.target, tile)
    op, count = numbers.in_memory(request.op, target), request.op.kernel.rows
    items, size = chunks * y.frames, chunk * tile.size
    arrays = tables.operands(numbers.tables_of(op, x, y, target), target.precision, target.inputs_ahead)
    grid = executables.Grid((shares.workers(items), -(-count // block_), 1))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(request.named), *arrays], request.y_type, grid)
    b, out, held = kernel.block, kernel["out"], rows_.held(op, x, size, target)
    write = rows_.Output(kernel["out"], y.frames * y.plane, kernel["mask"], kernel.get("residual"))
    rows = rows_.Rows(op, tile, target, rows_.Tables.of(kernel), rows_.Source(kernel["x"], held), write)
    rows = numbers.rows_of(rows, kernel)
    worker, part = kernel.workgroup("worker", "block")
    row_first = b.index(part * block_, "row_first")
    row_end = b.min(part * block_ + block_, count, name="row_end")
    with b.loop("item", *shares.share(b, worker, items)) as item:
        at, frame = b.index(item % chunks, "chunk"), b.index(item // chunks, "frame")
        tile_first = b.index(at * chunk, "tile_first")
        tile_end = b.min(at * chunk + chunk, tile.count, name="tile_end")
        origin = b.index(frame * (op.stride * x.plane) + y.first, "origin")
        to = b.index(frame * y.plane + y.first, "to")
        # The next chunk of positions, in the frames that this one reads.
        next_ = (
            frame * (op.stride * x.plane)
            + (at + 1) * size
            + (y.first + rows_.reach(op, x) - op.padding[0][0] * x.plane)
        )
        ahead = prefetch.Ahead(kernel["x"], x, b.index(next_, "ahead_start"), op.extent[0], size)
        each = op.kernel.group // rows.packed
        channels = b.index(row_first * each), b.index(row_end * each)
        zero = dots.zero(target, request.y_type.element)
        pads.write(b, out, y, channels, frame, pads.of_chunk(b, y, at, chunks), zero)
        places = rows_.Chunk(frame, (row_first, row_end), (tile_first, tile_end), origin, to, y.first)

        def fetch(row: values.Value, row_to: values.Value) -> None:
            ahead.write(b, row, block_, target)
            if write.residual and y.size * target.activation_bytes > prefetch.SMALL:
                b.comment("What this row adds in this chunk.")
                prefetch.residual(b, write.residual, y, row_to + tile_first * tile.size, each, size)

        rows.write(b, places, fetch)
    return kernel.kernel()


def cut(op: ops.PackedConv, out: layouts.Layout, target: targets.Target) -> tuple[tiles.Tile, int, int, int]:
    """The tile, tiles in a chunk, chunks, and rows of filters in a workgroup."""
    tiling = op.schedule.tiling(target, op.kernel.group)
    tile = tiles.cut(out.end - out.first, _room(op, out), target.lanes, tiling.vectors, tiling.most)
    chunk = min(_chunk(op, out, tile, target), tile.count)
    chunks = -(-tile.count // chunk)
    return tile, chunk, chunks, shares.rows_each(op.kernel.rows, chunks * out.frames)


def _chunk(op: ops.PackedConv, out: layouts.Layout, tile: tiles.Tile, target: targets.Target) -> int:
    """Tiles in a chunk: as the schedule says, fewer if they are wider than usual.

    Where a 1x1x1 convolution gives more channels than it reads, and more than caches hold, what it writes is the limit.
    A row then writes as far along each channel as inputs fit an eighth of the cache, since prefetchers of a processor
    follow few channels at a time.
    """
    tiling, (*window, channels, _) = op.schedule.tiling(target, op.kernel.group), op.kernel.shape
    chunk = max(1, tiling.chunk * tiling.vectors // max(tile.vectors, tiling.vectors))
    large = out.stored > channels and out.size * target.activation_bytes > LARGE * target.cache_bytes
    if op.schedule.chunk is not None or not large or window != [1, 1, 1]:
        return chunk
    held = channels * tile.size * target.activation_bytes
    return max(chunk, min(target.cache_bytes // STREAMED // held, tile.count * out.frames // shares.WORKGROUPS))


def _room(op: ops.PackedConv, out: layouts.Layout) -> int:
    """Positions that a tile may cover, the zeros after the last pixel included, so that no tap leaves its plane."""
    return out.plane - out.first - max(0, rows_.reach(op, out))
