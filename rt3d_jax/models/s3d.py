"""S3D (Xie et al., ECCV 2018): Inception whose 3D convolutions are split into space and time, in two variants."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers


@dataclasses.dataclass(frozen=True)
class Variant:
    """What differs between the sources of S3D.

    factored_stem: conv1 is 1x7x7 and 7x1x1 with stride 2 in time, else a full 3x7x7 without. second_pool: window and
    stride in time of the pool before mixed3b; time_stride: that of the two later ones. last_pool: frames and side of
    the average pool before the head (None: the whole plane). shift: convolutions in time have a bias before their norm.
    """

    norm: layers.Norm
    factored_stem: bool
    second_pool: tuple[int, int]
    time_stride: int
    last_pool: tuple[int, int | None]
    shift: bool


# torchvision's s3d. Its running statistics follow batches slowly: they suit fine-tuning more than short training.
TORCHVISION = Variant(layers.Norm(1e-3, 0.001), True, (1, 1), 2, (2, 7), False)
# S3D of IBM's action-recognition-pytorch with temporal stride, which the paper's authors build on.
RT3D = Variant(layers.Norm(1e-3, 0.1), False, (3, 2), 2, (1, None), True)

# name, channels: branch0, branch1 reduced and out, branch2 reduced and out, branch3
MIXED3 = (("mixed3b", (64, 96, 128, 16, 32, 32)), ("mixed3c", (128, 128, 192, 32, 96, 64)))
MIXED4 = (
    ("mixed4b", (192, 96, 208, 16, 48, 64)),
    ("mixed4c", (160, 112, 224, 24, 64, 64)),
    ("mixed4d", (128, 128, 256, 24, 64, 64)),
    ("mixed4e", (112, 144, 288, 32, 64, 64)),
    ("mixed4f", (256, 160, 320, 32, 128, 128)),
)
MIXED5 = (("mixed5b", (256, 160, 320, 32, 128, 128)), ("mixed5c", (384, 192, 384, 48, 128, 128)))
LEAST_SIZE = (17, "five strides and pools halve it")
LEAST_FRAMES = {True: (14, "four strides and a pool of two frames need them"), False: (5, "three pools halve it")}


class S3D(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    Layers: conv1 (or conv1/space and conv1/time), conv2b, conv2c/space and /time; mixedX/branch0, /branchB/reduce,
    /space and /time for B 1-2, /branch3 for X 3b, 3c, 4b-4f, 5b, 5c; head. The average pool before the head is no
    larger than its input, so clips smaller than the paper's 224 work too.
    """

    remat = False
    over_time: layers.Time = "clip"

    def __init__(
        self,
        *,
        variant: Variant,
        outputs: int,
        width: float,
        frames: int,
        size: int,
        dropout: float,
        form: str,
        rngs: nnx.Rngs,
    ):
        least = {"frames": LEAST_FRAMES[variant.factored_stem], "size": LEAST_SIZE}
        layers.check("S3D", least, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip, self.form, self.dropout, self.variant = (frames, size, size, 3), form, dropout, variant
        shared = {"form": form, "rngs": rngs, "norm": variant.norm}
        stem, second = layers.scaled(64, width), layers.scaled(192, width)
        if variant.factored_stem:
            self.conv1 = Separable(3, stem, 7, stride=2, shift=variant.shift, **shared)
        else:
            self.conv1 = layers.Conv(3, stem, (3, 7, 7), strides=(1, 2, 2), **shared)
        self.conv2b = layers.Conv(stem, stem, (1, 1, 1), **shared)
        self.conv2c = Separable(stem, second, 3, stride=1, shift=variant.shift, **shared)
        inputs = second
        for name, channels in (*MIXED3, *MIXED4, *MIXED5):
            channels = tuple(layers.scaled(one, width) for one in channels)
            setattr(self, name, Mixed(inputs, channels, shift=variant.shift, **shared))
            inputs = channels[0] + channels[2] + channels[4] + channels[5]
        self.head = layers.Conv(inputs, outputs, (1, 1, 1), form=form, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; a `key` means training (dropout, batch moments). ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        training, variant = key is not None, self.variant
        x = self._activated(self.conv1, clip, training)
        x = self._pool(x, 1, 1)
        x = self._activated(self.conv2b, x, training)
        x = self._activated(self.conv2c, x, training)
        x = mixed(self, MIXED3, self._pool(x, *variant.second_pool), training)
        x = mixed(self, MIXED4, self._pool(x, 3, variant.time_stride), training)
        x = layers.max_pool(x, (2, 2, 2), self.form, strides=(variant.time_stride, 2, 2))
        x = mixed(self, MIXED5, x, training)
        frames, side = variant.last_pool
        x = layers.avg_pool(x, (frames, *(min(side or plane, plane) for plane in x.shape[2:4])))
        return jnp.mean(self.head(layers.dropout(x, self.dropout, key)), (1, 2, 3), jnp.float32)

    def _pool(self, x: jax.Array, frames: int, stride: int) -> jax.Array:
        strides, pads = (stride, 2, 2), (frames // 2, 1, 1)
        return layers.max_pool(x, (frames, 3, 3), self.form, strides=strides, pads=pads, time=self.over_time)

    def _activated(self, conv: nnx.Module, x: jax.Array, training: bool) -> jax.Array:
        return layers.block(lambda conv, x: jax.nn.relu(conv(x, training)), conv, x, remat=self.remat)


def mixed(network: Any, blocks: tuple[tuple[str, tuple[int, ...]], ...], x: jax.Array, training: bool) -> jax.Array:
    """Blocks of a network by their names, one after the other."""
    for name, _ in blocks:
        x = layers.block(lambda block, x: block(x, training), getattr(network, name), x, remat=network.remat)
    return x


class Separable(nnx.Module):
    """A 1 x side x side convolution, batch norm, ReLU, then a side x 1 x 1 convolution and batch norm."""

    def __init__(self, inputs: int, outputs: int, side: int, *, stride: int, shift: bool, **shared):
        self.space = layers.Conv(inputs, outputs, (1, side, side), strides=(1, stride, stride), **shared)
        self.time = layers.Conv(outputs, outputs, (side, 1, 1), strides=(stride, 1, 1), shift=shift, **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        return self.time(jax.nn.relu(self.space(x, training)), training)


class Narrowed(Separable):
    """A 1x1x1 convolution to fewer channels, then a separable 3x3x3 one; batch norm and ReLU after each."""

    def __init__(self, inputs: int, middle: int, outputs: int, *, shift: bool, **shared):
        super().__init__(middle, outputs, 3, stride=1, shift=shift, **shared)
        self.reduce = layers.Conv(inputs, middle, (1, 1, 1), **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        return jax.nn.relu(super().__call__(jax.nn.relu(self.reduce(x, training)), training))


class Mixed(nnx.Module):
    """Four branches joined along channels: 1x1x1; 1x1x1 and separable 3x3x3, twice; max pool and 1x1x1."""

    over_time: layers.Time = "clip"

    def __init__(self, inputs: int, channels: tuple[int, ...], *, shift: bool, **shared):
        self.form = shared["form"]
        first, middle1, out1, middle2, out2, last = channels
        self.branch0 = layers.Conv(inputs, first, (1, 1, 1), **shared)
        self.branch1 = Narrowed(inputs, middle1, out1, shift=shift, **shared)
        self.branch2 = Narrowed(inputs, middle2, out2, shift=shift, **shared)
        self.branch3 = layers.Conv(inputs, last, (1, 1, 1), **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        pooled = layers.max_pool(x, (3, 3, 3), self.form, strides=(1, 1, 1), pads=(1, 1, 1), time=self.over_time)
        parts = (
            jax.nn.relu(self.branch0(x, training)),
            self.branch1(x, training),
            self.branch2(x, training),
            jax.nn.relu(self.branch3(pooled, training)),
        )
        return jnp.concatenate(parts, axis=-1)
