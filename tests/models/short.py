"""C3D without its later convolutions: what XLA and IREE compile in a third of the time."""

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers

CONVS = (("conv1", 4, (1, 2, 2)), ("conv2", 8, (2, 2, 2)), ("conv3a", 15, (2, 2, 2)))
HIDDEN = 24


class Short(nnx.Module):
    """The arguments are those of the catalog's networks, the layers are called as C3D's are. The width is fixed."""

    over_time: layers.Time = "clip"

    def __init__(
        self, *, outputs: int, width: float, frames: int, size: int, dropout: float, form: str, rngs: nnx.Rngs
    ):
        del width, frames, size
        self.form, self.dropout, inputs = form, dropout, 3
        for name, channels, _ in CONVS:
            setattr(self, name, layers.Conv(inputs, channels, (3, 3, 3), form=form, rngs=rngs))
            inputs = channels
        self.fc6 = layers.Dense(inputs, HIDDEN, rngs=rngs)
        self.fc7 = layers.Dense(HIDDEN, HIDDEN, rngs=rngs)
        self.fc8 = layers.Dense(HIDDEN, outputs, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        x = clip
        for name, _, window in CONVS:
            x = layers.max_pool(jax.nn.relu(getattr(self, name)(x)), window, self.form)
        x = jnp.mean(x, (1, 2, 3))
        keys = (None, None) if key is None else jax.random.split(key)
        for layer, drop in zip((self.fc6, self.fc7), keys, strict=True):
            x = layers.dropout(jax.nn.relu(layer(x)), self.dropout, drop)
        return self.fc8(x)
