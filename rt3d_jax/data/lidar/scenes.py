"""Made-up streets, scanned ray by ray and written in KITTI's layout.

A LiDAR stands 1.73 m above a flat ground and sends rays in a fan. A ray ends at the first surface that it meets. So
points lie on the faces that are seen, objects hide others, and far ones have few points.
"""

import dataclasses
import os
import pathlib
from collections.abc import Callable

import numpy as np

from lowering.system import bounds, files, typed
from rt3d_jax.data import synthetic
from rt3d_jax.data.lidar import boxes, kitti

VERSION = 1  # to be raised when the same spec makes other scenes
GROUND = -1.73
FEWEST = 5  # points of an object that is labelled; others are regions of which nobody knows
CALIBRATION = (
    "P2: 721.5377 0 609.5593 44.85728 0 721.5377 172.854 0.2163791 0 0 1 0.002745884\n"
    "R0_rect: 1 0 0 0 1 0 0 0 1\n"
    "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 -0.08 1 0 0 -0.27\n"
)
# Smallest and largest length, width and height in metres. Clutter (the last two) is not labelled.
SIZES = {
    "Car": ((3.4, 4.6), (1.5, 1.8), (1.4, 1.7)),
    "Van": ((4.8, 5.6), (1.8, 2.1), (2.0, 2.4)),
    "Pedestrian": ((0.6, 1.0), (0.5, 0.7), (1.55, 1.9)),
    "Cyclist": ((1.6, 1.9), (0.5, 0.7), (1.6, 1.85)),
    "Pole": ((0.2, 0.4), (0.2, 0.4), (2.0, 4.0)),
    "Bush": ((0.8, 3.0), (0.8, 1.5), (0.6, 2.0)),
}
# The solid parts of an object: (low, high) along its length, width and height, in shares from its rear, right, bottom.
PARTS = {
    "Car": (((0, 1), (0, 1), (0, 0.6)), ((0.08, 0.7), (0.05, 0.95), (0.6, 1))),
    "Van": (((0, 0.8), (0, 1), (0, 1)), ((0.8, 1), (0, 1), (0, 0.5))),
    "Pedestrian": (((0.1, 0.9), (0, 1), (0, 0.85)), ((0.3, 0.7), (0.3, 0.7), (0.85, 1))),
    "Cyclist": (((0, 1), (0.3, 0.7), (0, 0.55)), ((0.25, 0.6), (0, 1), (0.35, 1))),
    "Pole": (((0, 1), (0, 1), (0, 1)),),
    "Bush": (((0, 1), (0, 1), (0, 1)),),
}
TRIES = 20  # places that are tried for an object
NEAR, SIGHT = 6.0, 0.75  # the nearest object in metres; how far to the side the camera sees, over the way ahead
GAP = 0.5  # metres between objects
ALONG = {"Car": 0.7, "Van": 0.7, "Cyclist": 0.5}  # how many drive along the street, in either direction
LOWEST, HIGHEST, SIDE = -24.8, 2.0, 42.0  # degrees of rays
FARTHEST, LOST = 80.0, 0.05  # metres of the longest ray; the share of rays that do not come back
SHOWN, PARTLY = 0.7, 0.35  # shares of an object that is seen as a whole, and in large part


Mean = bounds.NotNegative
Means = tuple[Mean, Mean, Mean, Mean, Mean, Mean]


@dataclasses.dataclass(frozen=True)
class Streets:
    """Made-up scenes with cars, vans, pedestrians, cyclists, poles and bushes.

    Args:
        train: The scenes to train on.
        test: The scenes to test on.
        seed: The seed of the drawing.
        reach: How far away objects stand, in metres, more than 7.
        objects: The mean numbers of cars, vans, pedestrians, cyclists, poles and bushes in a scene.
        beams: Rays above one another.
        step: The angle between neighbouring rays, in degrees.
        noise: The standard deviation of a distance, in metres.
    """

    train: bounds.Count = 200
    test: bounds.Count = 80
    seed: bounds.CountOrZero = 0
    reach: bounds.Positive = 32.0
    objects: Means = (4.0, 0.5, 4.0, 3.0, 2.0, 2.0)
    beams: bounds.Count = 48
    step: bounds.Positive = 0.35
    noise: bounds.NotNegative = 0.02

    def __post_init__(self) -> None:
        typed.check(self)
        if self.reach <= NEAR + 1:
            raise ValueError(
                f"reach is {self.reach:g}, expected more than {NEAR + 1:g} m: the nearest object and a metre"
            )


