"""A packed convolution of int8 for Vulkan: that of conv.py, on words of four channels."""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from lowering.graph import packed
from lowering.kernels import kernel as kernels
from lowering.kernels import tables
from lowering.kernels.mlir import expressions, rescale, types, values
from lowering.kernels.vulkan import conv as floats
from lowering.kernels.vulkan import dots

COMMENT = """A packed 3D convolution of int8, four channels to a word. A workgroup is 64 invocations on one row of
filters and one frame. An invocation holds {tile} positions (64 apart, so that neighbours load neighbours) x {group}
filters as accumulators. A tap is one offset, {vectors} vectors of weights (the same for all invocations) and {tile}
inputs. `ends` holds the bias of each row, and by what its sums and its residual are multiplied."""


def conv(request: kernels.Request) -> kernels.Kernel:
    """relu?(conv(x) + bias + residual), rescaled to int8 or f32."""
    op = dataclasses.replace(request.op, kernel=packed.words(request.op.kernel))
    request = dataclasses.replace(request, node=dataclasses.replace(request.node, op=op))
    found = _one_table(tables.words(op, request.x, request.y, 0))
    return floats.written(request, tables.operands(found, request.target.precision), Words)


def _one_table(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tables with all that the end of a row reads in one, as drivers promise few buffers.

    ends: i32[rows, 2 or 3, group], the bias; and the bits of f32: the factors and those of the residual, if there is
    one.
    """
    names = [name for name in ("factors", "residual_factors") if name in found]
    (bias, *_), others = found["bias"], [found[name].view(np.int32) for name in names]  # the same for all frames
    rest = {name: table for name, table in found.items() if name not in ("bias", *names)}
    return rest | {"ends": np.stack([bias, *others], 1)}


@dataclasses.dataclass(frozen=True, eq=False)
class Words(floats.Conv):
    """A convolution of words while it is written. Accumulators are numbers: filters x positions."""

    comment: ClassVar[str] = COMMENT
    by_filter: ClassVar[tuple[str, ...]] = ("values", "ends")
    macs: ClassVar[int] = packed.WORD

    @property
    def narrow(self) -> bool:
        """Whether the result is of int8."""
        return self.op.rescale is not None and self.op.rescale.narrow

    def _zeros(self) -> list[values.Value]:
        return [self.kernel.block.constant(0, types.I32, "zero")] * (self.op.kernel.group * self.tile)

    def _factor(self, loaded: values.Value) -> values.Value:
        return loaded

    def _added(
        self, weights: values.Value, inputs: list[values.Value], accumulators: Iterator[values.Value]
    ) -> list[values.Value]:
        b, found = self.kernel.block, []
        for weight in dots.lanes(b, weights, "weight"):
            for x in inputs:
                found += dots.added(b, x, [weight], [next(accumulators)])
        return found

    def _store(
        self, accumulators: list[values.Value], places: list[values.Value], row: values.Value, frame: values.Value
    ) -> None:
        """Bias, residual, factors, ReLU and mask; then a store per word, or per filter, and position."""
        b, width, words = self.kernel.block, self.width, self._base(row, frame, packed.WORD)
        base = words if self.narrow else self._base(row, frame)
        keeps = [b.load(self.kernel["mask"], place, "keep") for place in places]
        for v in range(self.vectors):
            bias, factors, *more = self._ends(row, v)
            for t, (keep, place) in enumerate(zip(keeps, places, strict=True)):
                sums = [accumulators[(v * width + i) * self.tile + t] for i in range(width)]
                total = b.op("arith.addi", b.elements(sums, "sums"), bias, name="sum")
                if more:
                    total = b.op("arith.addi", total, self._residual_of(words + place, v, more[0]), name="sum")
                self._finish_word(rescale.scaled(b, total, factors), keep, base + place, v)

    def _ends(self, row: values.Value, v: int) -> list[values.Value]:
        """The bias i32, the factors f32, and those of a residual if there is one, of `width` filters."""
        b, parts = self.kernel.block, 3 if self.kernel.get("residual") else 2
        at = [(row * parts + part) * self.vectors + v for part in range(parts)]
        bias, *factors = (b.load(self.kernel["ends"], place, "end") for place in at)
        to = types.Vector(self.width, "f32")
        return [bias, *(b.let("factors", to, f"arith.bitcast {each} : {each.type} to {to}") for each in factors)]

    def _residual_of(self, at: values.Affine, v: int, factors: values.Value) -> values.Value:
        """The numbers of the residual's word for these filters, in the unit of the sums; at: of the row's first word.

        Any of its words for filters that only fill a group.
        """
        b, residual = self.kernel.block, self.kernel["residual"]
        assert isinstance(residual.type, types.Buffer)
        place = b.index(at + v * self.stride, "residual_at")
        if residual.type.count < self.op.kernel.filled // packed.WORD * self.stride:
            place = b.op("arith.minsi", place, b.index(residual.type.count - 1), name="residual_at")
        numbers = b.elements(rescale.apart(b, b.load(residual, place, "residual_of"), 0), "numbers")
        return rescale.rounded(b, rescale.scaled(b, numbers, factors))

    def _finish_word(self, value: values.Value, keep: values.Value, at: values.Affine, v: int) -> None:
        """The results of four filters at one position: a word, or each by itself."""
        b, out = self.kernel.block, self.kernel["out"]
        if self.narrow:
            found = expressions.masked(b, keep, dots.word(b, value, self.op.relu))
            b.store(found, out, at + v * self.stride)
            return
        for i, result in enumerate(dots.lanes(b, rescale.wide(b, value, self.op.relu), "result")):
            b.store(expressions.masked(b, keep, result), out, at + (v * self.width + i) * self.stride)
