"""Choices without the test: examples that are left out of training and tested on instead."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated, TypeVar

import numpy as np

from lowering.system import typed

Example = TypeVar("Example")
Share = Annotated[float, typed.Check("a fraction above 0 and below 1", lambda value: 0 < value < 1)]


@dataclasses.dataclass(frozen=True)
class Held:
    """A share of the training examples is not trained on and takes the place of the test examples.

    So what is chosen by the score, as in a search, is chosen without the test.

    Args:
        share: The share of the training examples.
        seed: The seed by which they are drawn.
    """

    share: Share = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        typed.check(self)

    def split(self, examples: Sequence[Example]) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
        """(trained on, tested on), each in the order in which they come. ValueError for fewer than two examples."""
        if len(examples) < 2:
            raise ValueError(f"there are {len(examples)} training examples, expected at least 2 to hold some out")
        count = min(max(1, round(self.share * len(examples))), len(examples) - 1)
        held = set(np.random.default_rng(self.seed).permutation(len(examples))[:count].tolist())
        parts = ([one for place, one in enumerate(examples) if (place in held) is tested] for tested in (False, True))
        trained, tested = map(tuple, parts)
        return trained, tested
