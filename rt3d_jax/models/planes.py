"""3D convolution and max pooling in the forms that XLA's CPU backend runs fast: 2D convolutions and matrix products."""

import functools
import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jax import lax

Sizes = tuple[int, ...]  # of depth, height and width
Sides = tuple[tuple[int, int], ...]  # of the two ends of each
TINY_PLANE = 9
FEW_INPUTS = 8
LOOP_POSITIONS = 2048  # of a frame of the whole batch: a product of that many is as fast as one of all frames


def conv(x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Sizes) -> jax.Array:
    """Convolve f[N, D, H, W, I] with f[d, h, w, I, O]: the taps along depth side by side as channels of one 2D
    convolution.

    The gradient of the kernel is a matrix product of our own, as XLA's runs at a third of the speed; gradients of
    gradients are not defined there. Tiny planes are one product with all taps side by side.
    """
    if x.shape[2] * x.shape[3] <= TINY_PLANE:
        return _conv_taps(x, kernel, strides, pads)
    if kernel.shape[3] < FEW_INPUTS:
        return _conv_planes(x, kernel, strides, pads)
    return _conv_fast(x, kernel, strides, pads)


@functools.partial(jax.jit, static_argnums=(2, 3))
def depthwise(x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Sizes) -> jax.Array:
    """Convolve each channel of f[N, D, H, W, C] by itself with f[d, h, w, 1, C]: a sum of products, tap by tap.

    XLA would turn the gradient of a grouped convolution into that of a dense one, with C times the work. Under jax.jit
    it keeps its name in a jaxpr, by which quantise/sites.py knows it for a product.
    """
    taps = _taps(x, kernel.shape[:3], strides, pads)
    weights = kernel.reshape(-1, kernel.shape[-1]).astype(jnp.float32)
    products = [part * weight for part, weight in zip(taps, weights, strict=True)]
    return functools.reduce(jnp.add, products).astype(x.dtype)


def max_pool(x: jax.Array, window: Sizes, strides: Sizes, sides: Sides) -> jax.Array:
    """Max by strided slices: their gradient is a select, where reduce_window's is a slow scatter on the CPU."""
    x = jnp.pad(x, ((0, 0), *sides, (0, 0)), constant_values=-jnp.inf)
    for axis, (side, stride) in enumerate(zip(window, strides, strict=True), start=1):
        if side > 1 or stride > 1:
            span = (x.shape[axis] - side) // stride * stride + 1
            parts = [lax.slice_in_dim(x, tap, tap + span, stride, axis) for tap in range(side)]
            x = functools.reduce(jnp.maximum, parts)
    return x


