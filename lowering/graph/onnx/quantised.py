"""Quantised networks: pairs of QuantizeLinear and DequantizeLinear, between which engines compute with integers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lowering.graph import ops
from lowering.graph.onnx.writer import Writer
from lowering.graph.rewrites import integers


def step(writer: Writer, node: ops.Node, op: ops.FakeQuantise) -> None:
    """A QuantizeLinear, and a DequantizeLinear, to and from int8; of a value that is never below zero uint8.

    Engines take a ReLU into the layer before it where the smallest integer stands for zero. The integers are the same,
    but those that int8 cuts at 127 reach to 255.
    """
    scale = writer.weight(f"{node.name}.scale", np.asarray(op.scale))
    kind = np.uint8 if writer.nonnegative[node.inputs[0]] else np.int8
    zero = writer.constant(f"{node.name}.zero", np.zeros((), kind))
    narrow = writer.add("QuantizeLinear", [writer.value(node.inputs[0]), scale, zero], f"{node.name}.integers")
    writer.give(node, writer.add("DequantizeLinear", [narrow, scale, zero], node.name))


def weights(
    writer: Writer, node: ops.Node, op: Any, kernel: Callable[[Any], np.ndarray], axis: int = 0
) -> list[str] | None:
    """The kernel as int8 and the bias as int32, each with its DequantizeLinear by filter; None for a layer of f32.

    kernel: the kernel of an operation in ONNX's order. axis: that of its filters.
    """
    scales = [_scale(writer.graph, name) for name in node.inputs]
    if None in scales or (found := integers.of_integers(op, *(each or 0.0 for each in scales))) is None:
        return None
    assert found.rescale is not None
    unit = found.rescale.factors.astype(np.float64)
    dense = kernel(found).astype(np.int8)
    return [
        _dequantised(writer, f"{node.name}.kernel", dense, unit / (scales[0] or 1.0), axis),
        _dequantised(writer, f"{node.name}.bias", found.bias, unit, 0),
    ]


def _dequantised(writer: Writer, name: str, values: np.ndarray, units: np.ndarray, axis: int) -> str:
    inputs = [writer.constant(f"{name}.{values.dtype}", values), writer.weight(f"{name}.scale", units)]
    inputs += [writer.constant(f"{name}.zero", np.zeros(len(units), values.dtype))]
    return writer.add("DequantizeLinear", inputs, name, axis=axis)


def _scale(graph: ops.Graph, name: str) -> float | None:
    """The scale of a quantised value, behind what moves it; None for others."""
    node = graph[name]
    if isinstance(node.op, ops.FakeQuantise):
        return node.op.scale
    if not isinstance(node.op, ops.KEEPS_TYPE) or isinstance(node.op, ops.Relu):
        return None
    found = {_scale(graph, each) for each in node.inputs}
    return found.pop() if len(found) == 1 else None
