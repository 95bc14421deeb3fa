"""Boxes that stand upright: their corners from above, the points in them, and how far two of them overlap.

A box is f64[7]: x, y and z of its middle and its length, width and height in metres, and its yaw in radians, from x to
y. Its length lies along x where the yaw is 0. A rectangle is a box from above, f64[5]: x, y, length, width, yaw.
"""

import numpy as np

FLAT = [0, 1, 3, 4, 6]  # what of a box its rectangle is
CORNERS = np.array([(0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5), (0.5, -0.5)])
EDGE = 1e-9  # metres that count as none


def corners(rectangles: np.ndarray) -> np.ndarray:
    """f64[..., 4, 2] of rectangles f64[..., 5], against the clock."""
    sides = CORNERS * rectangles[..., None, 2:4]
    return rectangles[..., None, :2] + turned(sides, rectangles[..., None, 4])


def turned(places: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Places f64[..., 2] turned about the origin, from x to y."""
    x, y = places[..., 0], places[..., 1]
    cos, sin = np.cos(angles), np.sin(angles)
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def inside(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """bool[boxes, points]: which points f[points, 3 or more] lie in which boxes f64[boxes, 7]."""
    x, y, z = (points[None, :, axis].astype(np.float64) - boxes[:, axis, None] for axis in range(3))
    half = boxes[:, 3:6, None] / 2 + EDGE
    cos, sin = np.cos(boxes[:, 6, None]), np.sin(boxes[:, 6, None])
    ahead, left = cos * x + sin * y, cos * y - sin * x
    return (np.abs(ahead) <= half[:, 0]) & (np.abs(left) <= half[:, 1]) & (np.abs(z) <= half[:, 2])


def wrapped(angles: np.ndarray) -> np.ndarray:
    """Angles from -pi to below pi."""
    return (angles + np.pi) % (2 * np.pi) - np.pi


def shared_areas(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The areas that rectangles f64[n, 5] and f64[m, 5] have in common, f64[n, m], in square metres."""
    reach = lambda rectangles: np.hypot(rectangles[:, 2], rectangles[:, 3]) / 2
    apart = np.linalg.norm(first[:, None, :2] - second[None, :, :2], axis=-1)
    near = np.nonzero(apart < reach(first)[:, None] + reach(second)[None, :])
    areas = np.zeros(apart.shape)
    if len(near[0]):
        areas[near] = _shared(first[near[0]], second[near[1]])
    return areas


def flat_overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of rectangles f64[n, 5] and f64[m, 5], f64[n, m] from 0 to 1."""
    shared = shared_areas(first, second)
    size = lambda rectangles: rectangles[:, 2] * rectangles[:, 3]
    return shared / np.maximum(size(first)[:, None] + size(second)[None, :] - shared, EDGE)


def solid_overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of the volumes of boxes f64[n, 7] and f64[m, 7], f64[n, m] from 0 to 1."""
    top = lambda boxes: boxes[:, 2] + boxes[:, 5] / 2
    low = lambda boxes: boxes[:, 2] - boxes[:, 5] / 2
    heights = np.minimum(top(first)[:, None], top(second)) - np.maximum(low(first)[:, None], low(second))
    shared = shared_areas(first[:, FLAT], second[:, FLAT]) * np.maximum(heights, 0)
    size = lambda boxes: boxes[:, 3:6].prod(axis=1)
    return shared / np.maximum(size(first)[:, None] + size(second)[None, :] - shared, EDGE)


def upright_overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of rectangles along the axes, f[n, 4] and f[m, 4] as low x, low y, high x, high y."""
    shared = meeting(first, second)
    size = lambda areas: (areas[:, 2] - areas[:, 0]) * (areas[:, 3] - areas[:, 1])
    return shared / np.maximum(size(first)[:, None] + size(second)[None, :] - shared, EDGE)


def meeting(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The areas that rectangles along the axes have in common, as `upright_overlaps` takes them."""
    along = lambda low, high: (
        np.minimum(first[:, None, high], second[:, high]) - np.maximum(first[:, None, low], second[:, low])
    )
    return np.maximum(along(0, 2), 0) * np.maximum(along(1, 3), 0)


def suppressed(rectangles: np.ndarray, scores: np.ndarray, most: float) -> np.ndarray:
    """Non-maximum suppression: the places of the rectangles f64[n, 5] that stay, the best score first.

    Of two that overlap by more than `most`, the one of the lower score goes.
    """
    order = np.argsort(-scores, kind="stable")
    overlaps = flat_overlaps(rectangles[order], rectangles[order])
    alive = np.ones(len(order), bool)
    for place in range(len(order)):
        if alive[place]:
            alive[place + 1 :] &= overlaps[place, place + 1 :] <= most
    return order[alive]


def _shared(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The areas that pairs of rectangles have in common, f64[n].

    What two of them share is convex. Its corners are the corners of each that lie in the other, and the places where
    their sides cross.
    """
    middle = first[:, :2]
    a, b = (np.concatenate([each[:, :2] - middle, each[:, 2:]], axis=1) for each in (first, second))
    mine, others = corners(a), corners(b)
    crossings, crossed = _crossings(mine, others)
    found = np.concatenate([mine, others, crossings], axis=1)
    valid = np.concatenate([_held(mine, b), _held(others, a), crossed], axis=1)
    count = np.maximum(valid.sum(axis=1), 1)
    centre = np.where(valid[..., None], found, 0).sum(axis=1) / count[:, None]
    away = found - centre[:, None]
    angles = np.where(valid, np.arctan2(away[..., 1], away[..., 0]), np.inf)
    order = np.argsort(angles, axis=1)
    away = np.take_along_axis(away, order[..., None], axis=1)
    away = np.where((np.arange(away.shape[1]) < count[:, None])[..., None], away, away[:, :1])
    after = np.roll(away, -1, axis=1)
    twice = (away[..., 0] * after[..., 1] - away[..., 1] * after[..., 0]).sum(axis=1)
    return np.where(valid.any(axis=1), np.abs(twice) / 2, 0)


def _held(places: np.ndarray, rectangles: np.ndarray) -> np.ndarray:
    """bool[n, k]: which places f64[n, k, 2] lie in the rectangle f64[n, 5] of their row."""
    away: np.ndarray = np.abs(turned(places - rectangles[:, None, :2], -rectangles[:, None, 4]))
    within = away <= rectangles[:, None, 2:4] / 2 + EDGE
    return within[..., 0] & within[..., 1]


def _crossings(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the sides of pairs of quadrangles f64[n, 4, 2] cross: f64[n, 16, 2], and whether they do, bool[n, 16]."""
    begin, other = first[:, :, None], second[:, None, :]
    along, across = np.roll(first, -1, axis=1)[:, :, None] - begin, np.roll(second, -1, axis=1)[:, None, :] - other
    cross = lambda u, v: u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    slope = cross(along, across)
    steep = np.abs(slope) > EDGE
    share = lambda way: cross(other - begin, way) / np.where(steep, slope, 1)
    t, u = share(across), share(along)
    crossed = steep & (t >= 0) & (t <= 1) & (u >= 0) & (u <= 1)
    places = begin + t[..., None] * along
    return places.reshape(len(first), -1, 2), crossed.reshape(len(first), -1)
