"""Depthwise convolutions of int8 for CPUs: dot products of the pixels of a row, channel by channel."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from lowering.graph import ops, packed
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts
from lowering.kernels.cpu import depthwise, dots, epilogues, shuffles
from lowering.kernels.mlir import block, rescale, types, values
from lowering.targets import targets

COMMENT = """A depthwise convolution of int8: {} > row. Four words are turned around: word c then holds
channel c of four pixels, which a dot product multiplies by the weights of a row of taps. A sum is of one channel and
every fourth pixel; of the pixels between there are further vectors.
Zeros first. A vector that reaches beyond its span writes what the next span writes again."""
WORD = packed.WORD
TAPS = 3  # of a row, at most, that a word of weights holds: so one word of pixels serves two results side by side
REACH = 2  # pixels behind those of a tile that the first taps of a row read


def depthwise_words(request: kernels.Request) -> kernels.Kernel:
    """relu?(depthwise(x) + bias), rescaled to int8 or f32. A workgroup has a share of the words of channels."""
    op, x, y, target = request.op, request.x, request.y, request.target
    held, results = depthwise.frames_held(op), _results(op)
    most = (target.registers - depthwise.FREE - results * held) // (WORD * held)
    cut = depthwise.Cut.of(op, x, y, target, most, _firsts(op)[-1] + REACH)
    kernel = depthwise.begun(request, _tables(op, x, y, target), COMMENT, x.channels)
    return Words(op, x, y, cut, target, kernel).written(x.channels)


def _results(op: ops.Depthwise) -> int:
    """Results side by side that a word of pixels holds all taps of."""
    return 2 // op.strides[2]


def _firsts(op: ops.Depthwise) -> range:
    """The first tap of each word of weights of a row."""
    return range(0, op.kernel.shape[2], TAPS)


def _tables(op: ops.Depthwise, x: layouts.Layout, y: layouts.Layout, target: targets.Target) -> list[kernels.Operand]:
    """values i32[words, taps of frames, rows and words of weights, results, channels of a word], in bytes: the taps,
    further behind for later results; bias i32[frames, channels], which takes back what an offset adds; factors.
    """
    assert op.rescale is not None
    channels = x.channels * WORD
    more = channels - len(op.bias)
    kernel = np.pad(op.kernel, ((0, 0), (0, 0), (0, -op.kernel.shape[2] % TAPS), (0, more))).astype(np.int8)
    depth, height, width, _ = kernel.shape
    taps = kernel.reshape(depth, height, width // TAPS, TAPS, x.channels, WORD).transpose(4, 0, 1, 2, 5, 3)
    later = [np.pad(taps, (*[(0, 0)] * 5, (i, WORD - TAPS - i))) for i in range(_results(op))]
    (front, _), step, sums = op.padding[0], op.strides[0], kernel.sum((1, 2), dtype=np.int64)
    first = [front - frame * step for frame in range(y.frames)]
    added = np.array([sums[max(0, at) : max(0, at + x.frames)].sum(0) for at in first])
    pad = lambda numbers: np.pad(numbers, (0, more))
    return [
        kernels.array("values", np.stack(later, 4).view(np.int32).reshape(x.channels, -1)),
        kernels.array("bias", (pad(op.bias) - dots.Dots.of(target).offset * added).astype(np.int32)),
        kernels.array("factors", pad(op.rescale.factors)),
        kernels.array("mask", y.mask()),
    ]


@dataclasses.dataclass(frozen=True, eq=False)
class Words(depthwise.Depthwise):
    """One of words while it is written."""

    sums: ClassVar[int] = WORD

    @property
    def planes(self) -> int:
        return 1 if self.op.dtype == "int8" else WORD

    @property
    def zero(self) -> int:
        return dots.zero(self.target, kernels.WORDS) if self.op.dtype == "int8" else 0

    @property
    def weights(self) -> int:
        return self.op.kernel.shape[1] * len(_firsts(self.op)) * _results(self.op) * WORD

    @property
    def row(self) -> int:
        return self.op.kernel.shape[0] * self.weights

    def start(self, c: values.Value) -> list[values.Value]:
        b, tile = self.kernel.block, self.cut.tile
        return [b.constant(0, types.Vector(tile.lanes, "i32"), "start")] * (tile.vectors * WORD)

    def added(self, place: values.Value, weights_at: values.Value, parts: Sequence[list[values.Value]]) -> None:
        b, tile, results, frames = self.kernel.block, self.cut.tile, _results(self.op), range(len(parts))
        dot = dots.Dots.of(self.target, self.op.rescale)
        for number, first in enumerate(_firsts(self.op)):
            weights = [
                [self._weights(weights_at, len(parts) - 1 - age, number, i) for i in range(results)] for age in frames
            ]
            for v in range(tile.vectors):
                turned = self._turned(place + (first + v * tile.lanes * self.op.strides[2]))
                for age, i in itertools.product(frames, range(WORD)):
                    at = v * WORD + i
                    parts[age][at] = dot.add(b, parts[age][at], turned[i // results], weights[age][i % results])

    def store(self, sums: Sequence[values.Value], c: values.Value, frame: values.Value, place: values.Value) -> None:
        b, tile, y, rescaled = self.kernel.block, self.cut.tile, self.y, self.op.rescale
        assert rescaled is not None
        bias = self._spread("bias", (frame * self.x.channels + c) * WORD)
        factors = self._spread("factors", b.index(c * WORD))
        for v in range(tile.vectors):
            totals = [b.op("arith.addi", each, bias, name="sum") for each in sums[v * WORD :][:WORD]]
            results = [rescale.scaled(b, total, factors) for total in totals]
            keep = b.vector(self.kernel["mask"], place + v * tile.lanes, tile.lanes, "keep")
            if rescaled.narrow:
                offset = dots.Dots.of(self.target).offset
                bytes_ = [rescale.byte(b, each, self.op.relu, offset) for each in results]
                found = [epilogues.kept(b, _joined(b, bytes_), keep, self.zero)]
            else:
                turned = _transposed(b, [rescale.wide(b, each, self.op.relu) for each in results])
                found = [epilogues.kept(b, each, keep) for each in turned]
            for i, each in enumerate(found):
                plane = (c * self.planes + i) * (y.frames * y.plane) + frame * y.plane
                b.store(each, self.kernel["out"], plane + place + v * tile.lanes)

    def _weights(self, row_at: values.Value, age: int, number: int, result: int) -> values.Value:
        """The weights of a row of taps, `age` frames behind the first: for one of the results side by side."""
        at = age * self.weights + (number * _results(self.op) + result) * WORD
        return self._spread("values", row_at + at)

    def _spread(self, name: str, at: values.Index) -> values.Value:
        """Four numbers of a table, over and over again."""
        b, lanes = self.kernel.block, self.cut.tile.lanes
        found = b.vector(self.kernel[name], at, WORD, name)
        return shuffles.shuffle(b, (found, found), [i % WORD for i in range(lanes)], name) if lanes > WORD else found

    def _turned(self, place: values.Affine) -> list[values.Value]:
        """Words of four pixels of a channel each: those of a tile's first results, of the next ones, and so on."""
        b, x, lanes, strided = self.kernel.block, self.kernel["x"], self.cut.tile.lanes, self.op.strides[2] == 2
        pixels = [b.vector(x, place + at, lanes, "pixels") for at in (0, 2)]
        if strided:  # every other four pixels
            pairs = [
                (each, b.vector(x, place + (at + lanes), lanes, "pixels"))
                for at, each in zip((0, 2), pixels, strict=True)
            ]
            places = lambda odd: [i // WORD * 2 * WORD + odd * WORD + i % WORD for i in range(lanes)]
            pixels = [shuffles.shuffle(b, pair, places(odd), "every") for odd in (0, 1) for pair in pairs]
        order = [i // 16 * 16 + i % 4 * 4 + i // 4 % 4 for i in range(lanes * WORD)]
        bytes_ = [dots.bytes_of(b, each) for each in pixels]
        return [dots.words_of(b, shuffles.shuffle(b, (each, each), order, "turned")) for each in bytes_]


def _joined(b: block.Block, four: Sequence[values.Value]) -> values.Value:
    """Words of the lowest bytes of four vectors of i32, whose lanes are the channels of every fourth pixel."""
    one, two, three, last = (dots.bytes_of(b, each) for each in four)
    lowest = range(0, 8 * WORD, WORD)
    halves = [_groups(b, pair, 4 * WORD, lowest) for pair in ((one, two), (three, last))]
    return dots.words_of(b, _groups(b, (halves[0], halves[1]), 2 * WORD, range(4 * WORD)))


def _transposed(b: block.Block, four: Sequence[values.Value]) -> list[values.Value]:
    """A vector of pixels for each channel, of four whose lanes are the channels of every fourth pixel."""
    one, two, three, last = four
    halves = [
        [_groups(b, pair, WORD, places) for pair in ((one, two), (three, last))]
        for places in ((0, 4, 1, 5), (2, 6, 3, 7))
    ]
    return [_groups(b, (low, high), WORD, places) for low, high in halves for places in ((0, 1, 4, 5), (2, 3, 6, 7))]


def _groups(b: block.Block, pair: tuple[values.Value, values.Value], each: int, places: Sequence[int]) -> values.Value:
    """Groups of `each` lanes of two vectors, of each pair of groups some lanes; the second one's follow the first's."""
    assert isinstance(pair[0].type, types.Vector)
    lanes = pair[0].type.lanes
    found = [place // each * lanes + first + place % each for first in range(0, lanes, each) for place in places]
    return shuffles.shuffle(b, pair, found, "grouped")
