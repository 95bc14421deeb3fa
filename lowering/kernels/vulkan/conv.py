"""A packed convolution for Vulkan, as loops over buffers: the SPIR-V is what is written here."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from lowering.graph import ops
from lowering.kernels import dispatches, layouts, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import expressions, types, values
from lowering.targets import gpus, precisions

COMMENT = """A packed 3D convolution. A workgroup is 64 invocations on one row of filters and one frame.
An invocation holds {tile} positions (64 apart, so that neighbours load neighbours) x {group} filters as accumulators.
A tap is one offset, {vectors} vectors of weights (the same for all invocations) and {tile} inputs."""


def conv(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(conv(x) + bias + residual))."""
    found = tables.conv(request.op, request.x, request.y, request.op.kernel.rows)
    return written(request, tables.operands(found, request.target.precision), Conv)


def written(request: kernels.Request, arrays: list[kernels.Operand], kind: "type[Conv]") -> kernels.Kernel:
    """The kernel of a convolution that reads these tables.

    Workgroups are spans of positions x frames x rows of filters.
    """
    op, y, target = request.op, request.y, request.target
    group, width = op.kernel.group, min(4, op.kernel.group)
    tile = target.tilings[group].vectors
    arrays = [dataclasses.replace(each, width=width if each.name in kind.by_filter else 1) for each in arrays]
    bounds = next(each.array for each in arrays if each.name == "bounds")
    assert bounds is not None
    macs = _macs(bounds, y, group, tile) * kind.macs
    grid = dispatches.grid(macs, gpus.INVOCATIONS, target.macs_per_dispatch)
    comment = kind.comment.format(tile=tile, group=group, vectors=group // width)
    kernel = loops.Loops(comment, [*kernels.arguments(request.named), *arrays], request.y_type, grid)
    kind(op, request.x, y, target.precision, width, tile, kernel).write()
    return kernel.kernel()


def _macs(bounds: np.ndarray, y: layouts.Layout, group: int, tile: int) -> np.ndarray:
    """i64[spans of positions, frames, rows]: products of each workgroup.

    Those on a plane's last positions, too, compute a whole span.
    """
    taps = np.diff(bounds.astype(np.int64), axis=2)[None, :, :, 0]
    return np.repeat(taps * (group * gpus.INVOCATIONS * tile), -(-y.plane // (gpus.INVOCATIONS * tile)), axis=0)


@dataclasses.dataclass(frozen=True, eq=False)
class Conv:
    """A convolution while it is written.

    Accumulators of `width` filters x `tile` positions, as many of each as a group has.

    comment: what the kernel does. by_filter: the tables that are read by vectors of `width` filters. macs: MACs of a
    product.
    """

    op: ops.PackedConv
    x: layouts.Layout
    y: layouts.Layout
    own: precisions.Precision
    width: int
    tile: int
    kernel: loops.Loops
    comment: ClassVar[str] = COMMENT
    by_filter: ClassVar[tuple[str, ...]] = ("values", "bias")
    macs: ClassVar[int] = 1

    @property
    def vectors(self) -> int:
        return self.op.kernel.group // self.width

    @property
    def accumulator(self) -> types.Scalar | types.Vector:
        """The type of the accumulators of `width` filters at one position."""
        return (
            types.Scalar(self.own.accumulators) if self.width == 1 else types.Vector(self.width, self.own.accumulators)
        )

    @property
    def stride(self) -> int:
        """Elements from a filter's results to the next one's."""
        return self.y.frames * self.y.plane

    def write(self) -> None:
        b, y = self.kernel.block, self.y
        span, frame, row = self.kernel.workgroup("span", "frame", "row")
        thread = self.kernel.thread()
        at = (frame * self.op.kernel.rows + row) * 2
        first32, end32 = (b.load(self.kernel["bounds"], at + i, f"{name}32") for i, name in enumerate(("first", "end")))
        first, end = b.cast(first32, "index", "tap_first"), b.cast(end32, "index", "tap_end")
        start = b.index(span * (gpus.INVOCATIONS * self.tile) + thread, "start")
        places = [self._clamped(start + t * gpus.INVOCATIONS, 0, y.plane - 1) for t in range(self.tile)]
        x_frame = b.index(frame * (self.op.stride * self.x.plane), "x_frame")
        reads = [
            b.op("arith.addi", self._clamped(place, y.first, y.end - 1), x_frame, name="input_of") for place in places
        ]
        with b.carry("tap", first, end, self._zeros()) as loop:
            loop.next(self._tap(loop.index, reads, loop.carried))
        self._store(loop.results, places, row, frame)

    def _zeros(self) -> list[values.Value]:
        """The accumulators before the first tap: vectors of filters x positions."""
        return [self.kernel.block.constant(0.0, self.accumulator, "zero")] * (self.vectors * self.tile)

    def _clamped(self, at: values.Index, least: int, most: int) -> values.Value:
        """A place within bounds, so that no invocation needs a branch."""
        b = self.kernel.block
        found = b.index(at, "place")
        if least:
            found = b.op("arith.maxsi", found, b.index(least), name="place")
        return b.op("arith.minsi", found, b.index(most), name="place")

    def _tap(
        self, tap: values.Value, reads: list[values.Value], accumulators: list[values.Value]
    ) -> list[values.Value]:
        """The accumulators with one tap more."""
        b, kernel = self.kernel.block, self.kernel
        offset = b.cast(b.load(kernel["offsets"], tap, "offset32"), "index", "offset")
        inputs = []
        for read in reads:
            at = b.op("arith.addi", read, offset, name="input_at")
            inputs.append(self._factor(b.load(kernel["x"], at, "input")))
        found, acc = [], iter(accumulators)
        for v in range(self.vectors):
            found += self._added(b.load(kernel["values"], tap * self.vectors + v, "weights"), inputs, acc)
        return found

    def _factor(self, loaded: values.Value) -> values.Value:
        """What was loaded of an input, as it is multiplied."""
        return self._spread(self.kernel.block.cast(loaded, self.own.accumulators))

    def _added(
        self, weights: values.Value, inputs: list[values.Value], accumulators: Iterator[values.Value]
    ) -> list[values.Value]:
        """The next accumulators, with the products of `width` filters' weights and the inputs."""
        b = self.kernel.block
        weights = b.cast(weights, self.own.accumulators)
        return [b.op("math.fma", weights, x, next(accumulators), name="acc") for x in inputs]

    def _spread(self, value: values.Value) -> values.Value:
        """A number for all filters of an accumulator."""
        return value if self.width == 1 else self.kernel.block.broadcast(value, self.width)

    def _base(self, row: values.Value, frame: values.Value, each: int = 1) -> values.Value:
        """Where a frame of a row's first filters lies in a map that holds `each` filters in an element."""
        rows = self.stride * (self.op.kernel.group // each)
        return self.kernel.block.index(row * rows + frame * self.y.plane, "out_base")

    def _store(
        self, accumulators: list[values.Value], places: list[values.Value], row: values.Value, frame: values.Value
    ) -> None:
        """Bias, residual, ReLU, activation and mask; then one store per filter and position."""
        b, base = self.kernel.block, self._base(row, frame)
        keeps = [self._spread(b.load(self.kernel["mask"], place, "keep")) for place in places]
        to = [b.op("arith.addi", base, place, name="to") for place in places]
        total = iter(accumulators)
        for v in range(self.vectors):
            bias = b.load(self.kernel["bias"], row * self.vectors + v, "bias_of")
            for keep, at in zip(keeps, to, strict=True):
                targets_ = [b.index(at + (self.width * v + i) * self.stride, "out_at") for i in range(self.width)]
                self._finish(b.op("arith.addf", next(total), bias, name="sum"), keep, targets_)

    def _finish(self, value: values.Value, keep: values.Value, to: list[values.Value]) -> None:
        """One accumulator, to the places of its filters."""
        b, own = self.kernel.block, self.own
        if residual := self.kernel.get("residual"):
            value = b.op("arith.addf", value, b.cast(self._residual(residual, to), own.accumulators), name="sum")
        floor = b.constant(0.0 if self.op.relu else -np.inf, self.accumulator, "floor")
        value = b.op("arith.maximumf", value, floor, name="active")
        if self.op.then is None:
            value = b.op("arith.mulf", value, keep, name="kept")
        else:
            value = expressions.masked(b, keep, expressions.activated(b, self.op.then, value))
        value = b.cast(value, own.activations)
        for i, at in enumerate(to):
            b.store(value if self.width == 1 else b.extract(value, i), self.kernel["out"], at)

    def _residual(self, residual: values.Value, to: list[values.Value]) -> values.Value:
        """What lies at the same places in the residual; any of it for a filter that only fills a group."""
        b = self.kernel.block
        assert isinstance(residual.type, types.Buffer)
        if residual.type.count < self.y.size:
            to = [b.op("arith.minsi", at, b.index(residual.type.count - 1), name="residual_at") for at in to]
        found = [b.load(residual, at, "residual_of") for at in to]
        if self.width == 1:
            return found[0]
        return b.elements(found, "residuals")
