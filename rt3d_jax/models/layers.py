"""Layers of 3D networks: convolution in two forms, pooling, dense; clips are NDHWC, kernels DHWIO."""

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

FORMS = ("auto", "direct", "planes")
TINY_PLANE = 9


def centred(gain: float) -> Callable[..., jax.Array]:
    """Initialisation with variance gain / fan-in in which the weights of every filter sum to zero.

    He et al. (2015) with the filter's mean taken out: what comes out of a ReLU has a positive mean that all clips share,
    and in a deep network without batch norm it would grow until all clips look alike, and training stalls. A gain of 3
    instead of 2 makes up for the variance that goes with the mean.
    """

    def init(key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32) -> jax.Array:
        kernel = jax.random.normal(key, tuple(shape), dtype)
        kernel -= kernel.mean(axis=tuple(range(len(shape) - 1)), keepdims=True)
        return kernel * math.sqrt(gain / math.prod(shape[:-1]))

    return init


PLAIN = centred(3.0)
SMALL = centred(0.1)


class Conv(nnx.Module):
    """A 3D convolution with bias; pads are symmetric, half of its size."""

    def __init__(self, inputs: int, outputs: int, size: Sequence[int], *, form: str, rngs: nnx.Rngs):
        self.form = form
        self.pads = tuple(side // 2 for side in size)
        self.kernel = nnx.Param(PLAIN(rngs.params(), (*size, inputs, outputs), jnp.float32))
        self.bias = nnx.Param(jnp.zeros((outputs,), jnp.float32))

    def __call__(self, x: jax.Array) -> jax.Array:
        return _add_bias(conv3d(x, self.kernel[...], self.form, pads=self.pads), self.bias[...])


class Dense(nnx.Module):
    """A fully connected layer with bias: kernel f32[inputs, outputs]."""

    def __init__(self, inputs: int, outputs: int, *, rngs: nnx.Rngs, init=PLAIN):
        self.kernel = nnx.Param(init(rngs.params(), (inputs, outputs), jnp.float32))
        self.bias = nnx.Param(jnp.zeros((outputs,), jnp.float32))

    def __call__(self, x: jax.Array) -> jax.Array:
        return _add_bias(x @ self.kernel[...], self.bias[...])


def conv3d(
    x: jax.Array, kernel: jax.Array, form: str, *, strides: Sequence[int] = (1, 1, 1), pads: Sequence[int] = (1, 1, 1)
) -> jax.Array:
    """Convolve f32[N, D, H, W, I] with f32[d, h, w, I, O]; pads are added at both ends of each axis.

    "direct" is one 3D convolution (GPU, TPU, tracing). "planes" puts the taps along depth side by side as channels and
    does one 2D convolution over the N*D planes, or for tiny planes a matrix product with all taps side by side: several
    times faster on XLA's CPU. "auto" chooses by backend.
    """
    if resolve(form) == "planes":
        small = x.shape[2] * x.shape[3] <= TINY_PLANE
        return (_conv_taps if small else _conv_planes)(x, kernel, tuple(strides), tuple(pads))
    sides = [(pad, pad) for pad in pads]
    return lax.conv_general_dilated(x, kernel, tuple(strides), sides, dimension_numbers=("NDHWC", "DHWIO", "NDHWC"))


def max_pool(x: jax.Array, window: Sequence[int], form: str, *, pads: Sequence[int] = (0, 0, 0)) -> jax.Array:
    """Max over windows that do not overlap, f32[N, D, H, W, C]; what is left over at the end of an axis is dropped."""
    if resolve(form) == "planes":
        return _max_pool_slices(x, tuple(window), tuple(pads))
    full, sides = (1, *window, 1), [(0, 0), *((pad, pad) for pad in pads), (0, 0)]
    return lax.reduce_window(x, -jnp.inf, lax.max, full, full, sides)


def dropout(x: jax.Array, rate: float, key: jax.Array | None) -> jax.Array:
    """Zero a fraction `rate` of x and scale the rest by 1 / (1 - rate); key None = evaluation, x unchanged."""
    if key is None or rate == 0:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def resolve(form: str) -> str:
    """The form itself, "auto" resolved to "direct" or "planes" by backend; ValueError for an unknown one."""
    if form not in FORMS:
        raise ValueError(f"conv form is {form!r}, expected one of {', '.join(FORMS)}")
    if form == "auto":
        return "planes" if jax.default_backend() == "cpu" else "direct"
    return form


def _add_bias(x: jax.Array, bias: jax.Array) -> jax.Array:
    return x + jnp.broadcast_to(bias, x.shape)


def _conv_planes(x: jax.Array, kernel: jax.Array, strides: tuple[int, ...], pads: tuple[int, ...]) -> jax.Array:
    taps, height, width, inputs, outputs = kernel.shape
    x = jnp.pad(x, ((0, 0), (pads[0], pads[0]), (0, 0), (0, 0), (0, 0)))
    batch, depth, *plane = x.shape
    out_depth = (depth - taps) // strides[0] + 1
    span = (out_depth - 1) * strides[0] + 1
    shifted = [x[:, tap : tap + span : strides[0]] for tap in range(taps)]
    planes = jnp.concatenate(shifted, axis=-1).reshape(batch * out_depth, plane[0], plane[1], taps * inputs)
    flat = kernel.transpose(1, 2, 0, 3, 4).reshape(height, width, taps * inputs, outputs)
    sides = [(pad, pad) for pad in pads[1:]]
    y = lax.conv_general_dilated(planes, flat, strides[1:], sides, dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y.reshape(batch, out_depth, *y.shape[1:])


def _conv_taps(x: jax.Array, kernel: jax.Array, strides: tuple[int, ...], pads: tuple[int, ...]) -> jax.Array:
    *window, inputs, outputs = kernel.shape
    x = jnp.pad(x, ((0, 0), *((pad, pad) for pad in pads), (0, 0)))
    sizes = [(length - side) // stride + 1 for length, side, stride in zip(x.shape[1:4], window, strides, strict=True)]
    parts = []
    for tap in itertools.product(*map(range, window)):
        ends = [start + (size - 1) * stride + 1 for start, size, stride in zip(tap, sizes, strides, strict=True)]
        parts.append(lax.slice(x, (0, *tap, 0), (x.shape[0], *ends, inputs), (1, *strides, 1)))
    rows = jnp.concatenate(parts, axis=-1).reshape(-1, len(parts) * inputs)
    return (rows @ kernel.reshape(-1, outputs)).reshape(x.shape[0], *sizes, outputs)


def _max_pool_slices(x: jax.Array, window: tuple[int, ...], pads: tuple[int, ...]) -> jax.Array:
    """The same by strided slices: their gradient is a select, where reduce_window's is a slow scatter on the CPU."""
    x = jnp.pad(x, ((0, 0), *((pad, pad) for pad in pads), (0, 0)), constant_values=-jnp.inf)
    for axis, side in enumerate(window, start=1):
        if side > 1:
            length = x.shape[axis] // side * side
            parts = [lax.slice_in_dim(x, tap, length, side, axis) for tap in range(side)]
            x = functools.reduce(jnp.maximum, parts)
    return x
