"""What is computed place by place, and by norms, reductions and pools."""

import math

import jax
import jax.numpy as jnp
from jax import lax

from tests.lowering import small_functions
from tests.lowering.random_programs.draw import Array, Draw, bounded, fits

SMOOTH = {name: act for name, act in small_functions.ACTIVATIONS.items() if name not in ("glu", "prelu", "threshold")}


def activation(draw: Draw, x: Array) -> Array | None:
    return SMOOTH[draw.one(list(SMOOTH))](x)


def with_constant(draw: Draw, x: Array) -> Array | None:
    """A sum, product, quotient or bound with a constant of any shape that fits, on either side."""
    c = draw.constant(x.shape)
    apply = draw.one(
        (
            *(lambda a, b: a + b, lambda a, b: a - b, lambda a, b: b - a, lambda a, b: a * b, lambda a, b: b * a),
            lambda a, b: a / (1.5 + jnp.abs(b)),
            lambda a, b: b / (1.5 + jnp.abs(a)),
            *(jnp.maximum, jnp.minimum, lambda a, b: jnp.minimum(b, a)),
            lambda a, b: jnp.where(a > b + 0.137, a, b),
            lambda a, b: jnp.where(b > 0, a, b),
            lambda a, b: jnp.clip(a, -jnp.abs(b), 1.0),
            lambda a, b: jnp.power(jnp.abs(a) + 0.5, jnp.tanh(b)),
        )
    )
    return apply(x, c)


def of_numbers(draw: Draw, x: Array) -> Array | None:
    """A function with plain numbers."""
    return draw.one(
        (
            *(lambda v: v * 0.5 + 0.25, lambda v: 1 - v, lambda v: -v, lambda v: jnp.maximum(v, 0), lambda v: v / 3),
            *(lambda v: jnp.clip(v, 0, 1), lambda v: jnp.tanh(v) ** 3, lambda v: jnp.sqrt(jnp.abs(v) + 1)),
            *(lambda v: jnp.floor(v * 2 + 0.371) / 2, lambda v: jnp.sign(v - 0.137), lambda v: jnp.log1p(jnp.abs(v))),
            *(lambda v: jnp.sin(v), lambda v: jnp.arctan2(v, 1 + jnp.abs(v)), lambda v: lax.rsqrt(v**2 + 0.5)),
            *(lambda v: jnp.where(v > 0.137, v, 0.0), lambda v: jnp.exp(-(v**2)), lambda v: lax.cbrt(v + 20)),
            *(lambda v: jnp.round(v * 2 + 0.137) / 2, lambda v: lax.erf(v), lambda v: (v > 0.137) * v),
            *(
                lambda v: jnp.where((v > 0.137) & (v < 1.1) | ~(v > -0.6), v, -v),
                lambda v: v**-2 if False else v * v / 4,
            ),
            lambda v: 1 / (v**2 + 1),
        )
    )(x)


def with_other(draw: Draw, x: Array) -> Array | None:
    """With another value that fits when one of the two is broadcast."""
    y = draw.other(lambda each: fits(each.shape, x.shape) or fits(x.shape, each.shape))
    if y is None:
        return None
    return draw.one(
        (
            *(lambda a, b: a + b, lambda a, b: b - a, lambda a, b: a * jnp.tanh(b), lambda a, b: jax.nn.sigmoid(a) * b),
            *(lambda a, b: a / (1 + jnp.abs(b)), jnp.maximum, jnp.minimum, lambda a, b: jnp.where(a > 0.137, a, b)),
            *(lambda a, b: jnp.where(a > b + 0.137, b, a), lambda a, b: bounded(a * b), lambda a, b: a + b + a),
            lambda a, b: jnp.where(b > 0.137, a, 0.5),
        )
    )(x, y)


def gate(draw: Draw, x: Array) -> Array | None:
    """By channel, position, frame: a function of the mean over some axes, times the value."""
    means = x.mean(draw.some(x.ndim), keepdims=True)
    opened = draw.one((jax.nn.sigmoid, jnp.tanh, jax.nn.hard_sigmoid))(means * 2)
    return x * opened if draw.chance(0.6) else opened * x


def norm(draw: Draw, x: Array) -> Array | None:
    """Over any axes: layer, instance and other norms, with scales and shifts."""
    over = draw.some(x.ndim, 1)
    kind = draw.pick(0, 4)
    if kind == 0:
        y = x * lax.rsqrt(jnp.mean(x**2, over, keepdims=True) + 0.1)
    elif kind == 1:
        y = x / (1e-1 + jnp.linalg.norm(x + 0.01, axis=draw.pick(0, x.ndim - 1), keepdims=True)) if x.ndim else x
    elif kind == 2:
        y = jax.nn.standardize(x, over, epsilon=0.1)
    else:
        y = (x - x.mean(over, keepdims=True)) / jnp.sqrt(x.var(over, keepdims=True) + 0.1)
    return y * draw.constant(x.shape) + draw.constant(x.shape) if draw.chance(0.6) else y


def batch_norm(draw: Draw, x: Array) -> Array | None:
    """In evaluation, along any axis."""
    if not x.ndim:
        return None
    axis = draw.pick(0, x.ndim - 1)
    shape = [size if place == axis else 1 for place, size in enumerate(x.shape)]
    mean, scale, shift = (draw.weight(*shape) for _ in range(3))
    return (x - mean) / jnp.sqrt(jnp.abs(draw.weight(*shape)) + 0.5) * scale + shift


