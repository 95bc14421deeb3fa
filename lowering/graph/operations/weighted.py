"""Operations with weights: convolutions and fully connected layers, as traced and as packed."""

import dataclasses
import math

import numpy as np

from lowering.graph import packed
from lowering.graph.operations import base, integers, pointwise, windows
from lowering.targets import schedules


class Weighted(base.Op):
    """Sums of products with an epilogue: the bias, what the second input adds (the residual), a ReLU, an activation.

    then: the activation (Pointwise.is_activation), or None.
    rescale: of a layer of integers, how its sums end; None for one of f32. A layer of integers reads int8, its residual
    too. Its kernel holds whole numbers from -127 to 127, its bias i32[O], and it has no activation but a ReLU. Sums and
    bias stay within 32 bits.
    quantise: of a layer of f32 whose result is int8, what rounds it last; else None.
    """

    bias: np.ndarray
    relu: bool
    then: pointwise.Pointwise | None
    rescale: integers.Rescale | None = None
    quantise: integers.Quantise | None = None

    @property
    def dtype(self) -> str:
        """The element type of its result."""
        if self.rescale is not None:
            return self.rescale.dtype
        return "float32" if self.quantise is None else self.quantise.dtype

    @property
    def is_linear(self) -> bool:
        """Whether neither a ReLU nor an activation comes last: a sum or a scale behind it can go into it."""
        return not self.relu and self.then is None and self.rescale is None

    def exact(self, x: np.ndarray) -> np.ndarray:
        """The input in f64 where sums must be exact."""
        return x if self.rescale is None else x.astype(np.float64)

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return self.relu if self.then is None else self.then.gives_nonnegative([self.relu])

    def finish(self, sums: np.ndarray, inputs: list[np.ndarray]) -> np.ndarray:
        """The epilogue."""
        if self.rescale is not None:
            return self.rescale.finish(sums + self.bias, inputs[1] if len(inputs) > 1 else None, self.relu)
        total = sums + self.bias + sum(inputs[1:])
        total = np.maximum(total, 0) if self.relu else total
        return total if self.then is None else self.then.apply([total])


class _Convolution(Weighted):
    """dilation: how far apart the locations of its kernel lie along frames, height and width.

    groups: into which channels and filters are divided; a kernel has the channels of one.
    """

    kernel: np.ndarray | packed.PackedKernel
    padding: base.Padding
    dilation: base.Window
    groups: int
    arity = (1, 2)

    @property
    def extent(self) -> base.Window:
        """How far the kernel reaches along frames, height and width."""
        return windows.extent(self.kernel.shape[:3], self.dilation)

    def window_shape(self, inputs: list[base.Shape], strides: base.Window) -> base.Shape:
        """Shape of the result."""
        x, *residual = inputs
        *_, into, filters = self.kernel.shape
        if len(x) != 4 or x[3] != into * self.groups:
            raise base.GraphError(f"has a kernel for {into * self.groups} channels and reads {x}")
        out = (*windows.count(x, self.extent, strides, self.padding), filters)
        return base.need_same(out, residual)


@dataclasses.dataclass(frozen=True, eq=False)
class Conv(_Convolution):
    """y = then?(relu?(conv(x, kernel f32[D,H,W,I,O]) + bias f32[O] + residual)); cross-correlation, zero padding.

    spread: how far apart the pixels of x lie, with zeros between them: more than 1 in a transposed convolution, which
    has strides of 1.
    groups: more than 1 only for what Winograd multiplies (rewrites/winograd.py).
    The residual is the node's second input, if it has one; so for PackedConv and FusedConvs.
    """

    kernel: np.ndarray
    bias: np.ndarray
    strides: base.Window
    padding: base.Padding
    relu: bool = False
    then: pointwise.Pointwise | None = None
    dilation: base.Window = windows.ONES
    spread: base.Window = windows.ONES
    groups: int = 1
    rescale: integers.Rescale | None = None

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        x, *residual = inputs
        wide = (*windows.extent(x[:3], self.spread), *x[3:]) if len(x) == 4 else x
        return self.window_shape([wide, *residual], self.strides)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        x = self.exact(inputs[0])
        x = x if self.spread == windows.ONES else windows.spread(x, self.spread)
        parts = zip(np.split(x, self.groups, -1), np.split(self.kernel, self.groups, -1), strict=True)
        sums = [windows.convolve(part, kernel, self.strides, self.padding, self.dilation) for part, kernel in parts]
        return self.finish(np.concatenate(sums, -1), inputs)

    def macs(self, shape: base.Shape) -> int:
        return math.prod(shape[:-1]) * self.kernel.size // math.prod(self.spread)


