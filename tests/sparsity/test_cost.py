"""Claims about MAC counting from traces."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rt3d_jax.models import catalog, layers
from rt3d_jax.sparsity import cost, plans

PARAMS = {
    "stem": {"kernel": jnp.ones((3, 3, 3, 2, 4)), "bias": jnp.ones(4)},
    "head": {"kernel": jnp.ones((4, 5)), "bias": jnp.ones(5)},
}


def network(params, clip):
    x = layers.conv3d(clip, params["stem"]["kernel"], "direct", strides=(1, 2, 2)) + params["stem"]["bias"]
    return jax.jit(jax.nn.relu)(x).mean(axis=(1, 2, 3)) @ params["head"]["kernel"] + params["head"]["bias"]


def test_macs_count_every_use_of_every_weight():
    stem, head = cost.layers(network, PARAMS, (1, 4, 9, 6, 2))
    assert (stem.name, stem.positions, stem.macs) == ("stem", 4 * 5 * 3, 4 * 5 * 3 * 27 * 2 * 4)
    assert (head.name, head.positions, head.macs) == ("head", 1, 20)
    assert (stem.parameters, stem.bytes) == (27 * 8 + 4, 4 * (27 * 8 + 4))


def test_masks_lower_macs_and_parameters_by_what_they_drop():
    table = cost.layers(network, PARAMS, (1, 4, 9, 6, 2))
    mask = np.ones((3, 3, 3, 2, 4), bool)
    mask[..., 3] = False
    tree = plans.mask_tree(PARAMS, {"stem": mask})
    assert cost.macs(table, tree) == cost.macs(table) - 60 * 54
    assert cost.parameters(table, tree) == cost.parameters(table) - 55


def test_an_example_of_two_clips_costs_twice_as_much():
    one, two = (cost.macs(cost.layers(network, PARAMS, (batch, 4, 9, 6, 2))) for batch in (1, 2))
    assert two == 2 * one


def test_a_kernel_that_no_operation_uses_is_listed_with_the_reason():
    *_, spare = cost.layers(network, {**PARAMS, "spare": {"kernel": jnp.ones((2, 2))}}, (1, 4, 9, 6, 2))
    assert (spare.name, spare.macs, spare.fixed) == ("spare", 0, "nothing uses it")


def test_the_planes_form_reads_the_depth_taps_of_a_kernel_as_channels():
    model = catalog.Model(width=0.02, size=16)
    apply = catalog.apply_function(model, 2, "planes")
    table = {layer.name: layer for layer in cost.layers(apply, catalog.shapes(model, 2), catalog.clip_shape(model))}
    direct = cost.layers(
        catalog.apply_function(model, 2, "direct"), catalog.shapes(model, 2), catalog.clip_shape(model)
    )
    assert [layer.macs for layer in table.values()] == [layer.macs for layer in direct]
    assert direct[0].shape[:-1] == (3, 3, 3, 3) and table["conv1"].shape[:-1] == (3, 3, 9)


def test_a_function_without_any_kernel_is_an_error():
    with pytest.raises(ValueError) as error:
        cost.layers(lambda params, clip: clip.sum() * params["a"], {"a": jnp.ones(3)}, (1, 2))
    assert str(error.value) == (
        "no convolution and no matrix product of the function reads a parameter, expected at least one"
    )
