"""Layers of 3D networks: convolutions in two forms, batch norm, pools, dense layers, squeeze and excitation.

Clips are NDHWC, kernels DHWIO.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import lax

from lowering.functions import transforms, winograd
from rt3d_jax.models import planes, windows

FORMS = ("auto", "direct", "planes")
Time = windows.Time


def centred(gain: float) -> Callable[..., jax.Array]:
    """Initialisation with variance gain / fan-in in which the weights of every filter sum to zero.

    He et al. (2015) with the filter's mean taken out: what comes out of a ReLU has a positive mean that all clips
    share, and in a deep network without batch norm it would grow until all clips look alike, and training stalls. A
    gain of 3 instead of 2 makes up for the variance that goes with the mean.
    """

    def init(key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32) -> jax.Array:
        kernel = jax.random.normal(key, tuple(shape), dtype)
        kernel -= kernel.mean(axis=tuple(range(len(shape) - 1)), keepdims=True)
        return kernel * math.sqrt(gain / math.prod(shape[:-1]))

    return init


PLAIN = centred(3.0)
SMALL = centred(0.1)


@dataclasses.dataclass(frozen=True)
class Norm:
    """Batch norm (Ioffe and Szegedy, 2015). eps is added to variances; running <- (1 - momentum) running + momentum
    batch.
    """

    eps: float = 1e-5
    momentum: float = 0.1


class Conv(nnx.Module):
    """A 3D convolution with bias, or with batch norm in its place.

    Parameters: kernel f32[*size, inputs, outputs] and bias f32[outputs]; with a norm also scale and the running
    statistics mean and var, all f32[outputs]. `shift` adds a bias of that name before the norm, which only some sources
    of weights have. bias=False leaves out the bias of a layer without norm. pads: "half" of the size on every side, or
    "same" as TensorFlow has them, see conv3d; "causal" `over_time` puts those in time into the past. The convolution is
    computed in `dtype`, which its result has too; what follows it inside the layer is f32.
    """

    dtype = "float32"
    over_time: Time = "clip"
    groups = 1
    tile = 0  # of Winograd's filtering, where models/tiled.py has transformed the kernel for it

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: Sequence[int],
        *,
        form: str,
        rngs: nnx.Rngs,
        strides: Sequence[int] = (1, 1, 1),
        pads: Literal["half", "same"] = "half",
        norm: Norm | None = None,
        bias: bool = True,
        shift: bool = False,
        init: Callable[..., jax.Array] = PLAIN,
    ):
        self.form, self.norm, self.strides = form, norm, tuple(strides)
        self.pads: windows.Pads = "same" if pads == "same" else tuple(side // 2 for side in size)
        self.kernel = nnx.Param(init(rngs.params(), (*size, inputs, outputs), jnp.float32))
        self.bias = nnx.Param(jnp.zeros((outputs,), jnp.float32)) if norm or bias else None
        self.shift = nnx.Param(jnp.zeros((outputs,), jnp.float32)) if shift else None
        if norm is not None:
            self.scale = nnx.Param(jnp.ones((outputs,), jnp.float32))
            self.mean = nnx.BatchStat(jnp.zeros((outputs,), jnp.float32))
            self.var = nnx.BatchStat(jnp.ones((outputs,), jnp.float32))

    @property
    def window(self) -> tuple[int, ...]:
        """The size of the kernel in the plane."""
        depth, *plane = self.kernel[...].shape[:3]
        return (depth, *((transforms.TAPS,) * 2 if self.tile else plane))

    def __call__(self, x: jax.Array, training: bool = False) -> jax.Array:
        """The convolution; training normalises by the batch's moments and renews the running statistics."""
        x, kernel, window = x.astype(self.dtype), self.kernel[...].astype(self.dtype), self.window
        pads = windows.in_time(self.over_time, x, window, self.strides, self.pads)
        if self.tile:
            x = winograd.conv(x, kernel, self.tile, windows.sides(x, window, self.strides, pads))
        else:
            x = conv3d(x, kernel, self.form, strides=self.strides, pads=pads, groups=self.groups)
        return self._normalised(x.astype(jnp.float32), training).astype(self.dtype)

    def _normalised(self, x: jax.Array, training: bool) -> jax.Array:
        x = _plus(x, self.shift)
        if self.norm is not None:
            mean, var = self._moments(x, self.norm.momentum) if training else (self.mean[...], self.var[...])
            scale = self.scale[...] * lax.rsqrt(var + self.norm.eps)
            x = (x - _by_channel(mean, x)) * _by_channel(scale, x)
        return _plus(x, self.bias)

    def _moments(self, x: jax.Array, momentum: float) -> tuple[jax.Array, jax.Array]:
        axes = tuple(range(x.ndim - 1))
        mean, var = jnp.mean(x, axes), jnp.var(x, axes)
        count = math.prod(x.shape[:-1])
        unbiased = var * (count / max(1, count - 1))
        for running, batch in ((self.mean, mean), (self.var, unbiased)):
            running[...] += momentum * (lax.stop_gradient(batch) - running[...])
        return mean, var


