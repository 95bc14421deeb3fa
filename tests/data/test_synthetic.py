"""The synthetic set: its files and splits, and that its classes differ in motion alone."""

import dataclasses
import hashlib
import pathlib
import re

import av
import numpy as np
import pytest

from rt3d_jax.data import clips, folders, synthetic
from tests.data import motion

SMALL = synthetic.Synthetic(clips_per_group=1, groups=4, seed=3, frames=(18, 24), sides=(40, 48))
SPEC = clips.ClipSpec(clips.Spread(16), 32, 32, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2))
CHANCE = 1 / len(synthetic.CLASSES)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """(clips, labels, groups) of the training and of the test part of a set of 400 videos of the usual difficulty."""
    folder = tmp_path_factory.mktemp("synthetic") / "set"
    synthetic.write(folder, synthetic.Synthetic(clips_per_group=2))
    data = folders.ucf101(folder)
    parts = []
    for videos in (data.train, data.test):
        loaded = np.stack([clips.load(video.path, SPEC) for video in videos])
        groups = np.array([int(pathlib.Path(video.path).stem.split("_")[2][1:]) for video in videos])
        parts.append((loaded, np.array([video.label for video in videos]), groups))
    return parts


@pytest.fixture(scope="module")
def taught(read):
    """A function from clips to the labels that their motion suggests, after the training part."""
    features, known = motion.motion_features(read[0][0]), read[0][1]
    return lambda asked: motion.nearest(features, known, motion.motion_features(asked))


def test_a_classifier_of_single_frames_stays_near_chance(read):
    (train, known, _), (test, true, _) = read
    features = [motion.frame_features(part[:, 4::8].reshape(-1, 32, 32, 3)) for part in (train, test)]
    said = motion.regressed(features[0], np.repeat(known, 2), features[1])
    # Three standard errors of 112 test videos.
    assert np.mean(said == np.repeat(true, 2)) < CHANCE + 3 * np.sqrt(CHANCE * (1 - CHANCE) / len(true))


def test_that_classifier_of_single_frames_can_tell_what_frames_do_tell(read):
    """Else the test above would pass for any set: here it tells the group, which the texture shows, of others."""
    (train, _, groups), _ = read
    features = motion.frame_features(train[:, 4::8].reshape(-1, 32, 32, 3))
    labels, odd = np.repeat(groups - groups.min(), 2), np.repeat(np.arange(len(train)) % 2 == 1, 2)
    said = motion.regressed(features[odd], labels[odd], features[~odd])
    assert np.mean(said == labels[~odd]) > 0.4


def test_a_classifier_of_shuffled_frames_is_far_below_the_real_one(read, taught):
    (train, known, _), (test, true, _) = read
    rng = np.random.default_rng(0)
    shuffled = [motion.motion_features(np.stack([rng.permutation(clip) for clip in part])) for part in (train, test)]
    of_shuffled = np.mean(motion.nearest(shuffled[0], known, shuffled[1]) == true)
    of_real = np.mean(taught(test) == true)
    assert of_real > 0.8
    # The pair may show in shuffled frames, its direction may not: one half, and three standard errors.
    assert of_shuffled < 0.5 + 3 * np.sqrt(0.25 / len(true)) and of_shuffled < of_real - 0.3


def test_reversed_clips_are_taken_for_the_other_class_of_their_pair(read, taught):
    _, (test, true, _) = read
    names = {"Left": "Right", "Right": "Left", "Up": "Down", "Down": "Up"}
    names |= {"Clockwise": "Counterclockwise", "Counterclockwise": "Clockwise"}
    pair = {}
    for number, label in enumerate(synthetic.CLASSES):
        kind, way = re.findall("[A-Z][a-z]+", label)
        pair[number] = synthetic.CLASSES.index(kind + names[way])
    assert np.mean(taught(test[:, ::-1]) == np.array([pair[label] for label in true])) > 0.8


def test_the_layout_is_ucf101s_with_its_three_splits(tmp_path):
    synthetic.write(tmp_path, SMALL)
    for split in (1, 2, 3):
        data = folders.ucf101(tmp_path, split)
        assert data.labels == synthetic.CLASSES
        assert {pathlib.Path(video.path).stem[-7:] for video in data.test} == {f"g{split:02}_c01"}
        assert sorted(video.label for video in data.test) == list(range(8))
        assert len(data.train) == 24 and not set(data.train) & set(data.test)
    assert (tmp_path / "UCF-101/SlideLeft/v_SlideLeft_g04_c01.mp4").is_file()


def test_files_are_h264_with_b_frames_in_odd_sizes_and_rates(small_set):
    sizes, rates, lengths = set(), set(), set()
    for path in small_set.rglob("*.mp4"):
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            assert stream.codec_context.name == "h264"
            assert any(packet.pts != packet.dts for packet in container.demux(stream) if packet.size)
            sizes.add((stream.width, stream.height))
            rates.add(stream.average_rate)
            lengths.add(stream.frames)
    assert len(sizes) > 10 and len(rates) >= 3 and lengths <= set(range(18, 25)) and len(lengths) > 3
    assert all(40 <= side <= 48 for size in sizes for side in size)


def test_the_seed_decides_every_byte(tmp_path, small_set):
    synthetic.write(tmp_path / "again", SMALL, threads=1)
    assert _digests(tmp_path / "again") == _digests(small_set)
    synthetic.write(tmp_path / "other", synthetic.Synthetic(clips_per_group=1, groups=4, seed=4, frames=(18, 24)))
    assert not set(_digests(tmp_path / "other").values()) & set(_digests(small_set).values())


def test_a_stopped_write_cannot_be_read_and_goes_on_where_it_was(tmp_path):
    def stop(done, total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthetic.write(tmp_path, SMALL, stop)
    with pytest.raises(FileNotFoundError, match=re.escape("classInd.txt is missing")):
        folders.ucf101(tmp_path)
    there = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.mp4")}
    min(there).with_name(f".{min(there).name}.part-killed").mkdir()
    assert 5 <= len(there) < 32
    steps = []
    synthetic.write(tmp_path, SMALL, lambda done, total: steps.append((done, total)))
    assert steps == [(done, 32) for done in range(len(there), 33)]
    assert len(folders.ucf101(tmp_path).train) == 24
    assert {path: path.stat().st_mtime_ns for path in there} == there
    assert not list(tmp_path.rglob("*.part*"))


def test_a_complete_set_is_not_written_to(small_set, monkeypatch):
    """It may lie where nothing can be written."""
    monkeypatch.setattr(synthetic.files, "whole", lambda path, **_: pytest.fail(f"writes {path}"))
    synthetic.write(small_set, SMALL)
    assert len(folders.ucf101(small_set).train) == 24


def test_a_folder_of_another_set_is_refused(small_set, tmp_path):
    with pytest.raises(ValueError, match=re.escape(f"holds another synthetic set: noise {SMALL.noise} (asked for")):
        synthetic.write(small_set, dataclasses.replace(SMALL, noise=SMALL.noise + 1))
    (tmp_path / "notes.txt").touch()
    with pytest.raises(ValueError, match=re.escape("is not empty and has no synthetic.json; choose another folder")):
        synthetic.write(tmp_path, SMALL)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": 3}, "3 groups of 7; expected at least 4 of 1"),
        ({"travel": (1.0, 0.5)}, "range (1.0, 0.5); expected 0 < low <= high"),
        ({"sides": (8, 20)}, "expected at least 16 pixels and 2 frames"),
    ],
)
def test_an_impossible_spec_is_refused(change, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        synthetic.Synthetic(**change)


def _digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.mp4")
    }
