"""Claims about penalties and about freezing what was pruned."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from rt3d_jax.prune import freeze, penalties
from rt3d_jax.sparsity import cost, patterns, plans

EPS = 1e-6
SHAPES = {"a": (3, 3, 3, 5, 7), "b": (1, 3, 3, 4, 8), "c": (6, 5)}
A, B = (cost.Layer(name, SHAPES[name], 1, 0, 0).place for name in ("a", "b"))
TERMS = {"a": penalties.Term(A, patterns.kgs(4, 2), 1.5), "b": penalties.Term(B, patterns.vanilla(4, 2), 0.5)}


@pytest.fixture
def params():
    rng = np.random.default_rng(0)
    return {
        name: {"kernel": jnp.asarray(rng.normal(size=shape), jnp.float32), "bias": jnp.ones(shape[-1])}
        for name, shape in SHAPES.items()
    }


def oracle_blocks(kernel, sides):
    grid = [-(-size // side) for size, side in zip(kernel.shape, sides, strict=True)]
    for cell in np.ndindex(*grid):
        yield cell, tuple(slice(c * s, (c + 1) * s) for c, s in zip(cell, sides, strict=True))


def oracle(params, reweighted):
    """The penalty and its gradient, block by block in float64."""
    total, gradients = 0.0, {}
    for name, sides in (("a", (1, 1, 1, 2, 4)), ("b", (1, 3, 3, 2, 4))):
        kernel = np.asarray(params[name]["kernel"], np.float64)
        gradients[name] = np.zeros_like(kernel)
        for _, block in oracle_blocks(kernel, sides):
            norm = np.sqrt(np.sum(kernel[block] ** 2))
            factor = TERMS[name].weight / (norm**2 + EPS if reweighted else 1)
            total += factor * norm
            gradients[name][block] = factor * kernel[block] / norm
    return total, gradients


@pytest.mark.parametrize("reweighted", [False, True])
def test_the_penalty_and_its_gradient_equal_a_numpy_oracle(params, reweighted):
    factors = penalties.reweight(params, TERMS, EPS) if reweighted else None
    value, gradients = jax.value_and_grad(penalties.group_lasso)(params, TERMS, factors)
    total, expected = oracle(params, reweighted)
    assert float(value) == pytest.approx(total, rel=1e-5)
    for name in TERMS:
        np.testing.assert_allclose(gradients[name]["kernel"], expected[name], rtol=1e-4, atol=1e-6)
    assert not np.any(gradients["c"]["kernel"]) and not np.any(gradients["a"]["bias"])


def test_the_penalty_alone_moves_the_weights(params):
    gradients = jax.grad(penalties.group_lasso)(params, TERMS, penalties.reweight(params, TERMS, EPS))
    moved = optax.apply_updates(params, jax.tree.map(lambda leaf: -0.01 * leaf, gradients))
    for name in TERMS:
        assert float(jnp.linalg.norm(moved[name]["kernel"])) < float(jnp.linalg.norm(params[name]["kernel"]))


def test_the_penalty_has_a_finite_gradient_at_zero(params):
    zeros = jax.tree.map(jnp.zeros_like, params)
    gradients = jax.grad(penalties.group_lasso)(zeros, TERMS, penalties.reweight(zeros, TERMS, EPS))
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(gradients))


def test_relative_factors_mean_the_same_at_any_scale(params):
    scaled = {**params, "a": {**params["a"], "kernel": 100 * params["a"]["kernel"]}}
    one, other = (penalties.reweight(tree, TERMS, 1e-3, relative=True) for tree in (params, scaled))
    # The prox shrinks norms by a multiple of P, so what it shrinks them by, over the norms, stays the same.
    np.testing.assert_allclose(other["a"], 100 * one["a"], rtol=1e-4)
    np.testing.assert_array_equal(other["b"], one["b"])


def test_relative_factors_fade_when_most_blocks_are_empty(params):
    kernel = params["a"]["kernel"]
    emptied = {**params, "a": {**params["a"], "kernel": kernel.at[1:].set(0)}}
    one, other = (penalties.reweight(tree, TERMS, 1e-3, relative=True)["a"] for tree in (params, emptied))
    assert np.all(other[0] < 0.3 * one[0])


def shrink_once(params, **options):
    transform = penalties.shrink(0.1, 0.5, TERMS, eps=EPS, **options)
    updates, state = jax.jit(transform.update)(jax.tree.map(jnp.zeros_like, params), transform.init(params), params)
    return optax.apply_updates(params, updates), state


@pytest.mark.parametrize("every", [None, 2])
def test_shrink_is_the_proximal_operator_of_the_penalty(params, every):
    """The prox minimises 1/2 ||x - w||^2 + step * penalty(x): its optimality condition holds block by block."""
    shrunk, _ = shrink_once(params, every=every)
    for name, sides in (("a", (1, 1, 1, 2, 4)), ("b", (1, 3, 3, 2, 4))):
        kernel, after = (np.asarray(tree[name]["kernel"], np.float64) for tree in (params, shrunk))
        for _, block in oracle_blocks(kernel, sides):
            norm = np.sqrt(np.sum(kernel[block] ** 2))
            step = 0.05 * TERMS[name].weight / (norm**2 + EPS if every else 1)
            np.testing.assert_allclose(after[block], kernel[block] * max(0, 1 - step / norm), rtol=1e-4, atol=1e-6)


def test_shrink_makes_small_blocks_exactly_zero_and_leaves_the_rest_alone(params):
    params["a"]["kernel"] = params["a"]["kernel"].at[0, 0, 0, :2, :4].multiply(1e-3)
    shrunk, _ = shrink_once(params, every=5)
    assert np.all(np.asarray(shrunk["a"]["kernel"])[0, 0, 0, :2, :4] == 0)
    np.testing.assert_array_equal(shrunk["c"]["kernel"], params["c"]["kernel"])
    np.testing.assert_array_equal(shrunk["a"]["bias"], params["a"]["bias"])


def test_factors_are_computed_anew_every_so_many_steps(params):
    transform = penalties.shrink(0.1, 0.1, TERMS, eps=EPS, every=3)
    update = jax.jit(transform.update)
    state, seen = transform.init(params), []
    for _ in range(7):
        updates, state = update(jax.tree.map(jnp.zeros_like, params), state, params)
        params = optax.apply_updates(params, updates)
        seen.append(float(state.factors["a"].sum()))
    assert seen[0] == seen[1] == seen[2] < seen[3] == seen[4] == seen[5] < seen[6]


def test_terms_follow_the_plan_and_weigh_layers_by_their_macs(params):
    layers = tuple(
        cost.Layer(name, SHAPES[name], positions, 0, 0) for name, positions in (("a", 300), ("b", 100), ("c", 1))
    )
    rule = plans.Prune(patterns.kgs(4, 2))
    found = penalties.terms((("[ab]", rule), ("c", None)), layers, macs=True)
    macs = np.array([300 * 945, 100 * 288])
    assert [found[name].weight for name in ("a", "b")] == pytest.approx(list(macs / macs.mean()))
    assert "c" not in found


def test_shrink_without_parameters_is_an_error(params):
    transform = penalties.shrink(0.1, 0.1, TERMS)
    with pytest.raises(ValueError, match=r"^shrink got params None"):
        transform.update(params, transform.init(params))


@pytest.mark.parametrize("optimizer", [optax.sgd(0.1, momentum=0.9), optax.adamw(0.1, weight_decay=0.1)])
def test_pruned_weights_stay_zero_under_momentum(params, optimizer):
    masked = plans.prune(params, (("[ab]", plans.Prune(patterns.kgs(4, 2), 0.3)), ("c", None)))
    transform = optax.chain(optimizer, freeze.freeze(masked))
    # Momentum is built up while all weights live; then half of them are pruned.
    state, dropped = transform.init(params), ~np.asarray(masked["a"]["kernel"])
    step = jax.jit(transform.update)
    for _ in range(3):
        _, state = step(jax.tree.map(jnp.ones_like, params), state, params)
    params = freeze.apply_masks(params, masked)
    before = params
    for _ in range(5):
        updates, state = step(jax.tree.map(jnp.ones_like, params), state, params)
        params = optax.apply_updates(params, updates)
        assert np.all(np.asarray(params["a"]["kernel"])[dropped] == 0)
    assert np.all(np.asarray(params["a"]["kernel"])[~dropped] != np.asarray(before["a"]["kernel"])[~dropped])
    assert np.all(np.asarray(params["c"]["kernel"]) != np.asarray(before["c"]["kernel"]))


def test_without_freezing_momentum_would_revive_them(params):
    """The test above can fail: the same steps without freezing move the dropped weights."""
    masked = plans.prune(params, (("[ab]", plans.Prune(patterns.kgs(4, 2), 0.3)), ("c", None)))
    transform = optax.sgd(0.1, momentum=0.9)
    params = freeze.apply_masks(params, masked)
    updates, _ = transform.update(jax.tree.map(jnp.ones_like, params), transform.init(params), params)
    moved = optax.apply_updates(params, updates)
    assert np.any(np.asarray(moved["a"]["kernel"])[~np.asarray(masked["a"]["kernel"])] != 0)
