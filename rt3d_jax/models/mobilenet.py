"""3D MobileNet with early fusion, after "Real-time monitoring of driver drowsiness on mobile platforms using 3D neural
networks" (Wijnands et al., Neural Computing and Applications, 2020): MobileNet with depthwise separable 3D convolutions
that merge the frames of a clip in the first layers, so that the deep ones see one frame.

The layers are those of MobileNet (Howard et al., 2017, table 1), which this network is for clips of one frame. The
first layers, as many as are needed to come down to one frame, have kernels of three frames and halve the frames. Which
layers fuse is our choice: it keeps to the paper's idea, but not to its layers one by one.
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from rt3d_jax.models import layers

STEM = 32
# Channels, and the stride in height and width, of the blocks.
BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *[(512, 1)] * 5,
    *((1024, 2), (1024, 1)),
)
NORM = layers.Norm(eps=1e-3, momentum=0.1)
# He et al. (2015). If these small filters summed to zero, as other filters here do, only edges of edges would be left.
DEPTHWISE = nnx.initializers.variance_scaling(2.0, "fan_in", "normal")


class MobileNet(nnx.Module):
    """f32[N, frames, size, size, 3] to f32[N, outputs]; every layer's channels are scaled by `width`.

    Layers: stem; blockB/depthwise and /point for B 1-13; fc. The stem and the first blocks fuse, one for each time that
    the frames can be halved: four for 16 frames.
    """

    remat = False
    over_time: layers.Time = "clip"

    def __init__(
        self, *, outputs: int, width: float, frames: int, size: int, dropout: float, form: str, rngs: nnx.Rngs
    ):
        most = 2 ** (len(BLOCKS) + 1)
        layers.check("MobileNet", {}, outputs=outputs, width=width, frames=frames, size=size, dropout=dropout)
        if frames > most:
            raise ValueError(f"MobileNet frames is {frames}, expected at most {most}: every layer halves them once")
        self.clip, self.dropout = (frames, size, size, 3), dropout
        shared = {"norm": NORM, "form": form, "rngs": rngs}
        fused = (frames - 1).bit_length()  # layers: frames are rounded up when they are halved
        inputs = layers.scaled(STEM, width)
        self.stem = layers.Conv(3, inputs, **_window(2, fused > 0), **shared)
        for number, (channels, stride) in enumerate(BLOCKS, 1):
            filters = layers.scaled(channels, width)
            setattr(self, f"block{number}", Block(inputs, filters, stride, fused > number, **shared))
            inputs = filters
        self.fc = layers.Dense(inputs, outputs, rngs=rngs, init=layers.SMALL)

    def __call__(self, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        """The logits; a `key` means training (dropout, batch moments). ValueError for another clip shape."""
        layers.check_clip(clip, self.clip)
        training = key is not None
        call = lambda module, x: jax.nn.relu6(module(x, training))
        x = layers.block(call, self.stem, clip, remat=self.remat)
        for number in range(1, len(BLOCKS) + 1):
            x = layers.block(call, getattr(self, f"block{number}"), x, remat=self.remat)
        return self.fc(layers.dropout(jnp.mean(x, (1, 2, 3), jnp.float32), self.dropout, key))


class Block(nnx.Module):
    """A depthwise separable convolution: point(relu6(depthwise(x))), with batch norm after both."""

    def __init__(self, inputs: int, outputs: int, stride: int, fuses: bool, **shared: Any):
        self.depthwise = layers.Depthwise(inputs, **_window(stride, fuses), init=DEPTHWISE, **shared)
        self.point = layers.Conv(inputs, outputs, (1, 1, 1), **shared)

    def __call__(self, x: jax.Array, training: bool) -> jax.Array:
        return self.point(jax.nn.relu6(self.depthwise(x, training)), training)


def _window(stride: int, fuses: bool) -> dict[str, Any]:
    """The size and strides of a 3x3 convolution, which may read three frames and halve them besides."""
    frames, step = (3, 2) if fuses else (1, 1)
    return {"size": (frames, 3, 3), "strides": (step, stride, stride)}
