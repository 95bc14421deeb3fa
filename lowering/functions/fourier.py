"""Fourier transforms of any axes and sizes, as products with matrices of cosines and sines.

IREE 3.13 has those of one axis of 2, 4, 8 ... elements alone, and does not compile them for GPUs. Long axes are cut in
two (Cooley and Tukey, 1965).
"""

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend import core

WHOLE = 128  # elements: longer axes are cut in two


def transformed(eqn: core.JaxprEqn, x: Any) -> Sequence[Any]:
    """The transform of an operation `fft` of JAX over its last axes, one axis after the other, in f32.

    FFT and IFFT are of complex values, RFFT of real ones, and IRFFT gives real ones.
    """
    kind, sizes = eqn.params["fft_type"].name, eqn.params["fft_lengths"]
    axes = list(range(x.ndim - len(sizes), x.ndim))
    if kind == "RFFT":
        x = _split(x, axes[-1])
    for axis in axes if kind in ("FFT", "IFFT") else axes[:-1]:
        x = _complex(x, axis, inverse=kind[0] == "I")
    return (_joined(x, axes[-1], sizes[-1]) if kind == "IRFFT" else x,)


def _waves(size: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """f32[size, count]: cosines and sines of 2 pi t k / size."""
    angles = 2 * np.pi * (np.outer(np.arange(size), np.arange(count)) % size) / size
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _along(x: Any, matrix: np.ndarray, axis: int) -> Any:
    """The product of an axis with f32[before, after]."""
    return jnp.moveaxis(jnp.moveaxis(x, axis, -1) @ matrix, -1, axis)


def _complex(x: Any, axis: int, inverse: bool) -> Any:
    """sum_t x[t] (cos - i sin); with + and divided by the size for the inverse."""
    size = x.shape[axis]
    if size > WHOLE and (shorter := _divisor(size)) > 1:
        return _in_two(x, axis, shorter, inverse)
    cos, sin = _waves(size, size)
    cos, sin = (cos / size, -sin / size) if inverse else (cos, sin)
    real, imaginary = lax.real(x), lax.imag(x)
    one = _along(real, cos, axis) + _along(imaginary, sin, axis)
    return lax.complex(one, _along(imaginary, cos, axis) - _along(real, sin, axis))


def _divisor(size: int) -> int:
    """The largest that is no larger than the other factor."""
    return next(each for each in range(math.isqrt(size), 0, -1) if size % each == 0)


def _in_two(x: Any, axis: int, first: int, inverse: bool) -> Any:
    """t = second t1 + t2 and k = k1 + first k2: transforms over t1, a turn by t2 k1 / size, transforms over t2."""
    size, second = x.shape[axis], x.shape[axis] // first
    x = jnp.moveaxis(x, axis, -1)
    parts = _complex(x.reshape(*x.shape[:-1], first, second), x.ndim - 1, inverse)
    cos, sin = (each[:first, :second] for each in _waves(size, second))
    turned = parts * lax.complex(jnp.asarray(cos), jnp.asarray(sin if inverse else -sin))
    found = jnp.swapaxes(_complex(turned, x.ndim, inverse), -1, -2).reshape(x.shape)
    return jnp.moveaxis(found, -1, axis)


def _split(x: Any, axis: int) -> Any:
    """The first half of the transform of real values; the rest is its mirror image."""
    size, count = x.shape[axis], x.shape[axis] // 2 + 1
    if size > WHOLE and _divisor(size) > 1:
        return lax.slice_in_dim(_complex(lax.complex(x, jnp.zeros_like(x)), axis, inverse=False), 0, count, axis=axis)
    cos, sin = _waves(size, count)
    return lax.complex(_along(x, cos, axis), -_along(x, sin, axis))


def _joined(x: Any, axis: int, size: int) -> Any:
    """Real values from the first half of their transform."""
    count = size // 2 + 1
    cos, sin = _waves(size, count)
    twice = np.where((np.arange(count) == 0) | (2 * np.arange(count) == size), 1, 2).astype(np.float32) / size
    real, imaginary = lax.real(x), lax.imag(x)
    return _along(real, (cos * twice).T, axis) - _along(imaginary, (sin * twice).T, axis)
