"""Imported weights give the logits that PyTorch gives."""

import jax
import numpy as np
import pytest
import safetensors.torch
import torch

from lowering.graph import interpret, trace
from rt3d_jax.data import clips, videos
from rt3d_jax.models import catalog
from rt3d_jax.weights import files, imports, sources, wrappings
from tests.models import parameters
from tests.weights import conftest, references, repositories

CLASSES = 11
LIMIT = 1e-4
C3D = catalog.Model("c3d", width=1 / 16, frames=16, size=32)
X3D = catalog.Model("x3d_xs", width=0.1, frames=5, size=161)  # one frame and row more than its average pool sees
SLOWFAST = catalog.Model("slowfast_r50", width=0.1, frames=9, size=40)
# torch module, the layer here, its pool
CONVS = (
    ("conv1a", "conv1", (1, 2, 2)),
    ("conv2a", "conv2", (2, 2, 2)),
    ("conv3a", "conv3a", None),
    ("conv3b", "conv3b", (2, 2, 2)),
    ("conv4a", "conv4a", None),
    ("conv4b", "conv4b", (2, 2, 2)),
    ("conv5a", "conv5a", None),
    ("conv5b", "conv5b", (2, 2, 2)),
)


class MMActionC3D(torch.nn.Module):
    """MMAction2's C3D recogniser in its own names, at the width of C3D."""

    def __init__(self):
        super().__init__()
        shapes = catalog.shapes(C3D, CLASSES)
        self.backbone, self.cls_head = torch.nn.Module(), torch.nn.Module()
        for name, layer, _ in CONVS:
            *_, inputs, outputs = shapes[layer]["kernel"].shape
            conv = torch.nn.Conv3d(inputs, outputs, 3, padding=1)
            self.backbone.add_module(name, torch.nn.ModuleDict({"conv": conv}))
        for module, name, layer in (
            (self.backbone, "fc6", "fc6"),
            (self.backbone, "fc7", "fc7"),
            (self.cls_head, "fc_cls", "fc8"),
        ):
            module.add_module(name, torch.nn.Linear(*shapes[layer]["kernel"].shape))

    def forward(self, x):
        for name, _, window in CONVS:
            x = torch.relu(self.backbone.get_submodule(f"{name}.conv")(x))
            if window:
                x = torch.nn.functional.max_pool3d(x, window, padding=(0, 1, 1) if name == "conv5b" else 0)
        x = x.flatten(1)
        for name in ("fc6", "fc7"):
            x = torch.relu(self.backbone.get_submodule(name)(x))
        return self.cls_head.get_submodule("fc_cls")(x)


def error(network, source, model, path, form="auto"):
    """The largest error of the logits over the largest logit, for weights that were written to a file."""
    params, classes = imports.convert(files.read(path), source, model)
    assert classes == CLASSES
    clip = parameters.clip(model)
    with torch.no_grad():
        expected = network(torch.tensor(clip.transpose(0, 4, 1, 2, 3))).numpy()
    found = jax.jit(catalog.apply_function(model, classes, form))(params, clip)
    assert np.abs(expected).max() > 1e-2
    return np.abs(found - expected).max() / np.abs(expected).max()


def test_r2plus1d_is_torchvisions(video, tmp_path):
    network = conftest.randomised(video.r2plus1d_18(num_classes=CLASSES))
    source, model = sources.SOURCES["r2plus1d"], catalog.Model("r2plus1d", frames=5, size=22)
    torch.save(network.state_dict(), tmp_path / "weights.pth", _use_new_zipfile_serialization=False)  # as of 2019
    assert error(network, source, model, tmp_path / "weights.pth") < LIMIT
    torch.save(network.state_dict(), tmp_path / "new.pth")
    old, new = (imports.convert(files.read(tmp_path / f"{name}.pth"), source, model) for name in ("weights", "new"))
    jax.tree.map(np.testing.assert_array_equal, old, new)


@pytest.mark.parametrize("name", ["r3d", "mc3"])
def test_r3d_and_mc3_are_torchvisions(video, tmp_path, name):
    network = conftest.randomised(getattr(video, f"{name}_18")(num_classes=CLASSES))
    torch.save(network.state_dict(), tmp_path / "weights.pth")
    model = catalog.Model(name, frames=5, size=22)
    assert error(network, sources.SOURCES[name], model, tmp_path / "weights.pth") < LIMIT


