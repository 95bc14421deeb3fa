"""Sums and maxima over positions and channels for CPUs, by whole vectors; the expression is computed on the way."""

import contextlib
import dataclasses

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.linalg import beside
from lowering.kernels.linalg import reduce as shared
from lowering.kernels.mlir import block, expressions, types, values

COMMENT = "A reduction over {what}: an expression is computed vector by vector and combined on the way."
LANES = layouts.ALIGNMENT
VECTORS, TILES = 4, 8  # vectors of a tile, where channels alone are reduced; tiles of a workgroup


def reduce(request: kernels.Request) -> kernels.Kernel:
    """A feature map, or a vector of f32."""
    op, x = request.op, shared.main(request)
    inputs = {f"x{place}": each for place, each in enumerate(request.inputs)}
    operands = [*kernels.arguments(inputs), *shared.constants(op), kernels.array("mask", x.mask())]
    what = ("frames, " if op.frames else "") + ("pixels and channels" if op.pixels else "channels")
    out = request.y_type if request.out else types.Tensor((op.groups,))
    span = LANES * min(VECTORS, x.plane // LANES)
    grid = (op.groups, 1 if op.frames else x.frames, 1 if op.pixels else -(-x.plane // (span * TILES)))
    kernel = loops.Loops(COMMENT.format(what=what), operands, out, executables.Grid(grid))
    write = _Writer(request, kernel, x)
    write.pixels() if op.pixels else write.channels(span)
    return kernel.kernel()


@dataclasses.dataclass(frozen=True, eq=False)
class _Writer:
    """The kernel while it is written. x: the layout of what is reduced."""

    request: kernels.Request
    kernel: loops.Loops
    x: layouts.Layout

    @property
    def op(self) -> ops.Reduce:
        return self.request.op

    def pixels(self) -> None:
        """A number for each group, or for each group and frame."""
        b, op, x, out = self.kernel.block, self.op, self.x, self.kernel["out"]
        group, frame = self.kernel.workgroup("group", "frame")
        start, scalar = self._constant(shared.neutral(op)), types.F32
        with self._over_channels(group, [start]) as channels:
            first, end = (0, x.frames) if op.frames else (frame, frame + 1)
            with b.carry("f", first, end, channels.carried) as frames:
                found = self._combined(frames.carried[0], self._plane(channels.index, frames.index))
                frames.next([found])
            channels.next(frames.results)
        kind = "maxnumf" if op.kind == "max" else "add"
        (accumulators,) = channels.results
        total = b.let("total", scalar, f"vector.reduction <{kind}>, {accumulators} : {accumulators.type} into {scalar}")
        result = b.op("arith.mulf", total, b.constant(op.factor, scalar, "factor"), name="scaled")
        if op.frames:
            b.store(result, out, group)
            return
        y, element = self.request.y, self.request.y_type.element
        plane = b.index((group * y.frames + frame) * y.plane, "to")
        with b.loop("p", 0, y.plane, LANES) as p:
            b.store(b.constant(0.0, types.Vector(LANES, element), "zeros"), out, plane + p)
        b.store(b.cast(result, element), out, plane + y.first)

    def channels(self, span: int) -> None:
        """A number for each group at every position: tiles of `span` positions."""
        b, op, x, out = self.kernel.block, self.op, self.x, self.kernel["out"]
        group, frame, chunk = self.kernel.workgroup("group", "frame", "chunk")
        starts = [self._constant(shared.neutral(op))] * (span // LANES)
        most = x.plane - span
        left = b.min(TILES, chunk * -TILES + -(-x.plane // span), name="tiles")
        with b.loop("tile", 0, left) as tile:
            p = b.min((chunk * TILES + tile) * span, most, name="p")
            at = [b.index(p + i * LANES, "position") for i in range(len(starts))]
            with self._over_channels(group, starts) as channels:
                held = self._held(channels.index, frame)
                found = [self._value(channels.index, frame, place, held) for place in at]
                channels.next([self._combined(*pair) for pair in zip(channels.carried, found, strict=True)])
            for place, total in zip(at, channels.results, strict=True):
                scaled = b.op("arith.mulf", total, self._constant(op.factor), name="scaled")
                kept = expressions.masked(b, b.vector(self.kernel["mask"], place, LANES, "keep"), scaled)
                to = (group * x.frames + frame) * x.plane + place
                b.store(b.cast(kept, self.request.y_type.element), out, to)

    def _over_channels(
        self, group: values.Value, starts: list[values.Value]
    ) -> contextlib.AbstractContextManager[block.Loop]:
        count = self.x.channels // self.op.groups
        return self.kernel.block.carry("c", group * count, group * count + count, starts)

    def _plane(self, c: values.Value, frame: values.Value) -> values.Value:
        """A plane combined, without what lies between the rows of pixels."""
        b, held, start = self.kernel.block, self._held(c, frame), self._constant(shared.neutral(self.op))
        with b.carry("p", 0, self.x.plane, [start], step=LANES, carried="plane") as plane:
            value = self._value(c, frame, plane.index, held)
            keep = b.vector(self.kernel["mask"], plane.index, LANES, "keep")
            inside = b.compare("ogt", keep, self._constant(0.0), "is_pixel")
            plane.next([self._combined(plane.carried[0], b.select(inside, value, start, "kept"))])
        return plane.results[0]

    def _value(
        self, c: values.Value, frame: values.Value, place: values.Value, held: dict[str, values.Value]
    ) -> values.Value:
        """A vector of the expression."""
        b, op, found = self.kernel.block, self.op, list[values.Value]()
        for number, given in enumerate(self.request.inputs):
            name, layout = f"x{number}", given.layout
            if name not in held and layout is not None:
                plane = self._planes(c, frame, given, layout)
                found.append(b.cast(b.vector(self.kernel[name], plane + place, LANES, name), "f32"))
            else:
                found.append(held[name])
        if op.of is None:
            return found[0]
        return expressions.write(b, op.of, found, [held[f"channels{i}"] for i in range(len(op.of.channels))])

    def _held(self, c: values.Value, frame: values.Value) -> dict[str, values.Value]:
        """What is the same for a whole plane, in all lanes: vectors, maps of one pixel, constants by channel."""
        b, held = self.kernel.block, dict[str, values.Value]()
        for number, given in enumerate(self.request.inputs):
            name, layout = f"x{number}", given.layout
            if layout is None:
                held[name] = b.load(self.kernel[name], beside.channel(c, given, self.x.channels), name)
            elif beside.has_one_pixel(layout, self.x):
                at = self._planes(c, frame, given, layout) + layout.first
                held[name] = b.load(self.kernel[name], at, name)
        for operand in shared.constants(self.op):
            held[operand.name] = b.load(self.kernel[operand.name], c, operand.name)
        return {name: b.broadcast(b.cast(value, "f32"), LANES, name) for name, value in held.items()}

    def _planes(
        self, c: values.Value, frame: values.Value, given: kernels.Activation, layout: layouts.Layout
    ) -> values.Affine:
        """Where the plane of an input starts that belongs to a channel and frame of the expression."""
        channel = values.affine(beside.channel(c, given, self.x.channels))
        return (channel * layout.frames + (frame if layout.frames == self.x.frames else 0)) * layout.plane

    def _combined(self, one: values.Value, other: values.Value) -> values.Value:
        operation = "arith.maximumf" if self.op.kind == "max" else "arith.addf"
        return self.kernel.block.op(operation, one, other, name="more")

    def _constant(self, value: float) -> values.Value:
        return self.kernel.block.constant(value, types.Vector(LANES), "constant")
