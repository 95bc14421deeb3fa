"""What a step of a stream costs, of a network of clips that is causal in time."""

import dataclasses
import math
from collections.abc import Sequence

from rt3d_jax.sparsity import cost


def step(table: Sequence[cost.Layer], frames: int, every: int) -> cost.Table:
    """The layers of a causal network of clips with their work in a step of its stream (docs/streaming.md).

    table: of a clip of so many `frames`. every: frames of a step. A layer that gives F frames for a clip of T gives one
    for every T / F frames of a video, a power of two. A step computes every / (T / F) of them, at least one; and once
    what has no frames. ValueError for a step that does not divide the network's stride in time.
    """
    paces = {layer.name: _pace(layer, frames) for layer in table}
    stride = 1
    for layer in table:  # one that gives a frame for many, behind a mean over a clip, has no stride
        if layer.frames and paces[layer.name] <= 2 * stride:
            stride = max(stride, paces[layer.name])
    if stride % every:
        raise ValueError(f"every is {every}, expected a divisor of the network's strides in time, which are {stride}")
    new = {name: max(1, every // pace) for name, pace in paces.items()}
    positions = lambda layer: layer.positions // max(1, layer.frames) * new[layer.name]
    return tuple(dataclasses.replace(each, positions=positions(each), frames=new[each.name]) for each in table)


def _pace(layer: cost.Layer, frames: int) -> int:
    """Frames of a video from one frame of a layer's result to the next. A clip that they do not divide has one more."""
    return 1 << max(0, math.ceil(math.log2(frames / max(1, layer.frames))))
