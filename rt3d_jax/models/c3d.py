"""C3D (Tran et al., ICCV 2015) as pruned in (RT3D, AAAI-21): eight 3x3x3 convolutions and three dense layers."""

import functools

import jax
from flax import nnx

from rt3d_jax.models import layers

# name, channels at width 1, the pool after it
CONVS = (
    ("conv1", 64, (1, 2, 2)),
    ("conv2", 128, (2, 2, 2)),
    ("conv3a", 256, None),
    ("conv3b", 256, (2, 2, 2)),
    ("conv4a", 512, None),
    ("conv4b", 512, (2, 2, 2)),
    ("conv5a", 512, None),
    ("conv5b", 512, (2, 2, 2)),
)
POOL5_PADS = (0, 1, 1)
HIDDEN = 4096
LEAST = {"frames": (16, "four pools halve it"), "size": (16, "four pools halve it")}


class C3D(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    hidden: the units of fc6 and of fc7 at width 1. Those published are for clips of 112 x 112.
    """

    remat = False
    over_time: layers.Time = "clip"

    def __init__(
        self,
        *,
        outputs: int,
        width: float,
        frames: int,
        size: int,
        dropout: float,
        form: str,
        rngs: nnx.Rngs,
        hidden: int = HIDDEN,
    ):
        layers.check("C3D", LEAST, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        self.clip, self.form, self.dropout = (frames, size, size, 3), form, dropout
        inputs = 3
        for name, channels, _ in CONVS:
            filters = layers.scaled(channels, width)
            setattr(self, name, layers.Conv(inputs, filters, (3, 3, 3), form=form, rngs=rngs))
            inputs = filters
        flat = frames // 16 * (size // 16 // 2 + 1) ** 2 * inputs
        units = layers.scaled(hidden, width)
        self.fc6 = layers.Dense(flat, units, rngs=rngs)
        self.fc7 = layers.Dense(units, units, rngs=rngs)
        self.fc8 = layers.Dense(units, outputs, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; `key` switches dropout on (training), None is evaluation. ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        x = clip
        for name, _, window in CONVS:
            pads = POOL5_PADS if name == "conv5b" else (0, 0, 0)
            call = functools.partial(_convolved, window=window, pads=pads, form=self.form)
            x = layers.block(call, getattr(self, name), x, remat=self.remat)
        keys = (None, None) if key is None else jax.random.split(key)
        x = x.reshape(x.shape[0], -1)
        for layer, drop in zip((self.fc6, self.fc7), keys, strict=True):
            x = layers.dropout(jax.nn.relu(layer(x)), self.dropout, drop)
        return self.fc8(x)


def _convolved(
    conv: layers.Conv, x: jax.Array, *, window: tuple[int, ...] | None, pads: tuple[int, ...], form: str
) -> jax.Array:
    x = jax.nn.relu(conv(x))
    return x if window is None else layers.max_pool(x, window, form, pads=pads)
