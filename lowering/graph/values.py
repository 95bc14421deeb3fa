"""What stands for JAX's arrays during the trace, and what a rule for a primitive needs of the tracer."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from lowering.graph import ops, views

Equation = Any  # a jax.extend.core.JaxprEqn: the walk alone imports jax
Axes = Sequence[Sequence[int]]  # for each axis of a value, the axes of JAX's array that it is made of


class NoKernel(Exception):
    """Our kernels do not compute this. The message says why, as the end of a sentence."""


@dataclasses.dataclass(frozen=True, eq=False)
class Ref:
    """An array that the network's inputs decide: a node's result, and how the array lies in it."""

    node: str
    view: views.View
    dtype: str = "float32"

    @property
    def shape(self) -> tuple[int, ...]:
        """As JAX sees it."""
        return self.view.shape

    @property
    def is_map(self) -> bool:
        """Whether the node gives a feature map."""
        return len(self.view.value) == 4

    @property
    def is_vector(self) -> bool:
        """Whether it is a flat f32 array of one axis that counts, such as f32[1, K]."""
        return not self.is_map and self.dtype == "float32" and sum(size > 1 for size in self.shape) <= 1


@dataclasses.dataclass(frozen=True, eq=False)
class Const:
    """An array that only weights decide, and the name of the weight that it came from."""

    value: np.ndarray
    name: str | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape


class Tracer(Protocol):
    """What a rule needs of the walk."""

    def inside(self, body: Any, inputs: Sequence[Any]) -> list[Any]:
        """The results of a closed jaxpr, walked operation by operation."""
        ...

    def apply(self, function: Callable[..., Any], inputs: Sequence[Any]) -> list[Any]:
        """The results of a JAX function, which gives a sequence, walked operation by operation."""
        ...

    def add(self, name: str, op: ops.Op, inputs: Sequence[Ref]) -> str:
        """Appends a node named after `name`, and gives the name that it got."""
        ...

    def is_own(self, x: Ref) -> bool:
        """Whether our kernels compute place by place on it: a feature map, or a vector that no piece of JAX gives."""
        ...

    def as_map(self, x: Ref, axes: Axes) -> Ref:
        """The array as a feature map whose frames, height, width and channels are made of these axes."""
        ...

    def as_flat(self, x: Ref) -> Ref:
        """The array as a flat one, its elements in row-major order."""
        ...

    def unfolded(self, x: Ref) -> Ref:
        """The array flat in the order of its node's memory, in which a feature map has channels last."""
        ...


def weight(x: Any) -> np.ndarray:
    """The values of an operand that must be a constant, in f32."""
    if not isinstance(x, Const):
        raise NoKernel("its kernel depends on the network's inputs")
    return np.asarray(x.value, np.float32)


def computed(x: Any) -> Ref:
    """An operand that must depend on the network's inputs, in f32."""
    if not isinstance(x, Ref):
        raise NoKernel("a weight stands where our kernels read a feature map")
    if x.dtype != "float32":
        raise NoKernel(f"it computes in {x.dtype}, our kernels in float32")
    return x


def name(constant: Any, otherwise: str) -> str:
    """What a node is called after its weight."""
    return (constant.name if isinstance(constant, Const) else None) or otherwise
