"""Which frames a clip shows, how it is cropped and normalised, and that its spec survives JSON."""

import json
import re

import numpy as np
import pytest

from rt3d_jax.data import clips, videos
from tests.data import conftest

PLAIN = clips.ClipSpec(clips.Spread(4), 20, 16, mean=(0, 0, 0), std=(1, 1, 1))


@pytest.mark.parametrize("length", [8, 16, 17, 31, 300])
def test_spread_covers_the_whole_video_evenly(length):
    indices = clips.frame_indices(clips.Spread(16), length)
    gaps = np.diff(indices)
    assert indices.dtype == np.int64 and len(indices) == 16
    assert indices[0] <= length / 16 and indices[-1] >= length - 1 - length / 16
    assert gaps.max() - gaps.min() <= 1


def test_spread_takes_the_middles_in_evaluation_and_one_random_phase_in_training():
    assert clips.frame_indices(clips.Spread(4), 40).tolist() == [5, 15, 25, 35]
    rng = np.random.default_rng(0)
    drawn = np.stack([clips.frame_indices(clips.Spread(4), 40, rng) for _ in range(200)])
    assert set(drawn[:, 0]) == set(range(10))
    assert (np.diff(drawn, axis=1) == 10).all()


def test_windows_start_anywhere_in_training_and_at_evenly_spread_places_in_evaluation():
    sampling = clips.Windows(4, stride=3)
    rng = np.random.default_rng(0)
    drawn = np.stack([clips.frame_indices(sampling, 14, rng) for _ in range(200)])
    assert set(drawn[:, 0]) == {0, 1, 2, 3, 4}
    assert (np.diff(drawn, axis=1) == 3).all()
    starts = [clips.frame_indices(sampling, 110, view=view, views=5)[0] for view in range(5)]
    assert starts == [10, 30, 50, 70, 90]


def test_a_window_longer_than_the_video_is_spread_over_it():
    assert clips.frame_indices(clips.Windows(4, stride=10), 8).tolist() == [1, 3, 5, 7]


def test_evaluation_cuts_the_centre_and_repeats_itself(write_video):
    path = write_video("a.mp4", size=(40, 60))
    first = clips.load(path, PLAIN)
    whole = conftest.decode(path, clips.frame_indices(PLAIN.sampling, 30), short_side=20)
    assert first.shape == (4, 16, 16, 3) and first.dtype == np.float32
    assert whole.shape == (4, 20, 30, 3)
    np.testing.assert_allclose(first * 255, whole[:, 2:18, 7:23], atol=1e-4)
    np.testing.assert_array_equal(first, clips.load(path, PLAIN))


def test_training_crops_every_place_and_is_decided_by_the_generator(write_video):
    path = write_video("a.mp4", size=(40, 60))
    whole = conftest.decode(path, range(30), short_side=20)
    spec = clips.ClipSpec(clips.Windows(1), 20, 16, mean=(0, 0, 0), std=(1, 1, 1))
    corners = set()
    for seed in range(120):
        clip = clips.load(path, spec, np.random.default_rng(seed))
        again = clips.load(path, spec, np.random.default_rng(seed))
        np.testing.assert_array_equal(clip, again)
        corners |= {
            left
            for left in range(15)
            if any(np.allclose(clip[0] * 255, frame[:16, left : left + 16], atol=1e-3) for frame in whole)
        }
    assert corners == set(range(15))


def test_flip_mirrors_half_of_the_training_clips_and_none_in_evaluation(write_video):
    path = write_video("a.mp4", size=(32, 32))
    plain = clips.ClipSpec(clips.Spread(2), 16, 16, mean=(0, 0, 0), std=(1, 1, 1))
    flipping = clips.ClipSpec(clips.Spread(2), 16, 16, mean=(0, 0, 0), std=(1, 1, 1), flip=True)
    mirrored = 0
    for seed in range(60):
        straight = clips.load(path, plain, np.random.default_rng(seed))
        clip = clips.load(path, flipping, np.random.default_rng(seed))
        same, turned = np.array_equal(clip, straight), np.array_equal(clip, straight[:, :, ::-1])
        assert same != turned
        mirrored += turned
    assert 15 < mirrored < 45
    np.testing.assert_array_equal(clips.load(path, flipping), clips.load(path, plain))


