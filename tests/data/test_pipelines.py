"""Batches: the same for any number of workers, exactly resumable, and undisturbed by bad files."""

import collections
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from rt3d_jax.data import clips, folders, pipelines

SPEC = clips.ClipSpec(clips.Spread(8), 24, 20)


@pytest.fixture(scope="module")
def data(small_set):
    return folders.ucf101(small_set)


@pytest.fixture
def some_bad(data, tmp_path):
    """Ten training videos; of these, number 2 is empty, 5 is garbage and 6 is not there."""
    videos = []
    for number, video in enumerate(data.train[:10]):
        path = tmp_path / f"{number}.mp4"
        shutil.copy(video.path, path)
        videos.append(folders.Video(str(path), number))
    pathlib.Path(videos[2].path).write_bytes(b"")
    pathlib.Path(videos[5].path).write_bytes(b"garbage" * 100)
    pathlib.Path(videos[6].path).unlink()
    return videos


def test_an_epoch_shows_every_video_once_in_a_new_order(data):
    videos = [folders.Video(video.path, number) for number, video in enumerate(data.train)]
    with pipelines.train_batches(videos, SPEC, batch=8, seed=0) as batches:
        epochs = [np.concatenate([next(batches)["label"] for _ in range(3)]) for _ in range(3)]
    assert all(sorted(epoch) == list(range(24)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_a_batch_may_join_two_epochs(data):
    videos = [folders.Video(video.path, number) for number, video in enumerate(data.train[:5])]
    with pipelines.train_batches(videos, SPEC, batch=4, seed=0) as batches:
        shown = np.concatenate([next(batches)["label"] for _ in range(5)])
    assert [sorted(shown[start : start + 5]) for start in range(0, 20, 5)] == [[0, 1, 2, 3, 4]] * 4


def test_the_rows_that_several_computers_make_are_those_of_the_whole_batch(some_bad):
    shared, kinds = (
        {"batch": 5, "bad": "skip"},
        (
            (pipelines.train_batches, {"seed": 1, "steps": 2}),
            (pipelines.eval_batches, {"views": 2, "crops": 3}),
        ),
    )
    for make, further in kinds:
        with make(some_bad, SPEC, **shared, **further) as batches:
            whole = list(batches)
        for rows in ((0, 1, 2), (3, 4), (4, 0)):
            with make(some_bad, SPEC, **shared, **further, rows=rows) as batches:
                parts = list(batches)
            assert len(parts) == len(whole)
            for part, batch in zip(parts, whole, strict=True):
                assert all(np.array_equal(part[key], batch[key][list(rows)]) for key in batch)
    with pytest.raises(ValueError, match=r"^rows are \(5,\), expected rows of a batch of 5: from 0 to 4$"):
        pipelines.train_batches(some_bad, SPEC, batch=5, seed=0, rows=(5,))


def test_batches_have_the_stated_types_and_the_seed_decides_them(data):
    made = [_take(data.train, 1, seed=seed)[0] for seed in (0, 0, 1)]
    assert {key: (value.dtype, value.shape) for key, value in made[0].items()} == {
        "clip": (np.float32, (4, 8, 20, 20, 3)),
        "label": (np.int32, (4,)),
    }
    _assert_same(made[:1], made[1:2])
    assert not np.array_equal(made[0]["clip"], made[2]["clip"])


def test_training_ends_after_the_given_number_of_steps_however_it_was_stopped(data):
    with pipelines.train_batches(data.train, SPEC, batch=2, seed=0, steps=3) as batches:
        first = next(batches)
        position = batches.get_state()
        rest = list(batches)
    assert len(rest) == 2
    with pipelines.train_batches(data.train, SPEC, batch=2, seed=0, steps=3) as batches:
        batches.set_state(position)
        assert len([first, *batches]) == 3


def test_worker_processes_change_nothing_and_end_after_the_given_number_of_steps(data):
    with pipelines.train_batches(data.train, SPEC, batch=4, seed=0, workers=2, steps=7) as batches:
        _assert_same(_take(data.train, 7), list(batches))


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (1, 0)])
def test_a_stopped_run_goes_on_with_the_exact_batch(before, after, some_bad):
    """In the middle of an epoch, through JSON, with another number of workers, bad files and their count included."""
    how = {"bad": "skip", "batch": 3}
    with pipelines.train_batches(some_bad, SPEC, seed=0, workers=0, **how) as batches:
        whole = [next(batches) for _ in range(9)]
        skipped = batches.skipped
    with pipelines.train_batches(some_bad, SPEC, seed=0, workers=before, **how) as batches:
        start = [next(batches) for _ in range(5)]
        state = json.loads(json.dumps(batches.get_state()))
    with pipelines.train_batches(some_bad, SPEC, seed=0, workers=after, **how) as batches:
        batches.set_state(state)
        rest = [next(batches) for _ in range(4)]
        assert batches.skipped == skipped and len(skipped) == 3
    _assert_same(start + rest, whole)


