"""PointPillars (Lang et al., CVPR 2019): objects in the scans of a LiDAR, by 2D convolutions over pillars of points."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from rt3d_jax.models import layers, pixels

FEATURES = 64  # channels of a pillar, and of the first block
BLOCKS = (64, 128, 256)  # channels
UP = 128  # channels of each block in the map that the head sees
POINT = 9  # numbers of a point
NUMBERS = 9  # of an anchor: its score, seven offsets, its direction
PRIOR = 0.01  # of a score, before training (Lin et al., ICCV 2017)
NORM = layers.Norm(eps=1e-3, momentum=0.05)


class PointPillars(nnx.Module):
    """f32[N, pillars, points, 9] and places i32[N, pillars] to f32[N, rows, columns, outputs].

    A layer for every point, with batch norm and ReLU, and the maximum over the points make the features of a pillar. It
    lies at its place of the grid, which counts row by row; rows x columns of the grid is the place of pillars that are
    not there. Three blocks of 3 x 3 convolutions follow, with 1, 1/2 and 1/4 of the places of the first one along each
    axis. All are brought to the places of the first one, where a head sees them. The result has a place for `stride` x
    `stride` cells. Its channels are first the logits of the scores of all anchors, then their offsets, seven for each,
    then the logits of their directions.

    grid: rows and columns of the grid, both multiples of 4 strides. stride: of the first block; 2 is the paper's for
    cars, 1 for pedestrians and cyclists. convolutions: of each block. spread: what the nine numbers of a point are
    divided by, so that all are about as large. None leaves them in metres. Each layer's channels are scaled by `width`;
    the head aside.

    The network differs from the paper's in one thing. To bring a block to more places, that has a transposed
    convolution with as large a stride as kernel. This is a 1 x 1 convolution and a pixel shuffle, and batch norm stands
    before the shuffle here, so that each place has its own. The head, a 1 x 1 convolution of all three, is the sum of
    one of each: nothing has to be copied to lie together.

    Layers: point; blockB/convC for B from 1 to 3 and C from 1; upB; headB.
    """

    remat = False

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
        grid: tuple[int, int] = (496, 432),
        stride: int = 2,
        convolutions: tuple[int, int, int] = (4, 6, 6),
        spread: tuple[float, ...] | None = None,
    ):
        layers.check("PointPillars", {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        check(grid, stride, convolutions, spread, outputs)
        self.grid, self.spread = (grid[0], grid[1]), None if spread is None else tuple(spread)
        shared = {"form": form, "rngs": rngs}
        features = layers.scaled(FEATURES, width)
        self.point = layers.Conv(POINT, features, (1, 1, 1), norm=NORM, **shared)
        inputs, up = features, layers.scaled(UP, width)
        for number, (channels, count) in enumerate(zip(BLOCKS, convolutions, strict=True)):
            scaled, times = layers.scaled(channels, width), 2**number
            setattr(self, f"block{number + 1}", Block(inputs, scaled, count, 2 if number else stride, **shared))
            setattr(self, f"up{number + 1}", Up(scaled, up, times, **shared))
            head = layers.Conv(up, outputs, (1, 1, 1), bias=not number, init=layers.centred(0.003), **shared)
            if head.bias is not None:
                head.bias = nnx.Param(prior(outputs))
            setattr(self, f"head{number + 1}", head)
            inputs = scaled

    def __call__(self, pillars: jax.Array, places: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """Scores, offsets and directions; a `key` means training (batch moments)."""
        training = key is not None
        if self.spread is not None:
            pillars = pillars * (1 / np.array(self.spread, np.float32))
        x = jax.nn.relu(self.point(pillars[:, None], training))
        return self.seen(scattered(jnp.max(x, axis=3)[:, 0], places, self.grid), training)

    def seen(self, x: jax.Array, training: bool = False) -> jax.Array:
        """The same of the features f[N, 1, rows, columns, C] of the grid: the backbone and the head."""
        found = []
        for number in range(1, len(BLOCKS) + 1):
            call = lambda block, x: block(x, training)
            x = layers.block(call, getattr(self, f"block{number}"), x, remat=self.remat)
            found.append(getattr(self, f"head{number}")(getattr(self, f"up{number}")(x, training)))
        return sum(found[1:], found[0])[:, 0].astype(jnp.float32)


class Block(nnx.Module):
    """Convolutions of 3 x 3 with batch norm and ReLU, of which the first one strides."""

    def __init__(self, inputs: int, outputs: int, count: int, stride: int, *, form: str, rngs: nnx.Rngs):
        self.count = count
        for number in range(1, count + 1):
            strides = (1, stride, stride) if number == 1 else (1, 1, 1)
            conv = layers.Conv(inputs, outputs, (1, 3, 3), strides=strides, norm=NORM, form=form, rngs=rngs)
            setattr(self, f"conv{number}", conv)
            inputs = outputs

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        for number in range(1, self.count + 1):
            x = jax.nn.relu(getattr(self, f"conv{number}")(x, training))
        return x


class Up(layers.Conv):
    """A map with `times` as many places along rows and columns: a 1 x 1 convolution, batch norm, ReLU, shuffle."""

    def __init__(self, inputs: int, outputs: int, times: int, *, form: str, rngs: nnx.Rngs):
        super().__init__(inputs, outputs * times**2, (1, 1, 1), norm=NORM, form=form, rngs=rngs)
        self.times = times

    def __call__(self, x: jax.Array, training: bool = False) -> jax.Array:
        x = jax.nn.relu(super().__call__(x, training))
        return pixels.shuffle(x, self.times) if self.times > 1 else x


def scattered(features: jax.Array, places: jax.Array, grid: tuple[int, int]) -> jax.Array:
    """Features f[N, pillars, C] at their places i32[N, pillars] of a grid, f[N, 1, rows, columns, C]; 0 elsewhere."""
    rows, columns = grid
    count, _, channels = features.shape
    empty = jnp.zeros((rows * columns + 1, channels), features.dtype)  # the last one takes pillars that are not there
    put = lambda one, at: empty.at[at].set(one, mode="promise_in_bounds")
    return jax.vmap(put)(features, places)[:, :-1].reshape(count, 1, rows, columns, channels)


def prior(outputs: int) -> jax.Array:
    """f32[outputs]: the logits of PRIOR for the scores, zeros for all else."""
    score = -math.log((1 - PRIOR) / PRIOR)
    return jnp.where(jnp.arange(outputs) < outputs // NUMBERS, score, 0).astype(jnp.float32)


def check(
    grid: tuple[int, int], stride: int, convolutions: tuple[int, ...], spread: tuple[float, ...] | None, outputs: int
) -> None:
    """ValueError for a grid, a stride, a spread, or numbers of convolutions or outputs that the network cannot have."""
    whole = 4 * stride
    if stride < 1 or len(grid) != 2 or any(side < whole or side % whole for side in grid):
        raise ValueError(
            f"PointPillars grid is {tuple(grid)} with stride {stride}, expected rows and columns that are multiples of "
            "4 strides"
        )
    if len(convolutions) != len(BLOCKS) or min(convolutions) < 1:
        raise ValueError(f"PointPillars convolutions is {tuple(convolutions)}, expected three numbers of at least 1")
    if spread is not None and (len(spread) != POINT or min(spread) <= 0):
        raise ValueError(f"PointPillars spread is {tuple(spread)}, expected {POINT} numbers above 0, or None")
    if outputs % NUMBERS:
        raise ValueError(f"PointPillars outputs is {outputs}, expected {NUMBERS} for each anchor")
