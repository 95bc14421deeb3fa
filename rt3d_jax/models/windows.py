"""What lies around feature maps where windows are moved over them, in space and in time."""

from collections.abc import Sequence
from typing import Literal

import jax
from jax import lax

from rt3d_jax.models import planes

# Of each axis: as many at both ends, or at the first and at the last; "same" as TensorFlow has them.
Pads = Sequence[int] | Sequence[tuple[int, int]] | Literal["same"]
Time = Literal["clip", "causal"]


def in_time(time: Time, x: jax.Array, window: Sequence[int], strides: Sequence[int], pads: Pads) -> Pads:
    """The pads of windows over [N, D, H, W, C]; if `time` is "causal", with those in time in the past alone.

    There are as many results, and the last one reads the last frame where the stride allows it. So none reads frames
    that come after its own, and a network of such layers can compute a video frame by frame.
    """
    if time == "clip":
        return pads
    (first, last), *plane = sides(x, window, strides, pads)
    if not first + last:
        return [(0, 0), *plane]
    frames, side, stride = x.shape[1], window[0], strides[0]
    count = (frames + first + last - side) // stride + 1
    return [(max(0, (count - 1) * stride + side - frames), 0), *plane]


def sides(x: jax.Array, window: Sequence[int], strides: Sequence[int], pads: Pads) -> planes.Sides:
    """The zeros at the two ends of each axis of [N, D, H, W, C]."""
    if pads == "same":
        return tuple(lax.padtype_to_pads(x.shape[1:4], tuple(window), tuple(strides), "SAME"))
    return tuple((pad, pad) if isinstance(pad, int) else pad for pad in pads)
