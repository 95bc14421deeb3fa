"""R(2+1)D-18 (Tran et al., CVPR 2018) as torchvision's r2plus1d_18: convolutions in space, then in time."""

import functools

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers

STEM = (45, 64)  # channels at width 1 after the convolution in space and after the one in time
STAGES = (("layer1", 64, 1), ("layer2", 128, 2), ("layer3", 256, 2), ("layer4", 512, 2))  # name, channels, stride
BLOCKS = 2
NORM = layers.Norm(eps=1e-5, momentum=0.1)


class R2Plus1D(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    Layers: stem/space, stem/time; layerL/B/convC/space and /time for L 1-4, B 0-1, C 1-2; layerL/0/downsample for L
    2-4; fc.
    """

    remat = False

    def __init__(
        self, *, outputs: int, width: float, frames: int, size: int, dropout: float, form: str, rngs: nnx.Rngs
    ):
        layers.check("R2Plus1D", {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip, self.dropout = (frames, size, size, 3), dropout
        middle, inputs = (layers.scaled(channels, width) for channels in STEM)
        self.stem = Factored(3, middle, inputs, side=7, strides=(1, 2), form=form, rngs=rngs)
        for name, channels, stride in STAGES:
            filters = layers.scaled(channels, width)
            setattr(self, name, Stage(inputs, filters, stride, form=form, rngs=rngs))
            inputs = filters
        self.fc = layers.Dense(inputs, outputs, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; a `key` means training (dropout, batch moments). ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        training = key is not None
        x = layers.block(lambda stem, x: jax.nn.relu(stem(x, training)), self.stem, clip, remat=self.remat)
        for name, _, _ in STAGES:
            x = getattr(self, name)(x, training)
        return self.fc(layers.dropout(jnp.mean(x, (1, 2, 3)), self.dropout, key))


class Stage(nnx.Module):
    """Residual blocks called "0" and "1", as in torchvision's names; the first one strides."""

    remat = False

    def __init__(self, inputs: int, outputs: int, stride: int, *, form: str, rngs: nnx.Rngs):
        for number in range(BLOCKS):
            first = number == 0
            block = Block(inputs if first else outputs, outputs, stride if first else 1, form=form, rngs=rngs)
            setattr(self, str(number), block)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        for number in range(BLOCKS):
            x = layers.block(lambda block, x: block(x, training), getattr(self, str(number)), x, remat=self.remat)
        return x


class Block(nnx.Module):
    """relu(conv2(relu(conv1(x))) + shortcut); both convolutions have the mid-planes of the first."""

    def __init__(self, inputs: int, outputs: int, stride: int, *, form: str, rngs: nnx.Rngs):
        middle = mid_planes(inputs, outputs)
        self.conv1 = Factored(inputs, middle, outputs, side=3, strides=(stride, stride), form=form, rngs=rngs)
        self.conv2 = Factored(outputs, middle, outputs, side=3, strides=(1, 1), form=form, rngs=rngs)
        strides, same = (stride, stride, stride), stride == 1 and inputs == outputs
        conv = functools.partial(layers.Conv, strides=strides, norm=NORM, form=form, rngs=rngs)
        self.downsample = None if same else conv(inputs, outputs, (1, 1, 1))

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        shortcut = x if self.downsample is None else self.downsample(x, training)
        x = jax.nn.relu(self.conv1(x, training))
        return jax.nn.relu(self.conv2(x, training) + shortcut)


class Factored(nnx.Module):
    """A 1 x side x side convolution, norm and ReLU; then a 3x1x1 convolution and batch norm. Strides: (time, space)."""

    def __init__(
        self, inputs: int, middle: int, outputs: int, *, side: int, strides: tuple[int, int], form: str, rngs: nnx.Rngs
    ):
        time, space = strides
        shared = {"norm": NORM, "form": form, "rngs": rngs}
        self.space = layers.Conv(inputs, middle, (1, side, side), strides=(1, space, space), **shared)
        self.time = layers.Conv(middle, outputs, (3, 1, 1), strides=(time, 1, 1), **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        return self.time(jax.nn.relu(self.space(x, training)), training)


def mid_planes(inputs: int, outputs: int) -> int:
    """floor(27 i o / (9 i + 3 o)): as many weights as the 3x3x3 convolution had (Tran et al., 2018, section 3.5)."""
    return inputs * outputs * 27 // (inputs * 9 + 3 * outputs)
