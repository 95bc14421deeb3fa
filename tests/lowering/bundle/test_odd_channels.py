"""Channels that fill no group at the sizes of real networks, and convolutions of which every filter reads one channel:
bundles give JAX's answer.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles
from lowering.graph import ops
from lowering.graph.rewrites import fusion
from lowering.targets import targets
from rt3d_jax.sparsity import masks, patterns, plans
from tests.lowering import conftest, networks
from tests.lowering.bundle import test_backends

TARGETS = ("host", "android:cortex-a76", "vulkan:adreno")
PAIRS = ("space1", "time1", "space2", "time2", "space3", "time3")


def factored(frames: int = 2) -> networks.Network:
    """Pairs in space and time of 230 and 921 channels (mid-planes of R(2+1)D-18), each written and read by both kinds
    of convolution.
    """
    rng = np.random.default_rng(0)
    params = {
        "space1": networks.layer(rng, 1, 3, 3, 5, 230),
        "time1": networks.layer(rng, 3, 1, 1, 230, 921),
        "space2": networks.layer(rng, 1, 3, 3, 921, 13),
        "time2": networks.layer(rng, 3, 1, 1, 13, 230),
        "space3": networks.layer(rng, 1, 3, 3, 230, 921),
        "time3": networks.layer(rng, 3, 1, 1, 921, 45),
    }
    params = masks.apply(params, plans.prune(params, ((".*", plans.Prune(patterns.kgs(8, 4), keep=0.4)),)))
    for layer in params.values():
        layer["bias"] = np.abs(layer["bias"]) + 0.1  # filters that lost all their blocks give this, and stay

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        for name in PAIRS:
            x = jax.nn.relu(networks.conv(x, p[name]))
        return jnp.mean(x, (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, frames, 5, 7, 5))


def channels(bundle: bundles.Bundle) -> list[int]:
    """Of every layer's result, as it was lowered: filters that give nothing are dropped."""
    return [layer["shape"][-1] for layer in bundle.manifest["layers"]]


@pytest.mark.parametrize("target", TARGETS)
def test_convolutions_of_230_and_921_channels_give_jaxs_answer(write_bundle: conftest.WriteBundle, target: str) -> None:
    bundle = write_bundle(factored(), target)
    assert channels(bundle) == [230, 921, 13, 230, 921, 45]
    test_backends.proves(bundle)


@pytest.mark.parametrize("target", ["host", "android:cortex-a76"])
def test_chains_of_230_and_921_channels_give_jaxs_answer(
    write_bundle: conftest.WriteBundle, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusion, "streamed", lambda *_: 0)  # planes as small as these would be better apart
    small = {} if target != "host" else {"tilings": targets.AVX2}  # some hosts' tiles are larger than these planes
    bundle = write_bundle(factored(1), target, dataclasses.replace(targets.find(target), cache_bytes=0, **small))
    assert [name for name in bundle.manifest["dispatches"] if "." in name] == [
        "space1.time1",
        "space2.time2",
        "space3.time3",
    ]
    test_backends.proves(bundle)


def depthwise(width: int, strides: tuple[int, int, int]) -> networks.Network:
    """Two convolutions of one filter a channel, the second one strided, and a last one over all channels."""
    rng = np.random.default_rng(0)
    params = {
        "deep": networks.layer(rng, 3, 3, 3, 1, width),
        "strided": networks.layer(rng, 3, 3, 3, 1, width),
        "head": networks.layer(rng, 1, 1, 1, width, 7),
    }

    def conv(x: jax.Array, p: networks.Layer, strides: tuple[int, int, int]) -> jax.Array:
        return networks.conv(x, p, strides, [(1, 1)] * 3, groups=width)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(conv(x, p["deep"], (1, 1, 1)))
        x = jax.nn.relu(conv(x, p["strided"], strides))
        return jnp.mean(networks.conv(x, p["head"]), (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 4, 9, 7, width))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("width", "strides"), [(45, (2, 2, 2)), (13, (2, 1, 1)), (230, (1, 2, 2))])
def test_depthwise_convolutions_give_jaxs_answer(
    write_bundle: conftest.WriteBundle, target: str, width: int, strides: tuple[int, int, int]
) -> None:
    bundle = write_bundle(depthwise(width, strides), target)
    assert channels(bundle) == [width, width, 7]
    test_backends.proves(bundle)


@pytest.mark.parametrize("width", [45, 230])
def test_a_depthwise_convolution_computes_its_own_taps_only(width: int) -> None:
    graph = networks.unfused(depthwise(width, (2, 2, 2)).trace())
    for name in ("deep", "strided"):
        kernel = networks.op(graph, name, ops.PackedConv).kernel
        assert (kernel.group, kernel.kept, len(kernel.taps)) == (1, 27 * width, 27 * width)
