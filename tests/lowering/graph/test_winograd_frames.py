"""Winograd's filtering over frames: the node of a layer, and where it is chosen."""

import dataclasses

import numpy as np
import pytest

from lowering.functions import transforms
from lowering.graph import interpret, ops
from lowering.graph.rewrites import winograd_frames
from lowering.targets import targets
from tests.lowering import networks
from tests.lowering.graph import test_winograd


def in_time(inputs: int, filters: int, **more) -> ops.Conv:
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(3, 1, 1, inputs, filters)).astype(np.float32)
    return ops.Conv(kernel, rng.normal(size=filters).astype(np.float32), (1, 1, 1), ((1, 1), (0, 0), (0, 0)), **more)


@pytest.mark.parametrize("tile", transforms.TRANSFORMS)
@pytest.mark.parametrize("frames", [(1, 1), (2, 0), (0, 2)])
def test_tiles_of_frames_give_the_convolution(tile: int, frames: tuple[int, int]) -> None:
    op = dataclasses.replace(in_time(3, 5, relu=True), padding=(frames, (0, 0), (0, 0)))
    graph = test_winograd.rewritten(op, (8, 3, 4, 3), tile)
    assert networks.op(graph, "node", ops.WinogradFrames).tile == tile
    clip = np.random.default_rng(1).normal(size=(1, 8, 3, 4, 3))
    expected = op.apply([clip[0]]).ravel()
    np.testing.assert_allclose(interpret.results(graph, clip)[0].ravel(), expected, atol=1e-5 * abs(expected).max())


@pytest.mark.parametrize(
    "changed",
    [
        {"strides": (2, 1, 1)},
        {"strides": (1, 2, 2)},
        {"dilation": (2, 1, 1), "padding": ((2, 2), (0, 0), (0, 0))},
        {"padding": ((1, 0), (0, 0), (0, 0))},
        {"padding": ((1, 1), (1, 1), (0, 0))},
        {"kernel": np.zeros((3, 1, 1, 4, 8), np.float32)},
    ],
    ids=["strided", "strided in the plane", "dilated", "fewer frames", "padded in the plane", "no weight"],
)
def test_other_convolutions_over_frames_stay_as_they_are(changed: dict) -> None:
    assert winograd_frames.fits(in_time(4, 8)) and not winograd_frames.fits(
        dataclasses.replace(in_time(4, 8), **changed)
    )


@pytest.mark.parametrize(("frames", "channels", "tile"), [(8, 128, 4), (6, 128, 2), (7, 128, 0), (8, 2, 0)])
def test_tiles_of_frames_are_chosen_where_they_make_up_all_and_channels_are_many(
    frames: int, channels: int, tile: int
) -> None:
    op, shape = in_time(channels, channels), (frames, 28, 28, channels)
    for name in ("host:avx512", "android:cortex-a76"):
        found = test_winograd.rewritten(op, shape, None, targets.find(name))["node"].op
        assert (found.tile if isinstance(found, ops.WinogradFrames) else 0) == tile


@pytest.mark.parametrize("name", ["vulkan:adreno", "android:cortex-a76:f16-f32"])
def test_tiles_of_frames_are_for_cpus_that_add_up_what_they_read(name: str) -> None:
    found = test_winograd.rewritten(in_time(4, 8), (4, 3, 4, 4), 2, targets.find(name))["node"].op
    assert isinstance(found, ops.PackedConv)
