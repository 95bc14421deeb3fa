"""Tubes: where they are drawn, what their views have in common, and how they differ."""

import dataclasses

import numpy as np
import PIL.Image
import pytest

from rt3d_jax.data import clips, listings, pictures, tubes
from tests.data import conftest

RNG = np.random.default_rng(0)
PLAIN = {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}
CLIP = clips.ClipSpec(clips.Windows(4), short_side=24, size=8, **PLAIN)
STILL = clips.ClipSpec(clips.Windows(1), short_side=24, size=8, **PLAIN)
NONE = tubes.Variation(shift=0, scale=1, turn=0, contrast=1, colour=0, speed=1, late=0)
write_video = conftest.write_video


@pytest.fixture
def picture(tmp_path):
    """Noise in one corner of a flat picture."""
    pixels = np.full((40, 60, 3), 100, np.uint8)
    pixels[20:36, 40:56] = RNG.integers(0, 256, (16, 16, 3))
    PIL.Image.fromarray(pixels).save(tmp_path / "a.png")
    return pictures.Picture(str(tmp_path / "a.png")), pixels


def views(found, spec, variation=NONE, apart=False):
    return tubes.Views(tuple(found), spec, variation, apart)


def test_tubes_lie_where_gradients_are_strong(picture):
    source, _ = picture
    found = tubes.find([source], STILL, 20, 0)
    assert len(set(found)) > 10
    assert all(16 <= tube.row <= 40 and 36 <= tube.column <= 60 for tube in found)
    assert tubes.find([source], STILL, 20, 0) == found != tubes.find([source], STILL, 20, 1)


def test_a_view_without_variation_is_the_square_around_the_place(picture):
    source, pixels = picture
    tube = tubes.Tube(source, 0.0, 27.5, 47.5)
    found = tubes.view(views([tube], STILL), 0, RNG)
    np.testing.assert_allclose(found[0] * 255, pixels[24:32, 44:52], atol=1e-3)


def test_what_reaches_beyond_a_picture_is_mirrored(picture):
    source, pixels = picture
    found = tubes.view(views([tubes.Tube(source, 0.0, 3.5, 57.5)], STILL), 0, RNG)
    wanted = np.pad(pixels, ((0, 0), (0, 4), (0, 0)), mode="reflect")[0:8, 54:62]
    np.testing.assert_allclose(found[0] * 255, wanted, atol=1e-3)


def test_a_tube_turned_by_quarters_and_played_backwards_is_eight_classes(write_video):
    video = listings.Video(str(write_video("a.mp4", frames=12)), 0)
    found = views(tubes.find([video], CLIP, 2, 0), CLIP, apart=True)
    assert (found.ways, found.classes) == (8, 16)
    plain, *others = (tubes.view(found, label, np.random.default_rng(0)) for label in range(8))
    for quarter, other in zip((1, 2, 3), others[:3], strict=True):
        np.testing.assert_array_equal(other, np.rot90(plain, quarter, (1, 2)))
    np.testing.assert_array_equal(others[3], plain[::-1])
    assert views(found.tubes, STILL, apart=True).ways == 4 and views(found.tubes, CLIP).ways == 1


