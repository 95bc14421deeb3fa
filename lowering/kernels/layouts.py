"""The memory layout of activations: channel-major padded rows, in which every tap is one constant offset.

A feature map (D, H, W, C) lies as f32[channels, frames, plane]. A plane is one frame of one channel: `top` zero rows or
a little more, so that the first pixel starts a cache line; then the image rows of `pitch` elements each; then zeros to
its end. An image row is `left` zeros, the pixels, and zeros up to the pitch; the left zeros of a row are the right
padding of the row above. A tap (d, h, w, channel) of a kernel is then one offset, the same for all positions.

A feature map of int8 lies in words of 32 bits, four channels in each, the first in the lowest byte. A word takes the
place of a number, so that all of the above holds with a quarter of the channels.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from lowering.graph import ops, packed

ALIGNMENT = 16  # elements: planes start at multiples of 64 bytes


@dataclasses.dataclass(frozen=True)
class Layout:
    """Layout of one feature map. `stored` channels are at least `channels`; of int8, both count words of channels.

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
        """Position of the first pixel in a plane: where a cache line begins, so that vectors lie in one line each."""
        return -(-(self.top * self.pitch + self.left) // ALIGNMENT) * ALIGNMENT

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

    def hold(self, height: int, width: int) -> None:
        self.height, self.width = max(self.height, height), max(self.width, width)

    def pad(self, padding: ops.Padding) -> None:
        _, (top, bottom), (left, right) = padding
        self.top, self.bottom = max(self.top, top), max(self.bottom, bottom)
        self.left, self.right = max(self.left, left), max(self.right, right)


@dataclasses.dataclass(frozen=True)
class _Place:
    """What an operation asks of the layouts of what it reads and gives.

    tied: whether a position of its result is the same position of its inputs.
    padding: the zeros that it reads around its first input.
    stored: the channels of its result in memory. None: just those that it has.
    between: height and width of what it keeps between two layers, which has the rows of its input.
    own: height and width that its result has at least, the image with zeros behind it.
    """

    tied: bool = False
    padding: ops.Padding = ops.NO_PADDING
    stored: int | None = None
    between: tuple[int, int] = (0, 0)
    own: tuple[int, int] = (0, 0)


def _max_pool(op: ops.MaxPool, stored: int) -> _Place:
    """With nothing but zeros around the image, windows one pixel apart leave their results in place."""
    clean = op.nonnegative or op.padding == ops.NO_PADDING
    return _Place(clean and op.strides[1:] == (1, 1), op.padding if op.nonnegative else ops.NO_PADDING, stored)


def _depthwise(op: ops.Depthwise) -> _Place:
    """One of int8 gives whole words of channels, and wants room for four positions at a time."""
    place = _Place(op.strides[1:] == (1, 1), op.padding)
    if op.rescale is None:
        return place
    channels, (*_, width, _) = op.kernel.shape[3], op.kernel.shape
    return dataclasses.replace(
        place,
        stored=-(-channels // packed.WORD) * packed.WORD,
        between=(0, 1 + packed.WORD * op.strides[2] + width),
        own=(0, packed.WORD),
    )


def _winograd_input(op: ops.WinogradInput) -> _Place:
    """Whole tiles are read, with zeros behind the image where it ends within one."""
    height, width = (end - low - max(low, high) for end, (low, high) in zip(op.reads, op.padding[1:], strict=True))
    return _Place(padding=op.padding, between=(height, width))


def _winograd_result(op: ops.WinogradResult) -> _Place:
    """Whole tiles are written, and tied to what is added to them."""
    down, across = op.counts
    return _Place(tied=True, own=(down * op.tile, across * op.tile))


def _fused_winograd(op: ops.FusedWinograd) -> _Place:
    return dataclasses.replace(_winograd_result(op.result), padding=op.products.padding, between=op.between[1:3])


# By operation that gives a feature map: its place, given the channels in memory of what it reads. Those that packing
# replaces have none.
PLACES: dict[type[ops.Op], Callable[[Any, int], _Place]] = {
    ops.Input: lambda op, stored: _Place(),
    ops.State: lambda op, stored: _Place(),
    ops.ToMap: lambda op, stored: _Place(),
    ops.Affine: lambda op, stored: _Place(tied=True),
    ops.Pointwise: lambda op, stored: _Place(tied=True),
    ops.Reduce: lambda op, stored: _Place(tied=not op.pixels),
    ops.Add: lambda op, stored: _Place(tied=True),
    ops.Quantise: lambda op, stored: _Place(tied=True),
    ops.Dequantise: lambda op, stored: _Place(tied=True, stored=-(-stored // packed.WORD) * packed.WORD),
    ops.Concat: lambda op, stored: _Place(tied=True),
    ops.Mosaic: lambda op, stored: _Place(tied=op.keeps_pixels),
    ops.Resample: lambda op, stored: _Place(),
    ops.Relu: lambda op, stored: _Place(tied=True, stored=stored),
    ops.MaxPool: _max_pool,
    ops.AvgPool: lambda op, stored: _Place(op.strides[1:] == (1, 1), op.padding, stored),
    ops.SpaceToDepth: lambda op, stored: _Place(padding=op.padding),
    ops.Depthwise: lambda op, stored: _depthwise(op),
    ops.PackedConv: lambda op, stored: _Place(True, op.padding, op.kernel.filled),
    ops.FusedConvs: lambda op, stored: _Place(True, op.first.padding, op.second.kernel.filled),
    ops.WinogradFrames: lambda op, stored: _Place(tied=True),
    ops.WinogradInput: lambda op, stored: _winograd_input(op),
    ops.WinogradResult: lambda op, stored: _winograd_result(op),
    ops.FusedWinograd: lambda op, stored: _fused_winograd(op),
    ops.FusedPool: lambda op, stored: _Place(False, op.conv.padding, op.conv.kernel.filled, op.between[1:3]),
}


def assign(graph: ops.Graph) -> dict[str, Layout]:
    """A layout for every feature map. GraphError for an operation that has none.

    A convolution's input and output, and all operands of Add, Concat and the like, share rows and pitch. A state has
    the layout of what it is in the next step.
    """
    maps = [node for node in graph.nodes if len(node.shape) == 4]
    places, stored = {}, dict[str, int]()
    for node in maps:
        places[node.name] = place = _place(node, stored)
        stored[node.name] = place.stored or node.shape[-1]
    for state, name in graph.next.items():  # a value's last state comes behind the others
        stored[state] = stored[name]
    leader = _leaders(graph, places)
    needs = {name: _Need() for name in leader.values()}
    for node in maps:
        need, place = needs[leader[node.name]], places[node.name]
        need.hold(*node.shape[1:3])
        need.hold(*place.own)
        for name in (name for name in node.inputs[:1] if name in leader):
            needs[leader[name]].hold(*place.between)
            needs[leader[name]].pad(place.padding)
    kinds = ops.element_types(graph)
    each = {name: packed.WORD if kinds[name] == "int8" else 1 for name in places}  # channels in an element
    return {
        node.name: _layout(node.shape, stored[node.name], needs[leader[node.name]], each[node.name]) for node in maps
    }


def _place(node: ops.Node, stored: dict[str, int]) -> _Place:
    find = PLACES.get(type(node.op))
    if find is None:
        raise ops.GraphError(f"{node.name}: no layout for what {type(node.op).__name__} gives; layouts.PLACES has none")
    return find(node.op, stored.get(node.inputs[0], 0) if node.inputs else 0)


def _leaders(graph: ops.Graph, places: dict[str, _Place]) -> dict[str, str]:
    """For every feature map one of those that share its rows and pitch, the same for all of them."""
    leader = {name: name for name in places}

    def find(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    for node in graph.nodes:
        together = _together(graph, node, node.name in places and places[node.name].tied)
        for name in together[1:]:
            leader[find(name)] = find(together[0])
    for state, name in graph.next.items():
        leader[find(state)] = find(name)
    return {name: find(name) for name in leader}


def _together(graph: ops.Graph, node: ops.Node, tied: bool) -> list[str]:
    """The feature maps that one operation wants in the same rows: its result first, if it is tied.

    An expression also reads vectors and maps of one pixel, which lie as they like. So do sums of products of tiles.
    """
    maps = [name for name in node.inputs if len(graph[name].shape) == 4]
    if isinstance(node.op, ops.Pointwise | ops.Reduce):
        largest = max((graph[name].shape[1:3] for name in maps), default=())
        maps = [name for name in maps if graph[name].shape[1:3] == largest]
        return [node.name, *maps] if tied else maps
    if isinstance(node.op, ops.WinogradResult | ops.FusedWinograd):
        return [node.name, *maps[1:]]
    return [node.name, *maps] if tied else []


def _layout(shape: ops.Shape, stored: int, need: _Need, each: int) -> Layout:
    d, h, w, c = shape
    c, stored = -(-c // each), -(-stored // each)
    pitch = need.width + max(need.left, need.right)
    start = Layout(d, h, w, c, stored, need.top, need.left, pitch, plane=0)
    last = start.first + (need.height + need.bottom) * pitch + need.right + 1
    return dataclasses.replace(start, plane=plane(last))


def plane(positions: int) -> int:
    """The size of a plane of so many positions: an odd number of cache lines.

    Channels that lie whole pages apart would share a set of L1, which holds no more of them than it has ways.
    """
    return (-(-positions // ALIGNMENT) | 1) * ALIGNMENT
