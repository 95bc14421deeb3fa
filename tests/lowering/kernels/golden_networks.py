"""The networks whose kernels the goldens are."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tests.lowering import integers, networks


def straight() -> networks.Network:
    """What runs in packed kernels: a convolution, a pool of 2x2, a dense layer that reads the feature map."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 3, 3, 3, 13), "fc": networks.layer(rng, 2 * 3 * 4 * 13, 7)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.max_pool(jax.nn.relu(networks.conv(x, p["conv"])), (1, 2, 2))
        return networks.dense(x.reshape(1, -1), p["fc"])

    return networks.Network(function, params, networks.clip(rng, 2, 7, 9, 3))


def moves() -> networks.Network:
    """What is left to IREE's own pipelines.

    Strides, padded pools of values of both signs, sums, joins, a softmax of a feature map.
    """
    rng = np.random.default_rng(0)
    params = {"strided": networks.layer(rng, 1, 3, 3, 2, 5)}

    def function(p: networks.Params, x: jax.Array) -> Any:
        x = networks.conv(x, p["strided"], (1, 2, 2))
        x = jax.nn.relu(jax.nn.relu(x) + x)
        x = jnp.concatenate([x, x * jnp.arange(5.0)], -1)
        x = networks.max_pool(x - 3, (2, 3, 3), (1, 2, 1), [(1, 0), (1, 1), (0, 1)])
        x = networks.avg_pool(x, (1, 2, 3), (1, 1, 1))
        return jax.nn.softmax(jnp.mean(x, (1, 2, 3))), x

    return networks.Network(function, params, networks.clip(rng, 3, 7, 9, 2))


def deep() -> networks.Network:
    """What large maps and residual networks have.

    Prefetches, strides of 2, sums in an epilogue, two convolutions in a row, means of whole planes.
    """
    rng = np.random.default_rng(0)
    params = {
        "wide": networks.layer(rng, 3, 3, 2, 11, 5),
        "strided": networks.layer(rng, 3, 3, 3, 5, 13),
        "again": networks.layer(rng, 1, 1, 3, 13, 13),
        "space": networks.layer(rng, 1, 3, 3, 13, 12),
        "time": networks.layer(rng, 3, 1, 1, 12, 7),
        "space2": networks.layer(rng, 1, 3, 3, 7, 9),
        "time2": networks.layer(rng, 3, 1, 1, 9, 7),
    }

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(networks.conv(x, p["wide"], (2, 1, 1)))
        x = jax.nn.relu(networks.conv(x, p["strided"], (1, 2, 2)))
        x = jax.nn.relu(networks.conv(x, p["again"]) + x)
        x = networks.max_pool(x, (2, 3, 3), (1, 1, 1), [(1, 0), (1, 1), (1, 1)])
        x = networks.conv(jax.nn.relu(networks.conv(x, p["space"])), p["time"], (2, 1, 1), [(1, 1), (0, 0), (0, 0)])
        x = jax.nn.relu(x + networks.conv(jax.nn.relu(networks.conv(x, p["space2"])), p["time2"]))
        return jnp.mean(x, (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 5, 37, 41, 11))


def rows() -> networks.Network:
    """A convolution that strides over a clip of four channels, and the largest of each row of its result."""
    rng = np.random.default_rng(0)
    params = {"strided": networks.layer(rng, 1, 3, 3, 4, 5)}
    function = lambda p, x: jnp.max(networks.conv(x, p["strided"], (1, 2, 2)), 3)
    return networks.Network(function, params, networks.clip(rng, 2, 7, 11, 4))


def heads() -> networks.Network:
    """A sum of two vectors."""
    rng = np.random.default_rng(0)
    params = {name: networks.layer(rng, 3, 7) for name in ("left", "right")}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jnp.mean(x, (1, 2, 3))
        return jax.nn.relu(networks.dense(x, p["left"]) + networks.dense(x, p["right"]))

    return networks.Network(function, params, networks.clip(rng, 2, 3, 4, 3))