CHANGES = [
    {"shift": 0.3},
    {"scale": 1.5},
    {"turn": 20.0},
    {"contrast": 1.5},
    {"colour": 0.1},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_each_variation_changes_views_and_keeps_them_alike(picture, change):
    tube = tubes.Tube(picture[0], 0.0, 27.5, 47.5)
    found = views([tube], STILL, dataclasses.replace(NONE, **change))
    plain = tubes.view(views([tube], STILL), 0, RNG)
    drawn = [tubes.view(found, 0, np.random.default_rng(seed)) for seed in range(4)]
    assert all(np.abs(one - plain).max() > 0.02 for one in drawn)
    assert all(one.min() >= 0 and one.max() <= 1 for one in drawn)
    np.testing.assert_array_equal(drawn[0], tubes.view(found, 0, np.random.default_rng(0)))


@pytest.mark.parametrize(("change", "steps"), [({"speed": 2.0}, {0, 1, 2}), ({"late": 0.5}, {1})])
def test_speed_and_lateness_choose_other_frames(write_video, change, steps):
    path = write_video("a.mp4", frames=40, size=(24, 24))
    spec = clips.ClipSpec(clips.Windows(6), short_side=24, size=24, **PLAIN)
    tube = tubes.Tube(listings.Video(str(path), 0), 20.0, 11.5, 11.5)
    shown = [conftest.decode(path, [n], 24)[0] / 255 for n in range(40)]
    which = lambda frame: int(np.argmin([np.abs(frame - one).mean() for one in shown]))
    found, first = set(), set()
    for seed in range(12):
        made = tubes.view(views([tube], spec, dataclasses.replace(NONE, **change)), 0, np.random.default_rng(seed))
        numbers = [which(frame) for frame in made]
        found |= set(np.diff(numbers).tolist())
        first.add(numbers[0])
    assert found == steps and len(first) > 1


def test_a_tube_of_clips_spread_over_a_video_lasts_as_long_as_its_fastest_view_allows(write_video):
    video = listings.Video(str(write_video("a.mp4", frames=48)), 0)
    steps = lambda sampling, speed: {
        tube.step for tube in tubes.find([video], dataclasses.replace(CLIP, sampling=sampling), 3, 0, speed)
    }
    assert steps(clips.Spread(8), 1.5) == {4.0}
    assert steps(clips.Spread(40), 1.5) == {1.0}
    assert steps(clips.Windows(8, 3), 1.5) == {3.0}


def test_only_what_views_can_reach_of_a_picture_is_kept(tmp_path):
    PIL.Image.fromarray(RNG.integers(0, 256, (300, 400, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    (tube,) = tubes.find([pictures.Picture(str(tmp_path / "a.png"))], STILL, 1, 0)
    cut, _, _ = tubes._piece(tube, STILL, tubes.Variation())
    assert max(cut.shape[1:3]) <= 24


def test_batches_show_each_class_once_before_any_comes_again_and_resume(write_video):
    video = listings.Video(str(write_video("a.mp4", frames=12)), 0)
    found = views(tubes.find([video], CLIP, 3, 0), CLIP, tubes.Variation(), apart=True)
    make = lambda rows=range(8): tubes.train_batches(found, seed=0, steps=6, batch=8, rows=rows, workers=0)
    with make() as batches:
        every = list(batches)
    labels = np.concatenate([batch["label"] for batch in every])
    assert sorted(labels[:24].tolist()) == sorted(labels[24:].tolist()) == list(range(24))
    with make(rows=(5, 2)) as batches:
        batches.set_state({"batch": 4, "skipped": {}})
        np.testing.assert_array_equal(next(batches)["clip"], every[4]["clip"][[5, 2]])
    same = [batch["clip"][batch["label"] == labels[0]] for batch in every]
    first, second = (one[0] for one in same if len(one))
    assert (first != second).any()


def test_the_number_of_tubes_doubles_until_half_of_training(write_video):
    video = listings.Video(str(write_video("a.mp4", frames=12)), 0)
    found = tubes.Views(tubes.find([video], CLIP, 10, 0), CLIP, NONE, apart=True, first=2)
    with tubes.train_batches(found, seed=0, steps=120, batch=8, rows=range(8), workers=0) as batches:
        seen = np.stack([batch["label"] for batch in batches]) // found.ways
    for begin, end, most in ((0, 20, 2), (20, 40, 4), (40, 60, 8), (60, 120, 10)):
        assert np.unique(seen[begin:end]).tolist() == list(range(most))
    assert np.unique(seen[60:90]).tolist() == list(range(10))


def test_test_views_are_others_and_padding_has_no_class(picture):
    found = views(tubes.find([picture[0]], STILL, 5, 0), STILL, tubes.Variation())
    with tubes.test_batches(found, 2, batch=4, rows=range(4), workers=0) as batches:
        labels = np.concatenate([batch["label"] for batch in batches])
    assert labels.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, -1, -1]


def test_a_factor_below_one_is_refused():
    with pytest.raises(ValueError, match="^Variation.scale is 0.7, expected a factor of at least 1$"):
        tubes.Variation(scale=0.7)
