"""Packed fully connected layers as linalg on tensors."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels import tables
from lowering.kernels.linalg import regions, schedules, slices
from lowering.kernels.mlir import expressions, tensors, types
from lowering.kernels.mlir.values import Value
from lowering.targets import targets


def dense(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(x @ kernel + bias)), in f32.

    Each row walks its taps once, so that every weight is read once, in order.
    """
    op, target, x = request.op, request.target, request.inputs[0]
    found, group = tables.dense(op, x.type.size, x.layout), max(2, op.kernel.group)
    for name in ("values", "bias"):  # IREE would take away the axis of a single output
        found[name] = np.pad(found[name], ((0, 0), (0, group - op.kernel.group)))
    arrays = tables.operands(found, dataclasses.replace(target.precision, accumulators="f32"))
    f = kernels.Function(request.named, tuple(arrays))
    f.aliases |= schedules.packed(target)
    f.block.comment("A packed fully connected layer: a tap is one input, and its weights for the outputs of a row.")
    operands = {array.name: f[array.name] for array in arrays} | {"x": tensors.flatten(f.block, f["x"])}
    out, result = types.Tensor((op.kernel.rows * group,)), None
    macs = np.diff(op.kernel.starts).astype(np.int64) * group
    for first, end in schedules.shares(macs, target.macs_per_dispatch):
        with regions.dispatch(f.block, operands, out, first * group, result) as d:
            d.give(_rows(op, d, (first, end), target))
        result = d.result
    assert result is not None
    return f.kernel(result)


def _rows(op: ops.PackedDense, d: regions.Dispatch, rows: tuple[int, int], target: targets.Target) -> Value:
    """The outputs of some rows, each of which is a workgroup; on a GPU, four of its outputs are an invocation."""
    b, (first, end) = d.block, rows
    group = tensors.tensor(d["values"]).shape[1]
    whole = tensors.empty(b, types.Tensor(((end - first) * group,)))
    with slices.parallel(b, {"r": end - first}, whole, ["#iree_codegen.workgroup_mapping<x>"]) as grid:
        r, starts = grid.indices[0], []
        row = b.index(r + first, "row")
        for name, place in (("first_tap", row), ("end_tap", row + 1)):
            starts.append(b.cast(tensors.extract(b, d["starts"], [place], f"{name}32"), "index", name))
        part = slices.cut(b, grid.before, [r * group], [group], "outputs")
        if target.kind == "cpu":
            part = _outputs(op, d, (row, b.index(0)), group, starts)
        else:
            width = min(4, group)
            with slices.parallel(b, {"invocation": group // width}, part, ["#gpu.thread<x>"]) as each:
                at = b.index(each.indices[0] * width, "first_output")
                each.give(_outputs(op, d, (row, at), width, starts), [at], [width])
            part = each.after
        grid.give(part, [r * group], [group])
    return grid.after


def _outputs(
    op: ops.PackedDense, d: regions.Dispatch, at: tuple[Value, Value], count: int, starts: list[Value]
) -> Value:
    """`count` outputs of a row, from the second of `at` on."""
    b, (row, first) = d.block, at
    bias = slices.cut(b, d["bias"], [row, first], [None, count], "row_bias")
    fresh = tensors.empty(b, types.Tensor((count,)), "fresh")
    init = b.let(
        "init", fresh.type, f"linalg.copy ins({bias} : {bias.type}) outs({fresh} : {fresh.type}) -> {fresh.type}"
    )
    with b.carry("tap", starts[0], starts[1], [init], carried="accumulators") as loop:
        offset = b.cast(tensors.extract(b, d["offsets"], [loop.index], "offset32"), "index", "offset")
        value = b.cast(tensors.extract(b, d["x"], [offset], "input"), "f32", "wide_input")
        weights = slices.cut(b, d["values"], [loop.index, first], [None, count], "weights")
        with tensors.generic(b, [(weights, "m")], (loop.carried[0], "m"), "next", True, schedules.PACKED) as cell:
            cell.give(schedules.multiply_add(b, b.cast(cell.inputs[0], "f32", "wide"), value, cell.out))
        loop.next([cell.result])
    if op.is_linear:
        return loop.results[0]
    with tensors.generic(
        b, [(loop.results[0], "m")], (tensors.empty(b, tensors.tensor(fresh), "fresh"), "m"), "done"
    ) as cell:
        value = cell.inputs[0]
        if op.relu:
            value = b.op("arith.maximumf", value, b.constant(0.0, types.F32, "zero"), name="active")
        cell.give(expressions.activated(b, op.then, value))
    return cell.result
