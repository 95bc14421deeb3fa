"""SpaceToDepth for CPUs, by whole vectors: what turns a convolution of stride 2 into one of stride 1."""

from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots, epilogues, pads, prefetch, windows
from lowering.kernels.mlir import values
from lowering.targets import precisions

COMMENT = """SpaceToDepth of stride 2 in width: a vector of the input holds two channels of the result in turns.
Zeros first. A vector that reaches beyond its row writes what the next row writes again, and zeros after the last."""


def space_to_depth(request: kernels.Request) -> kernels.Kernel | None:
    """The pixels of each stride as channels.

    None for another stride than 2 in width or frames before the first, which the generic kernel takes.
    """
    op, x, y, target = request.op, request.x, request.y, request.target
    (sd, sh, sw), (n_d, n_h, n_w), ((front, behind), (top, _), (left, _)) = op.strides, op.phases, op.padding
    if sw != 2 or max(front, top - x.top, left - x.left) > 0:
        return None
    x_first = x.first - top * x.pitch - left
    lanes = windows.lanes(
        target, y.width, lambda n: _fits(x, y, x_first + ((y.height - 1) * sh + n_h - 1) * x.pitch, n)
    )
    if lanes is None:
        return None
    accumulators = target.precision.accumulators
    mask = kernels.array("mask", y.mask().astype(precisions.DTYPES[accumulators]))
    grid = executables.Grid((y.frames, x.channels, 1))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(request.named), mask], request.y_type, grid)
    b, zero = kernel.block, dots.zero(target, request.y_type.element)
    frame, c = kernel.workgroup("frame", "c")
    for phase in range(n_d):
        seen = b.index(frame * sd + (phase - front), "frame_of")
        rows: values.Index = y.height
        zeros = pads.whole(y, y.height)
        if behind > 0:
            b.comment("A frame behind the last one has no rows of pixels.")
            there = b.compare("slt", seen, b.index(x.frames), "there")
            rows, zeros = b.select(there, b.index(y.height), b.index(0), "rows"), ((0, y.plane),)
        with b.loop("line", 0, n_h) as line:
            first = (line + phase * n_h) * n_w
            channels = [b.index((first + e) * x.channels + c, "channel_of") for e in range(n_w)]
            for channel in channels:
                pads.write(b, kernel["out"], y, (channel, channel + 1), frame, zeros, zero)
            with b.loop("y", 0, rows) as row, b.loop("tile", 0, -(-y.width // lanes)) as tile:
                p = b.min(tile * lanes, windows.last(y.width, lanes), name="p")
                pixel = (row * sh + line) * x.pitch + p * 2 + x_first
                from_ = b.index((c * x.frames + seen) * x.plane + pixel, "from")
                prefetch.vector(b, kernel["x"], from_, 2 * lanes)
                both = windows.columns(b, b.vector(kernel["x"], from_, 2 * lanes, "both"))
                place = b.index(row * y.pitch + p + y.first, "place")
                keep = b.vector(kernel["mask"], place, lanes, "keep")
                for channel, found in zip(channels, both, strict=False):
                    if request.words:
                        kept = epilogues.kept(b, found, keep, zero)
                    else:
                        kept = b.op("arith.mulf", b.cast(found, accumulators), keep, name="kept")
                    to = (channel * y.frames + frame) * y.plane + place
                    b.store(b.cast(kept, request.y_type.element), kernel["out"], to)
    return kernel.kernel()


def _fits(x: layouts.Layout, y: layouts.Layout, last_row: int, lanes: int) -> bool:
    """Whether vectors of so many lanes stay within the planes. last_row: where the last row that is read starts."""
    last = windows.last(y.width, lanes)
    reads, writes = last_row + 2 * (last + lanes), y.first + (y.height - 1) * y.pitch + last + lanes
    return reads <= x.plane and writes <= y.plane
