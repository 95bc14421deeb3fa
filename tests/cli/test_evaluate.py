"""`rt3d eval`: clips and crops, runs and bundles, stopped and gone on; measured on a network of a few steps."""

import csv
import dataclasses
import json
import shutil
import types
from typing import Any

import numpy as np
import pytest

from lowering.bundle import bundles, run
from lowering.targets import targets
from rt3d_jax.cli import evaluate, evaluate_clips, evaluate_streams, lower, lowerable, main, subjects
from rt3d_jax.data import clips, folders, listings, pipelines
from rt3d_jax.evaluation import scores
from rt3d_jax.training import phases
from tests.cli import told
from tests.training import smallest

pytestmark = pytest.mark.usefixtures("compiled_once")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """A dense run of few steps and its host bundles."""
    folder = tmp_path_factory.mktemp("out")
    phases.dense(phases.prepare(smallest.EXPERIMENT, folder, smallest.silent))
    host = targets.find("host")
    chosen = [host, targets.find("host:f16"), targets.written(host, "linalg")]
    lower.lower(lowerable.find(folder / "runs" / "dense"), chosen, folder / "bundles")
    return folder


@pytest.fixture
def networks(out):
    return [str(out / "runs" / "dense"), str(out / "bundles" / "dense" / "host")]


def rows(folder, *arguments):
    """The rows of one call."""
    path = folder / "rows.json"
    assert main.call(["eval", *arguments, "--workers", "0", "--out", str(folder / "eval"), "--json", str(path)]) == 0
    return json.loads(path.read_text())


def test_one_clip_gives_the_accuracy_of_the_training(networks, out, tmp_path, capsys):
    (row,) = rows(tmp_path, networks[0])
    assert row.keys() == told.keys(evaluate.run) - {"answers", "answers_accuracy"}
    result = json.loads((out / "runs/dense/result.json").read_text())
    assert (round(row["accuracy"], 2), row["accuracy_protocol"]) == (result["accuracy"], result["accuracy_protocol"])
    assert (row["protocol"], row["engine"], row["videos"], row["skipped"]) == (
        "1 clip, centre crop, clip-level",
        "jax",
        8,
        0,
    )
    assert row["top5"] >= row["accuracy"] and row["interval"][0] <= row["accuracy"] <= row["interval"][1]
    assert "1 clip, centre crop, clip-level" in capsys.readouterr().out


def test_a_bundle_answers_as_the_run_does_over_clips_and_crops(networks, tmp_path):
    run, bundle = rows(tmp_path, *networks, "--clips", "2", "--crops", "3")
    assert (run["engine"], bundle["engine"]) == ("jax", "iree-host")
    assert run["protocol"] == bundle["protocol"] == "2 clips x 3 crops, video-level"
    assert "video level: 2 clips x 3 crops of 16 px, probabilities averaged" in bundle["accuracy_protocol"]
    folders_ = sorted((tmp_path / "eval").iterdir())
    assert [path.name for path in folders_] == ["dense-iree-host-2x3", "dense-jax-2x3"]
    sums = [np.load(path / "state.npz")["sums"] for path in folders_]
    np.testing.assert_allclose(sums[0], sums[1], atol=1e-4)
    np.testing.assert_allclose(sums[0].sum(axis=1), 6)
    for path in folders_:
        assert (path / "confusion.png").read_bytes().startswith(b"\x89PNG")
        assert len(list(csv.DictReader((path / "classes.csv").read_text().splitlines()))) == 8
    assert not list(tmp_path.rglob("*.part*"))


def test_a_bundle_in_f16_is_measured_in_f16(networks, out, tmp_path):
    half = out / "bundles" / "dense" / "host-f16"
    run, bundle = rows(tmp_path, networks[0], str(half), "--clips", "2", "--crops", "3")
    assert (bundle["engine"], bundle["videos"], bundle["protocol"]) == ("iree-host:f16", 8, run["protocol"])
    states = [np.load(tmp_path / f"eval/dense-{engine}-2x3/state.npz")["sums"] for engine in ("jax", "iree-host:f16")]
    np.testing.assert_allclose(states[1].sum(axis=1), 6, rtol=1e-5)
    difference = np.abs(states[1] - states[0]).max()
    assert 1e-6 < difference < 5e-2  # an error of f32's size would mean that nothing is f16
    answers = states[1].argmax(axis=1)
    labels = [video.label for video in folders.ucf101(out / "data").test]
    assert bundle["accuracy"] == pytest.approx(100 * np.mean(answers == labels))


def test_a_bundle_of_linalg_lies_beside_the_other_and_answers_alike(out):
    found = [bundles.read(out / "bundles" / "dense" / name) for name in ("host", "host-linalg")]
    assert [bundle.form for bundle in found] == ["executables", "linalg"]
    assert [run.check(bundle).passed for bundle in found] == [True, True]


def test_the_mean_over_views_is_that_of_the_views_one_by_one(networks, out, tmp_path):
    rows(tmp_path, networks[0], "--clips", "2")
    subject = subjects.find(out / "runs" / "dense")
    videos = folders.ucf101(out / "data").test
    with pipelines.eval_batches(videos, subject.clip, batch=16, views=2) as batches:
        (batch,) = batches
    answers = subject.forward((batch["clip"],), batch["label"] >= 0).astype(np.float64)
    powers = np.exp(answers - answers.max(axis=1, keepdims=True))
    expected = (powers / powers.sum(axis=1, keepdims=True)).reshape(8, 2, 8).sum(axis=1)
    np.testing.assert_allclose(np.load(tmp_path / "eval/dense-jax-2x1/state.npz")["sums"], expected, rtol=1e-5)


