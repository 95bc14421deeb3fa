"""Claims about batch norm: moments, running statistics, and how training, masks and counts treat them."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from lowering.functions import trees
from rt3d_jax.models import catalog, layers
from rt3d_jax.prune import freeze
from rt3d_jax.sparsity import cost, masks, patterns, plans
from rt3d_jax.training import loop, optimizers, recipes
from tests.models import parameters

pytestmark = pytest.mark.usefixtures("tiny_network")
MODEL = catalog.Model("tiny", width=0.5, frames=3, size=9, dropout=0.0)
SHAPE = (2, 3, 5, 4, 3)


def random_clip(*shape):
    return jnp.asarray(np.random.default_rng(0).normal(size=shape).astype(np.float32))


def convolve(x, layer):
    return np.asarray(layers.conv3d(x, layer.kernel[...], "direct", pads=(0, 0, 0)))


def conv(shift=False):
    norm = layers.Norm(eps=1e-3, momentum=0.25)
    return layers.Conv(3, 6, (1, 1, 1), norm=norm, shift=shift, form="direct", rngs=nnx.Rngs(0))


def test_training_normalises_by_the_batch_and_moves_the_running_statistics():
    layer = conv(shift=True)
    assert layer.shift is not None
    layer.scale[...], layer.bias[...], layer.shift[...] = jnp.arange(6.0), jnp.arange(6.0) / 3, jnp.full(6, 2.0)
    x = random_clip(*SHAPE)
    before = convolve(x, layer).reshape(-1, 6) + 2
    expected = (before - before.mean(0)) / np.sqrt(before.var(0) + 1e-3) * np.arange(6) + np.arange(6) / 3
    np.testing.assert_allclose(layer(x, True).reshape(-1, 6), expected, atol=1e-5)
    np.testing.assert_allclose(layer.mean[...], 0.25 * before.mean(0), atol=1e-6)
    np.testing.assert_allclose(layer.var[...], 0.75 + 0.25 * before.var(0, ddof=1), atol=1e-5)


def test_evaluation_normalises_by_the_running_statistics_and_leaves_them():
    layer = conv()
    layer.mean[...], layer.var[...], layer.bias[...] = jnp.arange(6.0), 1 + jnp.arange(6.0), jnp.full(6, 0.5)
    x = random_clip(*SHAPE)
    before = convolve(x, layer)
    expected = (before - np.arange(6)) / np.sqrt(1 + np.arange(6) + 1e-3) + 0.5
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)
    np.testing.assert_array_equal(layer.mean[...], np.arange(6))


def test_statistics_are_the_tree_of_means_and_variances_and_nothing_without_batch_norm():
    key = jax.random.key(0)
    for name, count in (("c3d", 0), ("r2plus1d", 2 * 37), ("s3d", 2 * 77)):
        model = catalog.Model(name, width=0.05, size=17)
        shapes, clip = catalog.shapes(model, 2), jnp.zeros(catalog.clip_shape(model))
        _, statistics = jax.eval_shape(catalog.train_function(model, 2), shapes, clip, key=key)
        expected = [path for path, _ in trees.paths(shapes) if path.endswith(("/mean", "/var"))]
        assert [path for path, _ in trees.paths(statistics)] == expected and len(expected) == count


def test_the_logits_of_a_single_clip_do_not_depend_on_its_batch_in_evaluation_alone():
    params, clip = parameters.random(MODEL, 2), parameters.clip(MODEL, 2)
    apply = jax.jit(catalog.apply_function(MODEL, 2))
    np.testing.assert_allclose(apply(params, clip)[:1], apply(params, clip[:1]), atol=1e-5)
    key = jax.random.key(0)
    assert np.abs(apply(params, clip, key=key)[:1] - apply(params, clip[:1], key=key)).max() > 1e-3


@pytest.mark.parametrize(
    "optimizer", [recipes.SGD(weight_decay=0.5), recipes.AdamW(weight_decay=0.5)], ids=["sgd", "adam"]
)
def test_a_step_gives_the_statistics_that_the_network_measured(optimizer):
    params, clip = parameters.random(MODEL, 2), parameters.clip(MODEL, 3)
    apply = catalog.train_function(MODEL, 2)
    plan = (("conv.*", plans.Prune(patterns.FILTER, keep=0.5)), (".*", None))
    mask_tree = plans.prune(params, plan)
    recipe = recipes.Recipe(epochs=1, learning_rate=0.1, optimizer=optimizer)
    transform = optimizers.create(recipe, optax.constant_schedule(0.1), freeze.freeze(mask_tree))

    def loss(params, constants, batch, key, step):
        logits, statistics = apply(params, batch["clip"], key=key)
        return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, batch["label"])), ({}, statistics)

    state = loop.initial_state(freeze.apply_masks(params, mask_tree), transform)
    step, label = loop.step_function(loss, transform, seed=0), np.array([0, 1, 0])
    for _ in range(2):  # at the second step momentum is not zero
        before = jax.tree.map(np.array, state["params"])
        state, _ = step(state, {"clip": clip, "label": label})
    _, expected = jax.jit(apply)(before, clip, key=jax.random.key(0))
    assert len(trees.paths(expected)) == 4
    for path, leaf in trees.paths(expected):
        np.testing.assert_allclose(cost.leaf(state["params"], *path.split("/")), leaf, rtol=1e-4, atol=1e-6)
    dropped = ~np.asarray(mask_tree["conv1"]["bias"])
    assert dropped.any() and not state["params"]["conv1"]["scale"][dropped].any()


def test_masks_of_statistics_are_none_and_a_dropped_filter_is_silent():
    params = parameters.random(MODEL, 2)
    plan = (("conv1", plans.Prune(patterns.FILTER, keep=0.5)), (".*", None))
    tree = plans.prune(params, plan)["conv1"]
    assert tree["mean"] is None and tree["var"] is None
    assert sorted(name for name, mask in tree.items() if mask is not None) == ["bias", "kernel", "scale"]
    silent = masks.apply(params["conv1"], tree)
    layer = layers.Conv(3, tree["bias"].size, (1, 3, 3), norm=layers.Norm(), form="direct", rngs=nnx.Rngs(0))
    for name, value in silent.items():
        getattr(layer, name)[...] = value
    assert not np.any(layer(random_clip(1, 3, 9, 9, 3))[..., ~np.asarray(tree["bias"])])


def test_running_statistics_are_no_parameters():
    table = catalog.table(MODEL, 2)
    assert [layer.parameters - layer.weights for layer in table] == [2 * 8, 2 * 16, 2]
