"""A pool whose windows are as wide as the image, for CPUs: whole rows of pixels are combined by vectors."""

import numpy as np

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import pads, windows
from lowering.kernels.mlir import types

COMMENT = "A pool whose windows are as wide as the image: rows of pixels are combined by vectors, then their lanes."


def covers(request: kernels.Request) -> bool:
    """Whether windows are whole rows without padding in height or width, of numbers of which vectors can be read."""
    op, x = request.op, request.x
    whole = request.y.width == 1 and op.window[2] == x.width and op.padding[1:] == ((0, 0), (0, 0))
    return whole and not request.words and _lanes(op, x.width) > 1


def pool(request: kernels.Request) -> kernels.Kernel:
    """One number per row of windows, frame and channel."""
    op, x, y, own = request.op, request.x, request.y, request.target.precision
    lanes, largest = _lanes(op, x.width), isinstance(op, ops.MaxPool)
    kernel = loops.Loops(
        COMMENT, kernels.arguments(request.named), request.y_type, executables.Grid((y.frames, y.stored, 1))
    )
    b, (frame, c) = kernel.block, kernel.workgroup("frame", "c")
    pads.write(b, kernel["out"], y, (c, c + 1), frame, ((0, y.plane),))
    first, end = windows.frames_inside(b, frame, op, x)
    vector, scalar = types.Vector(lanes, own.accumulators), types.Scalar(own.accumulators)
    none = b.constant(-np.inf if largest else 0.0, vector, "none")
    combination = windows.combination(op, own.accumulators)
    with b.loop("row", 0, y.height) as row:
        with b.carry("d", first, end, [none], carried="frames") as frames:
            seen = frame * op.strides[0] + frames.index - op.padding[0][0]
            from_ = b.index((c * x.frames + seen) * x.plane + row * (op.strides[1] * x.pitch) + x.first, "from")
            with b.carry("line", 0, op.window[1], frames.carried, carried="lines") as lines:
                with b.carry("tile", 0, -(-x.width // lanes), lines.carried) as tiles:
                    p = b.min(tiles.index * lanes, windows.last(x.width, lanes), name="p")
                    pixels = b.vector(kernel["x"], from_ + lines.index * x.pitch + p, lanes, "pixels")
                    tiles.next([b.op(combination, *tiles.carried, b.cast(pixels, own.accumulators), name="acc")])
                lines.next(tiles.results)
            frames.next(lines.results)
        kind, (every,) = "maxnumf" if largest else "add", frames.results
        total = b.let("total", scalar, f"vector.reduction <{kind}>, {every} : {every.type} into {scalar}")
        scaled = b.op("arith.mulf", total, b.constant(windows.factor(op), scalar, "factor"), name="scaled")
        to = b.index((c * y.frames + frame) * y.plane + row * y.pitch + y.first, "to")
        b.store(b.cast(scaled, own.activations), kernel["out"], to)
    return kernel.kernel()


def _lanes(op: windows.Pool, width: int) -> int:
    """Pixels in a vector. The last vector of a row may hold pixels twice where the largest counts, not in a mean."""
    lanes = windows.fitting(layouts.ALIGNMENT, width)
    return lanes if isinstance(op, ops.MaxPool) else min(lanes, width & -width)
