"""Graph -> ONNX: the same network for other engines, in their own layout.

The model's input is `clip` f32[1, C, D, H, W] (NCDHW), its output `logits` f32[1, classes]. Several inputs keep the
graph's names, vectors are f32[1, K], and a result that is a feature map is NCDHW too. NCDHW is what ONNX defines
and what the engines compute in: kernels are permuted here, and so are the weights of a dense layer that reads a
flattened feature map, so that nothing is transposed at run time.
"""

import json
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lowering.graph import onnx_expressions, ops
from lowering.system import extras, files

with extras.need("peers"):
    import onnx
    from onnx import helper, numpy_helper

OPSET = 17  # with IR version 8: read by every engine of the last years
IR_VERSION = 8
INPUT, OUTPUT = "clip", "logits"
PASSES_ORDER = (ops.Relu, ops.Affine)
Step = tuple[str, list[str], dict[str, Any]]  # kind, inputs besides the step before, attributes
RELU: Step = ("Relu", [], {})


def export(graph: ops.Graph, metadata: Mapping[str, Any] | None = None) -> onnx.ModelProto:
    """The model of a graph as traced or after stages.ALGEBRA, kernels packed or not; checked with onnx.checker.

    metadata goes into metadata_props (text as it is, other values as JSON), beside "layout". GraphError for
    operations without a form in ONNX (export before strides are split and kernels fused) and for a pool with
    windows wholly outside.
    """
    writer = _Writer(graph)
    for node in graph.nodes:
        writer.node(node)
    inputs = [_value(writer.names.get(node.name, node.name), _ncdhw(node.shape)) for node in graph.inputs]
    outputs = [_value(OUTPUT, _ncdhw(graph.output.shape))]
    model = helper.make_model(
        helper.make_graph(writer.nodes, "network", inputs, outputs, writer.weights),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="rt3d-jax",
    )
    props = {**(metadata or {}), "layout": "NCDHW"}
    helper.set_model_props(model, {k: v if isinstance(v, str) else json.dumps(v) for k, v in props.items()})
    onnx.checker.check_model(model)
    return model


def write(path: pathlib.Path, model: onnx.ModelProto) -> None:
    """Write the model as one file, whole or not at all."""
    with files.whole(path) as part:
        onnx.save(model, os.fspath(part))


def to_input(clip: np.ndarray) -> np.ndarray:
    """An input as the model reads it: f32[1, C, D, H, W] from f32[1, D, H, W, C]; a vector f32[1, K] as it is."""
    return np.ascontiguousarray(np.moveaxis(clip, -1, 1), np.float32)


