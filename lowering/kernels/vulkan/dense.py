"""A packed fully connected layer for Vulkan, as loops over buffers."""

import dataclasses

import numpy as np

from lowering.kernels import dispatches, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import expressions, types

COMMENT = """A packed fully connected layer: an invocation is one output.
A workgroup is one row of outputs, whose weights its invocations load side by side."""


def dense(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(x @ kernel + bias)). A workgroup is one row of outputs, an invocation one output."""
    op, target, (x, *_) = request.op, request.target, request.inputs
    group = op.kernel.group
    macs = np.diff(op.kernel.starts).astype(np.int64)[:, None, None] * group
    grid = dispatches.grid(macs, group, target.macs_per_dispatch)
    arrays = tables.operands(
        tables.dense(op, x.type.size, x.layout), dataclasses.replace(target.precision, accumulators="f32")
    )
    out = types.Tensor((op.kernel.rows * group,))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(request.named), *arrays], out, grid)
    b, (row,) = kernel.block, kernel.workgroup("row")
    thread = b.let("thread", types.INDEX, "gpu.thread_id x")
    first, end = loops.taps_of_row(b, kernel["starts"], row)
    with b.carry("tap", first, end, [b.constant(0.0, types.F32, "zero")]) as loop:
        offset = b.cast(b.load(kernel["offsets"], loop.index, "offset32"), "index", "offset")
        x_ = b.load(kernel["x"], offset, "input")
        weight = b.load(kernel["values"], loop.index * group + thread, "weight")
        loop.next([b.op("math.fma", b.cast(weight, "f32"), b.cast(x_, "f32"), *loop.carried, name="acc")])
    to = b.index(row * group + thread, "to")
    biased = b.op("arith.addf", *loop.results, b.load(kernel["bias"], to, "bias_of"), name="biased")
    floor = b.constant(0.0 if op.relu else -np.inf, types.F32, "floor")
    value = b.op("arith.maximumf", biased, floor, name="active")
    b.store(expressions.activated(b, op.then, value), kernel["out"], to)
    return kernel.kernel()
