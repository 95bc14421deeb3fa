"""Kernels of Winograd's filtering: the oracle's values within their buffers, zeros around the image."""

import dataclasses

import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.rewrites import fusion, stages, winograd_frames, winograd_times
from lowering.graph.rewrites import winograd as rewrite
from lowering.kernels import build
from lowering.kernels.cpu import products
from lowering.targets import schedules, targets
from tests.lowering.graph import test_winograd
from tests.lowering.kernels import test_depthwise, test_kernels

NAMES = ["neon", "avx2", "avx512"]
CASES: list[tuple[int, ops.Shape, ops.Padding, int]] = [  # depth, clip, padding, filters
    (3, (4, 8, 8, 2), test_winograd.SAME, 9),
    (1, (2, 9, 13, 3), ((0, 0), (1, 1), (1, 1)), 16),
    (2, (3, 7, 6, 4), ((1, 0), (0, 0), (2, 1)), 8),
    (3, (1, 5, 4, 1), ((2, 1), (1, 0), (0, 3)), 4),
    (1, (1, 6, 35, 2), ((0, 0), (1, 1), (1, 1)), 3),
]
NODES = ["node.tiles", "node.products", "node"]
FUSED = ["node.tiles", "node.products.node"]


def run(op: ops.Conv, shape: ops.Shape, tile: int, name: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(winograd_times, "best_tile", lambda *_: tile)
    return test_kernels.run(test_kernels.single(op, *shape), test_kernels.TARGETS[name])


EACH = [(name, tile) for name in NAMES for tile in (2, 4)] + [("neon f16", 2)]


@pytest.mark.parametrize(("name", "tile"), EACH)
def test_kernels_give_the_oracles_values(name: str, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for depth, shape, padding, filters in CASES:
        op = test_winograd.conv(depth, shape[3], filters, padding, relu=True)
        found = run(op, shape, tile, name, monkeypatch)
        assert found == NODES


@pytest.mark.parametrize(("name", "tile"), EACH)
def test_products_and_their_transform_in_one_kernel(name: str, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion, "winograd_gains", lambda *_: True)
    for depth, shape, padding, filters in CASES:
        op = test_winograd.conv(depth, shape[3], filters, padding, relu=True)
        assert run(op, shape, tile, name, monkeypatch) == FUSED


@pytest.mark.parametrize("tile", [2, 4])
@pytest.mark.parametrize("name", NAMES)
def test_kernels_of_the_transformed_domain_on_images_of_a_tile_or_less(name: str, tile: int) -> None:
    """They cannot be computed as they are written, however small the image is."""
    for sides in [(2, 2), (1, 1), (3, 2)]:
        op = rewrite.transformed(test_winograd.conv(3, 4, 8, relu=True), tile)
        assert test_kernels.run(test_kernels.single(op, 2, *sides, 4), test_kernels.TARGETS[name]) == NODES


@pytest.mark.parametrize("fused", [False, True], ids=["apart", "fused"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_added_and_an_activation(name: str, fused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winograd_times, "best_tile", lambda *_: 4)
    monkeypatch.setattr(fusion, "winograd_gains", lambda *_: fused)
    shape = (2, 6, 7, 4)
    op = test_winograd.conv(3, 4, 4, then=test_depthwise.SILU)
    clip, flat = test_kernels.single(op, *shape).nodes[0], (int(np.prod(shape)),)
    nodes = (clip, ops.Node("node", op, ("clip", "clip"), shape), ops.Node("flat", ops.Reshape(), ("node",), flat))
    found = test_kernels.run(ops.Graph(nodes, "flat"), test_kernels.TARGETS[name])
    assert found == (FUSED if fused else NODES)


def over_frames(inputs: int, filters: int, padding: tuple[int, int], **more) -> ops.Conv:
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(3, 1, 1, inputs, filters)), rng.normal(size=filters)
    pads = (padding, (0, 0), (0, 0))
    return ops.Conv(kernel.astype(np.float32), bias.astype(np.float32), (1, 1, 1), pads, **more)


@pytest.mark.parametrize(("name", "tile"), EACH)
def test_tiles_of_frames_in_one_kernel(name: str, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is added and an activation; frames before the clip, behind it, and on both sides."""
    monkeypatch.setattr(winograd_frames, "best_tile", lambda *_: tile)
    for shape, padding, filters in [((4, 5, 6, 3), (1, 1), 3), ((8, 3, 35, 9), (2, 0), 9), ((4, 1, 1, 5), (0, 2), 5)]:
        op = over_frames(shape[3], filters, padding, then=test_depthwise.SILU)
        clip, node, flat = test_kernels.single(op, *shape).nodes
        added = ops.Graph((clip, dataclasses.replace(node, inputs=("clip", "clip")), flat), "flat")
        target = test_kernels.TARGETS[name]
        assert test_kernels.run(added, target) == ["node"]
        assert isinstance(stages.rewrite(added, target)["node"].op, ops.WinogradFrames)


@pytest.mark.parametrize(("name", "tile"), [("vulkan", 2), ("vulkan", 4), ("vulkan f16", 2)])
def test_invocations_give_the_oracles_values(name: str, tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is added and an activation; tiles reach beyond the image, and the last one of a span beyond them."""
    monkeypatch.setattr(winograd_times, "best_tile", lambda *_: tile)
    op = test_winograd.conv(2, 2, 2, ((1, 0), (1, 1), (1, 1)), relu=True, then=test_depthwise.SILU)
    clip, node, flat = test_kernels.single(op, 2, 5, 7, 2).nodes
    added = ops.Graph((clip, dataclasses.replace(node, inputs=("clip", "clip")), flat), "flat")
    assert test_kernels.run(added, test_kernels.TARGETS[name]) == NODES


@pytest.mark.parametrize("bound", [1, 20_000])
def test_workgroups_of_transforms_in_several_dispatches(bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels of an odd number need none beside them, and pixels without padding no zeros before them."""
    monkeypatch.setattr(winograd_times, "best_tile", lambda *_: 2)
    target = dataclasses.replace(test_kernels.TARGETS["vulkan"], macs_per_dispatch=bound)
    graph = test_kernels.single(test_winograd.conv(1, 1, 2, ops.NO_PADDING), 2, 6, 9, 1)
    assert test_kernels.run(graph, target) == NODES


@pytest.mark.parametrize("cache", [0, 1 << 30], ids=["small cache", "large cache"])
def test_channels_in_parts_and_chunks_of_several_tiles(cache: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """45 channels in parts of a few; rows without any tap in a part go on as they are."""
    monkeypatch.setattr(winograd_times, "best_tile", lambda *_: 2)
    op = test_winograd.conv(2, 45, 24, ((1, 0), (1, 1), (1, 1)))
    kept = np.random.default_rng(3).random((45, 3)) < 0.3
    op = dataclasses.replace(op, kernel=op.kernel * kept.repeat(8, 1))
    target = dataclasses.replace(test_kernels.TARGETS["avx512"], cache_bytes=cache, near_bytes=1 << 11)
    graph = test_kernels.single(op, 2, 9, 9, 45)
    assert test_kernels.run(graph, target) == NODES
    request, _ = next(
        pair
        for pair in build.walk(test_winograd.rewritten(op, (2, 9, 9, 45), 2, target), target)
        if pair[0].node.name == NODES[1]
    )
    cut = products.Cut.of(request.op, request.x, request.y, target)
    assert cut.parts > 2
    assert (cut.chunk > 1) == (cache == 0)


def test_a_schedule_says_the_filters_of_a_row() -> None:
    op = test_winograd.conv(3, 4, 20)
    choose = {"node": schedules.Schedule(winograd=2, group=4)}
    graph = rewrite.use_winograd(test_kernels.single(op, 2, 6, 6, 4), targets.find("host:avx512"), choose)
    products_ = graph["node.products"].op
    assert isinstance(products_, ops.PackedConv)
    assert (products_.kernel.group, products_.kernel.rows, products_.groups) == (4, 16 * 32 // 4, 16)
