"""The walk over a jaxpr: every operation in running order, with the values of any kind that reach it."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend import core

# Primitives that call another function once, with their own operands. The walk enters it. Loops, branches and
# kernels are not entered.
CALLS = frozenset(
    ("jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "remat", "remat2", "checkpoint")
)
BODIES = ("jaxpr", "call_jaxpr", "fun_jaxpr")  # parameters of these primitives that hold the function

Step = Callable[[core.JaxprEqn, list[Any]], Sequence[Any]]


def walk(
    jaxpr: core.Jaxpr,
    constants: Sequence[Any],
    inputs: Sequence[Any],
    step: Step,
    lift: Callable[[Any], Any],
    enters: Callable[[core.JaxprEqn], bool] = lambda equation: True,
) -> list[Any]:
    """The values of a jaxpr's results, from those of its constants and inputs: arrays, or whatever stands for them.

    step(equation, operands) gives the values of an equation's results; it sees every operation that is no call.
    lift(array) gives the value of a literal, or of a constant of a function that is called. enters: whether a call is
    entered; step sees the others too.
    """
    values = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *inputs], strict=True))

    def read(atom: Any) -> Any:
        return lift(atom.val) if isinstance(atom, core.Literal) else values[atom]

    for equation in jaxpr.eqns:
        operands, body = [read(atom) for atom in equation.invars], called(equation)
        body = body if body is None or enters(equation) else None
        if body is None:
            results = step(equation, operands)
        else:
            results = walk(body.jaxpr, [lift(array) for array in body.consts], operands, step, lift, enters)
        values.update(zip(equation.outvars, results, strict=True))
    return [read(atom) for atom in jaxpr.outvars]


def called(equation: core.JaxprEqn) -> core.ClosedJaxpr | None:
    """The function that an equation calls; None for any other operation."""
    if equation.primitive.name not in CALLS:
        return None
    body = next(equation.params[name] for name in BODIES if name in equation.params)
    return body if isinstance(body, core.ClosedJaxpr) else core.ClosedJaxpr(body, ())


def apply(equation: core.JaxprEqn, operands: Sequence[Any]) -> list[Any]:
    """The results of an equation for arrays. A function with a derivative of its own keeps it."""
    body = called(equation)
    if body is None:
        found = equation.primitive.bind(*operands, **equation.params)
        return list(found) if equation.primitive.multiple_results else [found]
    given = {atom: x for atom, x in zip(equation.invars, operands, strict=True) if not isinstance(atom, core.Literal)}
    alone = body.jaxpr.replace(constvars=[], invars=list(given), outvars=equation.outvars, eqns=[equation])
    return core.jaxpr_as_fun(core.ClosedJaxpr(alone, ()))(*given.values())


def scanned(scan: core.JaxprEqn) -> tuple[int, int]:
    """How many of a scan's operands are constants, and how many are its state; the rest are sliced.

    JAX 0.11 writes the three groups as a tree, `ft_in`, where earlier versions wrote their sizes.
    """
    if "ft_in" in scan.params:
        constants, state, _ = scan.params["ft_in"].unpack()
        return len(constants), len(state)
    return scan.params["num_consts"], scan.params["num_carry"]


def stacked(*arrays: jax.Array) -> list[jax.Array]:
    """Arrays as those along the first axis of one."""
    return [jnp.stack(arrays)]


def mapped(body: core.ClosedJaxpr, constants: int) -> Callable[..., Sequence[jax.Array]]:
    """A loop without a state as a function of all its steps at once. constants: how many operands all of them read."""
    axes = [None] * constants + [0] * (len(body.jaxpr.invars) - constants)
    return jax.vmap(core.jaxpr_as_fun(body), axes)


def bodies(value: Any) -> list[core.Jaxpr]:
    """The functions that a parameter of an operation holds, such as the body of a loop."""
    if isinstance(value, core.ClosedJaxpr):
        return [value.jaxpr]
    if isinstance(value, core.Jaxpr):
        return [value]
    return [body for each in value for body in bodies(each)] if isinstance(value, tuple | list) else []


def macs(eqn: core.JaxprEqn) -> int:
    """Multiply-accumulates of a convolution or matrix product, or of those inside a loop or branch.

    A scan counts each of its turns, and a branch the largest of its functions. A while loop counts one turn, since
    nobody knows how many there are.
    """
    if inner := [sum(map(macs, body.eqns)) for value in eqn.params.values() for body in bodies(value)]:
        return eqn.params.get("length", 1) * max(inner)
    given: Any = [variable.aval for variable in eqn.invars]
    gives: Any = [variable.aval for variable in eqn.outvars]
    shapes, result = [each.shape for each in given], math.prod(gives[0].shape) if gives else 0
    if eqn.primitive.name == "conv_general_dilated":
        outputs = shapes[1][eqn.params["dimension_numbers"].rhs_spec[0]]
        return result * math.prod(shapes[1]) // outputs
    if eqn.primitive.name == "dot_general":
        (contracted, _), _ = eqn.params["dimension_numbers"]
        return result * math.prod(shapes[0][axis] for axis in contracted)
    return 0
