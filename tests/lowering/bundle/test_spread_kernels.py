"""Bundles of kernels whose locations lie apart: over frames, rows and columns, dense and pruned, with and without
strides, and beyond the image; and of transposed convolutions, whose pixels lie apart.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.graph.rewrites import fusion
from lowering.targets import targets
from tests.lowering import conftest, networks
from tests.lowering.bundle import test_backends

# Of one network: the dilation and the strides of each of its convolutions.
LAYERS = {
    "near": ((2, 2, 3), (1, 1, 1)),
    "far": ((1, 6, 18), (1, 1, 1)),
    "alone": ((3, 1, 1), (1, 1, 1)),
    "strided": ((1, 2, 3), (2, 1, 2)),
}


def spread(
    x: jax.Array, p: networks.Layer, dilation: tuple[int, ...], strides: tuple[int, ...] = (1, 1, 1)
) -> jax.Array:
    """A convolution and a ReLU."""
    kernel, numbers = jnp.asarray(p["kernel"]), networks.NUMBERS
    y = lax.conv_general_dilated(x, kernel, strides, "SAME", rhs_dilation=dilation, dimension_numbers=numbers)
    return jax.nn.relu(y + p["bias"])


def network(scheme: str) -> networks.Network:
    """Convolutions side by side on one value, as in a spatial pyramid, one with strides, and a transposed one."""
    rng = np.random.default_rng(0)
    params = {name: networks.layer(rng, 3, 3, 3, 8, 8, scheme=scheme) for name in LAYERS}
    params["strided"] = networks.layer(rng, 3, 3, 3, 24, 8, scheme=scheme)
    params["up"] = networks.layer(rng, 2, 3, 4, 8, 8, scheme=scheme)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        branches = [spread(x, p[name], *LAYERS[name]) for name in LAYERS if name != "strided"]
        x = spread(jnp.concatenate(branches, -1), p["strided"], *LAYERS["strided"])
        x = lax.conv_transpose(x, jnp.asarray(p["up"]["kernel"]), (2, 1, 3), "SAME") + p["up"]["bias"]
        return jnp.mean(jax.nn.relu(x), (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 5, 7, 9, 8))


@pytest.mark.parametrize("scheme", ["dense", "kgs 8x4"])
@pytest.mark.parametrize("target", ["host", "host linalg", "android:cortex-a76", "vulkan:adreno"])
def test_dilated_and_transposed_kernels_give_jaxs_answer(
    write_bundle: conftest.WriteBundle, target: str, scheme: str
) -> None:
    name, _, form = target.partition(" ")
    spec = targets.written(targets.find(name), form or targets.FORMS[0])
    test_backends.proves(write_bundle(network(scheme), name, spec))


def test_a_convolution_over_frames_that_lie_apart_is_fused_with_the_one_before(
    write_bundle: conftest.WriteBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusion, "streamed", lambda *_: 0)  # planes as small as these would be better apart
    rng = np.random.default_rng(0)
    params = {"space": networks.layer(rng, 1, 3, 3, 8, 8), "time": networks.layer(rng, 3, 1, 1, 8, 8)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = spread(spread(x, p["space"], (1, 2, 1)), p["time"], (2, 1, 1))
        return jnp.mean(x, (1, 2, 3))

    found = networks.Network(function, params, networks.clip(rng, 6, 7, 19, 8))
    bundle = write_bundle(found, "host", dataclasses.replace(targets.find("host"), cache_bytes=0))
    assert "space.time" in bundle.manifest["dispatches"]
    test_backends.proves(bundle)
