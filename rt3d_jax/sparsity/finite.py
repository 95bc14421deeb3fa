"""Whether a kernel that is computed from a parameter stays finite where the parameter is zero.

A weight norm divides a filter by its norm. Without an epsilon this is 0 / 0 for a filter that has lost all its weights.
"""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Set
from typing import Any

import jax.numpy as jnp
import numpy as np

from lowering.functions import jaxprs
from rt3d_jax.sparsity import products


@dataclasses.dataclass(frozen=True)
class _Value:
    """An array that depends on no input.

    compute: gives the array.
    of: the parameters that it is computed from.
    """

    compute: Callable[[], Any]
    of: frozenset[str] = frozenset()


def never_empty(closed: Any, leaves: Mapping[str, Any], paths: Set[str]) -> set[str]:
    """Those of the parameters `paths` whose kernel is not finite where they are zero.

    closed: the network's jaxpr. Its first arguments are the leaves, in this order.

    Only what the kernels are made of is computed, and loops are not entered. All other parameters are 1.
    """
    found: set[str] = set()

    def step(equation: Any, values: list[_Value | None]) -> list[_Value | None]:
        if equation.primitive.name in products.OPERATIONS:
            found.update(path for value in values if value is not None for path in _broken(value, paths))
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return [None] * len(equation.outvars)
        run = functools.cache(lambda: _results(equation, [value.compute() for value in known]))
        of = frozenset().union(*(value.of for value in known))
        return [_Value(lambda at=at: run()[at], of) for at in range(len(equation.outvars))]

    given = [
        _Value(functools.partial(_filled, leaf, path in paths), frozenset([path])) for path, leaf in leaves.items()
    ]
    inputs = [*given, *[None] * (len(closed.jaxpr.invars) - len(given))]
    jaxprs.walk(closed.jaxpr, [_constant(array) for array in closed.consts], inputs, step, _constant)
    return found


def _broken(value: _Value, paths: Set[str]) -> list[str]:
    mine = [path for path in value.of if path in paths]
    return mine if mine and not np.isfinite(np.asarray(value.compute(), np.float32)).all() else []


def _results(equation: Any, operands: list[Any]) -> list[Any]:
    found = equation.primitive.bind(*operands, **equation.params)
    return found if equation.primitive.multiple_results else [found]


def _filled(leaf: Any, zero: bool) -> Any:
    return jnp.zeros(leaf.shape, leaf.dtype) if zero else jnp.ones(leaf.shape, leaf.dtype)


def _constant(array: Any) -> _Value:
    return _Value(lambda: array)
