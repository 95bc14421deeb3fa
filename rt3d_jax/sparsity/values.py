"""What the walk over a network knows of an array: the filters behind its channels, and when a channel is zero."""

import dataclasses
from typing import NamedTuple

from rt3d_jax.sparsity import products


class Filter(NamedTuple):
    """A filter that a channel is made of.

    layer: the path of its kernel.
    number: of the filter in its kernel.
    of: the number of filters of the kernel.
    needed: whether the channel is zero only if this filter is dropped. The gate of a squeeze and excitation is not
        needed: what it is multiplied with makes the channel zero.
    """

    layer: str
    number: int
    of: int
    needed: bool = True


Places = tuple[frozenset[Filter], ...]
NOTHING: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Value:
    """What is known of an array in the traced network.

    sources: for each place along the channel axis, the filters that it is made of. () if no input reaches the array, as
        for constants and parameters. None if this is not known.
    axis: the channel axis. For a parameter that is a vector, the axis along which it lies.
    vanish: suppose that all needed filters of a place are dropped. These vectors (paths) must then be zero as well for
        the array to be zero there. None if it is not zero even so.
    view: the parameter that the array is, in whatever layout. None if it is none.
    sign: of a number in the program, 1 or -1; 0 for all else.
    """

    sources: Places | None = None
    axis: int | None = None
    vanish: frozenset[str] | None = None
    view: products.View | None = None
    sign: int = 0

    @property
    def filters(self) -> bool:
        """Whether the filters of any layer reach it."""
        return any(self.sources or ())


UNKNOWN = Value()
CONSTANT = Value(())
ZERO = Value((), None, NOTHING)


def number(value: float) -> Value:
    """The Value of a number in the program."""
    return ZERO if value == 0 else Value((), sign=int(value > 0) - int(value < 0))


def either(one: Value, other: Value, shape: tuple[int, ...]) -> Value:
    """What is known of an array that is one of two values: the state of a loop, or the result of a branch.

    shape: of the array.
    """
    if one == other:
        return one
    axes = {value.axis for value in (one, other) if value.filters}
    if one.sources is None or other.sources is None or len(axes) > 1:
        return UNKNOWN
    axis = axes.pop() if axes else one.axis if other.axis is None else other.axis
    vanish = NOTHING if one.vanish == other.vanish == NOTHING else None
    if axis is None or not (one.sources or other.sources):
        return Value((), None, vanish)
    lists = [along(value, axis, shape[axis]) for value in (one, other) if value.sources]
    if None in lists:
        return UNKNOWN
    return Value(tuple(frozenset().union(*places) for places in zip(*lists, strict=True)), axis, vanish)


def along(value: Value, axis: int, size: int) -> Places | None:
    """The sources of a value along an axis of this size; None if they are not known.

    The network's inputs are made of no filter, so that they have such sources along any axis.
    """
    if value.sources and not value.filters:
        return (frozenset(),) * size
    return value.sources if value.axis == axis and len(value.sources or ()) == size else None
