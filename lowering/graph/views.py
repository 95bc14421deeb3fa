"""How an array of JAX's lies in a value of the graph: which axes are which, so that most reshapes cost nothing.

A value of the graph has its own axes, such as the frames, height, width and channels of a feature map. They are split
into fine ones, so that every axis of the array is some of those, one after the other. A transpose or a reshape of the
array then only changes how fine axes are read.
"""

import dataclasses
import math
from collections.abc import Collection, Sequence

import numpy as np

Shape = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class View:
    """An array whose elements are those of a value, in another order of axes.

    sizes: of the fine axes in the order of the value's memory; none is 1. value: for each axis of the value, how many
    fine axes it is made of. array: for each axis of the array, the fine axes that it is made of.
    """

    sizes: Shape
    value: Shape
    array: tuple[Shape, ...]

    @property
    def shape(self) -> Shape:
        """Of the array."""
        return tuple(math.prod(self.sizes[axis] for axis in group) for group in self.array)

    @property
    def value_shape(self) -> Shape:
        """Of the value."""
        return tuple(math.prod(self.sizes[axis] for axis in group) for group in self.groups)

    @property
    def groups(self) -> tuple[Shape, ...]:
        """The fine axes of each axis of the value."""
        ends = np.cumsum(self.value).tolist()
        return tuple(tuple(range(end - count, end)) for end, count in zip(ends, self.value, strict=True))

    @property
    def order(self) -> Shape:
        """The fine axes in the order of the array's elements."""
        return tuple(axis for group in self.array for axis in group)

    @property
    def is_plain(self) -> bool:
        """Whether the array's elements lie in the order of the value's."""
        return self.order == tuple(range(len(self.sizes)))

    @property
    def merged(self) -> "View":
        """The same with as few fine axes as can be, so that views of the same order are equal."""
        last = {group[-1] for group in (*self.groups, *self.array) if group}
        after = dict(zip(self.order, self.order[1:], strict=False))
        joined = [axis for axis in range(len(self.sizes) - 1) if axis not in last and after.get(axis) == axis + 1]
        starts = [axis for axis in range(len(self.sizes)) if axis - 1 not in joined]
        place = {axis: number for number, axis in enumerate(starts)}
        ends = [*starts, len(self.sizes)][1:]
        sizes = tuple(math.prod(self.sizes[a:b]) for a, b in zip(starts, ends, strict=True))
        value = tuple(sum(axis in place for axis in group) for group in self.groups)
        return View(sizes, value, tuple(tuple(place[a] for a in group if a in place) for group in self.array))

    def transpose(self, permutation: Sequence[int]) -> "View":
        """The array with its axes in another order."""
        return dataclasses.replace(self, array=tuple(self.array[axis] for axis in permutation))

    def reshape(self, shape: Sequence[int]) -> "View | None":
        """The array in another shape; None where an axis would hold parts of axes that do not lie side by side."""
        view, place, groups = self, 0, []
        for size in shape:
            group: list[int] = []
            while size > 1:
                if place == len(view.order):
                    return None
                axis = view.order[place]
                have = view.sizes[axis]
                if size % have:
                    if have % size:
                        return None
                    view, groups = view._split(axis, size), [_after(each, axis) for each in groups]
                    group = list(_after(tuple(group), axis))
                    have = size
                group.append(axis)
                size, place = size // have, place + 1
            groups.append(tuple(group))
        return dataclasses.replace(view, array=tuple(groups)) if place == len(view.order) else None

    def groups_of(self, axes: Sequence[Sequence[int]]) -> bool:
        """Whether each axis of the value is these axes of the array, one after the other."""
        wanted = tuple(tuple(fine for axis in each for fine in self.array[axis]) for each in axes)
        return wanted == self.groups

    def with_channels(self, kept: Sequence[int], outputs: Sequence[int]) -> "View":
        """The view of a feature map with other channels: an array of its axes `kept`, and then of the outputs'."""
        positions = self.groups[-1][0] if self.groups[-1] else len(self.sizes)
        new = [size for size in outputs if size > 1]
        places = iter(range(positions, positions + len(new)))
        array = (*(self.array[axis] for axis in kept), *((next(places),) if size > 1 else () for size in outputs))
        return View((*self.sizes[:positions], *new), (*self.value[:-1], len(new)), array)

    def with_axis(self, place: int, size: int, kept: Sequence[int]) -> "View":
        """The view of a value whose axis at `place` has `size` elements: an array of its axes `kept`, and then of that.

        No axis that is kept has a part of it.
        """
        first, gone, new = sum(self.value[:place]), self.value[place], int(size > 1)
        moved = lambda fine: fine if fine < first else fine - gone + new
        sizes = (*self.sizes[:first], *(size,) * new, *self.sizes[first + gone :])
        value = (*self.value[:place], new, *self.value[place + 1 :])
        array = (*(tuple(map(moved, self.array[axis])) for axis in kept), (first,) * new)
        return View(sizes, value, array)

    def with_fine(self, after: int, size: int) -> "View":
        """The same with one more fine axis, behind the one at `after` and in its axis of the value, in no axis yet."""
        value = tuple(count + (after in group) for count, group in zip(self.value, self.groups, strict=True))
        array = tuple(_after(group, after) for group in self.array)
        return View((*self.sizes[: after + 1], size, *self.sizes[after + 1 :]), value, array)

    def without(self, fine: Collection[int], kept: Sequence[int]) -> "View":
        """The view once these fine axes are gone: an array of its axes `kept`."""
        left = [axis for axis in range(len(self.sizes)) if axis not in fine]
        place = {axis: number for number, axis in enumerate(left)}
        value = tuple(sum(axis in place for axis in group) for group in self.groups)
        array = tuple(tuple(place[axis] for axis in self.array[each] if axis in place) for each in kept)
        return View(tuple(self.sizes[axis] for axis in left), value, array)

    def of_array(self, array: np.ndarray) -> np.ndarray:
        """An array of this shape as the value holds it."""
        fine = array.reshape([self.sizes[axis] for axis in self.order])
        return fine.transpose(np.argsort(self.order)).reshape(self.value_shape)

    def _split(self, axis: int, first: int) -> "View":
        """The same with a fine axis split in two, the slower one of size `first`."""
        sizes = (*self.sizes[:axis], first, self.sizes[axis] // first, *self.sizes[axis + 1 :])
        value = tuple(count + (axis in group) for count, group in zip(self.value, self.groups, strict=True))
        array = tuple(_split_in(group, axis) for group in self.array)
        return View(sizes, value, array)


def plain(shape: Sequence[int], value: Sequence[Sequence[int]]) -> View:
    """A view of an array whose axes lie in the value in their order.

    value: for each axis of the value, the axes of the array that it is made of.
    """
    kept = [axis for axis, size in enumerate(shape) if size > 1]
    fine = {axis: place for place, axis in enumerate(kept)}
    array = tuple((fine[axis],) if axis in fine else () for axis in range(len(shape)))
    counts = tuple(sum(axis in fine for axis in group) for group in value)
    return View(tuple(shape[axis] for axis in kept), counts, array)


def laid(shape: Sequence[int], axes: Sequence[Sequence[int]]) -> View:
    """A view of an array of this shape whose axes lie in the value in any order: `axes` as for `plain`."""
    order = [axis for group in axes for axis in group]
    places = iter(range(len(order)))
    groups = [[next(places) for _ in group] for group in axes]
    return plain([shape[axis] for axis in order], groups).transpose(np.argsort(order).tolist())


def flat(shape: Sequence[int]) -> View:
    """A view of an array that lies flat in the order of its elements."""
    return plain(shape, (range(len(shape)),))


def _after(group: Shape, axis: int) -> Shape:
    """Fine axes once `axis`, which is not among them, has become two."""
    return tuple(each + (each > axis) for each in group)


def _split_in(group: Shape, axis: int) -> Shape:
    return tuple(new for each in group for new in ((axis, axis + 1) if each == axis else (each + (each > axis),)))
