"""SESR (Bhardwaj et al., MLSys 2022): super-resolution by few plain convolutions, in the form in which it is run."""

import functools
from typing import ClassVar

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers, pixels, wdsr

FEATURES, BLOCKS = 16, 11


class SESR(nnx.Module):
    """Levels from 0 to 255 [N, frames, H, W, 3] to f32[N, frames, scale H, scale W, outputs] from 0 to 1, of any H, W.

    x0 = prelu(head(x)); x_b = prelu(x_(b-1) + block_b(x_(b-1))); y = shuffle(tail(x_n + x0) + x), where x counts for
    each of its scale^2 results, and the mean of its colours where there are not three outputs. The paper's blocks are
    wider while they train, and are collapsed into these convolutions to be run. Here they train as they are run, so
    that what is pruned is what runs. It works on RGB, the paper's on luma alone. Kernels are 3 x 3 pixels (those of
    head and tail 5 x 5) of one frame for pictures; for clips the blocks' have three frames.

    scale: 2 or more. blocks: 11 is SESR-M11, 5 is SESR-M5. The 16 channels are scaled by `width`; 2 is SESR-XL.
    activation: "prelu", or "relu" in its place, as the paper does for processors that have no other.

    Layers: head, blockB for B from 1, tail.
    """

    remat = False
    over_time: layers.Time = "clip"
    elastic = ("width", "blocks")
    operators: ClassVar = {"activation": ("prelu", "relu")}

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
        scale: int = 2,
        blocks: int = BLOCKS,
        activation: str = "prelu",
    ):
        wdsr.check("SESR", scale, blocks, width=width, frames=frames, size=size, dropout=dropout)
        if activation not in ("prelu", "relu"):
            raise ValueError(f"SESR activation is {activation!r}, expected 'prelu' or 'relu'")
        self.scale, self.blocks, self.outputs = scale, blocks, outputs
        window, features = (3 if frames > 1 else 1, 3, 3), layers.scaled(FEATURES, width)
        shared = {"form": form, "rngs": rngs}
        activated = functools.partial(Activated, slopes=activation == "prelu", **shared)
        self.head = activated(3, features, (1, 5, 5), init=layers.centred(1.0))
        for number in range(1, blocks + 1):
            setattr(self, f"block{number}", activated(features, features, window, init=layers.SMALL))
        self.tail = layers.Conv(features, scale**2 * outputs, (1, 5, 5), init=pixels.SMALL, **shared)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The enlarged pictures; a `key` changes nothing."""
        del key
        clip = pixels.centred(clip)
        first = x = self.head(clip)
        call = lambda block, x: block(x, x)
        for number in range(1, self.blocks + 1):
            x = layers.block(call, getattr(self, f"block{number}"), x, remat=self.remat)
        clip = clip if self.outputs == 3 else jnp.mean(clip, -1, keepdims=True)
        skip = jnp.tile(clip, self.scale**2 * self.outputs // clip.shape[-1])
        return pixels.restored(pixels.shuffle(self.tail(x + first).astype(jnp.float32) + skip, self.scale))


class Activated(layers.Conv):
    """prelu(conv(x) + added), with a slope below zero for each channel: the leaf slope f32[outputs].

    slopes: whether there are any; else relu(conv(x) + added).
    """

    def __init__(self, inputs: int, outputs: int, size: tuple[int, ...], *, slopes: bool, **options):
        super().__init__(inputs, outputs, size, **options)
        self.slope = nnx.Param(jnp.full((outputs,), 0.25, jnp.float32)) if slopes else None

    def __call__(self, x: jax.Array, added: jax.Array | None = None) -> jax.Array:
        x = super().__call__(x) if added is None else super().__call__(x) + added
        if self.slope is None:
            return jax.nn.relu(x)
        return jnp.where(x > 0, x, x * self.slope[...].astype(x.dtype)[None, None, None, None])
