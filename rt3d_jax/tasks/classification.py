"""The classification of clips: videos with one label each, cross-entropy, top-1 accuracy."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from lowering.system import bounds, typed
from rt3d_jax.data import batches, checks, clips, folders, made, pipelines
from rt3d_jax.data.something import SomethingSomething
from rt3d_jax.evaluation import measured, scores
from rt3d_jax.tasks import classes, contract
from rt3d_jax.tasks.held import Held

SHOWN_CLIPS, SHOWN_FRAMES = 8, 8


@dataclasses.dataclass(frozen=True)
class Few:
    """Training with few labels.

    Args:
        each: The training videos of each class.
        seed: The seed by which they are drawn.
    """

    each: bounds.Count
    seed: int = 0

    def __post_init__(self) -> None:
        typed.check(self)

    def of(self, videos: Sequence[folders.Video]) -> tuple[folders.Video, ...]:
        """So many videos of each label, in the order in which they come; all of a label that has fewer."""
        order = np.random.default_rng(self.seed).permutation(len(videos))
        taken: dict[int, list[int]] = {}
        for place in order.tolist():
            taken.setdefault(videos[place].label, []).append(place)
        return tuple(videos[place] for place in sorted(p for each in taken.values() for p in each[: self.each]))


@dataclasses.dataclass(frozen=True)
class Classification(classes.Classes):
    """One of several classes for every clip.

    Args:
        data: A data set on disk, or one to be made. None for imported weights, whose data are not at hand.
        clip: How a video becomes a clip.
        label_smoothing: The share of each target that is spread evenly over all classes.
        bad: Whether a video that cannot be read is an error or is skipped. See data.pipelines.
        few: Train on few videos of each class. None trains on all of them.
        held: Test on some of the training videos, which are then not trained on. None tests on the test videos.
    """

    data: folders.Source | made.Made | None
    clip: clips.ClipSpec
    label_smoothing: bounds.BelowOne = 0.1
    bad: Literal["error", "skip"] = "error"
    few: Few | None = None
    held: Held | None = None

    def __post_init__(self) -> None:
        typed.check(self)
        if self.clip.flip and isinstance(self.data, SomethingSomething):
            raise ValueError(
                "clip.flip is True; expected False for Something-Something, whose labels know left from right"
            )

    def open(self, out: pathlib.Path, progress: contract.Progress) -> "Videos":
        """The data set; missing videos are counted. One that is drawn is made in `out`/data, or completed there."""
        if self.data is None:
            raise ValueError("the task has no data, as of imported weights; name a data set or an example's file")
        report = lambda done, total: progress("data", done, total, {})
        dataset = made.dataset(self.data, out / "data", report)
        if dataset.missing:
            there = len(dataset.train) + len(dataset.test)
            progress("data", there, there, {"missing": float(len(dataset.missing))})
        if self.held is not None:
            train, test = self.held.split(dataset.train, [video.group for video in dataset.train])
            dataset = dataclasses.replace(dataset, train=train, test=test)
        if self.few is not None:
            dataset = dataclasses.replace(dataset, train=self.few.of(dataset.train))
        return Videos(self, dataset)

    def signature(self, facts: contract.Facts) -> contract.Signature:
        """One clip f32[frames, size, size, 3] to logits f32[classes]."""
        sides = (self.clip.sampling.frames, self.clip.size, self.clip.size, 3)
        return contract.Signature((contract.Array("clip", sides),), contract.Array("logits", (len(facts["labels"]),)))

    def describe(self, facts: contract.Facts) -> dict[str, Any]:
        """The class names, and how a clip is made."""
        return {"labels": list(facts["labels"]), "clip": clips.to_json(self.clip)}


@dataclasses.dataclass(frozen=True)
class Videos:
    """The classification with its videos at hand."""

    task: Classification
    dataset: folders.Dataset

    @property
    def facts(self) -> contract.Facts:
        """The class names in the order of the logits."""
        return {"labels": list(self.dataset.labels)}

    @property
    def examples(self) -> tuple[int, int]:
        """Videos to train and to test on."""
        return len(self.dataset.train), len(self.dataset.test)

    def examine(self, progress: contract.Progress) -> tuple[str, ...]:
        """What the lists show: leaks, videos listed twice, classes without training videos, a single class.

        clips.ClipError for a test video that cannot be read, unless bad is "skip". Every one is opened.
        """
        if self.task.bad == "error":
            paths = [video.path for video in self.dataset.test]
            report = lambda done, total: progress("test videos", done, total, {})
            checks.open_all(paths, self.task.clip.sampling.frames, report)
        if self.task.data is None or isinstance(self.task.data, made.Made):
            return ()
        return checks.doubts(folders.listing(self.task.data))

    def train_batches(self, reading: contract.Reading, seed: int, steps: int) -> batches.Batches:
        """{"clip": f32[rows, frames, size, size, 3], "label": i32[rows]}, see data.pipelines.train_batches."""
        told = {**dataclasses.asdict(reading), "bad": self.task.bad}
        return pipelines.train_batches(self.dataset.train, self.task.clip, seed=seed, steps=steps, **told)

    def sample_batches(self, reading: contract.Reading, count: int) -> batches.Batches:
        """Clips from the middle of every n-th training video."""
        videos = self.dataset.train[:: max(1, len(self.dataset.train) // count)]
        size = min(reading.batch, len(videos))
        videos = videos[: len(videos) // size * size]  # a batch that is not full would end in empty clips
        told = {"batch": size, "workers": reading.workers, "bad": self.task.bad}
        return pipelines.eval_batches(videos, self.task.clip, **told)

    def test_batches(self, reading: contract.Reading) -> batches.Batches:
        """One clip of every test video; rows without one have the label -1, see data.pipelines.eval_batches."""
        told = {**dataclasses.asdict(reading), "bad": self.task.bad}
        return pipelines.eval_batches(self.dataset.test, self.task.clip, **told)

    def score(self, answers: contract.Answers) -> measured.Score:
        """Top-1 accuracy in percent, one clip of each video or window."""
        hits = read = 0
        for logits, batch in answers:
            good = batch["label"] >= 0
            hits += int((logits.argmax(axis=-1) == batch["label"])[good].sum())
            read += int(good.sum())
        if not read:
            raise ValueError("no clip could be read, expected at least one; see the skipped files")
        protocol = scores.protocol(self.task.clip, read, len(self.dataset.test) - read, each=self.dataset.each)
        return measured.accuracy(round(100 * hits / read, 2), protocol, read)

    def example(self) -> tuple[np.ndarray, ...]:
        """The clip of the first test video."""
        return (_clip(self.dataset.test[0], self.task.clip)[None],)

    def about(self) -> dict[str, Any]:
        """Name, labels, numbers of videos, and the clip."""
        train, test = self.examples
        sizes = {"train_clips": train, "test_clips": test}
        return {"name": self.dataset.name, **sizes, **self.task.describe(self.facts)}

    def pictures(self, networks: Mapping[str, Callable[..., np.ndarray]]) -> dict[str, np.ndarray]:
        """Filmstrips of a few test videos of different classes, their labels, and what each network takes them for."""
        first: dict[int, folders.Video] = {}
        for video in self.dataset.test:
            first.setdefault(video.label, video)
        videos = list(first.values())[:SHOWN_CLIPS]
        inputs = [(_clip(video, self.task.clip)[None],) for video in videos]
        best = lambda answer: np.array([int(answer(*one).argmax()) for one in inputs])
        return {
            "frames": np.stack([_frames(video, self.task.clip) for video in videos]),
            "label": np.array([video.label for video in videos]),
            **{f"predicted/{name}": best(answer) for name, answer in networks.items()},
        }


def _clip(video: folders.Video, spec: clips.ClipSpec) -> np.ndarray:
    """The clip f32[frames, size, size, 3] from the middle of a video or window."""
    return clips.load(video.path, spec, within=video.frames)


def _frames(video: folders.Video, spec: clips.ClipSpec) -> np.ndarray:
    """uint8[SHOWN_FRAMES, size, size, 3] of the clip that the network sees."""
    plain = _clip(video, dataclasses.replace(spec, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)))
    picked = np.linspace(0, len(plain) - 1, SHOWN_FRAMES).round().astype(int)
    return (255 * plain[picked]).round().clip(0, 255).astype(np.uint8)
