"""Boxes from above: what two of them share, against a clipping of polygons written here, and which of many stay."""

import itertools
import math

import numpy as np
import pytest

from rt3d_jax.data.lidar import boxes

RNG = np.random.default_rng(0)


def polygon(x, y, length, width, yaw):
    """The corners of a rectangle, against the clock."""
    ends = [(a * length / 2, b * width / 2) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    cos, sin = math.cos(yaw), math.sin(yaw)
    return [(x + cos * a - sin * b, y + sin * a + cos * b) for a, b in ends]


def clipped(subject, window):
    """Sutherland and Hodgman (1974): a polygon cut by the sides of a convex one, in turn."""
    for (ax, ay), (bx, by) in itertools.pairwise([*window, window[0]]):
        side = lambda p, ax=ax, ay=ay, bx=bx, by=by: (bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax)
        found = []
        for p, q in itertools.pairwise([*subject, subject[0]] if subject else []):
            if side(p) >= 0:
                found.append(p)
            if side(p) * side(q) < 0:
                share = side(p) / (side(p) - side(q))
                found.append((p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])))
        subject = found
    return subject


def area(corners):
    return sum(a * d - b * c for (a, b), (c, d) in itertools.pairwise([*corners, corners[0]])) / 2 if corners else 0


def overlap(first, second):
    shared = area(clipped(polygon(*first), polygon(*second)))
    return shared / (first[2] * first[3] + second[2] * second[3] - shared)


def rectangles(count):
    return np.concatenate(
        [RNG.uniform(-2, 2, (count, 2)), RNG.uniform(0.3, 4, (count, 2)), RNG.uniform(-7, 7, (count, 1))], axis=1
    )


def test_overlaps_from_above_are_those_of_clipped_polygons():
    first, second = rectangles(25), rectangles(30)
    expected = [[overlap(a, b) for b in second.tolist()] for a in first.tolist()]
    np.testing.assert_allclose(boxes.flat_overlaps(first, second), expected, atol=1e-9)
    assert 0 < np.mean(np.array(expected) > 0) < 1


SAME = [
    ((0, 0, 2, 1, 0.3), (0, 0, 2, 1, 0.3), 1.0),  # the same
    ((0, 0, 2, 1, 0.3), (0, 0, 2, 1, 0.3 + math.pi), 1.0),  # turned round
    ((0, 0, 2, 2, 0.0), (0, 0, 1, 1, math.pi / 4), 0.25),  # one inside the other
    ((0, 0, 2, 2, 0.0), (1, 0, 2, 2, 0.0), 1 / 3),  # sides on sides
    ((0, 0, 4, 1, 0.0), (0, 0, 4, 1, math.pi / 2), 1 / 7),  # a cross
    ((0, 0, 2, 2, 0.0), (2, 0, 2, 2, 0.0), 0.0),  # side by side
]


@pytest.mark.parametrize(("first", "second", "expected"), SAME)
def test_overlaps_of_rectangles_that_lie_in_a_special_way(first, second, expected):
    found = boxes.flat_overlaps(np.array([first], float), np.array([second], float))
    assert found.item() == pytest.approx(expected, abs=1e-9)


def test_the_overlap_of_volumes_also_asks_for_the_height():
    box = np.array([[0, 0, 0, 2, 2, 2, 0.4]])
    raised = box + np.array([0, 0, 1, 0, 0, 0, 0])
    assert boxes.solid_overlaps(box, raised).item() == pytest.approx(1 / 3)
    assert boxes.solid_overlaps(box, box + np.array([0, 0, 2, 0, 0, 0, 0])).item() == 0


def test_suppression_keeps_the_best_of_those_that_overlap_and_all_that_stand_apart():
    found = np.array([[0, 0, 4, 2, 0], [0.5, 0, 4, 2, 0.1], [9, 0, 4, 2, 0], [0, 0.4, 4, 2, 0]], float)
    assert boxes.suppressed(found, np.array([0.5, 0.9, 0.3, 0.4]), 0.1).tolist() == [1, 2]
    assert boxes.suppressed(found, np.array([0.5, 0.9, 0.3, 0.4]), 1.0).tolist() == [1, 0, 3, 2]
    assert boxes.suppressed(found[:0], np.zeros(0), 0.1).tolist() == []


def test_points_on_the_border_are_inside_and_those_beyond_are_not():
    box = np.array([[10, 5, 0, 4, 2, 1.5, math.pi / 2]])
    points = np.array([[10, 7, 0.75], [11, 5, 0], [10, 7.1, 0], [11.1, 5, 0], [10, 5, 0.8]])
    assert boxes.inside(points, box).tolist() == [[True, True, False, False, False]]
