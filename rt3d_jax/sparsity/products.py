"""Kernels as the operations see them: which axes of a parameter are locations, input channels and output channels.

A kernel is a parameter that a convolution or a matrix product reads. Its name and the order in which it is stored do
not matter: the operation's dimension numbers say what each axis is. On the way from the parameter to the operation,
axes may be transposed, axes of size 1 may come and go, and the dtype may change.
"""

import dataclasses
import math
from typing import Any

import numpy as np

CONVOLUTION, PRODUCT = "conv_general_dilated", "dot_general"
UNCHANGED = ("convert_element_type", "copy", "stop_gradient", "reduce_precision", "sharding_constraint")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a kernel lies in a parameter tree, and in which order of axes.

    path: of the leaf, as lowering.functions.trees writes it.
    stored: the leaf's shape.
    axes: the leaf's axes in the order of a kernel, (locations..., inputs, outputs). For a 3D convolution this is DHWIO.
    shape: the kernel's shape in that order. Several axes of inputs, or of outputs, count as one.
    """

    path: str
    stored: tuple[int, ...]
    axes: tuple[int, ...]
    shape: tuple[int, ...]

    def kernel(self, leaf: Any) -> Any:
        """The leaf as a kernel of `shape`. ValueError for a leaf of another shape than was read."""
        if tuple(leaf.shape) != self.stored:
            raise ValueError(
                f"{self.path} has shape {tuple(leaf.shape)}, expected {self.stored}; read the layers of this network"
            )
        return leaf if self._plain else leaf.transpose(self.axes).reshape(self.shape)

    def leaf(self, kernel: Any) -> Any:
        """A kernel of `shape`, or its mask, as the tree stores it."""
        if self._plain:
            return kernel
        moved = kernel.reshape(tuple(self.stored[axis] for axis in self.axes))
        return moved.transpose(tuple(int(axis) for axis in np.argsort(self.axes)))

    @property
    def _plain(self) -> bool:
        return self.axes == tuple(range(len(self.axes))) and self.stored == self.shape


@dataclasses.dataclass(frozen=True)
class View:
    """A parameter on its way to an operation.

    path, stored: as in Place.
    axes: for each axis of the array that the operation reads, the leaf's axis. None for an axis of size 1.
    """

    path: str
    stored: tuple[int, ...]
    axes: tuple[int | None, ...]


@dataclasses.dataclass(frozen=True)
class Use:
    """One reading of a kernel by an operation.

    positions: how often each weight is used.
    operand: the number of the operand that is multiplied with the kernel, the kernel's input.
    reads: the axes of input channels in that operand.
    writes: the axis of output channels in the result. None if there are several.
    fixed: why such a kernel cannot be pruned; "" if it can.
    """

    place: Place
    positions: int
    operand: int
    reads: tuple[int, ...]
    writes: int | None
    fixed: str = ""


def whole(path: str, shape: tuple[int, ...]) -> View:
    """A parameter as it is stored."""
    return View(path, shape, tuple(axis if size > 1 else None for axis, size in enumerate(shape)))


def moved(view: View, equation: Any) -> View | None:
    """The parameter after an operation that reads it alone.

    None if the operation does more than move axes or change the dtype.
    """
    name, params, after = equation.primitive.name, equation.params, equation.outvars[0].aval.shape
    before = equation.invars[0].aval.shape
    if name in UNCHANGED:
        return view
    if name == "transpose":
        return dataclasses.replace(view, axes=tuple(view.axes[axis] for axis in params["permutation"]))
    if name not in ("reshape", "squeeze", "broadcast_in_dim"):
        return None
    wide = [axis for axis, size in enumerate(before) if size > 1]
    places = [axis for axis, size in enumerate(after) if size > 1]
    if [before[axis] for axis in wide] != [after[axis] for axis in places]:
        return None
    if name == "broadcast_in_dim" and [params["broadcast_dimensions"][axis] for axis in wide] != places:
        return None
    axes = dict(zip(places, (view.axes[axis] for axis in wide), strict=True))
    return dataclasses.replace(view, axes=tuple(axes.get(axis) for axis in range(len(after))))


def use(view: View, equation: Any, operand: int) -> Use:
    """How a convolution or a matrix product reads the kernel that is its operand number `operand`."""
    return (_convolution if equation.primitive.name == CONVOLUTION else _product)(view, equation, operand)


def _convolution(view: View, equation: Any, operand: int) -> Use:
    numbers, out = equation.params["dimension_numbers"], equation.outvars[0].aval.shape
    outputs, inputs, *locations = numbers.rhs_spec
    groups = equation.params["feature_group_count"] * equation.params["batch_group_count"]
    place = _place(view, equation.invars[operand].aval.shape, locations, (inputs,), (outputs,))
    fixed = f"its convolution has {groups} groups" if groups > 1 else ""
    writes = numbers.out_spec[1]
    return Use(place, math.prod(out) // out[writes], 1 - operand, (numbers.lhs_spec[1],), writes, fixed)


def _product(view: View, equation: Any, operand: int) -> Use:
    contracted, batched = equation.params["dimension_numbers"]
    shape, out = equation.invars[operand].aval.shape, equation.outvars[0].aval.shape
    inputs, batch = tuple(contracted[operand]), tuple(batched[operand])
    outputs = tuple(axis for axis in range(len(shape)) if axis not in (*inputs, *batch))
    place = _place(view, shape, batch, inputs, outputs)
    sizes = math.prod(shape[axis] for axis in (*outputs, *batch))
    first = len(batch) if operand == 0 else len(out) - len(outputs)
    writes = first if len(outputs) == 1 else None
    fixed = "its product is a batch of products, each with weights of its own" if batch else ""
    return Use(place, math.prod(out) // sizes, 1 - operand, tuple(contracted[1 - operand]), writes, fixed)


def _place(view: View, shape: Any, locations: Any, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Place:
    """The layout that an operation asks for, told in the leaf's own axes.

    The leaf's axes of size 1 go first.
    """
    order = [view.axes[axis] for axis in (*locations, *inputs, *outputs)]
    used = [axis for axis in order if axis is not None]
    unit = [axis for axis in range(len(view.stored)) if axis not in used]
    count = lambda axes: math.prod(shape[axis] for axis in axes)
    kernel = (*(shape[axis] for axis in locations), count(inputs), count(outputs))
    axes = range(len(view.stored)) if used == sorted(used) else (*unit, *used)
    return Place(view.path, view.stored, tuple(axes), kernel)
