"""Claims about what a dropped filter takes along, on networks with batch norms, sums and concatenations."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rt3d_jax.models import layers
from rt3d_jax.prune import budget
from rt3d_jax.sparsity import cost, patterns, plans
from tests.sparsity.wired import CLIP, answers, conv, mask_tree, norm, weights, without


def folded_norm(x, p):
    factor = p["scale"] / jnp.sqrt(p["var"] + 1e-5)
    return x * factor + (p["bias"] - p["mean"] * factor)


def chain(params, clip, norm=norm):
    x = jax.nn.relu(norm(conv(clip, params["a"]), params["bn"]))
    x = layers.max_pool(x, (2, 2, 2), "direct")
    x = jax.jit(jax.nn.relu)(conv(x, params["b"]) + params["b"]["bias"])
    x = x.reshape(x.shape[0], -1)
    return x @ params["head"]["kernel"] + params["head"]["bias"]


def residual(params, clip):
    x = jax.nn.relu(norm(conv(clip, params["a"]), params["bn"]))
    y = jax.nn.relu(x + norm(conv(x, params["b"]), params["bn2"]))
    return y.mean(axis=(1, 2, 3)) @ params["head"]["kernel"]


def joined(params, clip):
    x = jax.nn.relu(conv(clip, params["a"]) + params["a"]["bias"])
    y = jnp.tanh(conv(clip, params["b"]) + params["b"]["bias"])
    z = jnp.concatenate([x, y], axis=-1)
    return conv(z, params["c"]).max(axis=(1, 2, 3)) @ params["head"]["kernel"]


CHAIN = weights(a=(3, 3, 3, 3, 5), bn=5, b=(3, 3, 3, 5, 4), head=(2 * 3 * 3 * 4, 2))
RESIDUAL = weights(a=(3, 3, 3, 3, 4), bn=4, b=(3, 3, 3, 4, 4), bn2=4, head=(4, 2))
JOINED = weights(a=(3, 3, 3, 3, 4), b=(3, 3, 3, 3, 2), c=(3, 3, 3, 6, 4), head=(4, 2))
for tree in (RESIDUAL, JOINED):
    del tree["head"]["bias"]
for tree, name in ((CHAIN, "a"), (RESIDUAL, "a"), (RESIDUAL, "b"), (JOINED, "c")):
    del tree[name]["bias"]


@pytest.mark.parametrize("form", [norm, folded_norm])
def test_a_filter_takes_along_its_batch_norm_and_what_reads_it(form):
    apply = lambda params, clip: chain(params, clip, form)
    table, tree, _ = mask_tree(apply, CHAIN, a=(1, 3), b=(2,))
    np.testing.assert_array_equal(tree["bn"]["scale"], [True, False, True, False, True])
    np.testing.assert_array_equal(tree["bn"]["bias"], tree["bn"]["scale"])
    assert tree["bn"]["mean"] is None and tree["bn"]["var"] is None
    assert not tree["b"]["kernel"][..., [1, 3], :].any() and tree["b"]["kernel"][..., [0, 2, 4], :2].all()
    np.testing.assert_array_equal(
        np.asarray(tree["head"]["kernel"]).any(axis=1).reshape(18, 4), [[True, True, False, True]] * 18
    )
    a, b, head = table
    assert cost.macs(table, tree) == a.positions * 27 * 3 * 3 + b.positions * 27 * 3 * 3 + 18 * 3 * 2
    assert cost.parameters(table) == sum(leaf.size for leaf in jax.tree.leaves(CHAIN)) - 10


def test_what_is_taken_along_changes_no_answer():
    """The batch norm's vectors aside, which are pruned with the filter: so they are dropped on both sides here."""
    for apply, params, dropped in ((chain, CHAIN, {"a": (1, 3)}), (residual, RESIDUAL, {"a": (1, 3), "b": (0, 1)})):
        _, closed, open_ = mask_tree(apply, params, **dropped)
        for name in ("bn", "bn2"):
            if name in open_:
                open_[name] = closed[name]
        np.testing.assert_allclose(answers(apply, params, closed), answers(apply, params, open_), rtol=1e-5, atol=1e-5)


def test_a_sum_dies_where_all_that_it_adds_does():
    _, tree, _ = mask_tree(residual, RESIDUAL, a=(1, 3), b=(0, 1))
    np.testing.assert_array_equal(np.asarray(tree["head"]["kernel"]).all(axis=1), [True, False, True, True])
    np.testing.assert_array_equal(np.asarray(tree["b"]["kernel"]).any(axis=(0, 1, 2, 4)), [True, False, True, False])


def test_a_concatenation_keeps_channels_apart():
    table, tree, plain = mask_tree(joined, JOINED, a=(0,), b=(1,))
    assert np.asarray(tree["c"]["kernel"]).any(axis=(0, 1, 2, 4)).tolist() == [False, True, True, True, True, False]
    np.testing.assert_allclose(answers(joined, JOINED, tree), answers(joined, JOINED, plain), rtol=1e-5)
    assert [layer.wiring.ends for layer in table] == [False, False, False, True]


