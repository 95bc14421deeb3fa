"""Scatters as rows and elements give what JAX's own give, whatever their axes, windows and modes."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.functions import scatters

rng = np.random.default_rng(0)
X = rng.normal(size=(5, 4, 6)).astype(np.float32)
ROWS = np.array([3, 0, 3, 7, -9], np.int32)  # one twice, and two outside
WINDOWS = lax.ScatterDimensionNumbers((1, 2), (1,), (0, 2))
UPDATES = rng.normal(size=(3, 2, 3)).astype(np.float32)
STARTS = np.array([[1, 2], [4, 0], [3, 3]], np.int32)  # the second window of 2 x 3 reaches outside
Function = Callable[..., Any]
KINDS: dict[str, Function] = {
    "rows": lambda x, mode: x.at[ROWS].add(x, mode=mode),
    "columns": lambda x, mode: x.at[:, ROWS].multiply(3.0, mode=mode),
    "elements": lambda x, mode: x.at[ROWS, 2, ROWS].max(0.5, mode=mode),
    "written anew": lambda x, mode: x.at[np.array([0, 8, 2]), :, 2].set(x[:3, :, 0], mode=mode),
    "one number": lambda x, mode: x.at[2, 3, 9].add(1.0, mode=mode),
    "one number taken away": lambda x, mode: x.at[2, 3, 4].subtract(2.0, mode=mode),
    "a row": lambda x, mode: x.at[1].min(0.0, mode=mode),
    "the last axis": lambda x, mode: x.at[..., ROWS].add(1.0, mode=mode),
    "each in its own": lambda x, mode: jax.vmap(lambda one, at: one.at[at].add(2.0, mode=mode))(x, ROWS),
    "integers": lambda x, mode: (x * 9).astype(jnp.int32).at[ROWS].add(2, mode=mode),
    "truths": lambda x, mode: (x > 0).at[ROWS[:3]].set(True, mode=mode),
    "windows": lambda x, mode: lax.scatter_add(x, STARTS, UPDATES, WINDOWS, mode=mode),
    "nothing": lambda x, mode: lax.scatter_add(x, STARTS[:0], UPDATES[:0], WINDOWS, mode=mode),
}


@pytest.mark.parametrize("mode", ("drop", "clip"))
@pytest.mark.parametrize("name", KINDS)
def test_a_scatter_gives_what_jax_gives(name: str, mode: str) -> None:
    function = lambda x: KINDS[name](x, mode)
    seen: list[str] = []

    def again(x: jax.Array) -> Any:
        made = jax.make_jaxpr(function)(x)
        values = dict(zip(made.jaxpr.constvars, made.consts, strict=True))
        return _run(made.jaxpr, values, [x], seen)

    np.testing.assert_allclose(again(X), jax.jit(function)(X), rtol=1e-6)
    assert any(each.startswith("scatter") for each in seen)


def _run(jaxpr: Any, values: dict[Any, Any], inputs: list[Any], seen: list[str]) -> Any:
    """A jaxpr's first result, with scatters in our form."""
    values |= dict(zip(jaxpr.invars, inputs, strict=True))
    read = lambda variable: variable.val if hasattr(variable, "val") else values[variable]
    for eqn in jaxpr.eqns:
        seen.append(eqn.primitive.name)
        operands = [read(each) for each in eqn.invars]
        if eqn.primitive.name.startswith("scatter"):
            found = scatters.scattered(eqn, *map(jnp.asarray, operands))
        elif "jaxpr" in eqn.params:
            inner = eqn.params["jaxpr"]
            found = [_run(inner.jaxpr, dict(zip(inner.jaxpr.constvars, inner.consts, strict=True)), operands, seen)]
        else:
            made = eqn.primitive.bind(*operands, **eqn.params)
            found = made if eqn.primitive.multiple_results else [made]
        values |= dict(zip(eqn.outvars, found, strict=True))
    return read(jaxpr.outvars[0])
