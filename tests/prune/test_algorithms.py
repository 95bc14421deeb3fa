"""Claims about mixed norms, ADMM and gradual pruning as optax transformations on a small network of made-up cost."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from rt3d_jax.prune import admm, gradual, penalties, selection
from rt3d_jax.sparsity import cost, masks, patterns, plans
from rt3d_jax.training import states

SHAPES = {"a": (3, 3, 3, 5, 8), "b": (1, 3, 3, 8, 12), "c": (6, 5)}
POSITIONS = {"a": 400, "b": 100, "c": 1}
TABLE = tuple(cost.Layer(name, shape, POSITIONS[name], int(np.prod(shape)), 0) for name, shape in SHAPES.items())
PLAN = (("c", None), (".*", plans.Prune(patterns.kgs(4, 2))))
A = TABLE[0].place
BALANCED = (("c", None), (".*", plans.Prune(patterns.kgs(4, 2), balance="group")))


@pytest.fixture
def params():
    rng = np.random.default_rng(0)
    draw = lambda shape: jnp.asarray(rng.normal(size=shape), jnp.float32)
    return {name: {"kernel": draw(shape), "bias": jnp.ones(shape[-1])} for name, shape in SHAPES.items()}


def steps_of(transform, params, steps, gradient=jnp.zeros_like):
    """The parameters and states after every step."""
    update, state, found = jax.jit(transform.update), transform.init(params), []
    for _ in range(steps):
        updates, state = update(jax.tree.map(gradient, params), state, params)
        params = optax.apply_updates(params, updates)
        found.append((params, state))
    return found


def cost_of(kernels):
    return sum(POSITIONS[name] * int(np.count_nonzero(kernel)) for name, kernel in kernels.items()) + 30


@pytest.mark.parametrize("l1", [0.0, 0.3, 1.0])
def test_the_penalty_of_any_norm_moves_the_weights(params, l1):
    terms = {"a": penalties.Term(A, patterns.kgs(4, 2), 1.5, l1)}
    factors = penalties.reweight(params, terms, 1e-3)
    before, gradients = jax.value_and_grad(penalties.group_lasso)(params, terms, factors)
    moved = optax.apply_updates(params, jax.tree.map(lambda leaf: -1e-3 * leaf, gradients))
    assert penalties.group_lasso(moved, terms, factors) < before
    assert np.linalg.norm(moved["a"]["kernel"]) < np.linalg.norm(params["a"]["kernel"])
    assert not np.any(gradients["b"]["kernel"])


@pytest.mark.parametrize("l1", [0.3, 1.0])
@pytest.mark.parametrize("every", [None, 3])
def test_the_step_of_mixed_norms_minimises_distance_and_penalty(params, l1, every):
    terms = {"a": penalties.Term(A, patterns.kgs(4, 2), 1.5, l1)}
    transform = penalties.shrink(0.4, 0.5, terms, eps=1e-2, every=every)
    ((after, _),) = steps_of(transform, params, 1)
    factors = None if every is None else penalties.reweight(params, terms, 1e-2)
    start, found = params["a"]["kernel"], after["a"]["kernel"]
    value = lambda x: (
        0.5 * jnp.sum((x - start) ** 2) + 0.2 * penalties.group_lasso({"a": {"kernel": x}}, terms, factors)
    )
    best, rng = float(value(found)), np.random.default_rng(1)
    assert best < float(value(start))
    for size in (1e-1, 1e-2):
        assert all(best <= float(value(found + size * rng.normal(size=start.shape))) * (1 + 1e-6) for _ in range(5))
        assert best <= float(value(found * (1 + size))) and best <= float(value(found * (1 - size)))


def test_relative_group_lasso_shrinks_layers_of_any_scale_alike(params):
    terms, shares = {"a": penalties.Term(A, patterns.kgs(4, 2))}, []
    for scale in (1, 100):
        scaled = {**params, "a": {**params["a"], "kernel": scale * params["a"]["kernel"]}}
        found = steps_of(penalties.shrink(0.2, 0.5, terms, relative=True), scaled, 3)
        shares.append(np.asarray(found[-1][0]["a"]["kernel"]) / scale)
    np.testing.assert_allclose(shares[0], shares[1], rtol=1e-4, atol=1e-6)
    assert np.linalg.norm(shares[0]) < 0.8 * np.linalg.norm(params["a"]["kernel"])


def test_l1_alone_empties_weights_and_l2_alone_blocks(params):
    shares = {}
    for l1 in (0.0, 1.0):
        terms = {"a": penalties.Term(A, patterns.kgs(4, 2), 1.0, l1)}
        strength = 2.0 if l1 == 0 else 0.6
        ((after, _),) = steps_of(penalties.shrink(strength, 1.0, terms), params, 1)
        zero = np.asarray(after["a"]["kernel"]) == 0
        assert 0.1 < zero.mean() < 0.9
        shares[l1] = set(np.unique(masks.block_sums(zero.astype(int), patterns.kgs(4, 2))))
    assert shares[0.0] <= {0, 4, 8}
    assert len(shares[1.0]) > 5


@pytest.mark.parametrize("plan", [PLAN, BALANCED])
def test_admm_draws_the_weights_into_the_budget(params, plan):
    choice = selection.Selection(plan, TABLE)
    room = choice.dense / 2.5
    pull = admm.pull(choice, room, rho=0.3, growth=1.5, most=1.0, every=4)
    found = steps_of(optax.chain(pull, optax.sgd(0.5)), params, 40)
    gap = lambda at: sum(
        float(jnp.sum((found[at][0][name]["kernel"] - found[at][1][0].sparse[name]) ** 2)) for name in ("a", "b")
    )
    assert gap(-1) < 1e-3 * gap(0)
    sparse = found[-1][1][0].sparse
    assert 0.8 * room < cost_of(sparse) <= 1.001 * room
    assert found[-1][1][0].rho == 1.0
    np.testing.assert_array_equal(found[-1][0]["c"]["kernel"], params["c"]["kernel"])


def test_admm_follows_its_formulas(params):
    choice = selection.Selection(PLAN, TABLE)
    room = choice.dense / 2
    pull = admm.pull(choice, room, rho=0.1, growth=2.0, most=0.3, every=2)
    found = steps_of(optax.chain(pull, optax.sgd(1.0)), params, 5, jnp.ones_like)
    weights = [params, *(tree for tree, _ in found)]
    sparse, dual, rho = None, jnp.zeros(SHAPES["a"]), 0.1
    for step, (after, (state, _)) in enumerate(found):
        now = weights[step]["a"]["kernel"]
        if step % 2 == 0:
            shifted = now + (dual if step else 0)
            assert set(
                np.unique((np.asarray(state.sparse["a"]) - np.asarray(shifted))[np.asarray(state.sparse["a"]) != 0])
            ) <= {0.0}
            sparse = state.sparse["a"]
            dual = jnp.zeros_like(now) if step == 0 else shifted - sparse
            rho = rho if step == 0 else min(0.3, 2 * rho)
        assert float(state.rho) == pytest.approx(rho)
        np.testing.assert_allclose(after["a"]["kernel"], now - 1 - rho * (now - sparse + dual), rtol=1e-4, atol=1e-5)


def test_gradual_pruning_follows_the_cubic_and_never_takes_back(params):
    choice = selection.Selection(PLAN, TABLE)
    transform = optax.chain(optax.sgd(0.01, momentum=0.9), gradual.shrinking(choice, 0.3, steps=20, every=5))
    found = steps_of(transform, params, 24, lambda leaf: jnp.ones_like(leaf))
    zero = np.zeros(SHAPES["a"], bool)
    for step, (tree, _) in enumerate(found, start=1):
        kernels = {name: np.asarray(tree[name]["kernel"]) for name in ("a", "b")}
        last = min(20, step // 5 * 5)
        room = choice.dense * (0.3 + 0.7 * (1 - last / 20) ** 3)
        assert 0.93 * room <= cost_of(kernels) <= 1.001 * room
        assert np.all(kernels["a"][zero] == 0)
        zero = kernels["a"] == 0
    assert zero.mean() > 0.5


@pytest.mark.parametrize("name", ["admm", "gradual"])
def test_a_stopped_phase_finds_the_state_of_its_algorithm(params, tmp_path, name):
    choice = selection.Selection(PLAN, TABLE)
    pull = admm.pull(choice, choice.dense / 2, rho=0.1, growth=1.5, most=1.0, every=2)
    shrinking = gradual.shrinking(choice, 0.5, steps=6, every=2)
    transform = optax.chain(pull, optax.sgd(0.1)) if name == "admm" else optax.chain(optax.sgd(0.1), shrinking)
    (*_, (tree, state)) = steps_of(transform, params, 3)
    store = states.Store(tmp_path)
    store.save(3, {"params": tree, "optimizer": state}, None, {})
    found, _ = store.load({"params": params, "optimizer": transform.init(params)})
    store.close()
    assert jax.tree.structure(found["optimizer"]) == jax.tree.structure(state)
    jax.tree.map(np.testing.assert_array_equal, found["optimizer"], state)


@pytest.mark.parametrize(
    "make",
    [
        lambda choice: admm.pull(choice, 1.0, rho=0.1, growth=1.0, most=1.0, every=1),
        lambda choice: gradual.shrinking(choice, 0.5, steps=1, every=1),
    ],
)
def test_updates_without_parameters_are_errors(params, make):
    transform = make(selection.Selection(PLAN, TABLE))
    with pytest.raises(ValueError, match=r"got params None"):
        transform.update(params, transform.init(params))


def test_impossible_numbers_are_errors(params):
    choice = selection.Selection(PLAN, TABLE)
    with pytest.raises(ValueError, match=r"^ADMM has rho -1 and every 1, expected at least 0 and at least 1$"):
        admm.pull(choice, 1.0, rho=-1, growth=1.0, most=1.0, every=1)
    with pytest.raises(ValueError, match=r"^gradual pruning has fraction 0, "):
        gradual.shrinking(choice, 0, steps=1, every=1)
