"""Kernels as the operations see them: which axes of a parameter are locations, input channels and output channels.

A kernel is a parameter that a convolution reads, in the plane or in Winograd's transformed domain, or a matrix product.
Neither its name nor the order in which it is stored matters: the dimension numbers of the operation say what each axis
is. On the way, axes may be transposed, joined, cut and reversed, and weights scaled: zeros must stay zeros.
"""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from lowering.functions import transforms, winograd

CONVOLUTION, PRODUCT = "conv_general_dilated", "dot_general"
OPERATIONS = (CONVOLUTION, PRODUCT, winograd.NAME)  # those that read a kernel
LOCATIONS = 3  # axes of locations, at most
FRAMED = (3, 5)  # axes of results that have one of frames
UNCHANGED = (
    "convert_element_type",
    "copy",
    "name",
    "optimization_barrier",
    "reduce_precision",
    "sharding_constraint",
    "stop_gradient",
)
ZERO_AT_ZERO = ("abs", "asinh", "atan", "erf", "expm1", "neg", "round", "sign", "sin", "sinh", "sqrt", "square", "tanh")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a kernel lies in a parameter tree, and how it is stored there.

    path: of the leaf, as lowering.functions.trees writes it.
    stored: the leaf's shape.
    factors: the leaf's axes, some of them cut in two or more. Their product is the leaf's size.
    order: the factors in the order of a kernel, (stack..., locations..., inputs..., outputs...).
    shape: the kernel's shape, (locations..., inputs, outputs). For a 3D convolution this is DHWIO. A stack of kernels,
        of which a loop reads one after the other, has six axes: (stack, depth, height, width, inputs, outputs).
    """

    path: str
    stored: tuple[int, ...]
    factors: tuple[int, ...]
    order: tuple[int, ...]
    shape: tuple[int, ...]

    def kernel(self, leaf: Any) -> Any:
        """The leaf as a kernel of `shape`. ValueError for a leaf of another shape than was read."""
        if tuple(leaf.shape) != self.stored:
            raise ValueError(
                f"{self.path} has shape {tuple(leaf.shape)}, expected {self.stored}; read the layers of this network"
            )
        return leaf if self._plain else leaf.reshape(self.factors).transpose(self.order).reshape(self.shape)

    def leaf(self, kernel: Any) -> Any:
        """A kernel of `shape`, or its mask, as the tree stores it."""
        if self._plain:
            return kernel
        moved = kernel.reshape(tuple(self.factors[factor] for factor in self.order))
        return moved.transpose(tuple(int(place) for place in np.argsort(self.order))).reshape(self.stored)

    @property
    def _plain(self) -> bool:
        return self.order == tuple(range(len(self.order))) and self.stored == self.shape


@dataclasses.dataclass(frozen=True)
class View:
    """A parameter on its way to an operation.

    path, stored, factors: as in Place. Axes of size 1 are no factors.
    axes: the factors that each axis of the array is made of, from the outside to the inside. () for an axis of size 1.
    stack: the factors of which loops read one place after the other.
    reversed: the factors that run backwards.
    scales: the vectors that the weights were multiplied with: the path of each, and the factors along which it lies.
    scaled: whether the weights were multiplied with anything.
    """

    path: str
    stored: tuple[int, ...]
    factors: tuple[int, ...]
    axes: tuple[tuple[int, ...], ...]
    stack: tuple[int, ...] = ()
    reversed: frozenset[int] = frozenset()
    scales: tuple[tuple[str, tuple[int, ...]], ...] = ()
    scaled: bool = False

    def along(self, axes: Iterable[int]) -> tuple[int, ...]:
        """The factors of these axes, one after the other."""
        return tuple(factor for axis in axes for factor in self.axes[axis])

    def times(self, path: str | None, axis: int) -> "View":
        """The view after a product with a vector along an axis. path: of the vector, None for what is no parameter."""
        scales = self.scales if path is None else (*self.scales, (path, self.axes[axis]))
        return dataclasses.replace(self, scales=scales, scaled=True)

    def sliced(self) -> "View":
        """One place of the first axis, as the body of a loop sees it."""
        return dataclasses.replace(self, axes=self.axes[1:], stack=(*self.stack, *self.axes[0]))


@dataclasses.dataclass(frozen=True)
class Use:
    """One reading of a kernel by an operation.

    positions: how often each weight is used.
    operand: the number of the operand that is multiplied with the kernel, the kernel's input.
    reads: the axes of input channels in that operand.
    writes: the axis of output channels in the result. None if there are several.
    fixed: why such a kernel cannot be pruned; "" if it can.
    groups: of the convolution. Each reads inputs of its own and writes outputs of its own.
    scales: the paths of vectors that the kernel's filters were multiplied with.
    frames: of the result, where it is a map of a clip (five axes) or vectors of its frames (batch, frames, channels); 0
    of others.
    """

    place: Place
    positions: int
    operand: int
    reads: tuple[int, ...]
    writes: int | None
    fixed: str = ""
    groups: int = 1
    scales: tuple[str, ...] = ()
    frames: int = 0


def whole(path: str, shape: tuple[int, ...]) -> View:
    """A parameter as it is stored."""
    numbers = iter(range(len(shape)))
    axes = tuple((next(numbers),) if size > 1 else () for size in shape)
    return View(path, shape, tuple(size for size in shape if size > 1), axes)


def stored(path: str, shape: tuple[int, ...], order: Sequence[int] | None = None) -> Place:
    """The Place of a kernel whose leaf has its axes in this order; by default (locations..., inputs, outputs)."""
    view, order = whole(path, shape), tuple(range(len(shape))) if order is None else tuple(order)
    return Place(path, shape, view.factors, view.along(order), tuple(shape[axis] for axis in order))


def moved(view: View, equation: Any) -> View | None:
    """The parameter after an operation that reads it alone.

    None if the operation does more than move axes, change the dtype or take zero to zero.
    """
    name, params, after = equation.primitive.name, equation.params, equation.outvars[0].aval.shape
    if name in UNCHANGED or (name == "integer_pow" and params["y"] > 0):
        return view
    if name in ZERO_AT_ZERO:
        return dataclasses.replace(view, scaled=True)
    if name == "transpose":
        return dataclasses.replace(view, axes=tuple(view.axes[axis] for axis in params["permutation"]))
    if name == "squeeze":
        return dataclasses.replace(
            view, axes=tuple(axis for number, axis in enumerate(view.axes) if number not in params["dimensions"])
        )
    if name == "rev":
        return dataclasses.replace(view, reversed=view.reversed | set(view.along(params["dimensions"])))
    if name == "broadcast_in_dim":
        return _broadcast(view, params["broadcast_dimensions"], after)
    if name == "reshape":
        order = params["dimensions"]
        axes = view.axes if order is None else tuple(view.axes[axis] for axis in order)
        return _reshaped(dataclasses.replace(view, axes=axes), after)
    return None


def _broadcast(view: View, places: Sequence[int], after: tuple[int, ...]) -> View | None:
    """The view with further axes of size 1. None where a weight is repeated."""
    axes: list[tuple[int, ...]] = [()] * len(after)
    for place, axis in zip(places, view.axes, strict=True):
        axes[place] = axis
    found = dataclasses.replace(view, axes=tuple(axes))
    return found if _sizes(found) == after else None


def _reshaped(view: View, after: tuple[int, ...]) -> View | None:
    """The view in another shape. None where an axis of it holds a part of a factor and more."""
    left, axes = list(view.along(range(len(view.axes)))), []
    for size in after:
        taken = []
        while size > 1:
            factor = view.factors[left[0]]
            if not size % factor:
                taken.append(left.pop(0))
                size //= factor
            elif not factor % size:
                return _reshaped(_cut(view, left[0], size), after)
            else:
                return None
        axes.append(tuple(taken))
    return dataclasses.replace(view, axes=tuple(axes))


def _cut(view: View, factor: int, outer: int) -> View:
    """The view with a factor cut in two, the first of size `outer`."""
    sizes = (*view.factors[:factor], outer, view.factors[factor] // outer, *view.factors[factor + 1 :])
    parts = lambda old: (old, old + 1) if old == factor else (old + (old > factor),)
    renamed = lambda axis: tuple(new for old in axis for new in parts(old))
    return dataclasses.replace(
        view,
        factors=sizes,
        axes=tuple(map(renamed, view.axes)),
        stack=renamed(view.stack),
        reversed=frozenset(renamed(view.reversed)),
        scales=tuple((path, renamed(axis)) for path, axis in view.scales),
    )


def _sizes(view: View) -> tuple[int, ...]:
    return tuple(math.prod(view.factors[factor] for factor in axis) for axis in view.axes)


def use(view: View, equation: Any, operand: int) -> Use:
    """How a convolution or a matrix product reads the kernel that is its operand number `operand`."""
    how = {CONVOLUTION: _convolution, PRODUCT: _product, winograd.NAME: _tiled}
    return how[equation.primitive.name](view, equation, operand)


def _convolution(view: View, equation: Any, operand: int) -> Use:
    numbers, params = equation.params["dimension_numbers"], equation.params
    outputs, inputs, *locations = numbers.rhs_spec
    place, fixed = _place(view, (), locations, (inputs,), (outputs,))
    groups = params["feature_group_count"]
    if params["batch_group_count"] > 1:
        fixed = f"its convolution has {params['batch_group_count']} groups of examples"
    elif groups > 1 and place.shape[-2] == 1:
        fixed = "its convolution is depthwise: each filter reads one channel"
    scales = tuple(path for path, along in view.scales if along == view.axes[outputs])
    positions, reads, writes = _positions(equation), (numbers.lhs_spec[1],), numbers.out_spec[1]
    return Use(
        place, positions, 1 - operand, reads, writes, fixed, groups, scales, _frames(equation, numbers.out_spec[2])
    )


def _frames(equation: Any, axis: int) -> int:
    """As Use.frames, which lie along this axis."""
    shape = equation.outvars[0].aval.shape
    return shape[axis] if len(shape) in FRAMED else 0


def _tiled(view: View, equation: Any, operand: int) -> Use:
    """In Winograd's transformed domain: locations are frames and the places of a tile, positions are tiles."""
    place, fixed = _place(view, (), (0, 1, 2), (3,), (4,))
    *counts, height, width, _ = equation.outvars[0].aval.shape
    tiles = (transforms.tiles(length, equation.params["tile"]) for length in (height, width))
    return Use(place, math.prod((*counts, *tiles)), 1 - operand, (4,), 4, fixed, frames=counts[1])