@dataclasses.dataclass(frozen=True, eq=False)
class PackedConv(_Convolution):
    """Conv of which only the kept blocks are stored. `stride` is that of frames; height and width have stride 1.

    outer: whether it is computed by outer products of a row's filters and pixels (rewrites/outer.py).
    weights_given: whether the last input is f32[taps * group], to be read instead of kernel.values.
    With several groups, as many rows belong to each.
    """

    kernel: packed.PackedKernel
    bias: np.ndarray
    padding: base.Padding
    relu: bool = False
    stride: int = 1
    schedule: schedules.Schedule = schedules.DEFAULT
    then: pointwise.Pointwise | None = None
    dilation: base.Window = windows.ONES
    outer: bool = False
    weights_given: bool = False
    groups: int = 1
    rescale: integers.Rescale | None = None
    quantise: integers.Quantise | None = None
    arity = (1, 3)

    @property
    def unpacked(self) -> Conv:
        """The same operation with its whole kernel."""
        kernel, strides = packed.unpack(self.kernel), (self.stride, 1, 1)
        how = {"dilation": self.dilation, "groups": self.groups, "rescale": self.rescale}
        return Conv(kernel, self.bias, strides, self.padding, self.relu, self.then, **how)

    @property
    def taps(self) -> np.ndarray:
        """i64[taps, 4]: how far each tap lies from the kernel's first location along d, h and w, and its channel."""
        taps, kernel = self.kernel.taps.astype(np.int64) * (*self.dilation, 1), self.kernel
        group = np.arange(kernel.rows) * self.groups // kernel.rows  # of each row
        taps[:, 3] += np.repeat(group * kernel.shape[3], np.diff(kernel.starts))
        return taps

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        if self.weights_given:
            *inputs, weights = inputs
            if weights != (self.kernel.values.size,):
                raise base.GraphError(f"has a kernel of {self.kernel.values.size} weights and is given {weights}")
        return self.window_shape(inputs, (self.stride, 1, 1))

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        if self.quantise is not None:
            return self.quantise.apply([dataclasses.replace(self, quantise=None).apply(inputs)])
        if not self.weights_given:
            return self.unpacked.apply(inputs)
        *inputs, weights = inputs
        kernel = dataclasses.replace(self.kernel, values=weights.reshape(self.kernel.values.shape))
        return dataclasses.replace(self, kernel=kernel, weights_given=False).apply(inputs)

    def macs(self, shape: base.Shape) -> int:
        return math.prod(shape[:-1]) * self.kernel.kept

    @property
    def note(self) -> str:
        return _rows(self) + (", outer products" if self.outer else "")


