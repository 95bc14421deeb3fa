"""A packed convolution for CPUs as sums of outer products: filters lie in the lanes of vectors, pixels are scalars.

A register tile is a few vectors of filters x a few pixels. A tap costs a load for each of them, none of which crosses a
cache line, and no pixel of a tile is padding. At the end of a row, sums are turned around: maps keep their layout, in
which the pixels of a channel lie side by side.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from lowering.graph import ops, packed
from lowering.kernels import executables, layouts, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots, epilogues, pads, prefetch, shares, shuffles
from lowering.kernels.mlir import types
from lowering.kernels.mlir.values import Affine, Index, Value, affine
from lowering.targets import targets, tiles

COMMENT = """A packed 3D convolution as sums of outer products: row > band > tile > tap, with {} filters x {} pixels.
A tile is {} lines of {} pixels; a band is as many lines of the image. Each tile ends at the border at the latest.
Workgroups are shares of the output's frames and chunks of bands, x blocks of rows of filters."""

SUMS = "sums"  # name of the scratch memory
AHEAD = 64  # taps from the weights that are multiplied to those that are fetched, where no cache holds them all


@dataclasses.dataclass(frozen=True)
class Place:
    """A tile: where it reads, where it writes, where its sums are kept, and its number in the chunk."""

    origin: Value
    to: Value
    kept: Value
    number: Value


Tiles = contextlib.AbstractContextManager[Place]


