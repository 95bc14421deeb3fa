"""What a pruning algorithm is given, and what it gives back: the contract that every algorithm in `algorithms` keeps.

An algorithm is a frozen dataclass of its own parameters with two class attributes and two methods:

* `needs_training`: whether it does its work in the penalise phase, which must then be there;
* `per_rate`: whether that phase works towards one rate, so that every rate needs a phase of its own;
* `hooks(setting) -> Hooks`: what it adds to the optimizer of the penalise phase;
* `energies(cut) -> selection.Energies`: what each block is worth when the network is cut to a rate.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import jax
import optax

from rt3d_jax.prune import selection
from rt3d_jax.sparsity import cost, plans

Tree = Any


@dataclasses.dataclass(frozen=True)
class Setting:
    """The penalise phase in which an algorithm works.

    schedule: the optimizer's learning rate by step. steps: the length of the phase. rate: what the cut after it aims
    at, None for an algorithm that is not `per_rate`. measure: what a rate counts.
    """

    plan: plans.Plan
    table: cost.Table
    schedule: optax.Schedule
    steps: int
    rate: float | None = None
    measure: selection.Measure = "macs"

    def aim(self) -> tuple[selection.Selection, float]:
        """The selection of blocks, and the fraction of the dense cost that it may keep. ValueError without a rate."""
        if self.rate is None:
            raise ValueError(
                "rate is None, expected the rate that the cut will aim at: this algorithm works towards one"
            )
        return selection.Selection(self.plan, self.table, self.measure), 1 / self.rate


@dataclasses.dataclass(frozen=True)
class Hooks:
    """What an algorithm adds to a phase: links before and after the optimizer's own in the chain, and metrics to log.

    metrics(params) gives scalars by name, computed inside the compiled step.
    """

    first: tuple[optax.GradientTransformation, ...] = ()
    last: tuple[optax.GradientTransformation, ...] = ()
    metrics: Callable[[Tree], dict[str, jax.Array]] = lambda params: {}


@dataclasses.dataclass(frozen=True)
class Cut:
    """The network at the moment it is cut, with a look at its training data.

    apply(params, *inputs) is the network without dropout, in a form that can be traced to its kernels.
    samples(count) yields batches of about `count` training examples in all; each is a tuple of the network's inputs.
    """

    params: Tree
    plan: plans.Plan
    table: cost.Table
    apply: Callable[..., Any]
    samples: Callable[[int], Iterator[tuple[Any, ...]]]

    def squares(self) -> selection.Energies:
        """The squared weights of each block, summed, f64[grid] by layer."""
        return selection.squares(self.params, self.plan, self.table)
