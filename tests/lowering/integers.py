"""Small quantised networks: fake quantisation around layers of every kind, with weights cut by random masks."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from lowering.functions import quantise
from lowering.graph import ops
from tests.lowering import networks

STEP = 0.04  # of the activations' int8


def rounded(x: jax.Array) -> jax.Array:
    """An activation that int8 holds."""
    return quantise.fake_quantise(x, STEP)


def conv(x: jax.Array, layer: networks.Layer, strides: tuple[int, int, int] = (1, 1, 1), pad: int = 1) -> jax.Array:
    """A convolution of what int8 keeps of x."""
    sides = [(pad, pad)] * 3
    kernel = jnp.asarray(layer["kernel"])
    y = lax.conv_general_dilated(rounded(x), kernel, strides, sides, dimension_numbers=networks.NUMBERS)
    return y + layer["bias"]


def chain(scheme: str = "kgs 8x4", channels: int = 12) -> networks.Network:
    """Two convolutions, the second with strides, a max pool behind each, a dense layer; all of int8 but the last."""
    rng = np.random.default_rng(0)
    params = {
        "conv1": networks.layer(rng, 3, 3, 3, 4, channels, scheme=scheme),
        "conv2": networks.layer(rng, 3, 3, 3, channels, 16, scheme=scheme),
        "dense": networks.layer(rng, 2 * 2 * 2 * 16, 9),
        "last": networks.layer(rng, 9, 3),
    }

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = _pool(jax.nn.relu(conv(x, p["conv1"])), (1, 2, 2))
        x = _pool(jax.nn.relu(conv(x, p["conv2"], (1, 2, 2))), (2, 2, 2))
        x = rounded(x.reshape(1, -1))
        x = jax.nn.relu(x @ p["dense"]["kernel"] + p["dense"]["bias"])
        return rounded(x) @ p["last"]["kernel"] + p["last"]["bias"]

    return networks.Network(function, params, networks.clip(rng, 4, 15, 17, 4))


def upwards(channels: int = 8, scheme: str = "kgs 8x4") -> networks.Network:
    """Down by a stride, up again by transposed convolutions, whose ends are cropped; a sum, a join and ReLUs.

    The first filter of each has a weight that is larger than all of the others, in one phase alone.
    """
    rng = np.random.default_rng(3)
    params = {"down": networks.layer(rng, 3, 3, 3, channels, 2 * channels, scheme=scheme)}
    params["up"] = networks.layer(rng, 3, 3, 3, 2 * channels, channels, scheme=scheme)
    params["again"] = networks.layer(rng, 2, 2, 3, 2 * channels, channels)
    params["last"] = networks.layer(rng, 3 * 7 * 6 * channels, 3)
    for name in ("up", "again"):
        params[name]["kernel"][0, 0, 0, 0, 0] = 1.0

    def up(x: jax.Array, layer: networks.Layer, strides: tuple[int, int, int], sides: Any) -> jax.Array:
        weights = jnp.asarray(layer["kernel"])
        return (
            lax.conv_transpose(rounded(x), weights, strides, sides, dimension_numbers=networks.NUMBERS) + layer["bias"]
        )

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = rounded(x)
        y = jax.nn.relu(conv(x, p["down"], (2, 2, 2)))
        y = jax.nn.relu(up(y, p["up"], (2, 2, 2), [(2, 0), (1, 1), (2, 1)]) + x)
        y = jax.nn.relu(up(jnp.concatenate([rounded(y), x], -1), p["again"], (1, 2, 3), "SAME"))
        return networks.dense(rounded(_pool(y, (1, 2, 5)).reshape(1, -1)), p["last"])

    return networks.Network(function, params, networks.clip(rng, 3, 7, 10, channels))


def apart(channels: int = 8) -> networks.Network:
    """Depthwise convolutions over space and time, with strides, of two filters a channel and 5 pixels; then a grouped
    one, and one whose result stays in f32.
    """
    rng = np.random.default_rng(4)
    several = {"far": (1, 5, 5), "deep": (3, 3, 3), "strided": (3, 3, 3), "two": (1, 3, 3), "frames": (3, 1, 1)}
    params = {name: networks.layer(rng, *window, 1, channels) for name, window in several.items()}
    params |= {"wide": networks.layer(rng, 1, 1, 1, 4, channels), "two": networks.layer(rng, 1, 3, 3, 1, 2 * channels)}
    params |= {"grouped": networks.layer(rng, 1, 3, 3, channels, 2 * channels)}
    params |= {"last": networks.layer(rng, 2 * 4 * 5 * 2 * channels, 3)}

    def layer(x: jax.Array, p: networks.Layer, groups: int, strides: tuple[int, int, int] = (1, 1, 1)) -> jax.Array:
        return jax.nn.relu(networks.conv(rounded(x), p, strides, groups=groups))

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.conv(rounded(x), p["wide"])
        x = layer(layer(x, p["far"], channels), p["deep"], channels)
        x = layer(layer(x, p["strided"], channels, (2, 2, 2)), p["two"], channels)
        x = layer(x, p["grouped"], 2)
        x = jnp.tanh(layer(x[..., :channels], p["frames"], channels))
        return networks.dense(rounded(jnp.concatenate([x, x], -1).reshape(1, -1)), p["last"])

    return networks.Network(function, params, networks.clip(rng, 4, 8, 9, 4))


def causal() -> networks.Network:
    """Convolutions, a pool and a dense layer over frames, with zeros before the first one alone: it can be a stream."""
    rng = np.random.default_rng(2)
    params = {"first": networks.layer(rng, 3, 3, 3, 2, 8), "second": networks.layer(rng, 3, 1, 1, 8, 6)}
    params |= {"third": networks.layer(rng, 2, 1, 1, 6, 8), "last": networks.layer(rng, 5 * 3 * 3 * 8, 3)}

    def late(x: jax.Array, layer: networks.Layer, stride: int = 1, side: int = 0) -> jax.Array:
        sides = [(layer["kernel"].shape[0] - 1, 0), (side, side), (side, side)]
        return jax.nn.relu(networks.conv(x, layer, (stride, 1, 1), sides))

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = rounded(late(rounded(late(x, p["first"], side=1)), p["second"], stride=2))
        x = networks.max_pool(x, (2, 2, 2), (1, 2, 2), [(1, 0), (0, 0), (0, 0)])
        return networks.dense(rounded(late(rounded(x), p["third"])).reshape(1, -1), p["last"])

    return networks.Network(function, params, networks.clip(rng, 10, 6, 7, 2))


def block(channels: int = 8) -> networks.Network:
    """A residual block, and a join of two of its values: what quantised values are added to and joined with."""
    rng = np.random.default_rng(1)
    params = {name: networks.layer(rng, 3, 3, 3, 8, channels) for name in ("conv1", "conv2", "beside")}
    params["joined"] = networks.layer(rng, 1, 1, 1, 2 * channels, 5)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = rounded(x)
        y = conv(jax.nn.relu(conv(x, p["conv1"])), p["conv2"])
        both = jnp.concatenate([jax.nn.relu(x + y), jax.nn.relu(conv(x, p["beside"]))], -1)
        return conv(both, p["joined"], pad=0).mean((1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 3, 6, 7, 8))


def marked(graph: ops.Graph, rng: np.random.Generator) -> ops.Graph:
    """The graph with quantise steps behind most of its nodes."""

    def rule(node: ops.Node) -> list[ops.Node]:
        if node.name == graph.result or rng.random() < 0.3:
            return [node]
        raw = dataclasses.replace(node, name=f"{node.name}_raw")
        step = ops.FakeQuantise(float(rng.choice([0.02, 0.03])))
        return [raw, dataclasses.replace(node, op=step, inputs=(raw.name,))]

    return ops.replace(graph, rule)


def _pool(x: jax.Array, window: tuple[int, int, int]) -> jax.Array:
    sizes = (1, *window, 1)
    return lax.reduce_window(x, -jnp.inf, lax.max, sizes, sizes, "VALID")
