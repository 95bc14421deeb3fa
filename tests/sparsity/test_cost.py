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


def test_macs_count_every_use_of_every_weight_for_one_clip():
    stem, head = cost.layers(network, PARAMS, (7, 4, 9, 6, 2))
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


def test_a_kernel_that_no_operation_uses_is_an_error():
    with pytest.raises(ValueError, match=r"^kernels \['spare/kernel'\] reach no convolution or matrix product"):
        cost.layers(network, {**PARAMS, "spare": {"kernel": jnp.ones((2, 2))}}, (1, 4, 9, 6, 2))


def test_the_planes_form_is_refused():
    model = catalog.Model(width=0.02, size=16)
    apply = catalog.apply_function(model, 2, "planes")
    with pytest.raises(ValueError, match="trace the network's direct form"):
        cost.layers(apply, catalog.shapes(model, 2), catalog.clip_shape(model))
