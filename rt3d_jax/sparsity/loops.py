"""Loops and branches in the walk over a network: what is known of their results, from what is known of their bodies."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from lowering.functions import jaxprs
from rt3d_jax.sparsity import values as known
from rt3d_jax.sparsity.values import CONSTANT, UNKNOWN, Value

NAMES = ("scan", "while", "cond")
UNCOUNTED = "a while loop reads it, which may run any number of times"

Values = list[Value]
Shapes = Sequence[tuple[int, ...]]
Body = Callable[..., Values]


def results(equation: Any, values: Values, body: Body, lose: Callable[[Value], None]) -> Values:
    """The Values of the results of a loop or a branch.

    body(closed, values, times=1, fixed="", keep=True) walks over a body, a closed jaxpr, with the Values of its
        arguments. The body runs `times` times. fixed: why its kernels cannot be pruned. With keep=False nothing of what
        the walk learns is noted.
    lose(value) is told of a parameter that the loop changes, or that it takes for another.
    """
    return {"scan": _scan, "while": _while, "cond": _cond}[equation.primitive.name](equation, values, body, lose)


def _scan(equation: Any, values: Values, body: Body, lose: Callable[[Value], None]) -> Values:
    params = equation.params
    fixed, carried = jaxprs.scanned(equation)
    slices, shapes = [_slice(value, lose) for value in values[fixed + carried :]], _shapes(equation)[:carried]
    arguments = lambda state: [*values[:fixed], *state, *slices]
    tried = lambda state: body(params["jaxpr"], arguments(state), keep=False)[:carried]
    state = _steady(values[fixed : fixed + carried], tried, shapes, lose)
    found = body(params["jaxpr"], arguments(state), times=params["length"])
    return [*state, *(_stacked(value, lose) for value in found[carried:])]


def _while(equation: Any, values: Values, body: Body, lose: Callable[[Value], None]) -> Values:
    params = equation.params
    tests, fixed = params["cond_nconsts"], params["cond_nconsts"] + params["body_nconsts"]
    turn = lambda state, **how: body(params["body_jaxpr"], [*values[tests:fixed], *state], **how)
    state = _steady(values[fixed:], lambda state: turn(state, keep=False), _shapes(equation), lose)
    body(params["cond_jaxpr"], [*values[:tests], *state], fixed=UNCOUNTED)
    turn(state, fixed=UNCOUNTED)
    return state


def _cond(equation: Any, values: Values, body: Body, lose: Callable[[Value], None]) -> Values:
    first, *others = [body(branch, values[1:]) for branch in equation.params["branches"]]
    for other in others:
        first = _either(first, other, _shapes(equation), lose)
    return first


def _steady(state: Values, turn: Callable[[Values], Values], shapes: Shapes, lose: Callable[[Value], None]) -> Values:
    """What is known of a loop's state before any turn, and after the last.

    A turn can only add filters or make a value unknown, so that this ends.
    """
    while (after := _either(state, turn(state), shapes, lose)) != state:
        state = after
    return state


def _either(ones: Values, others: Values, shapes: Shapes, lose: Callable[[Value], None]) -> Values:
    for one, other in zip(ones, others, strict=True):
        if (one.view, one.vanish) != (other.view, other.vanish):
            lose(one)
            lose(other)
    return [known.either(one, other, shape) for one, other, shape in zip(ones, others, shapes, strict=True)]


def _slice(value: Value, lose: Callable[[Value], None]) -> Value:
    """One place along the first axis: what a turn of a scan gets of an array."""
    view = value.view and value.view.sliced()
    if value.axis == 0:
        lose(dataclasses.replace(value, view=None))
        return CONSTANT if value.sources == () else dataclasses.replace(UNKNOWN, view=view)
    axis = None if value.axis is None else value.axis - 1
    return dataclasses.replace(value, axis=axis, view=view)


def _stacked(value: Value, lose: Callable[[Value], None]) -> Value:
    """The results of all turns together."""
    lose(value)
    return dataclasses.replace(value, axis=None if value.axis is None else value.axis + 1, view=None)


def _shapes(equation: Any) -> list[tuple[int, ...]]:
    return [tuple(var.aval.shape) for var in equation.outvars]
