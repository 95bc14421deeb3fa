"""Feature maps enlarged and reduced along one axis, for CPUs."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.kernels import executables, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import pads, shuffles, windows
from lowering.kernels.mlir import types, values
from lowering.targets import precisions

COMMENT = "Weighted sums of what lies at some places along an axis; a plane of the result in a workgroup. Zeros first."
MOST = 8  # columns of the result for one of the input, of which vectors are put together


def resample(request: kernels.Request) -> kernels.Kernel | None:
    """None for images narrower than two pixels, which the generic kernel takes."""
    op, x, y, own = request.op, request.x, request.y, request.target.precision
    lanes = request.target.vector_bytes // request.target.activation_bytes
    turns = Turns.of(op) if op.axis == 2 else None
    width = y.width if turns is None else turns.end - turns.first
    lanes = windows.fitting(lanes, width)
    if op.axis == 2 and (turns is None or lanes < 2):
        turns, lanes = Turns(1, 0, 0, (), ()), 2
    if lanes < 2:
        return None
    places, weights = op.taps
    tables = [
        kernels.array("places", (places * {0: x.plane, 1: x.pitch, 2: 1}[op.axis]).ravel().astype(np.int32)),
        kernels.array("weights", weights.ravel().astype(precisions.DTYPES[own.accumulators])),
    ]
    if turns is not None:
        tables.append(kernels.array("columns", turns.left(y.width).astype(np.int32)))
    grid = executables.Grid((y.frames, y.channels, 1))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(request.named), *tables], request.y_type, grid)
    b, (frame, c) = kernel.block, kernel.workgroup("frame", "c")
    pads.write(b, kernel["out"], y, (c, c + 1), frame, pads.whole(y, y.height))
    write = _Writer(request, kernel, lanes, places.shape[1])
    with b.loop("row", 0, y.height) as row:
        plane = c * (x.frames * x.plane) + x.first
        plane = plane if op.axis == 0 else plane + frame * x.plane
        from_ = b.index(plane if op.axis == 1 else plane + row * x.pitch, "from")
        to = b.index(c * (y.frames * y.plane) + frame * y.plane + row * y.pitch + y.first, "to")
        if turns is None:
            write.whole(frame if op.axis == 0 else row, from_, to)
        else:
            write.turns(turns, from_, to)
            write.left(turns, from_, to)
    return kernel.kernel()


@dataclasses.dataclass(frozen=True)
class Turns:
    """Columns of a result `count` for each column q of the input, from `first` up to `end`: those in between repeat.

    offsets, weights: for each of the columns count * q + e, the columns before or after q that it is the sum of.
    """

    count: int
    first: int
    end: int
    offsets: tuple[tuple[int, ...], ...]
    weights: tuple[tuple[float, ...], ...]

    @classmethod
    def of(cls, op: ops.Resample) -> "Turns | None":
        """None where columns do not repeat."""
        size, given = op.matrix.shape
        count, more = divmod(size, given)
        if more or not 1 <= count <= MOST:
            return None
        middle, places = given // 2, [np.flatnonzero(op.matrix[given // 2 * count + e]) for e in range(count)]
        weights = [op.matrix[middle * count + e, each] for e, each in enumerate(places)]
        same = [
            all(_is(op.matrix[q * count + e], places[e] - middle + q, weights[e]) for e in range(count))
            for q in range(given)
        ]
        first = next((q + 1 for q in range(middle, -1, -1) if not same[q]), 0)
        end = next((q for q in range(middle, given) if not same[q]), given)
        offsets = tuple(tuple((each - middle).tolist()) for each in places)
        return cls(count, first, end, offsets, tuple(tuple(each.tolist()) for each in weights))

    def left(self, width: int) -> np.ndarray:
        """The columns of the result before and after them."""
        return np.setdiff1d(np.arange(width), np.arange(self.first * self.count, self.end * self.count))


def _is(row: np.ndarray, places: np.ndarray, weights: np.ndarray) -> bool:
    """Whether a row of the matrix has these weights at these places, and zeros elsewhere."""
    if places.size and not (places.min() >= 0 and places.max() < len(row)):
        return False
    wanted = np.zeros_like(row)
    wanted[places] = weights
    return bool(np.allclose(row, wanted, rtol=0, atol=1e-6))


@dataclasses.dataclass(frozen=True, eq=False)
class _Writer:
    """The kernel while it is written: rows of the result by vectors of `lanes`, of `taps` values for each."""

    request: kernels.Request
    kernel: loops.Loops
    lanes: int
    taps: int

    def whole(self, at: values.Value, from_: values.Value, to: values.Value) -> None:
        """A row of the result, or of one of its frames, as the sum of rows of the input."""
        b, width = self.kernel.block, self.request.y.width
        starts = [b.index(from_ + self._place(at * self.taps + tap), "start") for tap in range(self.taps)]
        weights = [
            b.broadcast(b.load(self.kernel["weights"], at * self.taps + tap, "weight"), self.lanes)
            for tap in range(self.taps)
        ]
        with b.loop("tile", 0, -(-width // self.lanes)) as tile:
            p = b.min(tile * self.lanes, windows.last(width, self.lanes), name="p")
            self._store(self._sum(weights, [self._vector(start + p) for start in starts]), to + p)

    def turns(self, turns: Turns, from_: values.Value, to: values.Value) -> None:
        """The columns that repeat: a vector of columns of the input gives one of the result for each of its turns."""
        b, size = self.kernel.block, turns.end - turns.first
        if not size or not turns.offsets:
            return
        accumulators = types.Vector(self.lanes, self.request.target.precision.accumulators)
        with b.loop("tile", 0, -(-size // self.lanes)) as tile:
            q = b.min(tile * self.lanes + turns.first, turns.end - self.lanes, name="q")
            used = sorted({offset for each in turns.offsets for offset in each})
            seen = {offset: self._vector(from_ + q + offset) for offset in used}
            found = [
                self._sum([b.constant(w, accumulators, "weight") for w in weights], [seen[o] for o in offsets])
                for offsets, weights in zip(turns.offsets, turns.weights, strict=True)
            ]
            self._store(shuffles.together(b, found), to + q * turns.count)

    def left(self, turns: Turns, from_: values.Value, to: values.Value) -> None:
        """The other columns, one by one."""
        b, count = self.kernel.block, len(turns.left(self.request.y.width))
        accumulators = self.request.target.precision.accumulators
        with b.loop("i", 0, count) as i:
            column = b.cast(b.load(self.kernel["columns"], i, "column32"), "index", "column")
            total = b.constant(0.0, types.Scalar(accumulators), "zero")
            for tap in range(self.taps):
                place = self._place(column * self.taps + tap)
                value = b.cast(b.load(self.kernel["x"], from_ + place, "seen"), accumulators)
                weight = b.load(self.kernel["weights"], column * self.taps + tap, "weight")
                total = b.op("arith.addf", total, b.op("arith.mulf", value, weight, name="part"), name="total")
            self._store(total, to + column)

    def _sum(self, weights: list[values.Value], parts: list[values.Value]) -> values.Value:
        b, total = self.kernel.block, None
        for weight, part in zip(weights, parts, strict=True):
            total = b.op("vector.fma", weight, part, total, name="sum") if total else b.op("arith.mulf", weight, part)
        return total or b.constant(0.0, types.Vector(self.lanes, self.request.target.precision.accumulators), "zeros")

    def _vector(self, at: values.Index) -> values.Value:
        b = self.kernel.block
        return b.cast(b.vector(self.kernel["x"], at, self.lanes, "seen"), self.request.target.precision.accumulators)

    def _place(self, at: values.Index) -> values.Value:
        b = self.kernel.block
        return b.cast(b.load(self.kernel["places"], at, "place32"), "index", "place")

    def _store(self, value: values.Value, at: values.Index) -> None:
        b = self.kernel.block
        b.store(b.cast(value, self.request.target.precision.activations), self.kernel["out"], at)
