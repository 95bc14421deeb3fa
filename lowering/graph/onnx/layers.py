"""What each operation of the graph becomes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lowering.graph import groups, ops
from lowering.graph.onnx import elementwise, moves, pieces, quantised
from lowering.graph.onnx.writer import PASSES_ORDER, Writer

Form = Callable[[Writer, ops.Node, Any], None]


def conv(writer: Writer, node: ops.Node, op: ops.Conv) -> None:
    """A Conv, and what its epilogue does."""
    among = groups.count(op.kernel)  # of the integers there could be more
    kind, kernel, attributes = _convolution(op, among)
    axis = 0 if kind == "Conv" else 1
    weights = quantised.weights(writer, node, op, lambda op: _convolution(op, among)[1], axis) or [
        writer.weight(f"{node.name}.kernel", kernel),
        writer.weight(f"{node.name}.bias", op.bias),
    ]
    source, *residual = map(writer.value, node.inputs)
    steps = [kind, *(["Add"] if residual else []), *(["Relu"] if op.relu else [])]
    tensor = source
    for step in steps:
        others = {kind: weights, "Add": residual}.get(step, [])
        name = node.name if step == steps[-1] else f"{node.name}.{'linear' if step == kind else 'sum'}"
        tensor = writer.add(step, [tensor, *others], name, **(attributes if step == kind else {}))
    writer.give(node, tensor)


def _convolution(op: ops.Conv, among: int) -> tuple[str, np.ndarray, dict[str, Any]]:
    """The operation, its kernel and its attributes. That of a ConvTranspose is [I, O, ...] and back to front.

    among: groups that the kernel's zeros keep apart, which a Conv says.
    """
    dilations = {"dilations": list(op.dilation)} if max(op.dilation) > 1 else {}
    if max(op.spread) == 1:
        kernel = groups.split(op.kernel, among).transpose(4, 3, 0, 1, 2)
        shared = {"group": among} if among > 1 else {}
        return "Conv", kernel, window(op.kernel.shape[:3], op.strides, op.padding) | dilations | shared
    ends = list(zip(op.extent, op.padding, strict=True))
    pads = [(far - 1 - low, max(far - 1 - high, 0)) for far, (low, high) in ends]
    more = [max(high - far + 1, 0) for far, (_, high) in ends]
    dilations |= {"output_padding": more} if any(more) else {}
    kernel = op.kernel[::-1, ::-1, ::-1].transpose(3, 4, 0, 1, 2)
    return "ConvTranspose", kernel, window(op.kernel.shape[:3], op.spread, pads) | dilations


def dense(writer: Writer, node: ops.Node, op: ops.Dense) -> None:
    """A Gemm, and the ReLU after it."""
    turned = lambda op: _rows(writer, node, op.kernel).T
    weights = quantised.weights(writer, node, op, turned) or [
        writer.weight(f"{node.name}.kernel", turned(op)),
        writer.weight(f"{node.name}.bias", op.bias),
    ]
    inputs = [writer.value(node.inputs[0]), *weights]
    tensor = writer.add("Gemm", inputs, f"{node.name}.linear" if op.relu else node.name, transB=1)
    writer.give(node, writer.add("Relu", [tensor], node.name) if op.relu else tensor)


def same(writer: Writer, node: ops.Node, op: ops.Add | ops.Relu) -> None:
    """An operation that ONNX calls as we do."""
    writer.give(node, writer.add(type(op).__name__, [writer.value(name) for name in node.inputs], node.name))


def along_channels(writer: Writer, node: ops.Node, op: ops.Concat | ops.Softmax) -> None:
    """One that works along an axis: our last, ONNX's second."""
    writer.give(node, writer.add(type(op).__name__, [writer.value(name) for name in node.inputs], node.name, axis=1))


def affine(writer: Writer, node: ops.Node, op: ops.Affine) -> None:
    """Mul and Add by channel, or one of them; one that changes nothing is left out."""
    tensor, shape = writer.value(node.inputs[0]), writer.graph[node.inputs[0]].shape
    by_channel = lambda values: values.reshape(-1, 1, 1, 1) if len(shape) == 4 else _rows(writer, node, values)
    steps = [("Mul", "scale", op.scale)] if (op.scale != 1).any() else []
    steps += [("Add", "shift", op.shift)] if op.shift.any() else []
    for number, (kind, what, values) in enumerate(steps, 1):
        weight = writer.weight(f"{node.name}.{what}", by_channel(values))
        tensor = writer.add(kind, [tensor, weight], node.name if number == len(steps) else f"{node.name}.{what}ed")
    writer.give(node, tensor)


