"""Pictures scaled by bicubic interpolation, as the papers on super-resolution make their small pictures.

It follows MATLAB's imresize: Keys' cubic kernel with a = -1/2, stretched where the picture shrinks (antialiasing),
borders mirrored. Pillow's BICUBIC is the same inside; at the borders it leaves out what lies outside.
"""

import functools
import math

import numpy as np

A = -0.5  # Keys (1981), equation 4


def resized(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """[..., H, W, C] at another size. Levels (uint8) are rounded after each of the two axes, as MATLAB does.

    The axis that shrinks most comes first, of two alike the height. Floats are not rounded.
    """
    sizes = {-3: height, -2: width}
    for axis in sorted(sizes, key=lambda axis: (sizes[axis] / pixels.shape[axis], axis)):
        pixels = _along(pixels, axis, sizes[axis])
    return pixels


def reduced(pixels: np.ndarray, scale: int) -> np.ndarray:
    """uint8[..., H, W, C] a whole factor smaller. H and W are multiples of it."""
    return resized(pixels, pixels.shape[-3] // scale, pixels.shape[-2] // scale)


def cubic(x: np.ndarray) -> np.ndarray:
    """Keys' kernel at these distances."""
    x = np.abs(x)
    near = (A + 2) * x**3 - (A + 3) * x**2 + 1
    far = A * (x**3 - 5 * x**2 + 8 * x - 4)
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


@functools.lru_cache(maxsize=64)
def weights(before: int, after: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of `after` pixels the pixels of `before` that it is made of, i64[after, taps], and their shares, f64."""
    scale = after / before
    shrunk = min(scale, 1.0)
    middles = (np.arange(after) + 0.5) / scale - 0.5
    taps = math.ceil(4 / shrunk) + 2
    places = np.floor(middles - 2 / shrunk).astype(np.int64)[:, None] + np.arange(taps)
    shares = cubic(shrunk * (middles[:, None] - places))
    shares /= shares.sum(axis=1, keepdims=True)
    used = np.flatnonzero((np.abs(shares) > 1e-12).any(axis=0))
    mirrored = np.mod(places[:, used], 2 * before)
    return np.where(mirrored < before, mirrored, 2 * before - 1 - mirrored), shares[:, used]


def _along(pixels: np.ndarray, axis: int, after: int) -> np.ndarray:
    """One axis at another size."""
    if pixels.shape[axis] == after:
        return pixels
    places, shares = weights(pixels.shape[axis], after)
    lines = np.moveaxis(pixels, axis, 0)
    expand = (slice(None), *(None,) * (pixels.ndim - 1))
    kind = np.float32 if pixels.dtype == np.uint8 else np.float64
    found = sum(shares[:, tap].astype(kind)[expand] * lines[places[:, tap]] for tap in range(places.shape[1]))
    if pixels.dtype == np.uint8:
        found = np.floor(np.clip(found, 0, 255) + kind(0.5)).astype(np.uint8)
    return np.moveaxis(np.asarray(found), 0, axis)
