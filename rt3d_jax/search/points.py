"""Points of a search: one value for each of several choices, and what became of those that were tried."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Point = tuple[int, ...]  # for each choice the number of its value


@dataclasses.dataclass(frozen=True)
class Choice:
    """One decision, with its values in words. The first value is what the experiment itself says.

    group, starts: the first proposals try the values `starts` in all choices of a group at once.
    """

    name: str
    values: tuple[str, ...]
    group: str = ""
    starts: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Told:
    """What became of a point.

    gain: its score, of which more is better; None where the network was refused before it was trained. latency: in the
    unit of the bound; None if no network of this point could be tried. over: how far the latency lies above the bound,
    as a share of it; 0 or less keeps the bound.
    """

    point: Point
    gain: float | None
    latency: float | None
    over: float

    @property
    def kept(self) -> bool:
        """Whether it was trained and keeps the bound."""
        return self.gain is not None and self.over <= 0


# propose(choices, told, count, seed) -> points, the most wanted first. A pure function: who proposes remembers nothing,
# so that a stopped search goes on as if it had not been stopped.
Proposer = Callable[[Sequence[Choice], Sequence[Told], int, int], list[Point]]


def generator(seed: int, told: Sequence[Told]) -> np.random.Generator:
    """Random numbers that differ from proposal to proposal, and are the same whenever one is made again."""
    return np.random.default_rng((seed, len(told)))


def drawn(choices: Sequence[Choice], rng: np.random.Generator) -> Point:
    """A point in which every value is as likely."""
    return tuple(int(rng.integers(len(choice.values))) for choice in choices)


def word(value: Any) -> str:
    """The value of a choice: a number with few digits, or what else it is."""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def words(choices: Sequence[Choice], point: Point) -> dict[str, str]:
    """The values of a point by the names of the choices."""
    return {choice.name: choice.values[number] for choice, number in zip(choices, point, strict=True)}


def one_hot(choices: Sequence[Choice], points: Sequence[Point]) -> np.ndarray:
    """f32[points, sum of the numbers of values]: 1 for each value that a point has."""
    starts = np.cumsum([0, *(len(choice.values) for choice in choices)])
    found = np.zeros((len(points), int(starts[-1])), np.float32)
    for row, point in zip(found, points, strict=True):
        row[starts[:-1] + np.asarray(point, int)] = 1
    return found