def _conv_planes(x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Sizes) -> jax.Array:
    taps, height, width, inputs, outputs = kernel.shape
    x = _depth_taps(x, taps, strides[0], pads[0])
    batch, depth, *plane = x.shape
    flat = kernel.transpose(1, 2, 0, 3, 4).reshape(height, width, taps * inputs, outputs)
    sides = [(pad, pad) for pad in pads[1:]]
    x = x.reshape(batch * depth, *plane)
    y = lax.conv_general_dilated(x, flat, strides[1:], sides, dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y.reshape(batch, depth, *y.shape[1:])


def _depth_taps(x: jax.Array, taps: int, stride: int, pad: int) -> jax.Array:
    """f[N, D, H, W, I] to f[N, outputs, H, W, taps * I]: what every output frame reads."""
    x = jnp.pad(x, ((0, 0), (pad, pad), (0, 0), (0, 0), (0, 0)))
    span = (x.shape[1] - taps) // stride * stride + 1
    return jnp.concatenate([x[:, tap : tap + span : stride] for tap in range(taps)], axis=-1)


def _conv_taps(x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Sizes) -> jax.Array:
    *window, inputs, outputs = kernel.shape
    rows = _patches(x, window, strides, pads)
    y = rows.reshape(-1, rows.shape[-1]) @ kernel.reshape(-1, outputs)
    return y.reshape(*rows.shape[:-1], outputs)


def _patches(x: jax.Array, window: Sequence[int], strides: Sequence[int], pads: Sequence[int]) -> jax.Array:
    """f[N, D, H, W, I] to f[N, d, h, w, window * I]: what every output position reads."""
    return jnp.concatenate(_taps(x, window, strides, pads), axis=-1)


def _taps(x: jax.Array, window: Sequence[int], strides: Sequence[int], pads: Sequence[int]) -> list[jax.Array]:
    """f[N, D, H, W, I] to one f[N, d, h, w, I] per place in the window: what every output position reads there."""
    x = jnp.pad(x, ((0, 0), *((pad, pad) for pad in pads), (0, 0)))
    sizes = [(length - side) // stride + 1 for length, side, stride in zip(x.shape[1:4], window, strides, strict=True)]
    parts = []
    for tap in itertools.product(*map(range, window)):
        ends = [start + (size - 1) * stride + 1 for start, size, stride in zip(tap, sizes, strides, strict=True)]
        parts.append(lax.slice(x, (0, *tap, 0), (x.shape[0], *ends, x.shape[4]), (1, *strides, 1)))
    return parts


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _conv_fast(x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Sizes) -> jax.Array:
    return _conv_planes(x, kernel, strides, pads)


def _forward(x: jax.Array, kernel: jax.Array, strides: Sizes, pads: Sizes) -> tuple[jax.Array, tuple]:
    return _conv_planes(x, kernel, strides, pads), (x, kernel)


def _backward(strides: Sizes, pads: Sizes, kept: tuple[jax.Array, jax.Array], dy: jax.Array) -> tuple:
    x, kernel = kept
    (dx,) = jax.linear_transpose(lambda x: _conv_planes(x, kernel, strides, pads), x)(dy)
    return dx, _kernel_gradient(x, dy, kernel.shape, strides, pads).astype(kernel.dtype)


_conv_fast.defvjp(_forward, _backward)


def _kernel_gradient(x: jax.Array, dy: jax.Array, shape: Sequence[int], strides: Sizes, pads: Sizes) -> jax.Array:
    """f32[d, h, w, I, O] of x f[N, D, H, W, I] and dy f[N, d, h, w, O].

    One product of the patches within planes and, for taps along depth, dy shifted by so many frames: the patches of a
    frame serve all taps along depth. Large frames go one by one, so that their patches stay in a cache.
    """
    taps, height, width, inputs, outputs = shape
    lead, pad = taps, pads[0]
    if strides[0] > 1:
        x, taps, pad = _depth_taps(x, taps, strides[0], pad), 1, 0
    depth, margin = x.shape[1], taps - 1 - pad
    dy = lax.pad(dy, jnp.zeros((), dy.dtype), ((0, 0, 0), (margin, margin, 0), *[(0, 0, 0)] * 3))

    def product(first: jax.Array | int, frames: int) -> jax.Array:
        part = lax.dynamic_slice_in_dim(x, first, frames, 1)
        rows = _patches(part, (1, height, width), (1, *strides[1:]), (0, *pads[1:]))
        shifted = [lax.dynamic_slice_in_dim(dy, first + taps - 1 - tap, frames, 1) for tap in range(taps)]
        columns = jnp.concatenate(shifted, axis=-1)
        every = (0, 1, 2, 3)
        return lax.dot_general(columns, rows, ((every, every), ((), ())), preferred_element_type=jnp.float32)

    if math.prod(dy.shape[2:4]) * dy.shape[0] < LOOP_POSITIONS:
        total = product(0, depth)
    else:
        zero = jnp.zeros((taps * outputs, height * width * x.shape[4]), jnp.float32)
        total = lax.fori_loop(0, depth, lambda frame, total: total + product(frame, 1), zero)
    if taps == lead:
        return total.reshape(taps, outputs, height, width, inputs).transpose(0, 2, 3, 4, 1)
    return total.reshape(outputs, height, width, lead, inputs).transpose(3, 1, 2, 4, 0)
