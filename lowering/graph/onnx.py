"""Graph -> ONNX: the same network for other engines, in their own layout.

The model's input is `clip` f32[1, C, D, H, W] (NCDHW), its output `logits` f32[1, classes]. NCDHW is what ONNX defines and what the engines
compute in: kernels are permuted here, and so are the weights of a dense layer that reads a flattened feature map, so that nothing is
transposed at run time.
"""

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from lowering.graph import ops, packed
from lowering.system import files

OPSET = 17  # with IR version 8: read by every engine of the last years
IR_VERSION = 8
INPUT, OUTPUT = "clip", "logits"
PASSES_ORDER = (ops.Relu, ops.Affine)


def export(graph: ops.Graph, metadata: Mapping[str, Any] | None = None) -> onnx.ModelProto:
    """The model of a graph as traced or after rewrite.ALGEBRA, kernels packed or not; checked with onnx.checker.

    metadata goes into metadata_props (text as it is, other values as JSON), beside "layout". GraphError for a SpaceToDepth (export before
    strides are split) and for a pool with windows wholly outside.
    """
    writer = _Writer(graph)
    for node in graph.nodes[1:]:
        writer.node(node)
    model = helper.make_model(
        helper.make_graph(
            writer.nodes,
            "network",
            [_value(INPUT, _ncdhw(graph.input.shape))],
            [_value(OUTPUT, _ncdhw(graph.output.shape))],
            writer.weights,
        ),
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
    """f32[1, C, D, H, W] as the model reads it, from a clip f32[1, D, H, W, C]."""
    return np.ascontiguousarray(np.moveaxis(clip, 4, 1), np.float32)


class _Writer:
    """ONNX nodes and weights, in the order of the graph. `flat` holds the shapes of flattened values that lie in NCDHW order."""

    def __init__(self, graph: ops.Graph) -> None:
        self.graph = graph
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.flat: dict[str, ops.Shape] = {}
        ends = {graph.input.name: INPUT, graph.output.name: OUTPUT}
        self.names = {name: f"{name}.value" for name in (INPUT, OUTPUT)} | ends

    def node(self, node: ops.Node) -> None:
        """Appends what one node of the graph becomes."""
        inputs = [self.names.get(name, name) for name in node.inputs]
        if isinstance(node.op, PASSES_ORDER) and node.inputs[0] in self.flat:
            self.flat[node.name] = self.flat[node.inputs[0]]
        match _unpacked(node.op):
            case ops.Conv(kernel=kernel, bias=bias, strides=strides, padding=padding, relu=relu):
                attributes = _window(kernel.shape[:3], strides, padding)
                self.kernel(node, "Conv", inputs, _oidhw(kernel), bias, relu, **attributes)
            case ops.Dense(kernel=kernel, bias=bias, relu=relu):
                self.kernel(node, "Gemm", inputs, self.rows(node, kernel).T, bias, relu, transB=1)
            case ops.Affine():
                self.affine(node, inputs[0])
            case ops.MaxPool():
                self.pool(node, "MaxPool", inputs[0])
            case ops.AvgPool():
                self.pool(node, "AveragePool", inputs[0], count_include_pad=1)
            case ops.Reshape():
                self.flatten(node, inputs[0])
            case ops.Add() | ops.Relu():
                self.add(type(node.op).__name__, inputs, node.name)
            case ops.Concat() | ops.Softmax():
                self.add(type(node.op).__name__, inputs, node.name, axis=1)
            case _:
                raise ops.GraphError(
                    f"{node.name} is a {type(node.op).__name__}, which has no form in ONNX; export the graph before its strides are split"
                )

    def kernel(
        self,
        node: ops.Node,
        kind: str,
        inputs: list[str],
        kernel: np.ndarray,
        bias: np.ndarray,
        relu: bool,
        **attributes: Any,
    ) -> None:
        """A Conv or Gemm with its weights, and the ReLU after it."""
        weights = [self.weight(f"{node.name}.kernel", kernel), self.weight(f"{node.name}.bias", bias)]
        if not relu:
            self.add(kind, [*inputs, *weights], node.name, **attributes)
            return
        before = f"{node.name}.linear"
        self.nodes.append(helper.make_node(kind, [*inputs, *weights], [before], before, **attributes))
        self.add("Relu", [before], node.name)

    def affine(self, node: ops.Node, source: str) -> None:
        """Mul and Add by channel; one that changes nothing is left out, both leave an Identity."""
        op, shape = node.op, self.graph[node.inputs[0]].shape
        assert isinstance(op, ops.Affine)
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

    def pool(self, node: ops.Node, kind: str, source: str, **attributes: Any) -> None:
        """A pool. Engines refuse windows that lie wholly outside."""
        op = node.op
        assert isinstance(op, ops.MaxPool | ops.AvgPool)
        if any(max(pads) >= size for pads, size in zip(op.padding, op.window, strict=True)):
            raise ops.GraphError(
                f"{node.name} has pads {op.padding} for a window of {op.window}; engines want pads smaller than the window"
            )
        self.add(kind, [source], node.name, **_window(op.window, op.strides, op.padding), **attributes)

    def flatten(self, node: ops.Node, source: str) -> None:
        """Flattened as it lies where only dense layers will read it: their weights are permuted instead; else to NDHWC order first."""
        shape = self.graph[node.inputs[0]].shape
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


def _unpacked(op: ops.Op) -> ops.Op:
    match op:
        case ops.PackedConv(kernel=kernel, bias=bias, padding=padding, relu=relu):
            return ops.Conv(packed.unpack(kernel), bias, (op.stride, 1, 1), padding, relu)
        case ops.PackedDense(kernel=kernel, bias=bias, relu=relu):
            return ops.Dense(packed.unpack(kernel)[0, 0, 0], bias, relu)
        case _:
            return op


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
