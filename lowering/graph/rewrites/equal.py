"""What is computed twice is computed once."""

import dataclasses
from typing import Any

import numpy as np

from lowering.graph import ops

# What may stand twice in a network without anybody's having asked for it: means, their scales, what is less them.
KINDS = (
    *(ops.AvgPool, ops.MaxPool, ops.Reduce, ops.Reshape, ops.Affine, ops.Pointwise, ops.Mosaic, ops.Add, ops.Relu),
    ops.FakeQuantise,
)


def compute_once(graph: ops.Graph) -> ops.Graph:
    """Nodes without trained weights that compute the same from the same values become one."""
    first: dict[Any, str] = {}
    renames: dict[str, str] = {}
    for node in graph.nodes:
        if isinstance(node.op, KINDS):
            inputs = tuple(renames.get(name, name) for name in node.inputs)
            same = first.setdefault((_key(node.op), inputs), node.name)
            if same != node.name and node.name != graph.result:
                renames[node.name] = same
    return ops.rewire(graph, renames)


def _key(value: Any) -> Any:
    """What equals for values that are equal."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, tuple):
        return tuple(map(_key, value))
    if dataclasses.is_dataclass(value):
        return type(value), tuple(_key(getattr(value, field.name)) for field in dataclasses.fields(value))
    return value
