"""How close a picture is to the true one, as the papers on super-resolution measure it: PSNR and SSIM of the luma."""

import numpy as np

PEAK = 255.0
EXACT = 100.0  # dB of a picture without an error, so that a mean over pictures stays a number
LUMA = (65.481, 128.553, 24.966)  # ITU-R BT.601 in studio range, 16 to 235, as MATLAB's rgb2ycbcr has it
SIDE, SIGMA = 11, 1.5  # of SSIM's Gaussian window
K1, K2 = 0.01, 0.03


def luma(pixels: np.ndarray) -> np.ndarray:
    """Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255 of levels [..., 3] from 0 to 255, f64, not rounded."""
    return 16.0 + pixels.astype(np.float64) @ (np.array(LUMA) / PEAK)


def levels(pixels: np.ndarray) -> np.ndarray:
    """uint8 of f32 from 0 to 1, rounded to the nearest, halves to even; levels as they are."""
    if pixels.dtype == np.uint8:
        return pixels
    return np.clip(np.rint(PEAK * np.asarray(pixels, np.float32)), 0, PEAK).astype(np.uint8)


def psnr(found: np.ndarray, true: np.ndarray, border: int = 0) -> float:
    """10 log10(255^2 / mean squared error) in dB of two luma maps [..., H, W] without their borders, at most EXACT."""
    error = float(np.mean(np.square(_inner(found, border) - _inner(true, border))))
    least = PEAK**2 / 10 ** (EXACT / 10)
    return EXACT if error < least else 10 * float(np.log10(PEAK**2 / error))


def ssim(found: np.ndarray, true: np.ndarray, border: int = 0) -> float:
    """The mean structural similarity (Wang et al., 2004) of two luma maps [..., H, W] without their borders.

    The window is a Gaussian of 11 x 11 pixels and sigma 1.5, at every place where it fits. ValueError for maps that are
    smaller.
    """
    x, y = _inner(found, border), _inner(true, border)
    if min(x.shape[-2:]) < SIDE:
        raise ValueError(
            f"SSIM of {x.shape[-2:]} pixels, expected at least {SIDE} x {SIDE} inside a border of {border}"
        )
    mean_x, mean_y = _smooth(x), _smooth(y)
    var_x, var_y = _smooth(x * x) - mean_x**2, _smooth(y * y) - mean_y**2
    both = _smooth(x * y) - mean_x * mean_y
    c1, c2 = (K1 * PEAK) ** 2, (K2 * PEAK) ** 2
    alike = (2 * mean_x * mean_y + c1) * (2 * both + c2)
    return float(np.mean(alike / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))))


def _inner(plane: np.ndarray, border: int) -> np.ndarray:
    height, width = plane.shape[-2:]
    return plane[..., border : height - border, border : width - border]


def _smooth(x: np.ndarray) -> np.ndarray:
    """The weighted mean over the window, at every place where it fits."""
    weights = np.exp(-np.square(np.arange(SIDE) - SIDE // 2) / (2 * SIGMA**2))
    for axis in (-2, -1):
        count = x.shape[axis] - SIDE + 1
        parts = (np.take(x, range(tap, tap + count), axis) for tap in range(SIDE))
        x = np.sum([weight * part for weight, part in zip(weights / weights.sum(), parts, strict=True)], axis=0)
    return x
