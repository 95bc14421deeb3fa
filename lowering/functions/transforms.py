"""The matrices of Winograd's minimal filtering F(m x m, 3 x 3), in numpy.

Winograd 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016.
"""

import dataclasses
from typing import Any

import numpy as np

TAPS = 3  # of a kernel, in height and in width


@dataclasses.dataclass(frozen=True, eq=False)
class Transforms:
    """The matrices of F(m, 3): of m outputs in a row, `result` @ ((`kernel` @ weights) * (`input` @ pixels)).

    kernel f64[m + 2, 3], input f64[m + 2, m + 2], result f64[m, m + 2]; G, B^T and A^T of Lavin and Gray.
    """

    kernel: np.ndarray
    input: np.ndarray
    result: np.ndarray


TRANSFORMS = {
    2: Transforms(
        np.array([[1, 0, 0], [1 / 2, 1 / 2, 1 / 2], [1 / 2, -1 / 2, 1 / 2], [0, 0, 1]]),
        np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]], float),
        np.array([[1, 1, 1, 0], [0, 1, -1, 1]], float),
    ),
    4: Transforms(
        np.array(
            [
                [1 / 4, 0, 0],
                [-1 / 6, -1 / 6, -1 / 6],
                [-1 / 6, 1 / 6, -1 / 6],
                [1 / 24, 1 / 12, 1 / 6],
                [1 / 24, -1 / 12, 1 / 6],
                [0, 0, 1],
            ]
        ),
        np.array(
            [
                [4, 0, -5, 0, 1, 0],
                [0, -4, -4, 1, 1, 0],
                [0, 4, -4, -1, 1, 0],
                [0, -2, -1, 2, 1, 0],
                [0, 2, -1, -2, 1, 0],
                [0, 4, 0, -5, 0, 1],
            ],
            float,
        ),
        np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]], float),
    ),
}


def kernel(weights: Any, tile: int, xp: Any = np) -> Any:
    """G w G^T of each plane: f32[D, 3, 3, I, O] becomes f32[D, tile + 2, tile + 2, I, O]. xp: numpy, or jax.numpy."""
    weights = weights.astype(np.float64) if xp is np else weights
    matrix = TRANSFORMS[tile].kernel.astype(weights.dtype)
    return xp.einsum("ph,dhwio,qw->dpqio", matrix, weights, matrix).astype(np.float32)


def scales(tile: int) -> np.ndarray:
    """What learned weights at each place of a tile are, over those that are multiplied: f32[tile + 2, tile + 2, 1, 1].

    Weights at different places differ by up to 100 times in size, and so do the pixels of transformed tiles. In these
    units a weight brings as much to the result at every place, if pixels are white noise: so weights learn at one rate,
    and blocks of different places compare by their squares. On average they are as large as those of a kernel in the
    plane.
    """
    found = TRANSFORMS[tile]
    each = np.linalg.norm(found.input, axis=1) * np.linalg.norm(found.result, axis=0)
    size = each * np.linalg.norm(found.kernel, axis=1)
    each /= np.exp(np.log(size).mean())
    return np.multiply.outer(each, each).astype(np.float32)[:, :, None, None]


def tiles(length: int, tile: int) -> int:
    """How many cover a height or a width."""
    return -(-length // tile)
