"""rt3d eval: accuracy of trained runs, and of the bundles that ship."""

import csv
import dataclasses
import hashlib
import json
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import jax
import numpy as np
import tyro

from lowering.bundle import bundles
from lowering.bundle import run as runs
from lowering.system import files
from rt3d_jax.cli import console, prune
from rt3d_jax.cli import data as data_verb
from rt3d_jax.data import clips as clip_specs
from rt3d_jax.data import folders, pipelines
from rt3d_jax.evaluation import predict, scores
from rt3d_jax.report import confusion
from rt3d_jax.training import checkpoints, phases

SAVE_SECONDS = 20.0
SHOWN_CLASSES = 20


@dataclasses.dataclass(frozen=True)
class Protocol:
    """Clips of a video and crops of a clip; clips in a batch, and processes that decode them."""

    clips: int
    crops: int
    batch: int
    workers: int

    @property
    def words(self) -> str:
        """Such as "10 clips x 3 crops, video-level"."""
        if self.clips * self.crops == 1:
            return "1 clip, centre crop, clip-level"
        of_time = f"{self.clips} clip{'s' if self.clips > 1 else ''}"
        return (
            f"{of_time} x {self.crops} crops, video-level" if self.crops > 1 else f"{of_time}, centre crop, video-level"
        )


@dataclasses.dataclass(frozen=True)
class Subject:
    """A network to be measured: forward(clips, good) -> logits; `key` changes with anything that its answers depend on."""

    name: str
    engine: str
    scheme: str
    rate: float
    labels: tuple[str, ...]
    clip: clip_specs.ClipSpec
    home: pathlib.Path
    forward: Callable[[np.ndarray, np.ndarray], np.ndarray]
    key: str


def run(
    networks: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional],
    /,
    clips: int = 1,
    crops: int = 1,
    batch: int = 8,
    workers: int = 2,
    data: pathlib.Path | None = None,
    layout: data_verb.Name | None = None,
    split: int = 1,
    out: pathlib.Path = pathlib.Path("eval"),
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> None:
    """Measure the accuracy of trained runs (in JAX) and of bundles for `host` (in IREE) on test videos.

    One clip and one crop are the clip-level protocol of the paper; more are averaged to one answer for each video, as in
    --clips 10 --crops 3. A stopped evaluation goes on where it was; a finished one is not made again.

    Args:
        networks: Folders of finished phases, such as OUT/runs/dense, and bundles, such as OUT/bundles/dense/host.
        clips: Clips of each video, evenly spread over it.
        crops: Squares of each clip: 1 is the centre, 3 reach from end to end of the longer side.
        batch: Clips that a run answers at a time; a bundle takes them one by one.
        workers: Processes that decode videos; 0 is a thread.
        data: Data set to measure on; default: the one that the network was trained on.
        layout: Layout of --data; default: what its lists show.
        split: Split of --data, of UCF101 or HMDB51.
        out: Folder for what is kept: OUT/NAME-ENGINE/confusion.png, classes.csv and the state of the evaluation.
        json_file: Writes the rows here too.
    """
    console.some(networks, "run or bundle, such as OUT/runs/dense or OUT/bundles/dense/host")
    protocol = Protocol(clips, crops, batch, workers)
    rows = []
    with console.Progress() as progress:
        for folder in networks:
            subject = subject_of(folder)
            dataset, bad = _dataset(subject, data, layout, split, progress)
            place = out / f"{subject.name}-{subject.engine}-{clips}x{crops}"
            found, row = measure(subject, dataset, bad, protocol, place, progress)
            rows.append(row)
            _keep(place, found, subject.labels, row)
            console.say(f"{row['run']} in {row['engine']}: top-1 {row['accuracy']:.2f} %")
    show(rows)
    if json_file is not None:
        files.write_json(json_file, rows, indent=1)


def subject_of(folder: pathlib.Path) -> Subject:
    """A run or a bundle, whichever the folder is."""
    return _bundle(folder) if (folder / "manifest.json").is_file() else _run(folder)