def gates() -> networks.Network:
    """A feature map times the logistic of a vector, and a SiLU."""
    rng = np.random.default_rng(0)
    params = {"gate": networks.layer(rng, 3, 3)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        gate = jax.nn.sigmoid(networks.dense(jnp.mean(x, (1, 2, 3)), p["gate"]))
        return jax.nn.silu(x * gate[:, None, None, None]).reshape(1, -1)

    return networks.Network(function, params, networks.clip(rng, 2, 3, 4, 3))


def active() -> networks.Network:
    """An activation behind a convolution and behind a fully connected layer, a gate, and one of a vector."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 1, 3, 3, 3, 5), "fc": networks.layer(rng, 5, 5)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.hard_silu(networks.conv(x, p["conv"]))
        means = jnp.mean(x, (1, 2, 3))
        x = x * jax.nn.sigmoid(networks.dense(means, p["fc"]))[:, None, None, None]
        return jnp.tanh(jnp.mean(x, (1, 2, 3)))

    return networks.Network(function, params, networks.clip(rng, 2, 5, 6, 3))


def norms() -> networks.Network:
    """Means of groups, repeated, means of channels, a shift in time and a border."""
    rng = np.random.default_rng(0)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jnp.concatenate([x[:, :-1, ..., 3:], x[:, 1:, :, :, :3]], -1)
        mean = jnp.tile(x.reshape(1, -1, 3, 2).mean((1, 3)), 2)
        x = (x - mean[:, None, None, None]) * (x * x).mean(-1, keepdims=True)
        return jnp.pad(x, ((0, 0), (0, 0), (1, 0), (0, 2), (0, 0)), constant_values=1.0).reshape(1, -1)

    return networks.Network(function, {}, networks.clip(rng, 3, 5, 6, 6))


def resized() -> networks.Network:
    """A clip enlarged along height and width."""
    function = lambda p, x: jnp.mean(jax.image.resize(x, (1, 2, 5, 8, 3), "linear"), (1, 2, 3))
    return networks.Network(function, {}, networks.clip(np.random.default_rng(0), 2, 3, 4, 3))


def apart() -> networks.Network:
    """A depthwise convolution over frames and planes, and a strided one."""
    rng = np.random.default_rng(0)
    params = {"deep": networks.layer(rng, 3, 1, 3, 1, 3), "strided": networks.layer(rng, 1, 3, 3, 1, 3)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.silu(networks.conv(x, p["deep"], groups=3))
        return jnp.mean(networks.conv(x, p["strided"], (1, 2, 2), groups=3), (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 4, 7, 9, 3))


def dense() -> networks.Network:
    """A convolution of many taps with a sum behind it."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 1, 3, 3, 16, 16)}
    function = lambda p, x: jax.nn.relu(networks.conv(x, p["conv"]) + x).reshape(1, -1)
    return networks.Network(function, params, networks.clip(rng, 2, 5, 6, 16))


def quantised() -> networks.Network:
    """What computes with int8: a residual, a pool, fully connected layers, and the borders between f32 and int8."""
    rng = np.random.default_rng(0)
    params = {"first": networks.layer(rng, 1, 1, 1, 6, 7), "conv": networks.layer(rng, 2, 1, 3, 7, 7)}
    params |= {"fc": networks.layer(rng, 7, 6), "last": networks.layer(rng, 6, 3)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = integers.rounded(integers.conv(x, p["first"], pad=0))
        x = jax.nn.relu(networks.conv(x, p["conv"]) + x)
        x = networks.max_pool(integers.rounded(x), (1, 2, 2))
        x = integers.rounded(jnp.tanh(integers.rounded(x)).mean((1, 2, 3)))
        x = integers.rounded(networks.dense(x, p["fc"]))
        return networks.dense(integers.rounded(jnp.tanh(x)), p["last"])

    return networks.Network(function, params, networks.clip(rng, 2, 3, 5, 6))


def in_time() -> networks.Network:
    """A convolution over frames alone with a sum behind it."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 1, 1, 7, 7)}
    function = lambda p, x: jax.nn.relu(networks.conv(x, p["conv"]) + x).reshape(1, -1)
    return networks.Network(function, params, networks.clip(rng, 4, 3, 5, 7))


NETWORKS = {
    "apart_words": integers.apart,
    "dense": dense,
    "straight": straight,
    "fused": straight,
    "moves": moves,
    "deep": deep,
    "heads": heads,
}
NETWORKS |= {"rows": rows, "gates": gates, "active": active, "norms": norms, "resized": resized, "apart": apart}
NETWORKS |= {"quantised": quantised, "apart_words": integers.apart, "in_time": in_time}
