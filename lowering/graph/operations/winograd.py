"""Winograd's minimal filtering F(m x m, 3 x 3): a convolution over height and width as products of transformed tiles.

A tile is m x m pixels of the result. The transform of what it reads, (m + 2) x (m + 2) pixels, and that of the kernel
are multiplied position by position, which is (m + 2)^2 products for m^2 x 9 of the convolution itself: 2.25 times fewer
for m = 2, 4 times fewer for m = 4 (Winograd 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
CVPR 2016). Products are added up over channels and frames before they are transformed back.
"""

import dataclasses
import math

import numpy as np

from lowering.functions.transforms import TAPS, TRANSFORMS, tiles
from lowering.graph.operations import base, pointwise, weighted, windows

# The nodes of a layer called NAME are NAME.tiles, NAME.products and NAME, which transforms back.
TILES, PRODUCTS = ".tiles", ".products"


def stored(channels: int) -> int:
    """Channels of each position of a tile: an odd number, with zeros in the last one where it is another.

    The positions would otherwise lie a power of two apart in memory, and share a set of a cache.
    """
    return channels | 1


class _Tiled:
    """tile: m, the pixels of a tile of the result in height and in width. height, width: of the whole result."""

    tile: int
    height: int
    width: int

    @property
    def positions(self) -> int:
        """In a transformed tile."""
        return self.reach**2

    @property
    def reach(self) -> int:
        """Pixels in height and in width that a tile of the result reads."""
        return self.tile + TAPS - 1

    @property
    def counts(self) -> tuple[int, int]:
        """Tiles that cover the height and the width; the last ones may reach beyond them."""
        return tiles(self.height, self.tile), tiles(self.width, self.tile)

    @property
    def reads(self) -> tuple[int, int]:
        """Pixels along height and width that all tiles read, the zeros around the image included."""
        down, across = ((count - 1) * self.tile + self.reach for count in self.counts)
        return down, across

    @property
    def name(self) -> str:
        """As in the literature."""
        return f"F({self.tile} x {self.tile}, {TAPS} x {TAPS})"


@dataclasses.dataclass(frozen=True)
class WinogradInput(base.Op, _Tiled):
    """The transformed tiles of a feature map (D, H, W, C): (1, D, tiles, (tile + 2)^2 x C'), channels fastest.

    Frames become rows, and the tiles of a frame, row by row, what lies in a row. C' is stored(C). padding: of the
    convolution; that of frames does not count.
    """

    tile: int
    height: int
    width: int
    padding: base.Padding

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        frames, *sizes, channels = base.need_feature_map(inputs[0])
        pixels = [size + sum(pads) - TAPS + 1 for size, pads in zip(sizes, self.padding[1:], strict=True)]
        if pixels != [self.height, self.width]:
            raise base.GraphError(f"gives {pixels} pixels, expected {[self.height, self.width]}")
        return (1, frames, math.prod(self.counts), self.positions * stored(channels))

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        (x,), (_, (top, _), (left, _)), (down, across) = inputs, self.padding, self.counts
        pads = [(low, max(0, end - low - n)) for low, end, n in zip((top, left), self.reads, x.shape[1:3], strict=True)]
        padded = np.pad(x, ((0, 0), *pads, (0, 0)))
        seen = np.lib.stride_tricks.sliding_window_view(padded, (self.reach, self.reach), (1, 2))
        some = seen[:, :: self.tile, :: self.tile][:, :down, :across]
        matrix = TRANSFORMS[self.tile].input
        turned = np.einsum("pi,dyxcij,qj->dyxpqc", matrix, some, matrix, optimize=True)
        odd = np.pad(turned, ((0, 0),) * 5 + ((0, stored(x.shape[3]) - x.shape[3]),))
        return odd.reshape(self.shape([x.shape]))

    @property
    def note(self) -> str:
        return self.name


@dataclasses.dataclass(frozen=True, eq=False)
class WinogradResult(weighted.Weighted, _Tiled):
    """Sums of products (1, D, tiles, (tile + 2)^2 x O') transformed back: (D, height, width, O), then the epilogue.

    O' is O or more; what is beyond O only fills rows of filters. y = then?(relu?(sums + bias f32[O] + residual)).
    The residual is the node's second input, if it has one.

    work: the MACs of the convolution as it is written.
    """

    tile: int
    height: int
    width: int
    bias: np.ndarray
    relu: bool = False
    then: pointwise.Pointwise | None = None
    work: int = 0
    arity = (1, 2)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        _, frames, count, channels = base.need_feature_map(inputs[0])
        if count != math.prod(self.counts) or channels % self.positions or channels < len(self.bias) * self.positions:
            expected = f"{math.prod(self.counts)} tiles of {len(self.bias)} filters or more"
            raise base.GraphError(f"wants {expected} in {self.positions} positions and reads {inputs[0]}")
        out = (frames, self.height, self.width, len(self.bias))
        return base.need_same(out, inputs[1:])

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        (down, across), matrix = self.counts, TRANSFORMS[self.tile].result
        sums = inputs[0].reshape(inputs[0].shape[1], down, across, self.reach, self.reach, -1)[..., : len(self.bias)]
        turned = np.einsum("ip,dyxpqo,jq->dyixjo", matrix, sums, matrix, optimize=True)
        whole = turned.reshape(len(sums), down * self.tile, across * self.tile, -1)
        return self.finish(whole[:, : self.height, : self.width], inputs)

    @property
    def note(self) -> str:
        return f"{self.name}{'' if self.then is None else f', then {self.then.note}'}"


