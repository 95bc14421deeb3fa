"""Penalties that drive blocks of weights to zero: group lasso and its reweighted form.

Source: RT3D, AAAI-21, section 4.
"""

import dataclasses
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from lowering.functions import trees
from lowering.system import bounds, typed
from rt3d_jax.prune import contract
from rt3d_jax.sparsity import cost, masks, patterns, plans, products

Tree = Any


@dataclasses.dataclass(frozen=True)
class Regularised(contract.Algorithm):
    """Group lasso: strength * the sum of block norms.

    Args:
        strength: The factor on the sum. It is scaled by the learning rate.
        macs: Whether every layer is weighted by its MACs.
        relative: Whether norms are measured in units of their layer's at the start of the phase, see `scales`.
        l1: The mix of the norm, see `Term`: 0 is group lasso, 1 is lasso.
    """

    strength: bounds.NotNegative
    macs: bool = True
    relative: bool = False
    l1: bounds.Fraction = 0.0

    def __post_init__(self) -> None:
        typed.check(self)

    def hooks(self, setting: contract.Setting) -> contract.Hooks:
        """`shrink` after the optimizer; as metrics the penalty, and how empty the kernels are."""
        return _hooks(self, setting)


@dataclasses.dataclass(frozen=True)
class Reweighted(contract.Algorithm):
    """Reweighted group lasso: strength * the sum of P * block norms, P = 1 / (norm^2 + eps).

    Args:
        strength: The factor on the sum. It is scaled by the learning rate.
        rounds: How often P is computed, spread evenly over the phase.
        eps: What keeps P finite for an empty block.
        macs: Whether every layer is weighted by its MACs.
        relative: Whether norms are measured in units of their layer's, see `reweight`. The paper's form is the absolute
            one.
        l1: The mix of the norm, see `Term`: 0 is group lasso, 1 is lasso.
    """

    strength: bounds.NotNegative
    rounds: bounds.Count = 4
    eps: bounds.NotNegative = 1e-6
    macs: bool = True
    relative: bool = False
    l1: bounds.Fraction = 0.0

    def __post_init__(self) -> None:
        typed.check(self)

    def hooks(self, setting: contract.Setting) -> contract.Hooks:
        """`shrink` after the optimizer; as metrics the group lasso, and how empty the kernels are."""
        return _hooks(self, setting, eps=self.eps, every=math.ceil(setting.steps / self.rounds))


@dataclasses.dataclass(frozen=True)
class Term:
    """The penalty of one kernel: where it lies, the blocks whose norms are summed, and the sum's factor (`weight`).

    The norm is ||W||_g = (1 - l1) ||W||_2 + l1 ||W||_1. So l1 = 0 is group lasso, 1 is lasso, and what lies between is
    sparse group lasso (Simon et al., 2013). ||W||_1 is at most ||W||_2 times the root of the block's size.
    """

    place: products.Place
    pattern: patterns.BlockPattern
    weight: float = 1.0
    l1: float = 0.0


Terms = dict[str, Term]
Factors = dict[str, jax.Array]


def terms(plan: plans.Plan, table: cost.Table, *, macs: bool = False, l1: float = 0.0) -> Terms:
    """The terms of the kernels that a plan prunes, by layer name.

    macs: whether a term's weight is its layer's MACs over the mean of the pruned layers, so that the penalty aims at
        MACs. Else every weight is 1.

    ValueError for `macs` if the table was read by name and knows none.
    """
    rules = {name: rule for name, rule in plans.match(plan, table).items() if rule is not None}
    pruned = {layer.name: (layer, rules[layer.name]) for layer in table if layer.name in rules}
    if not pruned:
        raise ValueError("plan keeps every layer dense, expected at least one rule Prune(...) for a layer")
    if not macs:
        return {name: Term(layer.place, rule.pattern, l1=l1) for name, (layer, rule) in pruned.items()}
    mean = sum(layer.macs for layer, _ in pruned.values()) / len(pruned)
    if not mean:
        raise ValueError("the layers were read by name and have no MACs; trace the network, or set macs=False")
    return {name: Term(layer.place, rule.pattern, layer.macs / mean, l1) for name, (layer, rule) in pruned.items()}


def group_lasso(params: Tree, terms: Terms, factors: Factors | None = None) -> jax.Array:
    """The sum over layers l and blocks b of c_l P_lb ||W_lb||_g, f32[]. It is differentiable.

    c is Term.weight. P is 1 where factors is None. With factors from `reweight`, held constant, this is the reweighted
    penalty.
    """
    total = jnp.zeros(())
    kernels = _kernels(params, terms)
    for name, term in terms.items():
        norms = block_values(kernels[name], term)
        total += term.weight * jnp.sum(norms if factors is None else factors[name] * norms)
    return total


def block_values(kernel: jax.Array, term: Term) -> Any:
    """||W_b||_g of every block, f32[grid]; see `Term`."""
    norms = (1 - term.l1) * masks.block_norms(kernel, term.pattern)
    return norms + term.l1 * masks.block_sums(jnp.abs(kernel), term.pattern) if term.l1 else norms


def emptiness(params: Tree, terms: Terms) -> dict[str, jax.Array]:
    """How many of the penalised blocks are zero, as fractions, f32[].

    empty: over all kernels.
    emptiest: in the kernel where the fraction is largest. Where it is 1, nothing is left of a kernel, and the network
        gives the same answer to every clip: the penalty was too strong.
    """
    kernels = _kernels(params, terms)
    norms = [masks.block_norms(kernels[name], term.pattern).ravel() for name, term in terms.items()]
    emptiest = jnp.max(jnp.stack([jnp.mean(norm == 0) for norm in norms]))
    return {"empty": jnp.mean(jnp.concatenate(norms) == 0), "emptiest": emptiest}


