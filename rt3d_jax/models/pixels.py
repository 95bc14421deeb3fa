"""What networks of super-resolution share: levels to numbers, pixel shuffle, and interpolation as a convolution."""

import jax
import jax.numpy as jnp
import numpy as np

from rt3d_jax.models import layers

MEAN = (0.4488, 0.4371, 0.4040)  # of DIV2K's training pictures (RGB, 0..1), as EDSR's and WDSR's authors give it
REACH = 2  # pixels to each side that bicubic interpolation of a whole factor reads

# Of the last layer: training begins close to what the skip around all others gives.
SMALL = layers.centred(1e-4)


def centred(clip: jax.Array) -> jax.Array:
    """Levels [N, D, H, W, 3] from 0 to 255, of any type, as f32 from 0 to 1 less DIV2K's mean."""
    return clip.astype(jnp.float32) * (1 / 255) - _mean()


def restored(pixels: jax.Array) -> jax.Array:
    """What `centred` gives, as f32[N, D, H, W, C] from 0 to 1 again. Other channels than RGB share one mean."""
    return pixels + (_mean() if pixels.shape[-1] == 3 else float(np.mean(MEAN)))


def shuffle(x: jax.Array, scale: int) -> jax.Array:
    """f32[N, D, H, W, scale^2 C] to f32[N, D, scale H, scale W, C] (Shi et al., CVPR 2016): channel (a, b, c) of pixel
    (y, x) becomes channel c of pixel (scale y + a, scale x + b).
    """
    n, d, h, w, c = x.shape
    phases = x.reshape(n, d, h, w, scale, scale, c // scale**2)
    return phases.transpose(0, 1, 2, 4, 3, 5, 6).reshape(n, d, h * scale, w * scale, c // scale**2)


def interpolating(scale: int, channels: int) -> jax.Array:
    """The kernel f32[1, 5, 5, channels, scale^2 channels] behind which `shuffle` gives the bicubic interpolation.

    Pixels around the picture count as 0.
    """
    side = 2 * REACH + 1
    around = 2 * side - 1  # so that the ends are out of reach of the middle
    responses = jax.image.resize(jnp.eye(around), (scale * around, around), "cubic", antialias=False)
    middle = around // 2
    taps = responses[middle * scale : (middle + 1) * scale, middle - REACH : middle + REACH + 1]
    return jnp.einsum("ay,bx,ij->yxiabj", taps, taps, jnp.eye(channels)).reshape(1, side, side, channels, -1)


def _mean() -> jax.Array:
    return jnp.array(MEAN, jnp.float32)
