"""Bundles whose convolutions are computed by Winograd's filtering."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.functions import winograd
from lowering.graph.rewrites import winograd_frames, winograd_times
from tests.lowering import conftest, networks
from tests.lowering.bundle import test_backends

PADS = ((0, 0), (1, 1), (1, 1))


def network(tile: int) -> networks.Network:
    """A convolution with what it reads added behind it, a pool, and one with KGS blocks in the transformed domain."""
    rng = np.random.default_rng(0)
    blocks = (rng.random((1, tile + 2, tile + 2, 4, 2)) < 0.4).repeat(4, 3).repeat(8, 4)
    kernel = jnp.asarray(rng.normal(size=(1, 3, 3, 16, 16)).astype(np.float32) / 12)
    params: networks.Params = {
        "conv": networks.layer(rng, 3, 3, 3, 16, 16),
        "tiled": {"kernel": np.asarray(winograd.learned(kernel, tile)) * blocks, "bias": np.ones(16, np.float32)},
        "fc": networks.layer(rng, 16, 5),
    }

    def function(p: networks.Params, x: jax.Array) -> Any:
        x = networks.max_pool(jax.nn.silu(networks.conv(x, p["conv"]) + x), (1, 2, 2))
        x = jax.nn.relu(winograd.conv(x, jnp.asarray(p["tiled"]["kernel"]), tile, PADS) + p["tiled"]["bias"])
        return networks.dense(jnp.mean(x, (1, 2, 3)), p["fc"])

    return networks.Network(function, params, networks.clip(rng, 3, 13, 18, 16))


def in_time() -> networks.Network:
    """A convolution over frames, with what it reads added."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 1, 1, 16, 16), "fc": networks.layer(rng, 16, 5)}

    def function(p: networks.Params, x: jax.Array) -> Any:
        x = jax.nn.silu(networks.conv(x, p["conv"]) + x)
        return networks.dense(jnp.mean(x, (1, 2, 3)), p["fc"])

    return networks.Network(function, params, networks.clip(rng, 8, 7, 9, 16))


@pytest.mark.parametrize("target", ["host", "android:cortex-a76"])
def test_a_bundle_with_tiles_of_frames_gives_jaxs_answer(
    write_bundle: conftest.WriteBundle, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winograd_frames, "best_tile", lambda *_: 4)
    bundle = write_bundle(in_time(), target)
    first, _ = bundle.manifest["layers"]
    assert (first["winograd_frames"], first["macs"], first["rows"]) == (
        4,
        8 * 7 * 9 * 3 * 16 * 16,
        6 * 16 // first["group"],
    )
    assert bundle.layers_of("conv") == [first]
    assert test_backends.proves(bundle).max_rel_error < 1e-5


@pytest.mark.parametrize(
    ("target", "tile", "expected"),
    [
        ("vulkan:adreno", 4, 1e-4),
        ("vulkan:mali-g78:f16", 2, 2e-2),
        ("vulkan:adreno:f16-f32", 2, 5e-3),
        ("android:cortex-a76:f16", 2, 2e-2),
    ],
)
def test_a_bundle_gives_jaxs_answer(
    write_bundle: conftest.WriteBundle, target: str, tile: int, expected: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winograd_times, "best_tile", lambda layer, sides, target: max(sides))
    bundle = write_bundle(network(tile), target)
    assert [layer.get("winograd") for layer in bundle.manifest["layers"]] == [tile, tile, None]
    assert test_backends.proves(bundle).max_rel_error < expected
