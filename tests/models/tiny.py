"""The smallest network with batch norm: two convolutions and a dense layer. Tests put it into the catalog."""

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers

NORM = layers.Norm(momentum=0.2)


class Tiny(nnx.Module):
    """The arguments are those of the catalog's networks, and the norm: None leaves it out."""

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
        norm: layers.Norm | None = NORM,
    ):
        del frames, size
        self.dropout, middle = dropout, layers.scaled(16, width)
        shared = {"norm": norm, "form": form, "rngs": rngs}
        self.conv1 = layers.Conv(3, middle, (1, 3, 3), strides=(1, 2, 2), **shared)
        self.conv2 = layers.Conv(middle, 2 * middle, (3, 1, 1), strides=(2, 1, 1), **shared)
        self.fc = layers.Dense(2 * middle, outputs, rngs=rngs)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        training = key is not None
        x = jax.nn.relu(self.conv1(clip, training))
        x = jax.nn.relu(self.conv2(x, training))
        return self.fc(layers.dropout(jnp.mean(x, (1, 2, 3)), self.dropout, key))
