"""ONNX files: the same network for other engines.

Inputs and results have the graph's names. A clip is NCDHW: f32[1, C, D, H, W] for JAX's f32[1, D, H, W, C], and so is
every input or result with five axes and a 1 in front. All others are as in JAX. The result of a network that gives one
array is `logits`, such as f32[1, classes].
"""

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from lowering.graph import ops
from lowering.graph.onnx import layers
from lowering.graph.onnx import model as models
from lowering.system import extras, files

with extras.need("peers"):
    import onnx
    from onnx import helper, numpy_helper

OPSET = 17  # with IR version 8: read by every engine of the last years
IR_VERSION = 8
# Attributes that ONNX takes as inputs, in their order after the first one.
AS_INPUTS = {
    "Reshape": ("shape",),
    "Expand": ("shape",),
    "Slice": ("starts", "ends", "axes", "steps"),
    "Pad": ("pads",),
    "ReduceSum": ("axes",),
    "Split": ("split",),
    "TopK": ("k",),
    "CumSum": ("axis",),
}


def export(graph: ops.Graph, metadata: Mapping[str, Any] | None = None) -> onnx.ModelProto:
    """The model of a graph as traced or after stages.ALGEBRA, kernels packed or not; checked with onnx.checker.

    metadata goes into metadata_props (text as it is, other values as JSON), beside "layout". GraphError for
    operations without a form in ONNX (export before strides are split and kernels fused) and for a pool with
    windows wholly outside.
    """
    return proto(layers.forms(graph).finish(), metadata)


def proto(model: models.Model, metadata: Mapping[str, Any] | None = None) -> onnx.ModelProto:
    """The model as onnx has it, checked."""
    weights = [numpy_helper.from_array(values, name) for name, values in model.weights.items()]
    nodes = [_node(node, weights) for node in model.nodes]
    made = helper.make_model(
        helper.make_graph(nodes, "network", [*map(_value, model.inputs)], [*map(_value, model.outputs)], weights),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="rt3d-jax",
    )
    props = {**(metadata or {}), "layout": "NCDHW"}
    helper.set_model_props(made, {k: v if isinstance(v, str) else json.dumps(v) for k, v in props.items()})
    onnx.checker.check_model(made)
    return made


def write(path: pathlib.Path, model: onnx.ModelProto) -> None:
    """Write the model as one file, whole or not at all."""
    with files.whole(path) as part:
        onnx.save(model, os.fspath(part))


def to_input(array: np.ndarray) -> np.ndarray:
    """An input as the model reads it, in a memory of its own: a clip as [1, C, D, H, W], all others as they are."""
    return np.array(models.laid(array), order="C")


def _node(node: models.Node, weights: list[onnx.TensorProto]) -> onnx.NodeProto:
    """A node; what ONNX wants as inputs joins the weights."""
    attributes, (first, *others) = dict(node.attributes), node.inputs
    fixed = []
    for key in AS_INPUTS.get(node.kind, ()):
        values = np.atleast_1d(np.asarray(attributes.pop(key), np.int64))
        fixed.append(f"{node.outputs[0]}.{key}")
        weights.append(numpy_helper.from_array(values, fixed[-1]))
    return helper.make_node(node.kind, [first, *fixed, *others], node.outputs, node.name, **attributes)


def _value(tensor: models.Tensor) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(tensor.name, models.CODES[tensor.dtype], tensor.shape)
