"""rt3d eval --stream: what the answers of a stream to whole test videos are worth."""

import contextlib
import dataclasses
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from lowering.bundle import bundles, streams, write
from lowering.targets import store, targets
from rt3d_jax.cli import console, evaluate_clips, lowerable, subjects
from rt3d_jax.data import clips, folders, pipelines
from rt3d_jax.evaluation import predict, scores


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
        answers = _Answers(stream, subject, bad)
        tally = scores.Tally([video.label for video in dataset.test], len(subject.labels))
        for number, video in enumerate(dataset.test):
            answers.count(number, video, tally)
            progress(f"{subject.name} in {subject.engine}", number + 1, len(dataset.test))
        protocol = evaluate_clips.Protocol(1, 1, 1, 0, stream.every)
        found = tally.scores()
        made = evaluate_clips.row(subject, dataset, found, protocol, len(answers.skipped))
        words = _words(subject, stream.every, made)
        made |= {"accuracy_protocol": words, "score": {**made["score"], "protocol": words}}
        made |= {"answers": answers.given, "answers_accuracy": 100 * answers.right / answers.given}
        place.mkdir(parents=True, exist_ok=True)
        evaluate_clips.keep(place, found, subject.labels, made)
        return made


@dataclasses.dataclass
class _Answers:
    """The answers to videos while they are counted: how many were given and were right, and the files left out."""

    stream: streams.Stream
    subject: subjects.Classifier
    bad: pipelines.Bad
    given: int = 0
    right: int = 0
    skipped: dict[str, str] = dataclasses.field(default_factory=dict)

    def count(self, number: int, video: folders.Video, tally: scores.Tally) -> None:
        """Adds a video's answers, from the first that has seen a whole clip on; of a shorter video, the last one."""
        try:
            frames = clips.load_stream(video.path, self.subject.clip, video.frames)
        except clips.ClipError as error:
            if self.bad == "error":
                raise
            self.skipped[error.path] = error.reason
            return
        stream, every = self.stream, self.stream.every
        stream.reset()
        steps = range(0, max(len(frames) - every + 1, 1), every)
        found = [stream.step(_whole(frames[at : at + every], every)) for at in steps]
        kept = np.concatenate(found[stream.warm_up - 1 :] or found[-1:])
        tally.add(predict.finite(kept, self.subject.name), np.full(len(kept), number))
        self.given += len(kept)
        self.right += int((kept.argmax(1) == video.label).sum())


def _words(subject: subjects.Classifier, every: int, made: dict[str, Any]) -> str:
    """How it was measured."""
    spec, without = subject.clip, f", {made['skipped']} unreadable left out" if made["skipped"] else ""
    apart = spec.sampling.stride if isinstance(spec.sampling, clips.Windows) else None
    frames = f"stride {apart}" if apart else f"{spec.sampling.frames} spread evenly over the video"
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
    network, host = lowerable.find(folder), targets.find("host")
    asked = dataclasses.replace(network, stream=True, every=every)
    with tempfile.TemporaryDirectory(prefix="rt3d-") as place:
        example = asked.evaluated([np.zeros(one.shape, one.dtype) for one in network.like])
        yield streams.Stream(write.write(pathlib.Path(place) / "host", example, host, network.info, store.find(host)))
