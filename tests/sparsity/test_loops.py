"""Claims about kernels that loops and branches read."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rt3d_jax.sparsity import cost, masks, patterns, plans

RNG = np.random.default_rng(0)


def draw(*shape):
    return jnp.asarray(RNG.normal(size=shape), jnp.float32)


def table(apply, params, *shapes):
    return {layer.name: layer for layer in cost.layers(apply, params, *shapes)}


def test_a_kernel_counts_once_for_every_turn_of_a_scan():
    def apply(params, x):
        inner = lambda x, _: (jnp.tanh(x @ params["w"]), None)
        outer = lambda x, _: (jax.lax.scan(inner, x, length=3)[0], None)
        return jax.lax.scan(outer, x, length=2)[0]

    assert table(apply, {"w": draw(4, 4)}, (1, 4))["w"].macs == 6 * 16


def test_a_stack_of_kernels_is_pruned_kernel_by_kernel():
    def apply(params, x):
        turn = lambda x, kernel: (jax.nn.relu(x @ kernel.T), None)
        return jax.lax.scan(turn, x, params["w"])[0]

    params = {"w": draw(3, 8, 8)}
    found = cost.layers(apply, params, (2, 8))
    assert (found[0].shape, found[0].macs) == ((3, 1, 1, 1, 8, 8), 2 * 3 * 64)
    tree = plans.prune(params, ((".*", plans.Prune(patterns.vanilla(4, 4), keep=0.5)),), found)
    blocks = np.asarray(tree["w"]).reshape(3, 2, 4, 2, 4)
    assert blocks.all(axis=(2, 4)).sum() == blocks.any(axis=(2, 4)).sum() == 6  # of 12 blocks, each in one kernel
    one = apply(masks.apply(params, tree), jnp.ones((2, 8)))
    other = jnp.ones((2, 8))
    for kernel, kept in zip(params["w"], tree["w"], strict=True):
        other = jax.nn.relu(other @ jnp.where(kept, kernel, 0).T)
    np.testing.assert_allclose(one, other, rtol=1e-5)


def test_a_branch_counts_as_if_it_were_taken_and_a_kernel_in_both_once():
    def apply(params, x):
        one = lambda x: x @ params["both"] @ params["one"]
        other = lambda x: x @ params["both"] @ params["both"]
        return jax.lax.cond(x.sum() > 0, one, other, x)

    found = table(apply, {"both": draw(4, 4), "one": draw(4, 4)}, (1, 4))
    assert {name: layer.macs for name, layer in found.items()} == {"both": 2 * 16, "one": 16}


def test_channels_are_followed_into_a_loop_and_out_of_it():
    def apply(params, x):
        turn = lambda x, _: (x + jax.nn.relu(x @ params["b"]["w"] + params["b"]["off"]), x)
        x, steps = jax.lax.scan(turn, jax.nn.relu(x @ params["a"]), length=2)
        return x @ params["c"], steps @ params["d"]

    params = {"a": draw(3, 4), "b": {"w": draw(4, 4), "off": draw(4)}, "c": draw(4, 2), "d": draw(4, 2)}
    found = cost.layers(apply, params, (1, 3))
    gone = lambda *filters: jnp.ones((4,), bool).at[jnp.array(filters)].set(False)
    tree = plans.mask_tree(
        params, {"a": gone(1, 2) & jnp.ones((3, 1), bool), "b": gone(2, 3) & jnp.ones((4, 1), bool)}, found
    )
    np.testing.assert_array_equal(tree["b"]["off"], gone(2, 3))
    for reader in ("c", "d"):
        np.testing.assert_array_equal(np.asarray(tree[reader]).all(axis=1), gone(2))
    assert tree["b"]["w"][2, 0]  # its own filter comes after it


def test_a_kernel_that_a_loop_changes_is_no_kernel_any_more():
    def apply(params, x):
        turn = lambda state, _: ((state[0] @ state[1], state[1] * 0.5 + 1), None)
        return jax.lax.scan(turn, (x, params["w"]), length=2)[0][0] @ params["head"]

    assert table(apply, {"w": draw(4, 4), "head": draw(4, 2)}, (1, 4))["w"].fixed == (
        "it goes into scan before any convolution or matrix product"
    )


@pytest.mark.parametrize("place", ["body", "test"])
def test_a_kernel_of_a_while_loop_stays_and_says_why(place):
    def apply(params, x):
        body = lambda x: x @ params["w"] if place == "body" else x + 1
        test = lambda x: (x @ params["w"]).sum() < 0 if place == "test" else x.sum() < 0
        return jax.lax.while_loop(test, body, x)

    assert table(apply, {"w": draw(4, 4)}, (1, 4))["w"].fixed == (
        "a while loop reads it, which may run any number of times"
    )