def test_a_run_may_go_back_to_its_start(data):
    with pipelines.train_batches(data.train, SPEC, batch=3, seed=0) as batches:
        first = [next(batches) for _ in range(2)]
        batches.set_state({"batch": 0, "skipped": {}})
        _assert_same([next(batches)], first[:1])


@pytest.mark.parametrize("workers", [0, 1])
def test_a_bad_file_is_named_in_an_error(workers, some_bad):
    named = "|".join(re.escape(some_bad[number].path) for number in (2, 5, 6))
    with pytest.raises(clips.ClipError, match=f"^({named}): (empty file|corrupt|no such file)"):
        _take(some_bad, 4, workers=workers)


def test_training_puts_the_next_good_video_in_the_place_of_a_bad_one(some_bad):
    with pipelines.train_batches(some_bad, SPEC, batch=10, seed=0, bad="skip") as batches:
        epoch = next(batches)["label"]
        assert len(batches.skipped) == 3
        reasons = {pathlib.Path(path).name: reason.split()[0] for path, reason in batches.skipped.items()}
    assert reasons == {"2.mp4": "empty", "5.mp4": "corrupt", "6.mp4": "no"}
    order = pipelines._order(0, 0, 10)
    good = [number for number in range(10) if number not in (2, 5, 6)]
    assert set(epoch) == set(good)
    for place, number in enumerate(order):
        follows = [n for n in np.roll(order, -place) if n in good]
        assert epoch[place] == (number if number in good else follows[0])


def test_a_set_without_a_good_video_is_an_error_and_not_an_endless_search(some_bad):
    bad = [some_bad[number] for number in (2, 5, 6)]
    with pytest.raises(clips.ClipError, match="none of the 3 videos is usable"):
        _take(bad, 1, bad="skip")


@pytest.mark.parametrize("workers", [0, 1])
def test_evaluation_shows_each_video_once_in_order_and_pads(workers, data):
    with pipelines.eval_batches(data.train[:10], SPEC, batch=4, workers=workers) as batches:
        assert len(batches) == 3
        made = list(batches)
    assert all(batch["clip"].shape == (4, 8, 20, 20, 3) for batch in made)
    videos = np.concatenate([batch["video"] for batch in made])
    labels = np.concatenate([batch["label"] for batch in made])
    assert videos.tolist() == [*range(10), -1, -1]
    assert labels.tolist() == [video.label for video in data.train[:10]] + [-1, -1]
    np.testing.assert_array_equal(made[1]["clip"][2], clips.load(data.train[6].path, SPEC))
    assert not made[-1]["clip"][2:].any()


def test_evaluation_leaves_out_bad_videos_and_counts_them(some_bad):
    with pipelines.eval_batches(some_bad, SPEC, batch=4, bad="skip") as batches:
        made = list(batches)
        assert sorted(batches.skipped) == sorted(some_bad[number].path for number in (2, 5, 6))
    videos = np.concatenate([batch["video"] for batch in made])
    assert videos.tolist() == [0, 1, -1, 3, 4, -1, -1, 7, 8, 9, -1, -1]
    np.testing.assert_array_equal(videos, np.concatenate([batch["label"] for batch in made]))


