"""What each operation does to the channels of its operands: a table of rules, one for each primitive of JAX.

A rule takes an equation and the `Value` of each operand, and gives the Value of the result. An operation without a rule
gives UNKNOWN. Behind it a dropped filter takes no weights along, because nobody can say that its channel is zero.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from rt3d_jax.sparsity import products

Filter = tuple[str, int]
Places = tuple[frozenset[Filter], ...]
NOTHING: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Value:
    """What is known of an array in the traced network.

    sources: for each place along the channel axis, the filters (layer, number) that it is made of. () if no input
        reaches the array, as for constants and parameters. None if this is not known.
    axis: the channel axis. For a parameter that is a vector, the axis along which it lies.
    vanish: suppose that all filters of a place are dropped. These vectors (paths) must then be zero as well for the
        array to be zero there. None if it is not zero even so.
    view: the parameter that the array is, in whatever layout. None if it is none.
    """

    sources: Places | None = None
    axis: int | None = None
    vanish: frozenset[str] | None = None
    view: products.View | None = None

    @property
    def filters(self) -> bool:
        """Whether the filters of any layer reach it."""
        return any(self.sources or ())


UNKNOWN = Value()
CONSTANT = Value(())
ZERO = Value((), None, NOTHING)


def apply(equation: Any, values: list[Value]) -> Value:
    """The Value of an operation's result."""
    rule = RULES.get(equation.primitive.name)
    return UNKNOWN if rule is None else rule(equation, values)


def along(value: Value, axis: int, size: int) -> Places | None:
    """The sources of a value along an axis of this size; None if they are not known.

    The network's inputs are made of no filter, so that they have such sources along any axis.
    """
    if value.sources and not value.filters:
        return (frozenset(),) * size
    return value.sources if value.axis == axis and len(value.sources or ()) == size else None


def fits(value: Value, atom: Any, axis: int, result: tuple[int, ...]) -> bool:
    """Whether a vector has an element for every place along an axis of the result. True for what is no vector."""
    if not value.vanish or value.sources:
        return True
    shape, size = _shape(atom), result[axis]
    return (value.axis, shape[axis]) == (axis, size) or (size == 1 and math.prod(shape) == 1)


def _shape(atom: Any) -> tuple[int, ...]:
    return tuple(atom.aval.shape)


def _met(equation: Any, values: Sequence[Value]) -> tuple[Value, list[frozenset[str] | None]]:
    """What operands that meet element by element give: their sources joined, and what each operand needs to vanish.

    UNKNOWN and no needs if their channels do not fit together.
    """
    axes = {value.axis for value in values if value.filters}
    if any(value.sources is None for value in values) or len(axes) > 1:
        return UNKNOWN, []
    known = [value.axis for value in values if value.axis is not None]
    axis = axes.pop() if axes else next(iter(known), None)
    if axis is None:
        return CONSTANT, [value.vanish for value in values]
    size = _shape(equation.outvars[0])[axis]
    lists = [along(value, axis, size) for value in values if value.sources]
    if None in lists:
        return UNKNOWN, []
    joined = tuple(frozenset().union(*places) for places in zip(*lists, strict=True))
    atoms, result = equation.invars[-len(values) :], _shape(equation.outvars[0])
    needs = [
        value.vanish if fits(value, atom, axis, result) else None for value, atom in zip(values, atoms, strict=True)
    ]
    return Value(joined, axis), needs


def _sum(equation: Any, values: list[Value]) -> Value:
    """The result is zero where all operands are."""
    met, needs = _met(equation, values)
    dead = [need for need in needs if need is not None]
    return dataclasses.replace(met, vanish=NOTHING.union(*dead)) if needs and len(dead) == len(values) else met


def _mul(equation: Any, values: list[Value]) -> Value:
    """The result is zero where any operand is. Of several, the one with the fewest conditions counts."""
    met, needs = _met(equation, values)
    dead = [need for need in needs if need is not None]
    return dataclasses.replace(met, vanish=min(dead, key=len)) if dead else met


def _div(equation: Any, values: list[Value]) -> Value:
    met, needs = _met(equation, values)
    return dataclasses.replace(met, vanish=needs[0]) if needs else met


def _same(equation: Any, values: list[Value]) -> Value:
    return dataclasses.replace(values[0], view=None)


def _moved(equation: Any, values: list[Value]) -> Value:
    """A function, element by element, that is not zero at zero."""
    return _met(equation, values)[0]


def _power(equation: Any, values: list[Value]) -> Value:
    """Zero at zero for positive exponents alone: the power 0 is one everywhere."""
    return (_same if equation.params["y"] > 0 else _moved)(equation, values)


def _select(equation: Any, values: list[Value]) -> Value:
    return _sum(equation, values[1:])


def _at(value: Value, axis: int | None) -> Value:
    """The same channels along another axis. Where the axis is lost, an array without channels is a constant."""
    if axis is None:
        return CONSTANT if value.sources == () else UNKNOWN
    return Value(value.sources, axis, value.vanish)


