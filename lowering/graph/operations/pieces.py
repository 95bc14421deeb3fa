"""What JAX itself writes: pieces of the network that have no kernel of ours, and how values get in and out of them.

Pieces read and give flat arrays, the elements of an array of JAX in row-major order.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from lowering.graph.operations import base, plain


class Program(Protocol):
    """A part of a JAX function (functions/programs.py)."""

    @property
    def inputs(self) -> Sequence[Any]:
        """Element types and sizes of what it reads."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Its operations, each once."""
        ...

    @property
    def types(self) -> frozenset[str]:
        """The element types of all that it reads, computes and gives."""
        ...

    @property
    def arguments(self) -> tuple[np.ndarray, ...]:
        """The constants that the function of `text` takes after the inputs."""
        ...

    def text(self, name: str) -> list[str]:
        """Lines of a private function @name, and of those that it calls, in StableHLO."""
        ...

    def __call__(self, *inputs: Any) -> Sequence[Any]:
        """The results, flat, for flat inputs."""
        ...


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why an operation of JAX is no kernel of ours. where: the line of the user's source, "" if unknown."""

    operation: str
    why: str
    where: str = ""
    macs: int = 0


@dataclasses.dataclass(frozen=True, eq=False)
class Piece(base.Op):
    """One result of a part of the network that JAX writes as StableHLO and IREE compiles.

    Nodes of one program read the same values; the program runs once for all of them.

    result: which of the program's results. size, dtype: of that. reasons: for the program's operations. Once pieces are
    joined, only the first result has them.
    """

    program: Program
    result: int
    size: int
    dtype: str
    reasons: tuple[Reason, ...] = ()

    arity = (0, 1 << 30)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        sizes = [math.prod(each.shape) for each in self.program.inputs]
        if [(size,) for size in sizes] != inputs:
            raise base.GraphError(f"reads flat arrays of {sizes} elements and is given {inputs}")
        return (self.size,)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        given = [x.astype(each.dtype) for x, each in zip(inputs, self.program.inputs, strict=True)]
        return np.asarray(self.program(*given)[self.result])

    def macs(self, shape: base.Shape) -> int:
        return sum(reason.macs for reason in self.reasons)

    @property
    def note(self) -> str:
        return f"{self.dtype}  {', '.join(self.program.names)}"


@dataclasses.dataclass(frozen=True)
class ToMap(base.Op):
    """A flat array f32[D*H*W*C] as a feature map of shape `to`, (D, H, W, C).

    split: what the map becomes in the same kernel, if anything.
    """

    to: base.Shape
    split: plain.SpaceToDepth | None = None

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        if inputs[0] != (math.prod(self.to),):
            raise base.GraphError(f"lays {math.prod(self.to)} elements as {self.to} and reads {inputs[0]}")
        return self.split.shape([self.to]) if self.split else self.to

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        x = inputs[0].reshape(self.to)
        return self.split.apply([x]) if self.split else x

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs)


@dataclasses.dataclass(frozen=True)
class Results(base.Op):
    """What a network gives that has several results, or one in another form than f32[1, ...]. Nothing reads it.

    names: of the results, such as "boxes" for an entry of a dict. shapes, dtypes: as JAX gives them. They lie flat.
    states: of a step of a stream, the names of its states. What they are in the next step comes behind the results.
    rounded: which results are integers made of floats, such as 8-bit pixels: what is computed in another order may come
    out one step beside. () if none is.
    """

    names: tuple[str, ...]
    shapes: tuple[base.Shape, ...]
    dtypes: tuple[str, ...]
    states: tuple[str, ...] = ()
    rounded: tuple[bool, ...] = ()

    arity = (1, 1 << 30)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        sizes = [math.prod(shape) for shape in self.shapes]
        given = inputs[: len(sizes)]
        if [math.prod(each) for each in given] != sizes:
            raise base.GraphError(f"gives arrays of {sizes} elements and reads {given}")
        if len(inputs) != len(sizes) + len(self.states):
            raise base.GraphError(f"reads {len(inputs) - len(sizes)} values for {len(self.states)} states")
        return (sum(sizes),)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        raise base.GraphError("gives several arrays; graph.interpret takes them apart")
