"""Claims about the networks of the catalog but C3D: their sizes, their forms and what they refuse."""

import dataclasses
import functools

import jax
import numpy as np
import pytest
from flax import nnx

from lowering.functions import trees
from rt3d_jax.models import catalog, resnet18, s3d
from rt3d_jax.sparsity import cost, patterns, plans
from tests.models import parameters

STILL = functools.partial(s3d.S3D, variant=dataclasses.replace(s3d.RT3D, second_pool=(3, 1), time_stride=1))
# network, frames, size, classes, parameters, MACs as published
SIZES = [
    # (RT3D, AAAI-21) and its code, and torchvision
    ("r2plus1d", 16, 112, 101, 31_351_938, "40.519 G"),
    ("s3d", 16, 224, 101, 8_013_573, "17.978 G"),
    ("s3d_rt3d", 16, 224, 101, 8_006_853, "24.530 G"),
    ("s3d_still", 16, 224, 101, 8_006_853, "39.714 G"),
    ("r3d", 16, 112, 400, 33_371_472, "40.697 G"),
    ("mc3", 16, 112, 400, 11_695_440, "43.343 G"),
    # PyTorchVideo, and Feichtenhofer (2020) for the MACs of X3D at the crops of training
    ("x3d_xs", 4, 160, 400, 3_794_274, "0.6 G"),
    ("x3d_s", 13, 160, 400, 3_794_274, "1.96 G"),
    ("x3d_m", 16, 224, 400, 3_794_274, "4.73 G"),
    ("slowfast_r50", 32, 256, 400, 34_566_488, "65.71 G"),
    # pytorch-i3d, Efficient-3DCNNs, and TensorFlow's model garden less 15 gains and 14,272 running statistics. The MACs
    # that their papers give count norms and activations too, so these are our own.
    ("i3d", 64, 224, 400, 12_697_264, "111.153 G"),
    ("mobilenetv2", 16, 112, 600, 3_122_648, "0.519 G"),
    # For one frame it is MobileNet: Howard et al. (2017) print 569 million, with Keras' 4,231,976 weights to train.
    ("mobilenet_early", 1, 224, 1000, 4_231_976, "0.569 G"),
    # 16 frames add two taps in time to the stem and to three depthwise convolutions, of 32, 64 and 128 channels.
    ("mobilenet_early", 16, 224, 1000, 4_231_976 + 2 * 9 * (3 * 32 + 32 + 64 + 128), "0.977 G"),
    ("movinet_a0", 50, 172, 600, 3_126_071 - 15 - 14_272, "2.631 G"),
]
# R(2+1)D's profile in the released code of (RT3D, AAAI-21)
PROFILE = (
    (r"layer1/.*", plans.Prune(patterns.kgs(8, 4), keep=0.1)),
    (r"layer2/\d/conv\d/.*", plans.Prune(patterns.kgs(8, 4), keep=0.2)),
    (r".*", None),
)
TINY = [
    catalog.Model("r2plus1d", width=0.06, frames=3, size=9),
    catalog.Model("s3d", width=0.05, frames=14, size=17),
    catalog.Model("movinet_a0", width=0.1, frames=4, size=34),
]


@pytest.mark.parametrize(("name", "frames", "size", "classes", "count", "macs"), SIZES)
def test_parameters_and_macs_are_those_of_the_sources(monkeypatch, name, frames, size, classes, count, macs):
    monkeypatch.setitem(catalog.NETWORKS, "s3d_still", STILL)
    table = catalog.table(catalog.Model(name, frames=frames, size=size), classes)
    digits = len(macs.split()[0].partition(".")[2])
    assert (cost.parameters(table), f"{cost.macs(table) / 1e9:.{digits}f} G") == (count, macs)
    assert sum(layer.bytes for layer in table) == 4 * count


def test_movinet_has_gains_and_running_statistics_besides():
    leaves = trees.paths(catalog.shapes(catalog.Model("movinet_a0"), 600))
    assert sum(leaf.size for _, leaf in leaves) == 3_126_071
    assert sum(leaf.size for path, leaf in leaves if path.endswith("/gain")) == 15
    assert sum(leaf.size for path, leaf in leaves if path.endswith(("/mean", "/var"))) == 14_272


def test_mid_planes_are_those_of_the_first_convolution_of_a_block():
    shapes = catalog.shapes(catalog.Model("r2plus1d"), 2)
    planes = {
        name: [shapes[name][block][conv]["space"]["kernel"].shape[-1] for block in "01" for conv in ("conv1", "conv2")]
        for name, _, _ in resnet18.STAGES
    }
    assert planes == {
        "layer1": [144, 144, 144, 144],
        "layer2": [230, 230, 288, 288],
        "layer3": [460, 460, 576, 576],
        "layer4": [921, 921, 1152, 1152],
    }
    assert shapes["stem"]["space"]["kernel"].shape == (1, 7, 7, 3, 45)


