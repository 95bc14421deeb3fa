"""What a kernel is to the module around it: operands, the MLIR of its function, and how templates are filled."""

import dataclasses
import math
import pathlib
import string

import numpy as np

from lowering import rows as layouts

TEMPLATES = pathlib.Path(__file__).parent / "templates"
MINUS_INFINITY = "0xFF800000"
ELEMENTS = {"float32": "f32", "int32": "i32"}


@dataclasses.dataclass(frozen=True)
class Tensor:
    """MLIR's type of a tensor; str() writes it."""

    shape: tuple[int, ...]
    element: str = "f32"

    def __str__(self) -> str:
        return f"tensor<{'x'.join(map(str, (*self.shape, self.element)))}>"

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def whole(self) -> str:
        """Offsets, sizes and strides of all of it."""
        zeros, ones = ", ".join("0" for _ in self.shape), ", ".join("1" for _ in self.shape)
        return f"offsets = [{zeros}], sizes = [{', '.join(map(str, self.shape))}], strides = [{ones}]"


@dataclasses.dataclass(frozen=True, eq=False)
class Operand:
    """An argument of a kernel's function, or an array that becomes a parameter of the module."""

    name: str
    type: Tensor
    array: np.ndarray | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Kernel:
    """A node's function: `outside`, what stands beside it; `body`, which leaves a value of type `out` in %result. {name} stands for the node's name."""

    operands: tuple[Operand, ...]
    out: Tensor
    body: str
    outside: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Value:
    """A node's result in @main. A feature map is tensor<stored x frames x plane>; a vector (rows is None) holds at least the node's elements."""

    ssa: str
    type: Tensor
    rows: layouts.Rows | None


def feature_map(rows: layouts.Rows) -> Tensor:
    """The type of a feature map in a layout."""
    return Tensor((rows.stored, rows.frames, rows.plane))


def array(name: str, values: np.ndarray) -> Operand:
    """An operand from f32 or i32 values. IREE takes no empty parameter: an empty array becomes one zero, which nothing reads."""
    values = values if values.size else np.zeros((1, *values.shape[1:]), values.dtype)
    return Operand(name, Tensor(values.shape, ELEMENTS[values.dtype.name]), np.ascontiguousarray(values))


def fill(template: str, **variables: object) -> str:
    """A template with its variables in place; KeyError for one that is missing."""
    text = (TEMPLATES / f"{template}.mlir").read_text()
    return string.Template(text).substitute(variables).rstrip("\n")


def floor(relu: bool) -> str:
    """What an epilogue takes the maximum with."""
    return "0.0" if relu else MINUS_INFINITY


def flatten(x: Value) -> tuple[str, Tensor]:
    """A line that makes %flat of the argument %x, and its type: one axis over all channels, frames and planes."""
    flat, axes = Tensor((x.type.size,)), ", ".join(map(str, range(len(x.type.shape))))
    return f"  %flat = tensor.collapse_shape %x [[{axes}]] : {x.type} into {flat}", flat
