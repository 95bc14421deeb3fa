"""Tiles and patches: a picture is put together from its tiles, and batches depend on their number alone."""

import itertools

import numpy as np
import PIL.Image
import pytest

from rt3d_jax.data import bicubic, listings, patches, pictures, tiles
from tests.data import conftest

RNG = np.random.default_rng(0)
CUT = patches.Cut(scale=2, frames=1, patch=5, each=3, tile=8, margin=2)
write_video = conftest.write_video


@pytest.mark.parametrize(("height", "width"), [(8, 8), (9, 31), (5, 12), (40, 17)])
@pytest.mark.parametrize("margin", [0, 2, 3])
def test_a_picture_is_put_together_from_the_inner_parts_of_its_tiles(height, width, margin):
    picture = RNG.integers(0, 256, (1, 3 * height, 3 * width, 3))
    made = np.full_like(picture, -1)
    for tile in tiles.of(height, width, 8, margin):
        large = tiles.enlarged(tile, 3)
        part = tiles.cut(picture, large, 24)
        assert part.shape == (1, 24, 24, 3)
        tiles.put(made, large, part)
        for span, length in ((tile.rows, height), (tile.columns, width)):
            assert span.first in (0, *range(span.start + margin, length))
            assert span.end in (length, *range(span.start + 9 - margin))
    np.testing.assert_array_equal(made, picture)


@pytest.fixture
def examples(tmp_path):
    found = []
    for number, (height, width) in enumerate([(20, 26), (17, 40)]):
        path = tmp_path / f"{number}.png"
        PIL.Image.fromarray(RNG.integers(0, 256, (height, width, 3), np.uint8)).save(path)
        found.append(pictures.Picture(str(path)))
    return found


def batches_of(examples, start=0, rows=(0, 1, 2, 3), seed=0):
    found = patches.train_batches(examples, CUT, seed=seed, steps=9, batch=4, rows=rows, workers=0)
    found.set_state({"batch": start, "skipped": {}})
    return found


def test_a_patch_is_that_part_of_both_pictures_turned_alike(examples):
    pairs = [pictures.pair(example, 2) for example in examples]
    with batches_of(examples) as found:
        batch = next(found)
    assert batch["clip"].shape == (4, 1, 5, 5, 3) and batch["target"].shape == (4, 1, 10, 10, 3)
    for low, high in zip(batch["clip"], batch["target"], strict=True):
        matches = 0
        for (small, large), turns, mirrored in itertools.product(pairs, range(4), (False, True)):
            back = lambda x, turns=turns, mirrored=mirrored: np.rot90(x, -turns, (1, 2))[:, :, :: -1 if mirrored else 1]
            for top, left in itertools.product(range(small.shape[1] - 4), range(small.shape[2] - 4)):
                if np.array_equal(small[:, top : top + 5, left : left + 5], back(low)):
                    place = (slice(2 * top, 2 * top + 10), slice(2 * left, 2 * left + 10))
                    matches += np.array_equal(large[(slice(None), *place)], back(high))
        assert matches == 1


def test_a_batch_depends_on_its_number_and_the_seed_alone(examples):
    with batches_of(examples) as found:
        every = list(found)
    with batches_of(examples, start=7) as found:
        np.testing.assert_array_equal(next(found)["target"], every[7]["target"])
    with batches_of(examples, rows=(2, 0)) as found:
        np.testing.assert_array_equal(next(found)["clip"], every[0]["clip"][[2, 0]])
    with batches_of(examples, seed=1) as found:
        assert (next(found)["clip"] != every[0]["clip"]).any()


def test_every_example_gives_as_many_patches_in_an_epoch():
    for epoch in range(3):
        order = patches._order(0, epoch, 70, 4)
        assert (np.bincount(order) == 4).all()
        together = [len(set(order[first : first + 128].tolist())) for first in (0, 128)]
        assert together == [32, 32], "patches of more pictures than stay in memory are mixed"


def test_test_batches_are_the_tiles_of_each_picture_in_order(examples):
    pairs = [pictures.pair(example, 2) for example in examples]
    with patches.test_batches(examples, CUT, batch=4, rows=range(4), workers=0) as found:
        whole = {name: np.concatenate(each) for name, each in _columns(found).items()}
    made = [np.zeros_like(high) for _, high in pairs]
    for picture, tile, target, clip in zip(*(whole[n] for n in ("picture", "tile", "target", "clip")), strict=True):
        if picture < 0:
            assert not clip.any() and not target.any()
            continue
        low, high = pairs[picture]
        part = tiles.of(*low.shape[1:3], CUT.tile, CUT.margin)[tile]
        np.testing.assert_array_equal(clip, tiles.cut(low, part, 8))
        tiles.put(made[picture], tiles.enlarged(part, 2), target)
    for found, (_, high) in zip(made, pairs, strict=True):
        np.testing.assert_array_equal(found, high)
    assert len(whole["picture"]) == 12 and (whole["picture"] < 0).sum() == 2


def _columns(found):
    batches = list(found)
    return {name: [batch[name] for batch in batches] for name in batches[0]}


def test_a_picture_smaller_than_a_patch_is_an_error(tmp_path):
    PIL.Image.fromarray(np.zeros((9, 30, 3), np.uint8)).save(tmp_path / "low.png")
    with pytest.raises(ValueError) as error, batches_of([pictures.Picture(f"{tmp_path}/low.png")]) as found:
        next(found)
    message = f"{tmp_path}/low.png gives (4, 15) small pixels, expected at least a patch of 5"
    assert str(error.value).splitlines()[0] == message  # behind it stands what grain says of its traceback


def test_clips_are_consecutive_frames_of_the_middle_of_a_video(write_video):
    video = listings.Video(str(write_video("a.mp4", frames=20, size=(36, 50))), 0)
    cut = patches.Cut(scale=2, frames=3, patch=5, each=1, tile=8, margin=2)
    low, high = patches.pair(video, cut)
    shown = conftest.decode(video.path, [9, 10, 11])
    np.testing.assert_array_equal(high, shown[:, 10:26, 17:33])
    np.testing.assert_array_equal(low, bicubic.reduced(high, 2))
    with patches.train_batches([video], cut, seed=0, steps=2, batch=2, rows=(0, 1), workers=0) as found:
        batch = next(found)
    assert batch["clip"].shape == (2, 3, 5, 5, 3) and batch["target"].shape == (2, 3, 10, 10, 3)
