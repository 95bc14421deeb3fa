"""ADMM: the weights are drawn to the nearest network that meets the budget.

Source: Zhang et al., ECCV 2018, and RT3D's training code.
"""

import dataclasses
import math
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import optax

from lowering.system import bounds, typed
from rt3d_jax.prune import contract, selection

Tree = Any
Kernels = dict[str, jax.Array]


@dataclasses.dataclass(frozen=True)
class ADMM(contract.Algorithm):
    """Draws the weights to the nearest network within the budget, see `pull`.

    Args:
        rho: How strong the pull is at first.
        growth: The factor by which rho grows at each projection.
        most: The largest rho.
        rounds: The number of projections to the budget, spread evenly over the phase.
    """

    rho: bounds.NotNegative = 1e-3
    growth: bounds.Positive = 1.6
    most: bounds.Positive = 1.0
    rounds: bounds.Count = 16
    per_rate: ClassVar[bool] = True

    def __post_init__(self) -> None:
        typed.check(self)

    def hooks(self, setting: contract.Setting) -> contract.Hooks:
        """`pull` before the optimizer."""
        choice, fraction = setting.aim()
        every, room = math.ceil(setting.steps / self.rounds), choice.dense * fraction
        link = pull(choice, room, rho=self.rho, growth=self.growth, most=self.most, every=every)
        return contract.Hooks(first=(link,))


class AdmmState(NamedTuple):
    """The state of `pull`.

    count: steps taken, int32[].
    rho: f32[].
    sparse: Z by layer, f32[kernel.shape].
    dual: U by layer, f32[kernel.shape].
    """

    count: jax.Array
    rho: jax.Array
    sparse: Kernels
    dual: Kernels


def pull(
    choice: selection.Selection, room: float, *, rho: float, growth: float, most: float, every: int
) -> optax.GradientTransformation:
    """Adds rho (W - Z + U), the gradient of rho / 2 ||W - Z + U||^2, to the gradient of the loss.

    It stands first in an optax chain. At the start, Z = P(W) and U = 0. Then, every `every` steps, Z = P(W + U), U <- U
    + W - Z and rho <- min(most, growth rho).

    P keeps the blocks that the budget selects and sets the others to zero. room: the budget, in the selection's
    measure. P(W) is the nearest network that meets the budget, but for one bias: a budget of MACs prefers blocks of
    cheap layers.

    ValueError if `every` is below 1 or rho below 0, and from an update without the parameters.
    """
    if every < 1 or rho < 0:
        raise ValueError(f"ADMM has rho {rho} and every {every}, expected at least 0 and at least 1")

    def init(params: Tree) -> AdmmState:
        zeros = {name: jnp.zeros_like(kernel) for name, kernel in choice.kernels(params).items()}
        copies = {name: jnp.zeros_like(kernel) for name, kernel in zeros.items()}
        return AdmmState(jnp.zeros((), jnp.int32), jnp.asarray(rho, jnp.float32), copies, zeros)

    def projected(kernels: Kernels, state: AdmmState) -> AdmmState:
        shifted = {name: kernel + state.dual[name] for name, kernel in kernels.items()}
        masks = choice.masks(choice.energies(shifted), room)
        sparse = {name: jnp.where(masks[name], kernel, 0) for name, kernel in shifted.items()}
        first = state.count == 0
        dual = {name: jnp.where(first, 0, shifted[name] - sparse[name]) for name in kernels}
        grown = jnp.where(first, state.rho, jnp.minimum(most, growth * state.rho))
        return AdmmState(state.count, grown, sparse, dual)

    def update(updates: Tree, state: Any, params: Tree | None = None) -> tuple[Tree, AdmmState]:
        if params is None:
            raise ValueError("ADMM got params None, expected the parameters: call update(updates, state, params)")
        kernels = choice.kernels(params)
        state = jax.lax.cond(state.count % every == 0, projected, lambda _, state: state, kernels, state)

        drawn = {
            name: gradient + state.rho * (kernels[name] - state.sparse[name] + state.dual[name])
            for name, gradient in choice.kernels(updates).items()
        }
        return choice.replaced(updates, drawn), state._replace(count=state.count + 1)

    return optax.GradientTransformation(init, update)
