"""3D-MobileNetV2 (Köpüklü et al., ICCV Workshops 2019): inverted residuals with depthwise 3x3x3 convolutions."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers

STEM, LAST = 32, 1280
# name, factor on the channels inside the blocks, channels, blocks, stride in time, height and width
STAGES = (
    ("stage1", 1, 16, 1, 1),
    ("stage2", 6, 24, 2, 2),
    ("stage3", 6, 32, 3, 2),
    ("stage4", 6, 64, 4, 2),
    ("stage5", 6, 96, 3, 1),
    ("stage6", 6, 160, 3, 2),
    ("stage7", 6, 320, 1, 1),
)
NORM = layers.Norm(eps=1e-5, momentum=0.1)


class MobileNetV2(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    Layers: stem; stageS/B/expand for S 2-7, /depthwise and /project for S 1-7; last; fc. The published narrower
    networks keep the 1280 channels of the last layer, which here are scaled with the others.
    """

    remat = False
    over_time: layers.Time = "clip"

    def __init__(
        self, *, outputs: int, width: float, frames: int, size: int, dropout: float, form: str, rngs: nnx.Rngs
    ):
        layers.check("MobileNetV2", {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip, self.dropout = (frames, size, size, 3), dropout
        shared = {"norm": NORM, "form": form, "rngs": rngs}
        inputs, last = layers.scaled(STEM, width), layers.scaled(LAST, width)
        self.stem = layers.Conv(3, inputs, (3, 3, 3), strides=(1, 2, 2), **shared)
        for name, factor, channels, blocks, stride in STAGES:
            filters = layers.scaled(channels, width)
            setattr(self, name, Stage(inputs, filters, factor, stride, blocks, **shared))
            inputs = filters
        self.last = layers.Conv(inputs, last, (1, 1, 1), **shared)
        self.fc = layers.Dense(last, outputs, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; a `key` means training (dropout, batch moments). ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        training = key is not None
        x = self._activated(self.stem, clip, training)
        for name, *_ in STAGES:
            x = getattr(self, name)(x, training)
        x = jnp.mean(self._activated(self.last, x, training), (1, 2, 3))
        return self.fc(layers.dropout(x, self.dropout, key))

    def _activated(self, conv: nnx.Module, x: jax.Array, training: bool) -> jax.Array:
        return layers.block(lambda conv, x: jax.nn.relu6(conv(x, training)), conv, x, remat=self.remat)


class Stage(nnx.Module):
    """Inverted residuals called "0", "1", ...; the first one strides."""

    remat = False

    def __init__(self, inputs: int, outputs: int, factor: int, stride: int, blocks: int, **shared: Any):
        self.blocks = blocks
        for number in range(blocks):
            setattr(self, str(number), Block(inputs, outputs, factor, 1 if number else stride, **shared))
            inputs = outputs

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        for number in range(self.blocks):
            x = layers.block(lambda block, x: block(x, training), getattr(self, str(number)), x, remat=self.remat)
        return x


class Block(nnx.Module):
    """project(relu6(depthwise(relu6(expand(x))))), with batch norm after each convolution.

    A block that neither strides nor changes the number of channels adds x. A factor of 1 leaves out `expand`.
    """

    def __init__(self, inputs: int, outputs: int, factor: int, stride: int, **shared: Any):
        middle, strides = inputs * factor, (stride, stride, stride)
        self.adds = stride == 1 and inputs == outputs
        self.expand = None if factor == 1 else layers.Conv(inputs, middle, (1, 1, 1), **shared)
        self.depthwise = layers.Depthwise(middle, (3, 3, 3), strides=strides, **shared)
        self.project = layers.Conv(middle, outputs, (1, 1, 1), **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        y = x if self.expand is None else jax.nn.relu6(self.expand(x, training))
        y = self.project(jax.nn.relu6(self.depthwise(y, training)), training)
        return x + y if self.adds else y
