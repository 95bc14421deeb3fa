"""Claims about what a dropped filter takes along through grouped and depthwise convolutions."""

import jax
import numpy as np
import pytest

from rt3d_jax.prune import selection
from rt3d_jax.sparsity import cost, patterns, plans
from tests.sparsity.wired import CLIP, answers, conv, mask_tree, norm, weights


def grouped_conv(x, p, groups):
    numbers = ("NDHWC", "DHWIO", "NDHWC")
    return jax.lax.conv_general_dilated(
        x, p["kernel"], (1, 1, 1), "SAME", dimension_numbers=numbers, feature_group_count=groups
    )


def separable(params, clip):
    x = jax.nn.relu6(norm(conv(clip, params["a"]), params["bn"]))
    x = jax.nn.hard_swish(norm(grouped_conv(x, params["b"], 4), params["bn2"]))
    return conv(x, params["c"]).mean(axis=(1, 2, 3))


def in_groups(params, clip):
    x = jax.nn.silu(norm(conv(clip, params["a"]), params["bn"]))
    x = jax.nn.gelu(grouped_conv(x, params["b"], 2) + params["b"]["bias"])
    return conv(x, params["c"]).mean(axis=(1, 2, 3))


SEPARABLE = weights(a=(1, 1, 1, 3, 4), bn=4, b=(3, 3, 3, 1, 4), bn2=4, c=(1, 1, 1, 4, 2))
IN_GROUPS = weights(a=(1, 1, 1, 3, 4), bn=4, b=(1, 3, 3, 2, 6), c=(1, 1, 1, 6, 2))
for tree, names in ((SEPARABLE, "abc"), (IN_GROUPS, "ac")):
    for name in names:
        del tree[name]["bias"]


def test_a_depthwise_filter_goes_with_the_channel_that_it_reads():
    table, tree, open_ = mask_tree(separable, SEPARABLE, a=(1, 3))
    assert [layer.fixed for layer in table] == [
        "",
        "its convolution is depthwise: each filter reads one channel",
        "",
    ]
    kept = [True, False, True, False]
    for leaf in (tree["bn"]["scale"], tree["bn2"]["scale"], tree["bn2"]["bias"]):
        np.testing.assert_array_equal(leaf, kept)
    assert np.asarray(tree["b"]["kernel"]).all(axis=(0, 1, 2, 3)).tolist() == kept
    assert np.asarray(tree["c"]["kernel"]).any(axis=(0, 1, 2, 4)).tolist() == kept
    assert cost.macs(table, tree) * 2 == cost.macs(table)
    open_["bn"], open_["bn2"] = tree["bn"], tree["bn2"]
    np.testing.assert_allclose(
        answers(separable, SEPARABLE, tree), answers(separable, SEPARABLE, open_), rtol=1e-5, atol=1e-6
    )


def test_a_group_of_a_convolution_loses_the_channels_that_it_reads():
    table, tree, open_ = mask_tree(in_groups, IN_GROUPS, a=(0, 1, 2))  # all of the first group, half of the second
    kernel = np.asarray(tree["b"]["kernel"])
    assert not kernel[..., :3].any() and not kernel[..., 0, 3:].any() and kernel[..., 1, 3:].all()
    np.testing.assert_array_equal(tree["b"]["bias"], [False] * 3 + [True] * 3)
    assert np.asarray(tree["c"]["kernel"]).any(axis=(0, 1, 2, 4)).tolist() == [False] * 3 + [True] * 3
    open_["bn"], open_["b"] = tree["bn"], {"kernel": None, "bias": tree["b"]["bias"]}
    np.testing.assert_allclose(
        answers(in_groups, IN_GROUPS, tree), answers(in_groups, IN_GROUPS, open_), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(("apply", "params"), [(separable, SEPARABLE), (in_groups, IN_GROUPS)])
@pytest.mark.parametrize("pattern", [patterns.FILTER, patterns.kgs(2, 1)], ids=["filter", "kgs"])
def test_the_budget_counts_what_groups_leave(apply, params, pattern):
    table = cost.layers(apply, params, CLIP)
    plan = ((".*", plans.Prune(pattern, keep=0.5)),)
    choice = selection.Selection(plan, table)
    energies = {layer.name: np.zeros(pattern.grid(layer.shape)) for layer in choice.pruned}
    kept = choice.masks(energies, choice.dense)
    assert cost.macs(table, plans.mask_tree(params, kept, table)) == choice.extreme("least") < choice.dense
