"""SlowFast-R50 8x8 (Feichtenhofer et al., ICCV 2019) as PyTorchVideo's slowfast_r50: a wide residual network sees every
fourth frame, and a narrow one, which sees all of them, feeds it.
"""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax

from rt3d_jax.models import layers

STEM = 64
# name, channels inside the blocks and out of them, stride, blocks
STAGES = (
    ("stage1", 64, 256, 1, 3),
    ("stage2", 128, 512, 2, 4),
    ("stage3", 256, 1024, 2, 6),
    ("stage4", 512, 2048, 2, 3),
)
ALPHA = 4  # of so many frames of the clip, the slow pathway sees one
JOINED = 2  # for each channel of the fast pathway, so many join the slow one
LAST_SIDE = 7
NORM = layers.Norm(eps=1e-5, momentum=0.1)


@dataclasses.dataclass(frozen=True)
class Path:
    """What differs between the pathways: their width, and over how many frames the stem and the stages convolve."""

    width: float
    stem: int
    stages: tuple[int, int, int, int]


SLOW = Path(1, 1, (1, 1, 3, 3))
FAST = Path(1 / 8, 5, (3, 3, 3, 3))


class SlowFast(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    The network takes one clip, that of the fast pathway. The slow pathway sees every fourth frame of it, from the first
    frame on: these are the frames on which the convolutions between the pathways are centred. PyTorchVideo's transform
    hands the slow pathway a second clip instead, spread from the first frame to the last, of 32 frames up to 3 later.

    Layers: PATH/stem, PATH/stageS/B/convC and PATH/stageS/0/downsample, for the pathways slow and fast, S 1-4, C 1-3;
    join/stageS, from the fast pathway into that stage of the slow one; fc. The average pools before fc have a side of 7
    places, or of all where there are fewer.
    """

    def __init__(
        self, *, outputs: int, width: float, frames: int, size: int, dropout: float, form: str, rngs: nnx.Rngs
    ):
        layers.check("SlowFast", {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip, self.dropout = (frames, size, size, 3), dropout
        shared = {"form": form, "rngs": rngs}
        fast = [layers.scaled(one, width * FAST.width) for one in (STEM, *(outputs for _, _, outputs, _, _ in STAGES))]
        self.slow = Pathway(SLOW, width, [JOINED * channels for channels in fast[:-1]], **shared)
        self.fast = Pathway(FAST, width, [0] * len(STAGES), **shared)
        self.join = Join(fast[:-1], **shared)
        slow = layers.scaled(STAGES[-1][2], width)
        self.fc = layers.Dense(slow + fast[-1], outputs, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; a `key` means training (dropout, batch moments). ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        training = key is not None
        slow, fast = (
            self.slow.begin(lax.slice_in_dim(clip, 0, None, ALPHA, axis=1), training),
            self.fast.begin(clip, training),
        )
        for name, *_ in STAGES:
            slow = self.join(name, slow, fast, training)
            slow, fast = (getattr(path, name)(x, training) for path, x in ((self.slow, slow), (self.fast, fast)))
        x = jnp.concatenate([_pooled(slow), _pooled(fast)], axis=-1)
        return self.fc(layers.dropout(x, self.dropout, key))


class Pathway(nnx.Module):
    """A ResNet-50 at one of the two frame rates; joined: the channels from the other one, before each stage."""

    remat = False

    def __init__(self, path: Path, width: float, joined: Sequence[int], *, form: str, rngs: nnx.Rngs):
        self.form, shared = form, {"form": form, "rngs": rngs}
        inputs = layers.scaled(STEM, width * path.width)
        self.stem = layers.Conv(3, inputs, (path.stem, 7, 7), strides=(1, 2, 2), norm=NORM, **shared)
        for (name, *channels, stride, blocks), taps, more in zip(STAGES, path.stages, joined, strict=True):
            middle, outputs = (layers.scaled(one, width * path.width) for one in channels)
            setattr(self, name, Stage((inputs + more, middle, outputs), taps, stride, blocks, **shared))
            inputs = outputs

    def begin(self, clip: jax.Array, training: bool) -> jax.Array:
        """The stem: convolution, batch norm, ReLU, and a max pool over the plane."""
        x = layers.block(lambda stem, x: jax.nn.relu(stem(x, training)), self.stem, clip, remat=self.remat)
        return layers.max_pool(x, (1, 3, 3), self.form, strides=(1, 2, 2), pads=(0, 1, 1))


class Join(nnx.Module):
    """By stage, a 7x1x1 convolution to the frames of the slow pathway, batch norm and ReLU, joined to its channels."""

    def __init__(self, channels: Sequence[int], *, form: str, rngs: nnx.Rngs):
        for (name, *_), inputs in zip(STAGES, channels, strict=True):
            conv = layers.Conv(
                inputs, JOINED * inputs, (7, 1, 1), strides=(ALPHA, 1, 1), norm=NORM, form=form, rngs=rngs
            )
            setattr(self, name, conv)

    def __call__(self, name: str, slow: jax.Array, fast: jax.Array, training: bool) -> jax.Array:
        return jnp.concatenate([slow, jax.nn.relu(getattr(self, name)(fast, training))], axis=-1)


class Stage(nnx.Module):
    """Residual blocks called "0", "1", ...; the first one strides. channels: before, inside and behind the blocks."""

    remat = False

    def __init__(self, channels: tuple[int, int, int], taps: int, stride: int, blocks: int, **shared: Any):
        self.blocks = blocks
        inputs, middle, outputs = channels
        for number in range(blocks):
            setattr(self, str(number), Block((inputs, middle, outputs), taps, 1 if number else stride, **shared))
            inputs = outputs

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        for number in range(self.blocks):
            x = layers.block(lambda block, x: block(x, training), getattr(self, str(number)), x, remat=self.remat)
        return x


class Block(nnx.Module):
    """relu(conv3(relu(conv2(relu(conv1(x))))) + shortcut): taps x 1 x 1, 1x3x3 with the stride, 1x1x1."""

    def __init__(self, channels: tuple[int, int, int], taps: int, stride: int, **shared: Any):
        inputs, middle, outputs = channels
        strides = (1, stride, stride)
        conv = functools.partial(layers.Conv, norm=NORM, **shared)
        self.conv1 = conv(inputs, middle, (taps, 1, 1))
        self.conv2 = conv(middle, middle, (1, 3, 3), strides=strides)
        self.conv3 = conv(middle, outputs, (1, 1, 1))
        same = stride == 1 and inputs == outputs
        self.downsample = None if same else conv(inputs, outputs, (1, 1, 1), strides=strides)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        shortcut = x if self.downsample is None else self.downsample(x, training)
        x = jax.nn.relu(self.conv1(x, training))
        x = jax.nn.relu(self.conv2(x, training))
        return jax.nn.relu(self.conv3(x, training) + shortcut)


def _pooled(x: jax.Array) -> jax.Array:
    """f[N, D, H, W, C] to f32[N, C]: the mean of all frames and windows."""
    _, frames, height, width, _ = x.shape
    return jnp.mean(layers.avg_pool(x, (frames, min(LAST_SIDE, height), min(LAST_SIDE, width))), (1, 2, 3))
