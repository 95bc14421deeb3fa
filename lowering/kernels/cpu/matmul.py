"""The inner loops of an integer convolution by small matrix products: NEON's `smmla`, on cores that have it.

It multiplies two positions x 8 channels by 8 channels x two filters. The 8 channels are the words of two taps: a row's
taps are taken by twos, and of two vectors of words the first two and the last two positions are put together.
"""

import dataclasses

import numpy as np

from lowering.graph import packed
from lowering.kernels.cpu import dots, shuffles, words
from lowering.kernels.cpu import rows as rows_
from lowering.kernels.mlir import block, types
from lowering.kernels.mlir.values import Value

LANES = 4  # of a vector, at which this works
TAPS = FILTERS = 2  # that one instruction takes


def even(kernel: packed.PackedKernel) -> packed.PackedKernel:
    """The kernel with an even number of taps in each frame of each row: a tap of zeros more where it is odd."""
    row, d = np.repeat(np.arange(kernel.rows), np.diff(kernel.starts)), kernel.taps[:, 0]
    place = row * kernel.shape[0] + d
    last = np.flatnonzero(np.append(place[1:] != place[:-1], True)[: len(place)])  # of each frame of each row
    odd = last[np.diff(np.append(-1, last)) % 2 == 1]
    at = np.sort(np.append(np.arange(len(place)), odd), kind="stable")
    added = np.append(False, at[1:] == at[:-1])[: len(at)]
    values = np.where(added[:, None], 0, kernel.values[at]).astype(kernel.values.dtype)
    counts = np.bincount(row[at], minlength=kernel.rows)
    starts = np.append(0, np.cumsum(counts)).astype(np.int32)
    return packed.PackedKernel(kernel.shape, values, kernel.taps[at], starts)


def by_twos(values: np.ndarray) -> np.ndarray:
    """i32[taps, group] with the words of two taps side by side, filter by filter, in the place of both taps."""
    taps, group = values.shape
    return values.reshape(taps // TAPS, TAPS, group).swapaxes(1, 2).reshape(taps, group)


@dataclasses.dataclass(frozen=True, eq=False)
class Rows(words.Rows):
    """Accumulators hold two positions x two filters: those of the first positions of a vector, then of the last."""

    @property
    def step(self) -> int:
        return TAPS

    def _biases(self, b: block.Block, at: Value) -> list[Value]:
        starts = []
        for g in range(0, self.op.kernel.group, FILTERS):
            two = b.vector(self.tables.bias, at + g, FILTERS, "biases")
            starts += [shuffles.shuffle(b, (two, two), [0, 1, 0, 1], "start")] * FILTERS
        return starts

    def _tap(self, b: block.Block, loop: block.Loop, x_at: Value, shift: Value | None) -> list[Value]:
        tile, group, tap = self.tile, self.op.kernel.group, loop.index
        place = b.op("arith.addi", tap, shift, name="place") if shift else tap
        first, second = (self._input(b, place + i, x_at) for i in range(TAPS))
        sides = []
        for v in range(tile.vectors):
            pair = [b.vector(self.source.buffer, at + v * LANES, LANES, "input") for at in (first, second)]
            sides += [shuffles.shuffle(b, (pair[0], pair[1]), lanes, "side") for lanes in ([0, 4, 1, 5], [2, 6, 3, 7])]
        sides, acc, added = [dots.bytes_of(b, side) for side in sides], iter(loop.carried), list[Value]()
        for g in range(0, group, FILTERS):
            weights = dots.bytes_of(b, b.vector(self.tables.values, tap * group + g * TAPS, LANES, "weights"))
            added += [_product(b, next(acc), side, weights) for side in sides]
        return added

    def _epilogue(self, b: block.Block, accumulators: list[Value], place: rows_.At) -> None:
        """As of words, once each filter's sums are in vectors of their own."""
        vectors, found = self.tile.vectors, list[Value]()
        for first in range(0, len(accumulators), FILTERS * vectors):
            pairs = [(accumulators[first + 2 * v], accumulators[first + 2 * v + 1]) for v in range(vectors)]
            for lanes in ([0, 2, 4, 6], [1, 3, 5, 7]):
                found += [shuffles.shuffle(b, pair, lanes, "sums") for pair in pairs]
        super()._epilogue(b, found, place)


def _product(b: block.Block, acc: Value, x: Value, weights: Value) -> Value:
    assert isinstance(acc.type, types.Vector)
    return b.let("acc", acc.type, f"arm_neon.intr.smmla {acc}, {x}, {weights} : {x.type} to {acc.type}")
