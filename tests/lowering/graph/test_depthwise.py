"""Depthwise convolutions: which are found, and that they mean what they meant."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph import groups, ops, trace
from lowering.graph.rewrites import stages
from lowering.targets import targets
from tests.lowering import networks
from tests.lowering.graph.test_rewrites import kinds, same, until

SHAPE = (1, 3, 6, 5, 4)


def grouped(
    strides: tuple[int, ...] = (1, 1, 1), filters: int = 4, among: int = 4, then: bool = False, padding: object = "SAME"
) -> ops.Graph:
    layer = networks.layer(np.random.default_rng(0), 3, 3, 3, 4 // among, filters)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        y = networks.conv(x, p["conv"], strides, padding, among)
        return jnp.mean(networks.max_pool(jax.nn.silu(y) if then else y, (1, 2, 2)), (1, 2, 3))

    return trace.trace(function, {"conv": layer}, SHAPE)


@pytest.mark.parametrize(("strides", "filters"), [((1, 1, 1), 4), ((1, 2, 2), 8), ((2, 1, 1), 4), ((1, 3, 2), 4)])
def test_a_convolution_of_one_channel_a_filter_becomes_depthwise(strides: tuple[int, ...], filters: int) -> None:
    graph = grouped(strides, filters, then=True)
    found = until(graph, "find_depthwise")
    op = networks.op(found, "conv", ops.Depthwise)
    assert (op.kernel.shape, op.multiplier, op.then is not None) == ((3, 3, 3, filters), filters // 4, True)
    assert "SpaceToDepth" not in kinds(until(graph, "split_strides"))
    same(graph, found)


def test_pruned_taps_of_a_depthwise_convolution_are_not_counted() -> None:
    graph = grouped()
    op = networks.op(until(graph, "find_depthwise"), "conv", ops.Depthwise)
    op.kernel[0] = 0
    assert op.macs((3, 6, 5, 4)) == 3 * 6 * 5 * 18 * 4


@pytest.mark.parametrize(
    "graph",
    [
        grouped(among=2),
        grouped((1, 3, 3)),
        grouped((1, 2, 1)),
        grouped(padding=[(3, 0), (1, 1), (1, 1)]),
    ],
    ids=["two channels a filter", "pixels three apart", "every other row", "more padding than frames"],
)
def test_other_convolutions_stay_as_they_are(graph: ops.Graph) -> None:
    assert "Depthwise" not in kinds(until(graph, "find_depthwise"))


@pytest.mark.parametrize("strides", [(1, 1, 1), (2, 2, 2)])
@pytest.mark.parametrize("target", ["vulkan:adreno", "host", "host linalg"])
def test_targets_without_a_kernel_for_it_compute_rows_of_one_filter(target: str, strides: tuple[int, ...]) -> None:
    name, _, form = target.partition(" ")
    graph = grouped(strides)
    found = stages.rewrite(graph, targets.written(targets.find(name), form or "executables"))
    if target == "host":
        assert networks.op(found, "conv", ops.Depthwise).strides == strides
    else:
        assert networks.op(found, "conv", ops.PackedConv).kernel.group == 1
    assert ("SpaceToDepth" in kinds(found)) == (target != "host" and strides == (2, 2, 2))
    same(graph, found)


@pytest.mark.parametrize(("inputs", "filters", "among"), [(6, 12, 3), (6, 6, 6), (4, 8, 1), (4, 8, 4), (5, 3, 1)])
def test_groups_of_a_kernel_are_found_and_hold_all_its_weights(inputs: int, filters: int, among: int) -> None:
    rng, kernel = np.random.default_rng(0), np.zeros((2, 1, 3, inputs, filters), np.float32)
    for at in range(among):
        of = slice(at * inputs // among, (at + 1) * inputs // among)
        to = slice(at * filters // among, (at + 1) * filters // among)
        kernel[..., of, to] = rng.normal(size=(2, 1, 3, inputs // among, filters // among))
    assert groups.count(kernel) == among
    found = groups.split(kernel, among)
    assert found.shape == (2, 1, 3, inputs // among, filters)
    assert found.sum() == pytest.approx(kernel.sum())