class Depthwise(Conv):
    """A convolution of each channel by itself: kernel f32[*size, 1, channels]. Its options are those of Conv."""

    def __init__(self, channels: int, size: Sequence[int], **options: Any):
        super().__init__(1, channels, size, **options)
        self.groups = channels


class Dense(nnx.Module):
    """A fully connected layer with bias: kernel f32[inputs, outputs]; the product is computed in `dtype`, the result is
    f32.
    """

    dtype = "float32"

    def __init__(self, inputs: int, outputs: int, *, rngs: nnx.Rngs, init=PLAIN):
        self.kernel = nnx.Param(init(rngs.params(), (inputs, outputs), jnp.float32))
        self.bias = nnx.Param(jnp.zeros((outputs,), jnp.float32))

    def __call__(self, x: jax.Array) -> jax.Array:
        x, kernel = x.astype(self.dtype), self.kernel[...].astype(self.dtype)
        return (x @ kernel).astype(jnp.float32) + self.bias[...][None]


class SqueezeExcite(nnx.Module):
    """Squeeze and excitation (Hu et al., CVPR 2018): x * sigmoid(expand(act(reduce(mean of x)))), f32[N, D, H, W, C].

    The mean is over frames and planes; "causal" `over_time`, over the plane of each frame. reduce and expand are
    dense layers, to `middle` channels and back.
    """

    over_time: Time = "clip"

    def __init__(self, channels: int, middle: int, *, act: Callable[[jax.Array], jax.Array], rngs: nnx.Rngs):
        self.act = act
        self.reduce = Dense(channels, middle, rngs=rngs)
        self.expand = Dense(middle, channels, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        over = (1, 2, 3) if self.over_time == "clip" else (2, 3)
        gate = jax.nn.sigmoid(self.expand(self.act(self.reduce(jnp.mean(x, over, jnp.float32)))))
        return x * jnp.expand_dims(gate, over).astype(x.dtype)


def conv3d(
    x: jax.Array,
    kernel: jax.Array,
    form: str,
    *,
    strides: Sequence[int] = (1, 1, 1),
    pads: windows.Pads = (1, 1, 1),
    groups: int = 1,
) -> jax.Array:
    """Convolve f32[N, D, H, W, I] with f32[d, h, w, I / groups, O], where groups is 1 or I = O.

    pads are added at both ends of each axis, or so many at the first and the last end. "same" gives ceil(size / stride)
    outputs along each axis; of an odd number of zeros the last axis end gets the one more, as in TensorFlow.

    "direct" is one 3D convolution (GPU, TPU, tracing). "planes" puts the taps along depth side by side as channels and
    does one 2D convolution over the N*D planes, or for tiny planes a matrix product with all taps side by side: several
    times faster on XLA's CPU. Where each channel is convolved by itself, it sums the taps' products. "auto" chooses by
    backend.
    """
    sides = windows.sides(x, kernel.shape[:3], strides, pads)
    if resolve(form) == "planes":
        least = tuple(min(ends) for ends in sides)
        rest = [(first - pad, last - pad) for (first, last), pad in zip(sides, least, strict=True)]
        x = jnp.pad(x, ((0, 0), *rest, (0, 0))) if any(map(any, rest)) else x
        return (planes.conv if groups == 1 else planes.depthwise)(x, kernel, tuple(strides), least)
    numbers = ("NDHWC", "DHWIO", "NDHWC")
    return lax.conv_general_dilated(
        x, kernel, tuple(strides), sides, dimension_numbers=numbers, feature_group_count=groups
    )


def max_pool(
    x: jax.Array,
    window: Sequence[int],
    form: str,
    *,
    strides: Sequence[int] | None = None,
    pads: windows.Pads = (0, 0, 0),
    time: windows.Time = "clip",
) -> jax.Array:
    """Max over windows of f32[N, D, H, W, C], one window after the other unless `strides` says otherwise.

    Pads count as -inf; what is left over at the end of an axis is dropped. Forms and pads are those of `conv3d`, and
    lie in time as `windows.in_time` says.
    """
    strides = tuple(strides or window)
    sides = windows.sides(x, window, strides, windows.in_time(time, x, window, strides, pads))
    if resolve(form) == "planes":
        return planes.max_pool(x, tuple(window), strides, sides)
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, *window, 1), (1, *strides, 1), [(0, 0), *sides, (0, 0)])


