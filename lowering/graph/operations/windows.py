"""Windows over frames, height and width, in numpy: how many there are, what they hold, a convolution by them."""

import itertools

import numpy as np

Window = tuple[int, int, int]
Padding = tuple[tuple[int, int], ...]  # before and after, for frames, height and width
ONES: Window = (1, 1, 1)
NO_PADDING: Padding = ((0, 0), (0, 0), (0, 0))
MOST_AT_ONCE = 1 << 22  # numbers in the matrix of windows that a convolution multiplies


def count(shape: tuple[int, ...], window: tuple[int, ...], strides: Window, padding: Padding) -> Window:
    """Windows along frames, height and width of a feature map (D, H, W, C)."""
    d, h, w = (
        (size + sum(pads) - k) // s + 1 for size, k, s, pads in zip(shape, window, strides, padding, strict=False)
    )
    return d, h, w


def extent(window: tuple[int, ...], dilation: Window) -> Window:
    """How far a window reaches whose locations lie `dilation` apart."""
    d, h, w = ((size - 1) * apart + 1 for size, apart in zip(window, dilation, strict=True))
    return d, h, w


def spread(x: np.ndarray, apart: Window) -> np.ndarray:
    """A map [D, H, W, C] whose pixels lie `apart`, with zeros between them."""
    (rd, rh, rw), out = apart, np.zeros((*extent(x.shape[:3], apart), x.shape[3]), x.dtype)
    out[::rd, ::rh, ::rw] = x
    return out


def slide(x: np.ndarray, window: Window, strides: Window, padding: Padding, outside: float) -> np.ndarray:
    """What each window of a map [D, H, W, C] holds: [D', H', W', C, kd, kh, kw]; `outside` lies around the map."""
    x = np.pad(x, (*padding, (0, 0)), constant_values=outside)
    sd, sh, sw = strides
    return np.lib.stride_tricks.sliding_window_view(x, window, (0, 1, 2))[::sd, ::sh, ::sw]


def convolve(
    x: np.ndarray, kernel: np.ndarray, strides: Window, padding: Padding, dilation: Window = ONES
) -> np.ndarray:
    """Cross-correlation of [D, H, W, I] with a kernel [kd, kh, kw, I, O], zeros around the map: [D', H', W', O].

    The windows of some rows of pixels at a time are a matrix, which is multiplied by the kernel as a matrix.
    """
    matrix = kernel.reshape(-1, kernel.shape[4]).astype(x.dtype, copy=False)
    window, (rd, rh, rw) = extent(kernel.shape[:3], dilation), dilation
    seen = np.moveaxis(slide(x, window, strides, padding, 0)[..., ::rd, ::rh, ::rw], 3, -1)
    frames, height, width = count(x.shape, window, strides, padding)
    out = np.empty((frames, height, width, kernel.shape[4]), x.dtype)
    rows = max(1, MOST_AT_ONCE // max(1, width * len(matrix)))
    for frame, first in itertools.product(range(frames), range(0, height, rows)):
        some = out[frame, first : first + rows]
        some[:] = (seen[frame, first : first + rows].reshape(-1, len(matrix)) @ matrix).reshape(some.shape)
    return out


def convolve_channels(x: np.ndarray, kernel: np.ndarray, strides: Window, padding: Padding) -> np.ndarray:
    """Cross-correlation of each channel of [D, H, W, C] with its own kernel of [kd, kh, kw, C]: [D', H', W', C]."""
    frames, height, width = count(x.shape, kernel.shape[:3], strides, padding)
    x, (sd, sh, sw) = np.pad(x, (*padding, (0, 0))), strides
    out = np.zeros((frames, height, width, kernel.shape[3]), x.dtype)
    for d, h, w in np.ndindex(kernel.shape[:3]):
        seen = x[d : d + frames * sd : sd, h : h + height * sh : sh, w : w + width * sw : sw]
        out += seen[:frames, :height, :width] * kernel[d, h, w].astype(x.dtype, copy=False)
    return out
