"""From a detector's numbers to boxes: decoding, a bound on scores, and rotated non-maximum suppression."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from lowering.system import bounds, typed
from rt3d_jax.data.lidar import anchors, boxes


@dataclasses.dataclass(frozen=True)
class Keep:
    """Which boxes are given as detections.

    Args:
        score: The least score.
        overlap: Of two boxes of a class that overlap more from above (intersection over union), the worse one goes.
        before: The most boxes of a class that are compared, the best ones.
        most: The most detections of a class.
    """

    score: bounds.Fraction = 0.1
    overlap: bounds.Fraction = 0.01
    before: bounds.Count = 512
    most: bounds.Count = 100

    def __post_init__(self) -> None:
        typed.check(self)


@dataclasses.dataclass(frozen=True, eq=False)
class Detections:
    """types: n classes. boxes: f64[n, 7] of the LiDAR, see data.lidar.boxes. scores: f64[n] from 0 to 1."""

    types: tuple[str, ...]
    boxes: np.ndarray
    scores: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Answer:
    """What a network says of one scene: scores f[rows, columns, A] from 0 to 1, offsets f[rows, columns, A, 7], and how
    likely each heading is opposite to its anchor's, f[rows, columns, A].
    """

    scores: np.ndarray
    offsets: np.ndarray
    directions: np.ndarray


def detect(answer: Answer, placed: np.ndarray, classes: Sequence[str], keep: Keep) -> Detections:
    """The detections of a scene, class by class, each with the best first. placed: the anchors, see anchors.place."""
    per = len(anchors.YAWS)
    types, found, scores = list[str](), [np.zeros((0, 7))], [np.zeros(0)]
    for number, name in enumerate(classes):
        mine = np.s_[:, :, per * number : per * (number + 1)]
        likely = answer.scores[mine].reshape(-1).astype(np.float64)
        best = np.argsort(-likely, kind="stable")[: keep.before]
        best = best[likely[best] >= keep.score]
        offsets, directions = answer.offsets[mine].reshape(-1, 7)[best], answer.directions[mine].reshape(-1)[best]
        decoded = anchors.decode(offsets, directions > 0.5, placed[mine].reshape(-1, 7)[best])
        stay = boxes.suppressed(decoded[:, boxes.FLAT], likely[best], keep.overlap)[: keep.most]
        types += [name] * len(stay)
        found.append(decoded[stay])
        scores.append(likely[best][stay])
    return Detections(tuple(types), np.concatenate(found), np.concatenate(scores))
