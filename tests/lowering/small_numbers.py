"""Functions of numbers of less than 32 bits, in plain JAX, of images."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

KINDS = ("uint8", "int16")
ROWS = np.arange(150).reshape(3, 50) * 7
IMAGE = ("NHWC", "HWIO", "NHWC")


def whole(x: jax.Array, kind: str) -> jax.Array:
    """Numbers all over the type: floats that are exact, as integers of 32 bits, of which the type keeps the last."""
    return (jnp.floor(x * 256) * 31).astype(jnp.int32).astype(kind)


def together(function: Callable[..., list[jax.Array]], kind: str, x: jax.Array) -> list[jax.Array]:
    """The results of a function, those of a type as one array."""
    results = function(x, kind)
    kinds = dict.fromkeys(each.dtype for each in results)
    return [jnp.concatenate([jnp.ravel(each) for each in results if each.dtype == kind]) for kind in kinds]


def arithmetic(x: jax.Array, kind: str) -> list[jax.Array]:
    """What leaves the type, wraps around."""
    a, b = whole(x[:, 0, :5, 0], kind), whole(x[:, 1, :5, 1], kind)
    some = jnp.where(b == 0, jnp.ones_like(b), b)
    shifts = [a << 3, a >> 2, lax.shift_right_logical(a, jnp.full_like(a, 1)), (a + b) >> 1]
    bits = [~a, a & b, a ^ b, lax.population_count(a), lax.clz(a)]
    order = [jnp.maximum(a, b), jnp.clip(a, 20, 90), jnp.where(a > b, a - b, b - a), jnp.sort(a, 1), (a > b) + a]
    return [a + b, a - b, a * b, -a, jnp.abs(a), a // some, a % some, a**3, a * 0.5, *shifts, *bits, *order]


def reductions(x: jax.Array, kind: str) -> list[jax.Array]:
    """Six numbers, which end within a word; of 32 bits as well."""
    a = whole(x[0], kind)
    wide, window = a.astype(jnp.int32), ((2, 2, 1), (2, 2, 1), "VALID")
    zero, one = np.zeros((), kind), np.ones((), kind)
    sums = [a.max((1, 2)), lax.reduce(a, zero, lax.add, (1, 2)), lax.reduce(a, one, lax.mul, (1, 2)), wide.sum((1, 2))]
    pools = [lax.reduce_window(wide, 0, lax.add, *window), lax.reduce_window(a, zero, lax.add, *window)]
    return [*sums, *pools, a.argmax(1), jnp.cumsum(a[..., 0], 1, dtype=a.dtype), a[..., 0].mean(1)]


def products(x: jax.Array, kind: str) -> list[jax.Array]:
    """As they are, with sums of 32 bits, and of 32 bits; and convolutions."""
    a, b = whole(x[..., 0], kind), whole(x[:, :3, :3, :].transpose(1, 2, 3, 0), kind)
    dot = (((2,), (2,)), ((0,), (0,)))
    conv = lambda a, b, kind: lax.conv_general_dilated(
        a, b, (1, 1), "SAME", dimension_numbers=IMAGE, preferred_element_type=kind
    )
    wide = a.astype(jnp.int32)
    return [
        *(lax.dot_general(a, a, dot), lax.dot_general(a, a, dot, preferred_element_type=jnp.int32)),
        *(lax.dot_general(wide, wide, dot), jnp.einsum("bij,bij->bi", wide, wide), (wide * (wide + 1)).sum(1)),
        *(conv(whole(x, kind), b, jnp.int32), a.astype(jnp.float32) @ jnp.ones((8, 3))),
    ]


def moves(x: jax.Array, kind: str) -> list[jax.Array]:
    """Loops, branches, constants, and moves of elements; a value that has several readers."""
    a, turns = whole(x[0, :3, 0], kind), ROWS.astype(kind)
    row = a[0, :3]
    return [
        a[:, ::-1],
        jnp.concatenate([a, a[1:]], 0)[1:],
        jnp.pad(a, ((0, 1), (1, 0)), constant_values=99),
        jnp.zeros((5, 4), kind).at[jnp.array([0, 2, 2])].add(a),
        jnp.arange(300.0)[a.astype(jnp.int32) % 300],
        whole(x[0, 0, :3, 0], kind)[:, None] * jnp.asarray(turns),
        lax.scan(lambda c, each: (c + each, c * jnp.asarray(turns[0, :4])), row[0], a[:, 0])[1],
        lax.while_loop(lambda s: s[0] < 5, lambda s: (s[0] + 1, s[1] * 3 + 1), (0, a))[1],
        lax.cond(x.sum() > 0, lambda v: v + 100, lambda v: v * 3, a),
        lax.bitcast_convert_type(lax.bitcast_convert_type(x[0, 0], kind), jnp.float32),
    ]


def products_of_halves_and_truths(x: jax.Array) -> list[jax.Array]:
    """Numbers that become longer before other invocations of a GPU read them: products, windows, convolutions."""
    found, window = [], ((1, 2, 2, 1), (1, 1, 1, 1), "SAME")
    for short in (x.astype(jnp.float16), x.astype(jnp.bfloat16), x > 0.25):
        long = short.astype(jnp.float32)
        found += [long[0, :, :, 0].T @ long[0, :, :, 0], lax.reduce_window(long, 0.0, lax.add, *window)]
        kernel = long[:, :3, :3].transpose(1, 2, 3, 0)
        found.append(lax.conv_general_dilated(long, kernel, (1, 1), "SAME", dimension_numbers=IMAGE))
    half = x[0, :, :, 0].astype(jnp.float16)
    return [*found, jnp.dot(half.T, half, preferred_element_type=jnp.float32)]


FUNCTIONS: dict[str, Callable[[jax.Array], list[jax.Array]]] = {
    **{
        f"{function.__name__} of {kind}": functools.partial(together, function, kind)
        for kind in KINDS
        for function in (arithmetic, reductions, products, moves)
    },
    "products of halves and truths": products_of_halves_and_truths,
}
