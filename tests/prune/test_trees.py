"""Claims about pruning networks as other libraries store them: any tree, any names, any order of axes, any product."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

import rt3d_jax as rt3d
from lowering.functions import trees
from rt3d_jax.prune import contract, heuristic
from tests.prune import libraries

KGS = rt3d.Prune(rt3d.kgs(4, 2))
EVERY = pytest.mark.parametrize("name", libraries.KINDS)
READ: dict[str, Any] = {}


def read(name):
    if name not in READ:
        kind = libraries.KINDS[name]()
        READ[name] = kind, rt3d.read_layers(kind.params, kind.apply, *kind.examples)
    return READ[name]


def by_group(leaf, axes):
    """A leaf as (stack and locations, inputs, outputs)."""
    order = [axis for letter in "SDHWIO" for axis, found in enumerate(axes) if found == letter]
    count = lambda letter: int(np.prod([leaf.shape[axis] for axis, found in enumerate(axes) if found == letter]))
    return np.asarray(leaf).transpose(order).reshape(-1, count("I"), count("O"))


@EVERY
def test_the_kernels_are_found_with_their_macs(name):
    kind, layers = read(name)
    found = {layer.place.path: layer.macs for layer in layers if not layer.fixed}
    assert found == {path: macs for path, (_, macs) in kind.kernels.items()}
    leaves = dict(trees.paths(kind.params))
    for layer in layers:
        axes = kind.kernels[layer.place.path][0]
        assert layer.shape[-2:] == by_group(leaves[layer.place.path], axes).shape[-2:]


@EVERY
def test_masks_drop_groups_of_filters_and_channels_in_the_layout_of_the_kernel(name):
    kind, layers = read(name)
    masks = rt3d.masks_at(2.0, kind.params, [(".*", KGS)], layers)
    assert 2.0 <= rt3d.macs(layers) / rt3d.macs(layers, masks) < 2.2
    found = dict(trees.paths(masks))
    for path, (axes, _) in kind.kernels.items():
        mask = by_group(found[path], axes)
        blocks = np.pad(mask, ((0, 0), (0, -mask.shape[1] % 2), (0, -mask.shape[2] % 4)), mode="edge")
        blocks = blocks.reshape(len(mask), -1, 2, blocks.shape[2] // 4, 4)
        np.testing.assert_array_equal(blocks, np.broadcast_to(blocks[:, :, :1, :, :1], blocks.shape))


@EVERY
def test_masks_change_the_network_as_zeros_in_their_place_do_and_stay_through_training(name):
    kind, layers = read(name)
    masks = rt3d.masks_at(2.0, kind.params, [(".*", KGS)], layers)
    kept = dict(trees.paths(masks))
    by_hand = trees.replaced(
        kind.params,
        {path: leaf * np.asarray(kept[path], leaf.dtype) for path, leaf in trees.paths(kind.params) if path in kept},
    )
    pruned = rt3d.apply_masks(kind.params, masks)
    adam = optax.chain(optax.adam(1e-2), rt3d.freeze(masks))

    @jax.jit
    def step(params, state):
        loss = lambda params: sum(
            jnp.square(part).sum() for part in jax.tree.leaves(kind.apply(params, *kind.examples))
        )
        value, slopes = jax.value_and_grad(loss)(params)
        updates, state = adam.update(slopes, state, params)
        return value, optax.apply_updates(params, updates), state

    state = adam.init(pruned)
    assert step(pruned, state)[0] == step(by_hand, state)[0] != step(kind.params, state)[0]
    for _ in range(3):
        _, pruned, state = step(pruned, state)
    for path, leaf in trees.paths(pruned):
        assert np.isfinite(np.asarray(leaf, np.float32)).all()
        assert path not in kept or not np.asarray(leaf, np.float32)[~np.asarray(kept[path])].any()


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [("of_equinox", rt3d.Reweighted(1.0)), ("one_dimension", rt3d.ADMM()), ("loops", rt3d.Gradual())],
    ids=["reweighted", "admm", "gradual"],
)
def test_every_algorithm_works_on_them(name, algorithm):
    kind, layers = read(name)
    plan, sgd = [(".*", KGS)], optax.sgd(0.1)
    transform = rt3d.penalise(sgd, algorithm, plan, layers, learning_rate=0.1, steps=1, rate=2.0)
    slopes = jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), kind.params)
    changes, _ = jax.jit(transform.update)(slopes, jax.jit(transform.init)(kind.params), kind.params)
    changed = {path for path, change in trees.paths(changes) if np.any(np.asarray(change, np.float32))}
    assert changed and changed <= kind.kernels.keys()


def test_activity_in_a_scan_is_the_mean_over_its_turns():
    def apply(params, x):
        return jax.lax.scan(lambda x, kernel: (x @ kernel, x @ params["each"]), x, params["stack"])

    params, x = {"stack": libraries.draw(2, 4, 4), "each": libraries.draw(4, 3)}, libraries.draw(5, 4)
    layers = rt3d.read_layers(params, apply, x)
    measured = heuristic.activity(apply, params, layers, [(x,)])
    by_hand = np.mean([np.square(x).mean(0), np.square(x @ params["stack"][0]).mean(0)], axis=0)
    np.testing.assert_allclose(measured["stack"], by_hand, rtol=1e-5)
    np.testing.assert_allclose(measured["each"], by_hand, rtol=1e-5)


@pytest.mark.parametrize("name", ["one_dimension", "loops"])
def test_the_heuristic_ranks_their_blocks(name):
    kind, layers = read(name)
    plan = ((".*", KGS),)
    cut = contract.Cut(kind.params, plan, layers, kind.apply, lambda count: iter([kind.examples]))
    energies = rt3d.Heuristic().energies(cut)
    assert energies.keys() == {layer.name for layer in layers}
    assert all(np.isfinite(energy).all() and energy.any() for energy in energies.values())
    rt3d.masks_at(2.0, kind.params, plan, layers, energies=energies)


def test_a_weight_norm_without_an_epsilon_refuses_to_lose_a_whole_filter():
    apply = lambda params, x: x @ (params["v"] * params["g"] / jnp.linalg.norm(params["v"], axis=0)) @ params["head"]
    params = {"v": libraries.draw(4, 8).at[:, 2].set(1e-3), "g": libraries.draw(8), "head": libraries.draw(8, 2)}
    layers = rt3d.read_layers(params, apply, (1, 4))
    plan = [("v", rt3d.Prune(rt3d.FILTER)), ("head", None)]
    with pytest.raises(ValueError) as error:
        rt3d.masks_at(1.1, params, plan, layers)
    assert str(error.value) == (
        "nothing is left of filter 2 of v, whose weights go through a norm that gives nan then; add an epsilon to the "
        "norm, or fold it into v before pruning"
    )
    masks = rt3d.masks_at(1.5, params, [("v", rt3d.Prune(rt3d.kgs(8, 1))), ("head", None)], layers)
    assert np.isfinite(apply(rt3d.apply_masks(params, masks), jnp.ones((1, 4)))).all()


def test_state_that_is_no_weight_stays_as_it_is():
    def make():
        net = nnx.Sequential(nnx.Linear(4, 8, rngs=nnx.Rngs(0)), nnx.Dropout(0.5, rngs=nnx.Rngs(1)))
        net.eval()
        return net

    graph, state = libraries.split(make)
    layers = rt3d.read_layers(state, lambda state, x: nnx.merge(graph, state)(x), (1, 4))
    masks = rt3d.masks_at(2.0, state, [(".*", rt3d.Prune(rt3d.UNSTRUCTURED))], layers)
    pruned = rt3d.apply_masks(state, masks)
    assert [layer.name for layer in layers] == ["layers/0"]
    assert pruned["layers"][1]["rngs"]["key"][...] == state["layers"][1]["rngs"]["key"][...]


def test_a_tree_with_two_leaves_of_one_path_is_refused():
    params = {"a/b": {"c": jnp.ones((2, 2))}, "a": {"b/c": jnp.ones((2, 2))}}
    with pytest.raises(ValueError) as error:
        rt3d.read_layers(params, lambda params, x: x, (1, 2))
    assert str(error.value) == "params has two leaves of the path a/b/c, expected one; rename one of their keys"
