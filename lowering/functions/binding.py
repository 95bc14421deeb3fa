"""How an operation of a jaxpr is applied again, in a form that IREE compiles."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
from jax.extend import core

from lowering.functions import forms, jaxprs, scatters


def bind(eqn: core.JaxprEqn) -> Callable[..., Sequence[Any]]:
    """The operation as a function of arrays that gives a sequence of them."""
    if (form := forms.of(eqn)) is not None:
        return lambda *xs: form(eqn, *xs)
    params = {**eqn.params, **_bound(eqn)}
    apply = lambda *xs: eqn.primitive.bind(*xs, **params)
    return apply if eqn.primitive.multiple_results else lambda *xs: (apply(*xs),)


def _bound(eqn: core.JaxprEqn) -> dict[str, Any]:
    """The functions among the parameters of a loop or branch whose operations want another form, in that form."""
    found = {name: _again(value) for name, value in eqn.params.items()}
    if eqn.primitive.name == "cond":
        found["branches"] = tuple(map(_giving_its_own, found["branches"]))
    return {name: value for name, value in found.items() if value is not eqn.params[name]}


def _again(value: Any) -> Any:
    """A function, or several, with every operation as `bind` applies it; itself where that changes nothing."""
    if isinstance(value, tuple) and value and all(isinstance(each, core.ClosedJaxpr) for each in value):
        bodies = tuple(map(_again, value))
        if all(a is b for a, b in zip(bodies, value, strict=True)):
            return value
        return type(value)(*bodies) if hasattr(value, "_fields") else bodies
    if not isinstance(value, core.ClosedJaxpr) or not any(map(_wants, value.jaxpr.eqns)):
        return value
    same = lambda array: array
    step = lambda each, operands: bind(each)(*operands)
    run = lambda *xs: jaxprs.walk(value.jaxpr, value.consts, xs, step, same)
    return jax.make_jaxpr(run)(*(each.aval for each in value.jaxpr.invars))


def _giving_its_own(branch: core.ClosedJaxpr) -> core.ClosedJaxpr:
    """A branch whose results are arrays of its own.

    IREE 3.13 frees the result of a branch once it has been read, and with it all that lies in the same memory. An array
    that a branch hands on as it is may be read later, or lie beside others.
    """
    run = lambda *xs: [scatters.own(each) for each in core.jaxpr_as_fun(branch)(*xs)]
    return jax.make_jaxpr(run)(*(each.aval for each in branch.jaxpr.invars))


def _wants(eqn: core.JaxprEqn) -> bool:
    """Whether an operation, or one inside it, wants another form than JAX's."""
    inner = (each for value in eqn.params.values() for body in jaxprs.bodies(value) for each in body.eqns)
    return eqn.primitive.name == "cond" or forms.of(eqn) is not None or any(map(_wants, inner))
