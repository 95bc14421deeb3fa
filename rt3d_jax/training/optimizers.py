"""From a recipe to an optax chain: clip, optimise, decay kernels, scale by the schedule."""

import re
from typing import Any

import optax

from lowering.functions import trees
from rt3d_jax.sparsity import cost
from rt3d_jax.training import recipes

Tree = Any


def schedule(recipe: recipes.Recipe, steps: int, per_epoch: float) -> optax.Schedule:
    """The learning rate by step: linear warm-up, then constant or a cosine to zero at `steps`."""
    warmup = min(steps, round(recipe.warmup * per_epoch))
    if recipe.schedule == "cosine":
        after = optax.cosine_decay_schedule(recipe.learning_rate, max(1, steps - warmup))
    else:
        after = optax.constant_schedule(recipe.learning_rate)
    if warmup == 0:
        return after
    before = optax.linear_schedule(recipe.learning_rate / warmup, recipe.learning_rate, max(1, warmup - 1))
    return optax.join_schedules([before, after], [warmup])


def create(
    recipe: recipes.Recipe,
    rate: optax.Schedule,
    *last: optax.GradientTransformation,
    first: tuple[optax.GradientTransformation, ...] = (),
) -> optax.GradientTransformation:
    """The recipe's chain, with `first` before it (adds to the gradient) and `last` behind (shrinks, freezes masks).

    ValueError, once it meets parameters, for `only` that matches none of them.
    """
    clip = () if recipe.clip_norm is None else (optax.clip_by_global_norm(recipe.clip_norm),)
    decay = optax.add_decayed_weights(recipe.optimizer.weight_decay, mask=_kernels)
    match recipe.optimizer:
        case recipes.SGD(momentum=momentum):
            core = (decay, optax.trace(momentum))
        case recipes.AdamW(b1=b1, b2=b2):
            core = (optax.scale_by_adam(b1, b2), decay)
    only = () if recipe.only is None else (_only(recipe.only),)
    return optax.chain(*first, *clip, *core, optax.scale_by_learning_rate(rate), *only, *last)


def _only(paths: str) -> optax.GradientTransformation:
    """Updates of the parameters whose paths match, and zeros for all others."""
    return optax.masked(optax.set_to_zero(), lambda tree: _others(tree, paths))


def _others(params: Tree, only: str) -> Tree:
    """Which leaves a recipe leaves alone. ValueError for an expression that matches none."""
    found = {path: re.fullmatch(only, path) is None for path, _ in trees.paths(params)}
    if all(found.values()):
        raise ValueError(f"only is {only!r}, expected to match some of the parameters, such as {next(iter(found))}")
    return trees.like(params, found)


def _kernels(params: Tree) -> Tree:
    return trees.like(params, {path: cost.is_kernel(path) for path, _ in trees.paths(params)})
