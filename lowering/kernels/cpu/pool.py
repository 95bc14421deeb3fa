"""Pools for CPUs: whole vectors are combined over a window's frames and rows, then across."""

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots, epilogues, lines, pads, plane, prefetch, windows
from lowering.kernels.mlir import block, types, values
from lowering.targets import precisions, targets

COMMENT = """A pool by whole vectors: spans of pixels > vector > frames of the window.
A span is a row of pixels of the result, or all of them where windows are one pixel apart.
Zeros first. A vector that reaches beyond its span writes what the next span writes again."""
ROLLING = """A pool whose windows are one frame apart, a channel in a workgroup: spans of pixels > vector > frames.
What each frame gives to the windows over it is combined once and handed on to the frames after it."""


def pool(request: kernels.Request) -> kernels.Kernel | None:
    """Windows one or two pixels apart, with zeros outside the image if anything, or as wide as the image.

    None for any other, which the generic kernel takes.
    """
    op, x, y, target = request.op, request.x, request.y, request.target
    whole = plane.covers(op, x, y)
    if whole and windows.zeros_outside(op) and not request.words:
        return plane.pool(request)
    if lines.covers(request):
        return lines.pool(request)
    if whole:
        return None
    found = _Spans.of(op, x, y, target)
    if found is None:
        return None
    mask = kernels.array("mask", y.mask().astype(precisions.DTYPES[target.precision.accumulators]))
    rolls = op.window[0] > 1 and op.strides[0] == 1
    grid = executables.Grid((y.stored, 1, 1) if rolls else (y.frames, y.stored, 1))
    operands = [*kernels.arguments(request.named), mask]
    kernel = loops.Loops(ROLLING if rolls else COMMENT, operands, request.y_type, grid)
    own = target.precision.accumulators
    write = _Pool(op, x, y, found, _Words(dots.Dots.of(target)) if request.words else _Floats(op, own), kernel)
    write.frames_handed_on() if rolls else write.frame_by_frame()
    return kernel.kernel()


@dataclasses.dataclass(frozen=True)
class _Spans:
    """How pixels of the result are cut: `count` spans of `length`, vectors of `lanes`.

    x_first: where the window of the first pixel lies in a plane of the input; x_span: from one span's to the next's.
    """

    count: int
    length: int
    lanes: int
    x_first: int
    x_span: int

    @classmethod
    def of(cls, op: windows.Pool, x: layouts.Layout, y: layouts.Layout, target: targets.Target) -> "_Spans | None":
        """None for windows further apart, where what lies outside the image is no zero, and where no vector fits."""
        (_, kh, kw), (_, sh, sw) = op.window, op.strides
        _, (top, _), (left, _) = op.padding
        if sw not in (1, 2) or (sw == 1 and sh != 1) or not (windows.zeros_outside(op) or op.padding == ops.NO_PADDING):
            return None
        length, count = (y.end - y.first, 1) if sw == 1 else (y.width, y.height)
        x_first, x_span = x.first - top * x.pitch - left, sh * x.pitch

        def fits(n: int) -> bool:
            reads = x_first + (count - 1) * x_span + windows.last(length, n) * sw + (kh - 1) * x.pitch
            return (
                reads + (kw - 1) // sw * sw + sw * n <= x.plane
                and y.first + (count - 1) * y.pitch + windows.last(length, n) + n <= y.plane
            )

        found = windows.lanes(target, length, fits)
        return None if found is None else cls(count, length, found, x_first, x_span)


@dataclasses.dataclass(frozen=True)
class _Floats:
    """How numbers of floating point are combined. least: what a maximum of none is; zero: what lies around images."""

    op: windows.Pool
    element: str
    least: float = -np.inf
    zero: float = 0.0

    def combined(self, b: block.Block, one: values.Value, other: values.Value) -> values.Value:
        return b.op(windows.combination(self.op, self.element), one, other, name="all")

    def scaled(self, b: block.Block, total: values.Value) -> values.Value:
        assert isinstance(total.type, types.Vector)
        return b.op("arith.mulf", total, b.constant(windows.factor(self.op), total.type, "factor"), name="scaled")

    def kept(self, b: block.Block, found: values.Value, keep: values.Value) -> values.Value:
        return b.op("arith.mulf", found, keep, name="kept")


@dataclasses.dataclass(frozen=True)
class _Words:
    """How words of int8 are combined in a max pool."""

    dots: dots.Dots
    element: ClassVar[str] = kernels.WORDS

    @property
    def least(self) -> float:
        return self.dots.least

    @property
    def zero(self) -> float:
        return self.dots.zeros

    def combined(self, b: block.Block, one: values.Value, other: values.Value) -> values.Value:
        return self.dots.most(b, one, other)

    def scaled(self, b: block.Block, total: values.Value) -> values.Value:
        return total

    def kept(self, b: block.Block, found: values.Value, keep: values.Value) -> values.Value:
        return epilogues.kept(b, found, keep, self.zero)