@pytest.mark.parametrize(
    ("model", "network"),
    [(X3D, references.X3D(X3D.width, CLASSES, 4, 160)), (SLOWFAST, references.SlowFast(SLOWFAST.width, CLASSES))],
    ids=["x3d", "slowfast"],
)
def test_x3d_and_slowfast_are_pytorchvideos(tmp_path, model, network):
    path = tmp_path / "weights.pyth"
    torch.save({"model_state": conftest.randomised(network).state_dict()}, path)
    assert error(network, sources.SOURCES[model.name], model, path, "direct") < LIMIT


@pytest.mark.parametrize(
    ("model", "network"),
    [
        (catalog.Model("i3d", width=0.1, frames=9, size=33), repositories.I3D),
        (catalog.Model("movinet_a0", width=0.25, frames=5, size=34), repositories.MoViNet),
        (catalog.Model("mobilenetv2", width=0.25, frames=9, size=33), repositories.MobileNetV2),
    ],
    ids=["i3d", "movinet", "mobilenetv2"],
)
def test_networks_of_repositories_are_theirs(tmp_path, model, network):
    """As numpy computes them from the traced network: XLA takes long to compile so many layers."""
    theirs, path = conftest.randomised(network(model.width, CLASSES)), tmp_path / "weights.pt"
    for name, value in theirs.named_parameters():
        if name.endswith("alpha"):
            torch.nn.init.constant_(value, 0.5)
    torch.save({"epoch": 9, "state_dict": {f"module.{key}": each for key, each in theirs.state_dict().items()}}, path)
    arrays, _ = wrappings.unwrapped(files.read(path), [module for module, _ in sources.SOURCES[model.name].rows])
    params, classes = imports.convert(arrays, sources.SOURCES[model.name], model)
    clip = parameters.clip(model)
    with torch.no_grad():
        expected = theirs(torch.tensor(clip.transpose(0, 4, 1, 2, 3))).numpy()
    graph = trace.trace(catalog.apply_function(model, classes, "direct"), params, catalog.clip_shape(model))
    (found,) = interpret.results(graph, clip)
    assert np.abs(expected).max() > 1e-2
    assert np.abs(found - expected).max() < LIMIT * np.abs(expected).max()


def test_s3d_is_torchvisions(video, tmp_path):
    network = conftest.randomised(video.s3d(num_classes=CLASSES))
    network.avgpool = torch.nn.AvgPool3d((2, 2, 2), stride=1)  # its window of 7 needs clips of 209 pixels
    safetensors.torch.save_file(network.state_dict(), tmp_path / "weights.safetensors")
    source, model = sources.SOURCES["s3d"], catalog.Model("s3d", frames=15, size=50)
    assert error(network, source, model, tmp_path / "weights.safetensors") < LIMIT


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_c3d_is_mmactions(tmp_path, suffix):
    torch.manual_seed(0)
    network, path = MMActionC3D().eval(), tmp_path / f"weights.{suffix}"
    if suffix == "pth":
        content = {"meta": {"epoch": 45, "CLASSES": None}, "state_dict": network.state_dict()}
        torch.save(content, path, _use_new_zipfile_serialization=False)  # as of 2020
    else:
        safetensors.torch.save_file(network.state_dict(), path)
    assert error(network, sources.SOURCES["c3d"], C3D, path) < LIMIT


def test_clips_of_torchvisions_weights_are_what_its_preset_makes(video, tmp_path):
    from torchvision.transforms import _presets

    pictures = np.random.default_rng(0).integers(0, 256, (16, 90, 160, 3), np.uint8)
    spec = sources.SOURCES["r2plus1d"].clip
    assert spec.stretch is not None
    preset = _presets.VideoClassification(crop_size=(112, 112), resize_size=spec.stretch)
    right = preset(torch.from_numpy(pictures).permute(0, 3, 1, 2)).permute(1, 2, 3, 0).numpy()
    top, left = 8, 30
    square = videos.stretched(pictures, spec.stretch)[:, top : top + 112, left : left + 112]
    assert clips._corner(spec.stretch, 112, clips.View(), rounded=True) == (top, left)
    ours = (square / np.float32(255) - np.array(spec.mean)) / np.array(spec.std)
    np.testing.assert_allclose(ours, right, atol=1.01 / 255 / min(spec.std))
    assert (np.abs(ours - right) > 1e-3).mean() < 1e-3, "other pixels than those that lie between two values differ"