def _positions(equation: Any) -> int:
    """How often a convolution uses each weight.

    Padding counts. The zeros between the inputs of a transposed convolution do not, so that it uses each of its weights
    once for every input.
    """
    params, numbers = equation.params, equation.params["dimension_numbers"]
    before, after = equation.invars[0].aval.shape, equation.outvars[0].aval.shape
    count = after[numbers.out_spec[0]]
    for place, other, zeros, stride in zip(
        numbers.out_spec[2:], numbers.lhs_spec[2:], params["lhs_dilation"], params["window_strides"], strict=True
    ):
        count *= before[other] if zeros > 1 and stride == 1 else math.ceil(after[place] / zeros)
    return count


def _product(view: View, equation: Any, operand: int) -> Use:
    contracted, batched = equation.params["dimension_numbers"]
    shape, out = equation.invars[operand].aval.shape, equation.outvars[0].aval.shape
    inputs, batch = tuple(contracted[operand]), tuple(batched[operand])
    outputs = tuple(axis for axis in range(len(shape)) if axis not in (*inputs, *batch))
    place, fixed = _place(view, batch, (), inputs, outputs)
    sizes = math.prod(shape[axis] for axis in (*outputs, *batch))
    first = len(batch) if operand == 0 else len(out) - len(outputs)
    writes = first if len(outputs) == 1 else None
    scales = tuple(path for path, along in view.scales if along == view.along(outputs))
    reads, frames = tuple(contracted[1 - operand]), _frames(equation, 1)
    return Use(place, math.prod(out) // sizes, 1 - operand, reads, writes, fixed, scales=scales, frames=frames)


def _place(
    view: View, batch: Sequence[int], locations: Sequence[int], inputs: Sequence[int], outputs: Sequence[int]
) -> tuple[Place, str]:
    """The layout that an operation asks for, told in the leaf's own axes, and why it cannot be pruned."""
    stack, channels = view.stack + view.along(batch), view.along((*inputs, *outputs))
    size = lambda factors: math.prod(view.factors[factor] for factor in factors)
    shape = (*(size(view.axes[axis]) for axis in locations), size(view.along(inputs)), size(view.along(outputs)))
    order = (*stack, *view.along(locations), *channels)
    if stack:
        shape = (size(stack), *(1,) * (LOCATIONS - len(locations)), *shape)
    fixed = ""
    if len(locations) > LOCATIONS:
        fixed = f"it has {len(locations)} axes of locations, expected at most {LOCATIONS}"
    elif view.reversed & set(channels):
        fixed = "its channels are reversed before they are read"
    return Place(view.path, view.stored, view.factors, order, shape), fixed
