"""Average precision of detections as KITTI's benchmark measures it (Geiger et al., CVPR 2012), by its devkit's rules.

| | easy | moderate | hard |
|---|---|---|---|
| least height in the picture, pixels | 40 | 25 | 25 |
| occluded at most | 0 | 1 | 2 |
| truncated at most | 0.15 | 0.30 | 0.50 |

- Objects beyond these bounds count neither as found nor as missed, and neither do those of a similar class: vans for
  cars, sitting persons for pedestrians.
- Detections whose rectangle in the picture is lower than the least height count neither as right nor as wrong.
- Nor do those that lie in a region of which nobody knows (DontCare). Such a region has a rectangle in the picture and
  no place, so this rule applies to overlaps in the picture alone.
- A detection is right if it overlaps an object of its class by more than the class demands: 0.7 for cars, 0.5 for
  pedestrians and cyclists.

Precision is measured at the scores at which the recall is closest to 0, 1/40, ..., 1. R11 is the mean of every fourth
of the 41 values (until 2019), R40 that of the last 40 (since; Simonelli et al., ICCV 2019). Each value is the best
precision at that recall or a higher one.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from rt3d_jax.data.lidar import anchors, boxes, kitti

Metric = Literal["3D", "BEV", "2D"]
METRICS: tuple[Metric, ...] = ("3D", "BEV", "2D")
SAMPLES = 41
SIMILAR = {"Car": "Van", "Pedestrian": "Person_sitting"}
COUNTS, IGNORED, ELSE = 0, 1, -1  # objects and detections: of the class, ignored, of another class


@dataclasses.dataclass(frozen=True)
class Level:
    """A difficulty: what an object must be to count."""

    height: float
    occluded: int
    truncated: float


LEVELS = {"easy": Level(40, 0, 0.15), "moderate": Level(25, 1, 0.30), "hard": Level(25, 2, 0.50)}


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """The objects of a scene, and what was detected in it."""

    objects: kitti.Objects
    found: kitti.Objects


@dataclasses.dataclass(frozen=True)
class Precision:
    """The precision f at the 41 recalls, each from 0 to 1."""

    values: tuple[float, ...]

    @property
    def r11(self) -> float:
        """In percent."""
        return 100 * float(np.mean(self.values[::4]))

    @property
    def r40(self) -> float:
        """In percent."""
        return 100 * float(np.mean(self.values[1:]))


def average(frames: Sequence[Frame], name: str, level: Level, metric: Metric) -> Precision | None:
    """The precision of a class. None where no object of it counts at this level."""
    told = [_told(frame, name, level, metric) for frame in frames]
    count = sum(int((one.objects == COUNTS).sum()) for one in told)
    if not count:
        return None
    least = anchors.KINDS[name].overlap
    hits = np.concatenate([one.scores[_hits(one, least)] for one in told])
    values = np.zeros(SAMPLES)
    for place, bound in enumerate(bounds(np.sort(hits)[::-1], count)):
        right, wrong = np.sum([_counted(one, least, bound) for one in told], axis=0)
        values[place] = right / max(1, right + wrong)
    return Precision(tuple(np.maximum.accumulate(values[::-1])[::-1].tolist()))


def bounds(scores: np.ndarray, count: int) -> list[float]:
    """The scores at which the recall of `count` objects is closest to 0, 1/40, ...; scores: of hits, falling."""
    found, recall = list[float](), 0.0
    for place, score in enumerate(scores.tolist()):
        last = place == len(scores) - 1
        here, then = (place + 1) / count, (place + (1 if last else 2)) / count
        if then - recall < recall - here and not last:
            continue
        found.append(score)
        recall += 1 / (SAMPLES - 1)
    return found


def table(frames: Sequence[Frame], classes: Sequence[str]) -> dict[tuple[str, str, Metric], Precision]:
    """The precision by class, difficulty and metric, where any object counts."""
    found = {}
    for name in classes:
        for difficulty, level in LEVELS.items():
            for metric in METRICS:
                if (value := average(frames, name, level, metric)) is not None:
                    found[name, difficulty, metric] = value
    return found


@dataclasses.dataclass(frozen=True, eq=False)
class _Told:
    """A frame for one class, level and metric.

    objects: i[n] and detections: i[m], as COUNTS, IGNORED or ELSE. overlaps: f64[m, n]. scores: f64[m]. unknown:
    bool[m], which detections lie in a region of which nobody knows.
    """

    objects: np.ndarray
    detections: np.ndarray
    overlaps: np.ndarray
    scores: np.ndarray
    unknown: np.ndarray


def _told(frame: Frame, name: str, level: Level, metric: Metric) -> _Told:
    objects, found = frame.objects, frame.found
    mine, similar = (np.array([kind == one for kind in objects.types], bool) for one in (name, SIMILAR.get(name)))
    height = objects.rectangles[:, 3] - objects.rectangles[:, 1]
    beyond = (objects.occluded > level.occluded) | (objects.truncated > level.truncated) | (height < level.height)
    low = (found.rectangles[:, 3] - found.rectangles[:, 1]).astype(np.int64) < level.height
    own = np.array([kind == name for kind in found.types], bool)
    regions = objects.rectangles[np.array([kind == kitti.DONT_CARE for kind in objects.types], bool)]
    unknown = np.zeros(len(found), bool)
    if metric == "2D" and len(regions):
        size = (found.rectangles[:, 2:] - found.rectangles[:, :2]).prod(axis=1)
        shares = boxes.meeting(found.rectangles, regions) / np.maximum(size, boxes.EDGE)[:, None]
        unknown = (shares > anchors.KINDS[name].overlap).any(axis=1)
    return _Told(
        np.where(mine & ~beyond, COUNTS, np.where(mine | similar, IGNORED, ELSE)),
        np.where(low, IGNORED, np.where(own, COUNTS, ELSE)),
        _OVERLAPS[metric](found, objects),
        found.scores,
        unknown,
    )


def _hits(told: _Told, least: float) -> np.ndarray:
    """The detections that are right, each object taking the one of the highest score; by which recalls are found."""
    found, taken = list[int](), np.zeros(len(told.scores), bool)
    for number, kind in enumerate(told.objects):
        if kind == ELSE:
            continue
        free = (told.detections != ELSE) & ~taken & (told.overlaps[:, number] > least)
        if free.any():
            best = int(np.where(free, told.scores, -np.inf).argmax())
            taken[best] = True
            if kind == COUNTS and told.detections[best] == COUNTS:
                found.append(best)
    return np.array(found, np.int64)


def _counted(told: _Told, least: float, bound: float) -> tuple[int, int]:
    """How many detections of at least this score are right and wrong, each object taking the one that overlaps most."""
    above = told.scores >= bound
    right, taken = 0, np.zeros(len(told.scores), bool)
    for number, kind in enumerate(told.objects):
        if kind == ELSE:
            continue
        free = above & ~taken & (told.detections == COUNTS) & (told.overlaps[:, number] > least)
        if free.any():
            taken[int(np.where(free, told.overlaps[:, number], -np.inf).argmax())] = True
            right += kind == COUNTS
    wrong = above & ~taken & (told.detections == COUNTS) & ~told.unknown
    return right, int(wrong.sum())


def _in_picture(found: kitti.Objects, objects: kitti.Objects) -> np.ndarray:
    return boxes.upright_overlaps(found.rectangles, objects.rectangles)


def _from_above(found: kitti.Objects, objects: kitti.Objects) -> np.ndarray:
    return boxes.flat_overlaps(found.boxes[:, boxes.FLAT], objects.boxes[:, boxes.FLAT])


def _in_space(found: kitti.Objects, objects: kitti.Objects) -> np.ndarray:
    return boxes.solid_overlaps(found.boxes, objects.boxes)


_OVERLAPS: dict[Metric, Callable[[kitti.Objects, kitti.Objects], np.ndarray]] = {
    "3D": _in_space,
    "BEV": _from_above,
    "2D": _in_picture,
}
