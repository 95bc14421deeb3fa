"""A packed convolution and the pool behind it in one kernel for CPUs: what lies between them stays in L2."""

import functools

from lowering.graph.rewrites import fusion
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts, loops, tables
from lowering.kernels.cpu import dots, numbers, rolling, windows
from lowering.kernels.mlir import block, types, values
from lowering.targets import precisions, targets


def fused_pool(request: kernels.Request) -> kernels.Kernel:
    """pool(then?(relu?(conv(x) + bias))), with windows side by side. A chunk is whole rows of pixels of the result."""
    x, y, target = request.x, request.y, request.target
    op = numbers.in_memory(request.op, target)
    lines = fusion.lines(op, x.pitch, target)
    span, chunks = lines * op.pool.window[1] * x.pitch, y.height // lines
    depth = op.pool.window[0]
    between = layouts.flat(op.between[0], numbers.stored(op.conv), span)
    first = rolling.First(op.conv, fusion.pooled_tile(op, lines, x.pitch, target), x)
    steps = rolling.Steps(chunks, span, x.first, x.first + chunks * span, chunks)
    found = rolling.Rolling(first, between, depth, steps, stride=depth, lead=depth, target=target)
    arrays = tables.operands(first.tables(between, target), target.precision, target.inputs_ahead)
    kernel = found.kernel(request, "A packed convolution and a pool", arrays)
    found.write(kernel, y, lambda turn: _windows(request, kernel, turn, lines))
    return kernel.kernel()


def _windows(request: kernels.Request, kernel: loops.Loops, turn: rolling.Turn, lines: int) -> None:
    """Maxima over windows of the buffer's frames and of 2 x 2 pixels; zeros between the rows of pixels."""
    b, y, pitch, (depth, high, _) = kernel.block, request.y, request.x.pitch, request.op.pool.window
    element, span = request.y_type.element, lines * high * pitch
    lanes = windows.fitting(request.target.vector_bytes // request.target.activation_bytes, y.width)
    zero = b.constant(dots.zero(request.target, element), types.Scalar(element), "zero")
    b.comment("Maxima over windows of the buffered frames and of 2 x 2 pixels.")
    with b.loop("c", 0, y.stored) as c, b.loop("line", 0, lines) as line:
        from_ = b.index(c * (depth * span) + line * (high * pitch) + turn.buffer, "from")
        row = turn.chunk * lines + line
        to = b.index((c * y.frames + turn.frame) * y.plane + row * y.pitch + y.first, "to")
        with b.loop("tile", 0, -(-y.width // lanes)) as tile:
            p = b.min(tile * lanes, windows.last(y.width, lanes), name="p")
            places = [
                b.index(p * 2 + from_, "window") + (d * span + h * pitch) for d in range(depth) for h in range(high)
            ]
            most = _most(b, kernel[rolling.BUFFER], places, lanes, request.target)
            b.store(b.cast(most, element), kernel["out"], b.op("arith.addi", p, to, name="at"))
        with b.loop("i", y.width, y.pitch) as i:
            b.store(zero, kernel["out"], b.op("arith.addi", i, to, name="gap"))


def _most(
    b: block.Block, source: values.Value, places: list[values.Affine], lanes: int, target: targets.Target
) -> values.Value:
    """The maxima of windows two pixels wide: a vector from each place holds both columns in turns."""
    words, element = source.type.element == kernels.WORDS, target.precision.accumulators

    def larger(one: values.Value, other: values.Value) -> values.Value:
        if words:
            return dots.Dots.of(target).most(b, one, other)
        return b.op(precisions.MAXIMUM[element], one, other, name="most")

    found = [b.vector(source, place, 2 * lanes, "pixels") for place in places]
    found = [each if words else b.cast(each, element) for each in found]
    return larger(*windows.columns(b, functools.reduce(larger, found)))
