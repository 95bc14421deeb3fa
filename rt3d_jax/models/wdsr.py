"""WDSR (Yu et al., 2018): super-resolution by residual blocks that are wide before their activation."""

from typing import ClassVar

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers, pixels

FEATURES, EXPANSION, BLOCKS = 32, 4, 16


class WDSR(nnx.Module):
    """Levels from 0 to 255 [N, frames, H, W, 3] to f32[N, frames, scale H, scale W, outputs] from 0 to 1, of any H, W.

    y = shuffle(tail(blocks(head(x))) + skip(x)). A block adds narrow(relu(wide(x))) to x. This is WDSR-A, without
    weight normalisation. The skip begins as bicubic interpolation, and blocks begin close to the identity, so that
    training starts where interpolation ends. Kernels are 3 x 3 pixels (the skip's are 5 x 5) of one frame for pictures,
    and of three frames for clips (the skip's of one).

    scale: 2 or more. blocks: residual blocks. expansion: the channels before the activation, over those after it. Each
    of the 32 channels of a block is scaled by `width`. wide: the pixels along a side of the wide kernels, 3 or 1. With
    1 a block has five ninths of the MACs; WDSR-B, too, widens by kernels of one pixel.

    Layers: head, blockB/wide and /narrow for B from 1, tail, skip.
    """

    remat = False
    over_time: layers.Time = "clip"
    elastic = ("width", "blocks", "expansion")
    operators: ClassVar = {"wide": (3, 1)}

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
        expansion: int = EXPANSION,
        wide: int = 3,
    ):
        check("WDSR", scale, blocks, width=width, frames=frames, size=size, dropout=dropout)
        if wide not in (3, 1):
            raise ValueError(f"WDSR wide is {wide}, expected 3 or 1: the pixels along a side of the wide kernels")
        self.scale, self.blocks = scale, blocks
        window, features = (3 if frames > 1 else 1, 3, 3), layers.scaled(FEATURES, width)
        shared = {"form": form, "rngs": rngs}
        self.head = layers.Conv(3, features, window, init=layers.centred(1.0), **shared)
        for number in range(1, blocks + 1):
            setattr(self, f"block{number}", Block(features, expansion * features, window, wide, **shared))
        self.tail = layers.Conv(features, scale**2 * outputs, window, init=pixels.SMALL, **shared)
        self.skip = layers.Conv(3, scale**2 * outputs, (1, 5, 5), init=interpolation(scale), **shared)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The enlarged pictures; a `key` changes nothing."""
        del key
        clip = pixels.centred(clip)
        x = self.head(clip)
        call = lambda block, x: block(x)
        for number in range(1, self.blocks + 1):
            x = layers.block(call, getattr(self, f"block{number}"), x, remat=self.remat)
        return pixels.restored(pixels.shuffle((self.tail(x) + self.skip(clip)).astype(jnp.float32), self.scale))


class Block(nnx.Module):
    """x + narrow(relu(wide(x)))."""

    def __init__(self, channels: int, middle: int, window: tuple[int, ...], wide: int, *, form: str, rngs: nnx.Rngs):
        self.wide = layers.Conv(channels, middle, (window[0], wide, wide), form=form, rngs=rngs)
        self.narrow = layers.Conv(middle, channels, window, form=form, rngs=rngs, init=layers.SMALL)

    def __call__(self, x: jax.Array) -> jax.Array:
        return x + self.narrow(jax.nn.relu(self.wide(x)))


def interpolation(scale: int):
    """Initialises a kernel [1, 5, 5, 3, scale^2 outputs] so that it interpolates, where there are three outputs."""

    def init(key: jax.Array, shape: tuple[int, ...], dtype=jnp.float32) -> jax.Array:
        kernel = pixels.interpolating(scale, shape[3])
        return kernel.astype(dtype) if kernel.shape == tuple(shape) else layers.SMALL(key, shape, dtype)

    return init


def check(network: str, scale: int, blocks: int, **sizes: float) -> None:
    """ValueError for arguments that a network of super-resolution cannot take."""
    layers.check(network, {}, **sizes)  # pyright: ignore[reportArgumentType]
    for name, value, least in (("scale", scale, 2), ("blocks", blocks, 1)):
        if value < least:
            raise ValueError(f"{network} {name} is {value}, expected at least {least}")
