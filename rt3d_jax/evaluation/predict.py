"""Evaluation: the logits of every test video and the accuracy of their best classes."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import jax
import numpy as np

from rt3d_jax.data import clips
from rt3d_jax.hosts import devices

Tree = Any


@dataclasses.dataclass(frozen=True)
class Predictions:
    """logits f32[rows, classes], labels i32[rows] and videos i32[rows] (indices), one row per clip that was read."""

    logits: np.ndarray
    labels: np.ndarray
    videos: np.ndarray

    @property
    def accuracy(self) -> float:
        """Top-1 in percent, clip by clip; ValueError if there is no clip."""
        if not self.labels.size:
            raise ValueError("no clip could be read, expected at least one; see the skipped files")
        return 100 * float(np.mean(self.logits.argmax(axis=-1) == self.labels))


def predict(
    apply: Callable[..., jax.Array],
    params: Tree,
    batches: Iterable[dict[str, np.ndarray]],
    progress: Callable[[int], None] = lambda done: None,
) -> Predictions:
    """The logits of every clip of one pass (data.pipelines.eval_batches); rows of label -1 are left out.

    Batches are split over all devices and hold the rows of this process (devices.rows); the result is whole in each.
    """

    def answer(params: Tree, batch: dict[str, jax.Array]) -> tuple[jax.Array, ...]:
        return apply(params, batch["clip"]), batch["label"], batch["video"]

    compiled, params = jax.jit(answer, out_shardings=devices.replicated()), devices.replicate(params)
    parts = []
    for number, batch in enumerate(batches, start=1):
        found = [np.asarray(array) for array in compiled(params, devices.split(batch))]
        good = found[1] >= 0
        parts.append([array[good] for array in found])
        progress(number)
    if not parts:
        raise ValueError("got no batch to evaluate, expected at least one")
    logits, labels, videos = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Predictions(logits, labels, videos)


def forward(apply: Callable[..., jax.Array], params: Tree) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A function (clips f32[N, D, H, W, 3], good bool[N]) -> logits f32[good, classes], compiled once for all batches."""
    compiled = jax.jit(lambda params, clip: apply(params, clip))
    return lambda clip, good: np.asarray(compiled(params, clip))[good]


def protocol(
    spec: clips.ClipSpec, videos: int, skipped: int = 0, *, missing: int = 0, views: int = 1, crops: int = 1
) -> str:
    """How an accuracy was measured, in words, for reports."""
    frames = spec.sampling.frames
    place = "middle" if views == 1 else "evenly over the video"
    how = (
        "spread evenly over the video"
        if isinstance(spec.sampling, clips.Spread)
        else f"stride {spec.sampling.stride}, {place}"
    )
    left_out = ((skipped, "unreadable left out"), (missing, "missing"))
    without = "".join(f", {count} {why}" for count, why in left_out if count)
    level = "clip level" if views * crops == 1 else "video level"
    what = f"{views} clip{'s' if views > 1 else ''} x {f'{crops} crops' if crops > 1 else '1 centre crop'}"
    averaged = ", probabilities averaged" if views * crops > 1 else ""
    return (
        f"top-1 %, {videos} test videos{without}, {level}: {what} of {spec.size} px{averaged}, "
        f"short side {spec.short_side} px, {frames} frames {how}"
    )