def write(folder: str | os.PathLike, spec: Streets, progress: Callable[[int, int], None]) -> kitti.KITTI:
    """Writes the scenes below `folder`, or completes them; calls progress(scenes done, scenes in all).

    The lists are written last, so an unfinished set cannot be read. ValueError if the folder holds a set of another
    spec.
    """
    root = pathlib.Path(folder)
    synthetic.claim(root, {"version": VERSION, **dataclasses.asdict(spec)})
    home = root / kitti.PART
    for part in (home / "velodyne", home / "label_2", home / "calib", root / kitti.LISTS):
        part.mkdir(parents=True, exist_ok=True)
        files.clear(part)
    count = spec.train + spec.test
    for number in range(count):
        _write(kitti.Scene(str(home), _name(number)), spec, number)
        progress(number + 1, count)
    for name, numbers in (("train", range(spec.train)), ("val", range(spec.train, count))):
        text = "".join(f"{_name(number)}\n" for number in numbers)
        path = root / kitti.LISTS / f"{name}.txt"
        if not path.is_file() or path.read_text() != text:
            files.write_text(path, text)
    return kitti.KITTI(os.fspath(root))


def draw(spec: Streets, number: int) -> tuple[np.ndarray, kitti.Objects]:
    """The points f32[n, 4] of a scene, and its labels."""
    rng = np.random.default_rng((spec.seed, number))
    types, placed = _placed(spec, rng)
    points, seen, counts = _scan(spec, rng, types, placed)
    ours = np.array([kind in kitti.TYPES for kind in types], bool)
    kinds = [kind for kind in types if kind in kitti.TYPES]
    objects = _CALIBRATION.objects(kinds, placed[ours], np.ones(len(kinds)), kitti.SIZE)
    hidden = np.where(seen >= SHOWN, 0, np.where(seen >= PARTLY, 1, 2))[ours]
    objects = _unknown(dataclasses.replace(objects, occluded=hidden), counts[ours] < FEWEST)
    height = objects.rectangles[:, 3] - objects.rectangles[:, 1]
    return points, objects.chosen((objects.truncated < 1) & (height >= 1))


