"""Packed convolutions as linalg on tensors."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts, tables
from lowering.kernels.linalg import regions, schedules, slices
from lowering.kernels.mlir import block, expressions, tensors, types
from lowering.kernels.mlir.values import Value
from lowering.targets import precisions

BOUNDS = ("first_tap", "end_tap")
COMMENTS = (
    "A packed 3D convolution: frames and shares of the rows of filters > chunks of positions > rows > tiles > taps.",
    "A tap is an offset into the input. What lies there, times the row's weights, is added to the accumulators.",
)


def conv(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(conv(x) + bias + residual)).

    On a GPU a dispatch has at most `target.macs_per_dispatch`, unless a single row of filters has more.
    """
    op, target, group = request.op, request.target, request.op.kernel.group
    found = tables.conv(op, request.x, request.y, op.kernel.rows)
    arrays, cut = tables.operands(found, target.precision), schedules.cut(op, request.y, target)
    f = kernels.Function(request.named, tuple(arrays))
    f.aliases |= schedules.packed(target)
    for comment in COMMENTS:
        f.block.comment(comment)
    operands = {array.name: f[array.name] for array in arrays} | {"x": tensors.flatten(f.block, f["x"])}
    if "residual" in request.named:
        operands["residual"] = _channels(f.block, f["residual"], request.y.stored)
    macs = np.diff(found["bounds"].astype(np.int64), axis=2).sum((0, 2)) * group * cut.tiles * cut.size
    result = None
    for first, end in schedules.shares(macs, target.macs_per_dispatch):
        with regions.dispatch(f.block, operands, request.y_type, first * group, result) as d:
            own = cut if target.kind == "cpu" else dataclasses.replace(cut, blocks=end - first)
            d.give(_Conv(op, request.x, request.y, own, target.precision, d).rows(first, end))
        result = d.result
    assert result is not None
    return f.kernel(result)