class _Writer:
    """ONNX nodes and weights, in the order of the graph.

    `flat` holds the shapes of flattened values that lie in NCDHW order.
    """

    def __init__(self, graph: ops.Graph) -> None:
        self.graph = graph
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.flat: dict[str, ops.Shape] = {}
        first = {graph.inputs[0].name: INPUT} if len(graph.inputs) == 1 else {}
        self.names = {name: f"{name}.value" for name in (INPUT, OUTPUT)} | first
        if not isinstance(graph.output.op, ops.Input):
            self.names[graph.result] = OUTPUT

    def node(self, node: ops.Node) -> None:
        """Appends what one node of the graph becomes."""
        form = FORMS.get(type(node.op))
        if form is None:
            kind = type(node.op).__name__
            raise ops.GraphError(f"{node.name} is a {kind}, which has no form in ONNX; {WITHOUT_FORM[type(node.op)]}")
        if getattr(node.op, "then", None) is not None:
            fix = "export the graph before activations are fused"
            raise ops.GraphError(f"{node.name} has an activation in it, which has no form in ONNX; {fix}")
        if isinstance(node.op, PASSES_ORDER) and node.inputs[0] in self.flat:
            self.flat[node.name] = self.flat[node.inputs[0]]
        form(self, node, node.op, [self.names.get(name, name) for name in node.inputs])

    def input(self, node: ops.Node, op: ops.Input, inputs: list[str]) -> None:
        """Nothing; an Identity if it is the result too."""
        if node.name == self.graph.result:
            name = self.names.get(node.name, node.name)
            self.nodes.append(helper.make_node("Identity", [name], [OUTPUT], OUTPUT))

    def conv(self, node: ops.Node, op: ops.Conv, inputs: list[str]) -> None:
        """A Conv, and what its epilogue does."""
        weights = [self.weight(f"{node.name}.kernel", _oidhw(op.kernel)), self.weight(f"{node.name}.bias", op.bias)]
        attributes = _window(op.kernel.shape[:3], op.strides, op.padding)
        steps: list[Step] = [("Conv", [*inputs[:1], *weights], attributes)]
        steps += [("Add", inputs[1:], {})] if len(inputs) > 1 else []
        self.steps(node, [*steps, *([RELU] if op.relu else [])])

    def dense(self, node: ops.Node, op: ops.Dense, inputs: list[str]) -> None:
        """A Gemm, and the ReLU after it."""
        kernel = self.rows(node, op.kernel).T
        weights = [self.weight(f"{node.name}.kernel", kernel), self.weight(f"{node.name}.bias", op.bias)]
        self.steps(node, [("Gemm", [*inputs, *weights], {"transB": 1}), *([RELU] if op.relu else [])])

    def steps(self, node: ops.Node, steps: list[Step]) -> None:
        """ONNX nodes one after the other, each reading the one before; the last has the node's name."""
        before: list[str] = []
        for number, (kind, inputs, attributes) in enumerate(steps, 1):
            name = node.name if number == len(steps) else f"{node.name}.{'linear' if number == 1 else 'sum'}"
            self.add(kind, [*before, *inputs], name, **attributes)
            before = [self.names.get(name, name)]

    def packed_conv(self, node: ops.Node, op: ops.PackedConv, inputs: list[str]) -> None:
        self.conv(node, op.unpacked, inputs)

    def packed_dense(self, node: ops.Node, op: ops.PackedDense, inputs: list[str]) -> None:
        self.dense(node, op.unpacked, inputs)

    def same(self, node: ops.Node, op: ops.Add | ops.Relu, inputs: list[str]) -> None:
        """An operation that ONNX calls as we do."""
        self.add(type(op).__name__, inputs, node.name)

    def along_channels(self, node: ops.Node, op: ops.Concat | ops.Softmax, inputs: list[str]) -> None:
        """One that works along an axis: our last, ONNX's second."""
        self.add(type(op).__name__, inputs, node.name, axis=1)

    def affine(self, node: ops.Node, op: ops.Affine, inputs: list[str]) -> None:
        """Mul and Add by channel; one that changes nothing is left out, both leave an Identity."""
        (source,), shape = inputs, self.graph[node.inputs[0]].shape
        steps = [("Mul", "scale", op.scale)] if (op.scale != 1).any() else []
        steps += [("Add", "shift", op.shift)] if op.shift.any() else []
        for number, (kind, what, values) in enumerate(steps, 1):
            weight = self.weight(f"{node.name}.{what}", self.by_channel(node, values, shape))
            name = node.name if number == len(steps) else f"{node.name}.{what}ed"
            self.add(kind, [source, weight], name)
            source = name
        if not steps:
            self.add("Identity", [source], node.name)

    def by_channel(self, node: ops.Node, values: np.ndarray, shape: ops.Shape) -> np.ndarray:
        """f32 of a shape that ONNX broadcasts: [C, 1, 1, 1] for a feature map, [K] for a vector, in its own order."""
        if len(shape) == 4:
            return values.reshape(-1, 1, 1, 1)
        return self.rows(node, values[:, None])[:, 0]

    def rows(self, node: ops.Node, kernel: np.ndarray) -> np.ndarray:
        """The rows of a dense kernel [I, O] in the order in which its input lies."""
        shape = self.flat.get(node.inputs[0])
        if shape is None:
            return kernel
        return np.moveaxis(kernel.reshape(*shape, -1), 3, 0).reshape(kernel.shape)

    def pointwise(self, node: ops.Node, op: ops.Pointwise, inputs: list[str]) -> None:
        """The steps of the expression. A vector beside feature maps has a number for each channel."""
        read = [self.graph[name] for name in node.inputs]
        named = list(inputs)
        for place, (name, each) in enumerate(zip(inputs, read, strict=True)):
            if len(each.shape) < len(node.shape):
                shape = numpy_helper.from_array(np.array([1, -1, 1, 1, 1]), f"{node.name}.shape{place}")
                self.weights.append(shape)
                named[place] = f"{node.name}.input{place}"
                self.add("Reshape", [name, shape.name], named[place])
        channels = [
            self.weight(f"{node.name}.channels{place}", values.reshape(-1, 1, 1, 1) if len(node.shape) == 4 else values)
            for place, values in enumerate(op.channels)
        ]
        truths = [ops.dtype(each) == "bool" for each in read]
        onnx_expressions.Expression(node, self.add, self.weight).write(op, named, channels, truths)

    def max_pool(self, node: ops.Node, op: ops.MaxPool, inputs: list[str]) -> None:
        self.pool(node, op, "MaxPool", inputs)

    def mean_pool(self, node: ops.Node, op: ops.AvgPool, inputs: list[str]) -> None:
        self.pool(node, op, "AveragePool", inputs, count_include_pad=1)

    def pool(
        self, node: ops.Node, op: ops.MaxPool | ops.AvgPool, kind: str, inputs: list[str], **attributes: Any
    ) -> None:
        """A pool. Engines refuse windows that lie wholly outside."""
        if any(max(pads) >= size for pads, size in zip(op.padding, op.window, strict=True)):
            pads = f"{node.name} has pads {op.padding} for a window of {op.window}"
            raise ops.GraphError(f"{pads}; engines want pads smaller than the window")
        self.add(kind, inputs, node.name, **_window(op.window, op.strides, op.padding), **attributes)

    def flatten(self, node: ops.Node, op: ops.Reshape, inputs: list[str]) -> None:
        """Flattened as it lies where only dense layers read it, whose weights are permuted; else in NDHWC order."""
        (source,), shape = inputs, self.graph[node.inputs[0]].shape
        if self.only_dense(node.name):
            self.flat[node.name] = shape
        elif shape[3] > 1 and int(np.prod(shape[:3])) > 1:
            self.add("Transpose", [source], f"{node.name}.ndhwc", perm=[0, 2, 3, 4, 1])
            source = f"{node.name}.ndhwc"
        self.add("Flatten", [source], node.name, axis=1)

    def only_dense(self, name: str) -> bool:
        users = self.graph.users[name]
        passes = lambda user: isinstance(user.op, PASSES_ORDER) and self.only_dense(user.name)
        return bool(users) and all(isinstance(u.op, ops.Dense | ops.PackedDense) or passes(u) for u in users)

    def add(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [self.names.get(name, name)], name, **attributes))

    def weight(self, name: str, values: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name


# What each operation becomes, and what to do about those that have no form.
FORMS: dict[type[ops.Op], Callable[[_Writer, ops.Node, Any, list[str]], None]] = {
    ops.Input: _Writer.input,
    ops.Conv: _Writer.conv,
    ops.PackedConv: _Writer.packed_conv,
    ops.Dense: _Writer.dense,
    ops.PackedDense: _Writer.packed_dense,
    ops.Affine: _Writer.affine,
    ops.Add: _Writer.same,
    ops.Relu: _Writer.same,
    ops.MaxPool: _Writer.max_pool,
    ops.AvgPool: _Writer.mean_pool,
    ops.Concat: _Writer.along_channels,
    ops.Softmax: _Writer.along_channels,
    ops.Reshape: _Writer.flatten,
    ops.Pointwise: _Writer.pointwise,
}
WITHOUT_FORM: dict[type[ops.Op], str] = {
    ops.SpaceToDepth: "export the graph before its strides are split",
    ops.FusedConvs: "export the graph before its kernels are fused",
    ops.FusedPool: "export the graph before its kernels are fused",
    ops.Piece: "it is an operation that only JAX writes",
    ops.ToMap: "give the network a clip f32[1, D, H, W, C]",
    ops.Results: "give it one result f32[1, ...]",
}


def _value(name: str, shape: tuple[int, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)


def _ncdhw(shape: ops.Shape) -> tuple[int, ...]:
    return (1, shape[-1], *shape[:-1])


def _oidhw(kernel: np.ndarray) -> np.ndarray:
    return kernel.transpose(4, 3, 0, 1, 2)


def _window(window: tuple[int, ...], strides: ops.Window, padding: ops.Padding) -> dict[str, list[int]]:
    """Attributes; kernel_shape may be left out by the standard, but MNN's converter needs it."""
    pads = [low for low, _ in padding] + [high for _, high in padding]
    return {"kernel_shape": list(window), "strides": list(strides), "pads": pads}
