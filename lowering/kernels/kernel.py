"""What a kernel is to the module around it: what it reads, what it gives, and the MLIR in between.

There are two ways to write one. `Function` is for linalg on tensors, which IREE tiles and schedules. `loops.Loops` is
for loops over buffers in an executable of our own, which run as they are written.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lowering.graph import ops
from lowering.kernels import executables, layouts
from lowering.kernels.mlir import block, types, values
from lowering.targets import targets

# Element types in MLIR by their names in numpy.
ELEMENTS = {
    "float32": "f32",
    "float16": "f16",
    "bfloat16": "bf16",
    "bool": "i1",
    **{f"int{bits}": f"i{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"ui{bits}" for bits in (8, 16, 32, 64)},
}


WORDS = "i32"  # the element of activations of int8, four in each


@dataclasses.dataclass(frozen=True)
class Activation:
    """How a node's result lies in memory. Numbers of int8 lie in words, four to each.

    A feature map is tensor<stored x frames x plane> in a layout. A vector (layout is None) holds at least the node's
    elements.
    shape: the node's.
    """

    type: types.Tensor
    layout: layouts.Layout | None
    shape: ops.Shape

    @property
    def counted(self) -> ops.Shape:
        """How much of each axis counts: of a feature map its channels, and all of every plane.

        Of a vector its elements.
        """
        return (self.layout.channels, *self.type.shape[1:]) if self.layout else self.shape


@dataclasses.dataclass(frozen=True, eq=False)
class Request:
    """What a kernel is wanted for: a node, what it reads, the layout of its result (None: a vector), and the target.

    words: whether its result is of int8, four to a word.
    """

    node: ops.Node
    inputs: tuple[Activation, ...]
    out: layouts.Layout | None
    target: targets.Target
    words: bool = False

    @property
    def op(self) -> Any:
        """The node's operation."""
        return self.node.op

    @property
    def named(self) -> dict[str, Activation]:
        """What it reads by the names that kernels use.

        "x", "residual" for what a convolution adds to its result, and "values" for the weights that it is given.
        """
        given = isinstance(self.op, ops.PackedConv) and self.op.weights_given
        weights = {"values": self.inputs[-1]} if given else {}
        return dict(zip(("x", "residual"), self.inputs[:-1] if given else self.inputs, strict=False)) | weights

    @property
    def x(self) -> layouts.Layout:
        """The layout of the feature map that it reads first."""
        assert self.inputs[0].layout is not None
        return self.inputs[0].layout

    @property
    def y(self) -> layouts.Layout:
        """The layout of the feature map that it gives."""
        assert self.out is not None
        return self.out

    @property
    def y_type(self) -> types.Tensor:
        """The type of the feature map that it gives."""
        return feature_map(self.y, WORDS if self.words else self.target.precision.activations)


@dataclasses.dataclass(frozen=True, eq=False)
class Operand:
    """What a kernel reads: an argument of its function, or an array that becomes a parameter of the module.

    width: of the vectors as which loops over buffers read it.
    """

    name: str
    type: types.Tensor
    array: np.ndarray | None = None
    width: int = 1


@dataclasses.dataclass(frozen=True, eq=False)
class Kernel:
    """A node's function: its operands, the type of its result, and what computes it.

    Either `lines` leave it in the value `result`, and may name attributes by their `aliases`; or an executable of our
    own computes it.
    """

    operands: tuple[Operand, ...]
    out: types.Tensor
    lines: tuple[str, ...] = ()
    result: str = ""
    aliases: Mapping[str, str] = dataclasses.field(default_factory=dict)
    executable: executables.Executable | None = None

    @property
    def grid(self) -> executables.Grid | None:
        """How a kernel of our own is launched; IREE decides that of the others."""
        return self.executable.grid if self.executable else None


class Function:
    """A kernel of linalg on tensors while it is written: function[name] is an operand, `block` takes the operations."""

    def __init__(self, inputs: dict[str, Activation], arrays: tuple[Operand, ...] = ()) -> None:
        self.block = block.Block()
        self.operands = (*arguments(inputs), *arrays)
        self.aliases: dict[str, str] = {}
        self._values = {o.name: self.block.argument(o.name, o.type) for o in self.operands}

    def __getitem__(self, name: str) -> values.Value:
        return self._values[name]

    def kernel(self, result: values.Value) -> Kernel:
        """The kernel that gives this value."""
        assert isinstance(result.type, types.Tensor)
        return Kernel(self.operands, result.type, tuple(self.block.lines()), result.name, self.aliases)


def arguments(inputs: dict[str, Activation]) -> tuple[Operand, ...]:
    """Activations as arguments of a kernel's function, under these names."""
    return tuple(Operand(name, x.type) for name, x in inputs.items())


def array(name: str, values: np.ndarray) -> Operand:
    """An operand from f32, f16 or i32 values.

    IREE takes no empty parameter: an empty array becomes one zero, which nothing reads.
    """
    values = values if values.size else np.zeros((1, *values.shape[1:]), values.dtype)
    return Operand(name, types.Tensor(values.shape, ELEMENTS[values.dtype.name]), np.ascontiguousarray(values))


def parameters(name: str, weights: Sequence[Operand], scope: str) -> tuple[list[str], list[str]]:
    """The lines that declare the weights of the function @name as parameters of a scope, and those that load them."""
    parameter = lambda o: f'#flow.parameter.named<"{scope}"::"{name}.{o.name}">'
    declared = [f"util.global private @{name}.{o.name} = {parameter(o)} : {o.type}" for o in weights]
    return declared, [f"  %{o.name} = util.global.load @{name}.{o.name} : {o.type}" for o in weights]


def feature_map(layout: layouts.Layout, element: str = "f32") -> types.Tensor:
    """The type of a feature map in a layout."""
    return types.Tensor((layout.stored, layout.frames, layout.plane), element)
