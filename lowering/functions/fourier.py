"""Fourier transforms of any axes and sizes: IREE 3.13 has those of one axis of 2, 4, 8 ... elements alone.

Others are products with matrices of cosines and sines.
"""

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend import core


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


def _is_power(size: int) -> bool:
    """Of two."""
    return size & (size - 1) == 0


def _own(x: Any, axis: int, kind: str) -> Any:
    """JAX's own transform of one axis."""
    return jnp.moveaxis(lax.fft(jnp.moveaxis(x, axis, -1), kind, (x.shape[axis],)), -1, axis)


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
    if _is_power(size):
        return _own(x, axis, "IFFT" if inverse else "FFT")
    cos, sin = _waves(size, size)
    cos, sin = (cos / size, -sin / size) if inverse else (cos, sin)
    real, imaginary = lax.real(x), lax.imag(x)
    one = _along(real, cos, axis) + _along(imaginary, sin, axis)
    return lax.complex(one, _along(imaginary, cos, axis) - _along(real, sin, axis))


def _split(x: Any, axis: int) -> Any:
    """The first half of the transform of real values; the rest is its mirror image."""
    if _is_power(x.shape[axis]):
        return _own(x, axis, "RFFT")
    cos, sin = _waves(x.shape[axis], x.shape[axis] // 2 + 1)
    return lax.complex(_along(x, cos, axis), -_along(x, sin, axis))


def _joined(x: Any, axis: int, size: int) -> Any:
    """Real values from the first half of their transform."""
    count = size // 2 + 1
    cos, sin = _waves(size, count)
    twice = np.where((np.arange(count) == 0) | (2 * np.arange(count) == size), 1, 2).astype(np.float32) / size
    real, imaginary = lax.real(x), lax.imag(x)
    return _along(real, (cos * twice).T, axis) - _along(imaginary, (sin * twice).T, axis)
