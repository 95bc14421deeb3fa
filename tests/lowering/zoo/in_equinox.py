"""Networks in Equinox, which keeps channels first: images, sequences, points and sound beside clips."""

from collections.abc import Callable, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from equinox import nn

from tests.lowering.zoo import network

Key = jax.Array


def lambdas(*layers: Any) -> nn.Sequential:
    found: list[Any] = [layer if isinstance(layer, eqx.Module) else nn.Lambda(layer) for layer in layers]
    return nn.Sequential(found)


def keys(key: Key, count: int) -> Any:
    return iter(jax.random.split(key, count))


def r3d_group_norm(key: Key) -> Any:
    """A 3D residual network with group norms, in NCDHW."""

    class Block(eqx.Module):
        layers: Sequence[Any]
        shortcut: Any

        def __init__(self, a: int, b: int, stride: int, key: Key) -> None:
            one, two, side = keys(key, 3)
            convs = nn.Conv3d(a, b, 3, stride, 1, key=one), nn.Conv3d(b, b, 3, 1, 1, key=two)
            self.layers = (convs[0], nn.GroupNorm(4, b), jax.nn.relu, convs[1], nn.GroupNorm(4, b))
            self.shortcut = nn.Conv3d(a, b, 1, stride, key=side)

        def __call__(self, x: jax.Array, *, key: Any = None) -> jax.Array:
            y = x
            for layer in self.layers:
                y = layer(y)
            return jax.nn.relu(y + self.shortcut(x))

    k = keys(key, 4)
    stem = nn.Conv3d(3, 16, (3, 7, 7), (1, 2, 2), (1, 3, 3), key=next(k))
    blocks = Block(16, 16, 1, next(k)), Block(16, 32, 2, next(k))
    return lambdas(stem, jax.nn.relu, *blocks, lambda x: x.mean((1, 2, 3)), nn.Linear(32, 10, key=next(k)))


def autoencoder(key: Key) -> Any:
    """A clip down to a code and back, by transposed convolutions; an image as the result."""
    k = keys(key, 4)
    down = nn.Conv3d(3, 16, 3, 2, 1, key=next(k)), jax.nn.elu, nn.Conv3d(16, 32, 3, 2, 1, key=next(k)), jax.nn.elu
    up = nn.ConvTranspose3d(32, 16, 2, 2, key=next(k)), jax.nn.elu, nn.ConvTranspose3d(16, 3, 2, 2, key=next(k))
    return lambdas(*down, *up, jax.nn.sigmoid)