def _hooks(penalty: Regularised | Reweighted, setting: contract.Setting, **reweighted: Any) -> contract.Hooks:
    terms_ = terms(setting.plan, setting.table, macs=penalty.macs, l1=penalty.l1)
    link = shrink(penalty.strength, setting.schedule, terms_, relative=penalty.relative, **reweighted)
    metrics = lambda params: {"penalty": group_lasso(params, terms_), **emptiness(params, terms_)}
    return contract.Hooks(last=(link,), metrics=metrics)


def reweight(params: Tree, terms: Terms, eps: float, relative: bool = False) -> Factors:
    """P_b = 1 / (||W_b||_g^2 + eps) for every block, f32[grid] by layer name: small blocks are pushed harder.

    relative: measure in units of m, the root mean square of the layer's block norms. Then P_b = m^3 / (||W_b||_g^2 +
        eps m^2). A strength then means the same in layers of any scale, and the push ends by itself where many blocks
        are empty. The absolute form can empty a whole layer.

    Source of the absolute form: RT3D, AAAI-21.
    """
    factors, kernels = {}, _kernels(params, terms)
    for name, term in terms.items():
        squares = jnp.square(block_values(kernels[name], term))
        mean = jnp.mean(squares) if relative else jnp.ones(())
        factors[name] = mean**1.5 / jnp.maximum(squares + eps * mean, 1e-30)
    return factors


def scales(params: Tree, terms: Terms) -> Factors:
    """P_b = m for every block, f32[grid] by layer name. m is the root mean square of the layer's block norms.

    A strength then means the same at any scale and block size.
    """
    found, kernels = {}, _kernels(params, terms)
    for name, term in terms.items():
        values = block_values(kernels[name], term)
        found[name] = jnp.full_like(values, jnp.sqrt(jnp.mean(jnp.square(values))))
    return found


class ShrinkState(NamedTuple):
    """The state of `shrink`.

    count: steps taken, int32[].
    factors: P, f32[grid] by layer name.
    """

    count: jax.Array
    factors: Factors


def shrink(
    strength: float,
    learning_rate: optax.ScalarOrSchedule,
    terms: Terms,
    *,
    eps: float = 1e-6,
    every: int | None = None,
    relative: bool = False,
) -> optax.GradientTransformation:
    """The proximal step of learning_rate * strength * penalty, after the step of the loss.

    It stands last in an optax chain; only freezing comes after it. With s = learning_rate * strength * c P_b, every
    block shrinks by the block soft threshold (Parikh and Boyd, Proximal Algorithms, 2014, section 6.5.4):

        W_b <- W_b max(0, 1 - s / ||W_b||_2)

    With l1, first every weight shrinks by w <- sign(w) max(0, |w| - l1 s), then the blocks by (1 - l1) s (Simon et al.,
    2013). Unlike a gradient, a proximal step makes blocks exactly zero, and it stays stable for any P.

    every: P is computed anew from the weights every so many steps, from the first on, see `reweight`. None is group
        lasso: P = 1, or, if relative, the `scales` of the weights at the first step.

    ValueError for a strength below 0, for `every` below 1, and from an update without the parameters.
    """
    if strength < 0 or (every is not None and every < 1):
        raise ValueError(
            f"shrink has strength {strength} and every {every}, expected at least 0 and at least 1 or None"
        )

    def init(params: Tree) -> ShrinkState:
        grids = {name: terms[name].pattern.grid(kernel.shape) for name, kernel in _kernels(params, terms).items()}
        return ShrinkState(jnp.zeros((), jnp.int32), {name: jnp.ones(grid) for name, grid in grids.items()})

    def update(updates: Tree, state: Any, params: Tree | None = None) -> tuple[Tree, ShrinkState]:
        if params is None:
            raise ValueError("shrink got params None, expected the parameters: call update(updates, state, params)")
        factors = state.factors
        if every is not None:
            fresh = state.count % every == 0
            factors = jax.lax.cond(fresh, lambda: reweight(params, terms, eps, relative), lambda: state.factors)
        elif relative:
            factors = jax.lax.cond(state.count == 0, lambda: scales(params, terms), lambda: state.factors)
        rate = learning_rate(state.count) if callable(learning_rate) else learning_rate
        stepped = optax.apply_updates(params, updates)
        shrunk = _soft_threshold(stepped, rate * strength, terms, factors)
        return optax.tree.sub(shrunk, params), ShrinkState(state.count + 1, factors)

    return optax.GradientTransformation(init, update)


def _soft_threshold(params: Tree, step: Any, terms: Terms, factors: Factors) -> Tree:
    """The parameters with every penalised kernel shrunk, see `shrink`."""
    found = {}
    for name, kernel in _kernels(params, terms).items():
        term = terms[name]
        sizes = step * term.weight * factors[name]
        if term.l1:
            least = masks.expand(term.l1 * sizes, kernel.shape, term.pattern)
            kernel = jnp.sign(kernel) * jnp.maximum(0, jnp.abs(kernel) - least)
        norms = masks.block_norms(kernel, term.pattern)
        scale = jnp.maximum(0, 1 - (1 - term.l1) * sizes / jnp.maximum(norms, 1e-30))
        found[term.place.path] = term.place.leaf(kernel * masks.expand(scale, kernel.shape, term.pattern))
    return trees.replaced(params, found)


def _kernels(params: Tree, terms: Terms) -> dict[str, jax.Array]:
    leaves = trees.found(params, [term.place.path for term in terms.values()])
    return {name: term.place.kernel(leaves[term.place.path]) for name, term in terms.items()}