@dataclasses.dataclass(frozen=True, eq=False)
class Depthwise(Weighted):
    """y[..., c] = then?(relu?(conv(x[..., c // multiplier], kernel[..., c]) + bias[c])), for kernel f32[D,H,W,C].

    A convolution whose filters read one channel each. Cross-correlation, zero padding.
    """

    kernel: np.ndarray
    bias: np.ndarray
    strides: base.Window
    padding: base.Padding
    relu: bool = False
    then: pointwise.Pointwise | None = None
    multiplier: int = 1
    rescale: integers.Rescale | None = None

    @property
    def rolls(self) -> bool:
        """Whether each frame of the input is in the windows of several results that follow each other."""
        return self.kernel.shape[0] > 1 and self.strides[0] == 1

    @property
    def spelt_out(self) -> Conv:
        """The same operation with a kernel for all channels, which is zero for all but one."""
        channels = self.kernel.shape[3]
        kernel = np.zeros((*self.kernel.shape[:3], channels // self.multiplier, channels), np.float32)
        kernel[..., np.arange(channels) // self.multiplier, np.arange(channels)] = self.kernel
        return Conv(kernel, self.bias, self.strides, self.padding, self.relu, self.then, rescale=self.rescale)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        (x,), (*window, channels) = inputs, self.kernel.shape
        if len(x) != 4 or x[3] * self.multiplier != channels:
            raise base.GraphError(f"has kernels for {channels // self.multiplier} channels and reads {x}")
        return (*windows.count(x, tuple(window), self.strides, self.padding), channels)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        x = np.repeat(self.exact(inputs[0]), self.multiplier, -1)
        sums = windows.convolve_channels(x, self.kernel, self.strides, self.padding)
        return self.finish(sums, inputs)

    def macs(self, shape: base.Shape) -> int:
        return math.prod(shape[:-1]) * int(np.count_nonzero(self.kernel))

    @property
    def note(self) -> str:
        window = "x".join(map(str, self.kernel.shape[:3]))
        return f"{window}{_numbers(self)}"


class _FullyConnected(Weighted):
    def vector_shape(self, inputs: list[base.Shape], kernel: base.Shape) -> base.Shape:
        """Shape of the result of a kernel of this shape, (..., I, O)."""
        if inputs[0] != kernel[-2:-1]:
            raise base.GraphError(f"has a kernel for {kernel[-2]} inputs and reads {inputs[0]}")
        return kernel[-1:]


@dataclasses.dataclass(frozen=True, eq=False)
class Dense(_FullyConnected):
    """y = then?(relu?(x @ kernel f32[I,O] + bias f32[O]))."""

    kernel: np.ndarray
    bias: np.ndarray
    relu: bool = False
    then: pointwise.Pointwise | None = None
    rescale: integers.Rescale | None = None

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        return self.vector_shape(inputs, self.kernel.shape)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return self.finish(self.exact(inputs[0]) @ self.kernel, inputs)

    def macs(self, shape: base.Shape) -> int:
        return self.kernel.size


@dataclasses.dataclass(frozen=True, eq=False)
class PackedDense(_FullyConnected):
    """Dense, of which only the kept blocks are stored: a kernel of shape (1, 1, 1, I, O)."""

    kernel: packed.PackedKernel
    bias: np.ndarray
    relu: bool = False
    then: pointwise.Pointwise | None = None
    rescale: integers.Rescale | None = None

    @property
    def unpacked(self) -> Dense:
        """The same operation with its whole kernel."""
        return Dense(packed.unpack(self.kernel)[0, 0, 0], self.bias, self.relu, self.then, self.rescale)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        return self.vector_shape(inputs, self.kernel.shape)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return self.unpacked.apply(inputs)

    def macs(self, shape: base.Shape) -> int:
        return self.kernel.kept

    @property
    def note(self) -> str:
        return _rows(self)


def _rows(op: PackedConv | PackedDense) -> str:
    kernel = op.kernel
    return f"density {kernel.density:.3f}, {kernel.rows} rows of {kernel.group}{_numbers(op)}"


def _numbers(op: Weighted) -> str:
    """The activation, and the types of what an integer layer, or one of f32 that rounds, reads and gives."""
    then = "" if op.then is None else f", then {op.then.note}"
    numbers = "" if op.rescale is None else f", int8 to {op.rescale.dtype}"
    return then + numbers + ("" if op.quantise is None else ", float32 to int8")
