"""Loops of few steps around convolutions, step by step: our kernels compute what is inside."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lowering.functions import jaxprs
from lowering.graph import values
from lowering.graph.values import Const, NoKernel, Tracer

KERNELS = frozenset(("conv_general_dilated", "reduce_window_max", "reduce_window_sum"))  # what is worth it
MOST_OPERATIONS = 1024  # in all steps
MOST_WEIGHTS = 1 << 24  # elements in all steps: every step has a kernel with weights of its own


def scan(tracer: Tracer, eqn: values.Equation, *inputs: Any) -> Sequence[Any]:
    """scan over convolutions, written out; without a state, all steps at once.

    Operands: constants, the first state, and arrays of which a step reads one element each.
    """
    body, length, (constants, state) = eqn.params["jaxpr"], eqn.params["length"], jaxprs.scanned(eqn)
    _check(body.jaxpr, length if state else 1, inputs[:constants])
    if not state:  # as vmap would write it
        return tracer.apply(jaxprs.mapped(body, constants), inputs)
    fixed, carried, given = inputs[:constants], list(inputs[constants:][:state]), inputs[constants + state :]
    rows: list[list[Any]] = [[] for _ in eqn.outvars[state:]]
    order = range(length)
    for step in reversed(order) if eqn.params["reverse"] else order:
        slices = [_at(tracer, x, step) for x in given]
        found = tracer.inside(body, [*fixed, *carried, *slices])
        carried = list(found[:state])
        for row, result in zip(rows, found[state:], strict=True):
            row.append(result)
    rows = [row[::-1] if eqn.params["reverse"] else row for row in rows]
    return [*carried, *(_stacked(tracer, row) for row in rows)]


def _check(body: Any, length: int, constants: Sequence[Any]) -> None:
    """NoKernel for a loop that is better left as it is."""
    names = [each.primitive.name for each in _operations(body)]
    if not KERNELS & set(names):
        raise NoKernel("it is a loop without convolutions or pools")
    operations, weights = length * len(names), length * sum(x.value.size for x in constants if isinstance(x, Const))
    if not 0 < operations <= MOST_OPERATIONS:
        raise NoKernel(f"it has {operations} operations in all steps, of which {MOST_OPERATIONS} may be written out")
    if weights > MOST_WEIGHTS:
        raise NoKernel(f"it has {weights} weights in all steps, of which {MOST_WEIGHTS} may be written out")


def _operations(body: Any) -> Iterator[Any]:
    """Every operation of a function, those of the functions that it calls with it."""
    for each in body.eqns:
        inner = jaxprs.called(each)
        yield from [each] if inner is None else _operations(inner.jaxpr)


def _at(tracer: Tracer, x: Any, step: int) -> Any:
    """An element along the first axis."""
    if isinstance(x, Const):
        return Const(np.asarray(x.value)[step], x.name)
    return tracer.apply(lambda each: [each[step]], [x])[0]


def _stacked(tracer: Tracer, row: Sequence[Any]) -> Any:
    """Arrays as those along the first axis of one."""
    if all(isinstance(x, Const) for x in row):
        return Const(np.stack([x.value for x in row]))
    return tracer.apply(jaxprs.stacked, row)[0]
