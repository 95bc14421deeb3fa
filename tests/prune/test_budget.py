"""Claims about pruning to a MAC budget."""

import jax
import numpy as np
import pytest

from rt3d_jax.models import catalog
from rt3d_jax.prune import budget
from rt3d_jax.sparsity import cost, masks, patterns, plans

MODEL = catalog.Model(width=0.25, size=32)
ALL = ((r"conv\d[ab]?", plans.Prune(patterns.kgs(8, 4))), (r"fc\d", None))


@pytest.fixture(scope="module")
def params():
    rng = np.random.default_rng(0)
    return jax.tree.map(lambda leaf: rng.normal(size=leaf.shape).astype(np.float32), catalog.shapes(MODEL, 8))


@pytest.fixture(scope="module")
def table(params):
    return cost.layers(catalog.apply_function(MODEL, 8, "direct"), params, catalog.clip_shape(MODEL))


def scores_of(kernel, pattern):
    """The norm of each block over the root of its number of weights."""
    return np.sqrt(np.asarray(masks.block_energies(kernel, pattern)) / masks.block_sizes(kernel.shape, pattern))


@pytest.mark.parametrize("pattern", [patterns.kgs(8, 4), patterns.vanilla(8, 4), patterns.kgs(5, 3)])
@pytest.mark.parametrize("rate", [1, 2.6, 3.6, 10])
def test_the_rate_is_hit_within_one_percent(params, table, pattern, rate):
    plan = ((r"conv\d[ab]?", plans.Prune(pattern)), (r"fc\d", None))
    tree = budget.to_rate(params, plan, table, rate)
    found = cost.macs(table) / cost.macs(table, tree)
    assert rate <= found <= rate * 1.01


def test_one_threshold_separates_kept_from_dropped_in_all_layers(params, table):
    tree = budget.to_rate(params, ALL, table, 2.6)
    pattern, kept, dropped = patterns.kgs(8, 4), [], []
    for name in (layer.name for layer in table):
        kernel, mask = params[name]["kernel"], tree[name]["kernel"]
        if mask is not None:
            scores = scores_of(kernel, pattern) / np.sqrt(np.mean(np.square(kernel)))
            chosen = scores_of(mask.astype(np.float32), pattern) > 0
            kept.append(scores[chosen].min())
            dropped.append(scores[~chosen].max())
    assert min(kept) >= max(dropped) * (1 - 1e-3)


def test_layers_of_another_scale_are_cut_alike(params, table):
    scaled = {**params, "conv4a": {**params["conv4a"], "kernel": params["conv4a"]["kernel"] * 100}}
    one, other = (budget.to_rate(tree, ALL, table, 3.0) for tree in (params, scaled))
    assert np.array_equal(one["conv4a"]["kernel"], other["conv4a"]["kernel"])


def test_dense_layers_stay_dense_and_fixed_keeps_are_followed(params, table):
    plan = (("conv1", None), ("conv2", plans.Prune(patterns.kgs(8, 4), 0.5)), *ALL)
    tree = budget.to_rate(params, plan, table, 2.0)
    assert tree["conv1"]["kernel"] is None
    assert np.mean(tree["conv2"]["kernel"]) == 0.5
    assert cost.macs(table) / cost.macs(table, tree) == pytest.approx(2.0, rel=0.01)


def test_a_rate_that_dense_layers_forbid_is_an_error_with_the_highest_rate(params, table):
    plan = (("conv1", None), ("conv3.", None), *ALL)
    with pytest.raises(ValueError) as error:
        budget.to_rate(params, plan, table, 2.6)
    assert str(error.value).startswith("rate 2.6 cannot be reached: conv1, conv3a, conv3b, fc6, fc7, fc8 stay dense")
    highest = float(str(error.value).split("so ")[1].split(" ")[0])
    tree = budget.to_rate(params, plan, table, highest - 0.01)
    assert cost.macs(table) / cost.macs(table, tree) == pytest.approx(highest, rel=0.01)


def test_no_layer_is_emptied(params, table):
    weak = {**params, "conv4a": {**params["conv4a"], "kernel": 0 * params["conv4a"]["kernel"]}}
    tree = budget.to_rate(weak, ALL, table, 3.6)
    assert np.mean(tree["conv4a"]["kernel"]) >= 0.02


@pytest.mark.parametrize("rate", [0.5, float("nan")])
def test_a_rate_below_one_is_an_error(params, table, rate):
    with pytest.raises(ValueError, match=r"^rate is .*, expected a number of at least 1 \(dense over kept\)$"):
        budget.to_rate(params, ALL, table, rate)


def test_emptied_filters_lose_their_bias(params, table):
    plan = ((r"conv\d[ab]?", plans.Prune(patterns.FILTER)), (r"fc\d", None))
    tree = budget.to_rate(params, plan, table, 3.0)
    for name in ("conv2", "conv5b"):
        alive = np.asarray(tree[name]["kernel"]).any(axis=(0, 1, 2, 3))
        np.testing.assert_array_equal(tree[name]["bias"], alive)
    assert jax.tree.structure(tree, is_leaf=lambda leaf: leaf is None) == jax.tree.structure(params)
