"""rt3d eval for networks that classify clips: several clips and crops of a video, and which classes are confused."""

import csv
import dataclasses
import hashlib
import json
import pathlib
import time
from collections.abc import Sequence
from typing import Any

from lowering.system import files
from rt3d_jax.cli import console, subjects
from rt3d_jax.data import clips as clip_specs
from rt3d_jax.data import folders, pipelines
from rt3d_jax.evaluation import measured, scores
from rt3d_jax.report import confusion
from rt3d_jax.tasks import classification

SAVE_SECONDS = 20.0
SHOWN_CLASSES = 20


@dataclasses.dataclass(frozen=True)
class Protocol:
    """How videos are measured: clips of each video, crops of each clip, clips in a batch, and decoding processes.

    stream: of a stream, the frames from one answer to the next; 0 for clips.
    """

    clips: int
    crops: int
    batch: int
    workers: int
    stream: int = 0

    @property
    def words(self) -> str:
        """Such as "10 clips x 3 crops, video-level"."""
        if self.stream:
            return f"stream, every {f'{self.stream} frames' if self.stream > 1 else 'frame'}, video-level"
        if self.clips * self.crops == 1:
            return "1 clip, centre crop, clip-level"
        of_time = f"{self.clips} clip{'s' if self.clips > 1 else ''}"
        return (
            f"{of_time} x {self.crops} crops, video-level" if self.crops > 1 else f"{of_time}, centre crop, video-level"
        )


@dataclasses.dataclass(frozen=True)
class Source:
    """The data set to measure on, with its layout and split. None is the data that the network was trained on."""

    folder: pathlib.Path | None = None
    layout: str | None = None
    split: int = 1


def evaluate(
    subject: subjects.Classifier, source: Source, protocol: Protocol, out: pathlib.Path, progress: console.Progress
) -> dict[str, Any]:
    """The row of a network. Writes its confusion matrix and classes to OUT/NAME-ENGINE-CLIPSxCROPS."""
    found_in, bad = dataset(subject, source, progress)
    place = out / f"{subject.name}-{subject.engine}-{protocol.clips}x{protocol.crops}"
    found, made = measure(subject, found_in, bad, protocol, place, progress)
    keep(place, found, subject.labels, made)
    return made


def measure(
    subject: subjects.Classifier,
    dataset: folders.Dataset,
    bad: pipelines.Bad,
    protocol: Protocol,
    place: pathlib.Path,
    progress: console.Progress,
) -> tuple[scores.Scores, dict[str, Any]]:
    """The scores of a network and its row. The state at `place` is continued, and saved there."""
    videos = dataset.test
    tally = scores.Tally([video.label for video in videos], len(subject.labels))
    batches = pipelines.eval_batches(
        videos,
        subject.clip,
        batch=protocol.batch,
        workers=protocol.workers,
        bad=bad,
        views=protocol.clips,
        crops=protocol.crops,
    )
    place.mkdir(parents=True, exist_ok=True)
    state, key = place / "state.npz", _key(subject, videos, protocol)
    with batches:
        position = tally.load(state, key)
        if position is not None:
            batches.set_state(position)
        saved = time.monotonic()

        def done() -> None:
            nonlocal saved
            position = batches.get_state()
            if time.monotonic() - saved > SAVE_SECONDS or position["batch"] == len(batches):
                tally.save(state, key, position)
                saved = time.monotonic()
            progress(f"{subject.name} in {subject.engine}", position["batch"], len(batches))

        scores.count(lambda clip, good: subject.forward((clip,), good), batches, tally, done)
        found = tally.scores()
        return found, row(subject, dataset, found, protocol, len(batches.skipped))


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Prints the accuracies as a table, and for each network its worst classes."""
    cells = [
        (
            *(r["run"], r["engine"], r["scheme"], f"{r['rate']:.2f}", f"{r['accuracy']:.2f}"),
            *(f"{r['interval'][0]:.1f} to {r['interval'][1]:.1f}", f"{r['top5']:.2f}", r["protocol"]),
        )
        for r in rows
    ]
    columns = ("run", "engine", "scheme", "rate", "top-1 %", "95 % interval", "top-5 %", "protocol")
    console.table("Accuracy", columns, cells)
    for row in rows:
        worst = sorted(row["classes"], key=lambda line: line["top1"])[:SHOWN_CLASSES]
        what = "Classes" if len(worst) == len(row["classes"]) else f"The {SHOWN_CLASSES} worst classes"
        lines = [(c["label"], c["videos"], f"{c['top1']:.1f}", c["taken_for"]) for c in worst]
        console.table(
            f"{what} of {row['run']} in {row['engine']}", ("class", "videos", "top-1 %", "most taken for"), lines
        )


def dataset(
    subject: subjects.Classifier, source: Source, progress: console.Progress
) -> tuple[folders.Dataset, pipelines.Bad]:
    """The data set that was named, or the one that the network was trained on. Its classes must be the network's."""
    if source.folder is not None:
        dataset, bad = folders.read(folders.source(source.folder, source.layout, source.split)), "skip"
    else:
        task = subjects.experiment(subject).task
        if not isinstance(task, classification.Classification):
            raise ValueError(f"{subject.home} did not train on clips with classes; name a data set with --data FOLDER")
        dataset, bad = task.open(subject.home, progress).dataset, task.bad
    return _relabelled(dataset, subject), bad


