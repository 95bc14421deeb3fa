"""JAX's matrix products and convolutions of any operands, in any order of axes."""

import math
from collections.abc import Sequence

import numpy as np

from lowering.graph import ops
from lowering.graph.onnx.calls import Array, Call, padded
from lowering.graph.onnx.writer import NoForm, Writer


def dot(writer: Writer, call: Call, a: Array, b: Array) -> str:
    """A MatMul of [batch, free, contracted] and [batch, contracted, free]."""
    (inner_a, inner_b), (batch_a, batch_b) = call.params["dimension_numbers"]
    free = lambda x, *used: [axis for axis in range(len(x.shape)) if axis not in {n for each in used for n in each}]
    free_a, free_b = free(a, inner_a, batch_a), free(b, inner_b, batch_b)
    size = lambda x, axes: math.prod(x.shape[axis] for axis in axes)
    batch = tuple(a.shape[axis] for axis in batch_a)
    left = _folded(writer, call.name, a, [batch_a, free_a, inner_a], (*batch, size(a, free_a), size(a, inner_a)))
    right = _folded(writer, call.name, b, [batch_b, inner_b, free_b], (*batch, size(b, inner_b), size(b, free_b)))
    kind = np.dtype(call.params["preferred_element_type"] or a.dtype)
    if kind.itemsize == 1:
        raise NoForm(f"in {kind.name}")
    wide = [
        tensor if x.dtype == kind.name else writer.cast(tensor, kind.name, call.name)
        for tensor, x in ((left, a), (right, b))
    ]
    product = writer.add("MatMul", wide, call.name)
    return writer.reshape(product, (*batch, size(a, free_a), size(b, free_b)), call.shapes[0], call.name)


def _folded(writer: Writer, name: str, x: Array, axes: Sequence[Sequence[int]], shape: ops.Shape) -> str:
    """An operand with its axes in this order, in this shape."""
    order = [axis for group in axes for axis in group]
    turned = writer.transpose(x.tensor, order, name)
    return writer.reshape(turned, tuple(x.shape[axis] for axis in order), shape, name)


def conv(writer: Writer, call: Call, x: Array, kernel: Array) -> str:
    """A Conv, or a ConvTranspose for one whose input is spread out; kernels may be computed."""
    p, numbers = call.params, call.params["dimension_numbers"]
    rank = len(x.shape) - 2
    if not 1 <= rank <= 3 or p["batch_group_count"] != 1:
        raise NoForm(f"along {rank} axes" if p["batch_group_count"] == 1 else "grouped by batch")
    order = lambda spec: np.argsort(spec).tolist()
    data = writer.transpose(x.tensor, numbers.lhs_spec, call.name)
    sizes = tuple(x.shape[axis] for axis in numbers.lhs_spec)
    spread = list(p["lhs_dilation"])
    if spread == [1] * rank:
        pads = [(0, 0), (0, 0), *p["padding"]]
        data = padded(writer, call.name, Array(data, sizes, x.dtype), [(min(a, 0), min(b, 0)) for a, b in pads])
        weights = writer.transpose(kernel.tensor, numbers.rhs_spec, call.name)
        attributes = {"strides": list(p["window_strides"]), "group": p["feature_group_count"]}
        kind, around = "Conv", [(max(a, 0), max(b, 0)) for a, b in p["padding"]]
    else:
        weights, around = _turned(writer, call, kernel, rank)
        kind, attributes = "ConvTranspose", {"strides": spread}
    lengths = [kernel.shape[axis] for axis in numbers.rhs_spec[2:]]
    attributes |= {"kernel_shape": lengths, "dilations": list(p["rhs_dilation"])}
    attributes |= {"pads": [pair[side] for side in (0, 1) for pair in around]}
    result = writer.add(kind, [data, weights], call.name, **attributes)
    return writer.transpose(result, order(numbers.out_spec), call.name)


def _turned(writer: Writer, call: Call, kernel: Array, rank: int) -> tuple[str, list[tuple[int, int]]]:
    """The kernel of a ConvTranspose, [I, O, ...] and back to front, and its pads."""
    p, numbers = call.params, call.params["dimension_numbers"]
    if kernel.values is None or p["feature_group_count"] != 1 or set(p["window_strides"]) != {1}:
        raise NoForm("transposed, with strides, groups or a kernel that is computed")
    into = kernel.values.transpose([numbers.rhs_spec[1], numbers.rhs_spec[0], *numbers.rhs_spec[2:]])
    flipped = np.flip(into, tuple(range(2, 2 + rank)))
    reach = [(size - 1) * step for size, step in zip(flipped.shape[2:], p["rhs_dilation"], strict=True)]
    pads = [(far - low, far - high) for far, (low, high) in zip(reach, p["padding"], strict=True)]
    if min(min(pair) for pair in pads) < 0:
        raise NoForm("transposed, with more padding than its kernel reaches")
    return writer.constant(f"{call.name}.kernel", flipped), pads
