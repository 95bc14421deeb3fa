"""An ONNX model as plain data, which can be pickled and read without the package onnx.

Inputs and results with five axes and a 1 in front, [1, D, H, W, C] in JAX, are NCDHW here: [1, C, D, H, W]. All other
arrays are as in JAX. NCDHW is what ONNX defines and what the engines compute in, so nothing is transposed between
convolutions.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

Shape = tuple[int, ...]
# Element types that arrays may have, and what ONNX calls them (TensorProto.DataType).
CODES = {
    "float32": 1,
    "uint8": 2,
    "int8": 3,
    "uint16": 4,
    "int16": 5,
    "int32": 6,
    "int64": 7,
    "bool": 9,
    "float16": 10,
    "float64": 11,
    "uint32": 12,
    "uint64": 13,
}


@dataclasses.dataclass(frozen=True)
class Tensor:
    """An input or a result. shape: the model's."""

    name: str
    shape: Shape
    dtype: str


@dataclasses.dataclass(frozen=True, eq=False)
class Node:
    """An operation of ONNX. attributes: everything that is fixed, also what ONNX itself wants as inputs (export)."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]


@dataclasses.dataclass(frozen=True, eq=False)
class Model:
    """Nodes in running order. weights: constants by name."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    nodes: list[Node]
    weights: dict[str, np.ndarray]


def is_map(shape: Sequence[int]) -> bool:
    """Whether an array of this shape in JAX is NCDHW in the model."""
    return len(shape) == 5 and shape[0] == 1


def laid(array: np.ndarray) -> np.ndarray:
    """An input or a result of JAX as the model has it; a view."""
    return np.moveaxis(array, -1, 1) if is_map(array.shape) else array


def laid_shape(shape: Shape) -> Shape:
    """The shape of `laid`."""
    return (1, shape[-1], *shape[1:-1]) if is_map(shape) else tuple(shape)
