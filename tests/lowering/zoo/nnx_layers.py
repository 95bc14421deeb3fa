"""Layers that the networks in Flax NNX share."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
from flax import nnx

Act = Callable[[jax.Array], jax.Array]


def pooled(x: jax.Array, window: Sequence[int] = (1, 2, 2), strides: Sequence[int] | None = None) -> jax.Array:
    return nnx.max_pool(x, tuple(window), tuple(strides or window), "SAME")


class Unit(nnx.Module):
    """A convolution without bias, a batch norm and an activation. shape: channels before and after."""

    def __init__(
        self,
        shape: tuple[int, int],
        kernel: Any,
        rngs: nnx.Rngs,
        strides: Any = 1,
        groups: int = 1,
        act: Act = nnx.relu,
    ) -> None:
        options: Any = {"strides": strides, "feature_group_count": groups, "use_bias": False}
        self.conv, self.norm = nnx.Conv(*shape, kernel, rngs=rngs, **options), nnx.BatchNorm(shape[1], rngs=rngs)
        self.act = act

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.act(self.norm(self.conv(x)))


class Excite(nnx.Module):
    """Squeeze and excitation."""

    def __init__(self, channels: int, rngs: nnx.Rngs, act: Act = nnx.relu, gate: Act = nnx.sigmoid) -> None:
        self.reduce = nnx.Linear(channels, max(channels // 4, 4), rngs=rngs)
        self.expand = nnx.Linear(max(channels // 4, 4), channels, rngs=rngs)
        self.act, self.gate = act, gate

    def __call__(self, x: jax.Array) -> jax.Array:
        gate = self.gate(self.expand(self.act(self.reduce(x.mean((1, 2, 3))))))
        return x * gate[:, None, None, None]


class Classifier(nnx.Module):
    """Layers, the mean over positions, and a fully connected layer."""

    def __init__(self, layers: Sequence[Any], channels: int, rngs: nnx.Rngs, classes: int = 10) -> None:
        self.layers, self.dropout = nnx.List(layers), nnx.Dropout(0.5, rngs=rngs)
        self.head = nnx.Linear(channels, classes, rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        for layer in self.layers:
            x = layer(x)
        return self.head(self.dropout(x.mean((1, 2, 3))))


class Residual(nnx.Module):
    """A body of units whose last has no activation, a shortcut where shapes change, and an activation behind."""

    def __init__(self, body: Sequence[Any], shape: tuple[int, int], rngs: nnx.Rngs, strides: Any = 1) -> None:
        changes = shape[0] != shape[1] or strides != 1
        self.body = nnx.List(body)
        self.shortcut = Unit(shape, (1, 1, 1), rngs, strides, act=same) if changes else same

    def __call__(self, x: jax.Array) -> jax.Array:
        y = x
        for layer in self.body:
            y = layer(y)
        return nnx.relu(y + self.shortcut(x))


def same(x: jax.Array) -> jax.Array:
    return x
