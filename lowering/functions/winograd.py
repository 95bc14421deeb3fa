"""A convolution whose kernel lies in the transformed domain of Winograd's minimal filtering F(m x m, 3 x 3).

y = A^T (U * (B^T x B)) A, tile by tile of m x m pixels, where U stands for G w G^T of a kernel w (Winograd 1980; Lavin
and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016). What is zero in U is never multiplied, while
a zero in w is spread over the whole tile. So networks are pruned in U itself (Li, Park and Tang, "Enabling Sparse
Winograd Convolution by Native Pruning", 2017; Liu et al., "Efficient Sparse-Winograd Convolutional Neural Networks",
ICLR 2018).

The convolution is a primitive of its own, so that whoever reads a function finds it by its name.
"""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend import core
from jax.interpreters import ad, batching, mlir

from lowering.functions import transforms

NAME = "winograd_conv"


def conv(x: jax.Array, kernel: jax.Array, tile: int, pads: Sequence[tuple[int, int]]) -> jax.Array:
    """f32[N, D, H, W, I] with f32[d, tile + 2, tile + 2, I, O] to f32[N, D', H', W', O], with strides of 1.

    kernel: U in the units of `transforms.scales`. pads: zeros at both ends of frames, height and width. Where the image
    ends within a tile, the tile is computed whole and cut. ValueError for a tile whose side is not 2 or 4, and for a
    kernel of another shape.
    """
    if tile not in transforms.TRANSFORMS:
        known = ", ".join(map(str, transforms.TRANSFORMS))
        raise ValueError(f"the side of a tile is {tile!r}, expected one of {known}")
    reach = tile + transforms.TAPS - 1
    if x.ndim != 5 or kernel.ndim != 5 or kernel.shape[1:4] != (reach, reach, x.shape[4]):
        wanted = f"[frames, {reach}, {reach}, {x.shape[-1]}, outputs]"
        raise ValueError(f"kernel has shape {kernel.shape}, expected {wanted} for an input of shape {x.shape}")
    return primitive.bind(x, kernel, tile=tile, pads=tuple((int(low), int(high)) for low, high in pads))


def learned(kernel: jax.Array, tile: int) -> jax.Array:
    """The kernel of `conv` that does the same as f32[D, 3, 3, I, O] in the plane: f32[D, tile + 2, tile + 2, I, O]."""
    return transforms.kernel(kernel, tile, jnp) * transforms.scales(tile)


def shape(x: Sequence[int], kernel: Sequence[int], pads: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Of the result, for the shapes of x and of the kernel."""
    window = (kernel[0], transforms.TAPS, transforms.TAPS)
    sizes = (size + low + high - side + 1 for size, (low, high), side in zip(x[1:4], pads, window, strict=True))
    return (x[0], *sizes, kernel[4])


def _conv(x: Any, kernel: Any, *, tile: int, pads: tuple[tuple[int, int], ...]) -> Any:
    count, frames, height, width, outputs = shape(x.shape, kernel.shape, pads)
    down, across = (transforms.tiles(length, tile) for length in (height, width))
    (depth, reach, _, inputs, _), found = kernel.shape, transforms.TRANSFORMS[tile]
    ends = [
        (low, max(0, (number - 1) * tile + reach - low - size))
        for number, (low, _), size in zip((down, across), pads[1:], x.shape[2:4], strict=True)
    ]
    x = jnp.pad(x, ((0, 0), pads[0], *ends, (0, 0)))
    rows = _combined(found.input, _every(x, 2, down, tile, reach))  # [place, N, D, down, W, I]
    places = _combined(found.input, _every(rows, 4, across, tile, reach))  # [place, place of the row, N, D, ...]
    places = places.reshape(reach**2, *places.shape[2:])  # columns first
    beside = jnp.concatenate([places[:, :, d : d + frames] for d in range(depth)], -1)
    weights = kernel / transforms.scales(tile).astype(kernel.dtype)
    weights = weights.transpose(2, 1, 0, 3, 4).reshape(reach**2, depth * inputs, outputs)
    sums = jnp.einsum("pnc,pco->pno", beside.reshape(reach**2, -1, depth * inputs), weights)
    columns = _combined(found.result, sums.reshape(reach, reach, -1))  # [column, place of the row, ...]
    pixels = _combined(found.result, columns.swapaxes(0, 1))  # [row, column, ...]
    pixels = pixels.reshape(tile, tile, count, frames, down, across, outputs)
    whole = pixels.transpose(2, 3, 4, 0, 5, 1, 6).reshape(count, frames, down * tile, across * tile, outputs)
    return whole[:, :, :height, :width]


def _every(x: Any, axis: int, count: int, step: int, reach: int) -> Any:
    """What lies at each place of `count` windows along an axis, which begin `step` apart; places are the first axis."""
    along = range(reach)
    return jnp.stack([lax.slice_in_dim(x, at, at + (count - 1) * step + 1, step, axis) for at in along])


def _combined(matrix: np.ndarray, arrays: Any) -> Any:
    """matrix @ arrays, along their first axis."""
    return jnp.einsum("pi,i...->p...", matrix.astype(arrays.dtype), arrays)


def _jvp(primals: Any, tangents: Any, **how: Any) -> tuple[Any, Any]:
    """The operation is linear in x and in the kernel."""
    pairs = zip(primals, tangents, strict=True)
    tangents = [jnp.zeros_like(x) if type(change) is ad.Zero else change for x, change in pairs]
    return jax.jvp(functools.partial(_conv, **how), primals, tuple(tangents))


def _batched(operands: Any, axes: Any, **how: Any) -> tuple[Any, int]:
    return jax.vmap(functools.partial(_conv, **how), axes)(*operands), 0


primitive = core.Primitive(NAME)
primitive.def_impl(jax.jit(_conv, static_argnames=("tile", "pads")))
primitive.def_abstract_eval(lambda x, kernel, *, tile, pads: x.update(shape=shape(x.shape, kernel.shape, pads)))
mlir.register_lowering(primitive, mlir.lower_fun(_conv, multiple_results=False))
ad.primitive_jvps[primitive] = _jvp
batching.primitive_batchers[primitive] = _batched