@dataclasses.dataclass(frozen=True, eq=False)
class _Pool:
    """A pool while it is written."""

    op: windows.Pool
    x: layouts.Layout
    y: layouts.Layout
    spans: _Spans
    numbers: "_Floats | _Words"
    kernel: loops.Loops

    def frame_by_frame(self) -> None:
        """All frames of a window are read for each result."""
        b, (sd, _, sw) = self.kernel.block, self.op.strides
        frame, c = self.kernel.workgroup("frame", "c")
        zeros = pads.whole(self.y, self.spans.count)
        pads.write(b, self.kernel["out"], self.y, (c, c + 1), frame, zeros, self.numbers.zero)
        first, end = windows.frames_inside(b, frame, self.op, self.x)
        start = self._start(sw * self.spans.lanes)
        with b.loop("span", 0, self.spans.count) as span, b.loop("tile", 0, self._tiles) as tile:
            p = b.min(tile * self.spans.lanes, windows.last(self.spans.length, self.spans.lanes), name="p")
            first_frame = (c * self.x.frames + frame * sd) * self.x.plane - self.op.padding[0][0] * self.x.plane
            at = b.index(first_frame + self._in_plane(span, p), "window")
            with b.carry("d", first, end, [start for _ in self._columns]) as loop:
                loop.next(self._frame(loop.index, at, loop.carried))
            total = self._scaled(self._across(loop.results))
            self._store(total, c, frame, *self._keep(span, p))

    def frames_handed_on(self) -> None:
        """A channel's frames are read once, while the next channel is fetched."""
        b, (kd, _, _), lead = self.kernel.block, self.op.window, self.op.window[0] - 1 - self.op.padding[0][0]
        (c,) = self.kernel.workgroup("c")
        with b.loop("frame", 0, self.y.frames) as frame:
            zeros = pads.whole(self.y, self.spans.count)
            pads.write(b, self.kernel["out"], self.y, (c, c + 1), frame, zeros, self.numbers.zero)
        start, size = self._start(self.spans.lanes), self.x.frames * self.x.plane
        with b.loop("span", 0, self.spans.count) as span, b.loop("tile", 0, self._tiles) as tile:
            p = b.min(tile * self.spans.lanes, windows.last(self.spans.length, self.spans.lanes), name="p")
            at = b.index(c * size + self._in_plane(span, p), "window")
            place, keep = self._keep(span, p)
            with b.carry("step", 0, self.y.frames + lead, [start for _ in range(kd - 1)], carried="before") as loop:
                b.comment("A frame outside the input gives what the accumulators start from.")
                inside = b.min(loop.index + 1, self.x.frames, name="d_end")
                with b.carry("d", loop.index, inside, [start], carried="newest") as newest:
                    newest.next([self._across(self._frame(newest.index, at, [], size))])
                b.comment(f"The first frame of the result is complete after {lead} steps.")
                with b.loop("f", b.max(0, loop.index - lead, name="f_first"), loop.index + 1 - lead) as f:
                    total = self._scaled(self._fold([*loop.carried, *newest.results]))
                    self._store(total, c, f, place, keep)
                loop.next([*loop.carried[1:], *newest.results])

    @property
    def _tiles(self) -> int:
        return -(-self.spans.length // self.spans.lanes)

    @property
    def _columns(self) -> range:
        """The columns of the window that vectors start at.

        Every other one of windows two apart, whose vectors hold both.
        """
        return range(0, self.op.window[2], self.op.strides[2])

    def _in_plane(self, span: values.Value, p: values.Value) -> values.Affine:
        return span * self.spans.x_span + p * self.op.strides[2] + self.spans.x_first

    def _start(self, width: int) -> values.Value:
        """What the windows' accumulators start from."""
        lowest = self.numbers.zero if windows.zeros_outside(self.op) else self.numbers.least
        return self.kernel.block.constant(lowest, types.Vector(width, self.numbers.element), "start")

    def _frame(
        self, d: values.Value, window: values.Value, before: Sequence[values.Value], distance: int = 0
    ) -> list[values.Value]:
        """The rows of frame d of a window, combined, one vector a column; into what is `before`, if anything is.

        distance: as of `prefetch.vector`, which fetches the rows that no window above has seen.
        """
        b, (_, height, _), (_, sh, sw), x = self.kernel.block, self.op.window, self.op.strides, self.kernel["x"]
        at, found, width = b.index(d * self.x.plane + window, "frame_at"), [], sw * self.spans.lanes
        for i, e in enumerate(self._columns):
            parts = [before[i]] if before else []
            for row in range(height):
                place = b.index(at + (row * self.x.pitch + e), "row_at")
                if e == 0 and row >= height - sh:
                    prefetch.vector(b, x, place, width, distance)
                value = b.cast(b.vector(x, place, width, "pixels"), self.numbers.element)
                parts = [self._fold([*parts, value])]
            found += parts
        return found

    def _across(self, found: Sequence[values.Value]) -> values.Value:
        """The columns combined; of windows two apart, a vector holds two columns, one in every other lane."""
        if self.op.strides[2] == 1:
            return self._fold(found)
        parts = []
        for e, vector in zip(self._columns, found, strict=True):
            parts += windows.columns(self.kernel.block, vector)[: self.op.window[2] - e]
        return self._fold(parts)

    def _fold(self, found: Sequence[values.Value]) -> values.Value:
        """Vectors combined, one after the other."""
        total, *others = found
        for other in others:
            total = self.numbers.combined(self.kernel.block, total, other)
        return total

    def _keep(self, span: values.Value, p: values.Value) -> tuple[values.Value, values.Value]:
        """Where a vector of results goes in a plane, and which lanes of it are pixels."""
        place = self.kernel.block.index(span * self.y.pitch + p + self.y.first, "place")
        return place, self.kernel.block.vector(self.kernel["mask"], place, self.spans.lanes, "keep")

    def _scaled(self, total: values.Value) -> values.Value:
        """What the windows give: combined values, or their mean."""
        return self.numbers.scaled(self.kernel.block, total)

    def _store(
        self, found: values.Value, c: values.Value, frame: values.Value, place: values.Value, keep: values.Value
    ) -> None:
        """A vector of results to its place in a plane, with zeros between the rows of pixels."""
        b, plane = self.kernel.block, (c * self.y.frames + frame) * self.y.plane
        kept, to = self.numbers.kept(b, found, keep), self.kernel["out"]
        b.store(b.cast(kept, to.type.element), to, plane + place)
