"""A packed convolution of several groups for CPUs, as Winograd's products are: many small kernels of few taps.

All taps of one channel read the same few lines. So the channels are taken part by part, as many as L1 holds for a chunk
of positions, and all rows of filters of a group read a part before the next one. Sums are kept in the result meanwhile.
"""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import pads, prefetch, shares
from lowering.kernels.cpu import rows as rows_
from lowering.targets import targets, tiles

COMMENT = """Packed convolutions of several groups of channels: part of the channels > row of filters > tile > tap.
Workgroups are shares of the groups' chunks of positions."""


def products(request: kernels.Request) -> kernels.Kernel | None:
    """conv(x) + bias for convolutions of several groups."""
    op, x, y, target = request.op, request.x, request.y, request.target
    if op.groups == 1:
        return None
    cut = Cut.of(op, x, y, target)
    found = tables.conv(op, x, y, op.kernel.rows)
    order, starts = part_order(op, cut)
    found = {"values": found["values"][order], "offsets": found["offsets"][order], "bias": found["bias"]}
    found["bounds"] = starts
    arrays = tables.operands(found, target.precision)
    grid = executables.Grid((shares.workers(op.groups * cut.chunks), 1, 1))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(request.named), *arrays], request.y_type, grid)
    b, out, each = kernel.block, kernel["out"], op.kernel.rows // op.groups
    write = rows_.Output(out, y.frames * y.plane)
    rows = rows_.Rows(op, cut.tile, target, rows_.Tables.of(kernel), rows_.Source(kernel["x"], 0), write)
    (worker,) = kernel.workgroup("worker")
    no = b.index(0)
    with b.loop("item", *shares.share(b, worker, op.groups * cut.chunks)) as item:
        group, chunk = b.index(item // cut.chunks, "group"), b.index(item % cut.chunks, "chunk")
        tile_first = b.index(chunk * cut.chunk, "tile_first")
        tile_end = b.min(chunk * cut.chunk + cut.chunk, cut.tile.count, name="tile_end")
        channels = b.index(group * (each * op.kernel.group)), b.index((group + 1) * (each * op.kernel.group))
        pads.write(b, out, y, channels, no, pads.of_chunk(b, y, chunk, cut.chunks))
        first = b.index(y.first, "first")
        place = rows_.Chunk(
            no, (b.index(group * each), b.index((group + 1) * each)), (tile_first, tile_end), first, first
        )
        rows.write_part(b, place, b.index(group * ((cut.parts - 1) * each), "starts_at"), first=True)
        if cut.parts > 1:
            with b.loop("part", 1, cut.parts) as part:
                at = b.index(group * ((cut.parts - 1) * each) + part * each, "starts_at")
                rows.write_part(b, place, at)
    return kernel.kernel()


@dataclasses.dataclass(frozen=True)
class Cut:
    """How the work is cut: `chunk` tiles of positions at a time, and `channels` channels in each of `parts` parts."""

    tile: tiles.Tile
    chunk: int
    chunks: int
    channels: int
    parts: int

    @classmethod
    def of(cls, op: ops.PackedConv, x: layouts.Layout, y: layouts.Layout, target: targets.Target) -> "Cut":
        """The weights of a group are read once for each chunk: chunks are large where no cache holds them."""
        tiling, channels = op.schedule.tiling(target, op.kernel.group), op.kernel.shape[3]
        room = y.plane - y.first - max(0, rows_.reach(op, y))
        tile = tiles.cut(y.end - y.first, room, target.lanes, tiling.vectors, tiling.most)
        weights = op.kernel.values.nbytes // op.groups
        chunk = 1 if weights <= target.cache_bytes else min(4, tile.count)
        chunk = op.schedule.chunk or chunk
        chunks = -(-tile.count // chunk)
        window = (chunk * tile.size + (op.kernel.shape[1] - 1) * x.pitch) * target.activation_bytes
        parts = -(-channels // max(1, min(channels, prefetch.L1 // 2 // window)))
        return cls(tile, chunk, chunks, -(-channels // parts), parts)


def part_order(op: ops.PackedConv, cut: Cut) -> tuple[np.ndarray, np.ndarray]:
    """The taps in the order in which they are added up, and the first one of each row's part.

    i64[taps], and i32[groups x parts x rows of a group + 1], of which the last one is the number of taps.
    """
    kernel, each = op.kernel, op.kernel.rows // op.groups
    row = np.repeat(np.arange(kernel.rows), np.diff(kernel.starts))
    place = (row // each * cut.parts + kernel.taps[:, 3] // cut.channels) * each + row % each
    counts = np.bincount(place, minlength=kernel.rows * cut.parts)
    return np.argsort(place, kind="stable"), np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