def pixel_shuffle(x: jax.Array, scale: int) -> jax.Array:
    c, h, w = x.shape
    x = x.reshape(c // scale**2, scale, scale, h, w).transpose(0, 3, 1, 4, 2)
    return x.reshape(c // scale**2, h * scale, w * scale)


class WDSR(eqx.Module):
    """Super-resolution by wide activations, with weight norm, global skip and pixel shuffle."""

    layers: list[Any]
    lengths: list[jax.Array]

    def __init__(self, key: Key) -> None:
        k = keys(key, 8)
        shapes = ((3, 16, 3), *((16, 64, 3), (64, 16, 3)) * 2, (16, 12, 3), (3, 12, 5))
        self.layers = [nn.Conv2d(a, b, size, padding=size // 2, key=next(k)) for a, b, size in shapes]
        self.lengths = [jnp.ones((b, 1, 1, 1)) for _, b, _ in shapes]

    def __call__(self, x: jax.Array) -> jax.Array:
        def conv(place: int, x: jax.Array) -> jax.Array:
            layer = self.layers[place]
            weight = layer.weight / jnp.sqrt((layer.weight**2).sum((1, 2, 3), keepdims=True)) * self.lengths[place]
            return eqx.tree_at(lambda layer: layer.weight, layer, weight)(x)

        y = conv(0, x)
        for place in (1, 3):
            y = y + conv(place + 1, jax.nn.relu(conv(place, y)))
        return pixel_shuffle(conv(5, y) + conv(6, x), 2)


def sesr(key: Key) -> Any:
    """Super-resolution on phones: a few narrow convolutions with PReLU and two long skips."""

    class SESR(eqx.Module):
        layers: list[nn.Conv2d]
        slopes: list[jax.Array]

        def __init__(self, key: Key) -> None:
            k = keys(key, 5)
            sizes = ((1, 16, 5), *((16, 16, 3),) * 3, (16, 4, 5))
            self.layers = [nn.Conv2d(a, b, size, padding=size // 2, key=next(k)) for a, b, size in sizes]
            self.slopes = [jnp.full((16, 1, 1), 0.1) for _ in range(4)]

        def __call__(self, x: jax.Array) -> jax.Array:
            act = lambda place, y: jnp.maximum(y, 0) + self.slopes[place] * jnp.minimum(y, 0)
            y = first = act(0, self.layers[0](x))
            for place in (1, 2, 3):
                y = act(place, self.layers[place](y))
            return pixel_shuffle(self.layers[4](y + first) + x, 2)

    return SESR(key)


def fcn(key: Key) -> Any:
    """Segmentation: classes of coarse positions, resized bilinearly."""
    k = keys(key, 4)
    conv = lambda a, b, stride: nn.Conv2d(a, b, 3, stride, 1, key=next(k))
    body = conv(3, 16, 2), jax.nn.relu, conv(16, 32, 2), jax.nn.relu, conv(32, 32, 1), jax.nn.relu
    return lambdas(*body, nn.Conv2d(32, 5, 1, key=next(k)), lambda x: jax.image.resize(x, (5, 48, 48), "bilinear"))


class DeepLab(eqx.Module):
    """Atrous pyramid: dilations 1, 3 and 6 and the image's mean, joined; the class of each pixel."""

    stem: Any
    branches: list[nn.Conv2d]
    image: nn.Conv2d
    head: nn.Conv2d

    def __init__(self, key: Key) -> None:
        k = keys(key, 6)
        self.stem = nn.Conv2d(3, 32, 5, 4, 2, key=next(k))
        self.branches = [nn.Conv2d(32, 16, 3, padding=d, dilation=d, key=next(k)) for d in (1, 3, 6)]
        self.image, self.head = nn.Conv2d(32, 16, 1, key=next(k)), nn.Conv2d(64, 5, 1, key=next(k))

    def __call__(self, x: jax.Array) -> tuple[jax.Array, jax.Array]:
        x = jax.nn.relu(self.stem(x))
        mean = jnp.broadcast_to(self.image(x.mean((1, 2), keepdims=True)), (16, *x.shape[1:]))
        joined = jnp.concatenate([*(jax.nn.relu(branch(x)) for branch in self.branches), mean])
        scores = self.head(joined)
        return scores, scores.argmax(0)


def pointnet(key: Key) -> Any:
    """Points in any order: the same layers for each, the largest value of each feature."""
    k = keys(key, 5)
    shared = lambda a, b: nn.Conv1d(a, b, 1, key=next(k))
    layers = shared(3, 32), jax.nn.relu, shared(32, 64), jax.nn.relu, shared(64, 128), lambda x: x.max(1)
    return lambdas(*layers, nn.Linear(128, 32, key=next(k)), jax.nn.relu, nn.Linear(32, 10, key=next(k)))


class PointPillars(eqx.Module):
    """Points of each pillar to a feature, pillars to an image by their places, and a 2D network on it."""

    encode: nn.Linear
    convs: list[Any]
    up: nn.ConvTranspose2d
    boxes: nn.Conv2d

    def __init__(self, key: Key) -> None:
        k = keys(key, 5)
        self.encode = nn.Linear(9, 16, key=next(k))
        self.convs = [nn.Conv2d(16, 16, 3, padding=1, key=next(k)), nn.Conv2d(16, 32, 3, 2, 1, key=next(k))]
        self.up, self.boxes = nn.ConvTranspose2d(32, 16, 2, 2, key=next(k)), nn.Conv2d(32, 7, 1, key=next(k))

    def __call__(self, points: jax.Array, places: jax.Array) -> dict[str, jax.Array]:
        features = jax.nn.relu(jax.vmap(jax.vmap(self.encode))(points)).max(1)
        image = jnp.zeros((16 * 16, 16)).at[places].set(features).reshape(16, 16, 16).transpose(2, 0, 1)
        near = jax.nn.relu(self.convs[0](image))
        far = self.up(jax.nn.relu(self.convs[1](near)))
        found = self.boxes(jnp.concatenate([near, far]))
        return {"scores": jax.nn.sigmoid(found[:1]), "boxes": found[1:]}


class TCN(eqx.Module):
    """Causal convolutions over time, dilated by powers of two, on skeletons of 17 joints."""

    convs: list[nn.Conv1d]
    first: nn.Conv1d
    head: nn.Linear

    def __init__(self, key: Key) -> None:
        k = keys(key, 6)
        self.first, self.head = nn.Conv1d(34, 32, 1, key=next(k)), nn.Linear(32, 10, key=next(k))
        self.convs = [nn.Conv1d(32, 32, 3, dilation=2**level, key=next(k)) for level in range(4)]

    def __call__(self, x: jax.Array) -> jax.Array:
        x = self.first(x)
        for level, conv in enumerate(self.convs):
            x = x + jax.nn.relu(conv(jnp.pad(x, ((0, 0), (2 * 2**level, 0)))))
        return self.head(x[:, -1])


def keywords(key: Key) -> Any:
    """DS-CNN for keyword spotting, on a spectrogram of 49 x 10."""
    k = keys(key, 6)
    stem = nn.Conv2d(1, 32, (10, 4), 2, ((5, 4), (1, 2)), key=next(k)), jax.nn.relu
    pair = lambda: (nn.Conv2d(32, 32, 3, 1, 1, groups=32, key=next(k)), jax.nn.relu, nn.Conv2d(32, 32, 1, key=next(k)))
    blocks = *pair(), jax.nn.relu, *pair(), jax.nn.relu
    return lambdas(*stem, *blocks, lambda x: x.mean((1, 2)), nn.Linear(32, 12, key=next(k)), jax.nn.log_softmax)


class CRNN(eqx.Module):
    """Text in images: columns of convolutional features are the steps of a GRU."""

    convs: list[nn.Conv2d]
    cell: nn.GRUCell
    head: nn.Linear

    def __init__(self, key: Key) -> None:
        k = keys(key, 5)
        self.convs = [nn.Conv2d(a, b, 3, padding=1, key=next(k)) for a, b in ((1, 16), (16, 32))]
        self.cell, self.head = nn.GRUCell(32 * 4, 32, key=next(k)), nn.Linear(32, 27, key=next(k))

    def __call__(self, x: jax.Array) -> jax.Array:
        for conv in self.convs:
            x = jax.nn.relu(conv(x))
            x = x.reshape(x.shape[0], x.shape[1] // 2, 2, x.shape[2] // 2, 2).max((2, 4))
        columns = x.transpose(2, 0, 1).reshape(x.shape[2], -1)
        step = lambda state, each: (found := self.cell(each, state), found)
        _, states = jax.lax.scan(step, jnp.zeros(32), columns)
        return jax.nn.log_softmax(jax.vmap(self.head)(states))


IMAGE = network.array(1, 3, 48, 48)
PLACES = (network.array(1, 24) * 1e4).astype("int32") % 256
NETWORKS: dict[str, tuple[Callable[[Key], Any], tuple[Any, ...]]] = {
    "R3D, group norm, NCDHW": (r3d_group_norm, (network.array(1, 3, 8, 32, 32),)),
    "Autoencoder, 3D": (autoencoder, (network.array(1, 3, 8, 24, 24),)),
    "WDSR, weight norm": (WDSR, (network.array(1, 3, 32, 32),)),
    "SESR": (sesr, (network.array(1, 1, 48, 48),)),
    "FCN": (fcn, (IMAGE,)),
    "DeepLab, scores and classes": (DeepLab, (IMAGE,)),
    "PointNet": (pointnet, (network.array(1, 3, 128),)),
    "PointPillars": (PointPillars, (network.array(1, 24, 8, 9), PLACES)),
    "TCN, skeletons": (TCN, (network.array(1, 34, 40),)),
    "DS-CNN, keywords": (keywords, (network.array(1, 1, 49, 10),)),
    "CRNN, text": (CRNN, (network.array(1, 1, 16, 48),)),
}
