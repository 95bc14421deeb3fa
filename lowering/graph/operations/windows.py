"""Windows over frames, height and width, in numpy: how many there are, what they hold, a convolution by them."""

import numpy as np

Window = tuple[int, int, int]
Padding = tuple[tuple[int, int], ...]  # before and after, for frames, height and width
NO_PADDING: Padding = ((0, 0), (0, 0), (0, 0))


def count(shape: tuple[int, ...], window: tuple[int, ...], strides: Window, padding: Padding) -> Window:
    """Windows along frames, height and width of a feature map (D, H, W, C)."""
    d, h, w = (
        (size + sum(pads) - k) // s + 1 for size, k, s, pads in zip(shape, window, strides, padding, strict=False)
    )
    return d, h, w


def slide(x: np.ndarray, window: Window, strides: Window, padding: Padding, outside: float) -> np.ndarray:
    """What each window of a map [D, H, W, C] holds: [D', H', W', C, kd, kh, kw]; `outside` lies around the map."""
    x = np.pad(x, (*padding, (0, 0)), constant_values=outside)
    sd, sh, sw = strides
    return np.lib.stride_tricks.sliding_window_view(x, window, (0, 1, 2))[::sd, ::sh, ::sw]


def convolve(x: np.ndarray, kernel: np.ndarray, strides: Window, padding: Padding) -> np.ndarray:
    """Cross-correlation of [D, H, W, I] with a kernel [kd, kh, kw, I, O], zeros around the map: [D', H', W', O]."""
    x = np.pad(x, (*padding, (0, 0)))
    d, h, w = count(x.shape, kernel.shape[:3], strides, NO_PADDING)
    (sd, sh, sw), out = strides, np.zeros((d, h, w, kernel.shape[4]))
    for a, b, e in np.ndindex(*kernel.shape[:3]):
        rows, columns = slice(b, b + sh * (h - 1) + 1, sh), slice(e, e + sw * (w - 1) + 1, sw)
        out += x[a : a + sd * (d - 1) + 1 : sd, rows, columns] @ kernel[a, b, e]
    return out
