"""How an operation of a jaxpr is applied again, in a form that IREE compiles."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend import core

from lowering.functions import jaxprs

WINDOWED = ("conv_general_dilated", "reduce_window_max", "reduce_window_min", "reduce_window_sum")


def bind(eqn: core.JaxprEqn) -> Callable[..., Sequence[Any]]:
    """The operation as a function of arrays that gives a sequence of them."""
    apply = lambda *xs: eqn.primitive.bind(*xs, **eqn.params)
    if eqn.primitive.name in WINDOWED:
        return lambda *xs: (_cropped(eqn, *xs),)
    if eqn.primitive.name == "sort":
        return lambda *xs: _sorted(eqn, *xs)
    if eqn.primitive.name.startswith("scatter"):
        return lambda x, *others: (eqn.primitive.bind(_own(x), *others, **eqn.params),)
    if params := _bound(eqn):
        return lambda *xs: eqn.primitive.bind(*xs, **{**eqn.params, **params})
    return apply if eqn.primitive.multiple_results else lambda *xs: (apply(*xs),)


def _own(x: Any) -> Any:
    """An array that nothing else reads: IREE 3.13 writes in place, into weights and what others read, too.

    Behind the barrier, so that it is no slice in the scatter's own dispatch, which does not compile. A plain copy would
    be taken for the array itself.
    """
    one = lax.optimization_barrier(jnp.ones((), x.dtype))
    return lax.optimization_barrier(x & one if x.dtype == bool else x * one)


def _sorted(eqn: core.JaxprEqn, *xs: Any) -> Sequence[Any]:
    """A sort of elements of 4 bytes: IREE 3.13's SPIR-V sorts bytes wrongly, and truths are bytes."""
    kinds = [x.dtype for x in xs]
    wide = (x.astype("int32") if kind.itemsize < 2 else x for x, kind in zip(xs, kinds, strict=True))
    found = eqn.primitive.bind(*wide, **eqn.params)
    return [x.astype(kind) for x, kind in zip(found, kinds, strict=True)]


def _bound(eqn: core.JaxprEqn) -> dict[str, Any]:
    """The functions among the parameters of a loop or branch whose operations want another form, in that form."""
    found = {name: _again(value) for name, value in eqn.params.items()}
    return {name: value for name, value in found.items() if value is not eqn.params[name]}


def _again(value: Any) -> Any:
    """A function, or several, with every operation as `bind` applies it; itself where that changes nothing."""
    if isinstance(value, tuple) and value and all(isinstance(each, core.ClosedJaxpr) for each in value):
        bodies = tuple(map(_again, value))
        return value if all(a is b for a, b in zip(bodies, value, strict=True)) else bodies
    if not isinstance(value, core.ClosedJaxpr) or not any(map(_wants, value.jaxpr.eqns)):
        return value
    same = lambda array: array
    step = lambda each, operands: bind(each)(*operands)
    run = lambda *xs: jaxprs.walk(value.jaxpr, value.consts, xs, step, same)
    return jax.make_jaxpr(run)(*(each.aval for each in value.jaxpr.invars))


def _wants(eqn: core.JaxprEqn) -> bool:
    """Whether an operation, or one inside it, wants another form than JAX's."""
    inner = (each for value in eqn.params.values() for body in jaxprs.bodies(value) for each in body.eqns)
    return eqn.primitive.name.startswith((*WINDOWED, "sort", "scatter")) or any(map(_wants, inner))


def _cropped(eqn: core.JaxprEqn, x: Any, *others: Any) -> Any:
    """A convolution or pool without the end of its input that no window reaches.

    IREE 3.13 does not compile windows that leave such an end along an axis of the result of size 1, such as a pool of 2
    with a stride of 2 on 3 pixels.
    """
    limits, padding = list(x.shape), [*eqn.params["padding"]]
    for place, (axis, window, stride, dilation, stretch, outputs) in enumerate(_axes(eqn)):
        low, reach = padding[place][0], (window - 1) * dilation + 1
        read = (outputs - 1) * stride + reach - low  # elements of the stretched input and its padding behind
        limits[axis] = min(x.shape[axis], max(read - 1, 0) // stretch + 1)  # at least one, though windows may read none
        padding[place] = (low, read - (limits[axis] - 1) * stretch - 1)
    x = lax.slice(x, [0] * x.ndim, limits) if tuple(limits) != x.shape else x
    x = lax.optimization_barrier(x) if x.size == 1 else x  # IREE does not compile windows on one computed element
    return eqn.primitive.bind(x, *others, **{**eqn.params, "padding": tuple(padding)})


def _axes(eqn: core.JaxprEqn) -> list[tuple[int, int, int, int, int, int]]:
    """For each axis with windows: its place, the window, its stride and dilation, the input's, and their number."""
    p, out = eqn.params, _shape(eqn.outvars[0])
    if eqn.primitive.name != "conv_general_dilated":
        sizes = (p["window_dimensions"], p["window_strides"], p["window_dilation"], p["base_dilation"], out)
        return list(zip(range(len(out)), *sizes, strict=True))
    numbers, kernel = p["dimension_numbers"], _shape(eqn.invars[1])
    windows = [kernel[axis] for axis in numbers.rhs_spec[2:]]
    outputs = [out[axis] for axis in numbers.out_spec[2:]]
    sizes = (windows, p["window_strides"], p["rhs_dilation"], p["lhs_dilation"], outputs)
    return list(zip(numbers.lhs_spec[2:], *sizes, strict=True))


def _shape(variable: Any) -> tuple[int, ...]:
    return variable.aval.shape
