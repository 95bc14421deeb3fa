"""A network that needs no bundle: it says how bright the middle of a clip is, in three classes."""

import numpy as np

from rt3d_jax.data import clips
from rt3d_jax.live import predictors

LABELS = ("dark", "grey", "bright")
SPEC = clips.ClipSpec(clips.Spread(4), 12, 8, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))


class Brightness:
    """Logits of clips f32[1, 4, 8, 8, 3]; every clip that it was asked about stands in `asked`."""

    def __init__(self) -> None:
        self.asked: list[np.ndarray] = []

    def __call__(self, clip: np.ndarray) -> np.ndarray:
        assert clip.shape == (1, 4, 8, 8, 3) and clip.dtype == np.float32
        self.asked.append(clip)
        return -20 * np.abs(clip.mean() - np.array([[0.0, 0.5, 1.0]], np.float32))


def brightness(name: str = "dense", about: str = "", spec: clips.ClipSpec = SPEC) -> predictors.Network:
    return predictors.Network(name, about, LABELS, spec, Brightness())


def plain(level: int, height: int = 24, width: int = 32) -> np.ndarray:
    """A frame of one grey, uint8[height, width, 3]."""
    return np.full((height, width, 3), level, np.uint8)
