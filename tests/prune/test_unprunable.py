"""Claims about layers that cannot be pruned: they stay dense, and the reason is told."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import rt3d_jax as rt3d

CLIP = np.random.default_rng(1).normal(size=(1, 3, 5, 4, 2)).astype(np.float32)


def unprunable(params, clip):
    x = jax.lax.conv_general_dilated(
        clip,
        params["depthwise"],
        (1, 1, 1),
        "SAME",
        dimension_numbers=("NDHWC", "DHWIO", "NDHWC"),
        feature_group_count=2,
    )
    x = x.mean((1, 2, 3)) @ (params["low"] + params["rank"])
    return jax.lax.while_loop(lambda x: x.sum() < 0, lambda x: x @ params["loop"], x) @ params["head"]


UNPRUNABLE = {
    "depthwise": jnp.ones((3, 3, 3, 1, 2)),
    **{name: jnp.ones((2, 2)) for name in ("low", "rank", "loop")},
    "head": jnp.arange(8.0).reshape(2, 4),
}


def test_what_cannot_be_pruned_is_told_with_the_reason_in_one_line():
    layers = rt3d.read_layers(UNPRUNABLE, unprunable, CLIP)
    with pytest.warns(UserWarning) as warned:
        masks = rt3d.masks_at(1.05, UNPRUNABLE, [(".*", rt3d.Prune(rt3d.UNSTRUCTURED))], layers, measure="parameters")
    (warning,) = warned
    assert str(warning.message) == (
        "layers that the plan prunes stay dense: "
        "depthwise: its convolution is depthwise: each filter reads one channel; "
        "loop: a while loop reads it, which may run any number of times; "
        "low: it goes into add before any convolution or matrix product; "
        "rank: it goes into add before any convolution or matrix product. Give them the rule None to keep them so"
    )
    assert all(masks[name] is None for name in ("depthwise", "low", "rank", "loop"))
    assert not masks["head"].all()


def test_a_plan_that_leaves_them_out_is_told_nothing():
    layers = rt3d.read_layers(UNPRUNABLE, unprunable, CLIP)
    plan = [("depthwise|low|rank|loop", None), ("head", rt3d.Prune(rt3d.UNSTRUCTURED))]
    rt3d.penalise(optax.sgd(0.1), rt3d.Regularised(1.0), plan, layers, learning_rate=0.1, steps=2)


def test_the_table_of_layers_says_what_is_pruned_and_why_the_rest_is_not():
    layers = rt3d.read_layers(UNPRUNABLE, unprunable, CLIP)
    told = rt3d.describe(layers, [("head", rt3d.Prune(rt3d.kgs(8, 4))), (".*", None)]).splitlines()
    assert [line.rstrip() for line in told] == [
        "layer      kernel              MACs  pruned",
        "depthwise  3 x 3 x 3 x 1 x 2  3,240  no: its convolution is depthwise: each filter reads one channel",
        "loop       2 x 2                  4  no: a while loop reads it, which may run any number of times",
        "head       2 x 4                  8  kgs 8x4",
        "low        2 x 2                  0  no: it goes into add before any convolution or matrix product",
        "rank       2 x 2                  0  no: it goes into add before any convolution or matrix product",
    ]
    assert rt3d.describe(layers[:1]).splitlines()[1].endswith("reads one channel")
    assert rt3d.describe(layers[2:3]).splitlines()[1] == "head   2 x 4      8  no: see the plan"


def test_layers_that_cannot_keep_a_multiple_stay_dense_and_the_reason_is_told():
    def apply(params, x):
        x = x @ params["small"] @ params["large"]
        return jax.lax.scan(lambda x, kernel: (x @ kernel, None), x, params["stack"])[0] @ params["end"]

    shapes = {"small": (4, 8), "large": (8, 16), "stack": (3, 16, 16), "end": (16, 2)}
    params = {
        name: jnp.asarray(np.random.default_rng(0).normal(size=size), jnp.float32) for name, size in shapes.items()
    }
    layers = rt3d.read_layers(params, apply, jnp.ones((1, 4)))
    rule = rt3d.Prune(rt3d.FILTER, multiple=8)
    told = rt3d.describe(layers, [("end", None), (".*", rule)])
    assert "no: its blocks are no more than one multiple of 8" in told
    assert "no: a multiple of 8 blocks would not be one in each kernel of its stack" in told
    with pytest.warns(UserWarning, match="small: its blocks are no more than one multiple of 8"):
        masks = rt3d.masks_at(1.05, params, [("end", None), (".*", rule)], layers)
    assert masks["small"] is None and masks["large"].any(axis=0).sum() == 8
