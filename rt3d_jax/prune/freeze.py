"""Keeping pruned weights at zero while the rest trains on."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from rt3d_jax.sparsity import masks

Tree = Any


class FreezeState(NamedTuple):
    """The masks that are not None, bool, in tree order: state, so that a compiled step has them as arguments."""

    masks: tuple[jax.Array, ...]


def freeze_pruned(mask_tree: Tree) -> optax.GradientTransformation:
    """The last link of a chain: after the step a dropped weight is exactly zero, whatever momentum or decay said.

    mask_tree: bool leaves shaped as the parameters, True keeps; None keeps all of a leaf.
    """

    structure = jax.tree.structure(mask_tree)

    def init(params: Tree) -> FreezeState:
        del params
        return FreezeState(tuple(jnp.array(mask, bool, copy=True) for mask in jax.tree.leaves(mask_tree)))

    def update(updates: Tree, state: Any, params: Tree | None = None) -> tuple[Tree, FreezeState]:
        if params is None:
            raise ValueError(
                "freeze_pruned got params None, expected the parameters: call update(updates, state, params)"
            )
        kept = jax.tree.unflatten(structure, state.masks)
        frozen = jax.tree.map(
            lambda mask, update, leaf: update if mask is None else jnp.where(mask, update, -leaf),
            kept,
            updates,
            params,
            is_leaf=lambda node: node is None,
        )
        return frozen, state

    return optax.GradientTransformation(init, update)


def pruned(params: Tree, mask_tree: Tree) -> Tree:
    """The parameters with dropped weights at zero: where retraining starts."""
    return masks.apply(params, mask_tree)
