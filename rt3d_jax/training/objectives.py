"""What a phase minimises: the loss of the task, and what a teacher adds to it."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from rt3d_jax.models import catalog
from rt3d_jax.quantise import networks
from rt3d_jax.tasks import contract
from rt3d_jax.training import experiments, loop, recipes

Tree = Any


@dataclasses.dataclass(frozen=True)
class Teaching:
    """Learning from the dense network, whose parameters are the loss's constants, in the steps before `until`."""

    distillation: recipes.Distillation
    until: int


def loss(
    experiment: experiments.Experiment,
    signature: contract.Signature,
    goal: contract.Task,
    teaching: Teaching | None,
    quantisation: networks.Quantisation | None = None,
) -> loop.Loss:
    """The loss of `goal`, which is the task as the phase trains it, with its metrics.

    A quantised network is trained as it evaluates: batch norms keep their statistics, which are part of its weights by
    then, and nothing is dropped.
    """
    apply = catalog.train_function(experiment.model, signature.outputs, compute=experiment.compute)
    if quantisation is not None:
        apply = _quantised(experiment, signature, quantisation)
    teach = catalog.apply_function(experiment.model, signature.outputs, compute=experiment.compute)

    def value(params: Tree, teacher: Tree, batch: dict[str, jax.Array], key: jax.Array, step: jax.Array) -> Any:
        inputs = signature.select(batch)
        outputs, statistics = apply(params, *inputs, key=key)
        found, metrics = goal.loss(outputs, batch)
        if teaching is not None:
            taught = goal.distill(outputs, teach(teacher, *inputs), teaching.distillation.temperature)
            weight = jnp.where(step < teaching.until, teaching.distillation.weight, 0.0)
            found = (1 - weight) * found + weight * taught
        return found, (metrics, statistics)

    return value


def _quantised(
    experiment: experiments.Experiment, signature: contract.Signature, quantisation: networks.Quantisation
) -> Callable[..., tuple[jax.Array, Tree]]:
    """The quantised network as catalog.train_function gives one."""
    plain = catalog.apply_function(experiment.model, signature.outputs, compute=experiment.compute)
    function = networks.apply(plain, quantisation.scales)
    table = catalog.table(experiment.model, signature.outputs, signature.structs())

    def apply(params: Tree, *inputs: jax.Array, key: jax.Array) -> tuple[jax.Array, Tree]:
        return function(networks.rounded(params, quantisation.layers, table), *inputs), {}

    return apply
