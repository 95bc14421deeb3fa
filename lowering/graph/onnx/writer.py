"""What is written so far: ONNX nodes, constants, and the tensors that hold each value of the graph.

A feature map is a tensor NCDHW. A flat array is a tensor of any shape whose elements lie in the array's order, such as
the shape that JAX's operation gave it: a Reshape is written only where a reader wants another one.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.graph import ops
from lowering.graph.onnx import model

PASSES_ORDER = (ops.Relu, ops.Affine)
TO_NCDHW, TO_NDHWC = (0, 4, 1, 2, 3), (0, 2, 3, 4, 1)


class NoForm(Exception):
    """An operation has no form in ONNX. The message says why, as the end of a sentence, or nothing."""


class Writer:
    """Grows in the order of the graph. refused: operations without a form, with their places.

    nonnegative: for each value whether nothing in it is below zero.

    in_map_order: for each flattened value that lies in the order of its NCDHW tensor, the shape of that feature map.
    """

    def __init__(self, graph: ops.Graph) -> None:
        self.graph = dataclasses.replace(graph, batch=1)
        self.nodes: list[model.Node] = []
        self.weights: dict[str, np.ndarray] = {}
        self.nonnegative = ops.nonnegative(self.graph)
        self.refused: list[str] = []
        self.in_map_order: dict[str, ops.Shape] = {}
        self._maps: dict[str, tuple[str, ops.Shape]] = {}
        self._arrays: dict[str, dict[ops.Shape, str]] = {}
        self._taken: set[str] = set()
        self.inputs = [self._input(node) for node in self.graph.inputs]
        self.outputs = [self._output(*each) for each in self.graph.outputs]

    def add(self, kind: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """Appends an operation with one result, and gives the name of its tensor, which is `name` if that is free."""
        return self.add_several(kind, inputs, [name], **attributes)[0]

    def add_several(self, kind: str, inputs: Sequence[str], names: Sequence[str], **attributes: Any) -> tuple[str, ...]:
        """Appends an operation with a result for each name."""
        free = tuple(self._free(name) for name in names)
        self.nodes.append(model.Node(kind, free[0], tuple(inputs), free, attributes))
        return free

    def cast(self, tensor: str, to: str, name: str) -> str:
        """A tensor in another element type."""
        return self.add("Cast", [tensor], name, to=model.CODES[to])

    def constant(self, name: str, values: np.ndarray) -> str:
        """Keeps a constant as it is."""
        free = self._free(name)
        self.weights[free] = np.ascontiguousarray(values).reshape(np.shape(values))
        return free

    def weight(self, name: str, values: np.ndarray) -> str:
        """Keeps a constant in f32."""
        return self.constant(name, np.asarray(values, np.float32))

    def give(self, node: ops.Node, tensor: str, shape: ops.Shape | None = None) -> None:
        """Says which tensor holds a node's value: NCDHW, or an array of this shape, [1, K] if it is not given."""
        if len(node.shape) == 4:
            self._maps[node.name] = tensor, node.shape
        else:
            self._arrays[node.name] = {(1, *node.shape) if shape is None else shape: tensor}

    def give_map(self, node: ops.Node, tensor: str, shape: ops.Shape) -> None:
        """Says that an NCDHW tensor holds a flat node's value: that of a feature map of this shape."""
        self._maps[node.name] = tensor, shape

    def value(self, name: str) -> str:
        """The tensor of a feature map, or of a vector [1, K]."""
        shape = self.graph[name].shape
        return self.as_map(name, shape) if len(shape) == 4 else self.array(name, (1, *shape))

    def map_of(self, name: str) -> tuple[str, ops.Shape] | None:
        """The NCDHW tensor that holds a value, and the shape of its feature map; None for an array."""
        return self._maps.get(name)

    def as_map(self, name: str, shape: ops.Shape) -> str:
        """The NCDHW tensor of a feature map of this shape, (D, H, W, C), that a value holds in NDHWC order."""
        if name not in self._maps or self._maps[name][1] != shape:
            if _lies_alike(shape):
                tensor = self.array(name, _ncdhw(shape))
            else:
                tensor = self.add("Transpose", [self.array(name, (1, *shape))], f"{name}.ncdhw", perm=TO_NCDHW)
            self._maps.setdefault(name, (tensor, shape))
            return tensor
        return self._maps[name][0]

    def array(self, name: str, shape: ops.Shape) -> str:
        """The tensor of this shape whose elements are the value's, a feature map's in NDHWC order."""
        held = self._arrays.setdefault(name, {})
        if not held:
            tensor, of = self._maps[name]
            if _lies_alike(of):
                held[_ncdhw(of)] = tensor
            else:
                held[1, *of] = self.add("Transpose", [tensor], f"{name}.ndhwc", perm=TO_NDHWC)
        if shape not in held:
            have, tensor = next(iter(held.items()))
            held[shape] = self.reshape(tensor, have, shape, name)
        return held[shape]

    def reshape(self, tensor: str, have: ops.Shape, shape: ops.Shape, name: str) -> str:
        """The tensor in another shape."""
        if shape == have:
            return tensor
        if have[:1] == (1,) and shape == (1, math.prod(have)):
            return self.add("Flatten", [tensor], f"{name}.flat", axis=1)
        return self.add("Reshape", [tensor], f"{name}.reshaped", shape=shape)

    def transpose(self, tensor: str, order: Sequence[int], name: str) -> str:
        """The tensor with its axes in another order."""
        if list(order) == list(range(len(order))):
            return tensor
        return self.add("Transpose", [tensor], f"{name}.transposed", perm=tuple(order))

    def finish(self) -> model.Model:
        """The whole model: its last tensors get the names of the results."""
        end = self.graph.output
        names = end.inputs if isinstance(end.op, ops.Results) else [end.name]
        renames: dict[str, str] = {}
        made = {tensor for node in self.nodes for tensor in node.outputs}
        for name, (_, shape, _), output in zip(names, self.graph.outputs, self.outputs, strict=True):
            tensor = self.as_map(name, shape[1:]) if model.is_map(shape) else self.array(name, shape)
            made |= set(self.nodes[-1].outputs) if self.nodes else set()
            if tensor in made and tensor not in renames:
                renames[tensor] = output.name
            else:
                self.nodes.append(model.Node("Identity", output.name, (tensor,), (output.name,), {}))
        new = lambda several: tuple(renames.get(each, each) for each in several)
        nodes = [dataclasses.replace(n, inputs=new(n.inputs), outputs=new(n.outputs)) for n in self.nodes]
        read = {tensor for node in nodes for tensor in node.inputs}
        weights = {name: values for name, values in self.weights.items() if name in read}
        return model.Model(tuple(self.inputs), tuple(self.outputs), nodes, weights)

    def _input(self, node: ops.Node) -> model.Tensor:
        name = self._free("clip" if len(self.graph.inputs) == 1 else node.name)
        given = self.graph.given(node)
        if model.is_map(given):
            self._maps[node.name] = name, given[1:]
        else:
            self._arrays[node.name] = {given: name}
        return model.Tensor(name, model.laid_shape(given), ops.dtype(node))

    def _output(self, name: str, shape: ops.Shape, dtype: str) -> model.Tensor:
        free = self._free(f"result_{name}" if name in self._taken else name)
        return model.Tensor(free, model.laid_shape(shape), dtype)

    def _free(self, name: str) -> str:
        """The name, or one like it that no tensor has."""
        number, free = 2, name
        while free in self._taken:
            number, free = number + 1, f"{name}.{number}"
        self._taken.add(free)
        return free


def _lies_alike(shape: ops.Shape) -> bool:
    """Whether the elements of such a feature map lie in the same order in NCDHW and in NDHWC."""
    return shape[3] == 1 or math.prod(shape[:3]) == 1


def _ncdhw(shape: ops.Shape) -> ops.Shape:
    return (1, shape[3], *shape[:3])
