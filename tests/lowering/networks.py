"""Small networks as JAX functions, with kernels cut by random masks: very uneven rows, groups that are not full."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from lowering.bundle import examples
from lowering.graph import ops, trace
from lowering.graph.rewrites import stages
from lowering.targets import targets
from rt3d_jax.sparsity import patterns

Params = dict[str, dict[str, np.ndarray]]
Layer = dict[str, np.ndarray]
Kind = TypeVar("Kind")
NUMBERS = ("NDHWC", "DHWIO", "NDHWC")

SCHEMES: dict[str, patterns.BlockPattern | None] = {
    "kgs 8x4": patterns.kgs(8, 4),
    "kgs 4x4": patterns.kgs(4, 4),
    "vanilla 8x4": patterns.vanilla(8, 4),
    "filter": patterns.FILTER,
    "channel": patterns.CHANNEL,
    "unstructured": patterns.UNSTRUCTURED,
    "dense": None,
}


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """function(params, clip f32[1, D, H, W, C]) -> logits f32[1, classes], and a clip."""

    function: Callable[[Params, jax.Array], jax.Array]
    params: Params
    clip: np.ndarray

    def trace(self) -> ops.Graph:
        return trace.trace(self.function, self.params, self.clip.shape)

    def logits(self) -> np.ndarray:
        """JAX's own answer."""
        return np.asarray(self.function(self.params, jnp.asarray(self.clip)))

    def example(self) -> examples.Example:
        """What a bundle is written of."""
        return examples.Example(self.trace(), (self.clip,), (self.logits(),))


def unfused(graph: ops.Graph) -> ops.Graph:
    """A graph with packed kernels, none of them fused: what any GPU's kernels compute."""
    return stages.rewrite(graph, targets.find("vulkan:adreno"))


def mask(
    rng: np.random.Generator, shape: tuple[int, ...], pattern: patterns.BlockPattern | None, keep: float = 0.4
) -> np.ndarray:
    """bool[shape]: whole blocks kept at random; of three groups or more the first is full, the last empty."""
    if pattern is None:
        return np.ones(shape, bool)
    kept = rng.random(pattern.grid(shape)) < keep * rng.uniform(0.2, 1.8, pattern.grid(shape)[4])
    if kept.shape[4] > 2:
        kept[..., -1] = False
    kept[..., 0] |= kept.shape[4] > 1
    for axis, side in enumerate(pattern.block(shape)):
        kept = np.repeat(kept, side, axis)
    return kept[tuple(map(slice, patterns.kernel_shape(shape)))].reshape(shape)


def layer(rng: np.random.Generator, *shape: int, scheme: str = "dense") -> Layer:
    """A kernel of this shape (DHWIO or IO), cut by a random mask, and a bias of both signs."""
    kernel = rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1])) * mask(rng, shape, SCHEMES[scheme])
    return {"kernel": kernel.astype(np.float32), "bias": (rng.normal(size=shape[-1]) * 0.2).astype(np.float32)}


def clip(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """f32[1, D, H, W, C]."""
    return rng.normal(size=(1, *shape)).astype(np.float32)


def op(graph: ops.Graph, name: str, kind: type[Kind]) -> Kind:
    """The operation of a node, which must be of this kind."""
    found = graph[name].op
    assert isinstance(found, kind)
    return found


def conv(
    x: jax.Array, p: Layer, strides: tuple[int, ...] = (1, 1, 1), padding: Any = "SAME", groups: int = 1
) -> jax.Array:
    how = {"dimension_numbers": NUMBERS, "feature_group_count": groups}
    return lax.conv_general_dilated(x, jnp.asarray(p["kernel"]), strides, padding, **how) + p["bias"]


def dense(x: jax.Array, p: Layer) -> jax.Array:
    return x @ p["kernel"] + p["bias"]


def max_pool(
    x: jax.Array, window: tuple[int, ...], strides: tuple[int, ...] | None = None, padding: Any = None
) -> jax.Array:
    padding = [(0, 0), *(padding or [(0, 0)] * 3), (0, 0)]
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, *window, 1), (1, *(strides or window), 1), padding)


def avg_pool(
    x: jax.Array, window: tuple[int, ...], strides: tuple[int, ...] | None = None, padding: Any = None
) -> jax.Array:
    padding = [(0, 0), *(padding or [(0, 0)] * 3), (0, 0)]
    return lax.reduce_window(x, 0.0, lax.add, (1, *window, 1), (1, *(strides or window), 1), padding) / np.prod(window)


