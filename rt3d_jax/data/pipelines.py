"""Batches of clips: for training in a new random order in each epoch, for evaluation one pass in order."""

import dataclasses
import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from rt3d_jax.data import batches, clips, folders

Bad = Literal["error", "skip"]
NO_LABEL = -1


def train_batches(
    videos: Sequence[folders.Video],
    spec: clips.ClipSpec,
    *,
    batch: int,
    seed: int,
    workers: int = 0,
    bad: Bad = "error",
    steps: int | None = None,
    rows: Sequence[int] | None = None,
) -> batches.Batches:
    """Training batches {"clip": float32[batch, D, H, W, 3], "label": int32[batch]}; `steps` of them, None = endless.

    Each epoch has a new random order, in which every video comes once. A batch may hold the end of one epoch and the
    start of the next. bad="skip" replaces a bad video with the next good one of the order; bad="error" raises
    clips.ClipError. `workers` processes make batches ahead (0: a thread of this process does). `rows` are the rows of a
    batch to make, in this order, where several computers share one (None: all); their clips are those of the whole
    batch.
    """
    length, rows = batches.ENDLESS if steps is None else steps, batches.rows(rows, batch)
    return batches.Batches(_Training(_checked(videos, batch, bad), spec, batch, rows, bad, seed, length), workers)


def eval_batches(
    videos: Sequence[folders.Video],
    spec: clips.ClipSpec,
    *,
    batch: int,
    workers: int = 0,
    bad: Bad = "error",
    views: int = 1,
    crops: int = 1,
    rows: Sequence[int] | None = None,
) -> batches.Batches:
    """One pass in order: `views` clips x `crops` squares of each video (see clips.View), clip by clip.

    Batches are {"clip", "label", "video": int32[batch]}, `video` an index into `videos`; `rows` as in train_batches.

    All batches have the same size, so that one compiled function serves. A row without a clip (after the end, or for a
    bad video with bad="skip") is zeros and has label and video -1. No prediction equals -1; count the labels >= 0.
    """
    if min(views, crops) < 1:
        raise ValueError(f"{views} clips x {crops} crops of a video; expected at least one of each")
    source = _Evaluation(_checked(videos, batch, bad), spec, batch, batches.rows(rows, batch), bad, views, crops)
    return batches.Batches(source, workers)


@dataclasses.dataclass(frozen=True)
class _Training:
    videos: tuple[folders.Video, ...]
    spec: clips.ClipSpec
    batch: int
    rows: tuple[int, ...]
    bad: Bad
    seed: int
    length: int

    @property
    def size(self) -> int:
        return batches.clip_bytes(len(self.rows), self.spec.sampling.frames, self.spec.size)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, Any]:
        out = _empty(len(self.rows), self.spec)
        for at, row in enumerate(self.rows):
            self._fill(out, at, index * self.batch + row)
        return out

    def _fill(self, out: dict[str, Any], row: int, place: int) -> None:
        """Fills a row with the clip at `place` of the endless order, or with the next good video's in its epoch."""
        epoch, start = divmod(place, len(self.videos))
        order = _order(self.seed, epoch, len(self.videos))
        for video in (self.videos[index] for index in np.roll(order, -start)):
            rng = np.random.default_rng((self.seed, 1, place))
            load = functools.partial(clips.load, video.path, self.spec, rng, within=video.frames)
            if _filled(out, row, video, self.bad, load):
                return
        path, reason = next(iter(out["bad"].items()))
        raise clips.ClipError(path, f"{reason} (and none of the {len(order)} videos is usable)")


@dataclasses.dataclass(frozen=True)
class _Evaluation:
    videos: tuple[folders.Video, ...]
    spec: clips.ClipSpec
    batch: int
    rows: tuple[int, ...]
    bad: Bad
    views: int
    crops: int

    @property
    def size(self) -> int:
        return batches.clip_bytes(len(self.rows), self.spec.sampling.frames, self.spec.size)

    def __len__(self) -> int:
        return (len(self.videos) * self.views * self.crops + self.batch - 1) // self.batch

    def __getitem__(self, index: int) -> dict[str, Any]:
        out = _empty(len(self.rows), self.spec)
        out["video"] = np.full(len(self.rows), NO_LABEL, np.int32)
        wanted, each, end = [index * self.batch + row for row in self.rows], self.views * self.crops, 0
        for place, group in itertools.groupby(wanted, lambda number: number // each):
            numbers = list(group)
            start, end = end, end + len(numbers)
            if place < len(self.videos):
                rows = slice(start, end)
                shown = [
                    clips.View(clip, self.views, crop, self.crops)
                    for clip, crop in (divmod(number % each, self.crops) for number in numbers)
                ]
                video = self.videos[place]
                load = functools.partial(clips.load_views, video.path, self.spec, shown, video.frames)
                if _filled(out, rows, video, self.bad, load):
                    out["video"][rows] = place
        return out


def _checked(videos: Sequence[folders.Video], batch: int, bad: Bad) -> tuple[folders.Video, ...]:
    if not videos or batch < 1:
        raise ValueError(f"{len(videos)} videos in batches of {batch}; expected at least one of each")
    if bad not in ("error", "skip"):
        raise ValueError(f"bad is {bad!r}; expected 'error' or 'skip'")
    return tuple(videos)


def _empty(batch: int, spec: clips.ClipSpec) -> dict[str, Any]:
    shape = (batch, spec.sampling.frames, spec.size, spec.size, 3)
    return {"clip": np.zeros(shape, np.float32), "label": np.full(batch, NO_LABEL, np.int32), "bad": {}}


def _filled(
    out: dict[str, Any], rows: int | slice, video: folders.Video, bad: Bad, load: Callable[[], np.ndarray]
) -> bool:
    try:
        out["clip"][rows] = load()
    except clips.ClipError as error:
        if bad == "error":
            raise
        out["bad"][error.path] = error.reason
        return False
    out["label"][rows] = video.label
    return True


@functools.lru_cache(maxsize=2)
def _order(seed: int, epoch: int, length: int) -> np.ndarray:
    return np.random.default_rng((seed, 0, epoch)).permutation(length)
