"""Keeping pruned weights at zero while the rest trains on."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from lowering.functions import trees
from rt3d_jax.sparsity import masks

Tree = Any


class FreezeState(NamedTuple):
    """The masks that are not None, as bool arrays in tree order.

    They are state, so that a compiled step takes them as arguments and not as constants.
    """

    masks: tuple[jax.Array, ...]


def freeze(mask_tree: Tree) -> optax.GradientTransformation:
    """Sets dropped weights to exactly zero after every step, whatever momentum or weight decay did.

    It stands last in an optax chain.

    mask_tree: bool leaves shaped as the parameters, True keeps. None keeps all of a leaf.

    The update of a dropped weight w is -w, so the first step also prunes. ValueError from an update without the
    parameters, and from the start for parameters that the masks do not fit (masks.fitting).
    """
    given = dict(trees.paths(mask_tree))
    paths = list(given)

    def init(params: Tree) -> FreezeState:
        masks.fitting(params, given)
        return FreezeState(tuple(jnp.array(mask, copy=True) for mask in given.values()))

    def update(updates: Tree, state: Any, params: Tree | None = None) -> tuple[Tree, FreezeState]:
        if params is None:
            raise ValueError("freeze got params None, expected the parameters: call update(updates, state, params)")
        weights, steps = trees.found(params, paths), trees.found(updates, paths)
        frozen = {
            path: jnp.where(mask, steps[path], -weights[path]) for path, mask in zip(paths, state.masks, strict=True)
        }
        return trees.replaced(updates, frozen), state

    return optax.GradientTransformation(init, update)


def apply_masks(params: Tree, mask_tree: Tree) -> Tree:
    """The parameters with dropped weights set to zero: where retraining starts. ValueError as masks.fitting."""
    return masks.apply(params, mask_tree)
