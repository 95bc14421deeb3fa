"""Strides: phases instead of strides in height and width, with the same meaning."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.rewrites import stages
from tests.lowering import networks
from tests.lowering.graph.test_rewrites import kinds, rng, same, traced, until


@pytest.mark.parametrize(
    ("kernel", "strides", "padding"),
    [
        ((3, 3, 3), (1, 2, 2), ((1, 1), (1, 1), (1, 1))),
        ((1, 1, 1), (2, 2, 2), ((0, 0), (0, 0), (0, 0))),
        ((2, 5, 4), (2, 1, 3), ((1, 0), (4, 0), (0, 3))),
        ((1, 2, 2), (1, 3, 3), ((0, 0), (1, 0), (2, 0))),
        ((3, 1, 2), (3, 2, 1), ((2, 0), (0, 0), (1, 0))),
    ],
)
def test_strides_in_height_or_width_become_phases_and_those_of_frames_stay(
    kernel: tuple, strides: tuple, padding: tuple
) -> None:
    params = {"conv": networks.layer(rng, *kernel, 4, 5)}
    graph = traced(lambda p, x: networks.conv(x, p["conv"], strides, padding).reshape(1, -1), params)
    found = until(graph, "split_strides")
    assert kinds(found) == ["Input", "SpaceToDepth", "Conv", "Reshape"]
    phases, conv = networks.op(found, "conv_phases", ops.SpaceToDepth), networks.op(found, "conv", ops.Conv)
    assert (phases.strides, phases.padding[0]) == ((1, *strides[1:]), (0, 0))
    assert phases.phases == (1, min(strides[1], kernel[1]), min(strides[2], kernel[2]))
    assert (conv.strides, conv.padding) == ((strides[0], 1, 1), (padding[0], (0, 0), (0, 0)))
    assert np.count_nonzero(networks.op(found, "conv", ops.Conv).kernel) == np.count_nonzero(
        networks.op(graph, "conv", ops.Conv).kernel
    )
    same(graph, found)


@pytest.mark.parametrize("small", [(1, 1, 1), (1, 2, 3)])
def test_convolutions_that_read_the_same_value_share_its_phases(small: tuple) -> None:
    """As the first convolution and the shortcut of a residual block do, whichever comes first."""
    params = {"conv": networks.layer(rng, 1, 3, 3, 4, 5), "shortcut": networks.layer(rng, *small, 4, 5)}
    pads = [(0, 0), (0, small[1] // 2), (small[2] // 2, small[2] // 2)]

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        shortcut = networks.conv(x, p["shortcut"], (2, 2, 2), pads)
        return (networks.conv(x, p["conv"], (2, 2, 2), [(0, 0), (1, 1), (1, 1)]) + shortcut).reshape(1, -1)

    graph = traced(function, params)
    found = until(graph, "split_strides")
    assert kinds(found).count("SpaceToDepth") == 1
    assert np.count_nonzero(networks.op(found, "shortcut", ops.Conv).kernel) == np.prod((*small, 4, 5))
    same(graph, found)


def test_convolutions_of_other_strides_or_sizes_have_phases_of_their_own() -> None:
    params = {"a": networks.layer(rng, 1, 1, 1, 4, 5), "b": networks.layer(rng, 1, 1, 1, 4, 5)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        a, b = networks.conv(x, p["a"], (1, 2, 2)), networks.conv(x, p["b"], (1, 1, 2))
        return jnp.mean(a, (1, 2, 3)) + jnp.mean(b, (1, 2, 3))

    graph = traced(function, params)
    found = until(graph, "split_strides")
    assert kinds(found).count("SpaceToDepth") == 2
    same(graph, found)


@pytest.mark.parametrize("target", ["host", "android:cortex-a76", "vulkan:adreno"])
def test_an_array_becomes_its_phases_at_once_where_a_cpu_reads_nothing_else_of_it(target: str) -> None:
    params = {"a": networks.layer(rng, 1, 3, 3, 4, 5), "b": networks.layer(rng, 1, 3, 3, 4, 5)}
    strided = lambda layer, x: networks.conv(x, layer, (1, 2, 2), [(0, 0), (1, 1), (1, 1)])
    alone = traced(lambda p, x: strided(p["a"], x).reshape(1, -1), {"a": params["a"]})
    both = traced(lambda p, x: strided(p["a"], x) + networks.conv(x, p["b"], (1, 1, 1), "SAME")[:, :, ::2, ::2], params)
    for graph, at_once in ((alone, target != "vulkan:adreno"), (both, False)):
        found = stages.rewrite(graph, target)
        splits = [node.op.split for node in found.nodes if isinstance(node.op, ops.ToMap)]
        assert any(splits) == at_once
        assert ("SpaceToDepth" in kinds(found)) != at_once
        same(graph, found)


@pytest.mark.parametrize("phase", [0, 1, 2])
@pytest.mark.parametrize(("size", "low", "high"), [(7, 1, 1), (9, 5, 1), (2, 4, 0), (10, 0, -1), (1, 3, 8)])
def test_places_of_a_phase_that_lie_inside_are_those_with_numbers(size: int, low: int, high: int, phase: int) -> None:
    op = ops.SpaceToDepth((1, 1, 3), ((0, 0), (0, 0), (low, high)), (1, 1, 3))
    first, end = op.inside(2, phase, size)
    (row,) = op.apply([np.ones((1, 1, size, 1))])[0, ..., phase]
    assert row.tolist() == [first <= place < end for place in range(len(row))]
