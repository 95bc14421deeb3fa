"""One viewer: which networks are shown, what they say of each frame, and how long that takes."""

import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from rt3d_jax.live import predictors


@dataclasses.dataclass(frozen=True)
class Alert:
    """A class to warn of, where its probability is at least `above`."""

    label: str
    above: float

    def check(self, labels: Sequence[str]) -> None:
        """ValueError unless it is one of the classes."""
        if self.label not in labels:
            raise ValueError(f"--alert is {self.label!r}, expected one of the classes: {', '.join(labels)[:300]}")


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a network says of a frame: the probability of each class, None while it has seen too little; and in what
    time, in ms.
    """

    name: str
    scores: np.ndarray | None
    ms: float

    def json(self) -> dict[str, Any]:
        """Plain values for the page."""
        scores = None if self.scores is None else [round(float(one), 4) for one in self.scores]
        return {"name": self.name, "scores": scores, "ms": round(self.ms, 3)}


class Viewer:
    """All networks follow the frames, so that one that is switched to answers at once."""

    def __init__(self, networks: Sequence[predictors.Network], seconds: float | None):
        self._predictors = [predictors.follow(one, seconds) for one in networks]
        self.shown = {networks[0].name}

    def show(self, names: Sequence[str]) -> None:
        """Answers are wanted of these networks alone. ValueError for a name of none."""
        known = [one.network.name for one in self._predictors]
        strange = [name for name in names if name not in known]
        if strange:
            raise ValueError(f"no network {strange[0]!r}, expected one of {', '.join(known)}")
        self.shown = set(names)

    def see(self, frame: np.ndarray, at: float) -> list[Answer]:
        """The answers of the networks that are shown to a frame, uint8[height, width, 3], at a time in seconds."""
        answers = []
        for predictor in self._predictors:
            began, wanted = time.perf_counter(), predictor.network.name in self.shown
            scores = predictor.feed(frame, at, wanted)
            if wanted:
                answers.append(Answer(predictor.network.name, scores, 1e3 * (time.perf_counter() - began)))
        return answers

    def reset(self) -> None:
        """Forgets all frames."""
        for predictor in self._predictors:
            predictor.reset()


def best(scores: np.ndarray, count: int) -> list[int]:
    """The numbers of the most probable classes, the best one first."""
    return np.argsort(-scores, kind="stable")[:count].tolist()
