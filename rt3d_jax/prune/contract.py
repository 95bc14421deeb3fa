"""What a pruning algorithm is, what it is given, and what it gives back."""

import abc
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import jax
import optax

from lowering.system import bounds, typed
from rt3d_jax.prune import selection
from rt3d_jax.sparsity import cost, plans

Tree = Any


@dataclasses.dataclass(frozen=True)
class Setting:
    """The penalise phase in which an algorithm works.

    plan: which kernels are pruned, and in which blocks.
    table: the network's layers.
    schedule: the optimizer's learning rate by step.
    steps: the length of the phase.
    rate: what the cut after the phase aims at. None for an algorithm that is not `per_rate`.
    measure: what a rate counts.
    """

    plan: plans.Plan
    table: cost.Table
    schedule: optax.Schedule
    steps: bounds.Count
    rate: float | None = None
    measure: selection.Measure = "macs"

    def __post_init__(self) -> None:
        typed.read(self.steps, bounds.Count, "steps")

    def aim(self) -> tuple[selection.Selection, float]:
        """The selection of blocks, and the fraction of the dense cost that it may keep. ValueError without a rate."""
        if self.rate is None:
            raise ValueError(
                "rate is None, expected the rate that the cut will aim at: this algorithm works towards one"
            )
        return selection.Selection(self.plan, self.table, self.measure), 1 / self.rate


@dataclasses.dataclass(frozen=True)
class Hooks:
    """What an algorithm adds to a phase.

    first, last: transformations before and after the optimizer's own in the optax chain.
    metrics: metrics(params) gives scalars to log, f32[] by name. They are computed inside the compiled step.
    """

    first: tuple[optax.GradientTransformation, ...] = ()
    last: tuple[optax.GradientTransformation, ...] = ()
    metrics: Callable[[Tree], dict[str, jax.Array]] = lambda params: {}


@dataclasses.dataclass(frozen=True)
class Cut:
    """The network at the moment it is cut, with a look at its training data.

    params, plan, table: the network, what is pruned, and its layers.
    apply: apply(params, *inputs) is the network without dropout, in a form that can be traced to its kernels.
    samples: samples(count) yields batches of about `count` training examples in all. A batch is a tuple of the
        network's inputs.
    """

    params: Tree
    plan: plans.Plan
    table: cost.Table
    apply: Callable[..., Any]
    samples: Callable[[int], Iterator[tuple[Any, ...]]]

    def squares(self) -> selection.Energies:
        """The sum of the squared weights of each block, f64[grid] by layer name."""
        return selection.squares(self.params, self.plan, self.table)


class Algorithm(abc.ABC):
    """What every algorithm in `algorithms` is: a frozen dataclass of its own parameters.

    needs_training: whether it does its work in the penalise phase, so that the phase must be there.
    per_rate: whether that phase works towards one rate, so that every rate needs a phase of its own.
    """

    needs_training: ClassVar[bool] = True
    per_rate: ClassVar[bool] = False

    @abc.abstractmethod
    def hooks(self, setting: Setting) -> Hooks:
        """What it adds to the optimizer of the penalise phase."""

    def energies(self, cut: Cut) -> selection.Energies:
        """What each block is worth when the network is cut to a rate: its squared weights, if nothing else is said."""
        return cut.squares()