@dataclasses.dataclass(frozen=True, eq=False)
class TransformedConv(weighted.Weighted):
    """y = then?(relu?(conv(x) + bias f32[O] + residual)), with a kernel in the transformed domain.

    kernel: f32[D, tile + 2, tile + 2, I, O], which is multiplied with transformed tiles, see
    lowering/functions/winograd.py. Strides are 1. The residual is the node's second input, if it has one.
    """

    kernel: np.ndarray
    bias: np.ndarray
    tile: int
    padding: base.Padding
    relu: bool = False
    then: pointwise.Pointwise | None = None
    arity = (1, 2)
    rescale = None

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        x, *residual = inputs
        window = (len(self.kernel), TAPS, TAPS)
        out = (*windows.count(base.need_feature_map(x), window, windows.ONES, self.padding), self.kernel.shape[4])
        if x[3] != self.kernel.shape[3]:
            raise base.GraphError(f"has a kernel for {self.kernel.shape[3]} channels and reads {x}")
        return base.need_same(out, residual)

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        first, products, last = self.parts(self.shape([x.shape for x in inputs]), inputs[0].shape[3])
        sums = products.apply([first.apply(inputs[:1])])
        return last.apply([sums, *inputs[1:]])

    def parts(
        self, shape: base.Shape, channels: int, filled: int = 1
    ) -> tuple[WinogradInput, weighted.Conv, WinogradResult]:
        """Its three steps, for a result of this shape: tiles, products of several groups, and the way back.

        filled: filters are filled up with zeros to a multiple of it.
        """
        _, height, width, filters = shape
        begin = WinogradInput(self.tile, height, width, self.padding)
        depth, kernel = len(self.kernel), self.kernel.reshape(len(self.kernel), -1, channels, filters)
        kernel = np.pad(kernel, ((0, 0), (0, 0), (0, stored(channels) - channels), (0, -filters % filled)))
        # Frames are rows: f32[1, depth, 1, channels, positions x filters].
        rows = kernel.transpose(0, 2, 1, 3).reshape(1, depth, 1, kernel.shape[2], -1)
        padding = ((0, 0), self.padding[0], (0, 0))
        nothing = np.zeros(rows.shape[4], np.float32)
        products = weighted.Conv(rows, nothing, windows.ONES, padding, groups=begin.positions)
        result = WinogradResult(self.tile, height, width, self.bias, self.relu, self.then, self.macs(shape))
        return begin, products, result

    def macs(self, shape: base.Shape) -> int:
        frames, height, width, _ = shape
        return frames * tiles(height, self.tile) * tiles(width, self.tile) * self.kernel.size


@dataclasses.dataclass(frozen=True, eq=False)
class WinogradFrames(weighted.Weighted):
    """A convolution over frames alone by F(tile, 3): y = then?(relu?(conv(x) + bias f32[O] + residual)).

    A tile is `tile` frames of the result; whole tiles make up all of them. products: of one location, with a group for
    each of the tile + 2 places of transformed frames, from all channels to O' filters each, O or more.
    front: frames of zeros before the first. The residual is the node's second input, if it has one.

    work: the MACs of the convolution as it is written.
    """

    products: weighted.PackedConv
    bias: np.ndarray
    tile: int
    front: int
    relu: bool = False
    then: pointwise.Pointwise | None = None
    work: int = 0
    arity = (1, 2)

    @property
    def reach(self) -> int:
        """Frames that a tile of the result reads."""
        return self.tile + TAPS - 1

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        frames, height, width, channels = base.need_feature_map(inputs[0])
        if channels != self.products.kernel.shape[3] or frames % self.tile:
            wanted = f"{self.products.kernel.shape[3]} channels and tiles of {self.tile} frames"
            raise base.GraphError(f"wants {wanted} and reads {inputs[0]}")
        out = (frames, height, width, len(self.bias))
        return base.need_same(out, inputs[1:])

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        x, found = inputs[0], TRANSFORMS[self.tile]
        ends = (self.front, self.reach - self.tile - self.front)
        seen = np.lib.stride_tricks.sliding_window_view(np.pad(x, (ends, *((0, 0),) * 3)), self.reach, 0)
        turned = np.einsum("pi,tyxci->tyxpc", found.input, seen[:: self.tile], optimize=True)
        sums = self.products.apply([turned.reshape(*turned.shape[:3], -1)])
        sums = sums.reshape(*turned.shape[:4], -1)[..., : len(self.bias)]
        frames = np.einsum("ip,tyxpo->tiyxo", found.result, sums, optimize=True)
        return self.finish(frames.reshape(self.shape([x.shape])), inputs)

    def macs(self, shape: base.Shape) -> int:
        frames, *rest = shape
        return self.products.macs((frames // self.tile, *rest))

    @property
    def note(self) -> str:
        return f"F({self.tile}, {TAPS}) over frames{'' if self.then is None else f', then {self.then.note}'}"