@dataclasses.dataclass(frozen=True)
class _Conv:
    """The body of a dispatch: frames and shares of the rows of filters > chunks of positions > rows > tiles > taps."""

    op: ops.PackedConv
    x: layouts.Layout
    out: layouts.Layout
    cut: schedules.Cut
    precision: precisions.Precision
    operands: regions.Dispatch

    @property
    def b(self) -> block.Block:
        return self.operands.block

    @property
    def group(self) -> int:
        return self.op.kernel.group

    @property
    def single(self) -> bool:
        """Whether a workgroup of a GPU has one filter.

        Its accumulators then have no axis: IREE would take that away."""
        return not self.cut.shape and self.group == 1

    @property
    def axes(self) -> str:
        """Of a tile's accumulators: filters m, and positions i, where there are several."""
        return "" if self.single else "m i" if self.cut.shape else "m"

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a tile's accumulators."""
        return () if self.single else (self.group, *self.cut.shape)

    def rows(self, first: int, end: int) -> Value:
        """The channels of rows `first` to `end`: a share of them in one frame is a workgroup."""
        b, block_rows = self.b, (end - first) // self.cut.blocks
        channels = block_rows * self.group
        element = self.precision.activations
        whole = types.Tensor(((end - first) * self.group, self.out.frames, self.out.plane), element)
        counts = {"frame": self.out.frames, "share": self.cut.blocks}
        mapping = [f"#iree_codegen.workgroup_mapping<{axis}>" for axis in "yx"]
        with slices.parallel(b, counts, tensors.empty(b, whole), mapping) as grid:
            frame, share = grid.indices
            place = ([share * channels, frame, 0], [None if self.single else channels, None, self.out.plane])
            part = self._pads(slices.cut(b, grid.before, *place, name="map"))
            with b.carry("chunk", 0, self.cut.chunks, [part], carried="by_chunk") as chunks:
                with b.carry("r", 0, block_rows, chunks.carried, carried="by_row") as by_row:
                    row = b.index(share * block_rows + by_row.index + first, "row")
                    by_row.next([self._tiles(frame, row, by_row, chunks.index)])
                chunks.next(by_row.results)
            grid.give(chunks.results[0], *place)
        return grid.after

    def _pads(self, part: Value) -> Value:
        """Zeros before the first and after the last pixel of each plane. GPUs write them with the rest."""
        if not self.cut.shape:
            return part
        channels, plane = tensors.tensor(part).shape
        for at, end in ((0, self.out.first), (self.out.end, plane)):
            if end > at:
                pad = slices.cut(self.b, part, [0, at], [channels, end - at], "pad")
                part = slices.put(self.b, slices.zeros(self.b, pad), part, [0, at], [channels, end - at], "padded")
        return part

    def _tiles(self, frame: Value, row: Value, by_row: block.Loop, chunk: Value) -> Value:
        """A row's filters at a chunk's positions: tile after tile, or one position to an invocation."""
        b, cut = self.b, self.cut
        bounds = [tensors.extract(b, self.operands["bounds"], [frame, row, i], f"{n}32") for i, n in enumerate(BOUNDS)]
        taps = [b.cast(bound, "index", name) for bound, name in zip(bounds, BOUNDS, strict=True)]
        channel, start = by_row.index * self.group, chunk * cut.chunk
        if not cut.shape:
            counts = {"invocation": cut.chunk}
            with slices.parallel(b, counts, by_row.carried[0], ["#gpu.thread<x>"]) as each:
                position = b.min(start + each.indices[0], cut.last, name="position")
                low = b.max(position, self.out.first, name="low")
                inside = b.min(low, self.out.end - 1, name="inside")
                place = ([position], [None]) if self.single else ([channel, position], [self.group, None])
                each.give(self._tile(frame, row, taps, (position, inside)), *place)
            return each.after
        end = b.min(start + cut.chunk, cut.tiles, name="tile_end")
        with b.carry("tile", start, end, by_row.carried, carried="by_tile") as tiles:
            position = b.min(tiles.index * cut.size + cut.start, cut.last, name="position")
            done = self._tile(frame, row, taps, (position, position))
            tiles.next([slices.put(b, done, tiles.carried[0], [channel, position], [self.group, cut.size])])
        return tiles.results[0]

    def _tile(self, frame: Value, row: Value, taps: list[Value], at: tuple[Value, Value]) -> Value:
        """The accumulators of one tile after a row's taps, starting from the bias.

        at: where the tile is written, and where it reads."""
        b, accumulators, weight_axes = self.b, self.precision.accumulators, [None, None if self.single else self.group]
        base = b.index(at[1] + frame * (self.op.stride * self.x.plane), "base")
        bias = slices.cut(b, self.operands["bias"], [row, 0], weight_axes, "row_bias")
        fresh = tensors.empty(b, types.Tensor(self.shape, accumulators), "fresh")
        kind, more = ("broadcast", " dimensions = [1]") if self.cut.shape else ("copy", f" -> {fresh.type}")
        init = b.let("init", fresh.type, f"linalg.{kind} ins({bias} : {bias.type}) outs({fresh} : {fresh.type}){more}")
        with b.carry("tap", taps[0], taps[1], [init], carried="accumulators") as loop:
            offset = b.cast(tensors.extract(b, self.operands["offsets"], [loop.index], "offset32"), "index", "offset")
            place = [b.index(base + offset, "address")]
            inputs = slices.cut(b, self.operands["x"], place, self.cut.shape or [None], "inputs")
            weights = slices.cut(b, self.operands["values"], [loop.index, 0], weight_axes, "weights")
            operands, into = [(weights, self.axes[:1]), (inputs, self.axes[2:])], (loop.carried[0], self.axes)
            with tensors.generic(b, operands, into, "next", update=True, attributes=schedules.PACKED) as cell:
                weight, value = (
                    b.cast(v, accumulators, f"wide_{n}") for v, n in zip(cell.inputs, ("weight", "input"), strict=True)
                )
                cell.give(schedules.multiply_add(b, weight, value, cell.out))
            loop.next([cell.result])
        return self._epilogue(loop.results[0], frame, row, at[0])

    def _epilogue(self, total: Value, frame: Value, row: Value, position: Value) -> Value:
        """The residual, the ReLU, the activation, and zeros where no pixel is."""
        b, precision, place = self.b, self.precision, self.cut.shape or [None]
        operands = [
            (total, self.axes),
            (slices.cut(b, self.operands["mask"], [position], place, "keep"), self.axes[2:]),
        ]
        if "residual" in self.operands.operands:
            at = [row * self.group, frame, position]
            more = slices.cut(
                b, self.operands["residual"], at, [None if self.single else self.group, None, *place], "more"
            )
            operands.append((more, self.axes))
        into = tensors.empty(b, types.Tensor(self.shape, precision.activations), "fresh")
        with tensors.generic(b, operands, (into, self.axes), "done") as cell:
            value, keep, *rest = cell.inputs
            for other in rest:
                value = b.op("arith.addf", value, b.cast(other, precision.accumulators, "wide_more"), name="with")
            if self.op.relu:
                zero = b.constant(0.0, types.Scalar(precision.accumulators), "zero")
                value = b.op(precisions.MAXIMUM[precision.accumulators], value, zero, name="active")
            if self.op.then is None:
                value = b.op("arith.mulf", value, keep, name="kept")
            else:
                value = expressions.masked(b, keep, expressions.activated(b, self.op.then, value))
            cell.give(b.cast(value, precision.activations, "stored"))
        return cell.result


def _channels(b: block.Block, x: Value, stored: int) -> Value:
    """A feature map with channels up to `stored`: zeros for filters that only fill a row, where it has none."""
    (channels, *rest), element = tensors.tensor(x).shape, tensors.tensor(x).element
    if channels >= stored:
        return x
    zero = b.constant(0.0, types.Scalar(element), "zero")
    missing = tensors.fill(b, zero, types.Tensor((stored - channels, *rest), element), "missing")
    return tensors.concat(b, [x, missing], "whole")
