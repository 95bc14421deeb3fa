"""Sums and maxima over positions and channels, as linalg on tensors.

For GPUs every reduction ends in a select, which keeps IREE from spreading it over a subgroup of the size that it
expects.
"""

import math

import numpy as np

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts
from lowering.kernels.linalg import beside
from lowering.kernels.mlir import expressions, tensors, types, values
from lowering.targets import precisions


def reduce(request: kernels.Request) -> kernels.Kernel:
    """A feature map, or a vector of f32. Numbers are added up in f32: the pixels of a plane first, planes then."""
    op, x = request.op, main(request)
    inputs = {f"x{place}": each for place, each in enumerate(request.inputs)}
    masks = [kernels.array("mask", x.mask())]
    if request.out:
        masks.append(kernels.array("kept", request.out.mask().astype(precisions.DTYPES[request.y_type.element])))
    f = kernels.Function(inputs, (*constants(op), *masks))
    gpu = request.target.kind != "cpu"
    found = _values(f, request, x)
    found = tensors.grouped(f.block, found, op.groups)
    if op.pixels:
        found = _reduced(f, op, (found, "g n f p"), "g n f", gpu)
        found = _reduced(f, op, (found, "g n f"), "g" if op.frames else "g f", gpu)
    else:
        found = _reduced(f, op, (found, "g n f p"), "g f p", gpu)
    return f.kernel(_laid(f, request, found))


def main(request: kernels.Request) -> layouts.Layout:
    """The layout of the feature map that is reduced."""
    found = max(request.inputs, key=lambda each: (len(each.shape), math.prod(each.shape)))
    assert found.layout is not None
    return found.layout


def constants(op: ops.Reduce) -> list[kernels.Operand]:
    """The constants by channel of its expression."""
    by_channel = op.of.channels if op.of else ()
    return [kernels.array(f"channels{i}", values_.astype(np.float32)) for i, values_ in enumerate(by_channel)]


def neutral(op: ops.Reduce) -> float:
    """What changes no result."""
    return -math.inf if op.kind == "max" else 0.0


def combination(op: ops.Reduce) -> str:
    """The operation that combines two values."""
    return "arith.maximumf" if op.kind == "max" else "arith.addf"


def _values(f: kernels.Function, request: kernels.Request, x: layouts.Layout) -> values.Value:
    """The values f32[C, frames, plane] that are reduced, and what changes nothing between the rows of pixels."""
    op, b = request.op, f.block
    given = [beside.of(b, f[f"x{i}"], each, x, x.channels) for i, each in enumerate(request.inputs)]
    given += [(f[o.name], "c") for o in constants(op)]
    out = tensors.empty(b, types.Tensor((x.channels, x.frames, x.plane)))
    none = b.constant(neutral(op), types.F32, "none")
    with tensors.generic(b, [*given, (f["mask"], "p")], (out, "c f p"), "values") as cell:
        *found, keep = (b.cast(each, "f32") for each in cell.inputs)
        count = len(request.inputs)
        value = found[0] if op.of is None else expressions.write(b, op.of, found[:count], found[count:])
        inside = b.compare("ogt", keep, b.constant(0.0, types.F32, "zero"), "inside")
        cell.give(b.select(inside, value, none, "value"))
    return cell.result


def _reduced(
    f: kernels.Function, op: ops.Reduce, given: tuple[values.Value, str], kept: str, gpu: bool
) -> values.Value:
    """A tensor of which these axes are kept."""
    b, (source, axes) = f.block, given
    sizes = dict(zip(axes.split(), tensors.tensor(source).shape, strict=True))
    to = types.Tensor(tuple(sizes[axis] for axis in kept.split()))
    start = tensors.fill(b, b.constant(neutral(op), types.F32, "none"), to, "start")
    with tensors.generic(b, [given], (start, kept), "reduced") as cell:
        more = b.op(combination(op), cell.out, cell.inputs[0], name="more")
        if gpu:
            largest = b.constant(math.inf, types.F32, "largest")
            more = b.select(b.compare("ole", cell.inputs[0], largest, "real"), more, cell.out, "next")
        cell.give(more)
    if not gpu:
        return cell.result
    # What reads the sums is another dispatch: in one with them, IREE 3.13's SPIR-V gives wrong numbers.
    return b.let("apart", to, f"util.optimization_barrier {cell.result} : {to}")


def _laid(f: kernels.Function, request: kernels.Request, found: values.Value) -> values.Value:
    """The result times its factor, in its layout."""
    b, op = f.block, request.op
    factor = b.constant(op.factor, types.F32, "factor")
    if op.frames:
        with tensors.generic(b, [(found, "g")], (tensors.empty(b, tensors.tensor(found)), "g")) as cell:
            cell.give(b.op("arith.mulf", cell.inputs[0], factor, name="scaled"))
        return cell.result
    given = [(found, "g f" if op.pixels else "g f p"), (f["kept"], "p")]
    with tensors.generic(b, given, (tensors.empty(b, request.y_type), "g f p")) as cell:
        scaled = b.op("arith.mulf", cell.inputs[0], factor, name="scaled")
        cell.give(expressions.masked(b, cell.inputs[1], b.cast(scaled, request.y_type.element)))
    return cell.result
