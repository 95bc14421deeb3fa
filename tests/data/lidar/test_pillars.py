"""Points in pillars, objects found by anchors, and what augmentation leaves as it is."""

import collections
import dataclasses
import math

import numpy as np
import pytest

from rt3d_jax.data.lidar import anchors, augmentation, boxes, kitti, pillars
from tests.data.lidar import test_kitti

RNG = np.random.default_rng(0)
GRID = pillars.Grid((0.0, 4.0), (-1.5, 1.5), (-1.0, 1.0), cell=0.5, pillars=20, points=3)
CLASSES = ("Car", "Pedestrian")
folder = test_kitti.folder


def one_by_one(points):
    """The pillars of points as a loop over them makes them: [((row, column), points that are spread over its own)]."""
    found = collections.OrderedDict()
    for x, y, z, r in points.tolist():
        if 0 <= x < 4 and -1.5 <= y < 1.5 and -1 <= z < 1:
            found.setdefault((int((y + 1.5) // 0.5), int(x // 0.5)), []).append((x, y, z, r))
    spread = lambda held: [held[-(-k * len(held) // 3)] for k in range(3)] if len(held) > 3 else held
    return [(place, spread(held)) for place, held in found.items()][:20]


def test_pillars_hold_nine_numbers_of_each_point_and_the_place_of_the_cell():
    points = RNG.uniform((-0.5, -2, -1.2, 0), (4.5, 2, 1.2, 1), (60, 4)).astype(np.float32)
    found, places = pillars.sort(points, GRID)
    expected = one_by_one(points)
    assert len(expected) == 20  # there are more cells with points than there is room for
    for number, ((row, column), held) in enumerate(expected):
        assert places[number] == row * 8 + column
        mean = np.mean(held, axis=0)
        for at, (x, y, z, r) in enumerate(held):
            middle = (column * 0.5 + 0.25, row * 0.5 - 1.25)
            numbers = [x, y, z, r, x - mean[0], y - mean[1], z - mean[2], x - middle[0], y - middle[1]]
            np.testing.assert_allclose(found[number, at], numbers, atol=1e-6)
        assert not found[number, len(held) :].any()


def test_a_full_pillar_keeps_points_of_all_beams_not_of_the_lowest_alone():
    points = np.zeros((300, 4), np.float32)
    points[:, :3] = 1.2, 0.2, 0
    points[:, 2] = np.linspace(-0.9, 0.9, 300)  # as a scan comes, beam by beam
    found, _ = pillars.sort(points, dataclasses.replace(GRID, points=30))
    assert found[0, 0, 2] < -0.89 and found[0, -1, 2] > 0.83
    np.testing.assert_allclose(np.diff(found[0, :, 2]), 1.8 / 299 * 10, rtol=1e-4)


def test_where_there_are_no_points_there_is_no_pillar():
    found, places = pillars.sort(np.zeros((0, 4), np.float32), GRID)
    assert not found.any() and (places == GRID.nowhere).all() and GRID.nowhere == 48


WRONG = [
    ({"x": (4.0, 0.0)}, "x is (4.0, 0.0), expected two numbers, the smaller one first"),
    ({"y": (0.0, 0.7)}, "y is (0.0, 0.7), expected a whole number of cells of 0.5 m"),
    ({"y": (0.0, 1e-4)}, "y is (0.0, 0.0001), expected a whole number of cells of 0.5 m"),
    ({"x": (0.0, math.inf)}, "x is (0.0, inf), expected two numbers, the smaller one first"),
    ({"z": (-3.0, math.inf)}, "z is (-3.0, inf), expected two numbers, the smaller one first"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_a_grid_that_is_none_is_one_line(change, message):
    with pytest.raises(ValueError) as error:
        dataclasses.replace(GRID, **change)
    assert str(error.value) == message


@pytest.fixture(scope="module")
def placed():
    return anchors.place(pillars.Grid((0.0, 8.0), (-4.0, 4.0), cell=0.5), 1, CLASSES)


def test_an_anchor_finds_the_object_that_lies_as_it_does(placed):
    """A car on an anchor across, another class on the next cell, and one that no anchor overlaps enough."""
    car, person = placed[8, 8, 1].astype(float), placed[2, 2, 2].astype(float)
    small = np.array([1.25, 2.3, -1.0, 1.0, 0.4, 1.5, 0.3])
    found = anchors.match(placed, ("Car", "Pedestrian", "Car"), np.stack([car, person, small]), CLASSES)
    found = found.reshape(placed.shape[:3])
    assert found[8, 8, 1] == 0 and found[2, 2, 2] == 1
    assert found[8, 8, 0] == anchors.BACKGROUND  # it lies the other way
    assert found[8, 9, 1] == 0 or found[8, 9, 1] == anchors.IGNORED
    assert (found == 2).sum() >= 1  # the best of those that hardly overlap
    assert not (found[..., :2] == 1).any() and not (found[..., 2:] == 0).any()
    assert (anchors.match(placed, (), np.zeros((0, 7)), CLASSES) == anchors.BACKGROUND).all()


def test_offsets_of_nothing_are_the_anchor_and_a_direction_turns_it_round(placed):
    flat = placed.reshape(-1, 7)[:5]
    np.testing.assert_allclose(anchors.decode(np.zeros((5, 7)), np.zeros(5, bool), flat), flat, atol=1e-6)
    turned = anchors.decode(np.zeros((5, 7)), np.ones(5, bool), flat)
    np.testing.assert_allclose(np.cos(turned[:, 6] - flat[:, 6]), -1, atol=1e-6)


@pytest.fixture(scope="module")
def street(folder):
    (scene, *_) = kitti.read(kitti.KITTI(str(folder))).train
    return augmentation.read(scene, tuple(anchors.KINDS))


HOW = augmentation.Augment(object_shift=0.5)


def test_points_go_with_their_objects(street):
    counts = boxes.inside(street.points, street.objects).sum(axis=1)
    assert counts.max() > 5
    for change in (augmentation.object_noise, augmentation.scene_noise):
        moved = change(street, HOW, np.random.default_rng(4))
        wide = moved.objects + np.array([0, 0, 0, 1e-3, 1e-3, 1e-3, 0])
        assert (boxes.inside(moved.points, wide).sum(axis=1) >= counts).all()
        assert np.abs(moved.objects - street.objects).max() > 0.05
        assert not np.triu(boxes.shared_areas(*(2 * [moved.objects[:, boxes.FLAT]])), 1).any()


def test_a_mirrored_scene_has_left_and_right_exchanged(street):
    still = augmentation.Augment(turn=0, scale=0, shift=0)
    found = [augmentation.scene_noise(street, still, np.random.default_rng(seed)) for seed in range(8)]
    sides = {float(np.sign(one.objects[0, 1] * street.objects[0, 1])) for one in found}
    assert sides == {1.0, -1.0}
    mirrored = next(one for one in found if one.objects[0, 1] * street.objects[0, 1] < 0)
    assert mirrored.objects[0, 6] == pytest.approx(-street.objects[0, 6])


def test_objects_of_other_scenes_bring_their_points_and_take_the_room_of_others(folder, street):
    found = kitti.read(kitti.KITTI(str(folder)))
    stock = augmentation.stock(found.train, tuple(anchors.KINDS))
    name = max(stock, key=lambda one: len(stock[one]))
    more = augmentation.pasted(street, name, 40, stock, np.random.default_rng(0))
    added = len(more.types) - len(street.types)
    assert added >= 1 and set(more.types[len(street.types) :]) == {name}
    assert not np.triu(boxes.shared_areas(*(2 * [more.objects[:, boxes.FLAT]])), 1).any()
    assert (boxes.inside(more.points, more.objects[-added:]).sum(axis=1) >= augmentation.FEWEST).all()
    none = dataclasses.replace(street, types=(), objects=street.objects[:0])
    assert augmentation.pasted(none, name, 3, {}, RNG) is none


def test_no_object_is_put_or_moved_into_one_that_is_not_detected(folder, street):
    found = kitti.read(kitti.KITTI(str(folder)))
    known = augmentation.read(found.train[0], ("Cyclist",))  # the others of the scene are in the way
    assert len(known.others) + len(known.objects) >= len(street.objects) and len(known.others)
    stock = augmentation.stock(found.train, tuple(anchors.KINDS))
    name, (scene, number) = next(
        (name, each[0]) for name, each in stock.items() if each and each[0][0] == found.train[0]
    )
    _, box = augmentation.cut(scene, number)
    bare = dataclasses.replace(street, types=(), objects=street.objects[:0], others=street.others[:0])
    there = dataclasses.replace(bare, others=box[None])
    stock = {name: [(scene, number)]}
    assert len(augmentation.pasted(bare, name, 1, stock, RNG).types) == 1
    assert augmentation.pasted(there, name, 1, stock, RNG) is there
    beside = box + np.array([0, box[4] + 0.05, 0, 0, 0, 0, 0])
    apart = dataclasses.replace(bare, types=(name,), objects=beside[None], others=box[None])
    for seed in range(20):
        moved = augmentation.object_noise(apart, HOW, np.random.default_rng(seed))
        assert not boxes.shared_areas(moved.objects[:, boxes.FLAT], moved.others[:, boxes.FLAT]).any()
