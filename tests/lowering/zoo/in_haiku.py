"""Networks in Haiku, as functions of their inputs. Batch norms renew their statistics only while these are made."""

from collections.abc import Callable
from typing import Any

import haiku as hk
import jax
import jax.numpy as jnp

from tests.lowering.zoo import network


def unit(x: jax.Array, channels: int, kernel: Any, stride: Any = 1, act: Any = jax.nn.relu) -> jax.Array:
    x = hk.Conv3D(channels, kernel, stride, with_bias=False)(x)
    return act(hk.BatchNorm(True, True, 0.9)(x, is_training=hk.running_init()))


def inception(x: jax.Array) -> jax.Array:
    """I3D's mixed blocks: four branches side by side, one of them a pool."""
    x = hk.max_pool(unit(x, 16, (3, 7, 7), 2), (1, 3, 3, 3, 1), (1, 1, 2, 2, 1), "SAME")
    for a, b, c, d, e, f in ((8, 8, 16, 4, 8, 8), (16, 12, 24, 4, 8, 8)):
        pool = hk.max_pool(x, (1, 3, 3, 3, 1), (1, 1, 1, 1, 1), "SAME")
        three, five = unit(unit(x, b, 1), c, 3), unit(unit(x, d, 1), e, 3)
        x = jnp.concatenate([unit(x, a, 1), three, five, unit(pool, f, 1)], -1)
    return hk.Linear(10)(x.mean((1, 2, 3)))


def wide_resnet(x: jax.Array) -> jax.Array:
    """Pre-activation: norm, ReLU, convolution; a scalar gain on what a block adds."""
    x = hk.Conv3D(32, (3, 5, 5), (1, 2, 2))(x)
    for place in range(2):
        y = jax.nn.relu(hk.BatchNorm(True, True, 0.9)(x, is_training=hk.running_init()))
        y = hk.Conv3D(32, 3)(y)
        y = hk.Conv3D(32, 3)(jax.nn.relu(hk.BatchNorm(True, True, 0.9)(y, is_training=hk.running_init())))
        x = x + y * hk.get_parameter(f"scale{place}", (), init=jnp.ones)
    return hk.Linear(10)(jax.nn.relu(x).mean((1, 2, 3)))


def mobilenet_2d(x: jax.Array) -> jax.Array:
    """MobileNetV1 of haiku's library on each of the frames of a batch, and the mean over them."""
    frames: Any = hk.nets.MobileNetV1((1, 2, 1), (16, 32, 32), num_classes=10)(x[0], is_training=hk.running_init())
    return frames.mean(0)[None]


def resnet_2d(x: jax.Array) -> jax.Array:
    """TSN: a residual network of haiku's library on three segments, and the mean of their answers."""
    config = {"blocks_per_group": (1, 1, 1, 1), "bottleneck": False, "channels_per_group": (16, 16, 32, 32)}
    network = hk.nets.ResNet(num_classes=10, use_projection=(True, True, True, True), **config)
    segments: Any = network(x[0], is_training=hk.running_init())
    return segments.mean(0)[None]


def lstm(x: jax.Array) -> jax.Array:
    """A deep LSTM over a clip's mean colours and differences, as a static unroll."""
    frames = hk.Linear(24)(x[0].mean((1, 2)))
    core = hk.DeepRNN([hk.LSTM(24), jax.nn.relu, hk.LSTM(24)])
    outputs, _ = hk.static_unroll(core, frames[:, None], core.initial_state(1))
    return hk.Linear(10)(outputs[-1])


def gru_of_maps(x: jax.Array) -> jax.Array:
    """A 3D network whose frames are the steps of a GRU, as a dynamic unroll."""
    x = unit(unit(x, 16, 3, (1, 2, 2)), 16, 3, (1, 2, 2)).mean((2, 3))
    outputs, _ = hk.dynamic_unroll(core := hk.GRU(24), x.swapaxes(0, 1), core.initial_state(1))
    return hk.Linear(10)(outputs.mean(0))


