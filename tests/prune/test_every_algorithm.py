"""Claims that every pruning algorithm keeps: a newcomer is one more line in CASES."""

import dataclasses
import typing

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from rt3d_jax.prune import algorithms, budget
from rt3d_jax.sparsity import cost, masks, patterns, plans
from rt3d_jax.training import codec

CASES = (
    algorithms.Heuristic(clips=3),
    algorithms.Regularised(strength=1.5),
    algorithms.Reweighted(strength=3.0, rounds=2),
    algorithms.ADMM(rho=0.5, rounds=5),
    algorithms.Gradual(rounds=4),
)
EVERY = pytest.mark.parametrize("algorithm", CASES, ids=lambda one: type(one).__name__)
PLAN = (("head", None), (".*", plans.Prune(patterns.kgs(2, 2))))
CLIPS = np.random.default_rng(1).normal(size=(3, 3, 4, 4, 2)).astype(np.float32)
RATE, STEPS = 2.0, 10


def apply(params, clip):
    dimensions = ("NDHWC", "DHWIO", "NDHWC")
    x = jax.nn.relu(
        jax.lax.conv_general_dilated(clip, params["a"]["kernel"], (1, 1, 1), "SAME", dimension_numbers=dimensions)
    )
    x = jax.lax.conv_general_dilated(x, params["b"]["kernel"], (1, 2, 2), "SAME", dimension_numbers=dimensions)
    return x.mean(axis=(1, 2, 3)) @ params["head"]["kernel"]


@pytest.fixture(scope="module")
def params():
    rng = np.random.default_rng(0)
    shapes = {"a": (3, 3, 3, 2, 6), "b": (1, 3, 3, 6, 8), "head": (8, 2)}
    return {name: {"kernel": jnp.asarray(rng.normal(size=shape), jnp.float32)} for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def table(params):
    return cost.layers(apply, params, CLIPS.shape)


def setting(algorithm, params, table):
    rate = RATE if algorithm.per_rate else None
    return algorithms.Setting(PLAN, table, optax.constant_schedule(0.1), STEPS, rate)


def trained(algorithm, params, table):
    """The parameters after a phase in which the loss itself asks for nothing, and the hooks' metrics."""
    hooks = algorithm.hooks(setting(algorithm, params, table))
    transform = optax.chain(*hooks.first, optax.sgd(0.5), *hooks.last)
    update, state, zeros = jax.jit(transform.update), transform.init(params), jax.tree.map(jnp.zeros_like, params)
    for _ in range(STEPS):
        updates, state = update(zeros, state, params)
        params = optax.apply_updates(params, updates)
    return params, hooks.metrics(params)


def energies(algorithm, params, table):
    return algorithm.energies(algorithms.Cut(params, PLAN, table, apply, lambda count: iter([(CLIPS[:count],)])))


def lost(params, table):
    """The share of the squared weights that a cut to RATE takes away."""
    tree = budget.to_rate(params, PLAN, table, RATE)
    total = lambda tree: sum(float(np.sum(np.square(leaf))) for leaf in jax.tree.leaves(tree))
    return 1 - total(masks.apply(params, tree)) / total(params)


def test_every_algorithm_has_a_case():
    assert {type(one) for one in CASES} == set(typing.get_args(algorithms.Algorithm))


@EVERY
def test_it_is_a_frozen_value_that_travels_as_json(algorithm):
    assert codec.from_json(codec.to_json(algorithm), algorithms.Algorithm) == algorithm
    assert codec.to_json(algorithm)["type"] == type(algorithm).__name__
    with pytest.raises(dataclasses.FrozenInstanceError):
        algorithm.per_rate = True
    assert isinstance(algorithm.needs_training, bool) and isinstance(algorithm.per_rate, bool)
    assert algorithm.needs_training or not algorithm.per_rate


@EVERY
def test_its_phase_leaves_less_to_lose_at_the_cut_and_dense_layers_alone(algorithm, params, table):
    after, metrics = trained(algorithm, params, table)
    np.testing.assert_array_equal(after["head"]["kernel"], params["head"]["kernel"])
    if algorithm.needs_training:
        assert lost(after, table) < 0.5 * lost(params, table)
    else:
        jax.tree.map(np.testing.assert_array_equal, after, params)
    assert all(np.isfinite(value) and np.shape(value) == () for value in metrics.values())


@EVERY
def test_it_says_what_every_block_is_worth(algorithm, params, table):
    found = energies(algorithm, params, table)
    assert set(found) == {"a", "b"}
    for name, energy in found.items():
        assert energy.shape == patterns.kgs(2, 2).grid(params[name]["kernel"].shape)
        assert np.all(np.isfinite(energy)) and np.all(energy >= 0) and np.any(energy > 0)


@EVERY
def test_its_energies_cut_to_the_rate(algorithm, params, table):
    tree = budget.to_rate(params, PLAN, table, RATE, energies=energies(algorithm, params, table))
    assert RATE <= cost.macs(table) / cost.macs(table, tree) <= 1.05 * RATE


@EVERY
def test_it_asks_for_a_rate_only_if_it_works_towards_one(algorithm, params, table):
    without = dataclasses.replace(setting(algorithm, params, table), rate=None)
    if not algorithm.per_rate:
        algorithm.hooks(without)
        return
    with pytest.raises(ValueError) as error:
        algorithm.hooks(without)
    assert str(error.value) == (
        "rate is None, expected the rate that the cut will aim at: this algorithm works towards one"
    )
