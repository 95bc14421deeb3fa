"""Packed fully connected layers for CPUs."""

import dataclasses
from typing import ClassVar

import numpy as np

from lowering.graph import ops, packed
from lowering.kernels import executables, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots, prefetch
from lowering.kernels.mlir import block, expressions, rescale, types, values

COMMENT = (
    "A packed fully connected layer: a row of outputs walks its taps once, so that every weight is read once, in order."
)


def dense(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(x @ kernel + bias)). A workgroup is one row of outputs.

    Every weight is read once: the limit is memory bandwidth, so accumulators are f32 whatever the precision.
    """
    op, target, (x, *_) = request.op, request.target, request.inputs
    own = dataclasses.replace(target.precision, accumulators="f32")
    arrays = tables.operands(tables.dense(op, x.type.size, x.layout), own)
    return _kernel(request, arrays, _Floats(op), types.Tensor((op.kernel.filled,)))


def of_integers(request: kernels.Request) -> kernels.Kernel:
    """The same of int8, whose result is int8, four to a word, or f32."""
    (x, *_), numbers = request.inputs, dots.Dots.of(request.target, request.op.rescale)
    channels = x.shape[-1] if x.layout else 0
    op = dataclasses.replace(request.op, kernel=packed.words(request.op.kernel, channels))
    arrays = tables.operands(tables.dense_words(op, x.type.size, x.layout, numbers.offset), request.target.precision)
    count = op.kernel.filled
    out = types.Tensor((count // packed.WORD,), kernels.WORDS) if request.words else types.Tensor((count,))
    return _kernel(request, arrays, _Words(op, numbers), out)


@dataclasses.dataclass(frozen=True)
class _Floats:
    """Sums of products of floating point."""

    op: ops.PackedDense
    accumulators: ClassVar[str] = "f32"

    def added(self, b: block.Block, weights: values.Value, x: values.Value, acc: values.Value) -> values.Value:
        return b.op("vector.fma", b.cast(weights, "f32"), x, acc, name="acc")

    def store(self, kernel: loops.Loops, total: values.Value, at: values.Affine) -> None:
        b = kernel.block
        assert isinstance(total.type, types.Vector)
        floor = b.constant(0.0 if self.op.relu else -np.inf, total.type, "floor")
        total = b.op("arith.maximumf", total, floor, name="active")
        b.store(expressions.activated(b, self.op.then, total), kernel["out"], at)


@dataclasses.dataclass(frozen=True)
class _Words:
    """Sums of products of int8, four to a word."""

    op: ops.PackedDense
    dots: dots.Dots
    accumulators: ClassVar[str] = "i32"

    def added(self, b: block.Block, weights: values.Value, x: values.Value, acc: values.Value) -> values.Value:
        return self.dots.add(b, acc, x, weights)

    def store(self, kernel: loops.Loops, total: values.Value, at: values.Affine) -> None:
        b, op = kernel.block, self.op
        assert isinstance(total.type, types.Vector) and op.rescale is not None
        value = rescale.scaled(b, total, b.vector(kernel["factors"], at, total.type.lanes, "factors"))
        if op.rescale.narrow:
            words = rescale.lanes_joined(b, rescale.byte(b, value, op.relu, self.dots.offset))
            b.store(words, kernel["out"], at // packed.WORD)
        else:
            b.store(rescale.wide(b, value, op.relu), kernel["out"], at)


def _kernel(
    request: kernels.Request, arrays: list[kernels.Operand], numbers: _Floats | _Words, out: types.Tensor
) -> kernels.Kernel:
    op, target = numbers.op, request.target
    count, group = op.kernel.rows, op.kernel.group
    grid = executables.Grid((count, 1, 1))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(request.named), *arrays], out, grid)
    b, lanes = kernel.block, min(group, target.vector_bytes // np.dtype(np.float32).itemsize)
    (row,) = kernel.workgroup("row")
    first, end = loops.taps_of_row(b, kernel["starts"], row)
    to, parts = b.index(row * group, "to"), range(0, group, lanes)
    biases = [b.vector(kernel["bias"], to + i, lanes, "start") for i in parts]
    with b.carry("tap", first, end, biases) as loop:
        offset = b.cast(b.load(kernel["offsets"], loop.index, "offset32"), "index", "offset")
        prefetch.weights(b, kernel["values"], loop.index, group, target)
        x_ = b.broadcast(b.cast(b.load(kernel["x"], offset, "input"), numbers.accumulators), lanes)
        weights = lambda i: b.vector(kernel["values"], loop.index * group + i, lanes, "weights")
        loop.next([numbers.added(b, weights(i), x_, acc) for i, acc in zip(parts, loop.carried, strict=True)])
    for i, total in zip(parts, loop.results, strict=True):
        numbers.store(kernel, total, to + i)
    return kernel.kernel()
