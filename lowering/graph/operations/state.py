"""What a step of a stream remembers of earlier ones."""

import dataclasses

import numpy as np

from lowering.graph.operations import base


@dataclasses.dataclass(frozen=True)
class State(base.Op):
    """What another value of the graph was a step ago: `Results.states` says which. Its node alone says its shape.

    fill: the number that it holds everywhere before the first step. dtype: float32, or int8 (integers.py).
    """

    fill: float = 0.0
    dtype: str = "float32"
    arity = (0, 0)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        raise base.GraphError("is a state, whose shape nothing else gives")

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        raise base.GraphError("is a state, whose values the last step gives")
