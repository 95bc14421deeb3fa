"""Depthwise kernels: the oracle's values from vectors of any number, within their buffers."""

import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.operations import pointwise
from lowering.kernels import build
from lowering.kernels.cpu import prefetch
from lowering.targets import targets
from tests.lowering.kernels import test_integers, test_kernels

CPUS = [name for name in test_kernels.TARGETS if not name.startswith("vulkan")]
WINDOWS: list[tuple[ops.Window, ops.Window, ops.Padding]] = [
    ((3, 3, 3), (1, 1, 1), ((1, 1), (1, 1), (1, 1))),
    ((3, 3, 3), (1, 2, 2), ((1, 1), (1, 1), (1, 1))),
    ((3, 3, 3), (2, 2, 2), ((0, 1), (0, 1), (1, 1))),
    ((5, 1, 1), (1, 1, 1), ((2, 2), (0, 0), (0, 0))),
    ((1, 5, 5), (1, 2, 2), ((0, 0), (1, 2), (2, 2))),
    ((2, 1, 4), (1, 3, 2), ((1, 2), (0, 0), (3, 0))),
    ((1, 3, 4), (3, 1, 1), ((0, 0), (3, 2), (0, 5))),
]
SHAPES = [(4, 9, 11, 3), (3, 6, 6, 2), (3, 1, 2, 2), (2, 20, 35, 2)]
SILU = pointwise.Pointwise(
    (
        pointwise.Step("logistic", (("inputs", 0.0),)),
        pointwise.Step("mul", (("inputs", 0.0), ("steps", 0.0))),
    )
)


def depthwise(
    window: ops.Window, strides: ops.Window, padding: ops.Padding, channels: int, multiplier: int
) -> ops.Depthwise:
    """Ends in a SiLU where every channel has one filter, in a ReLU where it has several."""
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(*window, channels * multiplier)).astype(np.float32)
    bias = rng.normal(size=channels * multiplier).astype(np.float32)
    then = SILU if multiplier == 1 else None
    return ops.Depthwise(kernel, bias, strides, padding, multiplier > 1, then, multiplier)


@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize(("window", "strides", "padding"), WINDOWS, ids=str)
@pytest.mark.parametrize("name", CPUS)
def test_depthwise_kernels_of_any_window_give_the_oracles_values(
    name: str,
    window: ops.Window,
    strides: ops.Window,
    padding: ops.Padding,
    multiplier: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prefetch, "SMALL", 0)
    for shape in SHAPES:
        op = depthwise(window, strides, padding, shape[3], multiplier)
        if min(op.shape([shape])) > 0:
            assert test_kernels.run(test_kernels.single(op, *shape), test_kernels.TARGETS[name]) == ["node"]


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize(("window", "strides", "padding"), WINDOWS, ids=str)
@pytest.mark.parametrize("name", test_integers.TARGETS)
def test_depthwise_kernels_of_int8_give_the_oracles_bits(
    name: str, window: ops.Window, strides: ops.Window, padding: ops.Padding, narrow: bool
) -> None:
    rng, target = np.random.default_rng(0), test_integers.TARGETS[name]
    for shape in SHAPES:
        kernel = rng.integers(-127, 128, (*window, shape[3])).astype(np.float32)
        end = test_integers.rescale(rng, int(np.prod(window)), shape[3], narrow)
        bias = rng.integers(-9000, 9000, shape[3]).astype(np.int32)
        op = ops.Depthwise(kernel, bias, strides, padding, relu=shape[3] == 2, rescale=end)
        if min(op.shape([shape])) > 0:
            net = test_integers.Layers(1, *shape)
            net.add("each", op)
            test_integers.check(net.packed(target), target)


@pytest.mark.parametrize(("name", "sums"), [("neon", 24), ("avx2", 9), ("avx512", 24)])
def test_a_tile_has_as_many_vectors_as_registers_hold(name: str, sums: int) -> None:
    """Beside 3 weights, the 16 registers of AVX2 have room for the sums of 3 vectors in 3 frames, 32 for those of 8."""
    op = depthwise((3, 3, 3), (1, 1, 1), ((1, 1),) * 3, 2, 2)
    assert _sums(op, test_kernels.TARGETS[name]) == sums


def _sums(op: ops.Depthwise, target: targets.Target) -> int:
    """Sums that the loop over frames of a large plane hands on or finishes."""
    graph = test_kernels.single(op, 3, 31, 32, 2)
    kernel = build.build(graph, target)["node"]
    assert kernel.executable is not None
    (loop,) = [line for line in kernel.executable.lines if "%sum = " in line]
    return loop.count("%sum_") + loop.count("%sum =")
