"""What each operation does to the channels of its operands: a table of rules, one for each primitive of JAX.

A rule takes an equation and the `Value` of each operand, and gives the Value of the result. An operation without a rule
gives UNKNOWN. Behind it a dropped filter takes no weights along, because nobody can say that its channel is zero.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rt3d_jax.sparsity import products
from rt3d_jax.sparsity.values import CONSTANT, NOTHING, UNKNOWN, ZERO, Value, along


def apply(equation: Any, values: list[Value]) -> list[Value]:
    """The Values of an operation's results."""
    name = equation.primitive.name
    if name in SEVERAL:
        return SEVERAL[name](equation, values)
    if all(value.sources == () for value in values) and name not in RULES:
        return [CONSTANT] * len(equation.outvars)
    return [RULES[name](equation, values) if name in RULES else UNKNOWN] * len(equation.outvars)


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
    atoms = equation.invars[-len(values) :]
    needs = [value.vanish if fits(value, atom, axis, size) else None for value, atom in zip(values, atoms, strict=True)]
    return Value(joined, axis), needs


def fits(value: Value, atom: Any, axis: int, size: int) -> bool:
    """Whether a vector has an element for every place of this axis. True for what is no vector."""
    if not value.vanish or value.filters:
        return True
    shape = _shape(atom)
    return (value.axis, shape[axis]) == (axis, size) or (size == 1 and math.prod(shape) == 1)


def _sum(equation: Any, values: list[Value]) -> Value:
    """The result is zero where all operands are."""
    met, needs = _met(equation, values)
    dead = [need for need in needs if need is not None]
    return dataclasses.replace(met, vanish=NOTHING.union(*dead)) if needs and len(dead) == len(values) else met


def _mul(equation: Any, values: list[Value]) -> Value:
    """The result is zero where any operand is. Of several, the one with the fewest conditions counts."""
    if (
        zero := next((at for at, value in enumerate(values) if value.filters and value.vanish == NOTHING), None)
    ) is not None:
        return _gated(equation, values, zero)
    met, needs = _met(equation, values)
    dead = [need for need in needs if need is not None]
    return dataclasses.replace(met, vanish=min(dead, key=len)) if dead else met


def _gated(equation: Any, values: list[Value], zero: int) -> Value:
    """A product with an operand that is zero where its filters are dropped, whatever the other one is, as in a gate."""
    value, other, before = values[zero], values[1 - zero], _shape(equation.invars[zero])
    spared = other.sources and tuple(frozenset(one._replace(needed=False) for one in place) for place in other.sources)
    met, _ = _met(equation, [value, dataclasses.replace(other, sources=spared)][:: 1 if zero == 0 else -1])
    if met.sources is None and value.axis is not None and before[value.axis] == _shape(equation.outvars[0])[value.axis]:
        met = Value(value.sources, value.axis)
    return dataclasses.replace(met, vanish=NOTHING) if met.sources else met


def _div(equation: Any, values: list[Value]) -> Value:
    if values[0].filters and values[0].vanish == NOTHING:
        return _gated(equation, values, 0)
    met, needs = _met(equation, values)
    return dataclasses.replace(met, vanish=needs[0]) if needs else met


def _min(equation: Any, values: list[Value]) -> Value:
    """The least of zero and a positive number is zero, as in ReLU6."""
    return _sum(equation, [dataclasses.replace(v, vanish=NOTHING) if v.sign > 0 else v for v in values])


def _max(equation: Any, values: list[Value]) -> Value:
    return _sum(equation, [dataclasses.replace(v, vanish=NOTHING) if v.sign < 0 else v for v in values])


def _clamp(equation: Any, values: list[Value]) -> Value:
    """Between a number below or at zero and one above or at it."""
    low, value, high = values
    holds = (low == ZERO or low.sign < 0) and (high == ZERO or high.sign > 0)
    return dataclasses.replace(value, vanish=value.vanish if holds else None, view=None)


def _same(equation: Any, values: list[Value]) -> Value:
    return dataclasses.replace(values[0], view=None)


def _zero_at_zero(equation: Any, values: list[Value]) -> Value:
    return dataclasses.replace(values[0], view=None, sign=0)


def _moved(equation: Any, values: list[Value]) -> Value:
    """A function, element by element, that is not zero at zero."""
    return _met(equation, values)[0]


def _power(equation: Any, values: list[Value]) -> Value:
    """Zero at zero for positive exponents alone: the power 0 is one everywhere."""
    return (_zero_at_zero if equation.params["y"] > 0 else _moved)(equation, values)


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
    if (order := equation.params["dimensions"]) is not None:  # axes are transposed first
        before, value = tuple(before[axis] for axis in order), _at(value, list(order).index(value.axis))
        assert value.axis is not None
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


def _split(equation: Any, values: list[Value]) -> list[Value]:
    """Along the channel axis, each part has channels of its own."""
    value, sizes = values[0], equation.params["sizes"]
    if value.axis != equation.params["axis"]:
        return [_same(equation, values)] * len(sizes)
    if not value.sources:
        return [CONSTANT] * len(sizes)
    parts = [value.sources[end - size : end] for end, size in zip(np.cumsum(sizes), sizes, strict=True)]
    return [Value(part, value.axis, value.vanish) for part in parts]


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
    **dict.fromkeys(("add", "add_any", "sub"), _sum),
    **dict.fromkeys(products.ZERO_AT_ZERO, _zero_at_zero),
    **dict.fromkeys(products.UNCHANGED, _same),
    **dict.fromkeys(("exp", "exp2", "log", "log1p", "logistic", "rsqrt", "cos", "erfc", "pow"), _moved),
    **dict.fromkeys(("eq", "ne", "gt", "ge", "lt", "le"), _moved),
    **dict.fromkeys(("reduce_sum", "reduce_max", "reduce_min"), _reduce),
    **dict.fromkeys(("reduce_window_max", "reduce_window_sum"), _window),
    "max": _max,
    "min": _min,
    "clamp": _clamp,
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
ELEMENTWISE = ("add", "sub", "mul", "div", "max", "min", "pow", "select_n")
SEVERAL = {
    "optimization_barrier": lambda equation, values: values,
    "split": _split,
}
