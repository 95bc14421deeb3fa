"""What a kernel is to the module around it: operands, the MLIR of its function, and how templates are filled."""

import dataclasses
import math
import pathlib
import string

import numpy as np

from lowering.kernels import layouts

TEMPLATES = pathlib.Path(__file__).parent / "templates"
ELEMENTS = {"float32": "f32", "float16": "f16", "int32": "i32"}


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


@dataclasses.dataclass(frozen=True)
class Grid:
    """How a kernel of ours is launched: workgroups in x, y and z, invocations in each; (first, count) of the workgroups of each dispatch, none if
    there is one; MACs of the largest dispatch, 0 where nobody counted."""

    counts: tuple[int, int, int]
    invocations: int = 1
    spans: tuple[tuple[int, int], ...] = ()
    macs: int = 0

    @property
    def launched(self) -> tuple[int, int, int]:
        """Workgroups of the largest dispatch along x, y and z."""
        return (max(count for _, count in self.spans), 1, 1) if self.spans else self.counts


@dataclasses.dataclass(frozen=True, eq=False)
class Kernel:
    """A node's function: `outside`, what stands beside it; `body`, which leaves a value of type `out` in %result. {name} stands for the node's name.

    grid: of a kernel in an executable of its own; IREE decides those of the others.
    """

    operands: tuple[Operand, ...]
    out: Tensor
    body: str
    outside: str = ""
    grid: Grid | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Value:
    """A node's result in @main. A feature map is tensor<stored x frames x plane>; a vector (rows is None) holds at least the node's elements."""

    ssa: str
    type: Tensor
    rows: layouts.Layout | None


def feature_map(rows: layouts.Layout, element: str = "f32") -> Tensor:
    """The type of a feature map in a layout."""
    return Tensor((rows.stored, rows.frames, rows.plane), element)


def array(name: str, values: np.ndarray) -> Operand:
    """An operand from f32, f16 or i32 values. IREE takes no empty parameter: an empty array becomes one zero, which nothing reads."""
    values = values if values.size else np.zeros((1, *values.shape[1:]), values.dtype)
    return Operand(name, Tensor(values.shape, ELEMENTS[values.dtype.name]), np.ascontiguousarray(values))


def fill(template: str, **variables: object) -> str:
    """A template with its variables in place, without the lines that this leaves empty; KeyError for one that is missing."""
    text = string.Template((TEMPLATES / f"{template}.mlir").read_text()).substitute(variables)
    return "\n".join(line for line in text.splitlines() if line.strip())


def minus_infinity(element: str) -> str:
    """As MLIR writes it."""
    return {"f32": "0xFF800000", "f16": "0xFC00"}[element]


def floor(relu: bool, element: str = "f32") -> str:
    """What an epilogue takes the maximum with."""
    return "0.0" if relu else minus_infinity(element)


def cast(value: str, name: str, have: str, want: str, shape: str = "{}") -> tuple[str, list[str]]:
    """`value` as another element type: its new name and the line that makes it; its own name and no line where the types agree."""
    if have == want:
        return value, []
    kind = "arith.extf" if (have, want) == ("f16", "f32") else "arith.truncf"
    return name, [f"{name} = {kind} {value} : {shape.format(have)} to {shape.format(want)}"]


def indent(lines: list[str], spaces: int) -> str:
    """Lines of MLIR at a depth of the text around them."""
    return "\n".join(" " * spaces + line for line in lines)


def flatten(x: Value) -> tuple[str, Tensor]:
    """A line that makes %flat of the argument %x, and its type: one axis over all channels, frames and planes."""
    flat, axes = Tensor((x.type.size,), x.type.element), ", ".join(map(str, range(len(x.type.shape))))
    return f"  %flat = tensor.collapse_shape %x [[{axes}]] : {x.type} into {flat}", flat
