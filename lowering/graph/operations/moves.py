"""Values put together from parts of others: slices, borders, joins, shifts, reversals, shuffles of channels."""

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np

from lowering.graph import packed
from lowering.graph.operations import base

Places = tuple[int, ...]
OUTSIDE = -1  # instead of a place: what lies there is the fill
MOST_AT_ONCE = 16  # phases that are put in place at once
MOST_PATCHES = 64  # that a change of axes may take


@dataclasses.dataclass(frozen=True)
class Patch:
    """What one input gives: result[at[0][i], at[1][j], ...] = input[of[0][i], of[1][j], ...].

    source: which input. of, at: for each axis, the places in the input and those in the result, one for one.
    """

    source: int
    of: tuple[Places, ...]
    at: tuple[Places, ...]

    @property
    def size(self) -> int:
        """How many elements of the result it gives."""
        return math.prod(len(places) for places in self.at)


@dataclasses.dataclass(frozen=True, eq=False)
class Mosaic(base.Op):
    """A value of shape `to` put together from patches that do not overlap; `fill` where none lies.

    A feature map of feature maps, or a vector of vectors.
    """

    to: base.Shape
    patches: tuple[Patch, ...]
    fill: float = 0.0
    arity = (1, 1 << 30)

    @property
    def is_whole(self) -> bool:
        """Whether patches lie everywhere, so that nothing is filled."""
        return sum(patch.size for patch in self.patches) == math.prod(self.to)

    @property
    def keeps_pixels(self) -> bool:
        """Whether every pixel stays where it is in its frame: frames and channels alone move."""
        whole = tuple(tuple(range(size)) for size in self.to[1:3])
        return len(self.to) == 4 and all(patch.of[1:3] == patch.at[1:3] == whole for patch in self.patches)

    @property
    def by_words(self) -> "Mosaic":
        """The same on words of four channels, which each patch must hold whole: so int8 lies in memory."""
        each = packed.WORD
        words = lambda places: tuple(place // each for place in places[::each])
        patches = [Patch(p.source, (*p.of[:3], words(p.of[3])), (*p.at[:3], words(p.at[3]))) for p in self.patches]
        return dataclasses.replace(self, patches=tuple(patches))

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        for patch in self.patches:
            shape = inputs[patch.source]
            if len(shape) != len(self.to):
                raise base.GraphError(f"of shape {self.to} takes a patch of {shape}")
            for places, size in (*zip(patch.of, shape, strict=True), *zip(patch.at, self.to, strict=True)):
                if not places or min(places) < 0 or max(places) >= size:
                    raise base.GraphError(f"has places {places} along an axis of {size}")
        for one, other in itertools.combinations(self.patches, 2):
            if all(set(a) & set(b) for a, b in zip(one.at, other.at, strict=True)):
                raise base.GraphError("has patches that overlap")
        return self.to

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        out = np.full(self.to, self.fill, inputs[0].dtype)
        for patch in self.patches:
            out[np.ix_(*patch.at)] = inputs[patch.source][np.ix_(*patch.of)]
        return out

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs) and self.fill >= 0

    @property
    def note(self) -> str:
        return f"{len(self.patches)} patches"


def taken(places: Sequence[Sequence[int]], fill: float = 0.0) -> Mosaic:
    """One input, whose places along each axis are given for every place of the result; OUTSIDE: the fill."""
    at = tuple(tuple(i for i, place in enumerate(axis) if place != OUTSIDE) for axis in places)
    of = tuple(tuple(int(place) for place in axis if place != OUTSIDE) for axis in places)
    patches = (Patch(0, of, at),) if all(at) else ()
    return Mosaic(tuple(len(axis) for axis in places), patches, fill)


def joined(shapes: Sequence[base.Shape], axis: int) -> Mosaic:
    """Inputs of these shapes one after the other along an axis."""
    ends = list(itertools.accumulate(shape[axis] for shape in shapes))
    to = tuple(ends[-1] if place == axis else size for place, size in enumerate(shapes[0]))
    patches = []
    for source, (shape, end) in enumerate(zip(shapes, ends, strict=True)):
        of = tuple(tuple(range(size)) for size in shape)
        at = tuple(tuple(range(end - shape[axis], end)) if place == axis else all_ for place, all_ in enumerate(of))
        patches.append(Patch(source, of, at))
    return Mosaic(to, tuple(patches))


def between(shape: base.Shape, phases: base.Window, size: base.Shape) -> list[Mosaic]:
    """y[d, h, w, c] = x[d // pd, h // ph, w // pw, (d % pd, h % ph, w % pw, c)]: the inverse of SpaceToDepth.

    A map of this shape, with the phases among its channels, becomes one of `size` frames, height and width. More than
    MOST_AT_ONCE phases are put in place axis by axis.
    """
    if math.prod(phases) <= MOST_AT_ONCE:
        return [_between(shape, phases, size)]
    found: list[Mosaic] = []
    for axis in (axis for axis in range(3) if phases[axis] > 1):
        only = [phases[axis] if place == axis else 1 for place in range(3)]
        found.append(_between(shape, only, [size[axis] if place == axis else shape[place] for place in range(3)]))
        shape = found[-1].to
    return found


