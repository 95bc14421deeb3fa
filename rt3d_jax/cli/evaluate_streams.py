"""rt3d eval --stream: what the answers of a stream to whole test videos are worth."""

import contextlib
import dataclasses
import pathlib
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lowering.bundle import bundles, streams, write
from lowering.targets import store
from rt3d_jax.cli import console, evaluate_clips, lowerable, subjects
from rt3d_jax.data import clips, listings, pipelines
from rt3d_jax.evaluation import predict, scores

LOADED = 64  # steps whose frames are decoded at a time


def row(
    folder: pathlib.Path,
    every: int | None,
    source: evaluate_clips.Source,
    out: pathlib.Path,
    progress: console.Progress,
) -> dict[str, Any]:
    """The row of a run, lowered for this machine, or of a bundle of a stream. `every`: as for `rt3d lower`."""
    with _stream(folder, every) as stream:
        subject = subjects.of_stream(folder, stream.bundle)
        dataset, bad = evaluate_clips.dataset(subject, source, progress)
        place = out / f"{subject.name}-{subject.engine}"
        answers = Answers(stream, subject, bad)
        tally = scores.Tally([video.label for video in dataset.test], len(subject.labels))
        for done, part in enumerate(found := together(dataset.test, subject.clip), 1):
            answers.count(part, tally)
            progress(f"{subject.name} in {subject.engine}", done, len(found))
        protocol = evaluate_clips.Protocol(1, 1, 1, 0, stream.every)
        measured = tally.scores()
        made = evaluate_clips.row(subject, dataset, measured, protocol, len(answers.skipped))
        words = _words(subject, stream.every, made, len(found) < len(dataset.test))
        made |= {"accuracy_protocol": words, "score": {**made["score"], "protocol": words}}
        made |= {"answers": answers.given, "answers_accuracy": 100 * answers.right / answers.given}
        place.mkdir(parents=True, exist_ok=True)
        evaluate_clips.keep(place, measured, subject.labels, made)
        return made


Part = list[tuple[int, listings.Video]]  # videos, or windows of one video, with their numbers


def together(test: Sequence[listings.Video], clip: clips.ClipSpec) -> list[Part]:
    """What a stream goes through in one run: a video, or all windows of one whose clips have frames of one row."""
    found: dict[Any, Part] = {}
    for number, video in enumerate(test):
        frames = _seen(video, clip)
        key = number if frames is None else (video.path, frames.step, frames.start % frames.step)
        found.setdefault(key, []).append((number, video))
    return list(found.values())


def _seen(video: listings.Video, clip: clips.ClipSpec) -> range | None:
    """The numbers in its video of the frames of a window's clip; None for a whole video, or frames unevenly apart."""
    if video.frames is None:
        return None
    numbers = video.frames[0] + clips.frame_indices(clip.sampling, video.frames[1] - video.frames[0])
    apart = {*np.diff(numbers).tolist()}
    if len(apart) != 1 or 0 in apart:
        return None
    return range(int(numbers[0]), int(numbers[-1]) + 1, apart.pop())


@dataclasses.dataclass
class Answers:
    """The answers to videos while they are counted: how many were given and were right, and the videos left out."""

    stream: streams.Stream
    subject: subjects.Classifier
    bad: pipelines.Bad
    given: int = 0
    right: int = 0
    skipped: dict[int, str] = dataclasses.field(default_factory=dict)

    def count(self, part: Part, tally: scores.Tally) -> None:
        """Adds the answers of a run."""
        try:
            self._windows(part, tally) if len(part) > 1 else self._video(*part[0], tally)
        except clips.ClipError as error:
            if self.bad == "error":
                raise
            self.skipped |= {number: error.reason for number, _ in part}

    def _video(self, number: int, video: listings.Video, tally: scores.Tally) -> None:
        """All answers to a video, from the first that has seen a whole clip on; of a shorter video, the last one."""
        frames = clips.load_stream(video.path, self.subject.clip, video.frames)
        stream, every = self.stream, self.stream.every
        stream.reset()
        steps = range(0, max(len(frames) - every + 1, 1), every)
        found = [stream.step(_whole(frames[at : at + every], every)) for at in steps]
        self._add(np.concatenate(found[stream.warm_up - 1 :] or found[-1:]), number, video, tally)

    def _windows(self, part: Part, tally: scores.Tally) -> None:
        """For each window of a video, the answer that stands when its clip ends."""
        path, spec, every = part[0][1].path, self.subject.clip, self.stream.every
        rows = [frames for _, video in part if (frames := _seen(video, spec))]
        every_frame = range(min(row.start for row in rows), max(row[-1] for row in rows) + 1, rows[0].step)
        self.stream.reset()
        found = []
        for at in range(0, len(every_frame), LOADED * every):
            some = every_frame[at : at + LOADED * every]
            frames = clips.load_stream(path, spec, (some[0], some[-1] + 1), some.step)
            steps = range(0, len(frames) - every + 1, every)
            found += [self.stream.step(frames[first : first + every]) for first in steps]
        for (number, video), row in zip(part, rows, strict=True):
            self._add(found[(every_frame.index(row[-1]) + 1) // every - 1], number, video, tally)

    def _add(self, kept: np.ndarray, number: int, video: listings.Video, tally: scores.Tally) -> None:
        tally.add(predict.finite(kept, self.subject.name), np.full(len(kept), number))
        self.given += len(kept)
        self.right += int((kept.argmax(1) == video.label).sum())


def _words(subject: subjects.Classifier, every: int, made: dict[str, Any], windows: bool) -> str:
    """How it was measured. windows: whether the answers are to windows of longer videos."""
    spec, without = subject.clip, f", {made['skipped']} unreadable left out" if made["skipped"] else ""
    apart = spec.sampling.stride if isinstance(spec.sampling, clips.Windows) else None
    frames = f"stride {apart}" if apart else f"{spec.sampling.frames} spread evenly over the video"
    if windows:
        frames = f"{spec.sampling.frames} frames, 1 centre crop of {spec.size} px"
        return f"top-1 %, {made['videos']} windows{without}, streams: the answer at the end of each, clips of {frames}"
    return (
        f"top-1 %, {made['videos']} test videos{without}, streams: the answers every {every} frames from the first "
        f"whole clip of {spec.sampling.frames} on, probabilities averaged, 1 centre crop of {spec.size} px, "
        f"frames {frames}"
    )


def _whole(frames: np.ndarray, every: int) -> np.ndarray:
    """The frames of a step; the last one is seen again where a video has too few."""
    return np.concatenate([frames, np.repeat(frames[-1:], every - len(frames), 0)])


@contextlib.contextmanager
def _stream(folder: pathlib.Path, every: int | None) -> Iterator[streams.Stream]:
    """The stream of a bundle, or of a run, whose bundle is deleted in the end."""
    if (folder / "manifest.json").is_file():
        bundle = bundles.read(folder)
        if every is not None and bundle.stream and every != bundle.stream["every"]:
            raise ValueError(
                f"--every {every}: {bundle.name} answers every {bundle.stream['every']} frames; lower it again"
            )
        yield streams.Stream(bundle)
        return
    network = lowerable.find(folder)
    host, asked = network.host, network.streamed(every)
    with tempfile.TemporaryDirectory(prefix="rt3d-") as place:
        example = asked.evaluated([np.zeros(one.shape, one.dtype) for one in network.like])
        yield streams.Stream(write.write(pathlib.Path(place) / "host", example, host, network.info, store.find(host)))