def max_pool(writer: Writer, node: ops.Node, op: ops.MaxPool) -> None:
    """A MaxPool."""
    _pool(writer, node, op, "MaxPool")


def mean_pool(writer: Writer, node: ops.Node, op: ops.AvgPool) -> None:
    """An AveragePool in which the zeros outside count."""
    _pool(writer, node, op, "AveragePool", count_include_pad=1)


def flatten(writer: Writer, node: ops.Node, op: ops.Reshape) -> None:
    """Flattened as it lies where only dense layers read it, whose weights are permuted; else nothing yet."""
    shape = writer.graph[node.inputs[0]].shape
    tensor = writer.as_map(node.inputs[0], shape)
    if _only_dense(writer, node.name):
        writer.in_map_order[node.name] = shape
        writer.give(node, writer.add("Flatten", [tensor], node.name, axis=1))
    else:
        writer.give_map(node, tensor, shape)


def to_map(writer: Writer, node: ops.Node, op: ops.ToMap) -> None:
    """A Transpose, unless the array came from such a feature map."""
    writer.give(node, writer.as_map(node.inputs[0], op.to))


def resample(writer: Writer, node: ops.Node, op: ops.Resample) -> None:
    """A MatMul with the matrix: of the last axis as it lies, of the one before from the left, of frames turned."""
    tensor = writer.value(node.inputs[0])
    matrix = writer.weight(f"{node.name}.matrix", op.matrix.T if op.axis == 2 else op.matrix)
    turned = (0, 1, 3, 2, 4)  # frames and height in each other's place: the inverse of itself
    if op.axis == 0:
        tensor = writer.transpose(tensor, turned, node.name)
    found = writer.add("MatMul", [tensor, matrix] if op.axis == 2 else [matrix, tensor], node.name)
    writer.give(node, writer.transpose(found, turned, node.name) if op.axis == 0 else found)


def pointwise(writer: Writer, node: ops.Node, op: ops.Pointwise) -> None:
    """Operations of ONNX for each step of the expression."""
    on_map = len(node.shape) == 4
    by_channel = (1, node.shape[-1], 1, 1, 1) if on_map else (1, *node.shape)
    inputs = [_beside(writer, node, name) for name in node.inputs]
    channels = [
        writer.weight(f"{node.name}.channels", values.reshape(by_channel[1:] if on_map else by_channel))
        for values in op.channels
    ]
    truths = [
        isinstance(inner := writer.graph[name].op, ops.Pointwise) and inner.dtype == "bool" for name in node.inputs
    ]
    writer.give(node, elementwise.expression(writer, node.name, op, elementwise.Read(inputs, truths, channels)))