def test_a_bias_that_stays_keeps_the_channel():
    def late(params, clip):
        x = jnp.exp(conv(clip, params["a"]))  # one, not zero, where the filter is dropped
        return (conv(x, params["b"]) + params["b"]["bias"]).mean(axis=(1, 2, 3))

    params = {"a": CHAIN["a"], "b": CHAIN["b"]}
    _, tree, _ = mask_tree(late, params, a=(1,))
    assert tree["b"]["kernel"] is None


def shared_norm(params, clip):
    x = jax.nn.relu(norm(conv(clip, params["a"]), params["bn"]))
    x = jax.nn.relu(norm(conv(x, params["b"]), params["bn"]))
    return x.mean(axis=(1, 2, 3)) @ params["head"]["kernel"]


def kernel_read_twice(params, clip):
    x = jax.nn.relu(norm(conv(clip, params["a"]), params["bn"]))
    y = jax.nn.relu(norm(conv(x, params["b"]), params["bn2"]))
    return y.mean(axis=(1, 2, 3)) @ params["head"]["kernel"] + jnp.abs(params["b"]["kernel"]).sum()


def power(params, clip):
    x = jax.lax.integer_pow(conv(clip, params["a"]), 0)  # one everywhere, also where the filter is dropped
    return conv(x, params["b"]).mean(axis=(1, 2, 3)) @ params["head"]["kernel"]


@pytest.mark.parametrize("apply", [shared_norm, kernel_read_twice, power])
def test_what_another_place_still_needs_is_not_taken_along(apply):
    _, closed, open_ = mask_tree(apply, RESIDUAL, a=(1, 3))
    assert closed["b"]["kernel"] is None
    if apply is shared_norm:
        assert closed["bn"]["scale"] is None and closed["bn"]["bias"] is None
    for name in ("bn", "bn2"):
        open_[name] = closed[name]
    np.testing.assert_array_equal(answers(apply, RESIDUAL, closed), answers(apply, RESIDUAL, open_))


BIASED = weights(a=(3, 3, 3, 3, 4), b=(3, 3, 3, 3, 4), head=(4, 2))
ELSEWHERE = {
    "added up": lambda bias, x, clip, params: bias,
    "not zero at zero": lambda bias, x, clip, params: jnp.exp(bias),
    "cut": lambda bias, x, clip, params: bias[1:],
    "in a product": lambda bias, x, clip, params: jnp.tanh(bias) @ jnp.ones((4, 2)),
    "on the input": lambda bias, x, clip, params: clip[..., :1] * bias,
    "on filters of another layer": lambda bias, x, clip, params: conv(clip, params["b"]) * bias,
    "along the frames of its own": lambda bias, x, clip, params: x * bias[:, None, None, None],
}


def biased(again):
    def apply(params, clip):
        bias = params["a"]["bias"]
        x = jax.nn.relu(conv(clip, params["a"]) + bias)
        return x.mean(axis=(1, 2, 3)) @ params["head"]["kernel"] + again(bias, x, clip, params).sum()

    return apply


