"""Accuracy of video classification: probabilities averaged over the clips of a video, intervals, classes confused."""

import dataclasses
import math
import pathlib
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from lowering.system import files
from rt3d_jax.data import clips

NORMAL_95 = 1.959964


@dataclasses.dataclass(frozen=True)
class Share:
    """`hits` of `total`, in percent."""

    hits: int
    total: int

    @property
    def percent(self) -> float:
        return 100 * self.hits / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval of Wilson (1927): (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)."""
        n, p, square = self.total, self.hits / self.total, NORMAL_95**2
        middle, scale = p + square / (2 * n), 1 + square / n
        half = NORMAL_95 * math.sqrt(p * (1 - p) / n + square / (4 * n * n))
        return 100 * max(0.0, middle - half) / scale, 100 * min(scale, middle + half) / scale


class Tally:
    """Probabilities summed over the clips of each video: `sums` f64[videos, classes], `clips` i64[videos]."""

    def __init__(self, labels: Sequence[int], classes: int):
        self.labels = np.asarray(labels, np.int64)
        self.sums = np.zeros((len(self.labels), classes))
        self.clips = np.zeros(len(self.labels), np.int64)

    def add(self, logits: np.ndarray, videos: np.ndarray) -> None:
        """Count a clip of each of `videos` (indices, i32[n]) by its softmax. ValueError for infinite logits or nan."""
        if logits.shape != (len(videos), self.sums.shape[1]):
            expected = (len(videos), self.sums.shape[1])
            raise ValueError(f"logits have shape {logits.shape}, expected {expected}; the labels are another network's")
        if not np.isfinite(logits).all():
            raise ValueError(
                f"logits of video {videos[~np.isfinite(logits).all(axis=1)][0]} are not finite; the network is broken"
            )
        powers = np.exp(np.asarray(logits, np.float64) - logits.max(axis=1, keepdims=True))
        np.add.at(self.sums, videos, powers / powers.sum(axis=1, keepdims=True))
        np.add.at(self.clips, videos, 1)

    def save(self, path: pathlib.Path, key: str, position: dict[str, Any]) -> None:
        """Writes what was counted and the position of the batches, whole or not at all."""
        place, skipped = position["batch"], position["skipped"]
        bad = np.array([[name, why] for name, why in skipped.items()], dtype=np.str_).reshape(-1, 2)
        with files.whole(path) as part:
            np.savez(part, sums=self.sums, clips=self.clips, key=key, batch=place, skipped=bad)

    def load(self, path: pathlib.Path, key: str) -> dict[str, Any] | None:
        """Takes up what `save` wrote for the same key and returns the position; None if there is no such file."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
                if str(found["key"]) != key or found["sums"].shape != self.sums.shape:
                    return None
                self.sums, self.clips = found["sums"], found["clips"]
                return {"batch": int(found["batch"]), "skipped": {str(n): str(why) for n, why in found["skipped"]}}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def scores(self) -> "Scores":
        """What was counted so far; ValueError if that is nothing."""
        seen = self.clips > 0
        if not seen.any():
            raise ValueError("no clip could be read, expected at least one; see the skipped files")
        return Scores(self.sums[seen] / self.clips[seen, None], self.labels[seen])


def count(
    forward: Callable[[np.ndarray, np.ndarray], np.ndarray],
    batches: Iterable[dict[str, np.ndarray]],
    tally: Tally,
    done: Callable[[], None],
) -> None:
    """Count every clip of data.pipelines.eval_batches; forward(clips, good) gives the logits of a batch's good rows.

    done() is called after each batch, when all of it is counted.
    """
    for batch in batches:
        good = batch["label"] >= 0
        if good.any():
            tally.add(forward(batch["clip"], good), batch["video"][good])
        done()


@dataclasses.dataclass(frozen=True)
class Scores:
    """Mean probabilities f64[videos, classes] and labels i64[videos] of the videos that were read."""

    probabilities: np.ndarray
    labels: np.ndarray

    def top(self, count: int) -> Share:
        """Videos whose class is among the `count` best; of equal ones the first is better."""
        best = np.argsort(-self.probabilities, axis=1, kind="stable")[:, :count]
        return Share(int((best == self.labels[:, None]).any(axis=1).sum()), len(self.labels))

    @property
    def confusion(self) -> np.ndarray:
        """i64[classes, classes]: videos by class (row) and best class (column)."""
        classes = self.probabilities.shape[1]
        matrix = np.zeros((classes, classes), np.int64)
        np.add.at(matrix, (self.labels, self.probabilities.argmax(axis=1)), 1)
        return matrix

    def per_class(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """One row for each class with videos: videos, top-1 %, and the class that it is most taken for."""
        rows = []
        for number, counts in enumerate(self.confusion):
            if counts.sum():
                others = np.where(np.arange(len(counts)) == number, 0, counts)
                taken = names[int(others.argmax())] if others.any() else None
                right = 100 * int(counts[number]) / int(counts.sum())
                rows.append({"label": names[number], "videos": int(counts.sum()), "top1": right, "taken_for": taken})
        return rows


def protocol(
    spec: clips.ClipSpec,
    videos: int,
    skipped: int = 0,
    *,
    missing: int = 0,
    views: int = 1,
    crops: int = 1,
    each: str = "videos",
) -> str:
    """How an accuracy was measured, in words, for reports. views, crops: of each video, see data.clips.View. each: what
    the videos are, see data.listings.Dataset.
    """
    frames = spec.sampling.frames
    whole = "the video" if each == "videos" else "the window"
    place = "middle" if views == 1 else f"evenly over {whole}"
    how = (
        f"spread evenly over {whole}"
        if isinstance(spec.sampling, clips.Spread)
        else f"stride {spec.sampling.stride}, {place}"
    )
    left_out = ((skipped, "unreadable left out"), (missing, "missing"))
    without = "".join(f", {count} {why}" for count, why in left_out if count)
    scaled = f"short side {spec.short_side} px"
    if spec.stretch is not None:
        scaled = f"frames stretched to {spec.stretch[0]} x {spec.stretch[1]} px"
    level = "clip level" if views * crops == 1 else "video level"
    what = f"{views} clip{'s' if views > 1 else ''} x {f'{crops} crops' if crops > 1 else '1 centre crop'}"
    averaged = ", probabilities averaged" if views * crops > 1 else ""
    return (
        f"top-1 %, {videos} test {each}{without}, {level}: {what} of {spec.size} px{averaged}, "
        f"{scaled}, {frames} frames {how}"
    )
