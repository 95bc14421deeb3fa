"""A pool whose window is the whole image, for CPUs.

A plane is combined by vectors, the zeros around the image with it.
"""

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import windows
from lowering.kernels.mlir import types, values

COMMENT = "A pool whose window is the whole image: a plane is combined by vectors, the zeros around the image with it."


def covers(op: windows.Pool, x: layouts.Layout, y: layouts.Layout) -> bool:
    """Whether the window is the whole image, without padding."""
    whole = op.window[1:] == (x.height, x.width) and (y.height, y.width) == (1, 1)
    return whole and op.padding[1:] == ((0, 0), (0, 0))


def pool(request: kernels.Request) -> kernels.Kernel:
    """One number per frame and channel, of values that zeros around the image do not change."""
    op, x, y, own = request.op, request.x, request.y, request.target.precision
    grid = executables.Grid((y.frames, y.stored, 1))
    kernel = loops.Loops(COMMENT, kernels.arguments(request.named), request.y_type, grid)
    b = kernel.block
    frame, c = kernel.workgroup("frame", "c")
    first, end = windows.frames_inside(b, frame, op, x)
    zeros = b.constant(0.0, types.Vector(layouts.ALIGNMENT, own.accumulators), "zeros")
    with b.carry("d", first, end, [zeros], carried="frames") as frames:
        from_ = (c * x.frames + frame * op.strides[0] + frames.index - op.padding[0][0]) * x.plane
        frames.next([_plane(request, kernel, b.index(from_, "from"), frames.carried[0])])
    kind = "add" if isinstance(op, ops.AvgPool) else "maxnumf"
    (accumulators,), scalar = frames.results, types.Scalar(own.accumulators)
    total = b.let("total", scalar, f"vector.reduction <{kind}>, {accumulators} : {accumulators.type} into {scalar}")
    scaled = b.op("arith.mulf", total, b.constant(windows.factor(op), scalar, "factor"), name="scaled")
    result, to = b.cast(scaled, own.activations), b.index((c * y.frames + frame) * y.plane, "to")
    zero = b.constant(0.0, types.Scalar(own.activations), "zero")
    with b.loop("p", 0, y.plane) as p:
        b.store(zero, kernel["out"], b.op("arith.addi", to, p, name="at"))
    b.store(result, kernel["out"], to + y.first)
    return kernel.kernel()


def _plane(request: kernels.Request, kernel: loops.Loops, start: values.Value, before: values.Value) -> values.Value:
    """A plane of the input, combined with what came before it."""
    b, accumulators = kernel.block, request.target.precision.accumulators
    with b.carry("p", 0, request.x.plane, [before], step=layouts.ALIGNMENT) as loop:
        pixels = b.cast(
            b.vector(kernel["x"], b.op("arith.addi", start, loop.index, name="at"), layouts.ALIGNMENT, "pixels"),
            accumulators,
        )
        loop.next([b.op(windows.combination(request.op, accumulators), *loop.carried, pixels, name="acc")])
    return loop.results[0]
