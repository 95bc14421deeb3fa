"""Feature maps put together from patches of others, for CPUs: planes or rows of pixels are copied by whole vectors."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from lowering.graph import ops
from lowering.graph.operations import moves
from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots, interleaving, shuffles
from lowering.kernels.mlir import types, values

COMMENT = """Patches of feature maps put together, a channel in a workgroup. `table` says which planes go where.
Planes that no patch fills as a whole are cleared first."""
LANES = layouts.ALIGNMENT


def mosaic(request: kernels.Request) -> kernels.Kernel:
    """A feature map of feature maps."""
    y, table = request.y, _Table()
    op = request.op.by_words if request.words else request.op
    copies = [_Copy.of(strands, request, table) for strands in interleaving.strands(op.patches)]
    cleared = _Planes.of(_cleared(op, copies, y), y.channels, table)
    inputs = {f"x{place}": x for place, x in enumerate(request.inputs)}
    operands = [*kernels.arguments(inputs), kernels.array("table", table.array)]
    kernel = loops.Loops(COMMENT, operands, request.y_type, executables.Grid((y.channels, 1, 1)))
    write = _Writer(kernel, y, op.fill, dots.zero(request.target, request.y_type.element))
    (c,) = kernel.workgroup("c")
    if cleared.count:
        write.clear(c, cleared)
    for copy in copies:
        write.copy(c, copy)
    return kernel.kernel()


class _Table:
    """Numbers that become one operand."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = [np.zeros(0)]

    def add(self, values: np.ndarray) -> int:
        """Where these numbers start."""
        start = sum(map(len, self._parts))
        self._parts.append(values)
        return start

    @property
    def array(self) -> np.ndarray:
        """i32[n]"""
        return np.concatenate(self._parts).astype(np.int32)


@dataclasses.dataclass(frozen=True)
class _Planes:
    """Jobs on planes by channel of the result. bounds, columns: where the table holds each channel's first and last
    job, and the numbers of the planes: `columns` numbers for each job."""

    count: int
    bounds: int
    columns: tuple[int, ...]

    @classmethod
    def of(cls, jobs: np.ndarray, channels: int, table: _Table) -> "_Planes":
        """jobs: i64[n, 1 + columns], the channel first."""
        jobs = jobs[np.argsort(jobs[:, 0], kind="stable")]
        bounds = table.add(np.searchsorted(jobs[:, 0], np.arange(channels + 1)))
        return cls(len(jobs), bounds, tuple(table.add(jobs[:, column]) for column in range(1, jobs.shape[1])))


@dataclasses.dataclass(frozen=True)
class _Copy:
    """What one patch copies, or several whose pixels lie in turns. The planes are the result's and those of each input.

    rows: how many, and where the table holds their places in a plane of the result and in one of each input; None for
    planes that are copied as a whole. pixels: how many of a row of each, side by side; or where the table holds their
    places.
    """

    input: str
    x: layouts.Layout
    planes: _Planes
    taken: np.ndarray
    rows: tuple[int, ...] | None
    pixels: int
    scattered: tuple[int, int] | None

    @classmethod
    def of(cls, strands: Sequence[moves.Patch], request: kernels.Request, table: _Table) -> "_Copy":
        patch = strands[0]
        x, y, (frames_at, rows_at, at, channels_at) = request.inputs[patch.source].layout, request.y, patch.at
        assert x is not None
        planes = lambda channels, frames, count: np.add.outer(np.multiply(channels, count), frames).ravel()
        taken = planes(channels_at, frames_at, y.frames)
        given = [planes(each.of[3], each.of[0], x.frames) for each in strands]
        jobs = np.stack([np.repeat(channels_at, len(frames_at)), taken, *given], 1)
        found, rows, scattered = _Planes.of(jobs, y.channels, table), None, None
        if not (request.op.keeps_pixels and _alike(x, y)):
            apart = len(strands) == 1 and not (interleaving.side_by_side(patch.of[2]) and interleaving.side_by_side(at))
            place = lambda lay, each, columns: lay.first + np.multiply(each, lay.pitch) + (0 if apart else columns[0])
            starts = [place(y, rows_at, at), *(place(x, each.of[1], each.of[2]) for each in strands)]
            rows = (len(rows_at), *map(table.add, starts))
            scattered = (table.add(np.array(patch.of[2])), table.add(np.array(at))) if apart else None
        return cls(f"x{patch.source}", x, found, taken, rows, len(at), scattered)


