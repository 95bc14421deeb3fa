"""Examples that are held out of training: a share of them, in whole recordings."""

import collections
import pathlib

import pytest

from rt3d_jax.data import clips, folders, made, synthetic
from rt3d_jax.tasks import classification, held, super_resolution


def test_examples_are_held_out_of_those_that_train():
    train_on, test_on = held.Held(0.25, seed=1).split(list(range(20)))
    assert sorted((*train_on, *test_on)) == list(range(20)) and len(test_on) == 5
    assert list(train_on) == sorted(train_on) and held.Held(0.25, seed=2).split(list(range(20)))[1] != test_on


@pytest.mark.parametrize("seed", range(5))
def test_a_recording_is_held_out_as_a_whole(seed):
    recordings = [f"g{place % 10}" for place in range(40)] + [None] * 8
    train_on, test_on = held.Held(0.25, seed).split(list(range(48)), recordings)
    assert sorted((*train_on, *test_on)) == list(range(48)) and 9 <= len(test_on) <= 12
    parts = [collections.Counter(recordings[place] for place in part) for part in (train_on, test_on)]
    assert set(parts[0]) & set(parts[1]) <= {None} and len(parts[1]) >= 2


def test_where_every_recording_is_larger_than_the_share_the_smallest_is_held_out():
    assert held.Held(0.1).split("aaabbbbbcccc", "aaabbbbbcccc") == (tuple("bbbbbcccc"), tuple("aaa"))
    assert held.Held(0.9).split("aab", "aab") in [(("a", "a"), ("b",)), (("b",), ("a", "a"))]


TOO_FEW = [
    (["v"], None, "training examples: 1, recordings: 1, expected at least 2 recordings to hold some out"),
    (["v", "w"], ["g1", "g1"], "training examples: 2, recordings: 1, expected at least 2 recordings to hold some out"),
]


@pytest.mark.parametrize(("examples", "recordings", "message"), TOO_FEW)
def test_one_recording_cannot_be_divided(examples, recordings, message):
    with pytest.raises(ValueError) as error:
        held.Held().split(examples, recordings)
    assert str(error.value) == message


def test_what_an_older_version_held_out_is_not_drawn_again():
    with pytest.raises(ValueError) as error:
        held.Held(version=1).split(list(range(20)))
    text = "examples were held out by version 1 of the drawing, expected 2; train again, in another folder"
    assert str(error.value) == text


TASKS = [
    classification.Classification(
        synthetic.Synthetic(), clips.ClipSpec(clips.Windows(4), 16, 16), held=held.Held(0.25)
    ),
    super_resolution.SuperResolution(synthetic.Synthetic(), held=held.Held(0.25)),
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: type(task).__name__)
def test_tasks_hold_out_recordings_of_videos(task, monkeypatch):
    videos = [folders.Video(f"{place}.avi", place % 2, group=f"g{place // 4}") for place in range(16)]
    dataset = folders.Dataset("videos", ("cat", "dog"), tuple(videos), (folders.Video("t.avi", 0),))
    monkeypatch.setattr(made, "dataset", lambda *_: dataset)
    opened = task.open(pathlib.Path(), lambda *_: None)
    found = opened.dataset if isinstance(opened, classification.Videos) else opened
    assert (len(found.train), len(found.test)) == (12, 4) and len({video.group for video in found.test}) == 1