def reduce(writer: Writer, node: ops.Node, op: ops.Reduce) -> None:
    """A ReduceSum or ReduceMax of the groups of channels, and a Mul by the factor."""
    if op.of is not None:
        fix = "export the graph before expressions are merged"
        raise ops.GraphError(f"{node.name} computes what it adds up, which has no form in ONNX; {fix}")
    frames, height, width, channels = shape = writer.graph[node.inputs[0]].shape
    grouped = (1, op.groups, channels // op.groups, frames, height, width)
    tensor = writer.reshape(writer.as_map(node.inputs[0], shape), (1, channels, *shape[:3]), grouped, f"{node.name}.of")
    axes = [2, *([3] if op.frames else []), *([4, 5] if op.pixels else [])]
    kept = [size for axis, size in enumerate(grouped) if axis not in axes]
    tensor = writer.add("ReduceMax" if op.kind == "max" else "ReduceSum", [tensor], node.name, axes=axes, keepdims=0)
    if op.factor != 1:
        tensor = writer.add("Mul", [tensor, writer.weight(f"{node.name}.factor", np.asarray(op.factor))], node.name)
    to = (1, op.groups) if op.frames else (1, op.groups, *node.shape[:3])
    writer.give(node, writer.reshape(tensor, tuple(kept), to, node.name))


def window(window: Sequence[int], strides: Sequence[int], padding: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """Attributes; kernel_shape may be left out by the standard, but MNN's converter needs it."""
    pads = [low for low, _ in padding] + [high for _, high in padding]
    return {"kernel_shape": list(window), "strides": list(strides), "pads": pads}


def _pool(writer: Writer, node: ops.Node, op: ops.MaxPool | ops.AvgPool, kind: str, **attributes: Any) -> None:
    """A pool. Engines refuse windows that lie wholly outside."""
    if any(max(pads) >= size for pads, size in zip(op.padding, op.window, strict=True)):
        pads = f"{node.name} has pads {op.padding} for a window of {op.window}"
        raise ops.GraphError(f"{pads}; engines want pads smaller than the window")
    attributes |= window(op.window, op.strides, op.padding)
    writer.give(node, writer.add(kind, [writer.value(node.inputs[0])], node.name, **attributes))


def _rows(writer: Writer, node: ops.Node, kernel: np.ndarray) -> np.ndarray:
    """The rows of a dense kernel [I, O], or of a vector [I], in the order in which the node's input lies."""
    shape = writer.in_map_order.get(node.inputs[0])
    return kernel if shape is None else np.moveaxis(kernel.reshape(*shape, -1), 3, 0).reshape(kernel.shape)


def _beside(writer: Writer, node: ops.Node, name: str) -> str:
    """What an expression reads, with the axes of its result and a number for each channel, or for all."""
    (*positions, channels), count = writer.graph[name].shape, node.shape[-1]
    if len(node.shape) == 4 and not positions:
        tensor = writer.array(name, (1, channels, 1, 1, 1))
    else:
        tensor = writer.value(name)
    if channels in (1, count):
        return tensor
    places = writer.constant(f"{node.name}.groups", np.repeat(np.arange(channels), count // channels))
    return writer.add("Gather", [tensor, places], f"{node.name}.grouped", axis=1)


def _only_dense(writer: Writer, name: str) -> bool:
    """Whether only dense layers read a value, or what passes it on to them alone."""
    users = writer.graph.users[name]
    passes = lambda user: isinstance(user.op, PASSES_ORDER) and _only_dense(writer, user.name)
    return bool(users) and all(isinstance(u.op, ops.Dense | ops.PackedDense) or passes(u) for u in users)


def _nothing(writer: Writer, node: ops.Node, op: ops.Op) -> None:
    """Inputs and results, which the writer knows."""


# What each operation becomes, and what to do about those that have no form.
FORMS: dict[type[ops.Op], Form] = {
    ops.Input: _nothing,
    ops.Results: _nothing,
    ops.Conv: conv,
    ops.Depthwise: lambda writer, node, op: conv(writer, node, op.spelt_out),
    ops.PackedConv: lambda writer, node, op: conv(writer, node, op.unpacked),
    ops.Dense: dense,
    ops.PackedDense: lambda writer, node, op: dense(writer, node, op.unpacked),
    ops.Affine: affine,
    ops.Add: same,
    ops.Relu: same,
    ops.FakeQuantise: quantised.step,
    ops.MaxPool: max_pool,
    ops.AvgPool: mean_pool,
    ops.Concat: along_channels,
    ops.Softmax: along_channels,
    ops.Reshape: flatten,
    ops.ToMap: to_map,
    ops.Pointwise: pointwise,
    ops.Resample: resample,
    ops.Mosaic: moves.mosaic,
    ops.Reduce: reduce,
    ops.Piece: pieces.piece,
}
WITHOUT_FORM: dict[type[ops.Op], str] = {
    ops.State: "export the network of clips",
    **dict.fromkeys((ops.Quantise, ops.Dequantise), "export the graph before layers become integers"),
    ops.SpaceToDepth: "export the graph before its strides are split",
    ops.FusedConvs: "export the graph before its kernels are fused",
    ops.FusedPool: "export the graph before its kernels are fused",
    ops.TransformedConv: "export a network whose kernels are not transformed",
    ops.WinogradInput: "export the graph before Winograd's filtering is used",
    ops.WinogradResult: "export the graph before Winograd's filtering is used",
    ops.WinogradFrames: "export the graph before Winograd's filtering is used",
    ops.FusedWinograd: "export the graph before Winograd's filtering is used",
}


def forms(graph: ops.Graph) -> Writer:
    """Everything that the graph's nodes become. GraphError for operations without a form."""
    writer = Writer(graph)
    for node in graph.nodes:
        form = FORMS.get(type(node.op))
        if form is None:
            kind = type(node.op).__name__
            raise ops.GraphError(f"{node.name} is a {kind}, which has no form in ONNX; {WITHOUT_FORM[type(node.op)]}")
        if getattr(node.op, "then", None) is not None:
            fix = "export the graph before activations are fused"
            raise ops.GraphError(f"{node.name} has an activation in it, which has no form in ONNX; {fix}")
        if isinstance(node.op, PASSES_ORDER) and node.inputs[0] in writer.in_map_order:
            writer.in_map_order[node.name] = writer.in_map_order[node.inputs[0]]
        form(writer, node, node.op)
    if writer.refused:
        places = ", ".join(dict.fromkeys(writer.refused))
        raise ops.GraphError(f"without a form in ONNX: {places}; write it otherwise, or lower the network to a bundle")
    return writer
