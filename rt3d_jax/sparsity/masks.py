"""Masks over kernels: block norms and scores, keep-top-k, expansion to weights. Pure functions; all run under jit.

Given numpy arrays, the functions on single kernels compute in numpy, without compiling anything. A mask tree has the
structure of the parameters; a leaf is a bool array of the parameter's shape (True keeps) or None, which keeps
everything.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lowering.functions import trees
from rt3d_jax.sparsity import patterns

Tree = Any
Array = jax.Array | np.ndarray


def module_of(array: Array) -> Any:
    """The module that computes with this array: numpy for numpy's, jax.numpy for JAX's and tracers."""
    return np if isinstance(array, np.ndarray) else jnp


def block_sums(values: Array, pattern: patterns.BlockPattern) -> Array:
    """The sum of each block of a kernel-shaped array: [pattern.grid(values.shape)], the dtype of values."""
    grid, block = pattern.grid(values.shape), pattern.block(values.shape)
    full = values.reshape(patterns.kernel_shape(values.shape))
    ends = [(0, cells * side - size) for cells, side, size in zip(grid, block, full.shape, strict=True)]
    pairs = [size for pair in zip(grid, block, strict=True) for size in pair]
    return module_of(values).pad(full, ends).reshape(pairs).sum(axis=tuple(range(1, 10, 2)))


def block_sizes(shape: tuple[int, ...], pattern: patterns.BlockPattern) -> np.ndarray:
    """The number of real weights in each block, int64[pattern.grid(shape)]; the last of an axis may be smaller."""
    sizes = np.ones((), np.int64)
    for cells, side, size in zip(pattern.grid(shape), pattern.block(shape), patterns.kernel_shape(shape), strict=True):
        sides = np.full(cells, side, np.int64)
        sides[-1] = size - side * (cells - 1)
        sizes = np.multiply.outer(sizes, sides)
    return sizes


def block_energies(kernel: Array, pattern: patterns.BlockPattern) -> Array:
    """The sum of squares of each block, [grid], the dtype of the kernel."""
    return block_sums(module_of(kernel).square(kernel), pattern)


def block_norms(kernel: Array, pattern: patterns.BlockPattern) -> Array:
    """The l2 norm of each block, f32[grid]; its gradient at a block of zeros is zero."""
    xp, sums = module_of(kernel), block_energies(kernel, pattern)
    alive = sums > 0
    return xp.where(alive, xp.sqrt(xp.where(alive, sums, 1.0)), 0.0)


def expand(kept: Array, shape: tuple[int, ...], pattern: patterns.BlockPattern) -> Array:
    """The mask of the weights, bool[shape], from the mask of the blocks, bool[grid]."""
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
    """False for the filters of which no weight is left: bool[outputs]. Their bias goes too, so the channel is dead."""
    return mask.reshape(-1, mask.shape[-1]).any(axis=0)


def apply(params: Tree, masks: Tree) -> Tree:
    """The parameters with dropped weights set to zero. ValueError for a mask where the parameters have no leaf."""
    return map_masked(lambda mask, leaf: jnp.where(mask, leaf, jnp.zeros_like(leaf)), params, masks)


def map_masked(function: Callable[[jax.Array, jax.Array], jax.Array], params: Tree, masks: Tree) -> Tree:
    """function(mask, leaf) where there is a mask, the leaf itself where the mask is None. Errors as `apply`."""
    leaves = dict(trees.paths(params))
    found = {path: function(mask, leaves[path]) if path in leaves else mask for path, mask in trees.paths(masks)}
    return trees.replaced(params, found)


def dense(params: Tree) -> Tree:
    """The mask tree that keeps everything: None at every leaf."""
    return jax.tree.map(lambda _: None, params)


def density(mask: jax.Array | np.ndarray | None) -> float:
    """The fraction of weights kept; 1 for None."""
    return 1.0 if mask is None else float(np.mean(np.asarray(mask)))