def _between(shape: base.Shape, phases: Sequence[int], size: Sequence[int]) -> Mosaic:
    channels, patches = shape[3] // math.prod(phases), []
    for number, place in enumerate(itertools.product(*map(range, phases))):
        at = [tuple(range(first, end, step)) for first, end, step in zip(place, size, phases, strict=True)]
        of = [tuple(range(len(each))) for each in at]
        taken = tuple(range(number * channels, (number + 1) * channels))
        patches.append(Patch(0, (*of, taken), (*at, tuple(range(channels)))))
    return Mosaic((*size, channels), tuple(each for each in patches if all(each.at)))


def turned(sizes: Sequence[int], given: Sequence[Sequence[int]], wanted: Sequence[Sequence[int]]) -> Mosaic | None:
    """A feature map whose axes are made of other fine axes; None if that takes more than MOST_PATCHES patches.

    sizes: of the fine axes. given, wanted: which of them each axis of the map and of the result is made of, slowest
    first. Those that stay in their axis are one patch; there is one for each place along the others.
    """
    where = {fine: axis for axis, group in enumerate(given) for fine in group}
    moved = [fine for axis, group in enumerate(wanted) for fine in group if where[fine] != axis]
    if math.prod(sizes[fine] for fine in moved) > MOST_PATCHES:
        return None
    patches = []
    for place in itertools.product(*(range(sizes[fine]) for fine in moved)):
        fixed = dict(zip(moved, place, strict=True))
        of = tuple(
            _fixed(sizes, group, fixed, [fine for fine in to if fine in group])
            for group, to in zip(given, wanted, strict=True)
        )
        at = tuple(_fixed(sizes, to, fixed, [fine for fine in to if fine not in fixed]) for to in wanted)
        patches.append(Patch(0, of, at))
    return Mosaic(tuple(math.prod(sizes[fine] for fine in group) for group in wanted), tuple(patches))


def shuffled(op: Mosaic, shape: base.Shape) -> tuple[base.Window, bool] | None:
    """The phases among the channels of a map of this shape that become places between its pixels; None for other moves.

    Also whether the phases are the last of the fine axes of channels, or the first.
    """
    if len(shape) != 4 or any(size % given for size, given in zip(op.to[:3], shape, strict=False)):
        return None
    d, h, w = (size // given for size, given in zip(op.to[:3], shape, strict=False))
    channels = op.to[3]
    for last in (False, True):
        order = [6, 3, 4, 5] if last else [3, 4, 5, 6]
        sizes = [*shape[:3], d, h, w, channels]
        if d * h * w > MOST_PATCHES or math.prod(sizes) != math.prod(shape):
            return None
        other = turned(sizes, [[0], [1], [2], order], [[0, 3], [1, 4], [2, 5], [6]])
        if other is not None and set(other.patches) == set(op.patches):
            return (d, h, w), last
    return None


def _fixed(sizes: Sequence[int], group: Sequence[int], fixed: dict[int, int], order: Sequence[int]) -> Places:
    """The places along an axis made of these fine axes, of which some are fixed and the others run in this order."""
    at = np.arange(math.prod(sizes[fine] for fine in group)).reshape([sizes[fine] for fine in group])
    at = at[tuple(fixed.get(fine, slice(None)) for fine in group)]
    left = [fine for fine in group if fine not in fixed]
    return tuple(at.transpose([left.index(fine) for fine in order]).ravel().tolist())


def substitute(outer: Mosaic, place: int, inner: Mosaic, inputs: Sequence[int]) -> Mosaic | None:
    """`outer` with `inner` instead of its input at `place`; None where they fill with different numbers.

    inputs: for each input of `inner`, its place among those of the new one, which begin with those of `outer` but that
    one.
    """
    if inner.is_whole or outer.fill == inner.fill:
        fill = outer.fill
    elif outer.is_whole:
        fill = inner.fill
    else:
        return None
    patches: list[Patch] = []
    for patch in outer.patches:
        if patch.source != place:
            patches.append(dataclasses.replace(patch, source=patch.source - (patch.source > place)))
            continue
        seen = (_through(patch, behind, inputs[behind.source]) for behind in inner.patches)
        patches += [each for each in seen if each is not None]
    return Mosaic(outer.to, tuple(patches), fill)


def _through(front: Patch, behind: Patch, source: int) -> Patch | None:
    """What a patch shows of a patch behind it; None where it shows nothing."""
    of, at = [], []
    for seen, here, below, given in zip(front.of, front.at, behind.at, behind.of, strict=True):
        known = dict(zip(below, given, strict=True))
        pairs = [(known[place], to) for place, to in zip(seen, here, strict=True) if place in known]
        if not pairs:
            return None
        of.append(tuple(place for place, _ in pairs))
        at.append(tuple(to for _, to in pairs))
    return Patch(source, tuple(of), tuple(at))
