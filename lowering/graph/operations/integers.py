"""Integers: activations of int8, what makes them of f32 and back, and how sums of int32 become one or the other.

A value q of int8 stands for q times the scale of its feature map or vector, so that zero is zero. All that is said here
is exact: each product and sum of f32 is rounded by itself, to the nearest number, and of two to the even one. Every
target gives the same integers as numpy.
"""

import dataclasses

import numpy as np

from lowering.graph.operations import base

LOWEST, LARGEST = -128, 127  # of activations
WEIGHT = 127  # the largest weight of a filter; none is below -127
SUM = 1 << 31  # what no sum reaches


@dataclasses.dataclass(frozen=True, eq=False)
class Rescale:
    """The end of an integer layer, which makes its result of sums i32[..., O], the bias i32[O] among them.

    t = sum, and with a residual r of int8: t = sum + i32(rint(f32(r) * residual[o]))
    v = f32(t) * factors[o]
    narrow: int8, clip(rint(v), 0 with a ReLU, else -128; 127). Otherwise f32, max(v, 0) with a ReLU, else v.

    factors: f32[O], the unit of the sums in that of the result. residual: f32[O], the residual's unit in that of the
    sums, at most 2^14, or None. nonnegative: whether the layer's input is known to hold no number below zero, by which
    some kernels gain.
    """

    factors: np.ndarray
    residual: np.ndarray | None
    narrow: bool
    nonnegative: bool = False

    @property
    def dtype(self) -> str:
        """Of the layer's result."""
        return "int8" if self.narrow else "float32"

    def finish(self, sums: np.ndarray, residual: np.ndarray | None, relu: bool) -> np.ndarray:
        """The result as whole numbers in f32, or f32; sums f64, which holds them exactly."""
        if self.residual is not None:
            assert residual is not None
            sums = sums + np.rint(residual.astype(np.float32) * self.residual)
        scaled = sums.astype(np.float32) * self.factors
        if self.narrow:
            return np.clip(np.rint(scaled), 0 if relu else LOWEST, LARGEST)
        return np.maximum(scaled, 0) if relu else scaled

    def taken(self, filters: np.ndarray) -> "Rescale":
        """That of some of the filters: bool[O], or their places."""
        residual = None if self.residual is None else self.residual[filters]
        return dataclasses.replace(self, factors=self.factors[filters], residual=residual)


class _Scaled(base.Op):
    """A change of the element type; scale: what one unit of int8 is worth."""

    scale: float

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        return inputs[0]

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs)

    @property
    def note(self) -> str:
        return f"scale {self.scale:.4g}"


@dataclasses.dataclass(frozen=True)
class FakeQuantise(_Scaled):
    """y = Dequantise(Quantise(x)), as a JAX function has it. It stands before and behind what becomes integers."""

    scale: float
    passes_channels = True

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return Dequantise(self.scale).apply([Quantise(self.scale).apply(inputs)])


@dataclasses.dataclass(frozen=True)
class Quantise(_Scaled):
    """int8 y = clip(rint(x * factor), -128, 127) for f32 x; factor = f32(1 / scale)."""

    scale: float
    dtype = "int8"
    passes_channels = True

    @property
    def factor(self) -> np.float32:
        return np.float32(1) / np.float32(self.scale)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return np.clip(np.rint(inputs[0].astype(np.float32) * self.factor), LOWEST, LARGEST)


@dataclasses.dataclass(frozen=True)
class Dequantise(_Scaled):
    """f32 y = f32(x) * f32(scale) for int8 x."""

    scale: float
    passes_channels = True

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return inputs[0].astype(np.float32) * np.float32(self.scale)
