"""Claims about C3D: its size, its forms and what it refuses."""

import re

import jax
import numpy as np
import pytest
from flax import nnx

from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost

NAMES = ["conv1", "conv2", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b", "fc6", "fc7", "fc8"]


def random_params(model, classes):
    rng = np.random.default_rng(0)
    scale = lambda shape: np.sqrt(2 / np.prod(shape[:-1])) if len(shape) > 1 else 0.1
    leaf = lambda leaf: (rng.normal(size=leaf.shape) * scale(leaf.shape)).astype(np.float32)
    return jax.tree.map(leaf, catalog.shapes(model, classes))


def test_full_size_has_78409573_parameters_and_38_547_gmacs():
    table = catalog.table(catalog.Model(), 101)
    assert cost.parameters(table) == 78_409_573
    assert cost.macs(table) == 38_547_378_176
    assert [layer.name for layer in table] == NAMES
    assert sum(layer.bytes for layer in table) == 4 * 78_409_573


def test_conv5b_reaches_fc6_as_512_channels_of_1x4x4():
    shapes = catalog.shapes(catalog.Model(), 101)
    assert shapes["fc6"]["kernel"].shape == (512 * 1 * 4 * 4, 4096)
    assert shapes["conv1"]["kernel"].shape == (3, 3, 3, 3, 64)


@pytest.mark.parametrize(("width", "frames", "size"), [(0.05, 16, 16), (0.03, 17, 45), (0.1, 33, 31), (0.02, 16, 50)])
def test_any_size_runs_and_both_forms_agree(width, frames, size):
    model = catalog.Model(width=width, frames=frames, size=size)
    params = random_params(model, 3)
    clip = np.random.default_rng(1).normal(size=catalog.clip_shape(model, 2)).astype(np.float32)
    direct, planes = (jax.jit(catalog.apply_function(model, 3, form))(params, clip) for form in ("direct", "planes"))
    assert direct.shape == (2, 3)
    np.testing.assert_allclose(direct, planes, rtol=1e-3, atol=1e-4)


def test_fresh_parameters_tell_clips_apart_and_have_filters_that_sum_to_zero():
    """With plain He initialisation the logits of all clips are nearly the same, and training stalls."""
    model = catalog.Model(width=0.25, size=16)
    params = catalog.initial(model, 5, 0)
    clip = np.random.default_rng(0).normal(size=catalog.clip_shape(model, 8)).astype(np.float32)
    logits = np.asarray(jax.jit(catalog.apply_function(model, 5))(params, clip))
    assert 0.01 < logits.std(axis=0).mean() < 10
    assert logits.std(axis=0).mean() > 0.2 * logits.std()
    assert set(params) == set(NAMES)
    np.testing.assert_allclose(params["conv4b"]["kernel"].sum(axis=(0, 1, 2, 3)), 0, atol=1e-3)


def test_the_same_seed_gives_the_same_parameters():
    model = catalog.Model(width=0.02, size=16)
    one, two, other = (catalog.initial(model, 2, seed)["conv1"]["kernel"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, two)
    assert np.any(one != other)


def test_dropout_acts_only_with_a_key():
    model = catalog.Model(width=0.05, size=16, dropout=0.5)
    params, apply = random_params(model, 3), jax.jit(catalog.apply_function(model, 3))
    clip = np.random.default_rng(0).normal(size=catalog.clip_shape(model)).astype(np.float32)
    np.testing.assert_array_equal(apply(params, clip), apply(params, clip))
    assert np.any(apply(params, clip, key=jax.random.key(0)) != apply(params, clip, key=jax.random.key(1)))


WRONG = [
    ({"frames": 15}, "C3D frames is 15, expected at least 16: four pools halve it"),
    ({"size": 8}, "C3D size is 8, expected at least 16: four pools halve it"),
    ({"outputs": 0}, "C3D outputs is 0, expected at least 1"),
    ({"width": 17}, "C3D width is 17, expected a factor above 0 (1 is the paper's network) and at most 16"),
    ({"dropout": 1.0}, "Model.dropout is 1.0, expected a number of at least 0 and below 1"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_sizes_that_cannot_be_are_errors(change, message):
    with pytest.raises(ValueError) as error:
        outputs = change.pop("outputs", 2)
        catalog.create(catalog.Model(**{"width": 0.1, **change}), outputs, rngs=nnx.Rngs(0))
    assert str(error.value) == message


UNKNOWN = (
    "model is 'c4d', expected one of c3d, c3d_small, i3d, mc3, mobilenet_early, mobilenetv2, movinet_a0, pointpillars, "
    "r2plus1d, r3d, s3d, s3d_rt3d, sesr, slowfast_r50, wdsr, x3d_m, x3d_s, x3d_xs, or a class of your own as "
    "module:Class; did you mean c3d?"
)


def test_the_description_of_a_model_names_every_network():
    assert all(re.search(rf"\b{name}\b", catalog.Model.__doc__ or "") for name in catalog.NETWORKS)


def test_an_unknown_network_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match=f"^{re.escape(UNKNOWN)}$"):
        catalog.create(catalog.Model("c4d"), 2, rngs=nnx.Rngs(0))


def test_a_clip_of_another_shape_is_an_error():
    model = catalog.Model(width=0.02, size=16)
    with pytest.raises(ValueError, match=r"^clip has shape \(1, 16, 20, 20, 3\), expected \[N, 16, 16, 16, 3\]$"):
        catalog.apply_function(model, 2)(random_params(model, 2), np.zeros((1, 16, 20, 20, 3), np.float32))


def test_the_small_one_has_dense_layers_of_a_quarter_of_the_units():
    model = catalog.Model("c3d_small", width=0.25, size=32)
    shapes = catalog.shapes(model, 8)
    assert [shapes[name]["kernel"].shape for name in NAMES[-3:]] == [(512, 256), (256, 256), (256, 8)]
    whole = catalog.shapes(catalog.Model(width=0.25, size=32), 8)
    assert all(shapes[name] == whole[name] for name in NAMES[:-3])
