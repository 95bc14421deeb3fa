"""Packed fully connected layers for CPUs."""

import dataclasses

import numpy as np

from lowering.kernels import executables, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import block, expressions, types, values

COMMENT = (
    "A packed fully connected layer: a row of outputs walks its taps once, so that every weight is read once, in order."
)


def dense(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(x @ kernel + bias)). A workgroup is one row of outputs.

    Every weight is read once: the limit is memory bandwidth, so accumulators are f32 whatever the precision.
    """
    op, target, (x, *_) = request.op, request.target, request.inputs
    count, group = op.kernel.rows, op.kernel.group
    own = dataclasses.replace(target.precision, accumulators="f32")
    arrays = tables.operands(tables.dense(op, x.type.size, x.layout), own)
    grid, out = executables.Grid((count, 1, 1)), types.Tensor((count * group,))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(request.named), *arrays], out, grid)
    b, lanes = kernel.block, min(group, target.vector_bytes // np.dtype(np.float32).itemsize)
    (row,) = kernel.workgroup("row")
    first, end = loops.taps_of_row(b, kernel["starts"], row)
    to, parts = b.index(row * group, "to"), range(0, group, lanes)
    biases = [b.vector(kernel["bias"], to + i, lanes, "start") for i in parts]
    with b.carry("tap", first, end, biases) as loop:
        offset = b.cast(b.load(kernel["offsets"], loop.index, "offset32"), "index", "offset")
        x_ = b.broadcast(b.cast(b.load(kernel["x"], offset, "input"), "f32"), lanes)
        loop.next(
            [
                b.op("vector.fma", _weights(b, kernel["values"], loop.index * group + i, lanes), x_, acc, name="acc")
                for i, acc in zip(parts, loop.carried, strict=True)
            ]
        )
    floor = b.constant(0.0 if op.relu else -np.inf, types.Vector(lanes), "floor")
    for i, value in zip(parts, loop.results, strict=True):
        value = b.op("arith.maximumf", value, floor, name="active")
        b.store(expressions.activated(b, op.then, value), kernel["out"], to + i)
    return kernel.kernel()


def _weights(b: block.Block, stored: values.Value, at: values.Affine, lanes: int) -> values.Value:
    return b.cast(b.vector(stored, at, lanes, "weights"), "f32")
