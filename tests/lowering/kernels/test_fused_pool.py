"""Convolutions with the pool behind them in one kernel: which are joined, what they mean, and that kernels agree."""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, run
from lowering.graph import interpret, ops
from lowering.graph.rewrites import fusion, stages
from lowering.targets import targets
from tests.lowering import conftest, networks, random_graphs
from tests.lowering.kernels import test_fusion, test_kernels


def pooled(
    window: ops.Window = (1, 2, 2),
    width: int = 13,
    pads: int = 1,
    shape: tuple[int, ...] = (5, 10, 17, 3),
    **pool: object,
) -> test_fusion.Maker:
    """A convolution and a pool of windows side by side."""
    maker = test_fusion.Maker(*shape)
    maker.conv("conv", (3, 3, 3), width, ((1, 1), (pads, pads), (pads, pads)))
    options = {"strides": window, "padding": ops.NO_PADDING, "nonnegative": True} | pool
    maker.add("pool", ops.MaxPool(window, **options))  # type: ignore[arg-type]
    return maker


ROOMY = dataclasses.replace(test_fusion.ARM, rolling_bytes=1 << 20)


@pytest.mark.parametrize(
    ("make", "change", "names"),
    [
        (pooled, {}, ["conv.pool"]),
        (lambda: pooled((2, 2, 2)), {}, ["conv.pool"]),
        (lambda: pooled((1, 2, 2), strides=(1, 1, 1)), {}, ["conv", "pool"]),
        (lambda: pooled((1, 3, 3)), {}, ["conv", "pool"]),
        (lambda: pooled((1, 2, 2), padding=((0, 0), (1, 1), (0, 0))), {}, ["conv", "pool"]),
        (lambda: pooled(shape=(5, 10, 7, 3)), {}, ["conv", "pool"]),  # a row of the result has three pixels
        (lambda: test_fusion.third(pooled()), {}, ["conv.pool", "point"]),
        (pooled, {"kind": "vulkan"}, ["conv", "pool"]),
        (pooled, {"cache_bytes": 5 * 170 * 16 * 4 - 1}, ["conv.pool"]),
        (pooled, {"cache_bytes": 5 * 170 * 16 * 4}, ["conv", "pool"]),
        (pooled, {"rolling_bytes": 16 * 2 * 18 * 4 // 2 - 1}, ["conv", "pool"]),
        (pooled, {"vector_bytes": 256}, ["conv", "pool"]),  # register tiles that a few rows fill badly
    ],
)
def test_only_pools_that_gain_are_joined(make: Callable[[], test_fusion.Maker], change: dict, names: list[str]) -> None:
    assert test_fusion.fused(make(), dataclasses.replace(ROOMY, **change)) == names


def test_a_pool_behind_a_convolution_that_others_read_is_left() -> None:
    maker = pooled()
    maker.conv("other", (1, 1, 1), 3, ops.NO_PADDING, of="conv")
    maker.add("small", ops.MaxPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING, True))
    maker.add("both", ops.Concat(), "pool", "small")
    assert test_fusion.fused(maker, ROOMY) == ["conv", "pool", "other.small", "both"]


def test_a_pooled_convolution_means_what_both_mean_one_after_the_other() -> None:
    graph = networks.unfused(pooled((2, 2, 2)).graph())
    clip = random_graphs.clip(graph, 0)[0]
    found = fusion.fuse(graph, ROOMY)
    op = networks.op(found, "conv.pool", ops.FusedPool)
    assert (op.between, found["conv.pool"].macs) == ((5, 10, 17, 13), graph["conv"].macs)
    np.testing.assert_array_equal(interpret.evaluate(found, clip), interpret.evaluate(graph, clip))


@pytest.mark.parametrize("target", ["neon", "avx2", "avx512", "neon f16", "neon f16-f32", "neon w16"])
@pytest.mark.parametrize(
    "arguments",  # of `pooled`
    [
        ((1, 2, 2), 13, 1, (3, 12, 34, 3)),
        ((2, 2, 2), 8, 1, (5, 9, 41, 2)),  # a frame, a row and a column are left over
        ((3, 2, 2), 5, 0, (7, 14, 32, 2)),
        ((1, 2, 2), 6, 2, (2, 8, 33, 2)),  # the convolution's result is larger than what it reads
    ],
)
@pytest.mark.parametrize("ring", [1, 1 << 14, 1 << 20])
def test_pooled_kernels_agree_with_the_oracle(
    arguments: Any, ring: int, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks of one row of the result, of several and of all; whatever they waste."""
    monkeypatch.setattr(fusion, "_pool_gains", lambda op, target: True)
    spec = dataclasses.replace(test_kernels.TARGETS[target], rolling_bytes=ring)
    graph = pooled(*arguments).graph()
    assert test_kernels.run(graph, spec) == ["conv.pool"]


def test_chunks_of_a_pooled_convolution_have_as_many_rows_each_and_fit_the_ring() -> None:
    op = networks.op(stages.rewrite(pooled(shape=(5, 24, 64, 3)).graph(), ROOMY), "conv.pool", ops.FusedPool)
    for ring in (1, 10_000, 40_000, 100_000):
        target = dataclasses.replace(test_fusion.ARM, rolling_bytes=ring)
        count = fusion.lines(op, 65, target)
        assert 12 % count == 0
        assert count == 1 or fusion.pooled_bytes(op, count, 65, target) <= ring
        tile = fusion.pooled_tile(op, count, 65, target)
        assert tile.covered >= (2 * count - 1) * 65 + 64 == tile.last + tile.size


def pooling_network() -> networks.Network:
    """As the front of C3D."""
    rng = np.random.default_rng(0)
    params = {
        "conv": networks.layer(rng, 3, 3, 3, 3, 29, scheme="kgs 8x4"),
        "more": networks.layer(rng, 3, 3, 3, 29, 13, scheme="kgs 8x4"),
    }

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.max_pool(jax.nn.relu(networks.conv(x, p["conv"])), (1, 2, 2))
        x = networks.max_pool(networks.conv(x, p["more"]), (2, 2, 2))
        return jnp.mean(x, (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 5, 28, 66, 3))


@pytest.mark.parametrize("name", ["host", "android:cortex-a76", "host:f16", "android:cortex-a76:f16-f32"])
def test_pooled_convolutions_give_jaxs_answer(
    write_bundle: conftest.WriteBundle, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusion, "WASTE", 2.0)
    target = dataclasses.replace(targets.find(name), cache_bytes=0, winograd=0)
    bundle: bundles.Bundle = write_bundle(pooling_network(), name, target)
    assert len([found for found in bundle.manifest["dispatches"] if "." in found]) == 2
    found = run.check(bundle)
    assert found.passed, f"{bundle.name} is {found.max_rel_error:.2e} of the largest logit off"