def _cleared(op: ops.Mosaic, copies: list[_Copy], y: layouts.Layout) -> np.ndarray:
    """The planes that no patch fills as a whole, with their channels."""
    whole = [copy.taken for copy in copies if copy.rows is None]
    left = np.setdiff1d(np.arange(y.channels * y.frames), np.concatenate([np.zeros(0, int), *whole]))
    return np.stack([left // y.frames, left], 1)


def _alike(x: layouts.Layout, y: layouts.Layout) -> bool:
    """Whether planes are the same, whatever lies in them."""
    return all(getattr(x, key) == getattr(y, key) for key in ("height", "width", "first", "pitch", "plane"))


@dataclasses.dataclass(frozen=True, eq=False)
class _Writer:
    """The kernel while it is written."""

    kernel: loops.Loops
    y: layouts.Layout
    fill: float
    zero: float

    def clear(self, c: values.Value, planes: _Planes) -> None:
        """Zeros, and the fill at the pixels if that is another number."""
        b, out, y = self.kernel.block, self.kernel["out"], self.y
        zeros = b.constant(self.zero, types.Vector(LANES, out.type.element), "zeros")
        with b.loop("job", *self._jobs(c, planes)) as job:
            plane = b.index(self._number(job, planes.columns[0], "plane") * y.plane, "to")
            with b.loop("p", 0, y.plane, LANES) as p:
                b.store(zeros, out, plane + p)
            if self.fill:
                fill = b.constant(self.fill, types.Scalar(out.type.element), "fill")
                with b.loop("row", 0, y.height) as row, b.loop("column", 0, y.width) as column:
                    b.store(fill, out, plane + row * y.pitch + column + y.first)

    def copy(self, c: values.Value, copy: _Copy) -> None:
        """The planes of a patch, or their rows."""
        b, x, out = self.kernel.block, self.kernel[copy.input], self.kernel["out"]
        with b.loop("job", *self._jobs(c, copy.planes)) as job:
            to, *from_ = (self._number(job, column, "plane") for column in copy.planes.columns)
            to = b.index(to * self.y.plane, "to")
            from_ = [b.index(plane * copy.x.plane, "from") for plane in from_]
            if copy.rows is None:
                with b.loop("p", 0, self.y.plane, LANES) as p:
                    b.store(b.vector(x, from_[0] + p, LANES), out, to + p)
            else:
                self._rows(copy, copy.rows, from_, to)

    def _rows(self, copy: _Copy, rows: tuple[int, ...], from_: list[values.Value], to: values.Value) -> None:
        b, x, out, (count, at, *of) = self.kernel.block, self.kernel[copy.input], self.kernel["out"], rows
        with b.loop("row", 0, count) as row:
            pairs = zip(from_, of, strict=True)
            here = [b.index(plane + self._number(row, start, "row_from"), "row_from") for plane, start in pairs]
            there = b.index(to + self._number(row, at, "row_to"), "row_to")
            if copy.scattered is not None:
                with b.loop("pixel", 0, copy.pixels) as pixel:
                    seen, place = (self._number(pixel, start, "column") for start in copy.scattered)
                    b.store(b.load(x, here[0] + seen), out, there + place)
                return
            lanes = min(LANES, 1 << (copy.pixels.bit_length() - 1))
            with b.loop("tile", 0, -(-copy.pixels // lanes)) as tile:
                p = b.min(tile * lanes, copy.pixels - lanes, name="p")
                pixels = shuffles.together(b, [b.vector(x, start + p, lanes) for start in here])
                b.store(pixels, out, there + p * len(here))

    def _jobs(self, c: values.Value, planes: _Planes) -> tuple[values.Value, values.Value]:
        return self._number(c, planes.bounds, "first_job"), self._number(c, planes.bounds + 1, "end_job")

    def _number(self, at: values.Value, start: int, name: str) -> values.Value:
        """A number of the table as an index."""
        b = self.kernel.block
        return b.cast(b.load(self.kernel["table"], at + start, f"{name}32"), "index", name)
