"""Augmentation of scans as in PointPillars, section 4.3: objects of other scenes, noise on objects and on the scene."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence

import numpy as np

from lowering.system import bounds, typed
from rt3d_jax.data.lidar import boxes, kitti

FEWEST = 5  # points of an object that is put into another scene
TRIES = 5  # draws of an object's noise until it stands apart from all others
KEPT = 2**14  # objects of other scenes that stay in memory
Stock = Mapping[str, Sequence[tuple[kitti.Scene, int]]]  # by class, objects by their scene and place in its labels


@dataclasses.dataclass(frozen=True)
class Augment:
    """What is random in a training scene. The defaults are the paper's, up to the rotation, which is SECOND's.

    Args:
        pasted: So many objects of each class are taken from other scenes, where there is room.
        object_turn: The largest rotation of an object about itself, in radians.
        object_shift: The standard deviation of an object's translation along each axis, in metres.
        flip: Whether left and right are exchanged in half of the scenes.
        turn: The largest rotation of a scene about the LiDAR, in radians.
        scale: The largest change of its scale.
        shift: The standard deviation of its translation along each axis, in metres.
    """

    pasted: tuple[bounds.CountOrZero, ...] = (15, 0, 8)
    object_turn: bounds.NotNegative = 0.157
    object_shift: bounds.NotNegative = 0.25
    flip: bool = True
    turn: bounds.NotNegative = 0.785
    scale: bounds.BelowOne = 0.05
    shift: bounds.NotNegative = 0.2

    def __post_init__(self) -> None:
        typed.check(self)


@dataclasses.dataclass(frozen=True, eq=False)
class Street:
    """points: f32[n, 4]. types, objects: the classes of its objects and their boxes f64[k, 7]. others: the boxes
    f64[m, 7] of objects that are not detected, such as vans, where no other object can stand.
    """

    points: np.ndarray
    types: tuple[str, ...]
    objects: np.ndarray
    others: np.ndarray

    def taken(self, box: np.ndarray, but: int | None = None) -> bool:
        """Whether a box f64[7] stands in another one, that of object number `but` aside."""
        objects = self.objects if but is None else np.delete(self.objects, but, axis=0)
        placed = np.concatenate([objects, self.others])
        return bool(boxes.shared_areas(box[None, boxes.FLAT], placed[:, boxes.FLAT]).any())


def augmented(street: Street, how: Augment, stock: Stock, classes: Sequence[str], rng: np.random.Generator) -> Street:
    """A training scene with all that is random in it."""
    for name, count in zip(classes, how.pasted, strict=True):
        street = pasted(street, name, count, stock, rng)
    return scene_noise(object_noise(street, how, rng), how, rng)


def pasted(street: Street, name: str, count: int, stock: Stock, rng: np.random.Generator) -> Street:
    """The scene with up to `count` objects of other scenes, at the places where they stood there.

    An object that would stand in another one is left out. Points of the scene that would lie in it go.
    """
    if not stock.get(name):
        return street
    for number in rng.integers(len(stock[name]), size=count):
        points, box = cut(*stock[name][number])
        if len(points) >= FEWEST and not street.taken(box):
            kept = street.points[~boxes.inside(street.points, box[None])[0]]
            found = np.concatenate([kept, points]), (*street.types, name), np.concatenate([street.objects, box[None]])
            street = Street(*found, street.others)
    return street


def object_noise(street: Street, how: Augment, rng: np.random.Generator) -> Street:
    """Every object turned about itself and moved, with its points, unless it would then stand in another one."""
    street = dataclasses.replace(street, points=street.points.copy(), objects=street.objects.copy())
    held = boxes.inside(street.points, street.objects)
    for number, box in enumerate(street.objects.copy()):
        for _ in range(TRIES):
            turn, shift = rng.uniform(-how.object_turn, how.object_turn), rng.normal(0, how.object_shift, 3)
            moved = box + np.array([*shift, 0, 0, 0, turn])
            if not street.taken(moved, but=number):
                away = street.points[held[number], :3] - box[:3]
                away[:, :2] = boxes.turned(away[:, :2], np.array(turn))
                street.points[held[number], :3] = away + moved[:3]
                street.objects[number] = moved
                break
    return street


def scene_noise(street: Street, how: Augment, rng: np.random.Generator) -> Street:
    """The whole scene mirrored, turned, scaled and moved."""
    points, objects, others = street.points.astype(np.float64), street.objects.copy(), street.others.copy()
    mirrored = how.flip and rng.random() < 0.5
    turn, scale = rng.uniform(-how.turn, how.turn), 1 + rng.uniform(-how.scale, how.scale)
    shift = rng.normal(0, how.shift, 3)
    for placed in (objects, others):
        placed[:, 6] = boxes.wrapped(np.where(mirrored, -1, 1) * placed[:, 6] + turn)
        placed[:, 3:6] *= scale
    for places in (points, objects, others):
        places[:, 1] *= -1 if mirrored else 1
        places[:, :2] = boxes.turned(places[:, :2], np.array(turn))
        places[:, :3] = places[:, :3] * scale + shift
    return Street(points.astype(np.float32), street.types, objects, others)


def read(scene: kitti.Scene, classes: Sequence[str]) -> Street:
    """A scene's points that the camera sees, and its objects, some classes of which are detected."""
    objects = kitti.labels(scene.path("label_2", ".txt"))
    objects = objects.chosen(np.array([kind != kitti.DONT_CARE for kind in objects.types], bool))
    ours = np.array([kind in classes for kind in objects.types], bool)
    placed = kitti.calibration(scene.path("calib", ".txt")).boxes(objects)
    return Street(kitti.seen(scene), objects.chosen(ours).types, placed[ours], placed[~ours])


def stock(scenes: Sequence[kitti.Scene], classes: Sequence[str]) -> dict[str, list[tuple[kitti.Scene, int]]]:
    """The objects that scenes may lend to others, by class. Only labels are read."""
    found: dict[str, list[tuple[kitti.Scene, int]]] = {name: [] for name in classes}
    for scene in scenes:
        for number, kind in enumerate(kitti.labels(scene.path("label_2", ".txt")).types):
            if kind in found:
                found[kind].append((scene, number))
    return found


@functools.lru_cache(maxsize=KEPT)
def cut(scene: kitti.Scene, number: int) -> tuple[np.ndarray, np.ndarray]:
    """The points f32[n, 4] of an object, and its box f64[7]."""
    objects = kitti.labels(scene.path("label_2", ".txt")).chosen(np.array([number]))
    box = kitti.calibration(scene.path("calib", ".txt")).boxes(objects)
    points = kitti.seen(scene)
    return points[boxes.inside(points, box)[0]], box[0]
