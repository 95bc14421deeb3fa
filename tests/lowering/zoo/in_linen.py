"""Networks in Flax Linen: U-shaped ones, transformers, recurrent heads, and 2D networks over frames."""

from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn

from tests.lowering.zoo import network


class ConvNeXt(nn.Module):
    """Depthwise 3 x 7 x 7, layer norm, and two dense layers with a GELU, scaled and added."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.LayerNorm()(nn.Conv(32, (2, 4, 4), (2, 4, 4), "VALID")(x))
        for _ in range(2):
            y = nn.LayerNorm()(nn.Conv(32, (3, 7, 7), feature_group_count=32)(x))
            y = nn.Dense(32)(nn.gelu(nn.Dense(128)(y)))
            x = x + y * self.param(f"gamma{_}", nn.initializers.ones, (32,))
        return nn.Dense(10)(nn.LayerNorm()(x.mean((1, 2, 3))))


class Twice(nn.Module):
    """Two convolutions, each with a batch norm and a ReLU."""

    features: int
    kernel: Any = (3, 3, 3)

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for _ in range(2):
            x = nn.relu(nn.BatchNorm(use_running_average=True)(nn.Conv(self.features, self.kernel, use_bias=False)(x)))
        return x


class UNet(nn.Module):
    """3D U-Net: halves twice, and comes back by transposed convolutions; a map of classes."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        kept = []
        for features in (8, 16):
            kept.append(x := Twice(features)(x))
            x = nn.max_pool(x, (2, 2, 2), (2, 2, 2))
        x = Twice(32)(x)
        for features, skip in zip((16, 8), reversed(kept), strict=True):
            x = nn.ConvTranspose(features, (2, 2, 2), (2, 2, 2))(x)
            x = Twice(features)(jnp.concatenate([x, skip], -1))
        return nn.Conv(4, (1, 1, 1))(x)


class VNet(nn.Module):
    """Residual blocks with PReLU, strided convolutions down and transposed ones up, probabilities of two classes."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.PReLU()(nn.Conv(8, (5, 5, 5))(x))
        down = nn.PReLU()(nn.Conv(16, (2, 2, 2), (2, 2, 2))(x))
        down = nn.PReLU()(down + nn.Conv(16, (5, 5, 5))(down))
        up = nn.PReLU()(nn.ConvTranspose(8, (2, 2, 2), (2, 2, 2))(down))
        up = nn.PReLU()(up + nn.Conv(8, (5, 5, 5))(jnp.concatenate([up, x], -1)))
        return nn.softmax(nn.Conv(2, (1, 1, 1))(up))


class Block(nn.Module):
    """A transformer's block on [batch, tokens, features]."""

    heads: int = 2

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        y = nn.LayerNorm()(x)
        x = x + nn.MultiHeadDotProductAttention(self.heads, deterministic=True)(y, y)
        y = nn.Dense(2 * x.shape[-1])(nn.LayerNorm()(x))
        return x + nn.Dense(x.shape[-1])(nn.gelu(y))


class ViViT(nn.Module):
    """Tubes as tokens, a class token, positions that are learned."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.Conv(32, (2, 8, 8), (2, 8, 8), "VALID")(x).reshape(1, -1, 32)
        token = self.param("token", nn.initializers.zeros, (1, 1, 32))
        x = jnp.concatenate([token, x], 1)
        x = x + self.param("position", nn.initializers.zeros, (1, *x.shape[1:]))
        return nn.Dense(10)(nn.LayerNorm()(Block()(Block()(x)))[:, 0])


class TimeSformer(nn.Module):
    """Attention over time at each place, then over the places of each frame."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.Conv(32, (1, 8, 8), (1, 8, 8), "VALID")(x)
        _, t, h, w, c = x.shape
        x = x + self.param("position", nn.initializers.zeros, (1, t, h, w, c))
        y = x.reshape(t, h * w, c).swapaxes(0, 1)
        y = y + nn.MultiHeadDotProductAttention(2, deterministic=True)(nn.LayerNorm()(y))
        y = Block()(y.swapaxes(0, 1))
        return nn.Dense(10)(nn.LayerNorm()(y.mean((0, 1), keepdims=True)[0]))


class VideoSwin(nn.Module):
    """Windows of 2 x 4 x 4, then the same shifted by half of one, and patches merged between two stages."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.LayerNorm()(nn.Conv(24, (2, 4, 4), (2, 4, 4), "VALID")(x))
        for shift in (0, 1):
            x = jnp.roll(x, (-shift, -2 * shift, -2 * shift), (1, 2, 3))
            x = self.windows(x)
            x = jnp.roll(x, (shift, 2 * shift, 2 * shift), (1, 2, 3))
        x = jnp.concatenate([x[:, :, i::2, j::2] for j in (0, 1) for i in (0, 1)], -1)
        return nn.Dense(10)(nn.LayerNorm()(nn.Dense(48, use_bias=False)(nn.LayerNorm()(x)).mean((1, 2, 3))))

    def windows(self, x: jax.Array) -> jax.Array:
        n, t, h, w, c = x.shape
        y = x.reshape(n, t // 2, 2, h // 4, 4, w // 4, 4, c).transpose(0, 1, 3, 5, 2, 4, 6, 7)
        y = Block()(y.reshape(-1, 32, c))
        y = y.reshape(n, t // 2, h // 4, w // 4, 2, 4, 4, c).transpose(0, 1, 4, 2, 5, 3, 6, 7)
        return y.reshape(x.shape)


class Frames(nn.Module):
    """A small 2D network on each frame: [batch, frames, features]."""

    features: int = 32

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        frames = x.reshape(-1, *x.shape[2:])
        frames = nn.max_pool(Twice(16, (3, 3))(frames), (2, 2), (2, 2))
        frames = nn.max_pool(Twice(self.features, (3, 3))(frames), (2, 2), (2, 2))
        return frames.mean((1, 2)).reshape(*x.shape[:2], self.features)


class LSTMHead(nn.Module):
    """LRCN: an LSTM over the frames' features, forwards and backwards."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        forth, back = (nn.RNN(nn.OptimizedLSTMCell(24), reverse=r, keep_order=True) for r in (False, True))
        states: Any = nn.Bidirectional(forth, back)(Frames()(x))
        return nn.Dense(10)(states[:, -1])


