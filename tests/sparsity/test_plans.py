"""Claims about plans."""

import jax.numpy as jnp
import numpy as np
import pytest

from rt3d_jax.sparsity import cost, patterns, plans

KGS = plans.Prune(patterns.kgs(4, 2), 0.5)
FILTERS = plans.Prune(patterns.FILTER, 0.25)


@pytest.fixture
def params():
    shapes = {"conv1": (3, 3, 3, 3, 8), "conv2": (3, 3, 3, 8, 16), "fc": (32, 4)}
    rng = np.random.default_rng(0)
    kernels = {name: jnp.asarray(rng.normal(size=shape), jnp.float32) for name, shape in shapes.items()}
    return {name: {"kernel": kernel, "bias": jnp.zeros(kernel.shape[-1])} for name, kernel in kernels.items()}


def test_the_first_match_wins(params):
    found = plans.match((("conv2", None), (r"conv\d", KGS), (".*", FILTERS)), cost.named(params))
    assert found == {"conv1": KGS, "conv2": None, "fc": FILTERS}


def test_a_kernel_without_a_rule_is_an_error_that_names_it(params):
    message = "plan covers no rule for kernel fc/kernel, add ('fc', rule) or ('.*', None) to keep it dense"
    with pytest.raises(ValueError) as error:
        plans.match(((r"conv\d", KGS),), cost.named(params))
    assert str(error.value) == message


def test_a_regex_must_match_the_whole_name(params):
    with pytest.raises(ValueError, match=r"^plan entry 'conv' matches no layer, expected one of conv1, conv2, fc$"):
        plans.match((("conv", KGS), (".*", None)), cost.named(params))


def test_a_broken_regex_is_an_error_that_shows_it(params):
    with pytest.raises(ValueError, match=r"^plan entry 'conv\(' is not a regular expression"):
        plans.match((("conv(", KGS),), cost.named(params))


def test_nested_layers_are_named_by_their_path():
    tree = {"block": {"first": {"kernel": jnp.ones((2, 2))}}, "head": {"kernel": jnp.ones((2, 2))}}
    assert plans.match((("block/.*", KGS), ("head", None)), cost.named(tree)) == {"block/first": KGS, "head": None}


def test_masks_have_the_parameters_tree_and_drop_dead_biases(params):
    tree = plans.prune(params, (("conv1", FILTERS), (".*", None)))
    assert tree["conv1"]["kernel"].shape == (3, 3, 3, 3, 8)
    assert int(tree["conv1"]["bias"].sum()) == 2
    assert tree["conv2"] == {"kernel": None, "bias": None}
    assert np.mean(tree["conv1"]["kernel"]) == 0.25


def test_a_plan_without_keeps_needs_a_budget(params):
    with pytest.raises(ValueError, match=r"^plan leaves keep of conv1 to a budget"):
        plans.prune(params, (("conv1", plans.Prune(patterns.FILTER)), (".*", None)))


@pytest.mark.parametrize("keep", [0.0, 1.5])
def test_an_impossible_keep_is_an_error(keep):
    with pytest.raises(ValueError, match=rf"^Prune.keep is {keep}, expected a fraction"):
        plans.Prune(patterns.FILTER, keep)


def test_filters_that_are_outputs_of_the_network_stay():
    """Such as the classes of the last layer: a plan for all layers does not prune them away."""

    def apply(params, clip):
        x = jnp.reshape(clip, (1, -1)) @ params["hidden"]["kernel"]
        return jnp.maximum(x, 0) @ params["head"]["kernel"]

    tree = {"hidden": {"kernel": jnp.ones((6, 5))}, "head": {"kernel": jnp.ones((5, 3))}}
    table = cost.layers(apply, tree, (1, 2, 3))
    assert plans.match(((".*", FILTERS),), table) == {"hidden": FILTERS, "head": None}
    assert plans.stuck(((".*", FILTERS),), table) == {"head": "a filter of it is an output of the network"}
    assert plans.match(((".*", KGS),), table) == {"hidden": KGS, "head": KGS}
    assert plans.stuck((("head", None), (".*", FILTERS)), table) == {}
    assert np.all(np.asarray(plans.prune(tree, ((".*", FILTERS),), table)["head"]["kernel"]).any(axis=0))
