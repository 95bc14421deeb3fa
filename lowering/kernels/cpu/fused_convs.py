"""Two packed convolutions in one kernel for CPUs: what lies between them stays in L2."""

import dataclasses

from lowering.graph.rewrites import fusion
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts, loops, tables
from lowering.kernels.cpu import numbers, prefetch, rolling
from lowering.kernels.cpu import rows as rows_
from lowering.kernels.mlir import values

FIRST = "first_"  # prefix of the tables of the first convolution


def fused_convs(request: kernels.Request) -> kernels.Kernel:
    """then?(relu?(second(first(x)) + residual)).

    The second one has no extent in height and width: it reads the positions that it writes.
    """
    y, target = request.y, request.target
    op = numbers.in_memory(request.op, target)
    request = dataclasses.replace(request, node=dataclasses.replace(request.node, op=op))
    loops_ = _rolling(request)
    between, span = loops_.between, loops_.between.plane
    second = numbers.tables_of(op.second, between, y, target)
    second |= {"offsets": tables.rolling_offsets(op.second, span)}
    arrays = tables.operands(loops_.first.tables(between, target), target.precision, target.inputs_ahead, FIRST)
    arrays += tables.operands(second, target.precision, target.inputs_ahead)
    kernel = loops_.kernel(request, "Two packed convolutions", arrays)
    loops_.write(kernel, y, lambda turn: _second(request, kernel, loops_, turn))
    return kernel.kernel()


def _rolling(request: kernels.Request) -> rolling.Rolling:
    op, y, target = request.op, request.y, request.target
    pieces = fusion.pieces(op.first, op.second, y.end - y.first, target)
    between = layouts.flat(op.between[0], numbers.stored(op.first), pieces.span)
    first = rolling.First(op.first, fusion.tile(op.first, pieces, target), request.x, FIRST)
    depth, front = op.second.extent[0], op.second.padding[0][0]
    steps = rolling.Steps(pieces.steps, pieces.step, y.first, y.end, pieces.chunks)
    return rolling.Rolling(first, between, depth, steps, op.second.stride, depth - front, target)


def _second(request: kernels.Request, kernel: loops.Loops, found: rolling.Rolling, turn: rolling.Turn) -> None:
    """The convolution over frames alone, at the same positions."""
    b, op, y, target = kernel.block, request.op.second, request.y, request.target
    pieces = fusion.pieces(request.op.first, op, y.end - y.first, target)
    tile, residual = fusion.tile(op, pieces, target), kernel.get("residual")
    source = rows_.Source(kernel[rolling.BUFFER], found.size * target.activation_bytes)
    finite = request.op.first.then is None
    write = rows_.Output(kernel["out"], y.frames * y.plane, kernel["mask"], residual, finite)
    rows = numbers.rows_of(rows_.Rows(op, tile, target, rows_.Tables.of(kernel), source, write), kernel)
    tile_end = b.index((turn.steps[1] - turn.steps[0]) * tile.count, "tiles")
    slot = (turn.frame * found.stride + found.lead) % found.depth  # that the window starts in
    shift = b.index(slot * len(op.kernel.taps), "shift")
    to = b.index(turn.frame * y.plane + turn.start, "to")
    places = rows_.Chunk(turn.frame, (0, op.kernel.rows), (0, tile_end), turn.buffer, to, turn.start, shift)

    def ahead(row: values.Value, at: values.Value) -> None:
        if residual:
            b.comment("What this row adds in the next frame.")
            prefetch.residual(b, residual, y, at + y.plane, op.kernel.group // rows.packed, found.between.plane)

    rows.write(b, places, ahead)
