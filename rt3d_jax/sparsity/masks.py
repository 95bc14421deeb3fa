"""Masks over kernels: sums and norms of blocks, and the way from a mask of blocks to one of weights.

All functions are pure and run under jit. Given numpy arrays, the functions on single kernels compute in numpy and
compile nothing.

A mask tree has the structure of the parameters. A leaf is a bool array of the parameter's shape, in which True keeps,
or None, which keeps everything.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lowering.functions import trees
from lowering.system import typed
from rt3d_jax.sparsity import patterns

Tree = Any
Array = jax.Array | np.ndarray


def module_of(array: Array) -> Any:
    """The module that computes with this array: numpy for numpy's arrays, jax.numpy for JAX's and for tracers."""
    return np if isinstance(array, np.ndarray) else jnp


def block_sums(values: Array, pattern: patterns.BlockPattern) -> Array:
    """The sum of each block of an array that is shaped as a kernel: [pattern.grid(values.shape)], values.dtype."""
    grid, block = pattern.grid(values.shape), pattern.block(values.shape)
    full = values.reshape(patterns.kernel_shape(values.shape))
    ends = [(0, cells * side - size) for cells, side, size in zip(grid, block, full.shape, strict=True)]
    pairs = [size for pair in zip(grid, block, strict=True) for size in pair]
    return module_of(values).pad(full, ends).reshape(pairs).sum(axis=tuple(range(1, len(pairs), 2)))


def block_sizes(shape: tuple[int, ...], pattern: patterns.BlockPattern) -> np.ndarray:
    """The number of weights in each block, int64[pattern.grid(shape)].

    The last block along an axis may be smaller than the others.
    """
    sizes = np.ones((), np.int64)
    for cells, side, size in zip(pattern.grid(shape), pattern.block(shape), patterns.kernel_shape(shape), strict=True):
        sides = np.full(cells, side, np.int64)
        sides[-1] = size - side * (cells - 1)
        sizes = np.multiply.outer(sizes, sides)
    return sizes


def block_energies(kernel: Array, pattern: patterns.BlockPattern) -> Array:
    """The sum of the squared weights of each block, [grid], kernel.dtype."""
    return block_sums(module_of(kernel).square(kernel), pattern)


def block_norms(kernel: Array, pattern: patterns.BlockPattern) -> Array:
    """The l2 norm of each block, [grid], kernel.dtype. Its gradient at a block of zeros is zero."""
    xp, sums = module_of(kernel), block_energies(kernel, pattern)
    alive = sums > 0
    return xp.where(alive, xp.sqrt(xp.where(alive, sums, 1.0)), 0.0)


def expand(kept: Array, shape: tuple[int, ...], pattern: patterns.BlockPattern) -> Array:
    """The mask of the weights, [shape], from that of the blocks, [grid]. The dtype, such as bool, stays.

    ValueError if the mask of the blocks does not have the grid's shape.
    """
    full = patterns.kernel_shape(shape)
    if kept.shape != pattern.grid(shape):
        raise ValueError(
            f"block mask has shape {kept.shape}, expected {pattern.grid(shape)} for {pattern.name} on {shape}"
        )
    xp = module_of(kept)
    for axis, (side, size) in enumerate(zip(pattern.block(shape), full, strict=True)):
        kept = xp.repeat(kept, side, axis=axis)[(slice(None),) * axis + (slice(size),)]
    return kept.reshape(shape)


def bias_mask(mask: Array) -> Any:
    """False for each filter of which no weight is left: bool[outputs].

    The bias of such a filter is dropped too, so that its channel is zero.
    """
    return mask.reshape(-1, mask.shape[-1]).any(axis=0)


def apply(params: Tree, masks: Tree) -> Tree:
    """The parameters with dropped weights set to zero. ValueError as `fitting`."""
    return map_masked(lambda mask, leaf: jnp.where(mask, leaf, jnp.zeros_like(leaf)), params, masks)


def map_masked(function: Callable[[jax.Array, jax.Array], jax.Array], params: Tree, masks: Tree) -> Tree:
    """function(mask, leaf) where there is a mask. Where the mask is None, the leaf itself. ValueError as `fitting`."""
    given = dict(trees.paths(masks))
    leaves = fitting(params, given)
    return trees.replaced(params, {path: function(mask, leaves[path]) for path, mask in given.items()})


def fitting(params: Tree, given: Mapping[str, Any]) -> dict[str, Any]:
    """The leaves that masks, by path, are for.

    ValueError for a mask where the parameters have no leaf, for one of another shape, and for what is no bool array.
    """
    leaves = trees.found(params, given)
    for path, mask in given.items():
        if getattr(mask, "dtype", None) != np.dtype(bool):
            shown = f"holds {mask.dtype}" if hasattr(mask, "dtype") else f"is {typed.what(mask)}"
            raise ValueError(f"mask {path} {shown}, expected a bool array, in which True keeps")
        if mask.shape != leaves[path].shape:
            raise ValueError(f"mask {path} has shape {mask.shape}, expected {leaves[path].shape}, as the parameter")
    return leaves


def dense(params: Tree) -> Tree:
    """The mask tree that keeps everything: None at every leaf."""
    return jax.tree.map(lambda _: None, params)


def density(mask: jax.Array | np.ndarray | None) -> float:
    """The fraction of weights that a mask keeps; 1 for None."""
    return 1.0 if mask is None else float(np.mean(np.asarray(mask)))
