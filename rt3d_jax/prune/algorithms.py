"""The pruning algorithms as values, and what each does in each phase: see docs/pruning.md for formulas and sources.

| algorithm | penalise phase | score of a block at the cut |
|---|---|---|
| Heuristic | none, or plain training on | what later layers lose, on sample clips |
| Regularised, Reweighted | a proximal step empties blocks | squared weights |
| ADMM | weights drawn to the nearest network within the budget | squared weights |
| Gradual | blocks leave while the budget falls | squared weights |
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import jax
import optax

from rt3d_jax.prune import admm, gradual, penalties, selection
from rt3d_jax.sparsity import cost, plans

Tree = Any


@dataclasses.dataclass(frozen=True)
class Heuristic:
    """Blocks by what the layers after them lose on `clips` training clips, see importance.energies. Trains under no penalty."""

    clips: int = 64


@dataclasses.dataclass(frozen=True)
class Regularised:
    """strength * sum of block norms; macs weights every layer by its MACs; l1 mixes the norm, see penalties.Term.

    relative takes norms in units of their layer's at the start of the phase, see penalties.scales.
    """

    strength: float
    macs: bool = True
    relative: bool = False
    l1: float = 0.0


@dataclasses.dataclass(frozen=True)
class Reweighted:
    """strength * sum of P * block norms, P = 1 / (norm^2 + eps) computed `rounds` times, evenly over the phase.

    relative takes norms in units of their layer's, see prune.penalties.reweight; the paper's form is the absolute one.
    """

    strength: float
    rounds: int = 4
    eps: float = 1e-6
    macs: bool = True
    relative: bool = False
    l1: float = 0.0


@dataclasses.dataclass(frozen=True)
class ADMM:
    """`rounds` projections to the budget, evenly over the phase; rho grows by `growth` at each, up to `most`, see admm.pull."""

    rho: float = 1e-3
    growth: float = 1.6
    most: float = 1.0
    rounds: int = 16


@dataclasses.dataclass(frozen=True)
class Gradual:
    """Magnitude pruning in `rounds` cuts over the first `until` of the phase, along a cubic, see gradual.shrinking."""

    rounds: int = 20
    until: float = 0.75


Algorithm = Heuristic | Regularised | Reweighted | ADMM | Gradual


@dataclasses.dataclass(frozen=True)
class Setting:
    """The penalise phase that an algorithm works in: the network, its plan and cost, how long it trains, and for how much.

    rate is None for algorithms that do not aim at one (see `aims`).
    """

    params: Tree
    plan: plans.Plan
    table: tuple[cost.Layer, ...]
    schedule: optax.Schedule
    steps: int
    rate: float | None
    measure: selection.Measure


@dataclasses.dataclass(frozen=True)
class Links:
    """What an algorithm adds to the optimizer's chain, before and after the step of the loss, and to the metrics."""

    first: tuple[optax.GradientTransformation, ...] = ()
    last: tuple[optax.GradientTransformation, ...] = ()
    metrics: Callable[[Tree], dict[str, jax.Array]] = lambda params: {}


def aims(algorithm: Algorithm) -> bool:
    """Whether the penalise phase works towards one rate; else one phase serves all rates."""
    return isinstance(algorithm, ADMM | Gradual)


def links(algorithm: Algorithm, setting: Setting) -> Links:
    """The algorithm's part of the penalise phase."""
    match algorithm:
        case Heuristic():
            return Links()
        case Regularised(strength=strength, relative=relative):
            terms = _terms(algorithm, setting)
            shrink = penalties.shrink(strength, setting.schedule, terms, relative=relative)
            return Links((), (shrink,), _metrics(terms, penalty=True))
        case Reweighted(strength=strength, rounds=rounds, eps=eps, relative=relative):
            terms, every = _terms(algorithm, setting), math.ceil(setting.steps / rounds)
            shrink = penalties.shrink(strength, setting.schedule, terms, eps=eps, every=every, relative=relative)
            return Links((), (shrink,), _metrics(terms, penalty=True))
        case ADMM(rho=rho, growth=growth, most=most, rounds=rounds):
            choice, fraction = _aim(setting)
            every = math.ceil(setting.steps / rounds)
            room = choice.dense * fraction
            return Links((admm.pull(choice, room, rho=rho, growth=growth, most=most, every=every),))
        case Gradual(rounds=rounds, until=until):
            choice, fraction = _aim(setting)
            steps = max(1, round(until * setting.steps))
            every = max(1, steps // rounds)
            shrinking = gradual.shrinking(choice, fraction, steps=steps, every=every)
            return Links((), (shrinking,), _metrics(penalties.terms(setting.params, setting.plan), penalty=False))


def _terms(algorithm: Regularised | Reweighted, setting: Setting) -> penalties.Terms:
    return penalties.terms(setting.params, setting.plan, setting.table if algorithm.macs else None, algorithm.l1)


def _metrics(terms: penalties.Terms, *, penalty: bool) -> Callable[[Tree], dict[str, jax.Array]]:
    def metrics(params: Tree) -> dict[str, jax.Array]:
        value = {"penalty": penalties.group_lasso(params, terms)} if penalty else {}
        empty, emptiest = penalties.empty(params, terms)
        return value | {"empty": empty, "emptiest": emptiest}

    return metrics


def _aim(setting: Setting) -> tuple[selection.Selection, float]:
    assert setting.rate is not None
    choice = selection.Selection(setting.params, setting.plan, setting.table, setting.measure)
    return choice, 1 / setting.rate
