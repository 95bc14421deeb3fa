"""The walk over a jaxpr: with arrays it computes the function, with other values it tells of every operation."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from lowering.functions import jaxprs

X = np.linspace(-1, 2, 6, dtype=np.float32).reshape(2, 3)
SHIFT = np.arange(3, dtype=np.float32)


def function(x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Calls in calls, a constant that a call closes over, a loop, and a result that is a literal."""
    inner = jax.jit(lambda y: jax.nn.relu(y) + jnp.asarray(SHIFT))
    y = jax.checkpoint(lambda y: jnp.sin(inner(y)))(x)
    total = lax.fori_loop(0, 3, lambda i, carry: carry * 2 + i, y.sum())
    return y, total


def compute(equation: Any, operands: list[Any]) -> list[Any]:
    results = equation.primitive.bind(*operands, **equation.params)
    return results if equation.primitive.multiple_results else [results]


def test_a_walk_over_arrays_computes_the_function() -> None:
    closed = jax.make_jaxpr(function)(X)
    found = jaxprs.walk(closed.jaxpr, closed.consts, [X], compute, lambda array: array)
    for each, expected in zip(found, function(jnp.asarray(X)), strict=True):
        np.testing.assert_allclose(each, expected, rtol=1e-6)


def test_calls_are_entered_and_loops_are_not() -> None:
    closed, seen = jax.make_jaxpr(function)(X), []

    def step(equation: Any, operands: list[str]) -> list[str]:
        seen.append(equation.primitive.name)
        return ["+".join(sorted({*operands}))] * len(equation.outvars)

    constants = ["shift"] * len(closed.consts)
    results = jaxprs.walk(closed.jaxpr, constants, ["x"], step, lambda array: "literal")
    assert not jaxprs.CALLS & set(seen)
    assert [name for name in seen if name in ("max", "add", "sin", "scan", "while")][:3] == ["max", "add", "sin"]
    assert {"scan", "while"} & set(seen)
    assert all("x" in result for result in results)


def test_loops_count_the_macs_of_their_turns_and_branches_those_of_the_largest() -> None:
    w = np.ones((4, 4), np.float32)
    turns = lambda body, x, count: jax.lax.scan(lambda c, _: (body(c), 0), x, None, count)[0]
    functions = {
        "scan": (lambda x: turns(lambda c: c @ w, x, 5), 5),
        "scan in a scan": (lambda x: turns(lambda c: turns(lambda d: d @ w, c, 3), x, 5), 15),
        "branch": (lambda x: jax.lax.cond(x.sum() > 0, lambda x: x @ w @ w, lambda x: x @ w, x), 2),
        "while": (lambda x: jax.lax.while_loop(lambda c: c.sum() < 9, lambda c: jax.jit(lambda d: d @ w)(c), x), 1),
    }
    for name, (function, products) in functions.items():
        closed = jax.make_jaxpr(function)(np.ones((2, 4), np.float32))
        assert sum(map(jaxprs.macs, closed.jaxpr.eqns)) == products * 2 * 4 * 4, name


def test_the_function_of_a_call_has_its_constants() -> None:
    closed = jax.make_jaxpr(lambda x: jax.jit(lambda y: y * 2)(x))(X)
    (call,) = closed.jaxpr.eqns
    body = jaxprs.called(call)
    assert body is not None
    assert [each.primitive.name for each in body.jaxpr.eqns] == ["mul"]
    assert jaxprs.called(body.jaxpr.eqns[0]) is None