@pytest.mark.parametrize("again", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_vector_that_is_also_read_elsewhere_is_kept(again):
    table, tree, _ = mask_tree(biased(again), BIASED, a=(1, 3))
    assert tree["a"]["bias"] is None and tree["head"]["kernel"] is None
    only = {**tree, "a": {"kernel": without((3, 3, 3, 3, 4), 1, 3), "bias": None}}
    np.testing.assert_array_equal(answers(biased(again), BIASED, tree), answers(biased(again), BIASED, only))
    assert next(layer for layer in table if layer.name == "a").wiring.followers == ()


def test_a_vector_that_is_multiplied_with_its_own_dropped_filters_goes_with_them():
    _, tree, _ = mask_tree(biased(lambda bias, x, clip, params: x * bias), BIASED, a=(1, 3))
    np.testing.assert_array_equal(tree["a"]["bias"], [True, False, True, False])


def test_an_operation_without_a_rule_keeps_the_channel():
    def sorted_(params, clip):
        return conv(jnp.sort(conv(clip, params["a"]), axis=-1), params["b"]).mean(axis=(1, 2, 3))

    table, tree, _ = mask_tree(sorted_, {"a": CHAIN["a"], "b": {"kernel": CHAIN["b"]["kernel"]}}, a=(1,))
    assert tree["b"]["kernel"] is None and table[1].wiring.reads is None


@pytest.mark.parametrize(("apply", "params"), [(chain, CHAIN), (residual, RESIDUAL), (joined, JOINED)])
@pytest.mark.parametrize("measure", ["macs", "parameters"])
def test_the_budget_counts_what_the_masks_leave(apply, params, measure):
    table = cost.layers(apply, params, CLIP)
    plan = (("head", None), (".*", plans.Prune(patterns.FILTER)))
    tree = budget.to_rate(params, plan, table, 1.5, measure=measure)
    count = cost.macs if measure == "macs" else cost.parameters
    assert count(table) / 1.5 * 0.6 < count(table, tree) <= count(table) / 1.5


def test_filters_dropped_in_a_chain_cut_two_layers_each():
    """The MACs that the masks leave, by hand: filters kept here times filters kept before."""
    table = cost.layers(chain, CHAIN, CLIP)
    plan = (("head", None), (".*", plans.Prune(patterns.FILTER)))
    tree = budget.to_rate(CHAIN, plan, table, 1.8)
    kept = {name: int(np.asarray(tree[name]["kernel"]).any(axis=(0, 1, 2, 3)).sum()) for name in ("a", "b")}
    a, b, _ = table
    by_hand = a.positions * 27 * 3 * kept["a"] + b.positions * 27 * kept["a"] * kept["b"] + 18 * kept["b"] * 2
    assert cost.macs(table, tree) == by_hand
    assert kept["a"] < 5 and kept["b"] <= 4


def excited(params, clip):
    """Squeeze and excitation, behind a root mean square over all channels."""
    x = conv(clip, params["a"]) + params["a"]["bias"]
    x = x / jnp.sqrt(jnp.square(x).mean(axis=-1, keepdims=True) + 1e-6) * params["bn"]["scale"]
    gate = jax.nn.relu(x.mean(axis=(1, 2, 3)) @ params["down"]["kernel"]) @ params["up"]["kernel"]
    x = x * jax.nn.sigmoid(gate)[:, None, None, None, :]
    return conv(x, params["c"]).mean(axis=(1, 2, 3))


def test_what_is_multiplied_with_a_gate_dies_with_its_own_filters():
    params = weights(a=(1, 1, 1, 3, 4), bn=4, down=(4, 2), up=(2, 4), c=(1, 1, 1, 4, 2))
    table, tree, open_ = mask_tree(excited, params, a=(1, 3))
    assert [layer.name for layer in table] == ["a", "down", "up", "c"]
    for name in ("down", "c"):
        assert np.asarray(tree[name]["kernel"]).any(axis=(*range(tree[name]["kernel"].ndim - 2), -1)).tolist() == [
            True,
            False,
            True,
            False,
        ]
    np.testing.assert_array_equal(tree["bn"]["scale"], [True, False, True, False])
    assert {name for place in table[-1].wiring.reads for name, _ in place} == {"a", "up"}
    open_["a"], open_["bn"] = tree["a"], tree["bn"]
    np.testing.assert_allclose(answers(excited, params, tree), answers(excited, params, open_), rtol=1e-5, atol=1e-6)
    _, tree, _ = mask_tree(excited, params, up=(1, 3))
    assert tree["c"]["kernel"] is None  # the gate is then a half, not zero


def tied(params, clip):
    """A vector that works on a layer's filters and on something else."""
    x = conv(clip, params["a"]) * params["bn"]["scale"]
    return conv(x, params["b"]).mean(axis=(1, 2, 3)) + jnp.exp(params["bn"]["scale"])[0]


def before_and_behind(params, clip):
    """A vector that scales what a layer reads and what it computes."""
    x = conv(clip, {"kernel": params["a"]["kernel"] * params["bn"]["bias"][:3, None]}) * params["bn"]["scale"]
    jax.debug.callback(lambda x: None, x)
    return conv(x * params["bn"]["scale"], {"kernel": params["b"]["kernel"] * params["bn"]["scale"][:, None]}).mean()


def late_bias(params, clip):
    x = jnp.exp(conv(clip, params["a"])) + params["bn"]["bias"]
    return conv(x, params["b"]).mean(axis=(1, 2, 3))


@pytest.mark.parametrize("apply", [tied, before_and_behind, late_bias])
def test_a_vector_with_another_use_stays(apply):
    params = {name: RESIDUAL[name] for name in ("a", "bn", "b")}
    _, tree, _ = mask_tree(apply, params, a=(1,))
    assert tree["bn"]["scale"] is None and tree["bn"]["bias"] is None


def test_a_vector_on_some_of_a_layers_filters_stays():
    def apply(params, clip):
        x = conv(clip, params["a"])[..., :2] + params["off"]["bias"]
        return conv(x, params["b"]).mean(axis=(1, 2, 3))

    params = weights(a=(1, 1, 1, 3, 4), b=(1, 1, 1, 2, 2)) | {"off": {"bias": jnp.ones(2)}}
    _, tree, _ = mask_tree(apply, params, a=(1, 3))
    assert tree["off"]["bias"] is None and tree["b"]["kernel"] is None