def test_evaluation_may_take_several_views_of_a_video(data):
    spec = clips.ClipSpec(clips.Windows(4), 24, 20)
    with pipelines.eval_batches(data.test[:2], spec, batch=4, views=3) as batches:
        made = list(batches)
    videos = np.concatenate([batch["video"] for batch in made])
    assert videos.tolist() == [0, 0, 0, 1, 1, 1, -1, -1]
    np.testing.assert_array_equal(made[0]["clip"][2], clips.load(data.test[0].path, spec, view=2, views=3))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch": 0}, "videos in batches of 0; expected at least one of each"),
        ({"bad": "ignore"}, "bad is 'ignore'; expected 'error' or 'skip'"),
        ({"workers": -1}, "workers is -1; expected 0 (decode in this process) or more"),
    ],
)
def test_impossible_settings_are_refused(change, message, data):
    with pytest.raises(ValueError, match=re.escape(message)):
        pipelines.train_batches(data.train, SPEC, **{"batch": 4, "seed": 0} | change)


KILLED = """
import multiprocessing, os, signal, sys
from rt3d_jax.data import clips, folders, pipelines
if __name__ == "__main__":
    videos = folders.ucf101(sys.argv[1]).train
    batches = pipelines.train_batches(videos, clips.ClipSpec(clips.Spread(8), 24, 20), batch=4, seed=0, workers=1)
    next(batches)
    (child,) = multiprocessing.active_children()
    print(child.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_leaves_no_workers_behind(small_set, tmp_path):
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    root = str(pathlib.Path(pipelines.__file__).parents[2])
    command = [sys.executable, str(script), str(small_set)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": root}, capture_output=True, text=True, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr
    deadline = time.monotonic() + 120
    while _running(int(done.stdout)):
        assert time.monotonic() < deadline, "the worker outlives its parent"
        time.sleep(0.1)


CLOSED = """
import sys
from rt3d_jax.data import clips, folders, pipelines
if __name__ == "__main__":
    videos = folders.ucf101(sys.argv[1]).train
    spec = clips.ClipSpec(clips.Spread(8), 24, 20)
    for steps, taken in ((6, 6), (100, 3)):
        with pipelines.train_batches(videos, spec, batch=4, seed=0, workers=1, steps=steps) as batches:
            for _ in range(taken):
                next(batches)
"""


def test_a_pipeline_that_is_closed_at_its_end_or_before_leaves_no_shared_memory_behind(small_set, tmp_path):
    """Python's resource tracker would say so on stderr at the end of the program."""
    script = tmp_path / "closed.py"
    script.write_text(CLOSED)
    root = str(pathlib.Path(pipelines.__file__).parents[2])
    command = [sys.executable, str(script), str(small_set)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": root}, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")


def test_evaluation_takes_crops_of_every_clip(data):
    with pipelines.eval_batches(data.test[:2], SPEC, batch=5, views=2, crops=3) as batches:
        assert len(batches) == 3
        made = list(batches)
    assert np.concatenate([batch["video"] for batch in made]).tolist() == [0] * 6 + [1] * 6 + [-1] * 3
    shown = np.concatenate([batch["clip"] for batch in made])
    for row, (clip, crop) in enumerate((clip, crop) for clip in range(2) for crop in range(3)):
        view = clips.View(clip, 2, crop, 3)
        np.testing.assert_array_equal(shown[6 + row], clips.load_views(data.test[1].path, SPEC, [view])[0])
    assert not np.array_equal(shown[0], shown[2]) and not np.array_equal(shown[0], shown[3])


def test_train_and_test_share_no_group(data):
    groups = collections.defaultdict(set)
    for part in ("train", "test"):
        groups[part] = {pathlib.Path(video.path).stem.split("_")[2] for video in getattr(data, part)}
    assert groups["train"] and groups["test"] and not groups["train"] & groups["test"]


def _running(process: int) -> bool:
    """Whether the worker process is there, and not just waiting to be cleared away."""
    try:
        return "spawn_main" in pathlib.Path(f"/proc/{process}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _take(videos, count, *, seed=0, workers=0, bad: pipelines.Bad = "error"):
    with pipelines.train_batches(videos, SPEC, batch=4, seed=seed, workers=workers, bad=bad) as batches:
        return [next(batches) for _ in range(count)]


def _assert_same(ours, theirs):
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for key in one:
            np.testing.assert_array_equal(one[key], other[key])
