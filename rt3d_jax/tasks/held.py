"""Choices without the test: examples that are left out of training and tested on instead."""

import collections
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, TypeVar

import numpy as np

from lowering.system import typed

Example = TypeVar("Example")
Name = TypeVar("Name", str, int, str | int)
Share = Annotated[float, typed.Check("a fraction above 0 and below 1", lambda value: 0 < value < 1)]
VERSION = 2  # to be raised, with a rule in training/migrations.py, when the same seed draws others


@dataclasses.dataclass(frozen=True)
class Held:
    """A share of the training examples is not trained on and takes the place of the test examples.

    So what is chosen by the score, as in a search, is chosen without the test. Examples of one recording are alike, so
    that a network knows those that are held out if it trained on the others. Therefore a recording is held out as a
    whole, where the data set says which examples belong to one.

    Args:
        share: The share of the training examples.
        seed: The seed by which they are drawn.
        version: How they are drawn. Older runs have 1, which divided recordings; it is read, and draws no more.
    """

    share: Share = 0.2
    seed: int = 0
    version: Literal[1, 2] = VERSION

    def __post_init__(self) -> None:
        typed.check(self)

    def split(
        self, examples: Sequence[Example], recordings: Sequence[str | None] | None = None
    ) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
        """(trained on, tested on), each in the order in which they come.

        recordings: the recording of each example; None where nobody knows. An example of which nobody knows is one of
        its own. Recordings are held out in a random order, those that would be more than the share aside. Where all are
        too large, the smallest one is. ValueError for fewer than two recordings, and for an older version.
        """
        if self.version != VERSION:
            text = f"examples were held out by version {self.version} of the drawing, expected {VERSION}"
            raise ValueError(f"{text}; train again, in another folder")
        told = recordings or [None] * len(examples)
        names = [place if name is None else name for place, name in enumerate(told)]
        sizes = collections.Counter(names)
        if len(sizes) < 2:
            found = f"training examples: {len(examples)}, recordings: {len(sizes)}"
            raise ValueError(f"{found}, expected at least 2 recordings to hold some out")
        held = self._drawn(sizes, max(1, round(self.share * len(examples))))
        parts = (
            [one for name, one in zip(names, examples, strict=True) if (name in held) is tested]
            for tested in (False, True)
        )
        trained, tested = map(tuple, parts)
        return trained, tested

    def _drawn(self, sizes: Mapping[Name, int], most: int) -> set[Name]:
        """Some of the recordings, by their sizes, which are `most` examples or fewer, unless one alone is more."""
        names = list(sizes)
        held, room = set[Name](), most
        for place in np.random.default_rng(self.seed).permutation(len(names)).tolist():
            if sizes[names[place]] <= room and len(held) < len(names) - 1:
                held.add(names[place])
                room -= sizes[names[place]]
        return held or {min(names, key=lambda name: sizes[name])}
