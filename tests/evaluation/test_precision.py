"""KITTI's average precision on scenes of which the answer is known by hand."""

import dataclasses

import numpy as np
import pytest

from rt3d_jax.data.lidar import anchors, kitti
from rt3d_jax.evaluation import precision
from tests.evaluation import devkit

EASY, MODERATE, HARD = precision.LEVELS.values()
TALL, LOW = (0, 0, 40, 60), (0, 0, 40, 20)  # rectangles in the picture


def objects(*rows):
    """Objects of (type, x ahead, further fields). They stand at the side by side, 1.5 x 4 x 1.6 m, facing right."""
    count = len(rows)
    places = np.zeros((count, 7))
    places[:, 0] = [row[1] for row in rows]
    places[:, 1], places[:, 2], places[:, 3:6] = 1.6, 20, (1.5, 1.6, 4.0)
    more = [row[2] if len(row) > 2 else {} for row in rows]
    each = lambda name, default: np.array([one.get(name, default) for one in more], float)
    rectangles = np.array([one.get("rectangle", TALL) for one in more], float).reshape(count, 4)
    return kitti.Objects(
        tuple(row[0] for row in rows),
        each("truncated", 0),
        each("occluded", 0).astype(int),
        rectangles,
        places,
        each("score", 1),
    )


def average(frames, level=EASY, metric="3D", name="Car"):
    return precision.average([precision.Frame(*one) for one in frames], name, level, metric)


def cars(*places, **more):
    return objects(*(("Car", place, more) for place in places))


def test_all_found_is_a_hundred_percent_and_none_found_is_nothing():
    truth = cars(*range(0, 800, 10))
    assert average([(truth, truth)]).r40 == pytest.approx(100)
    assert average([(truth, truth)]).r11 == pytest.approx(100)
    assert average([(truth, cars())]).r40 == 0


def test_half_found_gives_precision_up_to_half_of_the_recalls():
    truth = cars(*range(0, 800, 10))
    found = average([(truth, truth.chosen(np.arange(40)))])
    assert (found.r40, found.r11) == (pytest.approx(50), pytest.approx(100 * 6 / 11))


def test_fewer_objects_than_recalls_leave_the_last_ones_without_precision():
    """As in the devkit: n objects reach n of the 41 recalls, the first of which is 0."""
    truth = cars(*range(0, 100, 10))
    assert sum(average([(truth, truth)]).values) == 10


def test_wrong_ones_count_from_their_score_on():
    """Two objects: one found at 0.9, a wrong one at 0.8, the other found at 0.7. Precision is 1, then 2/3."""
    truth = cars(0, 20)
    found = objects(("Car", 0, {"score": 0.9}), ("Car", 50, {"score": 0.8}), ("Car", 20, {"score": 0.7}))
    values = average([(truth, found)]).values
    assert values[0] == 1 and values[1] == pytest.approx(2 / 3) and values[2] == 0


def test_a_second_detection_of_an_object_is_wrong():
    truth = cars(0)
    found = objects(("Car", 0, {"score": 0.5}), ("Car", 0.1, {"score": 0.9}))
    assert average([(truth, found)]).values[0] == 1  # at the score of the better one
    later = objects(("Car", 0, {"score": 0.9}), ("Car", 0.1, {"score": 0.9}))
    assert average([(truth, later)]).values[0] == 0.5


@pytest.mark.parametrize(("shift", "right"), [(0.65, True), (0.75, False)])
def test_a_car_must_overlap_by_more_than_seven_tenths(shift, right):
    """Moved by d of its 4 m, it overlaps by (4 - d) / (4 + d): 0.72 and 0.68."""
    assert average([(cars(0), cars(shift))]).values[0] == right


def test_a_pedestrian_must_overlap_by_more_than_a_half():
    truth, found = objects(("Pedestrian", 0)), objects(("Pedestrian", 1.2))
    assert average([(truth, found)], name="Pedestrian").values[0] == 1


BEYOND = [
    ({"occluded": 1}, (None, 1, 1)),
    ({"occluded": 2}, (None, None, 1)),
    ({"occluded": 3}, (None, None, None)),
    ({"truncated": 0.2}, (None, 1, 1)),
    ({"truncated": 0.4}, (None, None, 1)),
    ({"truncated": 0.6}, (None, None, None)),
    ({"rectangle": (0, 0, 40, 39)}, (None, 1, 1)),
    ({"rectangle": (0, 0, 40, 24)}, (None, None, None)),
]


@pytest.mark.parametrize(("more", "expected"), BEYOND)
def test_an_object_counts_from_the_difficulty_that_allows_it_on(more, expected):
    truth = cars(0, **more)
    found = [average([(truth, cars(0))], level) for level in (EASY, MODERATE, HARD)]
    assert tuple(one and one.values[0] for one in found) == expected


def test_what_finds_an_ignored_object_is_neither_right_nor_wrong():
    truth = objects(("Car", 0), ("Car", 20, {"occluded": 2}), ("Van", 40))
    found = cars(0, 20, 40)
    assert average([(truth, found)]).values[0] == 1
    missed = objects(("Car", 0), ("Truck", 20), ("Van", 40))  # a truck is no car
    assert average([(missed, found)]).values[0] == 0.5