def test_the_released_profile_of_r2plus1d_leaves_12_56_gmacs():
    table = catalog.table(catalog.Model("r2plus1d"), 101)
    rules = plans.match(PROFILE, cost.named(catalog.shapes(catalog.Model("r2plus1d"), 101)))
    keeps = {name: 1 if rule is None else rule.keep or 1 for name, rule in rules.items()}
    assert f"{sum(layer.macs * keeps[layer.name] for layer in table) / 1e9:.2f} G" == "12.56 G"


@pytest.mark.parametrize("model", TINY, ids=lambda model: f"{model.name} {model.frames}x{model.size}")
def test_any_size_runs_and_both_forms_agree(model):
    params, clip = parameters.random(model, 3), parameters.clip(model, 2)
    direct, planes = (jax.jit(catalog.apply_function(model, 3, form))(params, clip) for form in ("direct", "planes"))
    assert direct.shape == (2, 3)
    np.testing.assert_allclose(direct, planes, rtol=1e-3, atol=1e-3)


WIDTH = "a factor above 0 (1 is the paper's network) and at most 16"
WRONG = [
    ("s3d", {"frames": 13}, "S3D frames is 13, expected at least 14: four strides and a pool of two frames need them"),
    ("s3d_rt3d", {"frames": 4}, "S3D frames is 4, expected at least 5: three pools halve it"),
    ("s3d", {"size": 16}, "S3D size is 16, expected at least 17: five strides and pools halve it"),
    ("r2plus1d", {"frames": 0}, "Model.frames is 0, expected a whole number of at least 1"),
    ("r2plus1d", {"width": 17}, f"R2Plus1D width is 17, expected {WIDTH}"),
    ("r3d", {"width": 17}, f"R3D width is 17, expected {WIDTH}"),
    ("mc3", {"width": 17}, f"MC3 width is 17, expected {WIDTH}"),
    ("i3d", {"width": 17}, f"I3D width is 17, expected {WIDTH}"),
    ("x3d_s", {"width": 17}, f"X3D width is 17, expected {WIDTH}"),
    ("slowfast_r50", {"width": 17}, f"SlowFast width is 17, expected {WIDTH}"),
    ("mobilenet_early", {"width": 17}, f"MobileNet width is 17, expected {WIDTH}"),
    (
        "mobilenet_early",
        {"frames": 16385},
        "MobileNet frames is 16385, expected at most 16384: every layer halves them once",
    ),
    ("mobilenetv2", {"width": 17}, f"MobileNetV2 width is 17, expected {WIDTH}"),
    ("movinet_a0", {"width": 17}, f"MoViNet width is 17, expected {WIDTH}"),
]


@pytest.mark.parametrize(("name", "change", "message"), WRONG)
def test_sizes_that_cannot_be_are_errors(name, change, message):
    with pytest.raises(ValueError) as error:
        catalog.create(catalog.Model(name, **{"width": 0.1, **change}), 2, rngs=nnx.Rngs(0))
    assert str(error.value) == message


@pytest.mark.parametrize("name", ["r2plus1d", "s3d"])
def test_a_clip_of_another_shape_is_an_error(name):
    model = catalog.Model(name, width=0.05, size=20)
    apply, params = catalog.apply_function(model, 2), catalog.shapes(model, 2)
    with pytest.raises(ValueError, match=r"^clip has shape \(1, 16, 21, 20, 3\), expected \[N, 16, 20, 20, 3\]"):
        jax.eval_shape(apply, params, jax.ShapeDtypeStruct((1, 16, 21, 20, 3), np.float32))


def test_weights_that_stand_for_trained_ones_keep_every_block_alive_and_activations_small(monkeypatch) -> None:
    """Gains of MoViNet start at 0, as if its blocks were pruned; 15 blocks of variance 1 would double it 15 times."""
    model = catalog.Model("movinet_a0", width=0.25, frames=2, size=32)
    fresh = parameters.random(model, 3)
    monkeypatch.setattr(catalog, "initial", lambda *given: fresh if given == (model, 3, 0) else None)
    found, before = (dict(trees.paths(tree)) for tree in (catalog.stand_in(model, 3, 0), fresh))
    for path, leaf in found.items():
        kind = path.rpartition("/")[2]
        expected = {"var": 4 * before[path], "gain": 1.0}.get(kind, before[path])
        np.testing.assert_array_equal(leaf, expected, err_msg=str(path))
    assert sum(path.endswith("/gain") for path in found) == 15
