"""The memory layout of activations: channel-major padded rows, in which every tap is one constant offset.

A feature map (D, H, W, C) lies as f32[channels, frames, plane]. A plane is one frame of one channel: `top` zero rows,
then the image rows of `pitch` elements each, then zeros to its end. An image row is `left` zeros, the pixels, and zeros
up to the pitch; the left zeros of a row are the right padding of the row above. A tap (d, h, w, channel) of a kernel is
then one offset, the same for all positions.
"""

import dataclasses

import numpy as np

from lowering.graph import ops

ALIGNMENT = 16  # elements: planes start at multiples of 64 bytes


@dataclasses.dataclass(frozen=True)
class Layout:
    """Layout of one feature map. `stored` channels are at least `channels`.

    A packed kernel writes whole groups of filters.
    """

    frames: int
    height: int
    width: int
    channels: int
    stored: int
    top: int
    left: int
    pitch: int
    plane: int

    @property
    def size(self) -> int:
        return self.stored * self.frames * self.plane

    @property
    def first(self) -> int:
        """Position of the first pixel in a plane."""
        return self.top * self.pitch + self.left

    @property
    def end(self) -> int:
        """One past the last pixel."""
        return self.first + (self.height - 1) * self.pitch + self.width

    def offset(self, d: np.ndarray, h: np.ndarray, w: np.ndarray, c: np.ndarray) -> np.ndarray:
        """Elements from the start of the first channel's first plane to pixels, or from one pixel to another."""
        return (c * self.frames + d) * self.plane + h * self.pitch + w

    def mask(self) -> np.ndarray:
        """f32[plane], 1 at pixels and 0 elsewhere."""
        out = np.zeros(self.plane, np.float32)
        for row in range(self.height):
            start = self.first + row * self.pitch
            out[start : start + self.width] = 1
        return out

    def lay(self, value: np.ndarray) -> np.ndarray:
        """f32[D, H, W, C] -> f32[stored, frames, plane]."""
        out = np.zeros((self.stored, self.frames, self.plane), np.float32)
        out[: self.channels][..., self.mask() == 1] = value.transpose(3, 0, 1, 2).reshape(
            self.channels, self.frames, -1
        )
        return out

    def unlay(self, stored: np.ndarray) -> np.ndarray:
        """f32[stored, frames, plane] -> f32[D, H, W, C]."""
        pixels = stored.reshape(self.stored, self.frames, self.plane)[: self.channels][..., self.mask() == 1]
        return pixels.reshape(self.channels, self.frames, self.height, self.width).transpose(1, 2, 3, 0)


def flat(frames: int, stored: int, size: int) -> Layout:
    """A layout of `size` positions a plane with nothing around them."""
    return Layout(frames, 1, size, stored, stored, 0, 0, size, size)


@dataclasses.dataclass
class _Need:
    """Zeros that readers want around an image, and the widest row, over all values that share a layout."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    width: int = 0
    height: int = 0


def assign(graph: ops.Graph) -> dict[str, Layout]:
    """A layout for every feature map.

    A convolution's input and output, and all operands of Add, Concat and the like, share rows and pitch.
    """
    leader = {n.name: n.name for n in graph.nodes if len(n.shape) == 4}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for node in graph.nodes:
        if (
            isinstance(
                node.op,
                ops.PackedConv | ops.FusedConvs | ops.Add | ops.Relu | ops.Affine | ops.Concat | ops.Pointwise,
            )
            and len(node.shape) == 4
        ) or _pools_in_place(node.op):
            for name in node.inputs:
                if name in leader:
                    leader[find(name)] = find(node.name)
    needs = {name: _Need() for name in leader.values()}
    for node in graph.nodes:
        if node.name in leader:
            need = needs[find(node.name)]
            need.height, need.width = max(need.height, node.shape[1]), max(need.width, node.shape[2])
        if isinstance(node.op, ops.PackedConv | ops.AvgPool | ops.SpaceToDepth) or (
            isinstance(node.op, ops.MaxPool) and node.op.nonnegative
        ):
            _want(needs[find(node.inputs[0])], node.op.padding)
        if isinstance(node.op, ops.FusedConvs):
            _want(needs[find(node.name)], node.op.first.padding)
        if isinstance(node.op, ops.FusedPool):
            need, (_, height, width, _) = needs[find(node.inputs[0])], node.op.between
            need.height, need.width = max(need.height, height), max(need.width, width)
            _want(need, node.op.conv.padding)
    stored = _stored(graph)
    return {name: _layout(graph[name].shape, stored[name], needs[find(name)]) for name in leader}


def _pools_in_place(op: ops.Op) -> bool:
    """Whether a pool's result can lie as its input does.

    Windows one pixel apart, and nothing but zeros around the image.
    """
    match op:
        case ops.AvgPool(strides=strides):
            return strides[1:] == (1, 1)
        case ops.MaxPool(strides=strides, padding=padding, nonnegative=nonnegative):
            return strides[1:] == (1, 1) and (nonnegative or padding == ops.NO_PADDING)
        case _:
            return False


def _want(need: _Need, padding: ops.Padding) -> None:
    _, (top, bottom), (left, right) = padding
    need.top, need.bottom = max(need.top, top), max(need.bottom, bottom)
    need.left, need.right = max(need.left, left), max(need.right, right)


def _layout(shape: ops.Shape, stored: int, need: _Need) -> Layout:
    d, h, w, c = shape
    pitch = need.width + max(need.left, need.right)
    last = 1 + (need.top + need.height + need.bottom) * pitch + need.left + need.right
    # A plane is an odd number of cache lines. Channels that lie whole pages apart would share a set of L1, which holds
    # no more of them than it has ways.
    return Layout(d, h, w, c, stored, need.top, need.left, pitch, (-(-last // ALIGNMENT) | 1) * ALIGNMENT)


def _stored(graph: ops.Graph) -> dict[str, int]:
    """Channels in memory: a packed kernel's whole groups.

    Pools keep what they read; everything else has just its channels.
    """
    stored: dict[str, int] = {}
    for node in graph.nodes:
        match node.op:
            case (
                ops.PackedConv(kernel=kernel)
                | ops.FusedConvs(second=ops.PackedConv(kernel=kernel))
                | ops.FusedPool(conv=ops.PackedConv(kernel=kernel))
            ):
                stored[node.name] = kernel.rows * kernel.group
            case ops.MaxPool() | ops.AvgPool() | ops.Relu():
                stored[node.name] = stored[node.inputs[0]]
            case _:
                stored[node.name] = node.shape[-1]
    return stored