def group_norm(draw: Draw, x: Array) -> Array | None:
    """With channels last, as Flax does it."""
    if x.ndim < 3:
        return None
    groups = draw.divisor(x.shape[-1])
    y = x.reshape(x.shape[0], -1, groups, x.shape[-1] // groups)
    y = (y - y.mean((1, 3), keepdims=True)) * lax.rsqrt(y.var((1, 3), keepdims=True) + 0.1)
    return y.reshape(x.shape) * draw.weight(x.shape[-1])


def reduction(draw: Draw, x: Array) -> Array | None:
    """Over any axes, kept or not."""
    over, keep = draw.some(x.ndim), draw.chance(0.4)
    count = math.prod(x.shape[axis] for axis in over)
    apply = draw.one(
        (
            *(jnp.mean, jnp.mean, jnp.max, jnp.min, jnp.var, jax.nn.logsumexp),
            lambda v, axis, keepdims: jnp.sum(v, axis, keepdims=keepdims) / math.sqrt(count),
            lambda v, axis, keepdims: (
                jnp.std(v + 0.1, axis, keepdims=keepdims) if count > 3 else jnp.mean(v, axis, keepdims=keepdims)
            ),
            lambda v, axis, keepdims: jnp.prod(1 + jnp.tanh(v) / (4 + count), axis, keepdims=keepdims),
            lambda v, axis, keepdims: jnp.any(v > 0.737, axis, keepdims=keepdims).astype(jnp.float32),
            lambda v, axis, keepdims: jnp.all(v > -1.137, axis, keepdims=keepdims).astype(jnp.float32),
        )
    )
    return apply(x, axis=over or None if draw.chance(0.05) else over, keepdims=keep)


def pool(draw: Draw, x: Array) -> Array | None:
    """Over windows along any axes."""
    if not x.ndim:
        return None
    moving = draw.some(x.ndim, 1) if draw.chance(0.3) else tuple(range(1, x.ndim - 1))
    window, strides = [1] * x.ndim, [1] * x.ndim
    padding, dilation = [(0, 0)] * x.ndim, [1] * x.ndim
    for axis in moving:
        window[axis], strides[axis] = draw.pick(1, 3), draw.pick(1, 3)
        dilation[axis] = 2 if draw.chance(0.05) else 1
        reach = (window[axis] - 1) * dilation[axis] + 1
        low, high = (draw.pick(0, window[axis] - 1) if draw.chance(0.4) else 0 for _ in range(2))
        padding[axis] = (low, max(high, reach - x.shape[axis] - low))
    if draw.chance(0.2) and set(dilation) == {1}:
        padding = draw.one(("SAME", "SAME_LOWER"))
    over = lambda v, start, f: lax.reduce_window(v, start, f, window, strides, padding, None, dilation)
    kind = draw.pick(0, 4)
    if kind <= 1:
        found = over(x, -jnp.inf, lax.max)
        return jnp.maximum(found, -9.0)  # a window of padding alone
    if kind == 2:
        return jnp.minimum(over(x, jnp.inf, lax.min), 9.0)
    total = over(x, 0.0, lax.add)
    if kind == 3:
        return total / math.prod(window)
    return total / jnp.maximum(over(jnp.ones(x.shape), 0.0, lax.add), 1)


def softmax(draw: Draw, x: Array) -> Array | None:
    over = draw.some(x.ndim, 1)
    return jax.nn.softmax(x, over) if draw.chance(0.6) else jax.nn.log_softmax(x, over)


def ordered(draw: Draw, x: Array) -> Array | None:
    """argmax, top-k, sorting and sums from the beginning, of values that differ."""
    if not x.ndim:
        return None
    axis = draw.pick(0, x.ndim - 1)
    ramp = jnp.linspace(0, 0.9, x.shape[axis]).reshape([-1 if a == axis else 1 for a in range(x.ndim)])
    differing = jnp.round(x * 8 + 0.137) / 8 + ramp * 0.1  # rounding cannot tell which is larger
    match draw.pick(0, 6):
        case 0:
            return jnp.argmax(differing, axis)
        case 1:
            return jnp.argmin(differing, axis, keepdims=True) + 1
        case 2:
            found, places = lax.top_k(jnp.moveaxis(differing, axis, -1), draw.pick(1, x.shape[axis]))
            return found if draw.chance(0.5) else places
        case 3:
            return jnp.sort(x, axis, descending=draw.chance(0.5))
        case 4:
            return jnp.cumsum(x, axis) / x.shape[axis]
        case 5:
            return lax.cummax(x, axis, reverse=draw.chance(0.5))
        case _:
            return jax.nn.one_hot(jnp.argmax(differing, axis), x.shape[axis])


def through(draw: Draw, x: Array) -> Array | None:
    """Other element types and back."""
    return draw.one(
        (
            lambda v: v.astype(jnp.bfloat16).astype(jnp.float32),
            lambda v: (v.astype(jnp.bfloat16) * 2 + 1).astype(jnp.float32),
            lambda v: bounded(v).astype(jnp.float16).astype(jnp.float32),
            lambda v: jnp.floor(bounded(v) * 4 + 0.371).astype(jnp.int32).astype(jnp.float32) / 4,
            lambda v: jnp.floor(bounded(v) * 4 + 0.371).astype(jnp.int32) % 3,
            lambda v: jnp.clip(v * 10 + 100.371, 0, 255).astype(jnp.uint8),
            lambda v: v > 0.137,
        )
    )(x)