def chain(
    scheme: str, widths: tuple[int, int] = (13, 45), size: tuple[int, int, int] = (3, 17, 23), seed: int = 0
) -> Network:
    """As C3D: convolutions, ReLUs and pools one after the other, the last pool padded, then fully connected layers."""
    rng = np.random.default_rng(seed)
    (a, b), (d, h, w) = widths, size
    flat = max(d // 2, 1) * ((h // 2 + 1) // 2) * ((w // 2 + 1) // 2) * b
    params = {
        "conv1": layer(rng, 3, 3, 3, 3, a, scheme=scheme),
        "conv2": layer(rng, 3, 3, 3, a, b, scheme=scheme),
        "fc1": layer(rng, flat, 29, scheme="unstructured"),
        "fc2": layer(rng, 29, 7),
    }

    def function(p: Params, x: jax.Array) -> jax.Array:
        x = max_pool(jax.nn.relu(conv(x, p["conv1"])), (1, 2, 2))
        x = jax.nn.relu(conv(x, p["conv2"]))
        x = max_pool(x, (min(2, d), 2, 2), padding=[(0, 0), (h // 2 % 2, 1), (1, w // 2 % 2)])
        return dense(jax.nn.relu(dense(x.reshape(1, -1), p["fc1"])), p["fc2"])

    return Network(function, params, clip(rng, *size, 3))


def residual(scheme: str, width: int = 29, size: tuple[int, int, int] = (5, 11, 9), seed: int = 1) -> Network:
    """As R3D: strided convolutions, batch norms, a sum with a strided shortcut, the mean of positions, a softmax."""
    rng = np.random.default_rng(seed)
    params = {
        "stem": layer(rng, 3, 7, 7, 3, 13),
        "conv1": layer(rng, 3, 3, 3, 13, width, scheme=scheme),
        "norm1": {
            "scale": rng.uniform(0.5, 2, width).astype(np.float32),
            "shift": rng.normal(size=width).astype(np.float32),
        },
        "conv2": layer(rng, 3, 3, 3, width, width, scheme=scheme),
        "shortcut": layer(rng, 1, 1, 1, 13, width),
        "head": layer(rng, width, 7),
    }

    def function(p: Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(conv(x, p["stem"], (1, 2, 2)))
        y = conv(x, p["conv1"], (2, 2, 2), [(1, 1), (1, 1), (1, 1)])
        y = jax.nn.relu(y * p["norm1"]["scale"] + p["norm1"]["shift"])
        y = jax.nn.relu(conv(y, p["conv2"]) + conv(x, p["shortcut"], (2, 2, 2), "VALID"))
        return jax.nn.softmax(dense(jnp.mean(y, (1, 2, 3)), p["head"]))

    return Network(function, params, clip(rng, *size, 3))


def factored(
    scheme: str, widths: tuple[int, int] = (45, 13), size: tuple[int, int, int] = (4, 10, 15), seed: int = 2
) -> Network:
    """As R(2+1)D: 1x3x3 and 3x1x1 convolutions, strides in space and in time, no fully connected layer but the last."""
    rng = np.random.default_rng(seed)
    a, b = widths
    params = {
        "space1": layer(rng, 1, 3, 3, 2, a, scheme=scheme),
        "time1": layer(rng, 3, 1, 1, a, b, scheme=scheme),
        "space2": layer(rng, 1, 5, 4, b, a, scheme=scheme),
        "time2": layer(rng, 2, 1, 1, a, b, scheme=scheme),
        "head": layer(rng, b, 5),
    }

    def function(p: Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(conv(x, p["space1"], (1, 2, 2)))
        x = jax.nn.relu(conv(x, p["time1"], (2, 1, 1)))
        x = jax.nn.relu(conv(x, p["space2"], (1, 1, 3), [(0, 0), (4, 0), (0, 3)]))
        x = conv(x, p["time2"], padding=[(1, 2), (0, 0), (0, 0)])
        return dense(jnp.mean(x, (1, 2, 3)), p["head"])

    return Network(function, params, clip(rng, *size, 2))


def branches(scheme: str, width: int = 13, size: tuple[int, int, int] = (3, 9, 14), seed: int = 3) -> Network:
    """As S3D: branches joined along channels, a padded pool of both signs, an average pool, logits by a convolution."""
    rng = np.random.default_rng(seed)
    params = {
        "stem": layer(rng, 1, 3, 3, 3, 10, scheme=scheme),
        "left": layer(rng, 1, 1, 1, 10, width, scheme=scheme),
        "right": layer(rng, 3, 3, 3, 10, 45, scheme=scheme),
        "pooled": layer(rng, 1, 1, 1, 10, 5, scheme=scheme),
        "after": layer(rng, 3, 3, 3, width + 50, 29, scheme=scheme),
        "head": layer(rng, 1, 1, 1, 29, 6),
    }

    def function(p: Params, x: jax.Array) -> jax.Array:
        x = conv(x, p["stem"])
        pooled = conv(max_pool(x, (3, 3, 3), (1, 1, 1), [(1, 1)] * 3), p["pooled"])
        x = jnp.concatenate([jax.nn.relu(conv(x, p["left"])), conv(x, p["right"]), jax.nn.relu(pooled)], -1)
        x = avg_pool(x, (1, 3, 2), padding=[(0, 0), (1, 1), (0, 0)])
        x = max_pool(conv(x, p["after"]), (2, 2, 2), (1, 2, 2), [(0, 1), (0, 1), (1, 1)])
        return jnp.mean(conv(x, p["head"]), (1, 2, 3))

    return Network(function, params, clip(rng, *size, 3))


BUILDERS: dict[str, Callable[..., Network]] = {
    "chain": chain,
    "residual": residual,
    "factored": factored,
    "branches": branches,
}