def test_values_are_normalised_per_channel(write_video):
    path = write_video("a.mp4")
    spec = clips.ClipSpec(clips.Spread(4), 20, 16, mean=(0.5, 0.25, 0.0), std=(0.5, 0.25, 2.0))
    expected = (clips.load(path, PLAIN) - np.array(spec.mean)) / np.array(spec.std)
    np.testing.assert_allclose(clips.load(path, spec), expected, atol=1e-5)


@pytest.mark.parametrize("sampling", [clips.Spread(16), clips.Windows(8, 4)])
def test_a_spec_survives_json(sampling):
    spec = clips.ClipSpec(sampling, 128, 112, flip=True)
    assert clips.from_json(json.loads(json.dumps(clips.to_json(spec)))) == spec


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sampling": {"kind": "every", "frames": 3}}, "clip.sampling has type 'every', expected Spread or Windows"),
        ({"sampling": {"kind": "spread", "frames": 0}}, "frames is 0; expected at least 1"),
        ({"sise": 3}, "clip has the field 'sise', expected only sampling, short_side, size, mean, std, flip"),
        ({"size": "112"}, "clip.size is '112', expected an integer"),
        ({"sampling": None}, "clip.sampling is None, expected Spread or Windows"),
        ({"short_side": 100}, "short_side 100 is below size 112; scale to at least the crop"),
        ({"std": [1, 1]}, "clip.std is [1, 1], expected a list of 3"),
        ({"std": [1, 1, 0]}, "expected three numbers each (RGB), std above 0"),
    ],
)
def test_a_foreign_spec_is_refused_with_the_reason(change, message):
    values = clips.to_json(clips.ClipSpec(clips.Spread(16), 128, 112)) | change
    with pytest.raises(ValueError, match=re.escape(message)):
        clips.from_json(values)


@pytest.mark.parametrize(("size", "longer"), [((24, 48), 1), ((48, 24), 0)])
def test_three_crops_reach_from_end_to_end_of_the_longer_side(size, longer):
    spec = clips.ClipSpec(clips.Spread(4), 24, 20)
    corners = [clips._corner(size, spec.size, clips.View(crop=crop, crops=3)) for crop in range(3)]
    assert [corner[longer] for corner in corners] == [0, 14, 28]
    assert {corner[1 - longer] for corner in corners} == {2}
    assert clips._corner(size, spec.size, clips.View()) == corners[1]


def test_views_are_decoded_together_and_are_the_clips_that_load_gives(write_video):
    path = write_video("a.mp4", frames=40)
    spec = clips.ClipSpec(clips.Windows(4, 2), 30, 24)
    together = clips.load_views(path, spec, [clips.View(number, 3) for number in range(3)])
    for number, clip in enumerate(together):
        np.testing.assert_array_equal(clip, clips.load(path, spec, view=number, views=3))
    assert not np.array_equal(together[0], together[2])


def test_a_small_video_is_decoded_once_and_gives_the_clips_that_it_gave_before(write_video, monkeypatch):
    path, spec = write_video("small.mp4", frames=19, size=(18, 24)), clips.ClipSpec(clips.Spread(7), 17, 15)
    wanted = lambda: (
        [clips.load(path, spec, np.random.default_rng(seed)) for seed in range(4)] + [clips.load(path, spec)]
    )
    monkeypatch.setattr(clips, "KEPT_BYTES", 3 * 19 * 17 * 23 - 1)  # of the scaled video, less one
    opened, opens = [], videos.opened
    monkeypatch.setattr(videos, "opened", lambda path: opened.append(path) or opens(path))
    decoded = wanted()
    assert len(opened) == 5
    monkeypatch.setattr(clips, "KEPT_BYTES", clips.KEPT_BYTES + 1)
    np.testing.assert_array_equal(wanted(), decoded)
    assert len(opened) == 6
    (path.parent / "linked").symlink_to(path.parent)  # as the trials of a search see its data
    clips.load(path.parent / "linked" / path.name, spec)
    assert len(opened) == 6


def test_a_small_video_that_was_replaced_is_decoded_again(write_video):
    spec = clips.ClipSpec(clips.Spread(8), 18, 18)
    long = clips.load(write_video("small.mp4", frames=16, size=(18, 24)), spec)
    short = clips.load(write_video("small.mp4", frames=8, size=(18, 24)), spec)
    assert np.abs(long - short).max() > 1
    with pytest.raises(clips.ClipError, match="too short: 8 frames, a clip of 17 needs at least 9"):
        clips.load(write_video("small.mp4", frames=8, size=(18, 24)), clips.ClipSpec(clips.Spread(17), 18, 18))
