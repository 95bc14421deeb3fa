"""R(2+1)D-18, R3D-18 and MC3-18 (Tran et al., CVPR 2018) as torchvision has them: one residual network, and three ways
to convolve over space and time.
"""

import dataclasses
import functools
from typing import Any, Literal

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers

Kind = Literal["factored", "full", "space"]

STEM = (45, 64)  # channels at width 1 after the convolution in space and after the one in time
STAGES = (("layer1", 64, 1), ("layer2", 128, 2), ("layer3", 256, 2), ("layer4", 512, 2))  # name, channels, stride
BLOCKS = 2
NORM = layers.Norm(eps=1e-5, momentum=0.1)


@dataclasses.dataclass(frozen=True)
class Variant:
    """How a network convolves.

    name: of the network, for errors. stem, stages: "factored" is a convolution over space and then one over time,
    "full" is one over both, and "space" is one over space alone, which leaves the frames as they are.
    """

    name: str
    stem: Literal["factored", "full"]
    stages: tuple[Kind, ...]


R2PLUS1D = Variant("R2Plus1D", "factored", ("factored",) * 4)
R3D = Variant("R3D", "full", ("full",) * 4)
MC3 = Variant("MC3", "full", ("full", "space", "space", "space"))


class ResNet18(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    Layers: stem; layerL/B/convC for L 1-4, B 0-1, C 1-2; layerL/0/downsample for L 2-4; fc. Of a factored convolution
    there are two, such as stem/space and stem/time.
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
        layers.check(variant.name, {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip, self.dropout = (frames, size, size, 3), dropout
        shared = {"form": form, "rngs": rngs}
        middle, inputs = (layers.scaled(channels, width) for channels in STEM)
        if variant.stem == "factored":
            self.stem = Factored(3, middle, inputs, side=7, strides=(1, 2), **shared)
        else:
            self.stem = layers.Conv(3, inputs, (3, 7, 7), strides=(1, 2, 2), norm=NORM, **shared)
        for (name, channels, stride), kind in zip(STAGES, variant.stages, strict=True):
            filters = layers.scaled(channels, width)
            setattr(self, name, Stage(inputs, filters, stride, kind, **shared))
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

    def __init__(self, inputs: int, outputs: int, stride: int, kind: Kind, **shared: Any):
        for number in range(BLOCKS):
            first = number == 0
            block = Block(inputs if first else outputs, outputs, stride if first else 1, kind, **shared)
            setattr(self, str(number), block)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        for number in range(BLOCKS):
            x = layers.block(lambda block, x: block(x, training), getattr(self, str(number)), x, remat=self.remat)
        return x


class Block(nnx.Module):
    """relu(conv2(relu(conv1(x))) + shortcut). Factored convolutions both have the mid-planes of the first."""

    def __init__(self, inputs: int, outputs: int, stride: int, kind: Kind, **shared: Any):
        conv = functools.partial(_conv, kind, mid_planes(inputs, outputs), **shared)
        self.conv1, self.conv2 = conv(inputs, outputs, stride), conv(outputs, outputs, 1)
        same, strides = stride == 1 and inputs == outputs, (1 if kind == "space" else stride, stride, stride)
        self.downsample = (
            None if same else layers.Conv(inputs, outputs, (1, 1, 1), strides=strides, norm=NORM, **shared)
        )

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


def _conv(kind: Kind, middle: int, inputs: int, outputs: int, stride: int, **shared: Any) -> nnx.Module:
    """A convolution of a block with its batch norm; middle: the mid-planes of a factored one."""
    match kind:
        case "factored":
            return Factored(inputs, middle, outputs, side=3, strides=(stride, stride), **shared)
        case "full":
            size, strides = (3, 3, 3), (stride, stride, stride)
        case "space":
            size, strides = (1, 3, 3), (1, stride, stride)
    return layers.Conv(inputs, outputs, size, strides=strides, norm=NORM, **shared)
