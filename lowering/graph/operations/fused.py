"""Two layers in one kernel, so that no memory holds what lies between them as a whole."""

import dataclasses

import numpy as np

from lowering.graph.operations import base, plain, weighted, winograd


@dataclasses.dataclass(frozen=True, eq=False)
class FusedConvs(base.Op):
    """second(first(x)) in one kernel.

    The second has no extent in height and width, so that a chunk of positions needs no other.

    between: the shape of the first one's result, which no memory holds as a whole.
    """

    first: weighted.PackedConv
    second: weighted.PackedConv
    between: base.Shape
    arity = (1, 2)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        return self.second.shape([self.first.shape(inputs[:1]), *inputs[1:]])

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return self.second.apply([self.first.apply(inputs[:1]), *inputs[1:]])

    @property
    def dtype(self) -> str:
        """The element type of its result."""
        return self.second.dtype

    def macs(self, shape: base.Shape) -> int:
        return self.first.macs(self.between) + self.second.macs(shape)

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return self.second.gives_nonnegative(inputs)


@dataclasses.dataclass(frozen=True, eq=False)
class FusedPool(base.Op):
    """pool(conv(x)) in one kernel.

    Windows lie side by side, are 2 x 2 pixels, and none reaches outside the convolution's result.

    between: the shape of that result, which no memory holds as a whole.
    """

    conv: weighted.PackedConv
    pool: plain.MaxPool
    between: base.Shape

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        return self.pool.shape([self.conv.shape(inputs)])

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return self.pool.apply([self.conv.apply(inputs)])

    @property
    def dtype(self) -> str:
        """The element type of its result."""
        return self.conv.dtype

    def macs(self, shape: base.Shape) -> int:
        return self.conv.macs(self.between)

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return self.conv.gives_nonnegative(inputs)


@dataclasses.dataclass(frozen=True, eq=False)
class FusedWinograd(base.Op):
    """result(products(x)) in one kernel: the products of Winograd's filtering, and their transform.

    between: the shape of the products' sums, which no memory holds as a whole.
    """

    products: weighted.PackedConv
    result: winograd.WinogradResult
    between: base.Shape
    arity = (1, 2)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        return self.result.shape([self.products.shape(inputs[:1]), *inputs[1:]])

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return self.result.apply([self.products.apply(inputs[:1]), *inputs[1:]])

    def macs(self, shape: base.Shape) -> int:
        return self.products.macs(self.between)

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return self.result.gives_nonnegative(inputs)
