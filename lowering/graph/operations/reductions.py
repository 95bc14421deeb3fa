"""Sums and maxima over positions and channels of a feature map."""

import dataclasses
from typing import Literal

import numpy as np

from lowering.graph.operations import base, pointwise


@dataclasses.dataclass(frozen=True, eq=False)
class Reduce(base.Op):
    """The sum times `factor`, or the maximum, of an expression at every place of a feature map.

    groups: equal shares of the channels, each of which becomes one number. pixels: whether a frame's pixels are taken
    together; frames: whether all frames are too. Then the result is a vector, else a feature map. of: the expression,
    which reads all inputs; None: the one input itself.
    """

    kind: Literal["sum", "max"]
    groups: int
    pixels: bool
    frames: bool
    factor: float = 1.0
    of: pointwise.Pointwise | None = None
    arity = (1, 1 << 30)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        frames, height, width, channels = base.need_feature_map(self._seen(inputs))
        if channels % self.groups or (self.frames and not self.pixels):
            raise base.GraphError(f"takes {channels} channels in {self.groups} groups, frames without their pixels")
        if self.frames:
            return (self.groups,)
        return (frames, 1, 1, self.groups) if self.pixels else (frames, height, width, self.groups)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        x = inputs[0] if self.of is None else self.of.apply(inputs)
        grouped = x.reshape(*x.shape[:3], self.groups, -1)
        axes = (*((0,) if self.frames else ()), *((1, 2) if self.pixels else ()), 4)
        found = grouped.max(axes) if self.kind == "max" else grouped.sum(axes) * self.factor
        return found.reshape(self.shape([each.shape for each in inputs]))

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        given = all(inputs) if self.of is None else self.of.gives_nonnegative(inputs)
        return given and self.factor >= 0

    @property
    def note(self) -> str:
        return f"{self.kind}{f' of {self.of.note}' if self.of else ''} in {self.groups} groups"

    def _seen(self, inputs: list[base.Shape]) -> base.Shape:
        return inputs[0] if self.of is None else self.of.shape(inputs)
