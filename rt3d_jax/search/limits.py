"""The bound on latency: who says how long a network takes, and how a candidate is made to fit."""

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

import jax

from lowering.system import bounds, typed

Tree = Any
TRIES = 5  # estimates between the ends, while the densest candidate that fits is looked for
CLOSE = 0.97  # a candidate that fills this share of the room is dense enough


class Unmeasured(RuntimeError):
    """A network that does not compile, or does not run. It says nothing about others, as a missing compiler would."""


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """A pruned network to be timed. apply(params, *inputs) can be lowered; inputs: abstract arrays of a batch of 1."""

    apply: Callable[..., Any]
    params: Tree
    inputs: tuple[jax.ShapeDtypeStruct, ...]


class Meter(Protocol):
    """Says how long networks take on a target, in its `unit`.

    Unmeasured, from both methods, where it is the network's fault. Any other error stops the search.
    """

    @property
    def name(self) -> str:
        """The target, and how it is timed: a search goes on with a meter of the same name alone."""
        ...

    @property
    def unit(self) -> str:
        """Of what it says, such as "ms"."""
        ...

    def estimate(self, network: Network) -> float:
        """A cheap guess that need only be right up to a factor, the same for similar networks."""
        ...

    def measure(self, network: Network) -> float:
        """What the bound is held to."""
        ...


@dataclasses.dataclass(frozen=True)
class Bound:
    """What networks may take, in the unit of the meter.

    Args:
        most: The bound.
        margin: The share of it that stays free before a network is trained. Half of it is for what training changes: a
            trained network keeps other blocks. The other half is for measuring again.
    """

    most: bounds.Positive
    margin: bounds.BelowOne = 0.05

    def __post_init__(self) -> None:
        typed.check(self)

    @property
    def room(self) -> float:
        """What a network may take before it is trained."""
        return self.most * (1 - self.margin)

    def over(self, latency: float) -> float:
        """How far the latency of a trained network lies above what is accepted, as a share of the bound."""
        return latency / self.most - (1 - self.margin / 2)


def densest(cost: Callable[[float], float], low: float, high: float, room: float) -> float | None:
    """A density between low and high, close to the highest, whose cost is at most `room`. None if no density fits.

    cost(density) should rise with the density. It is asked at most TRIES + 2 times: at both ends, then where a line
    between the dearest that fits and the cheapest that does not meets the room. That line lies too far out where the
    cost rises most at first. So after tries in a row that did not fit, only a part of the way is taken.
    """
    if (dear := cost(high)) <= room:
        return high
    if (cheap := cost(low)) > room:
        return None
    missed = 0
    for _ in range(TRIES):
        if cheap >= CLOSE * room:
            break
        share = (room * (1 + CLOSE) / 2 - cheap) / max(dear - cheap, 1e-12) / (1 + missed)
        middle = low + min(max(share, 0.05), 0.95) * (high - low)
        found = cost(middle)
        if found <= room:
            low, cheap, missed = middle, found, 0
        else:
            high, dear, missed = middle, found, missed + 1
    return low
