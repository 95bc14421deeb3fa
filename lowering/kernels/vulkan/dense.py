"""Packed fully connected layers for Vulkan, as loops over buffers."""

import dataclasses

import numpy as np

from lowering.graph import packed
from lowering.kernels import dispatches, loops, tables
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import expressions, rescale, types
from lowering.kernels.vulkan import dots
from lowering.targets import gpus

COMMENT = """A packed fully connected layer: an invocation is one output.
A workgroup is one row of outputs, whose weights its invocations load side by side."""
WORDS = """A packed fully connected layer of int8, four inputs to a word: an invocation is four outputs.
A workgroup is some rows of outputs, whose weights its invocations load side by side."""


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
    thread = kernel.thread()
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


def of_integers(request: kernels.Request) -> kernels.Kernel:
    """The same of int8, whose result is int8, four to a word, or f32. A workgroup is a few rows of outputs."""
    op, (x, *_) = request.op, request.inputs
    op = dataclasses.replace(op, kernel=packed.words(op.kernel, x.shape[-1] if x.layout else 0))
    count, rows = op.kernel.group // packed.WORD, op.kernel.rows
    each = min(rows, gpus.INVOCATIONS // count)
    macs = np.add.reduceat(np.diff(op.kernel.starts), np.arange(0, rows, each)) * (op.kernel.group * packed.WORD)
    grid = dispatches.grid(macs[:, None, None].astype(np.int64), each * count, request.target.macs_per_dispatch)
    arrays = tables.operands(tables.dense_words(op, x.type.size, x.layout, 0), request.target.precision)
    by_filter = ("values", "bias", "factors")
    arrays = [dataclasses.replace(one, width=packed.WORD if one.name in by_filter else 1) for one in arrays]
    out = types.Tensor((rows * count,), kernels.WORDS) if request.words else types.Tensor((op.kernel.filled,))
    kernel = loops.Loops(WORDS, [*kernels.arguments(request.named), *arrays], out, grid)
    b, (part,) = kernel.block, kernel.workgroup("part")
    thread = kernel.thread()
    to = b.min(part * (each * count) + thread, rows * count - 1, name="to")  # of four outputs
    first, end = loops.taps_of_row(b, kernel["starts"], b.index(to // count, "row"))
    with b.carry("tap", first, end, dots.lanes(b, b.load(kernel["bias"], to, "bias_of"))) as loop:
        offset = b.cast(b.load(kernel["offsets"], loop.index, "offset32"), "index", "offset")
        weights = b.load(kernel["values"], loop.index * count + to % count, "weights")
        loop.next(dots.added(b, b.load(kernel["x"], offset, "input"), dots.lanes(b, weights, "weight"), loop.carried))
    value = rescale.scaled(b, b.elements(loop.results, "sums"), b.load(kernel["factors"], to, "factors"))
    if request.words:
        b.store(dots.word(b, value, op.relu), kernel["out"], to)
    else:
        for i, result in enumerate(dots.lanes(b, rescale.wide(b, value, op.relu), "result")):
            b.store(result, kernel["out"], to * packed.WORD + i)
    return kernel.kernel()
