"""Claims about the heuristic's importance: what later layers lose with a block."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rt3d_jax.models import layers
from rt3d_jax.prune import heuristic
from rt3d_jax.sparsity import cost, patterns, plans

CLIPS = np.random.default_rng(1).normal(size=(3, 4, 5, 4, 3)).astype(np.float32)
PLAN = (("head", None), (".*", plans.Prune(patterns.kgs(2, 2))))


def apply(params, clip):
    x = jax.jit(jax.nn.relu)(layers.conv3d(clip, params["a"]["kernel"], "direct") + params["a"]["bias"])
    x = jax.nn.relu(layers.conv3d(x, params["b"]["kernel"], "direct", strides=(1, 2, 2)))
    return x.mean(axis=(1, 2, 3)) @ params["head"]["kernel"]


@pytest.fixture
def params():
    rng = np.random.default_rng(0)
    draw = lambda *shape: jnp.asarray(rng.normal(size=shape), jnp.float32)
    a = {"kernel": draw(3, 3, 3, 3, 4), "bias": draw(4)}
    return {"a": a, "b": {"kernel": draw(1, 3, 3, 4, 5)}, "head": {"kernel": draw(5, 2)}}


@pytest.fixture
def table(params):
    return cost.layers(apply, params, CLIPS.shape)


@pytest.fixture
def activity(params, table):
    return heuristic.activity(apply, params, table, [(CLIPS[:2],), (CLIPS[1:],)])


def test_activity_is_the_mean_square_of_what_each_layer_reads(params, activity):
    x = jax.nn.relu(layers.conv3d(CLIPS, params["a"]["kernel"], "direct") + params["a"]["bias"])
    mean = lambda x: (np.mean(np.square(x[:2]), axis=(0, 1, 2, 3)) + np.mean(np.square(x[1:]), axis=(0, 1, 2, 3))) / 2
    np.testing.assert_allclose(activity["a"], mean(CLIPS), rtol=1e-5)
    np.testing.assert_allclose(activity["b"], mean(np.asarray(x)), rtol=1e-4)
    assert activity["head"].shape == (5,)


def oracle(params, activity):
    """Importance by loops, straight from the formula: of the weights of a and b."""
    flow, found = np.ones(2), {}
    for name in ("head", "b", "a"):
        kernel = np.asarray(params[name]["kernel"], np.float64).reshape(-1, *params[name]["kernel"].shape[-2:])
        shares = np.zeros_like(kernel)
        for o in range(kernel.shape[-1]):
            whole = sum(
                kernel[d, i, o] ** 2 * activity[name][i] for d in range(len(kernel)) for i in range(kernel.shape[1])
            )
            for d in range(len(kernel)):
                for i in range(kernel.shape[1]):
                    shares[d, i, o] = flow[o] * kernel[d, i, o] ** 2 * activity[name][i] / whole
        found[name], flow = shares, shares.sum(axis=(0, 2))
    return found


def test_importance_equals_loops_over_the_formula(params, table, activity):
    found, expected = heuristic.importance(params, PLAN, table, activity), oracle(params, activity)
    for name in ("a", "b"):
        shares = expected[name].reshape(params[name]["kernel"].shape)
        for cell in np.ndindex(found[name].shape):
            d, h, w, i, o = cell
            block = shares[d, h, w, 2 * i : 2 * i + 2, 2 * o : 2 * o + 2]
            assert found[name][cell] == pytest.approx(block.sum(), rel=1e-6)
    assert "head" not in found


def test_no_importance_is_lost_on_the_way_back(params, table, activity):
    found = heuristic.importance(params, PLAN, table, activity)
    assert found["a"].sum() == pytest.approx(2) and found["b"].sum() == pytest.approx(2)


def test_a_filter_that_nobody_listens_to_has_no_importance(params, table, activity):
    params["b"]["kernel"] = params["b"]["kernel"].at[..., 1, :].set(0)
    plan = (("head", None), (".*", plans.Prune(patterns.FILTER)))
    found = heuristic.importance(params, plan, table, activity)["a"].ravel()
    assert found[1] == 0 and np.all(found[[0, 2, 3]] > 0)


def test_weights_alone_would_not_see_that(params, table, activity):
    """The heuristic differs from squared weights: a strong filter that is hardly heard counts little."""
    params["a"]["kernel"] = params["a"]["kernel"].at[..., 1].multiply(10)
    params["b"]["kernel"] = params["b"]["kernel"].at[..., 1, :].multiply(1e-4)
    plan = (("head", None), (".*", plans.Prune(patterns.FILTER)))
    found = heuristic.importance(params, plan, table, heuristic.activity(apply, params, table, [(CLIPS,)]))["a"].ravel()
    assert found.argmin() == 1


def test_no_clip_at_all_is_an_error(params, table):
    with pytest.raises(ValueError, match=r"^got no batch to measure activity on"):
        heuristic.activity(apply, params, table, [])