class GRUHead(nn.Module):
    """A GRU over the frames' features, and the mean over time."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        states: Any = nn.RNN(nn.GRUCell(24))(Frames()(x))
        return nn.Dense(10)(states.mean(1))


class ConvLSTM(nn.Module):
    """The next frame from those before it."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.relu(nn.Conv(8, (1, 3, 3), (1, 2, 2))(x))
        states: Any = nn.RNN(nn.ConvLSTMCell(8, (3, 3)))(x)
        return nn.sigmoid(nn.ConvTranspose(3, (4, 4), (2, 2))(states[:, -1]))


class TSM(nn.Module):
    """A 2D residual network whose channels are shifted in time, an eighth each way."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.relu(nn.Conv(32, (1, 5, 5), (1, 4, 4))(x))
        for _ in range(2):
            back = jnp.pad(x[:, 1:, ..., :4], ((0, 0), (0, 1), (0, 0), (0, 0), (0, 0)))
            forth = jnp.pad(x[:, :-1, ..., 4:8], ((0, 0), (1, 0), (0, 0), (0, 0), (0, 0)))
            y = jnp.concatenate([back, forth, x[..., 8:]], -1)[0]
            y = nn.Conv(32, (3, 3))(nn.relu(nn.Conv(32, (3, 3))(y)))
            x = nn.relu(x + y[None])
        return nn.Dense(10)(x.mean((2, 3))).mean(1)


class ECO(nn.Module):
    """2D features of each frame, stacked to a volume for a 3D network; beside it the mean of 2D features."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        frames = nn.max_pool(Twice(16, (3, 3))(x[0]), (2, 2), (2, 2))
        volume = Twice(32)(frames.reshape(1, *frames.shape))
        volume = nn.max_pool(volume, (2, 2, 2), (2, 2, 2))
        flat = Twice(16, (3, 3))(frames).mean((0, 1, 2))[None]
        return nn.Dense(10)(jnp.concatenate([Twice(32)(volume).mean((1, 2, 3)), flat], -1))


class ShuffleNet(nn.Module):
    """Grouped 1 x 1 x 1, a shuffle of channels, depthwise; strided blocks join an average pool."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = nn.max_pool(nn.relu(nn.Conv(16, (3, 3, 3), (1, 2, 2))(x)), (3, 3, 3), (2, 2, 2), "SAME")
        for strides in (2, 1):
            y = nn.relu(nn.Conv(16, (1, 1, 1), feature_group_count=4)(x))
            y = y.reshape(*y.shape[:-1], 4, 4).swapaxes(-1, -2).reshape(y.shape)
            y = nn.Conv(16, (3, 3, 3), strides, feature_group_count=16)(y)
            y = nn.Conv(x.shape[-1], (1, 1, 1), feature_group_count=4)(y)
            pool = lambda x: nn.avg_pool(x, (3, 3, 3), (2, 2, 2), "SAME")
            x = nn.relu(jnp.concatenate([pool(x), y], -1) if strides == 2 else x + y)
        return nn.Dense(10)(x.mean((1, 2, 3)))


class FrameTransformer(nn.Module):
    """VTN: 2D features of each frame, a transformer over the frames, causal."""

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        x = Frames()(x)
        mask = nn.make_causal_mask(jnp.ones(x.shape[:2]))
        y = nn.LayerNorm()(x)
        x = x + nn.MultiHeadDotProductAttention(2, deterministic=True)(y, y, mask=mask)
        return nn.Dense(10)(x)[:, -1]


CLIP = network.clip()
NETWORKS: dict[str, tuple[nn.Module, tuple[Any, ...]]] = {
    "ConvNeXt-3D": (ConvNeXt(), (CLIP,)),
    "U-Net, 3D": (UNet(), (network.clip(8, 16),)),
    "V-Net": (VNet(), (network.clip(8, 16, 1),)),
    "ViViT": (ViViT(), (CLIP,)),
    "TimeSformer": (TimeSformer(), (CLIP,)),
    "Video Swin": (VideoSwin(), (CLIP,)),
    "LSTM head, both ways": (LSTMHead(), (CLIP,)),
    "GRU head": (GRUHead(), (CLIP,)),
    "ConvLSTM, next frame": (ConvLSTM(), (CLIP,)),
    "TSM": (TSM(), (CLIP,)),
    "ECO": (ECO(), (CLIP,)),
    "ShuffleNet-3D": (ShuffleNet(), (CLIP,)),
    "Transformer over frames": (FrameTransformer(), (CLIP,)),
}
