"""Gradual magnitude pruning: the budget shrinks while training goes on.

Source: Zhu and Gupta, To Prune, or Not to Prune, 2017.
"""

import dataclasses
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import optax

from lowering.system import bounds, typed
from rt3d_jax.prune import contract, penalties, selection

Tree = Any


@dataclasses.dataclass(frozen=True)
class Gradual(contract.Algorithm):
    """Magnitude pruning in several cuts over the first part of the phase. See `shrinking`.

    Args:
        rounds: The number of cuts. The budget falls along a cubic.
        until: The fraction of the phase in which cuts are made.
    """

    rounds: bounds.Count = 20
    until: bounds.Fraction = 0.75
    per_rate: ClassVar[bool] = True

    def __post_init__(self) -> None:
        typed.check(self)

    def hooks(self, setting: contract.Setting) -> contract.Hooks:
        """`shrinking` after the optimizer, and how empty the kernels are as metrics."""
        choice, fraction = setting.aim()
        steps = max(1, round(self.until * setting.steps))
        link = shrinking(choice, fraction, steps=steps, every=max(1, steps // self.rounds))
        terms = penalties.terms(setting.plan, setting.table)
        return contract.Hooks(last=(link,), metrics=lambda params: penalties.emptiness(params, terms))


class GradualState(NamedTuple):
    """The state of `shrinking`.

    count: steps taken, int32[].
    masks: what is kept, bool[kernel.shape] by layer name.
    """

    count: jax.Array
    masks: dict[str, jax.Array]


def shrinking(choice: selection.Selection, fraction: float, *, steps: int, every: int) -> optax.GradientTransformation:
    """Keeps the blocks of the largest weights within a falling budget. It stands last in an optax chain.

    The budget falls to `fraction` f of the dense cost. After n steps it is f + (1 - f) (1 - n / steps)^3 of that cost.
    It is set anew every `every` steps until `steps`, and the blocks are then chosen anew. Between these cuts dropped
    weights stay zero. A dropped block has no weight, and so stays out.

    ValueError for a fraction outside 0 < f <= 1, for `steps` or `every` below 1, and from an update without the
    parameters.
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
