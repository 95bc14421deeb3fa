"""The inner loops of convolutions on a CPU that read or give words of four channels of 8 bits: those of rows.py."""

import dataclasses

from lowering.graph import packed
from lowering.kernels import loops
from lowering.kernels.cpu import dots, epilogues
from lowering.kernels.cpu import rows as rows_
from lowering.kernels.mlir import block, rescale
from lowering.kernels.mlir.values import Affine, Value


@dataclasses.dataclass(frozen=True, eq=False)
class Quantised(rows_.Rows):
    """One convolution of f32 whose result is words."""

    @property
    def packed(self) -> int:
        return packed.WORD

    def _epilogue(self, b: block.Block, accumulators: list[Value], place: rows_.At) -> None:
        """ReLU, activation, rounding, zeros between the rows of pixels; then the store."""
        masks, vectors, zeros = self._masks(b, place), self.tile.vectors, dots.Dots.of(self.target).zeros
        for first in range(0, self.op.kernel.group, packed.WORD):
            for v in range(vectors):
                four = [accumulators[g * vectors + v] for g in range(first, first + packed.WORD)]
                word = epilogues.quantised(b, self.op, four, self.target)
                word = epilogues.kept(b, word, masks[v], zeros) if masks else word
                at = place.position + place.to + (first // packed.WORD * self.out.stride + v * self.tile.lanes)
                b.store(word, self.out.buffer, b.index(at, "out_at"))


@dataclasses.dataclass(frozen=True)
class Factors:
    """The buffers of f32[rows, group] by which sums and, if there is a residual, its numbers are multiplied."""

    sums: Value
    residual: Value | None

    @classmethod
    def of(cls, kernel: loops.Loops, prefix: str = "") -> "Factors":
        """Those that a kernel has under names with this prefix."""
        return cls(kernel[f"{prefix}factors"], kernel.get(f"{prefix}residual_factors"))


@dataclasses.dataclass(frozen=True, eq=False)
class Rows(rows_.Rows):
    """One integer convolution, whose weights are words. Its result is words, or f32 where it is wide.

    The biases of each output frame lie apart: they make up for what lies in memory with an offset (dots.OFFSET).
    """

    factors: Factors

    @property
    def dots(self) -> dots.Dots:
        return dots.Dots.of(self.target, self.op.rescale)

    @property
    def narrow(self) -> bool:
        """Whether the result is of int8."""
        return self.op.rescale is not None and self.op.rescale.narrow

    @property
    def packed(self) -> int:
        return packed.WORD if self.narrow else 1

    def _bias_at(self, b: block.Block, frame: Value, row: Value) -> Value:
        kernel = self.op.kernel
        return b.index((frame * kernel.rows + row) * kernel.group, "bias_at")

    def _read(self, b: block.Block, value: Value) -> Value:
        return value

    def _add(self, b: block.Block, weight: Value, x: Value, acc: Value) -> Value:
        return self.dots.add(b, acc, x, weight)

    def _epilogue(self, b: block.Block, accumulators: list[Value], place: rows_.At) -> None:
        """Residual, factors, ReLU, zeros between the rows of pixels; then the store."""
        masks, vectors = self._masks(b, place), self.tile.vectors
        factors = self._spread(b, self.factors.sums, place.row)
        added = self._spread(b, self.factors.residual, place.row)
        for first in range(0, self.op.kernel.group, packed.WORD):
            filters = range(first, first + packed.WORD)
            for v in range(vectors):
                totals = [accumulators[g * vectors + v] for g in filters]
                if self.out.residual:
                    at = self._residual_at(b, place, first, v)
                    totals = self._summed(
                        b, totals, self._more(b, self.out.residual, at), added[first : first + packed.WORD]
                    )
                pairs = zip(totals, factors[first : first + packed.WORD], strict=True)
                values = [rescale.scaled(b, total, factor) for total, factor in pairs]
                self._store(b, values, place.position + place.to + v * self.tile.lanes, first, masks[v : v + 1])

    def _spread(self, b: block.Block, buffer: Value | None, row: Value) -> list[Value]:
        """A number of each filter of a row in all lanes."""
        at, lanes = row * self.op.kernel.group, self.tile.lanes
        filters = range(self.op.kernel.group if buffer else 0)
        return [b.broadcast(b.load(buffer, at + g, "factor"), lanes, "factors") for g in filters if buffer]

    def _residual_at(self, b: block.Block, place: rows_.At, filter_: int, v: int) -> Value:
        """Where the words of four filters lie in the residual."""
        words = place.row * (self.op.kernel.group // packed.WORD) + filter_ // packed.WORD
        return b.index(words * self.out.stride + place.position + place.start + v * self.tile.lanes, "added_at")

    def _summed(self, b: block.Block, totals: list[Value], words: Value, factors: list[Value]) -> list[Value]:
        """Sums with the residual's numbers, which its words hold, at their scale."""
        numbers = rescale.apart(b, words, self.dots.offset)
        added = [rescale.rounded(b, rescale.scaled(b, *pair)) for pair in zip(numbers, factors, strict=True)]
        return [b.op("arith.addi", *pair, name="sum") for pair in zip(totals, added, strict=True)]

    def _store(self, b: block.Block, values: list[Value], at: Affine, first: int, masks: list[Value]) -> None:
        """The results of four filters at some positions: words, or each by itself."""
        relu, offset = self.op.relu, self.dots.offset
        if self.narrow:
            word = rescale.joined(b, [rescale.byte(b, value, relu, offset) for value in values])
            word = epilogues.kept(b, word, masks[0], self.dots.zeros) if masks else word
            b.store(word, self.out.buffer, at + first // packed.WORD * self.out.stride)
            return
        for g, value in enumerate(values, first):
            value = rescale.wide(b, value, relu)
            value = epilogues.kept(b, value, masks[0]) if masks else value
            b.store(value, self.out.buffer, at + g * self.out.stride)