def measure(
    subject: Subject,
    dataset: folders.Dataset,
    bad: pipelines.Bad,
    protocol: Protocol,
    place: pathlib.Path,
    progress: console.Progress,
) -> tuple[scores.Scores, dict[str, Any]]:
    """The scores of a network and its row; goes on from what lies at `place`, and leaves there what was counted."""
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

        scores.count(subject.forward, batches, tally, done)
        found = tally.scores()
        return found, _row(subject, dataset, found, protocol, len(batches.skipped))


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Accuracies as a table, classes where they are few, and the protocols in words."""
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
    for words in dict.fromkeys(row["accuracy_protocol"] for row in rows):
        console.say(words)


def _run(folder: pathlib.Path) -> Subject:
    network = checkpoints.load_network(folder)
    digest = hashlib.sha256()
    for leaf in jax.tree.leaves(network.params):
        digest.update(np.asarray(leaf).tobytes())
    return Subject(
        name=network.name, engine="jax", scheme=network.scheme, rate=network.rate, labels=network.labels, clip=network.clip,
        home=folder.resolve().parents[1], key=digest.hexdigest(),
        forward=predict.forward(checkpoints.apply(network, "auto"), network.params),
    )  # fmt: skip


def _bundle(folder: pathlib.Path) -> Subject:
    bundle = bundles.read(folder)
    main, manifest = runs.load(bundle), bundle.manifest
    return Subject(
        name=manifest["run"], engine=f"iree-{bundle.target.name}", scheme=manifest["scheme"], rate=manifest["rate"],
        labels=tuple(manifest["labels"]), clip=clip_specs.from_json(manifest["clip"]), home=folder.resolve().parents[2],
        key=bundles.file_hash(folder / "manifest.json"),
        forward=lambda clip, good: np.concatenate([main(one[None]) for one in clip[good]]),
    )  # fmt: skip


def _dataset(
    subject: Subject, data: pathlib.Path | None, layout: str | None, split: int, progress: console.Progress
) -> tuple[folders.Dataset, pipelines.Bad]:
    """The data set that was named, or the one that the network was trained on; its classes must be the network's."""
    if data is not None:
        dataset, bad = folders.read(folders.source(data, layout, split)), "skip"
    elif not (subject.home / "runs" / "dense" / "config.json").is_file():
        raise FileNotFoundError(
            f"{subject.name} lies in no folder of `rt3d train` ({subject.home}); name a data set with --data FOLDER"
        )
    else:
        experiment = prune.experiment(subject.home)
        dataset, bad = phases.load_dataset(experiment, subject.home, progress), experiment.bad
    return _relabelled(dataset, subject), bad


def _relabelled(dataset: folders.Dataset, subject: Subject) -> folders.Dataset:
    """The test videos with the network's classes: by name, or by number where the network only numbers its classes."""
    if dataset.labels == subject.labels:
        return dataset
    numbered = subject.labels == tuple(str(number) for number in range(len(dataset.labels)))
    numbers = {name: i for i, name in enumerate(dataset.labels if numbered else subject.labels)}
    strange = [label for label in dataset.labels if label not in numbers]
    if strange:
        raise ValueError(
            f"{subject.name} does not know the class {strange[0]!r} of {dataset.name}; its {len(subject.labels)} classes begin "
            f"with {subject.labels[0]!r}; imported weights take names with `rt3d import --labels FILE`"
        )
    videos = [dataclasses.replace(video, label=numbers[dataset.labels[video.label]]) for video in dataset.test]
    return dataclasses.replace(dataset, labels=subject.labels, test=tuple(videos))


def _key(subject: Subject, videos: Sequence[folders.Video], protocol: Protocol) -> str:
    """What an evaluation under way belongs to: network, clips, and the videos with their sizes."""
    files = [(video.path, video.label, pathlib.Path(video.path).stat().st_size) for video in videos]
    spec = clip_specs.to_json(subject.clip)
    parts = [subject.key, spec, protocol.clips, protocol.crops, protocol.batch, files]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _row(
    subject: Subject, dataset: folders.Dataset, found: scores.Scores, protocol: Protocol, skipped: int
) -> dict[str, Any]:
    top1, top5 = found.top(1), found.top(5)
    counts = {"missing": len(dataset.missing), "views": protocol.clips, "crops": protocol.crops}
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
        "accuracy_protocol": predict.protocol(subject.clip, top1.total, skipped, **counts),
        "classes": found.per_class(subject.labels),
    }


def _keep(place: pathlib.Path, found: scores.Scores, labels: Sequence[str], row: dict[str, Any]) -> None:
    """confusion.png and classes.csv of one network."""
    title = f"{row['run']} in {row['engine']}: top-1 {row['accuracy']:.2f} %, {row['videos']} videos, {row['protocol']}"
    confusion.write(place / "confusion.png", found.confusion, labels, title)
    with files.whole(place / "classes.csv") as part, part.open("w", newline="") as file:
        writer = csv.DictWriter(file, ("label", "videos", "top1", "taken_for"))
        writer.writeheader()
        writer.writerows(row["classes"])
