"""What JAX's own operations become, on arrays in JAX's order of axes: a table by primitive."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.functions import forms, programs
from lowering.graph import ops
from lowering.graph.onnx import elementwise, model, products
from lowering.graph.onnx.calls import Array, Call, Form, cut, padded
from lowering.graph.onnx.writer import NoForm, Writer


def piece(writer: Writer, node: ops.Node, op: ops.Piece) -> None:
    """Gives all results of a piece with its first one; an operation without a form is noted as refused."""
    assert isinstance(op.program, programs.Program)
    mates = [user for user in writer.graph.nodes if isinstance(user.op, ops.Piece) and user.op.program is op.program]
    if mates[0].name != node.name:
        return
    operation = op.program.steps[-1].apply
    if not isinstance(operation, programs.Operation):
        raise ops.GraphError(f"{node.name} is several operations of JAX; export the graph before they are joined")
    try:
        tensors = _write(writer, node, operation, op)
    except NoForm as why:
        reason = op.reasons[0] if op.reasons else ops.Reason(operation.name, "")
        said = " ".join(filter(None, (operation.name, str(why))))
        writer.refused.append(f"{said} ({reason.where})" if reason.where else said)
        tensors = [f"{node.name}.refused"] * len(operation.shapes)
    for mate in mates:
        assert isinstance(mate.op, ops.Piece)
        writer.give(mate, tensors[mate.op.result], operation.shapes[mate.op.result])


def _write(writer: Writer, node: ops.Node, operation: programs.Operation, op: ops.Piece) -> Sequence[str]:
    form = FORMS.get(operation.name)
    if form is None and not elementwise.has(operation.name):
        raise NoForm
    if op.dtype not in model.CODES:
        raise NoForm(f"in {op.dtype}")
    operands = [_operand(writer, node, op.program, slot) for slot in _steps(op)[-1].operands]
    call = Call(node.name, operation.name, operation.params, operation.shapes)
    found = (form or _elementwise)(writer, call, *operands)
    return [found] if isinstance(found, str) else found


def _steps(op: ops.Piece) -> Sequence[programs.Step]:
    assert isinstance(op.program, programs.Program)
    return op.program.steps


def _operand(writer: Writer, node: ops.Node, program: Any, slot: programs.Slot) -> Array:
    kind, place, _ = slot
    if kind == "constants":
        values = np.asarray(program.constants[place])
        if values.dtype.name not in model.CODES:
            raise NoForm(f"on {values.dtype}")
        return Array(writer.constant(f"{node.name}.constant", values), values.shape, values.dtype.name, values)
    step = program.steps[place]
    laid: programs.Laid = step.apply
    if (dtype := laid.flat.dtype.name) not in model.CODES:
        raise NoForm(f"on {dtype}")
    source = node.inputs[step.operands[0][1]]
    plain = tuple(laid.order) == tuple(range(len(laid.order)))
    if plain:
        return Array(writer.array(source, laid.shape), laid.shape, dtype)
    turned = writer.transpose(writer.array(source, tuple(laid.sizes)), laid.order, node.name)
    have = tuple(laid.sizes[axis] for axis in laid.order)
    return Array(writer.reshape(turned, have, laid.shape, node.name), laid.shape, dtype)


def _elementwise(writer: Writer, call: Call, *xs: Array) -> str:
    if call.primitive == "select_n" and (len(xs) != 3 or xs[0].dtype != "bool"):
        raise NoForm("by a number")
    return elementwise.write(writer, call.primitive, [x.tensor for x in xs], call.name, xs[-1].dtype)


def _same(writer: Writer, call: Call, x: Array, *_: Array) -> str:
    return x.tensor


def _reshape(writer: Writer, call: Call, x: Array, *_: Array) -> str:
    order = call.params.get("dimensions") if call.primitive == "reshape" else None
    if order is not None:  # as Fortran reads the axes
        turned = writer.transpose(x.tensor, order, f"{call.name}.turned")
        return writer.reshape(turned, tuple(x.shape[axis] for axis in order), call.shapes[0], call.name)
    return writer.reshape(x.tensor, x.shape, call.shapes[0], call.name)


def _broadcast(writer: Writer, call: Call, x: Array, *_: Array) -> str:
    to = call.shapes[0]
    at = dict(zip(call.params["broadcast_dimensions"], x.shape, strict=True))
    thin = tuple(at.get(axis, 1) for axis in range(len(to)))
    tensor = writer.reshape(x.tensor, x.shape, thin, call.name)
    return tensor if thin == to else writer.add("Expand", [tensor], call.name, shape=to)


def _transpose(writer: Writer, call: Call, x: Array) -> str:
    return writer.transpose(x.tensor, call.params["permutation"], call.name)


def _slice(writer: Writer, call: Call, x: Array) -> str:
    p = call.params
    return cut(writer, call.name, x.tensor, p["start_indices"], p["limit_indices"], p["strides"])


def _dynamic_slice(writer: Writer, call: Call, x: Array, *starts: Array) -> str:
    sizes = call.params["slice_sizes"]
    if any(start.values is None for start in starts):
        raise NoForm("from a place that is computed")
    at = [int(start.values) for start in starts if start.values is not None]
    first = [min(max(s, 0), n - size) for s, n, size in zip(at, x.shape, sizes, strict=True)]
    return cut(writer, call.name, x.tensor, first, [s + n for s, n in zip(first, sizes, strict=True)])


def _reverse(writer: Writer, call: Call, x: Array) -> str:
    axes = call.params["dimensions"]
    every = {"starts": [-1] * len(axes), "ends": [-(1 << 31)] * len(axes), "axes": axes, "steps": [-1] * len(axes)}
    return writer.add("Slice", [x.tensor], call.name, **every)


def _pad(writer: Writer, call: Call, x: Array, value: Array) -> str:
    config = call.params["padding_config"]
    if any(inner for _, _, inner in config):
        raise NoForm("between elements")
    return padded(writer, call.name, x, [(low, high) for low, high, _ in config], value.tensor)


def _concatenate(writer: Writer, call: Call, *xs: Array) -> str:
    return writer.add("Concat", [x.tensor for x in xs], call.name, axis=call.params["dimension"])


def _split(writer: Writer, call: Call, x: Array) -> Sequence[str]:
    names = [call.name] * len(call.shapes)
    return writer.add_several("Split", [x.tensor], names, axis=call.params["axis"], split=call.params["sizes"])


def _convert(writer: Writer, call: Call, x: Array) -> str:
    to = np.dtype(call.params["new_dtype"]).name
    if to == x.dtype:
        return x.tensor
    is_saturated = np.dtype(x.dtype).kind == "f" and np.dtype(to).kind in "iu"
    return _saturated(writer, call.name, x, to) if is_saturated else writer.cast(x.tensor, to, call.name)


def _saturated(writer: Writer, name: str, x: Array, to: str) -> str:
    """Floats as the nearest integers that the type has, and no number as 0: ONNX leaves open what these become."""
    least, largest, most = forms.bounds(to)
    given = x.tensor if x.dtype == "float32" else writer.cast(x.tensor, "float32", name)
    zero = elementwise.number(writer, 0.0, "float32")
    given = writer.add("Where", [writer.add("Equal", [given, given], name), given, zero], name)
    low, high = (elementwise.number(writer, float(value), "float32") for value in (least, largest))
    inside = writer.add("Min", [writer.add("Max", [given, low], name), high], name)
    found = writer.cast(inside, to, name)
    if largest == most:
        return found
    return writer.add(
        "Where", [writer.add("Greater", [given, high], name), elementwise.number(writer, most, to), found], name
    )


def _integer_power(writer: Writer, call: Call, x: Array) -> str:
    power = elementwise.number(writer, call.params["y"], x.dtype)
    return writer.add("Pow", [x.tensor, power], call.name)


def _reduce(kind: str) -> Form:
    def form(writer: Writer, call: Call, x: Array) -> str:
        axes = list(call.params["axes"])
        return writer.add(kind, [x.tensor], call.name, axes=axes, keepdims=0) if axes else x.tensor

    return form


def _index(kind: str) -> Form:
    def form(writer: Writer, call: Call, x: Array) -> str:
        (axis,) = call.params["axes"]
        found = writer.add(kind, [x.tensor], call.name, axis=axis, keepdims=0)
        return writer.cast(found, np.dtype(call.params["index_dtype"]).name, call.name)

    return form


def _cumulative_sum(writer: Writer, call: Call, x: Array) -> str:
    p = call.params
    return writer.add("CumSum", [x.tensor], call.name, axis=p["axis"], reverse=int(p["reverse"]))


def _top(writer: Writer, call: Call, x: Array) -> Sequence[str]:
    axis = call.params.get("axis", -1)
    names = [call.name] * 2
    found, places = writer.add_several("TopK", [x.tensor], names, k=call.params["k"], axis=axis, largest=1)
    return found, writer.cast(places, "int32", call.name)


def _sort(writer: Writer, call: Call, *xs: Array) -> Sequence[str]:
    if len(xs) != 1:
        raise NoForm("of several arrays together")
    if xs[0].dtype == "bool":
        raise NoForm("of truths")
    axis, names = call.params["dimension"], [call.name] * 2
    every = {"k": xs[0].shape[axis], "axis": axis, "largest": 0}
    return writer.add_several("TopK", [xs[0].tensor], names, **every)[:1]


def _gather(writer: Writer, call: Call, x: Array, places: Array) -> str:
    """Whole slices along one axis at constant places."""
    numbers, sizes = call.params["dimension_numbers"], call.params["slice_sizes"]
    axes, offsets = tuple(numbers.start_index_map), numbers.offset_dims
    whole = [size for axis, size in enumerate(x.shape) if axis not in axes]
    if len(axes) != 1 or tuple(numbers.collapsed_slice_dims) != axes or places.values is None:
        raise NoForm("but at constant places along one axis")
    (axis,), at = axes, places.values[..., 0]
    inserted = tuple(place for place in range(len(call.shapes[0])) if place not in offsets)
    if (
        [size for place, size in enumerate(sizes) if place != axis] != whole
        or at.min() < 0
        or at.max() >= x.shape[axis]
    ):
        raise NoForm("but of whole slices at places inside of an array")
    if inserted != tuple(range(axis, axis + at.ndim)):
        raise NoForm("with its axes in another order")
    found = writer.constant(f"{call.name}.places", at.astype(np.int64))
    return writer.add("Gather", [x.tensor, found], call.name, axis=axis)


FORMS: dict[str, Form] = {
    **dict.fromkeys(("copy", "copy_p", "stop_gradient", "optimization_barrier"), _same),
    **dict.fromkeys(("reshape", "squeeze", "expand_dims"), _reshape),
    "broadcast_in_dim": _broadcast,
    "transpose": _transpose,
    "slice": _slice,
    "dynamic_slice": _dynamic_slice,
    "rev": _reverse,
    "pad": _pad,
    "concatenate": _concatenate,
    "split": _split,
    "convert_element_type": _convert,
    "integer_pow": _integer_power,
    "reduce_sum": _reduce("ReduceSum"),
    "reduce_max": _reduce("ReduceMax"),
    "reduce_min": _reduce("ReduceMin"),
    "reduce_prod": _reduce("ReduceProd"),
    "argmax": _index("ArgMax"),
    "argmin": _index("ArgMin"),
    "cumsum": _cumulative_sum,
    "top_k": _top,
    "sort": _sort,
    "gather": _gather,
    "dot_general": products.dot,
    "conv_general_dilated": products.conv,
}
