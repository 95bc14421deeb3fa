"""How the kernels of convolutions on CPUs end: ReLU, activation, rounding, zeros between the rows of pixels."""

from collections.abc import Sequence

from lowering.graph import ops
from lowering.kernels.cpu import dots
from lowering.kernels.mlir import block, expressions, rescale, types
from lowering.kernels.mlir.values import Value
from lowering.targets import precisions, targets


def activated(b: block.Block, op: ops.PackedConv | ops.Depthwise, value: Value) -> Value:
    """then?(relu?(value)), a vector of accumulators."""
    assert isinstance(value.type, types.Vector)
    if op.relu:
        floor = b.constant(0.0, value.type, "zeros")
        value = b.op(precisions.MAXIMUM[value.type.element], value, floor, name="active")
    return expressions.activated(b, op.then, value)


def quantised(b: block.Block, op: ops.PackedConv, four: Sequence[Value], target: targets.Target) -> Value:
    """Words of the results of four filters of a convolution of f32, its ReLU and activation included."""
    kind = four[0].type
    assert op.quantise is not None and isinstance(kind, types.Vector)
    four = [value if op.then is None else activated(b, op, value) for value in four]
    factor = b.constant(float(op.quantise.factor), kind, "factor")
    return rescale.word(b, four, factor, dots.Dots.of(target).offset, op.relu and op.then is None)


def kept(b: block.Block, value: Value, keep: Value, zeros: float = 0) -> Value:
    """The value at pixels, and between the rows of pixels what lies in memory there."""
    assert isinstance(keep.type, types.Vector) and isinstance(value.type, types.Vector)
    pixel = b.compare("ogt", keep, b.constant(0.0, keep.type, "zero"), "is_pixel")
    return b.select(pixel, value, b.constant(zeros, value.type, "zeros"), "kept")


def masked(b: block.Block, op: ops.PackedConv | ops.Depthwise, value: Value, keep: Value, finite: bool = True) -> Value:
    """Zeros between the rows of pixels.

    finite: whether what is computed there is a number, so that the mask's zeros make it zero by a product.
    """
    if finite and op.then is None:
        return b.op("arith.mulf", value, keep, name="kept")
    return expressions.masked(b, keep, value)