def _relabelled(dataset: folders.Dataset, subject: subjects.Classifier) -> folders.Dataset:
    """The test videos with the network's labels: matched by name, or by number if the network only numbers them."""
    if dataset.labels == subject.labels:
        return dataset
    numbered = subject.labels == tuple(str(number) for number in range(len(dataset.labels)))
    numbers = {name: i for i, name in enumerate(dataset.labels if numbered else subject.labels)}
    strange = [label for label in dataset.labels if label not in numbers]
    if strange:
        raise ValueError(
            f"{subject.name} does not know the class {strange[0]!r} of {dataset.name}; the first of its "
            f"{len(subject.labels)} classes is {subject.labels[0]!r}; name the classes of imported weights with "
            f"`rt3d import --labels FILE`"
        )
    videos = [dataclasses.replace(video, label=numbers[dataset.labels[video.label]]) for video in dataset.test]
    return dataclasses.replace(dataset, labels=subject.labels, test=tuple(videos))


def _key(subject: subjects.Classifier, videos: Sequence[folders.Video], protocol: Protocol) -> str:
    """A hash of what an evaluation depends on: the network, the protocol, and the videos with their sizes."""
    found = [
        (video.path, video.label, pathlib.Path(video.path).stat().st_size, *(video.frames or ())) for video in videos
    ]
    spec = clip_specs.to_json(subject.clip)
    parts = [subject.key, spec, protocol.clips, protocol.crops, protocol.batch, found]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def row(
    subject: subjects.Classifier, dataset: folders.Dataset, found: scores.Scores, protocol: Protocol, skipped: int
) -> dict[str, Any]:
    top1, top5 = found.top(1), found.top(5)
    counts = {"missing": len(dataset.missing), "views": protocol.clips, "crops": protocol.crops}
    words = scores.protocol(subject.clip, top1.total, skipped, **counts, each=dataset.each)
    return {
        "run": subject.name,
        "engine": subject.engine,
        "scheme": subject.scheme,
        "rate": subject.rate,
        "protocol": protocol.words,
        "data": dataset.name,
        "videos": top1.total,
        "skipped": skipped,
        "accuracy": top1.percent,
        "interval": top1.interval,
        "top5": top5.percent,
        "accuracy_protocol": words,
        "score": dataclasses.asdict(measured.accuracy(top1.percent, words, top1.total)),
        "classes": found.per_class(subject.labels),
    }


def keep(place: pathlib.Path, found: scores.Scores, labels: Sequence[str], row: dict[str, Any]) -> None:
    """Writes confusion.png and classes.csv of one network."""
    title = f"{row['run']} in {row['engine']}: top-1 {row['accuracy']:.2f} %, {row['videos']} videos, {row['protocol']}"
    confusion.write(place / "confusion.png", found.confusion, labels, title)
    with files.whole(place / "classes.csv") as part, part.open("w", newline="") as file:
        writer = csv.DictWriter(file, ("label", "videos", "top1", "taken_for"))
        writer.writeheader()
        writer.writerows(row["classes"])
