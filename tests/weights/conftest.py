"""What the tests of weights share: torchvision's video networks with random weights, and a source of tiny ones."""

import re
from types import ModuleType

import numpy as np
import pytest
import torch

from rt3d_jax.data import clips
from rt3d_jax.models import catalog
from rt3d_jax.weights import sources
from tests.models import parameters

OPERATORS = ("nms", "qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


@pytest.fixture(scope="session")
def video() -> ModuleType:
    """torchvision.models.video.

    Its networks need none of torchvision's compiled operators, whose build may be for another PyTorch.
    """
    try:
        from torchvision.models import video
    except RuntimeError as error:
        assert re.search("operator torchvision::q?nms does not exist", str(error))
        library = torch.library.Library("torchvision", "DEF")
        for name in OPERATORS:
            library.define(name + SCHEMA)
        from torchvision.models import video

        video.schemas = library  # pyright: ignore[reportAttributeAccessIssue] # they last as long as it does
    return video


def randomised(network: torch.nn.Module) -> torch.nn.Module:
    """The network in evaluation with running statistics, scales and biases that are not those of a fresh one."""
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm3d):
            assert module.running_mean is not None and module.running_var is not None
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.1)
    return network.eval()


TINY = sources.Source(
    origin="a test's network",
    rows=((r"stem\.[01]", "conv1"), (r"body\.(conv|norm)", "conv2"), (r"classifier", "fc")),
    head="fc",
    model=catalog.Model("tiny", width=0.5, frames=8, size=16),
    clip=clips.ClipSpec(clips.Windows(8, 2), short_side=17, size=16, mean=clips.KINETICS_MEAN),
)
NAMES = {"conv1": ("stem.0", "stem.1"), "conv2": ("body.conv", "body.norm"), "fc": ("classifier", "classifier")}
LEAVES = {"scale": "weight", "bias": "bias", "mean": "running_mean", "var": "running_var"}


@pytest.fixture
def tiny_source(tiny_network: None, monkeypatch: pytest.MonkeyPatch) -> sources.Source:
    """TINY in the catalog and among the sources."""
    monkeypatch.setitem(sources.SOURCES, "tiny", TINY)
    return TINY


@pytest.fixture
def tiny_state(tiny_source: sources.Source) -> dict[str, torch.Tensor]:
    """A state dict of TINY for 8 classes."""
    state = {}
    for layer, leaves in parameters.random(tiny_source.model, 8).items():
        kernel, norm = NAMES[layer]
        order = (4, 3, 0, 1, 2) if leaves["kernel"].ndim == 5 else (1, 0)
        state[f"{kernel}.weight"] = torch.tensor(np.ascontiguousarray(leaves["kernel"].transpose(order)))
        state |= {f"{norm}.{LEAVES[name]}": torch.tensor(value) for name, value in leaves.items() if name != "kernel"}
        if "mean" in leaves:
            state[f"{norm}.num_batches_tracked"] = torch.tensor(7)
    return state
