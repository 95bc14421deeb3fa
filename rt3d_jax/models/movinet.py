"""MoViNet-A0 (Kondratyuk et al., CVPR 2021), the base network without stream buffers, as TensorFlow's model garden has
it: inverted bottlenecks found by a search, each with squeeze and excitation.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers


class Bottleneck(NamedTuple):
    """Channels inside; the size of the depthwise convolution in frames and side; its stride in height and width."""

    channels: int
    frames: int
    side: int
    stride: int = 1


STEM = 8
# name, channels, bottlenecks
STAGES = (
    ("stage1", 8, (Bottleneck(24, 1, 5, 2),)),
    ("stage2", 32, (Bottleneck(80, 3, 3, 2), Bottleneck(80, 3, 3), Bottleneck(80, 3, 3))),
    ("stage3", 56, (Bottleneck(184, 5, 3, 2), Bottleneck(112, 3, 3), Bottleneck(184, 3, 3))),
    ("stage4", 56, (Bottleneck(184, 5, 3), *[Bottleneck(184, 3, 3)] * 3)),
    ("stage5", 104, (Bottleneck(384, 5, 3, 2), Bottleneck(280, 1, 5), Bottleneck(280, 1, 5), Bottleneck(344, 1, 5))),
)
HEAD = (480, 2048)  # before and after the mean over frames and planes
NORM = layers.Norm(eps=1e-3, momentum=0.01)


class MoViNet(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    Layers: stem; stageS/B/expand, /depthwise, /excite/reduce and /expand, /project; stageS/0/shortcut for S 1, 2, 3, 5;
    last, fc1, fc2. Each stageS/B has a scalar `gain` besides, the factor on what the block adds. Pads are TensorFlow's
    "same".
    """

    remat = False

    def __init__(
        self, *, outputs: int, width: float, frames: int, size: int, dropout: float, form: str, rngs: nnx.Rngs
    ):
        layers.check("MoViNet", {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip, self.dropout = (frames, size, size, 3), dropout
        shared = {"norm": NORM, "pads": "same", "form": form, "rngs": rngs}
        inputs = layers.scaled(STEM, width)
        self.stem = layers.Conv(3, inputs, (1, 3, 3), strides=(1, 2, 2), **shared)
        for name, channels, bottlenecks in STAGES:
            filters = layers.scaled(channels, width)
            setattr(self, name, Stage(inputs, filters, width, bottlenecks, **shared))
            inputs = filters
        middle, wide = (layers.scaled(one, width) for one in HEAD)
        self.last = layers.Conv(inputs, middle, (1, 1, 1), **shared)
        self.fc1 = layers.Dense(middle, wide, rngs=rngs)
        self.fc2 = layers.Dense(wide, outputs, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; a `key` means training (dropout, batch moments). ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        training = key is not None
        x = self._activated(self.stem, clip, training)
        for name, *_ in STAGES:
            x = getattr(self, name)(x, training)
        x = jnp.mean(self._activated(self.last, x, training), (1, 2, 3), jnp.float32)
        return self.fc2(layers.dropout(jax.nn.silu(self.fc1(x)), self.dropout, key))

    def _activated(self, conv: nnx.Module, x: jax.Array, training: bool) -> jax.Array:
        return layers.block(lambda conv, x: jax.nn.silu(conv(x, training)), conv, x, remat=self.remat)


class Stage(nnx.Module):
    """Residual blocks called "0", "1", ..."""

    remat = False

    def __init__(self, inputs: int, outputs: int, width: float, bottlenecks: tuple[Bottleneck, ...], **shared: Any):
        self.blocks = len(bottlenecks)
        for number, one in enumerate(bottlenecks):
            setattr(self, str(number), Block(inputs, outputs, width, one, **shared))
            inputs = outputs

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        for number in range(self.blocks):
            x = layers.block(lambda block, x: block(x, training), getattr(self, str(number)), x, remat=self.remat)
        return x


class Block(nnx.Module):
    """gain * project(excite(swish(depthwise(swish(expand(x)))))) + shortcut, with batch norm after each convolution.

    The gain is one number, which starts at 0 (ReZero, Bachlechner et al., 2021). Where the block strides or changes the
    number of channels, the shortcut is an average pool with the stride and a 1x1x1 convolution with batch norm.
    """

    def __init__(self, inputs: int, outputs: int, width: float, bottleneck: Bottleneck, **shared: Any):
        channels, frames, side, self.stride = bottleneck
        middle, squeezed = layers.scaled(channels, width), layers.scaled(_squeezed(channels), width)
        strides = (1, self.stride, self.stride)
        self.expand = layers.Conv(inputs, middle, (1, 1, 1), **shared)
        self.depthwise = layers.Depthwise(middle, (frames, side, side), strides=strides, **shared)
        self.excite = layers.SqueezeExcite(middle, squeezed, act=jax.nn.silu, rngs=shared["rngs"])
        self.project = layers.Conv(middle, outputs, (1, 1, 1), **shared)
        self.gain = nnx.Param(jnp.zeros((), jnp.float32))
        same = self.stride == 1 and inputs == outputs
        self.shortcut = None if same else layers.Conv(inputs, outputs, (1, 1, 1), **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        y = jax.nn.silu(self.expand(x, training))
        y = self.excite(jax.nn.silu(self.depthwise(y, training)))
        y = self.project(y, training)
        y = y * self.gain[...].astype(y.dtype)
        return y + self._shortcut(x, training)

    def _shortcut(self, x: jax.Array, training: bool) -> jax.Array:
        if self.shortcut is None:
            return x
        if self.stride > 1:
            x = layers.avg_pool(x, (1, 3, 3), strides=(1, self.stride, self.stride), pads="same")
        return self.shortcut(x, training)


def _squeezed(channels: int) -> int:
    """The channels inside squeeze and excitation: a quarter, to the next multiple of 8, but not 10 % below."""
    rounded = max(8, (channels // 4 + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels / 4 else rounded
