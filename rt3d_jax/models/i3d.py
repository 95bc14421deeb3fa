"""I3D (Carreira and Zisserman, CVPR 2017): Inception v1 with every convolution and pool inflated to three axes."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers, s3d

NORM = layers.Norm(eps=1e-3, momentum=0.01)
LAST_POOL = (2, 7, 7)


class I3D(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    Layers: conv1, conv2b, conv2c; mixedX/branch0, /branchB/reduce and /conv for B 1-2, /branch3 for X 3b, 3c, 4b-4f,
    5b, 5c; head. Channels are those of s3d, which came from this network. Pads are TensorFlow's "same". The average
    pool before the head is no larger than its input, so any clip works.
    """

    remat = False
    over_time: layers.Time = "clip"

    def __init__(
        self, *, outputs: int, width: float, frames: int, size: int, dropout: float, form: str, rngs: nnx.Rngs
    ):
        layers.check("I3D", {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip, self.form, self.dropout = (frames, size, size, 3), form, dropout
        shared = {"form": form, "rngs": rngs, "norm": NORM, "pads": "same"}
        stem, inputs = layers.scaled(64, width), layers.scaled(192, width)
        self.conv1 = layers.Conv(3, stem, (7, 7, 7), strides=(2, 2, 2), **shared)
        self.conv2b = layers.Conv(stem, stem, (1, 1, 1), **shared)
        self.conv2c = layers.Conv(stem, inputs, (3, 3, 3), **shared)
        for name, channels in (*s3d.MIXED3, *s3d.MIXED4, *s3d.MIXED5):
            channels = tuple(layers.scaled(one, width) for one in channels)
            setattr(self, name, Mixed(inputs, channels, **shared))
            inputs = channels[0] + channels[2] + channels[4] + channels[5]
        self.head = layers.Conv(inputs, outputs, (1, 1, 1), form=form, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; a `key` means training (dropout, batch moments). ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        training = key is not None
        x = self._pool(self._activated(self.conv1, clip, training), (1, 3, 3), (1, 2, 2))
        x = self._activated(self.conv2c, self._activated(self.conv2b, x, training), training)
        x = s3d.mixed(self, s3d.MIXED3, self._pool(x, (1, 3, 3), (1, 2, 2)), training)
        x = s3d.mixed(self, s3d.MIXED4, self._pool(x, (3, 3, 3), (2, 2, 2)), training)
        x = s3d.mixed(self, s3d.MIXED5, self._pool(x, (2, 2, 2), (2, 2, 2)), training)
        x = layers.avg_pool(x, [min(side, most) for side, most in zip(LAST_POOL, x.shape[1:4], strict=True)])
        return jnp.mean(self.head(layers.dropout(x, self.dropout, key)), (1, 2, 3), jnp.float32)

    def _pool(self, x: jax.Array, window: tuple[int, ...], strides: tuple[int, ...]) -> jax.Array:
        return layers.max_pool(x, window, self.form, strides=strides, pads="same", time=self.over_time)

    def _activated(self, conv: nnx.Module, x: jax.Array, training: bool) -> jax.Array:
        return layers.block(lambda conv, x: jax.nn.relu(conv(x, training)), conv, x, remat=self.remat)


class Mixed(nnx.Module):
    """Four branches joined along channels: 1x1x1; 1x1x1 and 3x3x3, twice; max pool and 1x1x1."""

    over_time: layers.Time = "clip"

    def __init__(self, inputs: int, channels: tuple[int, ...], **shared: Any):
        self.form = shared["form"]
        first, middle1, out1, middle2, out2, last = channels
        self.branch0 = layers.Conv(inputs, first, (1, 1, 1), **shared)
        self.branch1 = Narrowed(inputs, middle1, out1, **shared)
        self.branch2 = Narrowed(inputs, middle2, out2, **shared)
        self.branch3 = layers.Conv(inputs, last, (1, 1, 1), **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        pooled = layers.max_pool(x, (3, 3, 3), self.form, strides=(1, 1, 1), pads="same", time=self.over_time)
        parts = (
            jax.nn.relu(self.branch0(x, training)),
            self.branch1(x, training),
            self.branch2(x, training),
            jax.nn.relu(self.branch3(pooled, training)),
        )
        return jnp.concatenate(parts, axis=-1)


class Narrowed(nnx.Module):
    """A 1x1x1 convolution to fewer channels, then a 3x3x3 one; batch norm and ReLU after each."""

    def __init__(self, inputs: int, middle: int, outputs: int, **shared: Any):
        self.reduce = layers.Conv(inputs, middle, (1, 1, 1), **shared)
        self.conv = layers.Conv(middle, outputs, (3, 3, 3), **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        return jax.nn.relu(self.conv(jax.nn.relu(self.reduce(x, training)), training))
