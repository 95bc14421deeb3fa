"""Loops, branches, and functions of functions."""

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from tests.lowering.random_programs import layers, places
from tests.lowering.random_programs.draw import Array, Draw


def scanned(draw: Draw, x: Array) -> Array | None:
    """A recurrence along the first axis."""
    if not x.ndim:
        return None
    reverse = draw.chance(0.3)
    if x.ndim == 2 and x.shape[1] <= 16 and draw.chance(0.6):
        w = draw.weight(x.shape[1], x.shape[1], fan=x.shape[1])
        step: Any = lambda carry, each: (jnp.tanh(carry @ w + each), carry)
    else:
        step = lambda carry, each: (0.5 * carry + each, carry * each)
    last, every = lax.scan(step, jnp.zeros(x.shape[1:]), x, reverse=reverse)
    return last if draw.chance(0.5) else every


def branched(draw: Draw, x: Array) -> Array | None:
    """By a value of the network."""
    c = draw.constant(x.shape)
    if draw.chance(0.5):
        return lax.cond(x.mean() > 0.0137, lambda v: v + c, lambda v: v * 0.5, x)
    which = jnp.floor(jnp.tanh(x.mean()) * 1.5 + 1.637).astype(jnp.int32)
    return lax.switch(which, [lambda v: v, lambda v: jnp.sin(v), lambda v: v * c], x)


def repeated(draw: Draw, x: Array) -> Array | None:
    """A loop of a few turns."""
    if draw.chance(0.5):
        return lax.fori_loop(0, draw.pick(1, 3), lambda turn, v: jnp.tanh(v) + turn * 0.1, x)
    return lax.while_loop(lambda state: state[0] < 3, lambda state: (state[0] + 1, state[1] * 0.5 + 0.1), (0, x))[1]


def mapped(draw: Draw, x: Array) -> Array | None:
    """A layer for each element of an axis, by vmap."""
    if x.ndim < 2:
        return None
    axis = draw.pick(0, x.ndim - 1)
    one = x.take(0, axis)
    apply = draw.one((layers.dense, layers.block, layers.convolution, places.norm, places.pool, places.softmax))
    state = draw.rng.bit_generator.state
    if apply(draw, one) is None:
        return None

    def again(v: Array) -> Array:
        draw.rng.bit_generator.state = state
        found = apply(draw, v)
        assert found is not None
        return found

    return jax.vmap(again, axis, draw.one((0, 0, -1)) if one.ndim else 0)(x)


def wrapped(draw: Draw, x: Array) -> Array | None:
    """What passes a value on, and functions in functions."""
    return draw.one(
        (
            lax.stop_gradient,
            lambda v: lax.optimization_barrier((v, v * 2))[1],
            lambda v: jax.checkpoint(jnp.sin)(v),
            lambda v: jax.jit(lambda u: jax.jit(jax.nn.relu)(u) + 1)(v),
            lambda v: jax.grad(lambda u: jnp.sum(jnp.tanh(u) ** 2))(v),
            lambda v: jnp.copy(v),
        )
    )(x)
