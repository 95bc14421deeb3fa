"""What every operation says of itself."""

import abc
from collections.abc import Sequence

import numpy as np

from lowering.graph.operations import windows

Shape = tuple[int, ...]
Window = windows.Window
Padding = windows.Padding


class GraphError(ValueError):
    """A graph that no backend could run: the message names the node and what is wrong with it."""


class Op(abc.ABC):
    """What a node computes. Shapes leave out the batch axis.

    passes_channels: whether each channel of the result depends on that channel of its one input alone, and is zero
    where that is zero.
    arity: the least and the most values that it reads.
    """

    passes_channels = False
    arity = (1, 1)

    @abc.abstractmethod
    def shape(self, inputs: list[Shape]) -> Shape:
        """Shape of the result for inputs of these shapes.

        GraphError, without the node's name, if it cannot read them.
        """

    @abc.abstractmethod
    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        """The result in f64 for inputs f64 of the right shapes: the oracle that every backend is held against."""

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulates for a result of this shape, padding included (1 MAC = 2 FLOPs)."""
        return 0

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        """Whether no value of the result is below zero, given whether that is known of each input."""
        return False

    @property
    def note(self) -> str:
        """What a printed graph says of it, beside its name and shape."""
        return ""


def need_same(shape: Shape, added: Sequence[Shape]) -> Shape:
    """The shape of a result, if all that is added to it has that shape; else GraphError."""
    for other in added:
        if other != shape:
            raise GraphError(f"of shape {shape} adds a value of shape {other}; they must be the same")
    return shape


def need_feature_map(shape: Shape) -> Shape:
    """The shape, if it is a feature map's; else GraphError."""
    if len(shape) != 4:
        raise GraphError(f"wants a feature map and reads {shape}")
    return shape
