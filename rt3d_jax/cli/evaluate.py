"""rt3d eval: the score of trained runs and of compiled bundles."""

import pathlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import numpy as np
import tyro

from lowering.system import files
from rt3d_jax.cli import console, evaluate_clips, evaluate_streams, subjects
from rt3d_jax.cli import data as data_verb
from rt3d_jax.evaluation import measured
from rt3d_jax.tasks import contract


def run(
    networks: tuple[pathlib.Path, ...],
    /,
    clips: int = 1,
    crops: int = 1,
    batch: int = 8,
    workers: int = 2,
    data: pathlib.Path | None = None,
    layout: data_verb.Name | None = None,
    split: int = 1,
    stream: bool = False,
    every: int | None = None,
    out: pathlib.Path = pathlib.Path("eval"),
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> None:
    """Measure the accuracy of trained runs and of compiled bundles on test videos.

    Runs are computed in JAX, and bundles for `host` in IREE. So the accuracy of what ships is measured too.

    By default one clip from the middle of each video is classified. This is the clip-level protocol of the paper. With
    more clips or crops (--clips 10 --crops 3), the probabilities of all clips of a video are averaged. A network whose
    task is not the classification of clips is measured as it was after training.

    With --stream, networks that are causal in time see each test video as a stream too, from its first frame to its
    last, and the probabilities of the answers from the first whole clip on are averaged. A run is compiled for this
    machine, and its clips are measured beside it.

    After Ctrl-C the same command continues. A finished evaluation is not repeated.

    Args:
        networks: Runs, such as OUT/runs/dense, and bundles, such as OUT/bundles/dense/host.
        clips: Clips of each video, spread evenly over it.
        crops: Square crops of each clip. 1 is the centre. 3 cover the longer side from end to end.
        batch: Examples that a run computes at a time. A bundle computes one at a time.
        workers: Processes that decode videos. 0 decodes in a thread.
        data: The folder of a data set to measure on. By default it is the one that the network was trained on.
        layout: The layout of --data. By default it is recognised by its lists.
        split: The split of --data, if that is UCF101 or HMDB51.
        stream: Measure streams, of causal runs or of bundles that `rt3d lower --stream` wrote.
        every: Of a run's stream, the frames from one answer to the next, as for `rt3d lower`.
        out: Folder for the results. OUT/NAME-ENGINE-CLIPSxCROPS holds the confusion matrix, a table of classes and the
            state of the evaluation.
        json_file: Also write the rows to this file. Each has "run", "engine", "scheme", "rate", "data" and "score".
            Those of clips also have "protocol", "videos", "skipped", "accuracy", "accuracy_protocol", "interval",
            "top5" and "classes". Those of streams also have "answers", how many there were in all videos, and
            "answers_accuracy", the share of them that was right.

    Examples:
        rt3d eval runs/first/runs/dense runs/first/runs/vanilla-3.6x --clips 10 --crops 3
        rt3d eval runs/first/bundles/dense/host --data data/ucf101 --json accuracy.json
    """
    console.some(networks, "run or bundle, such as OUT/runs/dense or OUT/bundles/dense/host")
    protocol = evaluate_clips.Protocol(clips, crops, batch, workers)
    source = evaluate_clips.Source(data, layout, split)
    rows = []
    with console.Progress() as progress:
        for folder in networks:
            if stream and (folder / "manifest.json").is_file():
                rows.append(evaluate_streams.row(folder, every, source, out, progress))
                continue
            subject = subjects.find(folder)
            if isinstance(subject, subjects.Classifier):
                rows.append(evaluate_clips.evaluate(subject, source, protocol, out, progress))
            else:
                rows.append(measure(subject, source, protocol, progress))
            score = measured.Score(**rows[-1]["score"])
            console.say(f"{subject.name} in {subject.engine}: {score.name} {score}")
            if stream:
                rows.append(evaluate_streams.row(folder, every, source, out, progress))
    show(rows)
    if json_file is not None:
        files.write_json(json_file, rows, indent=1)


def measure(
    subject: subjects.Subject,
    source: evaluate_clips.Source,
    protocol: evaluate_clips.Protocol,
    progress: console.Progress,
) -> dict[str, Any]:
    """The row of a network of any task, measured on the test examples of the data that it was trained on."""
    if source.folder is not None or protocol.clips * protocol.crops > 1:
        raise ValueError(f"{subject.name} does not classify clips; leave out --data, --clips and --crops")
    task = subjects.experiment(subject).task
    opened = task.open(subject.home, progress)
    signature = task.signature(opened.facts)
    reading = contract.Reading(protocol.batch, tuple(range(protocol.batch)), protocol.workers)
    with opened.test_batches(reading) as batches:

        def answers() -> Iterator[tuple[np.ndarray, contract.Batch]]:
            for number, batch in enumerate(batches, start=1):
                inputs = signature.select(batch)
                rest = {
                    name: array for name, array in batch.items() if name not in {one.name for one in signature.inputs}
                }
                yield subject.forward(inputs, np.ones(len(inputs[0]), bool)), rest
                progress(f"{subject.name} in {subject.engine}", number, len(batches))

        score = opened.score(answers())
    return {
        "run": subject.name,
        "engine": subject.engine,
        "scheme": subject.scheme,
        "rate": subject.rate,
        "data": opened.about().get("name"),
        **measured.to_result(score),
    }


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Prints the scores as tables, with the classes where there are some, and the protocols in words."""
    clips = [row for row in rows if "classes" in row]
    others = [row for row in rows if "classes" not in row]
    if clips:
        evaluate_clips.show(clips)
    if others:
        columns = ("run", "engine", "scheme", "rate", "score", "unit", "value")
        scores = [measured.Score(**row["score"]) for row in others]
        cells = [
            (r["run"], r["engine"], r["scheme"], f"{r['rate']:.2f}", one.name, one.unit or "-", measured.text(one))
            for r, one in zip(others, scores, strict=True)
        ]
        console.table("Scores", columns, cells)
    for words in dict.fromkeys(row["score"]["protocol"] for row in rows):
        console.say(words)
