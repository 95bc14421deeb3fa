"""Gradual magnitude pruning: the budget shrinks while training goes on (Zhu and Gupta, To Prune, or Not to Prune,
2017).
"""

import dataclasses
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import optax

from rt3d_jax.prune import contract, penalties, selection

Tree = Any


@dataclasses.dataclass(frozen=True)
class Gradual:
    """Magnitude pruning in `rounds` cuts over the first `until` of the phase, along a cubic. See `shrinking`."""

    rounds: int = 20
    until: float = 0.75
    needs_training: ClassVar[bool] = True
    per_rate: ClassVar[bool] = True

    def hooks(self, setting: contract.Setting) -> contract.Hooks:
        """`shrinking` after the optimizer, and how empty the kernels are."""
        choice, fraction = setting.aim()
        steps = max(1, round(self.until * setting.steps))
        link = shrinking(choice, fraction, steps=steps, every=max(1, steps // self.rounds))
        terms = penalties.terms(setting.plan, setting.table)
        return contract.Hooks((), (link,), lambda params: penalties.emptiness(params, terms))

    def energies(self, cut: contract.Cut) -> selection.Energies:
        """Squared weights."""
        return cut.squares()


class GradualState(NamedTuple):
    """count: steps taken, int32[]; masks: what is kept by layer, bool[kernel.shape]."""

    count: jax.Array
    masks: dict[str, jax.Array]


def shrinking(choice: selection.Selection, fraction: float, *, steps: int, every: int) -> optax.GradientTransformation:
    """Keeps the blocks of the largest weights within a budget that falls to `fraction` of the dense cost; last in a
    chain.

    After n steps, every `every` of them until `steps`, the budget is f + (1 - f) (1 - n / steps)^3 of the dense cost,
    and the blocks are chosen anew. Between, dropped weights stay zero; a block once dropped has no weight and stays
    out.
    """
    if every < 1 or steps < 1 or not 0 < fraction <= 1:
        raise ValueError(
            f"gradual pruning has fraction {fraction}, steps {steps} and every {every}, expected 0 < fraction <= 1 and "
            "at least 1"
        )

    def init(params: Tree) -> GradualState:
        kept = {name: jnp.ones(kernel.shape, bool) for name, kernel in choice.kernels(params).items()}
        return GradualState(jnp.zeros((), jnp.int32), kept)

    def dropped(params: Tree, kept: dict[str, jax.Array]) -> Tree:
        kernels = choice.kernels(params).items()
        return choice.replaced(params, {name: jnp.where(kept[name], kernel, 0) for name, kernel in kernels})

    def update(updates: Tree, state: Any, params: Tree | None = None) -> tuple[Tree, GradualState]:
        if params is None:
            raise ValueError("gradual got params None, expected the parameters: call update(updates, state, params)")
        count = state.count + 1
        stepped = dropped(optax.apply_updates(params, updates), state.masks)
        left = jnp.maximum(0.0, 1 - count / steps) ** 3
        room = choice.dense * (fraction + (1 - fraction) * left)
        due = (count % every == 0) & (count <= steps) | (count == steps)
        choose = lambda: choice.masks(choice.energies(choice.kernels(stepped)), room)
        kept = jax.lax.cond(due, choose, lambda: state.masks)
        return optax.tree.sub(dropped(stepped, kept), params), GradualState(count, kept)

    return optax.GradientTransformation(init, update)