def test_a_sitting_person_is_ignored_among_pedestrians():
    truth = objects(("Pedestrian", 0), ("Person_sitting", 10))
    found = objects(("Pedestrian", 0), ("Pedestrian", 10))
    assert average([(truth, found)], name="Pedestrian").values[0] == 1


def test_a_detection_that_is_low_in_the_picture_is_not_wrong():
    found = objects(("Car", 0), ("Car", 50, {"rectangle": LOW}))
    assert average([(cars(0), found)]).values[0] == 1
    assert average([(cars(0), cars(0, 50))]).values[0] == 0.5


def test_regions_of_which_nobody_knows_excuse_detections_in_the_picture_alone():
    region = {"rectangle": (100, 0, 200, 100)}
    truth = objects(("Car", 0), ("DontCare", -1000, region))
    outside = objects(("Car", 0), ("Car", 50, {"rectangle": (110, 0, 190, 90)}))
    assert average([(truth, outside)], metric="2D").values[0] == 1
    assert average([(truth, outside)], metric="BEV").values[0] == 0.5
    beside = objects(("Car", 0), ("Car", 50, {"rectangle": (60, 0, 140, 90)}))  # half of it
    assert average([(truth, beside)], metric="2D").values[0] == 0.5


def test_metrics_differ_where_the_height_is_wrong():
    raised = dataclasses.replace(cars(0), places=cars(0).places - np.array([0, 1, 0, 0, 0, 0, 0]))
    found = {metric: average([(cars(0), raised)], metric=metric).values[0] for metric in precision.METRICS}
    assert found == {"3D": 0, "BEV": 1, "2D": 1}


def test_the_sides_of_a_car_are_where_its_rotation_says():
    """Rotation 0 looks right, along x: 4 m. A quarter on, the same car is 1.6 m wide there."""
    turned = dataclasses.replace(cars(0), places=cars(0).places + np.array([0, 0, 0, 0, 0, 0, np.pi / 2]))
    assert average([(cars(0), turned)], metric="BEV").values[0] == 0
    assert average([(turned, turned)], metric="BEV").values[0] == 1


def test_frames_add_up_and_a_class_without_objects_has_no_precision():
    frames = [(cars(0), cars(0)), (cars(), cars(30)), (cars(0, 10), cars(10))]
    assert average(frames).values[0] == pytest.approx(2 / 3)
    assert average(frames, name="Cyclist") is None
    table = precision.table([precision.Frame(*one) for one in frames], ["Car", "Cyclist"])
    assert {name for name, *_ in table} == {"Car"} and len(table) == 9


def drawn(rng, count=9):
    """A frame of objects of all kinds, and detections near many of them; scores often tie."""
    types = rng.choice([*anchors.KINDS, *anchors.KINDS, "Van", "Person_sitting", "Truck", "DontCare"], count)
    places = np.zeros((count, 7))
    places[:, 0], places[:, 2] = rng.uniform(-20, 20, count), rng.uniform(5, 40, count)
    places[:, 1], places[:, 3:6] = 1.6, rng.uniform((1.4, 0.5, 0.8), (1.8, 2.0, 4.5), (count, 3))
    places[:, 6] = rng.uniform(-np.pi, np.pi, count)
    corner, size = rng.uniform(0, 300, (count, 2)), rng.uniform(20, 90, (count, 2))
    truth = kitti.Objects(
        tuple(types),
        rng.choice([0.0, 0.0, 0.2, 0.4, 0.6], count),
        rng.choice([0, 0, 1, 2, 3], count),
        np.concatenate([corner, corner + size], axis=1),
        places,
        np.ones(count),
    )
    near = truth.chosen(np.concatenate([rng.permutation(count), rng.integers(count, size=8)]))
    known = [one if one in anchors.KINDS else "Car" for one in near.types]
    swapped = tuple(rng.choice(list(anchors.KINDS)) if rng.random() < 0.1 else one for one in known)
    spread = rng.choice([0.02, 0.1, 0.3], (len(near), 1))
    return truth, kitti.Objects(
        swapped,
        near.truncated,
        near.occluded,
        near.rectangles + rng.normal(0, 15, near.rectangles.shape) * spread,
        near.places + rng.normal(0, 0.7, near.places.shape) * spread,
        rng.integers(1, 20, len(near)) / 20,
    )


@pytest.mark.parametrize("metric", precision.METRICS)
@pytest.mark.parametrize("name", anchors.KINDS)
def test_the_precision_is_that_of_the_devkits_loops(name, metric):
    frames = [drawn(np.random.default_rng((3, seed))) for seed in range(40)]
    seen = []
    for difficulty, level in precision.LEVELS.items():
        found, expected = average(frames, level, metric, name), devkit.precisions(frames, name, difficulty, metric)
        assert found is not None and found.values == pytest.approx(expected, abs=1e-12)
        assert found.r11 == pytest.approx(100 * sum(expected[::4]) / 11)
        assert found.r40 == pytest.approx(100 * sum(expected[1:]) / 40)
        seen.append(found.r40)
    assert len(set(seen)) == 3 and 1 < max(seen) < 99
