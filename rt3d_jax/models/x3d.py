"""X3D-XS, X3D-S and X3D-M (Feichtenhofer, CVPR 2020) as PyTorchVideo has them: inverted bottlenecks with depthwise
3x3x3 convolutions. The three are one network for clips of three sizes.
"""

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers

STEM = 24
# name, channels, those inside its blocks, those of squeeze and excitation, blocks; the first block of each strides
STAGES = (
    ("stage1", 24, 54, 8, 3),
    ("stage2", 48, 108, 8, 5),
    ("stage3", 96, 216, 16, 11),
    ("stage4", 192, 432, 32, 7),
)
HEAD = (432, 2048)  # before and after the average pool
NORM = layers.Norm(eps=1e-5, momentum=0.1)


class X3D(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    pool: frames and side of the average pool in the head: (4, 5) for XS, whose clips have 4 frames of 160 pixels,
    (13, 5) for S with 13 of 160, and (16, 7) for M with 16 of 224. The pool is no larger than its input. Where it is
    smaller, as for the larger crops of evaluation, the logits of all its places are averaged.

    Layers: stem/space, stem/time; stageS/B/expand, /depthwise, /project; stageS/B/excite/reduce and /expand for even B;
    stageS/0/shortcut; head/conv1, head/conv2, head/fc.
    """

    remat = False
    over_time: layers.Time = "clip"

    def __init__(
        self,
        *,
        pool: tuple[int, int],
        outputs: int,
        width: float,
        frames: int,
        size: int,
        dropout: float,
        form: str,
        rngs: nnx.Rngs,
    ):
        layers.check("X3D", {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip = (frames, size, size, 3)
        shared = {"form": form, "rngs": rngs}
        inputs = layers.scaled(STEM, width)
        self.stem = Stem(inputs, **shared)
        for name, *channels, blocks in STAGES:
            channels = tuple(layers.scaled(one, width) for one in channels)
            setattr(self, name, Stage(inputs, channels, blocks, **shared))
            inputs = channels[0]
        middle = tuple(layers.scaled(one, width) for one in HEAD)
        self.head = Head(inputs, middle, outputs, pool=pool, dropout=dropout, **shared)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; a `key` means training (dropout, batch moments). ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        training = key is not None
        x = layers.block(lambda stem, x: stem(x, training), self.stem, clip, remat=self.remat)
        for name, *_ in STAGES:
            x = getattr(self, name)(x, training)
        return self.head(x, key)


class Stem(nnx.Module):
    """A 1x3x3 convolution, then a depthwise one over 5 frames, batch norm and ReLU."""

    def __init__(self, outputs: int, *, form: str, rngs: nnx.Rngs):
        shared = {"form": form, "rngs": rngs}
        self.space = layers.Conv(3, outputs, (1, 3, 3), strides=(1, 2, 2), bias=False, **shared)
        self.time = layers.Depthwise(outputs, (5, 1, 1), norm=NORM, **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        return jax.nn.relu(self.time(self.space(x), training))


class Stage(nnx.Module):
    """Residual blocks called "0", "1", ...; the first one strides, and every second one has squeeze and excitation."""

    remat = False

    def __init__(self, inputs: int, channels: tuple[int, ...], blocks: int, *, form: str, rngs: nnx.Rngs):
        self.blocks = blocks
        for number in range(blocks):
            before = channels[0] if number else inputs
            block = Block(before, channels, first=number == 0, excite=number % 2 == 0, form=form, rngs=rngs)
            setattr(self, str(number), block)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        for number in range(self.blocks):
            x = layers.block(lambda block, x: block(x, training), getattr(self, str(number)), x, remat=self.remat)
        return x


class Block(nnx.Module):
    """relu(project(swish(excite(depthwise(relu(expand(x)))))) + shortcut), with batch norm after each convolution.

    The shortcut of a block that strides is a convolution. It has a batch norm only where channels change.
    """

    def __init__(self, inputs: int, channels: tuple[int, ...], *, first: bool, excite: bool, form: str, rngs: nnx.Rngs):
        outputs, middle, squeezed = channels
        shared = {"form": form, "rngs": rngs}
        strides = (1, 2, 2) if first else (1, 1, 1)
        self.expand = layers.Conv(inputs, middle, (1, 1, 1), norm=NORM, **shared)
        self.depthwise = layers.Depthwise(middle, (3, 3, 3), strides=strides, norm=NORM, **shared)
        self.excite = layers.SqueezeExcite(middle, squeezed, act=jax.nn.relu, rngs=rngs) if excite else None
        self.project = layers.Conv(middle, outputs, (1, 1, 1), norm=NORM, **shared)
        norm = None if inputs == outputs else NORM
        conv = layers.Conv(inputs, outputs, (1, 1, 1), strides=strides, norm=norm, bias=False, **shared)
        self.shortcut = conv if first else None

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        shortcut = x if self.shortcut is None else self.shortcut(x, training)
        x = jax.nn.relu(self.expand(x, training))
        x = self.depthwise(x, training)
        x = jax.nn.silu(x if self.excite is None else self.excite(x))
        return jax.nn.relu(self.project(x, training) + shortcut)


class Head(nnx.Module):
    """A 1x1x1 convolution with batch norm and ReLU; average pool; a 1x1x1 convolution, ReLU, dropout; dense layer."""

    def __init__(
        self,
        inputs: int,
        channels: tuple[int, ...],
        outputs: int,
        *,
        pool: tuple[int, int],
        dropout: float,
        form: str,
        rngs: nnx.Rngs,
    ):
        middle, wide = channels
        self.pool, self.dropout = pool, dropout
        self.conv1 = layers.Conv(inputs, middle, (1, 1, 1), norm=NORM, form=form, rngs=rngs)
        self.conv2 = layers.Conv(middle, wide, (1, 1, 1), bias=False, form=form, rngs=rngs)
        self.fc = layers.Dense(wide, outputs, rngs=rngs, init=layers.SMALL)

    def __call__(self, x: jax.Array, key: jax.Array | None) -> jax.Array:
        x = jax.nn.relu(self.conv1(x, key is not None))
        frames, side = self.pool
        x = layers.avg_pool(x, (min(frames, x.shape[1]), min(side, x.shape[2]), min(side, x.shape[3])))
        x = layers.dropout(jax.nn.relu(self.conv2(x)), self.dropout, key)
        return self.fc(jnp.mean(x, (1, 2, 3), jnp.float32))