def _placed(spec: Streets, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Types of objects and their boxes f64[n, 7], which stand on the ground and apart."""
    wanted = [kind for kind, mean in zip(SIZES, spec.objects, strict=True) for _ in range(rng.poisson(mean))]
    types, placed = list[str](), np.zeros((0, 7))
    for kind in wanted:
        sizes = np.array([rng.uniform(*ends) for ends in SIZES[kind]])
        for _ in range(TRIES):
            x, turn = rng.uniform(NEAR, spec.reach - 1), rng.uniform(-np.pi, np.pi)
            if kind in ALONG and rng.random() < ALONG[kind]:
                turn = np.pi * rng.integers(2) + rng.normal(0, 0.15)
            y = rng.uniform(-1, 1) * min(spec.reach / 2 - 1, SIGHT * x)
            box = np.array([[x, y, GROUND + sizes[2] / 2, *sizes, turn]])
            room = box + np.array([0, 0, 0, GAP, GAP, 0, 0])
            if not boxes.shared_areas(room[:, boxes.FLAT], placed[:, boxes.FLAT]).any():
                types.append(kind)
                placed = np.concatenate([placed, box])
                break
    return types, placed


def _scan(
    spec: Streets, rng: np.random.Generator, types: list[str], placed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(points f32[n, 4], the share of each object's own rays that nothing stops before it, its points)."""
    rays = _rays(spec)
    ground = np.where(rays[:, 2] < 0, GROUND / np.minimum(rays[:, 2], -boxes.EDGE), np.inf)
    alone = np.stack([np.full(len(rays), np.inf), *(_hits(rays, *pair) for pair in zip(types, placed, strict=True))])
    nearest = alone.argmin(axis=0)
    distance = np.minimum(alone.min(axis=0), ground)
    first = np.where(alone.min(axis=0) <= ground, nearest, 0)  # 0 is the ground, and n the nth object
    hit = np.isfinite(distance) & (distance < FARTHEST) & (rng.random(len(rays)) > LOST)
    counts = np.bincount(first[hit], minlength=len(types) + 1)[1:]
    own = np.isfinite(alone[1:]).sum(axis=1)
    mine = np.array([(first == number + 1).sum() for number in range(len(types))])
    bright = rng.uniform(0.1, 0.9, len(types) + 1)[first[hit]] + rng.normal(0, 0.05, int(hit.sum()))
    measured = distance[hit] + rng.normal(0, spec.noise, int(hit.sum()))
    points = np.concatenate([rays[hit] * measured[:, None], bright[:, None].clip(0, 1)], axis=1)
    return points.astype("<f4"), mine / np.maximum(own, 1), counts


def _rays(spec: Streets) -> np.ndarray:
    """Directions f64[rays, 3] of length 1, before the LiDAR."""
    up = np.radians(np.linspace(LOWEST, HIGHEST, spec.beams))[:, None]
    round_ = np.radians(np.arange(-SIDE, SIDE, spec.step))[None]
    ways = np.cos(up) * np.cos(round_), np.cos(up) * np.sin(round_), np.sin(up) + 0 * round_
    return np.stack(ways, axis=-1).reshape(-1, 3)


def _hits(rays: np.ndarray, kind: str, box: np.ndarray) -> np.ndarray:
    """How far along each ray f64[rays, 3] from the origin an object begins, f64[rays]; infinite where it misses."""
    ways = np.concatenate([boxes.turned(rays[:, :2], -box[6]), rays[:, 2:]], axis=1)
    start = np.concatenate([boxes.turned(-box[:2], -box[6]), -box[2:3]])
    with np.errstate(divide="ignore"):
        slope = 1 / ways
    found = np.full(len(rays), np.inf)
    for part in PARTS[kind]:
        ends = (np.array(part) - 0.5) * box[3:6, None]
        times = (ends.T[:, None] - start) * slope  # of (low, high) sides, f64[2, rays, 3]
        enter, leave = times.min(axis=0).max(axis=1), times.max(axis=0).min(axis=1)
        found = np.where((enter <= leave) & (enter > 0), np.minimum(found, enter), found)
    return found


def _unknown(objects: kitti.Objects, which: np.ndarray) -> kitti.Objects:
    """The objects, some of them as regions of which nobody knows, as KITTI writes these."""
    types = tuple(kitti.DONT_CARE if one else kind for kind, one in zip(objects.types, which, strict=True))
    nowhere = np.array([-1000.0, -1000.0, -1000.0, -1.0, -1.0, -1.0, -10.0])
    places = np.where(which[:, None], nowhere, objects.places)
    hidden, cut = (
        np.where(which, -1, objects.occluded),
        np.where(which & (objects.truncated < 1), -1, objects.truncated),
    )
    return dataclasses.replace(objects, types=types, occluded=hidden, truncated=cut, places=places)


def _write(scene: kitti.Scene, spec: Streets, number: int) -> None:
    """The files of a scene. The calibration is the last one: where it is, the others are."""
    done = scene.path("calib", ".txt")
    if done.is_file():
        return
    points, objects = draw(spec, number)
    with files.whole(scene.path("velodyne", ".bin"), sync=False) as part:
        points.tofile(part)
    files.write_text(scene.path("label_2", ".txt"), kitti.write_labels(objects))
    files.write_text(done, CALIBRATION)


def _name(number: int) -> str:
    return f"{number:06}"


_CALIBRATION = kitti.parsed(CALIBRATION, "the calibration of made-up scenes")
