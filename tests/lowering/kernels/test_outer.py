"""Dense convolutions as outer products: the oracle's values within their buffers, and where they are chosen."""

import dataclasses

import numpy as np
import pytest

from lowering.graph import ops, packed
from lowering.graph.rewrites import outer, stages
from lowering.kernels import build
from lowering.targets import schedules, targets
from tests.lowering.kernels import test_depthwise, test_kernels

NAMES = ["avx2", "avx512"]
AVX512 = dataclasses.replace(targets.find("host:avx512"), winograd=0)
WINDOWS: list[tuple[ops.Window, ops.Padding, int]] = [
    ((1, 1, 1), ((0, 0), (0, 0), (0, 0)), 1),
    ((3, 3, 3), ((1, 1), (1, 1), (1, 1)), 1),
    ((3, 1, 2), ((1, 0), (0, 0), (0, 1)), 2),
    ((2, 3, 1), ((0, 1), (2, 2), (0, 0)), 1),
]
SHAPES = [((2, 5, 12, 3), 33), ((3, 7, 7, 2), 48), ((3, 1, 2, 2), 50), ((2, 2, 29, 1), 64)]  # and filters


def convolution(window: ops.Window, padding: ops.Padding, stride: int, channels: int, filters: int, **more) -> ops.Conv:
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(*window, channels, filters)).astype(np.float32)
    return ops.Conv(kernel, rng.normal(size=filters).astype(np.float32), (stride, 1, 1), padding, **more)


def everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outer products however slow they are."""
    monkeypatch.setattr(outer, "plain_time", lambda op, shape, target: np.inf)


@pytest.mark.parametrize(("window", "padding", "stride"), WINDOWS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_outer_products_give_the_oracles_values(
    name: str, window: ops.Window, padding: ops.Padding, stride: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere(monkeypatch)
    for i, (shape, filters) in enumerate(SHAPES):
        # With no cache, weights are fetched ahead.
        target = dataclasses.replace(test_kernels.TARGETS[name], cache_bytes=i % 2 << 20)
        graph = test_kernels.single(convolution(window, padding, stride, shape[3], filters, relu=True), *shape)
        assert test_kernels.run(graph, target) == ["node"]
        assert _node(graph, target).op.outer


@pytest.mark.parametrize("name", NAMES)
def test_sums_in_parts_are_the_sums_in_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """540 taps of a row whose weights no cache holds, the last part shorter than the others."""
    everywhere(monkeypatch)
    op = convolution((1, 3, 4), ((0, 0), (1, 1), (1, 2)), 1, 45, 33, then=test_depthwise.SILU)
    graph = test_kernels.single(op, 1, 3, 15, 45)
    assert test_kernels.run(graph, test_kernels.TARGETS[name]) == ["node"]
    kernel = build.build(stages.rewrite(graph, test_kernels.TARGETS[name]), test_kernels.TARGETS[name])["node"]
    assert kernel.executable is not None
    assert any("scf.for %part" in line for line in kernel.executable.lines)


@pytest.mark.parametrize("then", [None, test_depthwise.SILU])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_added_comes_before_the_activation(
    name: str, then: ops.Pointwise | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums of 33 filters, which fill no whole group, with a map of as many channels."""
    everywhere(monkeypatch)
    for shape in [(2, 4, 3, 33), (1, 2, 15, 33)]:
        op = convolution((1, 3, 3), ((0, 0), (1, 1), (1, 1)), 1, 33, 33, relu=then is None, then=then)
        clip, flat = test_kernels.single(op, *shape).nodes[0], (int(np.prod(shape)),)
        nodes = (clip, ops.Node("node", op, ("clip", "clip"), shape), ops.Node("flat", ops.Reshape(), ("node",), flat))
        assert test_kernels.run(ops.Graph(nodes, "flat"), test_kernels.TARGETS[name]) == ["node"]


LARGE = ((3, 3, 3), ((1, 1), (1, 1), (1, 1)), 1)
SMALL = ((1, 1, 1), ((0, 0), (0, 0), (0, 0)), 1)


@pytest.mark.parametrize(
    ("shape", "window", "filters", "chosen"),
    [((4, 14, 14, 64), LARGE, 64, True), ((4, 6, 6, 192), SMALL, 432, True), ((4, 46, 46, 24), SMALL, 24, False)],
)
def test_dense_kernels_with_many_taps_or_small_planes_become_outer_products(
    shape: ops.Shape, window: tuple[ops.Window, ops.Padding, int], filters: int, chosen: bool
) -> None:
    """Turning sums around costs more than it gains where rows are short."""
    graph = test_kernels.single(convolution(*window, shape[3], filters), *shape)
    assert _node(graph, AVX512).op.outer == chosen


@pytest.mark.parametrize("target", ["android:cortex-a76", "vulkan:adreno", "host:avx512:f16"])
def test_other_targets_and_f16_have_no_outer_products(target: str) -> None:
    graph = test_kernels.single(convolution(*LARGE, 64, 64), 4, 14, 14, 64)
    assert not _node(graph, dataclasses.replace(targets.find(target), winograd=0)).op.outer


def test_sparse_kernels_and_those_that_a_schedule_was_chosen_for_keep_positions_in_the_lanes() -> None:
    target, op = AVX512, convolution(*LARGE, 64, 64)
    blocks = np.random.default_rng(0).random((3, 3, 3, 16, 8)) < 0.7
    sparse = dataclasses.replace(op, kernel=op.kernel * blocks.repeat(4, 3).repeat(8, 4))
    assert not _node(test_kernels.single(sparse, 4, 14, 14, 64), target).op.outer
    dense = test_kernels.single(op, 4, 14, 14, 64)
    pack = lambda schedule: stages.run(dense, stages.completion(target, lambda _: {"node": schedule}))["node"].op
    assert pack(schedules.DEFAULT).outer
    assert not pack(schedules.Schedule(vectors=3)).outer


def test_taps_of_larger_groups_are_those_that_packing_gives() -> None:
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(2, 3, 3, 4, 50)) * (rng.random((2, 3, 3, 4, 50)) < 0.05)
    for group in (8, 16, 48):
        assert packed.taps_for_group(packed.pack(kernel, 8), group) == len(packed.pack(kernel, group).taps)


def _node(graph: ops.Graph, target: targets.Target) -> ops.Node:
    return stages.rewrite(graph, target)["node"]
