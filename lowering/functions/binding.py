"""How an operation of a jaxpr is applied again, in a form that IREE compiles."""

from collections.abc import Callable, Sequence
from typing import Any

from jax import lax
from jax.extend import core

WINDOWED = ("conv_general_dilated", "reduce_window_max", "reduce_window_min", "reduce_window_sum")


def bind(eqn: core.JaxprEqn) -> Callable[..., Sequence[Any]]:
    """The operation as a function of arrays that gives a sequence of them."""
    apply = lambda *xs: eqn.primitive.bind(*xs, **eqn.params)
    if eqn.primitive.name in WINDOWED:
        return lambda *xs: (_cropped(eqn, *xs),)
    return apply if eqn.primitive.multiple_results else lambda *xs: (apply(*xs),)


def _cropped(eqn: core.JaxprEqn, x: Any, *others: Any) -> Any:
    """A convolution or pool without the end of its input that no window reaches.

    IREE 3.13 does not compile windows that leave such an end along an axis of the result of size 1, such as a pool of 2
    with a stride of 2 on 3 pixels.
    """
    limits, padding = list(x.shape), [*eqn.params["padding"]]
    for place, (axis, window, stride, dilation, stretch, outputs) in enumerate(_axes(eqn)):
        low, reach = padding[place][0], (window - 1) * dilation + 1
        read = (outputs - 1) * stride + reach - low  # elements of the stretched input and its padding behind
        if read > 0:
            limits[axis] = min(x.shape[axis], (read - 1) // stretch + 1)
            padding[place] = (low, read - (limits[axis] - 1) * stretch - 1)
    x = lax.slice(x, [0] * x.ndim, limits) if tuple(limits) != x.shape else x
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