def avg_pool(
    x: jax.Array, window: Sequence[int], *, strides: Sequence[int] = (1, 1, 1), pads: windows.Pads = (0, 0, 0)
) -> jax.Array:
    """Mean over windows of [N, D, H, W, C], in f32. Pads are those of `conv3d` and do not count."""
    sides = windows.sides(x, window, strides, pads)
    total = lax.reduce_window(
        x.astype(jnp.float32), 0.0, lax.add, (1, *window, 1), (1, *strides, 1), [(0, 0), *sides, (0, 0)]
    )
    if not any(map(any, sides)):
        return total / math.prod(window)
    inside = np.ones(1, np.float32)
    for size, side, stride, ends in zip(x.shape[1:4], window, strides, sides, strict=True):
        held = np.lib.stride_tricks.sliding_window_view(np.pad(np.ones(size, np.float32), ends), side)[::stride]
        inside = np.multiply.outer(inside, held.sum(-1))
    return total / inside[..., None]


def block(call: Callable[..., jax.Array], module: nnx.Module, x: jax.Array, *, remat: bool) -> jax.Array:
    """call(module, x), renewing statistics inside; remat computes what lies inside again for the gradient
    (jax.checkpoint).
    """
    plain = lambda module, x: call(module, x)
    return nnx.remat(plain)(module, x) if remat else plain(module, x)


def dropout(x: jax.Array, rate: float, key: jax.Array | None) -> jax.Array:
    """Zero a fraction `rate` of x and scale the rest by 1 / (1 - rate); key None = evaluation, x unchanged."""
    if key is None or rate == 0:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def scaled(channels: int, width: float) -> int:
    """Channels of a layer at this width, at least 1."""
    return max(1, round(channels * width))


def check(network: str, least: dict[str, tuple[int, str]], *, width: float, dropout: float, **sizes: int) -> None:
    """ValueError for a width, a dropout rate or sizes that a network cannot take; least: name -> (number, why)."""
    for name, value in sizes.items():
        number, why = least.get(name, (1, ""))
        if value < number:
            raise ValueError(f"{network} {name} is {value}, expected at least {number}{why and f': {why}'}")
    if not 0 < width <= 16:
        raise ValueError(
            f"{network} width is {width}, expected a factor above 0 (1 is the paper's network) and at most 16"
        )
    if not 0 <= dropout < 1:
        raise ValueError(f"{network} dropout is {dropout}, expected at least 0 and below 1")


def check_clip(clip: jax.Array, shape: Sequence[int]) -> None:
    """ValueError for a clip f32[N, *shape] of another shape."""
    if clip.shape[1:] != tuple(shape):
        raise ValueError(f"clip has shape {clip.shape}, expected [N, {', '.join(map(str, shape))}]")


def resolve(form: str) -> str:
    """The form itself, "auto" resolved to "direct" or "planes" by backend; ValueError for an unknown one."""
    if form not in FORMS:
        raise ValueError(f"conv form is {form!r}, expected one of {', '.join(FORMS)}")
    if form == "auto":
        return "planes" if jax.default_backend() == "cpu" else "direct"
    return form


def _plus(x: jax.Array, vector: nnx.Param | None) -> jax.Array:
    """x f32[..., C] with a number added to each channel."""
    return x if vector is None else x + _by_channel(vector[...], x)


def _by_channel(values: jax.Array, x: jax.Array) -> jax.Array:
    """f32[C] as an operand of x f32[..., C]."""
    return values.reshape((1,) * (x.ndim - 1) + (-1,))
