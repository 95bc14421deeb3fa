"""Operations without weights of their own, batch norm's scale and shift aside: what moves, compares and adds values."""

import dataclasses
import math

import numpy as np

from lowering.graph.operations import base, windows


@dataclasses.dataclass(frozen=True)
class Input(base.Op):
    """An argument of the network, such as its clip: a feature map, or a flat array. Its node alone says its shape.

    given: the shape in which the caller gives it; None: the node's, with a batch axis of 1 in front. dtype: of its
    elements.
    """

    given: base.Shape | None = None
    dtype: str = "float32"
    arity = (0, 0)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        raise base.GraphError("is an input, whose shape nothing else gives")

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        raise base.GraphError("is an input, whose values the caller gives")


@dataclasses.dataclass(frozen=True, eq=False)
class Affine(base.Op):
    """y = x * scale f32[C] + shift f32[C], by channel: batch norm in evaluation, or a bias on its own."""

    scale: np.ndarray
    shift: np.ndarray

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        if inputs[0][-1:] != self.scale.shape:
            raise base.GraphError(f"scales {len(self.scale)} channels and reads {inputs[0]}")
        return inputs[0]

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return inputs[0] * self.scale + self.shift


@dataclasses.dataclass(frozen=True)
class Add(base.Op):
    """y = a + b."""

    arity = (2, 2)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        if len(set(inputs)) != 1:
            raise base.GraphError(f"adds values of different shapes: {inputs}")
        return inputs[0]

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return inputs[0] + inputs[1]

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs)


@dataclasses.dataclass(frozen=True)
class Relu(base.Op):
    """y = max(x, 0)."""

    passes_channels = True

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        return inputs[0]

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return np.maximum(inputs[0], 0)

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return True


class _Pool(base.Op):
    """A reduction of each window of each channel."""

    window: base.Window
    strides: base.Window
    padding: base.Padding
    passes_channels = True

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        shape = base.need_feature_map(inputs[0])
        return (*windows.count(shape, self.window, self.strides, self.padding), shape[3])

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs)


@dataclasses.dataclass(frozen=True)
class MaxPool(_Pool):
    """Maximum over windows; what lies outside the input does not count.

    nonnegative: no value of the input is below 0, so that zeros around it would not change the maximum.
    """

    window: base.Window
    strides: base.Window
    padding: base.Padding
    nonnegative: bool = False

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return windows.slide(inputs[0], self.window, self.strides, self.padding, -np.inf).max((4, 5, 6))


@dataclasses.dataclass(frozen=True)
class AvgPool(_Pool):
    """Sum over windows divided by the window's size; zeros outside the input count."""

    window: base.Window
    strides: base.Window
    padding: base.Padding

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return windows.slide(inputs[0], self.window, self.strides, self.padding, 0).mean((4, 5, 6))


@dataclasses.dataclass(frozen=True)
class Concat(base.Op):
    """Feature maps joined along channels, or vectors one after the other."""

    arity = (1, 1 << 30)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        if len({shape[:-1] for shape in inputs}) != 1:
            raise base.GraphError(f"joins feature maps of different sizes: {inputs}")
        return (*inputs[0][:-1], sum(shape[-1] for shape in inputs))

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(inputs, -1)

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs)


@dataclasses.dataclass(frozen=True)
class SpaceToDepth(base.Op):
    """y[d, h, w, (a, b, e, c)] = x padded at (d * sd + a, h * sh + b, w * sw + e, c).

    It turns a strided convolution into one of stride 1.

    A negative padding crops. Padded sizes are multiples of the strides. Of each axis' phases only the first
    `phases` are made.
    """

    strides: base.Window
    padding: base.Padding
    phases: base.Window

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        *sizes, channels = base.need_feature_map(inputs[0])
        whole = ((size + sum(pads)) // step for size, step, pads in zip(sizes, self.strides, self.padding, strict=True))
        return (*whole, channels * math.prod(self.phases))

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        (x,), (sd, sh, sw), (a, b, e) = inputs, self.strides, self.phases
        d, h, w, _ = self.shape([x.shape])
        x = np.pad(x, (*((low, max(high, 0)) for low, high in self.padding), (0, 0)))[: d * sd, : h * sh, : w * sw]
        by_phase = x.reshape(d, sd, h, sh, w, sw, -1).transpose(0, 2, 4, 1, 3, 5, 6)
        return by_phase[:, :, :, :a, :b, :e].reshape(d, h, w, -1)

    def inside(self, axis: int, phase: int, size: int) -> tuple[int, int]:
        """Which places of a phase lie inside an axis of this size: the first, and the end."""
        step, (low, high) = self.strides[axis], self.padding[axis]
        end = min((size + low + high) // step, -(-(size + low - phase) // step))
        return min(max(0, -(-(low - phase) // step)), end), end

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs)


@dataclasses.dataclass(frozen=True)
class Reshape(base.Op):
    """A feature map flattened to a vector, channels fastest (NDHWC order)."""

    passes_channels = True

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        return (math.prod(inputs[0]),)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return inputs[0].ravel()

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs)


@dataclasses.dataclass(frozen=True)
class Softmax(base.Op):
    """Over the whole vector."""

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        if len(inputs[0]) != 1:
            raise base.GraphError(f"wants a vector and reads {inputs[0]}")
        return inputs[0]

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        powers = np.exp(inputs[0] - inputs[0].max())
        return powers / powers.sum()

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return True
