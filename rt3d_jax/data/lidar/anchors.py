"""Anchors of single-shot detectors (SSD; Liu et al., 2016) for boxes from above: where they stand, which objects they
find, and boxes as offsets from them.

In every cell of the network's map stand two anchors of each class, with yaw 0 and pi / 2.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from rt3d_jax.data.lidar import boxes, pillars

YAWS = (0.0, np.pi / 2)
OFFSETS = 7
NUMBERS = 1 + OFFSETS + 1  # of an anchor: score, offsets, direction
BACKGROUND, IGNORED = -1, -2


@dataclasses.dataclass(frozen=True)
class Kind:
    """A class of objects. size: length, width and height of its anchors, and `middle` their z, in metres.

    An anchor finds an object if they overlap by `found` or more, and the background below `lost`. overlap: what KITTI
    demands of a detection.
    """

    size: tuple[float, float, float]
    middle: float
    found: float
    lost: float
    overlap: float


# PointPillars, section 4.2; the overlaps are those of KITTI's benchmark.
KINDS = {
    "Car": Kind((3.9, 1.6, 1.56), -1.0, 0.6, 0.45, 0.7),
    "Pedestrian": Kind((0.8, 0.6, 1.73), -0.6, 0.5, 0.35, 0.5),
    "Cyclist": Kind((1.76, 0.6, 1.73), -0.6, 0.5, 0.35, 0.5),
}


def place(grid: pillars.Grid, stride: int, classes: Sequence[str]) -> np.ndarray:
    """f32[rows, columns, 2 classes, 7]: the anchors of a map with a cell for `stride` x `stride` cells of the grid."""
    rows, columns = (side // stride for side in grid.sides)
    step = stride * grid.cell
    y, x = grid.y[0] + step * (np.arange(rows) + 0.5), grid.x[0] + step * (np.arange(columns) + 0.5)
    found = np.zeros((rows, columns, len(YAWS) * len(classes), 7))
    found[..., 0], found[..., 1] = x[None, :, None], y[:, None, None]
    for number, kind in enumerate(KINDS[name] for name in classes):
        for turn, yaw in enumerate(YAWS):
            found[:, :, len(YAWS) * number + turn, 2:] = (kind.middle, *kind.size, yaw)
    return found.astype(np.float32)


def match(anchors: np.ndarray, types: Sequence[str], objects: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """i16[anchors]: for each of the anchors f32[..., 7] its object, BACKGROUND or IGNORED (SECOND; Yan et al., 2018).

    types, objects: the classes and boxes f64[n, 7]. An anchor takes the object of its own class with which it overlaps
    most, if that is enough. An object that no anchor overlaps enough gets the ones that overlap it most. Overlaps are
    those of rectangles along the axes, into which boxes are turned by less than pi / 4.
    """
    *_, kinds, _ = anchors.shape
    found = np.full((anchors.size // (7 * kinds), kinds), BACKGROUND, np.int16)
    flat = _upright(anchors.reshape(-1, kinds, 7))
    for number, name in enumerate(classes):
        mine = np.array([place for place, kind in enumerate(types) if kind == name], np.int64)
        if not len(mine):
            continue
        which = slice(len(YAWS) * number, len(YAWS) * (number + 1))
        overlaps = boxes.upright_overlaps(flat[:, which].reshape(-1, 4), _upright(objects[mine]))
        best, most = overlaps.argmax(axis=1), overlaps.max(axis=1)
        kind = KINDS[name]
        taken = np.where(most >= kind.found, mine[best], np.where(most < kind.lost, BACKGROUND, IGNORED))
        anchor, object_ = np.nonzero((overlaps == overlaps.max(axis=0)) & (overlaps > 0))
        taken[anchor] = mine[object_]
        found[:, which] = taken.reshape(-1, len(YAWS))
    return found.reshape(-1)


def decode(offsets: np.ndarray, directions: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Boxes f64[n, 7] of offsets f[n, 7] from anchors f[n, 7], and of directions bool[n].

    x and y are given in diagonals of the anchor, z in its heights, and sizes as logarithms of ratios (SECOND, section
    3.1.4). A yaw is known up to half a turn, which the direction adds.
    """
    offsets, anchors = offsets.astype(np.float64), anchors.astype(np.float64)
    diagonal = np.hypot(anchors[:, 3], anchors[:, 4])
    scale = np.stack([diagonal, diagonal, anchors[:, 5]], axis=1)
    middle = anchors[:, :3] + offsets[:, :3] * scale
    sizes = anchors[:, 3:6] * np.exp(np.clip(offsets[:, 3:6], -4, 4))
    half = (offsets[:, 6] + np.pi / 2) % np.pi - np.pi / 2
    yaw = boxes.wrapped(anchors[:, 6] + half + np.pi * directions)
    return np.concatenate([middle, sizes, yaw[:, None]], axis=1)


def _upright(found: np.ndarray) -> np.ndarray:
    """Boxes f[..., 7] as rectangles along the axes f64[..., 4]."""
    across = np.abs(np.cos(found[..., 6])) < np.sqrt(0.5)
    length, width = found[..., 3], found[..., 4]
    half = np.stack([np.where(across, width, length), np.where(across, length, width)], axis=-1) / 2
    return np.concatenate([found[..., :2] - half, found[..., :2] + half], axis=-1)