def conv_lstm(x: jax.Array) -> jax.Array:
    """A convolutional LSTM of haiku's over the frames."""
    x = hk.Conv2D(8, 3, 2)(x[0])
    core = hk.Conv2DLSTM((16, 16), 8, 3)
    outputs, _ = hk.dynamic_unroll(core, x[:, None], core.initial_state(1))
    return hk.Linear(10)(outputs[-1].mean((1, 2)))


def transformer(tokens: jax.Array) -> jax.Array:
    """A causal transformer over indices of words, with positions; the scores of the next word."""
    x = hk.Embed(64, 32)(tokens)
    x = x + hk.get_parameter("position", x.shape[1:], init=jnp.zeros)
    norm = lambda x: hk.LayerNorm(-1, True, True)(x)
    causal = jnp.tril(jnp.ones((1, 1, x.shape[1], x.shape[1])))
    for _ in range(2):
        y = norm(x)
        x = x + hk.MultiHeadAttention(2, 16, w_init=hk.initializers.VarianceScaling())(y, y, y, causal)
        x = x + hk.Linear(32)(jax.nn.gelu(hk.Linear(64)(norm(x))))
    return hk.Linear(64)(norm(x)[:, -1])


def perceiver(x: jax.Array) -> jax.Array:
    """A few learned queries read all positions of a clip once."""
    x = hk.Conv3D(32, (2, 4, 4), (2, 4, 4), padding="VALID")(x).reshape(1, -1, 32)
    query = hk.get_parameter("queries", (1, 8, 32), init=hk.initializers.RandomNormal())
    init = hk.initializers.VarianceScaling()
    found = hk.MultiHeadAttention(2, 16, w_init=init)(query, x, x)
    return hk.nets.MLP((32, 10), activation=jax.nn.gelu)(found.mean(1))


def video_decoder(code: jax.Array) -> jax.Array:
    """A code to a clip: a dense layer and transposed convolutions."""
    x = jax.nn.leaky_relu(hk.Linear(2 * 4 * 4 * 16)(code), 0.2).reshape(-1, 2, 4, 4, 16)
    x = jax.nn.leaky_relu(hk.Conv3DTranspose(16, 4, 2)(x), 0.2)
    return jnp.tanh(hk.Conv3DTranspose(3, (3, 4, 4), (1, 2, 2))(x))


def style_transfer(x: jax.Array) -> jax.Array:
    """Instance norms, residual blocks, and resizing before a convolution; an image."""
    norm = lambda x: hk.InstanceNorm(True, True)(x)
    x = jax.nn.relu(norm(hk.Conv2D(16, 5)(x)))
    x = jax.nn.relu(norm(hk.Conv2D(32, 3, 2)(x)))
    x = x + norm(hk.Conv2D(32, 3)(jax.nn.relu(norm(hk.Conv2D(32, 3)(x)))))
    x = jax.image.resize(x, (1, 2 * x.shape[1], 2 * x.shape[2], 32), "nearest")
    return jax.nn.sigmoid(hk.Conv2D(3, 5)(jax.nn.relu(norm(hk.Conv2D(16, 3)(x)))))


CLIP = network.clip()
WORDS = (network.array(1, 20) * 1e4).astype("int32") % 64
NETWORKS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "I3D, Haiku": (inception, (CLIP,)),
    "Wide ResNet-3D, pre-activation": (wide_resnet, (CLIP,)),
    "MobileNetV1, frames": (mobilenet_2d, (network.clip(4, 48),)),
    "TSN, ResNet-10": (resnet_2d, (network.clip(3, 64),)),
    "LSTM, unrolled": (lstm, (CLIP,)),
    "GRU over maps": (gru_of_maps, (CLIP,)),
    "ConvLSTM": (conv_lstm, (CLIP,)),
    "Transformer over words": (transformer, (WORDS,)),
    "Perceiver": (perceiver, (CLIP,)),
    "Decoder of clips": (video_decoder, (network.array(1, 16),)),
    "Style transfer": (style_transfer, (network.array(1, 48, 48, 3),)),
}