def _broadcast(equation: Any, values: list[Value]) -> Value:
    """The channels are kept where their axis keeps its size."""
    value, before, after = values[0], _shape(equation.invars[0]), _shape(equation.outvars[0])
    if value.axis is None:
        return _same(equation, values)
    axis = equation.params["broadcast_dimensions"][value.axis]
    return _at(value, int(axis) if before[value.axis] == after[axis] else None)


def _reshape(equation: Any, values: list[Value]) -> Value:
    """The channel axis may move, or be joined with others, as in a flattening.

    When it is joined, its places repeat.
    """
    value, before, after = values[0], _shape(equation.invars[0]), _shape(equation.outvars[0])
    if value.axis is None:
        return _same(equation, values)
    if equation.params["dimensions"] is not None:
        return UNKNOWN
    outer, size, inner = math.prod(before[: value.axis]), before[value.axis], math.prod(before[value.axis + 1 :])
    found: dict[int, tuple[int, int]] = {}
    for axis, joined in enumerate(after):
        above, below = max(1, math.prod(after[:axis])), max(1, math.prod(after[axis + 1 :]))
        if not outer % above and not inner % below and joined == outer // above * size * (inner // below):
            found[axis] = outer // above, inner // below
    if not found:
        return _at(value, None)
    axis = value.axis if value.axis in found else max(found)  # several fit only where the channel axis has size 1
    times, each = found[axis]
    if not value.sources:
        return _at(value, axis if times == each == 1 else None)
    places = tuple(place for place in value.sources for _ in range(each))
    return Value(places * times, axis, value.vanish)


def _without(value: Value, dropped: Sequence[int]) -> Value:
    """A value after some of its axes are gone."""
    if value.axis is None:
        return CONSTANT if value.sources == () else value
    return _at(value, None if value.axis in dropped else value.axis - sum(axis < value.axis for axis in dropped))


def _reduce(equation: Any, values: list[Value]) -> Value:
    return _without(values[0], [int(axis) for axis in equation.params["axes"]])


def _squeeze(equation: Any, values: list[Value]) -> Value:
    return _without(values[0], equation.params["dimensions"])


def _window(equation: Any, values: list[Value]) -> Value:
    """Pools: the windows must stay within one channel.

    A max pool gives minus infinity for a window of padding alone; no network that works has one.
    """
    value = values[0]
    return (
        _same(equation, values)
        if value.axis is None or equation.params["window_dimensions"][value.axis] == 1
        else UNKNOWN
    )


def _concatenate(equation: Any, values: list[Value]) -> Value:
    """Along the channel axis, the channels of one operand follow those of the operand before it."""
    joined = equation.params["dimension"]
    axes = {value.axis for value in values if value.filters}
    if axes != {joined}:
        return UNKNOWN if joined in axes else _sum(equation, values)
    parts = [along(value, joined, _shape(atom)[joined]) for value, atom in zip(values, equation.invars, strict=True)]
    if not all(parts):
        return UNKNOWN
    places = tuple(place for part in parts for place in part or ())
    return Value(places, joined, NOTHING if all(value.vanish == NOTHING for value in values) else None)


def _slice(equation: Any, values: list[Value]) -> Value:
    value, params = values[0], equation.params
    if value.axis is None or not value.sources:
        return CONSTANT if value.vanish else _same(equation, values)
    axis, strides = value.axis, params["strides"]
    cut = slice(params["start_indices"][axis], params["limit_indices"][axis], 1 if strides is None else strides[axis])
    return Value(value.sources[cut], axis, value.vanish)


def _pad(equation: Any, values: list[Value]) -> Value:
    axis = values[0].axis
    if axis is None or equation.params["padding_config"][axis] != (0, 0, 0) or not values[0].sources:
        return UNKNOWN
    needs = [value.vanish for value in values]
    return Value(
        values[0].sources, axis, None if None in needs else NOTHING.union(*(need or NOTHING for need in needs))
    )


def _transpose(equation: Any, values: list[Value]) -> Value:
    axis = values[0].axis
    return _same(equation, values) if axis is None else _at(values[0], list(equation.params["permutation"]).index(axis))


RULES = {
    **dict.fromkeys(("add", "add_any", "sub", "max", "min"), _sum),
    **dict.fromkeys(("neg", "abs", "sign", "sqrt", "square", "tanh", "sin", "erf", "expm1"), _same),
    **dict.fromkeys(("convert_element_type", "copy", "stop_gradient", "reduce_precision"), _same),
    **dict.fromkeys(("exp", "log", "log1p", "logistic", "rsqrt", "cos", "pow"), _moved),
    **dict.fromkeys(("eq", "ne", "gt", "ge", "lt", "le"), _moved),
    **dict.fromkeys(("reduce_sum", "reduce_max", "reduce_min"), _reduce),
    **dict.fromkeys(("reduce_window_max", "reduce_window_sum"), _window),
    "integer_pow": _power,
    "mul": _mul,
    "div": _div,
    "select_n": _select,
    "broadcast_in_dim": _broadcast,
    "reshape": _reshape,
    "concatenate": _concatenate,
    "slice": _slice,
    "pad": _pad,
    "transpose": _transpose,
    "squeeze": _squeeze,
}
