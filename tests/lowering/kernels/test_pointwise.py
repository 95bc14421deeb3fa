"""Expressions of feature maps in a kernel of their own: the oracle's values, and zeros between the rows of pixels."""

import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.operations import pointwise
from lowering.kernels.cpu import prefetch
from tests.lowering import networks
from tests.lowering.kernels import test_kernels

CPUS = [name for name in test_kernels.TARGETS if not name.startswith("vulkan")]


def gated(frames: int, height: int, width: int, channels: int) -> ops.Graph:
    """exp(x * a number a channel * one a position - a constant a channel), which is not 0 where x is."""
    rng = np.random.default_rng(0)
    clip = ops.Node("clip", ops.Input(), (), (frames, height, width, channels))
    mixed = networks.layer(rng, 1, 1, 1, channels, 1)
    one = ops.node("one", ops.Conv(mixed["kernel"], mixed["bias"], (1, 1, 1), ((0, 0), (0, 0), (0, 0))), clip)
    mean = ops.node("mean", ops.AvgPool((frames, height, width), (1, 1, 1), ops.NO_PADDING), clip)
    flat = ops.node("vector", ops.Reshape(), mean)
    steps = (
        pointwise.Step("mul", (("inputs", 0.0), ("inputs", 1.0))),
        pointwise.Step("mul", (("steps", 0.0), ("inputs", 2.0))),
        pointwise.Step("sub", (("steps", 1.0), ("channels", 0.0))),
        pointwise.Step("exp", (("steps", 2.0),)),
    )
    gate = ops.node("gate", ops.Pointwise(steps, (rng.normal(size=channels),)), clip, flat, one)
    end = ops.node("flat", ops.Reshape(), gate)
    return ops.Graph((clip, one, mean, flat, gate, end), "flat")


@pytest.mark.parametrize("shape", [(3, 5, 7, 5), (1, 1, 1, 2), (2, 9, 20, 13)], ids=str)
@pytest.mark.parametrize("name", CPUS)
def test_expressions_of_maps_and_vectors_give_the_oracles_values(
    name: str, shape: tuple[int, int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefetch, "SMALL", 0)
    assert "gate" in test_kernels.run(gated(*shape), test_kernels.TARGETS[name])
