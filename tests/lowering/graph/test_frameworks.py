"""Networks of each framework, with their parameters in the framework's own form, mean what they mean in JAX."""

import pathlib
from collections.abc import Callable
from typing import Any

import equinox
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx

from lowering.bundle import deploy
from lowering.graph import interpret, ops, trace

rng = np.random.default_rng(0)
CLIP = rng.normal(size=(1, 3, 6, 6, 2)).astype(np.float32)
Made = tuple[Callable[[Any, jax.Array], Any], Any]


def _weight(*shape: int) -> np.ndarray:
    return (rng.normal(size=shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32)


class Layers(nnx.Module):
    """A list of layers, batch norm and a dropout with keys."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.layers = nnx.List([nnx.Conv(2, 4, (3, 3, 3), rngs=rngs), nnx.Conv(4, 4, (1, 3, 3), strides=2, rngs=rngs)])
        self.norm, self.dropout = nnx.BatchNorm(4, rngs=rngs), nnx.Dropout(0.5, rngs=rngs)
        self.head = nnx.Linear(4, 3, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        for layer in self.layers:
            x = nnx.relu(self.norm(layer(x)))
        return self.head(self.dropout(x.mean((1, 2, 3))))


class Compact(linen.Module):
    """Linen's way: submodules in the call."""

    @linen.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = linen.BatchNorm(use_running_average=True)(linen.Conv(4, (3, 3, 3))(x))
        x = linen.Dropout(0.5, deterministic=True)(linen.silu(x))
        return linen.Dense(3)(linen.LayerNorm()(x.mean((1, 2, 3))))


def nnx_network() -> Made:
    network = Layers(nnx.Rngs(0))
    network.eval()
    structure, state = nnx.split(network)
    return lambda state, x: nnx.merge(structure, state)(x), state


def linen_network() -> Made:
    network = Compact()
    return network.apply, network.init(jax.random.key(0), jnp.asarray(CLIP))


def equinox_network() -> Made:
    """Channels first, one example at a time."""
    keys = jax.random.split(jax.random.key(0), 2)
    network = equinox.nn.Sequential(
        [
            equinox.nn.Conv3d(2, 4, 3, padding=1, key=keys[0]),
            equinox.nn.Lambda(jax.nn.gelu),
            equinox.nn.GroupNorm(2, 4),
            equinox.nn.AvgPool3d(2, 2),
            equinox.nn.Lambda(jnp.ravel),
            equinox.nn.Linear(36, 3, key=keys[1]),
            equinox.nn.Dropout(0.5, inference=True),
        ]
    )
    arrays, rest = equinox.partition(network, equinox.is_array)
    return lambda arrays, x: jax.vmap(equinox.combine(arrays, rest))(x.transpose(0, 4, 1, 2, 3)), arrays


def conv(x: jax.Array, kernel: Any) -> jax.Array:
    return jax.lax.conv_general_dilated(x, kernel, (1, 1, 1), "SAME", dimension_numbers=("NDHWC", "DHWIO", "NDHWC"))


def haiku_tree() -> Made:
    """Modules by their whole name, weights as w and b."""
    params = {
        "net/~/conv3_d": {"w": _weight(3, 3, 3, 2, 4), "b": _weight(4)},
        "net/~/linear": {"w": _weight(4, 3), "b": _weight(3)},
    }

    def apply(p: Any, x: jax.Array) -> jax.Array:
        one, other = p["net/~/conv3_d"], p["net/~/linear"]
        return jax.nn.relu(conv(x, one["w"]) + one["b"]).mean((1, 2, 3)) @ other["w"] + other["b"]

    return apply, params


def list_of_tuples() -> Made:
    """As stax and older code keep them; the last weight is stored [outputs, inputs]."""
    params = [(_weight(3, 3, 3, 2, 4), _weight(4)), (), (_weight(3, 4), _weight(3))]
    function = lambda p, x: jnp.tanh(conv(x, p[0][0]) + p[0][1]).mean((1, 2, 3)) @ jnp.asarray(p[2][0]).T + p[2][1]
    return function, params


def weight_norm() -> Made:
    """Directions of length 1 times a length for each filter."""
    params = {"direction": _weight(3, 3, 3, 2, 4), "length": np.abs(_weight(4)) + 0.5, "head": _weight(4, 3)}

    def apply(p: Any, x: jax.Array) -> jax.Array:
        direction = jnp.asarray(p["direction"])
        kernel = direction / jnp.sqrt((direction**2).sum((0, 1, 2, 3))) * p["length"]
        return jax.nn.relu(conv(x, kernel)).mean((1, 2, 3)) @ p["head"]

    return apply, params


def bfloat16_leaves() -> Made:
    """Weights in bfloat16, arithmetic in f32."""
    params = {
        "conv": jnp.asarray(_weight(3, 3, 3, 2, 4), jnp.bfloat16),
        "head": jnp.asarray(_weight(4, 3), jnp.bfloat16),
    }
    whole = lambda p: jax.tree.map(lambda leaf: leaf.astype(jnp.float32), p)
    return lambda p, x: jax.nn.relu(conv(x, whole(p)["conv"])).mean((1, 2, 3)) @ whole(p)["head"], params


NETWORKS: dict[str, Callable[[], Made]] = {
    each.__name__: each
    for each in (
        *(nnx_network, linen_network, equinox_network, haiku_tree),
        *(list_of_tuples, weight_norm, bfloat16_leaves),
    )
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_means_what_it_means_in_its_framework(name: str) -> None:
    function, params = NETWORKS[name]()
    graph = trace.trace(function, params, CLIP)
    expected = np.asarray(function(params, jnp.asarray(CLIP)))
    np.testing.assert_allclose(interpret.results(graph, CLIP)[0], expected, atol=1e-5)
    assert any(isinstance(node.op, ops.Conv) for node in graph.nodes)


def test_networks_of_all_frameworks_are_deployed_in_one_call(tmp_path: pathlib.Path) -> None:
    made = {name: build() for name, build in NETWORKS.items()}
    params = {name: params for name, (_, params) in made.items()}
    every = lambda p, x: {name: function(p[name], x) for name, (function, _) in made.items()}
    found = deploy.deploy(every, params, CLIP, "host", tmp_path / "bundle")
    assert found.check and found.check.passed
    assert [entry["name"] for entry in found.bundle.manifest["outputs"]] == sorted(NETWORKS)
