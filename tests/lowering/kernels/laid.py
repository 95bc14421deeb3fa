"""Feature maps as they lie in memory, see layouts.Layout."""

import numpy as np

from lowering.kernels import layouts


def lay(layout: layouts.Layout, value: np.ndarray) -> np.ndarray:
    """f32[D, H, W, C] -> f32[stored, frames, plane]."""
    out = np.zeros((layout.stored, layout.frames, layout.plane), np.float32)
    pixels = value.transpose(3, 0, 1, 2).reshape(layout.channels, layout.frames, -1)
    out[: layout.channels][..., layout.mask() == 1] = pixels
    return out


def unlay(layout: layouts.Layout, stored: np.ndarray) -> np.ndarray:
    """f32[stored, frames, plane] -> f32[D, H, W, C]."""
    planes = stored.reshape(layout.stored, layout.frames, layout.plane)[: layout.channels]
    pixels = planes[..., layout.mask() == 1].reshape(layout.channels, layout.frames, layout.height, layout.width)
    return pixels.transpose(1, 2, 3, 0)