def outer(request: kernels.Request) -> kernels.Kernel | None:
    """then?(relu?(conv(x) + bias + residual)), where packing put filters into lanes."""
    op, x, y, target = request.op, request.x, request.y, request.target
    if not op.outer:
        return None
    cut = Cut.of(op, x, y, target)
    items = cut.chunks * y.frames
    arrays = [
        each
        for each in tables.operands(tables.conv(op, x, y, op.kernel.rows), target.precision, target.inputs_ahead)
        if each.name != "mask"
    ]
    grid = executables.Grid((shares.workers(items), -(-op.kernel.rows // cut.block), 1))
    comment = COMMENT.format(op.kernel.group, cut.tile.pixels, cut.tile.lines, cut.tile.width)
    scratch = types.Tensor((grid.counts[0] * grid.counts[1] * cut.sums,), target.precision.accumulators)
    inputs = [*kernels.arguments(request.named), *arrays]
    kernel = loops.Loops(comment, inputs, request.y_type, grid, {SUMS: scratch} if cut.part else None)
    b, write = kernel.block, _Outer(op, x, y, cut, target, kernel)
    worker, part = kernel.workgroup("worker", "block")
    row_first = b.index(part * cut.block, "row_first")
    row_end = b.min(part * cut.block + cut.block, op.kernel.rows, name="row_end")
    with b.loop("item", *shares.share(b, worker, items)) as item:
        chunk, frame = b.index(item % cut.chunks, "chunk"), b.index(item // cut.chunks, "frame")
        write.chunk(chunk, frame, (row_first, row_end), b.index((worker * grid.counts[1] + part) * cut.sums, "sums_at"))
    return kernel.kernel()


@dataclasses.dataclass(frozen=True)
class Cut:
    """How the work is cut: bands of lines into chunks of `chunk` bands, and rows of filters into blocks of `block`.

    part: taps of a row that are added up at a time, for all tiles of a chunk, so that their weights stay in L1; 0: all.
    sums: elements in memory that hold the sums of a chunk between two parts.
    """

    tile: tiles.Patch
    chunk: int
    chunks: int
    block: int
    part: int
    sums: int

    @classmethod
    def of(cls, op: ops.PackedConv, x: layouts.Layout, y: layouts.Layout, target: targets.Target) -> "Cut":
        """A chunk reads as much as stays in cache beside the weights, and there are chunks enough for every thread."""
        vectors = op.kernel.group // target.lanes
        tile = tiles.patch(vectors, target.patches[vectors], y.height, y.width)
        bands = tile.bands(y.height)
        line = op.kernel.shape[3] * min(op.kernel.shape[0], x.frames) * x.pitch * target.activation_bytes
        tap = op.kernel.group * target.activation_bytes
        large = np.diff(op.kernel.starts).max() * tap > target.cache_bytes // 4
        fit = (target.cache_bytes // (2 if large else 4) // line - op.extent[1] + 1) // tile.lines
        chunk = max(1, min(fit, bands, bands * y.frames * op.kernel.rows // shares.WORKGROUPS))
        chunks = -(-bands // chunk)
        part = target.near_bytes // tap if large and chunk * tile.columns(y.width) > 1 else 0
        sums = chunk * tile.columns(y.width) * tile.accumulators * target.lanes
        return cls(tile, chunk, chunks, shares.rows_each(op.kernel.rows, chunks * y.frames), part, sums)


@dataclasses.dataclass(frozen=True, eq=False)
class _Outer:
    """A convolution while it is written."""

    op: ops.PackedConv
    x: layouts.Layout
    y: layouts.Layout
    cut: Cut
    target: targets.Target
    kernel: loops.Loops

    @property
    def packed(self) -> int:
        """Channels in an element of the result."""
        return 1 if self.op.quantise is None else packed.WORD

    def chunk(self, chunk: Value, frame: Value, rows: tuple[Value, Value], sums_at: Value) -> None:
        """A chunk of bands of one frame of the result."""
        b, y, tile, group = self.kernel.block, self.y, self.cut.tile, self.op.kernel.group
        first = b.index(chunk * self.cut.chunk, "band_first")
        end = b.min(chunk * self.cut.chunk + self.cut.chunk, tile.bands(y.height), name="band_end")
        self._zeros(chunk, frame, b.index(rows[0] * (group // self.packed)), b.index(rows[1] * (group // self.packed)))
        ahead = self._ahead(frame, end)
        with b.loop("row", *rows) as row:
            taps = self._taps(frame, row)
            ahead.write(b, row, self.cut.block, self.target)
            each = lambda: self._tiles(frame, (first, end), sums_at)
            if self.cut.part:
                self._in_parts(row, taps, each)
            else:
                with each() as tile_:
                    self._end(self._add(self._starts(row), taps, tile_), row, tile_.to)

    def _in_parts(self, row: Value, taps: tuple[Value, Value], each: Callable[[], Tiles]) -> None:
        """All taps of a row, for all tiles of a chunk: part by part, with the sums in memory meanwhile."""
        b = self.kernel.block
        with each() as tile:
            self._keep(self._starts(row), tile.kept)
        with b.loop("part", *taps, self.cut.part) as part:
            end = b.min(part + self.cut.part, taps[1], name="part_end")
            with each() as tile:
                self._keep(self._add(self._kept(tile.kept), (part, end), tile), tile.kept)
        with each() as tile:
            self._end(self._kept(tile.kept), row, tile.to)

    @contextlib.contextmanager
    def _tiles(self, frame: Value, bands: tuple[Value, Value], sums_at: Value) -> Iterator[Place]:
        """The loops over the tiles of a chunk."""
        b, y, tile = self.kernel.block, self.y, self.cut.tile
        columns = tile.columns(y.width)
        with b.loop("band", *bands) as band, b.loop("tile", 0, columns) as column:
            line = b.min(band * tile.lines, y.height - tile.lines, name="line")
            left = b.min(column * tile.width, y.width - tile.width, name="left")
            place = b.index(line * y.pitch + left + y.first, "place")
            origin = b.index(frame * (self.op.stride * self.x.plane) + place, "origin")
            to = b.index(frame * y.plane + place, "to")
            number = b.index((band - bands[0]) * columns + column, "number") if self.cut.part else column
            kept = number * (tile.accumulators * self.target.lanes) + sums_at
            yield Place(origin, to, b.index(kept, "kept_at") if self.cut.part else sums_at, number)

    def _zeros(self, chunk: Value, frame: Value, first: Value, end: Value) -> None:
        """The first chunk of a frame writes the zeros around the image and between its lines."""
        b, y, out = self.kernel.block, self.y, self.kernel["out"]
        zero = dots.zero(self.target, out.type.element)
        with b.loop("once", chunk, 1):
            pads.write(b, out, y, (first, end), frame, pads.whole(y, 1), zero)
            pads.between(b, out, y, (first, end), frame, zero)

    def _ahead(self, frame: Value, band: Value) -> prefetch.Ahead:
        """The next chunk of bands, in the frames that this one reads."""
        (front, _), (top, _), (left, _) = self.op.padding
        size = ((self.cut.chunk * self.cut.tile.lines - 1) + self.op.extent[1]) * self.x.pitch
        start = frame * (self.op.stride * self.x.plane) + band * (self.cut.tile.lines * self.x.pitch)
        start += self.y.first - front * self.x.plane - top * self.x.pitch - left
        at = self.kernel.block.index(start, "ahead_start")
        return prefetch.Ahead(self.kernel["x"], self.x, at, self.op.extent[0], size)

    def _taps(self, frame: Value, row: Value) -> tuple[Value, Value]:
        """The first tap of a row in a frame and the end of its taps."""
        b, bounds = self.kernel.block, self.kernel["bounds"]
        at = b.index((frame * self.op.kernel.rows + row) * 2, "bounds_at")
        first, end = (b.load(bounds, at + i, "bound") for i in range(2))
        return b.cast(first, "index", "tap_first"), b.cast(end, "index", "tap_end")

    def _starts(self, row: Value) -> list[Value]:
        """What the sums of a tile start from: of each pixel, vectors of filters."""
        starts = self._vectors(self.kernel["bias"], row * self.op.kernel.group, "start")
        return [start for _ in range(self.cut.tile.pixels) for start in starts]

    def _add(self, sums: list[Value], taps: tuple[Value, Value], to: Place) -> list[Value]:
        """The sums of a tile with some taps more."""
        b, tile, origin = self.kernel.block, self.cut.tile, to.origin
        with b.carry("tap", *taps, sums) as loop:
            at = self._input(loop.index, origin)
            weights = self._vectors(self.kernel["values"], loop.index * self.op.kernel.group, "weights")
            self._fetch(loop.index, taps[0], to)
            acc, added = iter(loop.carried), list[Value]()
            for place in tile.places(self.x.pitch):
                pixel = b.cast(b.load(self.kernel["x"], at + place, "pixel"), self.target.precision.accumulators)
                pixels = b.broadcast(pixel, self.target.lanes)
                added += [b.op("vector.fma", weight, pixels, next(acc), name="acc") for weight in weights]
            loop.next(added)
        return loop.results

    def _kept(self, at: Value) -> list[Value]:
        b, lanes = self.kernel.block, self.target.lanes
        return [b.vector(self.kernel[SUMS], at + i * lanes, lanes, "kept") for i in range(self.cut.tile.accumulators)]

    def _keep(self, sums: list[Value], at: Value) -> None:
        for i, value in enumerate(sums):
            self.kernel.block.store(value, self.kernel[SUMS], at + i * self.target.lanes)

    def _vectors(self, buffer: Value, at: Affine, name: str) -> list[Value]:
        """The filters of a row, from a place in a buffer on."""
        b, lanes_ = self.kernel.block, self.target.lanes
        starts = range(0, self.op.kernel.group, lanes_)
        return [b.cast(b.vector(buffer, at + i, lanes_, name), self.target.precision.accumulators) for i in starts]

    def _input(self, tap: Index, origin: Value) -> Value:
        b = self.kernel.block
        offset = b.cast(b.load(self.kernel["offsets"], tap, "offset32"), "index", "offset")
        return b.op("arith.addi", offset, origin, name="input_at")

    def _fetch(self, tap: Value, first: Value, place: Place) -> None:
        """Fetches the lines that a later tap reads into L1, and weights that no cache holds. first: tap of the part."""
        b, tile, ahead = self.kernel.block, self.cut.tile, self.target.inputs_ahead
        if self.target.fetches_weights and self.op.kernel.values.nbytes > self.target.cache_bytes:
            self._fetch_weights(tap, first, place)
        if ahead:
            at = self._input(tap + ahead, place.origin)
            for line in range(tile.lines):
                for end in {0, tile.width - 1}:
                    b.prefetch(self.kernel["x"], at + (line * self.x.pitch + end), 3)

    def _fetch_weights(self, tap: Value, first: Value, place: Place) -> None:
        """Those of a later tap. Of later parts, each tile fetches a line a tap, where the tile before it ended."""
        b, weights, group = self.kernel.block, self.kernel["values"], self.op.kernel.group
        part, line = self.cut.part, prefetch.LINE // self.target.activation_bytes
        if part:
            b.prefetch(weights, (first + part) * group + (tap - first + place.number * part) * line, 2)
            return
        for i in range(0, group, line):
            b.prefetch(weights, (tap + AHEAD) * group + i, 3)

    def _end(self, sums: Sequence[Value], row: Value, place: Value) -> None:
        """The epilogue of a tile: sums become vectors of pixels, one for each filter, and are stored."""
        b, residual, lanes_ = self.kernel.block, self.kernel.get("residual"), self.target.lanes
        if residual is None and self.packed == 1:
            sums = [epilogues.activated(b, self.op, each) for each in sums]
        for v in range(self.cut.tile.vectors):
            column = list(sums[v :: self.cut.tile.vectors])
            turned = shuffles.transposed(b, column + column[-1:] * (lanes_ - len(column)))
            for lane in range(0, lanes_, self.packed):
                pixels, channel = turned[lane], row * (self.op.kernel.group // self.packed)
                if self.packed > 1:
                    pixels = epilogues.quantised(b, self.op, turned[lane : lane + self.packed], self.target)
                self._store(pixels, affine(channel) + (v * lanes_ + lane) // self.packed, place, residual)

    def _store(self, pixels: Value, filter_: Affine, place: Value, residual: Value | None) -> None:
        """The pixels of one filter, or words of four, line by line."""
        b, y, tile, precision = self.kernel.block, self.y, self.cut.tile, self.target.precision
        at = b.index(filter_ * (y.frames * y.plane) + place, "out_at")
        masks = [b.lanes(line * tile.width, (line + 1) * tile.width, self.target.lanes) for line in range(tile.lines)]
        starts = [line * (y.pitch - tile.width) for line in range(tile.lines)]
        if residual is not None:
            more = b.index(self._residual(residual, filter_) * (y.frames * y.plane) + place, "residual_at")
            for start, mask in zip(starts, masks, strict=True):
                found = b.cast(b.masked(residual, more + start, mask, "residual"), precision.accumulators)
                pixels = b.op("arith.addf", pixels, found, name="sum")
            pixels = epilogues.activated(b, self.op, pixels)
        stored = b.cast(pixels, precision.activations) if self.packed == 1 else pixels
        for start, mask in zip(starts, masks, strict=True):
            b.store(stored, self.kernel["out"], at + start, mask)

    def _residual(self, residual: Value, filter_: Affine) -> Index:
        """The channel that a filter adds; any for a filter that only fills a group."""
        assert isinstance(residual.type, types.Buffer)
        channels = residual.type.count // (self.y.frames * self.y.plane)
        if channels >= self.op.kernel.filled:
            return filter_
        return self.kernel.block.min(filter_, channels - 1, name="added")
