"""Depthwise convolutions for CPUs, with any window and strides of 1 or 2 in width."""

import abc
import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import epilogues, pads, prefetch, shares, windows
from lowering.kernels.mlir import values
from lowering.targets import precisions, targets, tiles

COMMENT = """A depthwise convolution: {} > row > tap. The taps of a row are written out.
A span is a row of pixels of the result, or all of them where windows are one pixel apart.
Zeros first. A vector that reaches beyond its span writes what the next span writes again."""
ROLLING = """Each vector of the input is loaded once for all frames of the window: it adds to every result that it is
part of, and the sums of results that are not complete are handed on to the next frame, in registers."""
FREE = 2  # registers beside the accumulators and the weights of a tap: inputs, and what a compiler needs
MOST = 8  # vectors of positions in a tile: more save little, and small planes waste more of the last tile


def depthwise(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(depthwise(x) + bias)). A workgroup has a share of the channels."""
    op, y, target = request.op, request.y, request.target
    held = frames_held(op)
    most = (target.registers - FREE - held) // held
    cut = Cut.of(op, request.x, y, target, most, (op.kernel.shape[2] - 1) // op.strides[2] * op.strides[2])
    kernel = begun(request, _tables(op, y, target), COMMENT, y.channels)
    return Floats(op, request.x, y, cut, target, kernel).written(y.channels)


def begun(request: kernels.Request, tables: list[kernels.Operand], comment: str, channels: int) -> loops.Loops:
    """The kernel, with a workgroup for each share of the channels. comment: wants the order of its loops."""
    order, more = ("span > tile > frame", f"\n{ROLLING}") if request.op.rolls else ("frame > span > tile", "")
    operands = [*kernels.arguments(request.named), *tables]
    grid = executables.Grid((shares.workers(channels), 1, 1))
    return loops.Loops(comment.format(order) + more, operands, request.y_type, grid)


def frames_held(op: ops.Depthwise) -> int:
    """Of how many results there are sums, and weights, in registers."""
    return op.kernel.shape[0] if op.rolls else 1


def _tables(op: ops.Depthwise, y: layouts.Layout, target: targets.Target) -> list[kernels.Operand]:
    """values [channels, taps], frames outside, filled up to whole vectors where weights are loaded as such."""
    own = target.precision
    taps = op.kernel.reshape(-1, op.kernel.shape[3]).T
    return [
        kernels.array(
            "values", np.pad(taps, ((0, 0), (0, target.weight_lanes))).astype(precisions.DTYPES[own.weights])
        ),
        kernels.array("bias", op.bias.astype(precisions.DTYPES[own.accumulators])),
        kernels.array("mask", y.mask().astype(precisions.DTYPES[own.accumulators])),
    ]


@dataclasses.dataclass(frozen=True)
class Cut:
    """How pixels of the result are cut: `spans` spans of positions, each into tiles.

    x_first: where the window of the first pixel lies in a plane of the input; x_span: from one span's to the next's.
    """

    spans: int
    tile: tiles.Tile
    x_first: int
    x_span: int

    @classmethod
    def of(
        cls, op: ops.Depthwise, x: layouts.Layout, y: layouts.Layout, target: targets.Target, most: int, beyond: int
    ) -> "Cut":
        """most: vectors that registers hold sums of. beyond: how far behind a tile's pixels a row of it is read."""
        kh, (_, sh, sw) = op.kernel.shape[1], op.strides
        _, (top, _), (left, _) = op.padding
        length, spans = (y.end - y.first, 1) if sw == sh == 1 else (y.width, y.height)
        first, x_span = x.first - top * x.pitch - left, sh * x.pitch
        reads = first + (spans - 1) * x_span + (kh - 1) * x.pitch + beyond
        room = min((x.plane - reads) // sw, y.plane - y.first - (spans - 1) * y.pitch)
        return cls(spans, tiles.cut(length, room, target.lanes, max(1, min(MOST, most))), first, x_span)


@dataclasses.dataclass(frozen=True, eq=False)
class Depthwise(abc.ABC):
    """A depthwise convolution while it is written.

    A channel is a plane of the input: of int8 a word of channels. sums: accumulators for each vector of positions.
    """

    op: ops.Depthwise
    x: layouts.Layout
    y: layouts.Layout
    cut: Cut
    target: targets.Target
    kernel: loops.Loops
    sums: ClassVar[int] = 1

    @property
    def planes(self) -> int:
        """Planes of the result for each channel."""
        return 1

    @property
    def zero(self) -> int:
        """What lies in memory where the result is zero."""
        return 0

    @property
    @abc.abstractmethod
    def weights(self) -> int:
        """Weights of a frame of a channel's kernel in memory."""

    @property
    @abc.abstractmethod
    def row(self) -> int:
        """Weights of a channel in memory."""

    @abc.abstractmethod
    def start(self, c: values.Value) -> list[values.Value]:
        """What the sums of a tile start from."""

    @abc.abstractmethod
    def added(self, place: values.Value, weights_at: values.Value, parts: Sequence[list[values.Value]]) -> None:
        """Changes sums of several results: a row of the first one's last frame, and of earlier ones of the others."""

    @abc.abstractmethod
    def store(self, sums: Sequence[values.Value], c: values.Value, frame: values.Value, place: values.Value) -> None:
        """The tile of one frame, with zeros between the rows of pixels."""

    def written(self, channels: int) -> kernels.Kernel:
        """The kernel, complete."""
        b, out, y = self.kernel.block, self.kernel["out"], self.y
        (worker,) = self.kernel.workgroup("worker")
        with b.loop("c", *shares.share(b, worker, channels)) as c:
            with b.loop("frame", 0, y.frames) as frame:
                span = (c, c + 1) if self.planes == 1 else (b.index(c * self.planes), b.index((c + 1) * self.planes))
                pads.write(b, out, y, span, frame, pads.whole(y, 1), self.zero)
                if self.cut.spans > 1:
                    pads.between(b, out, y, span, frame, self.zero)
            self.frames_handed_on(c) if self.op.rolls else self.frame_by_frame(c)
        return self.kernel.kernel()

    def frame_by_frame(self, c: values.Value) -> None:
        """All frames of a window are read for each result. Frames are written one after the other."""
        b, depth = self.kernel.block, self.op.kernel.shape[0]
        with b.loop("frame", 0, self.y.frames) as frame:
            before = self.op.padding[0][0] - frame * self.op.strides[0]  # frames of the window before the clip
            first, end = b.max(0, before, name="d_first"), b.min(depth, before + self.x.frames, name="d_end")
            with self._tiles(c) as (window, place):
                with b.carry("d", first, end, self.start(c)) as loop:
                    at = b.index((loop.index - before) * self.x.plane + window, "frame_at")
                    weights_at = b.index(c * self.row + loop.index * self.weights, "weights_at")
                    loop.next(self._frame(at, weights_at, [loop.carried])[0])
                self.store(loop.results, c, frame, place)

    def frames_handed_on(self, c: values.Value) -> None:
        """A frame of the input adds to as many results as the window has frames, the oldest first."""
        b, depth, count = self.kernel.block, self.op.kernel.shape[0], self.cut.tile.vectors * self.sums
        lead, weights_at = depth - 1 - self.op.padding[0][0], b.index(c * self.row, "weights_at")
        start = self.start(c)
        with (
            self._tiles(c) as (window, place),
            b.carry("step", 0, self.y.frames + lead, start * (depth - 1), carried="before") as loop,
        ):
            b.comment("A frame outside the input adds nothing.")
            inside = b.min(loop.index + 1, self.x.frames, name="d_end")
            with b.carry("d", loop.index, inside, [*loop.carried, *start], carried="sum") as newest:
                at = b.index(newest.index * self.x.plane + window, "frame_at")
                sums = _cut(newest.carried, count)
                newest.next([each for one in self._frame(at, weights_at, sums) for each in one])
            b.comment(f"The first frame of the result is complete after {lead} steps.")
            with b.loop("f", b.max(0, loop.index - lead, name="f_first"), loop.index + 1 - lead) as f:
                self.store(newest.results[:count], c, f, place)
            loop.next(newest.results[count:])

    @contextlib.contextmanager
    def _tiles(self, c: values.Value) -> Iterator[tuple[values.Value, values.Value]]:
        """The loops over tiles.

        They give where the first frame of the input has the window of a tile's first pixel, and that pixel's place in a
        plane of the result.
        """
        b, cut, size = self.kernel.block, self.cut, self.x.frames * self.x.plane
        with b.loop("span", 0, cut.spans) as span, b.loop("tile", 0, cut.tile.count) as tile:
            p = b.min(tile * cut.tile.size, cut.tile.last, name="p")
            window = c // self.op.multiplier * size + span * cut.x_span + p * self.op.strides[2] + cut.x_first
            yield b.index(window, "window"), b.index(span * self.y.pitch + p + self.y.first, "place")

    def _frame(
        self, at: values.Value, weights_at: values.Value, sums: Sequence[Sequence[values.Value]]
    ) -> list[list[values.Value]]:
        """Sums of several results with one frame of the input more, which is the last of the first one's window."""
        b, count, height = self.kernel.block, len(sums[0]), self.op.kernel.shape[1]
        self._fetch(at)
        b.comment("Row by row, and inputs one after the other: then the sums stay in registers.")
        with b.carry("row", 0, height, [each for one in sums for each in one], carried="part") as loop:
            place, parts = b.index(loop.index * self.x.pitch + at, "row_at"), _cut(loop.carried, count)
            self.added(place, b.index(loop.index * (self.weights // height) + weights_at, "row_weights"), parts)
            loop.next([each for part in parts for each in part])
        return _cut(loop.results, count)

    def _fetch(self, at: values.Value) -> None:
        """Fetches what the next channel, or the next frame, has where a frame is read for the first time."""
        b, (_, height, _, _), (_, up, across) = self.kernel.block, self.op.kernel.shape, self.op.strides
        ahead = self.x.plane * (self.x.frames if self.op.rolls else 1)
        if self.x.size * self.target.activation_bytes > prefetch.SMALL:
            for row in range(max(0, height - up), height):
                place = at + row * self.x.pitch
                prefetch.vector(b, self.kernel["x"], place, across * self.cut.tile.size, ahead)


@dataclasses.dataclass(frozen=True, eq=False)
class Floats(Depthwise):
    """One of floats."""

    @property
    def weights(self) -> int:
        return int(np.prod(self.op.kernel.shape[1:3]))

    @property
    def row(self) -> int:
        return int(np.prod(self.op.kernel.shape[:3])) + self.target.weight_lanes

    def start(self, c: values.Value) -> list[values.Value]:
        b, tile = self.kernel.block, self.cut.tile
        return [b.broadcast(b.load(self.kernel["bias"], c, "bias_of"), tile.lanes, "start")] * tile.vectors

    def added(self, place: values.Value, weights_at: values.Value, parts: Sequence[list[values.Value]]) -> None:
        b, width, step = self.kernel.block, self.op.kernel.shape[2], self.op.strides[2]
        weights = _Weights(self, weights_at)
        for first in range(0, width, step):
            for e, found in enumerate(self._columns(place + first, min(step, width - first))):
                ages = [weights[(len(parts) - 1 - age) * self.weights + first + e] for age in range(len(parts))]
                for i, x in enumerate(found):
                    for part, weight in zip(parts, ages, strict=True):
                        part[i] = b.op("vector.fma", weight, x, part[i])

    def store(self, sums: Sequence[values.Value], c: values.Value, frame: values.Value, place: values.Value) -> None:
        b, lanes = self.kernel.block, self.cut.tile.lanes
        to = b.index((c * self.y.frames + frame) * self.y.plane + place, "to")
        for i, value in enumerate(sums):
            keep = b.vector(self.kernel["mask"], place + i * lanes, lanes, "keep")
            value = epilogues.masked(b, self.op, epilogues.activated(b, self.op, value), keep)
            b.store(b.cast(value, self.target.precision.activations), self.kernel["out"], to + i * lanes)

    def _columns(self, place: values.Affine, count: int) -> list[list[values.Value]]:
        """The inputs of `count` columns of the window, next to each other: the vectors of a tile for each."""
        b, x, lanes, own = self.kernel.block, self.kernel["x"], self.cut.tile.lanes, self.target.precision
        starts = range(0, self.cut.tile.size, lanes)
        if self.op.strides[2] == 1:
            return [[b.cast(b.vector(x, place + i, lanes, "input"), own.accumulators) for i in starts]]
        both = [windows.columns(b, b.vector(x, place + 2 * i, 2 * lanes, "both")) for i in starts]
        return [[b.cast(pair[e], own.accumulators) for pair in both] for e in range(count)]


class _Weights:
    """The weights of a channel in all lanes, each loaded where it is first wanted.

    NEON multiplies by one lane of a vector; elsewhere a load spreads a scalar.
    """

    def __init__(self, of: Floats, start: values.Value) -> None:
        self.of, self.start, self.vectors = of, start, dict[int, values.Value]()

    def __getitem__(self, tap: int) -> values.Value:
        b, target, stored = self.of.kernel.block, self.of.target, self.of.kernel["values"]
        own, count = target.precision.accumulators, target.weight_lanes
        if count == 1:
            weight = b.cast(b.load(stored, self.start + tap, "weight"), own)
        else:
            place, lane = divmod(tap, count)
            if place not in self.vectors:
                self.vectors[place] = b.cast(b.vector(stored, self.start + place * count, count, "weights"), own)
            weight = b.extract(self.vectors[place], lane, "weight")
        return b.broadcast(weight, self.of.cut.tile.lanes)


def _cut(several: Sequence[values.Value], count: int) -> list[list[values.Value]]:
    """Parts of `count` values each."""
    return [list(several[i : i + count]) for i in range(0, len(several), count)]
