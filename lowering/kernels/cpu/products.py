"""A packed convolution of several groups for CPUs, as Winograd's products are: many small kernels of few taps.

The channels are taken part by part, as many as L1 holds for a chunk of positions. All rows of filters of a group read a
part before the next one. Sums are kept in the result meanwhile.
"""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import pads, prefetch, shares
from lowering.kernels.cpu import rows as rows_
from lowering.kernels.mlir import block, types
from lowering.kernels.mlir.values import Index, Value
from lowering.targets import targets, tiles

CHUNK = 4  # tiles that read a row's weights where no cache holds them
COMMENT = """Packed convolutions of several groups of channels: part of the channels > row of filters > tile > tap.
Workgroups are shares of the groups' chunks of positions."""


def products(request: kernels.Request) -> kernels.Kernel | None:
    """conv(x) + bias for convolutions of several groups over rows (the frames of Winograd's tiles)."""
    op, x, y, target = request.op, request.x, request.y, request.target
    if op.groups == 1:
        return None
    cut = Cut.of(op, x, y, target)
    found, (order, starts) = tables.conv(op, x, y, op.kernel.rows), part_order(op, cut)
    found = {"values": found["values"][order], "offsets": found["offsets"][order], "bias": found["bias"]}
    arrays = tables.operands(found | {"bounds": starts}, target.precision)
    grid = executables.Grid((shares.workers(op.groups * cut.chunks), 1, 1))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(request.named), *arrays], request.y_type, grid)
    b, out, each = kernel.block, kernel["out"], op.kernel.rows // op.groups
    write = rows_.Output(out, y.frames * y.plane)
    rows = Parts(op, cut.tile, target, rows_.Tables.of(kernel), rows_.Source(kernel["x"], 0), write, x, y, cut.chunk)
    (worker,) = kernel.workgroup("worker")
    with b.loop("item", *shares.share(b, worker, op.groups * cut.chunks)) as item:
        group, chunk = b.index(item // cut.chunks, "group"), b.index(item % cut.chunks, "chunk")
        tile_first = b.index(chunk * cut.chunk, "tile_first")
        tile_end = b.min(chunk * cut.chunk + cut.chunk, cut.tile.count, name="tile_end")
        row_first, row_end = b.index(group * each, "row_first"), b.index((group + 1) * each, "row_end")
        place = (row_first, row_end), (tile_first, tile_end)
        before = b.index(group * ((cut.parts - 1) * each), "rows_before")
        rows.write_part(b, *place, before, first=True)
        if cut.parts > 1:
            with b.loop("part", 1, cut.parts) as part:
                rows.write_part(b, *place, b.index(part * each + before, "rows_before"))
        channels = b.index(row_first * op.kernel.group), b.index(row_end * op.kernel.group)
        pads.write(b, out, y, channels, b.index(0), pads.of_chunk(b, y, chunk, cut.chunks))  # the last tile, too
    return kernel.kernel()


@dataclasses.dataclass(frozen=True, eq=False)
class Parts(rows_.Rows):
    """Rows of which a part of the channels is added up at a time, with the sums in the result meanwhile.

    chunk: tiles of positions that are taken at a time.
    """

    x: layouts.Layout
    y: layouts.Layout
    chunk: int = 1

    def write_part(
        self,
        b: block.Block,
        rows: tuple[Value, Value],
        tiles_: tuple[Value, Value],
        before: Value,
        first: bool = False,
    ) -> None:
        """The loops over a part. before: parts of rows in the table of bounds before that of the first row.

        first: sums start from the bias.
        """
        group, tile, lanes = self.op.kernel.group, self.tile, self.tile.lanes
        with b.loop("row", *rows) as row:
            row_to = b.index(row * (group * self.out.stride) + self.y.first, "row_to")
            biases = self._biases(b, b.index(row * group, "bias_at")) if first else []
            with b.loop("tile", *tiles_) as at:
                position = b.min(at * tile.size, tile.last, name="position")
                each = [g * self.out.stride + v * lanes for g in range(group) for v in range(tile.vectors)]
                places = [b.index(position + row_to + place) for place in each]
                starts = [bias for bias in biases for _ in range(tile.vectors)]
                starts = starts or [b.vector(self.out.buffer, place, lanes, "sum") for place in places]
                for place, value in zip(places, self.sums(b, b.index(row + before), position, starts), strict=True):
                    b.store(value, self.out.buffer, place)
            if first:  # the newest of the places that the next chunk reads
                newest = range(self.op.kernel.shape[1] - 1, self.op.kernel.shape[1])
                self.fetch(b, row, tiles_[1] * self.tile.size, newest, self.chunk * self.tile.size)

    def write_sums(self, b: block.Block, row: Value, position: Value, to: Value) -> None:
        """All of a row for a tile of positions, to a buffer of filters x positions."""
        kind = types.Vector(self.tile.lanes, self.target.precision.accumulators)
        starts = [b.constant(0.0, kind, "zeros")] * (self.op.kernel.group * self.tile.vectors)
        for number, value in enumerate(self.sums(b, row, position, starts)):
            b.store(value, self.out.buffer, to + number * self.tile.lanes)

    def sums(self, b: block.Block, part: Value, position: Value, starts: list[Value]) -> list[Value]:
        """What the taps of a part of a row add to the accumulators of a tile of positions."""
        x_at = b.index(position + self.x.first, "x_at")
        with b.carry("tap", *self._taps(b, part, position), starts) as loop:
            loop.next(self._tap(b, loop, x_at, None))
        return loop.results

    def fetch(self, b: block.Block, row: Value, position: Index, places: Sequence[int], size: int) -> None:
        """Fetches a row's share of its group's channels: `size` positions at these places of the window, into L2."""
        each, channels = self.op.kernel.rows // self.op.groups, self.op.kernel.shape[3]
        share, line = row * channels, prefetch.LINE // self.target.activation_bytes
        front = self.op.padding[1][0]
        b.comment("This row's share of the channels that are read later.")
        with b.loop("channel", b.index(share // each), b.index((share + channels) // each)) as channel:
            at = channel * self.x.plane + position + self.x.first
            for place, start in itertools.product(places, range(0, size, line)):
                b.prefetch(self.source.buffer, at + ((place - front) * self.x.pitch + start), 2)

    def _taps(self, b: block.Block, part: Value, position: Value) -> tuple[Value, Value]:
        """The first tap of a part of a row, and the end: without those outside the image for all positions."""
        depth, (front, _), line = self.op.kernel.shape[1], self.op.padding[1], self.x.pitch
        if depth == 1:
            low, high = b.index(0), b.index(1)
        else:
            low = b.max(0, front - (position + (self.tile.size - 1)) // line, name="low")
            high = b.max(0, self.x.height + front - position // line, name="inside")
            high = b.min(depth, high, name="high")
        bound = lambda at: b.cast(b.load(self.tables.bounds, part * depth + at, "bound"), "index", "tap_bound")
        return bound(low), bound(high)


@dataclasses.dataclass(frozen=True)
class Cut:
    """How the work is cut: `chunk` tiles of positions at a time, and `channels` channels in each of `parts` parts.

    turns: places of the window inside the image, over all tiles.
    """

    tile: tiles.Tile
    chunk: int
    chunks: int
    channels: int
    parts: int
    turns: int

    @classmethod
    def of(
        cls, op: ops.PackedConv, x: layouts.Layout, y: layouts.Layout, target: targets.Target, together: bool = False
    ) -> "Cut":
        """The weights of a group are read once for each chunk: chunks are large where no cache holds them.

        together: one tile and all channels at a time.
        """
        tiling, channels = op.schedule.tiling(target, op.kernel.group), op.kernel.shape[3]
        positions = y.end - y.first
        most = op.schedule.vectors or max(tiling.vectors, tiling.most)
        sizes = [tiles.cut(positions, positions, target.lanes, n) for n in range(1, most + 1)]
        # The time of a tile at a place: a unit for each vector, and 0.4 for what surrounds them.
        tile = min(sizes, key=lambda each: _turns(each, op, x) * (each.vectors + 0.4))
        if tile.covered <= y.plane - y.first - rows_.reach(op, y):
            tile = dataclasses.replace(tile, last=(tile.count - 1) * tile.size)
        if together:
            return cls(tile, 1, tile.count, channels, 1, _turns(tile, op, x))
        weights = op.kernel.values.nbytes // op.groups
        chunk = op.schedule.chunk or (1 if weights <= target.cache_bytes else CHUNK)
        # Where the last tile overlaps the one before it, both would add to the same sums.
        chunk = min(chunk, tile.count) if tile.last % tile.size == 0 else 1
        chunks = -(-tile.count // chunk)
        window = (chunk * tile.size + (op.kernel.shape[1] - 1) * x.pitch) * target.activation_bytes
        held = target.near_bytes // 2 / max(op.kernel.density, 1e-6)  # of which a row reads as much as it keeps
        parts = -(-channels // max(1, min(channels, int(held / window))))
        return cls(tile, chunk, chunks, -(-channels // parts), parts, _turns(tile, op, x))


def _turns(tile: tiles.Tile, op: ops.PackedConv, x: layouts.Layout) -> int:
    """Places of the window over all tiles, without those that lie outside the image for a whole tile."""
    depth, (front, _) = op.kernel.shape[1], op.padding[1]
    first = np.minimum(np.arange(tile.count) * tile.size, tile.last)
    low = np.maximum(0, front - (first + tile.size - 1) // x.pitch)
    high = np.minimum(depth, x.height + front - first // x.pitch)
    return int(np.maximum(high - low, 0).sum())


def part_order(op: ops.PackedConv, cut: Cut) -> tuple[np.ndarray, np.ndarray]:
    """The taps in the order in which they are added up, and where the places of the window begin in it.

    i64[taps], by group, part of the channels, row, and place of the window along height. i32[groups x parts x rows of a
    group x places + 1]: the first tap of each, and the number of taps.
    """
    kernel, each, depth = op.kernel, op.kernel.rows // op.groups, op.kernel.shape[1]
    row, (_, h, _, channel) = np.repeat(np.arange(kernel.rows), np.diff(kernel.starts)), kernel.taps.T
    place = ((row // each * cut.parts + channel // cut.channels) * each + row % each) * depth + h
    counts = np.bincount(place, minlength=kernel.rows * cut.parts * depth)
    return np.argsort(place, kind="stable"), np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