def test_ctrl_c_loses_nothing_that_was_written_and_the_same_command_goes_on(networks, tmp_path, monkeypatch):
    whole = rows(tmp_path, networks[1], "--clips", "3", "--batch", "4")
    (tmp_path / "eval/dense-iree-host-3x1/state.npz").unlink()
    add, counted = scores.Tally.add, []

    def stopping(tally, logits, videos):
        if len(counted) == 3:
            raise KeyboardInterrupt
        counted.append(len(videos))
        add(tally, logits, videos)

    monkeypatch.setattr(evaluate_clips, "SAVE_SECONDS", -1.0)
    monkeypatch.setattr(scores.Tally, "add", stopping)
    arguments = [networks[1], "--clips", "3", "--batch", "4", "--workers", "0", "--out", str(tmp_path / "eval")]
    assert main.call(["eval", *arguments]) == 130
    counted.clear()
    counted += [0] * 4
    assert rows(tmp_path, networks[1], "--clips", "3", "--batch", "4") == whole
    assert counted[4:] == [4, 4, 4]  # six batches, three of them before Ctrl-C


def test_a_finished_evaluation_is_taken_as_it_is(networks, tmp_path, monkeypatch):
    first = rows(tmp_path, networks[0])
    monkeypatch.setattr(scores.Tally, "add", lambda *_: pytest.fail("counted again"))
    assert rows(tmp_path, networks[0]) == first


def test_another_data_set_may_be_named_and_must_have_the_same_classes(networks, out, tmp_path, capsys):
    named = rows(tmp_path, networks[1], "--data", str(out / "data"), "--layout", "ucf101", "--split", "1")
    assert named[0]["videos"] == 8
    (tmp_path / "set/cat").mkdir(parents=True)
    for number in range(2):
        (tmp_path / f"set/cat/{number}.mp4").write_bytes(b"x")
    capsys.readouterr()
    assert main.call(["eval", networks[0], "--data", str(tmp_path / "set")]) == 2
    error = capsys.readouterr().err
    assert (
        "dense does not know the class 'cat' of set; the first of its 8 classes is 'OrbitClockwise'" in error
        and len(error.splitlines()) == 1
    )


def test_a_bundle_that_was_carried_away_needs_a_data_set(networks, tmp_path, capsys):
    moved = tmp_path / "a" / "b" / "c"
    moved.parent.mkdir(parents=True)
    shutil.copytree(networks[1], moved)
    assert main.call(["eval", str(moved)]) == 2
    assert "is no folder of `rt3d train`, so the data of " in capsys.readouterr().err


def test_a_stream_is_measured_beside_the_clips_of_its_run(tmp_path, capsys):
    """Videos of 17 or 18 frames hold one clip of 16, so a stream that answers every 4 frames answers to each once."""
    task = dataclasses.replace(smallest.EXPERIMENT.task, clip=clips.ClipSpec(clips.Windows(16), short_side=17, size=16))
    model = dataclasses.replace(smallest.EXPERIMENT.model, time="causal")
    causal = dataclasses.replace(smallest.EXPERIMENT, task=task, model=model)
    phases.dense(phases.prepare(causal, tmp_path / "out", smallest.silent))
    clip, stream = rows(tmp_path, str(tmp_path / "out" / "runs" / "dense"), "--stream")
    assert (clip["engine"], clip["protocol"]) == ("jax", "1 clip, centre crop, clip-level")
    assert (stream["engine"], stream["protocol"]) == ("iree-host-stream", "stream, every 4 frames, video-level")
    words = (
        "the answers every 4 frames from the first whole clip of 16 on, probabilities averaged, 1 centre crop of 16 px"
    )
    assert stream["score"]["protocol"] == f"top-1 %, 8 test videos, streams: {words}, frames stride 1"
    assert stream.keys() == told.keys(evaluate.run)
    assert stream["videos"] == stream["answers"] == 8
    assert stream["answers_accuracy"] == stream["accuracy"]
    assert "stream, every 4 frames, video-level" in capsys.readouterr().out


def test_the_windows_of_a_video_are_answered_in_one_run_of_a_stream(monkeypatch):
    """Clips of 4 frames out of 8; each answer is the last frame that was seen. The third window begins out of step."""
    windows = [(0, 8), (4, 12), (3, 11)]
    test = [*(listings.Video("a.avi", 0, frames) for frames in windows), listings.Video("b.avi", 0)]
    spec = clips.ClipSpec(clips.Spread(4), short_side=2, size=2)
    parts = evaluate_streams.together(test, spec)
    assert [[number for number, _ in part] for part in parts] == [[0, 1], [2], [3]]
    loaded = lambda path, spec, within, apart: np.arange(*within, apart, dtype=np.float32)
    monkeypatch.setattr(clips, "load_stream", loaded)
    asked = []
    stream: Any = types.SimpleNamespace(every=2, warm_up=2, reset=lambda: asked.clear())
    stream.step = lambda frames: asked.append(frames) or np.eye(12, dtype=np.float32)[[int(frames[-1])]]
    subject: Any = types.SimpleNamespace(clip=spec, name="net")
    answers = evaluate_streams.Answers(stream, subject, "error")
    tally = scores.Tally([7, 11, 0, 0], 12)
    answers.count([(number, dataclasses.replace(video, label=7 + 4 * number)) for number, video in parts[0]], tally)
    assert np.concatenate(asked).tolist() == [1, 3, 5, 7, 9, 11]
    assert (answers.given, answers.right) == (2, 2)
