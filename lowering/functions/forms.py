"""Operations of JAX in another form than its own, where IREE 3.13 does not compile that, or computes something else."""

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend import core

from lowering.functions import fourier
from lowering.functions.scatters import own, scattered, whole

Form = Callable[..., Sequence[Any]]  # of an operation, and of the arrays that it reads


def of(eqn: core.JaxprEqn) -> Form | None:
    """Another form of the operation; None where JAX's own will do."""
    name = eqn.primitive.name
    if name.startswith("scatter"):
        return scattered
    if name == "convert_element_type":
        return _saturated if _is(eqn.outvars[0], jnp.integer) and _is(eqn.invars[0], jnp.floating) else None
    if name == "rev":
        return _reversed if _is(eqn.outvars[0], jnp.uint32) else None
    return FORMS.get(name)


def _is(variable: Any, kind: Any) -> bool:
    """Whether a value is of one of JAX's kinds of types."""
    return jnp.issubdtype(variable.aval.dtype, kind)


def bounds(to: Any) -> tuple[int, float, int]:
    """The least number of an integer type, the largest of f32 that it holds, and the largest of all."""
    least, most = int(jnp.iinfo(to).min), int(jnp.iinfo(to).max)
    nearest = np.float32(most)
    return least, float(nearest if int(nearest) <= most else np.nextafter(nearest, np.float32(0))), most


def _saturated(eqn: core.JaxprEqn, x: Any) -> Sequence[Any]:
    """Floats as integers. XLA gives the nearest there is, and 0 for no number; StableHLO leaves both open."""
    to, x = eqn.params["new_dtype"], x.astype("float32")
    least, largest, most = bounds(to)
    inside = lax.clamp(np.float32(least), jnp.where(x == x, x, 0), np.float32(largest))
    found = lax.convert_element_type(inside, to)
    return (found if largest == most else jnp.where(x > largest, jnp.asarray(most, to), found),)


def _reversed(eqn: core.JaxprEqn, x: Any) -> Sequence[Any]:
    """Integers without a sign, reversed as those with one."""
    found = eqn.primitive.bind(lax.bitcast_convert_type(x, "int32"), **eqn.params)
    return (lax.bitcast_convert_type(found, x.dtype),)


def _product(eqn: core.JaxprEqn, a: Any, b: Any) -> Sequence[Any]:
    """A product that adds up nothing, element by element: as one of matrices it does not compile."""
    (contracted, _), batched = eqn.params["dimension_numbers"]
    if contracted:
        return (eqn.primitive.bind(a, b, **eqn.params),)
    result: Any = eqn.outvars[0].aval
    count = len(batched[0])
    a, b = (jnp.moveaxis(x, axes, range(count)).astype(result.dtype) for x, axes in zip((a, b), batched, strict=True))
    a = a.reshape(*a.shape, *(1,) * (b.ndim - count))
    b = b.reshape(*b.shape[:count], *(1,) * (len(result.shape) - b.ndim), *b.shape[count:])
    return (a * b,)


def _gathered(eqn: core.JaxprEqn, x: Any, indices: Any) -> Sequence[Any]:
    """From an array that lies in memory: from a slice of another one it does not compile."""
    return (eqn.primitive.bind(lax.optimization_barrier(x), indices, **eqn.params),)


def _spread(eqn: core.JaxprEqn, x: Any, value: Any) -> Sequence[Any]:
    """Elements apart from each other, in memory: padded further, they would come to lie elsewhere."""
    found = eqn.primitive.bind(x, value, **eqn.params)
    return (lax.optimization_barrier(found) if any(inner > 0 for *_, inner in eqn.params["padding_config"]) else found,)


def _first(eqn: core.JaxprEqn, x: Any) -> Sequence[Any]:
    """top_k, in a dispatch of its own."""
    return whole(eqn.primitive.bind(x, **eqn.params))


def _largest(eqn: core.JaxprEqn, x: Any) -> Sequence[Any]:
    """approx_top_k, exactly. Axes of it count from the end, too."""
    axis, sign = eqn.params["reduction_dimension"] % x.ndim, 1 if eqn.params["is_max_k"] else -1
    found, places = whole(lax.top_k(jnp.moveaxis(x, axis, -1) * sign, eqn.params["k"]))
    return [jnp.moveaxis(found * sign, -1, axis), jnp.moveaxis(places, -1, axis)]


def _joined(eqn: core.JaxprEqn, first: Any, *others: Any) -> Sequence[Any]:
    """Arrays joined, the first of them for this join alone: IREE 3.13 writes joins that begin alike into each other."""
    return (eqn.primitive.bind(own(first), *others, **eqn.params),)


def _updated(eqn: core.JaxprEqn, x: Any, *others: Any) -> Sequence[Any]:
    """A part of an array written anew."""
    return (eqn.primitive.bind(own(x), *others, **eqn.params),)


def _sorted(eqn: core.JaxprEqn, *xs: Any) -> Sequence[Any]:
    """A sort of numbers that nothing else reads: IREE 3.13's SPIR-V sorts bytes wrongly, and truths are bytes."""
    numbers = (x.astype("int32") if x.dtype == bool else x for x in xs)
    found = eqn.primitive.bind(*map(own, numbers), **eqn.params)
    return [each.astype(x.dtype) for each, x in zip(whole(found), xs, strict=True)]


def _cropped(eqn: core.JaxprEqn, x: Any, *others: Any) -> Sequence[Any]:
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
    return (eqn.primitive.bind(x, *others, **{**eqn.params, "padding": tuple(padding)}),)


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


FORMS: dict[str, Form] = {
    **dict.fromkeys(("conv_general_dilated", "reduce_window_max", "reduce_window_min", "reduce_window_sum"), _cropped),
    "approx_top_k": _largest,
    "concatenate": _joined,
    "dot_general": _product,
    "dynamic_update_slice": _updated,
    "fft": fourier.transformed,
    "gather": _gathered,
    "pad": _spread,
    "sort": _sorted,
    "top_k": _first,
}
