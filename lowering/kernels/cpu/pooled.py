"""A packed convolution with a pool of windows side by side behind it, for CPUs: what lies between them stays in cache."""

from lowering.graph import ops
from lowering.graph.rewrites import fusion
from lowering.kernels import executable, kernel, layouts, tables
from lowering.kernels.cpu import conv as convs
from lowering.kernels.cpu import pool as pools
from lowering.targets import precisions, targets


def pooled(op: ops.FusedPool, x: kernel.Value, out: layouts.Layout, target: targets.Target) -> kernel.Kernel:
    """pool(relu?(conv(x) + bias)). A workgroup has a ring of as many frames as a window, and several chunks of whole rows of pixels."""
    assert x.rows is not None
    conv, (depth, high, _), pitch = op.conv, op.pool.window, x.rows.pitch
    lines = fusion.lines(op, pitch, target)
    tile, span, chunks = fusion.pooled_tile(op, lines, pitch, target), lines * high * pitch, out.height // lines
    mid = layouts.flat(op.between[0], conv.kernel.rows * conv.kernel.group, span)
    arrays, whole = (
        tables.operands(convs.ring_tables(conv, x.rows, mid), target.precision, target.inputs_ahead),
        kernel.feature_map(out, target.precision.activations),
    )
    workers, size = min(chunks, convs.WORKGROUPS), mid.stored * depth * span
    scratch = {"ring": kernel.Tensor((workers * size,), whole.element)}
    types = executable.types({"x": x}, arrays, whole, scratch=scratch)
    first = x.rows.first
    body = kernel.fill(
        "cpu/chain", **convs.ring_filling(conv, tile, x.rows, mid, depth, types, target), rows=conv.kernel.rows, frames=out.frames, size=size, chunks=chunks,
        share=convs.share(chunks, workers), steps=chunks, step=span, first=first, end=first + chunks * span, stride=depth, lead=depth,
        pads=convs.pads(out, conv, types["out"], chunks, "%c0", "%rows", whole.element),
        second=_windows(op, lines, span, pitch, out, types, target),
    )  # fmt: skip
    return executable.kernel_of({"x": x}, arrays, types, (workers, 1, 1), body, whole, scratch=scratch)


def _windows(
    op: ops.FusedPool, lines: int, span: int, pitch: int, out: layouts.Layout, types: dict[str, str], target: targets.Target
) -> str:  # fmt: skip
    """The windows of one frame and one chunk, out of the ring."""
    (depth, high, _), element = op.pool.window, target.precision.activations
    lanes = target.vector_bytes // target.activation_bytes
    while lanes > out.width:
        lanes //= 2
    return kernel.fill(
        "cpu/chain_windows", element=element, channels=out.stored, lines=lines, pieces=-(-out.width // lanes), width=out.width, pitch=out.pitch,
        ring=depth * span, x_line=high * pitch, frames=out.frames, plane=out.plane, first=out.first, lanes=lanes, last=pools.last(out.width, lanes),
        window="\n".join(_window(op.pool.window, span, pitch, lanes, types["ring"], target.precision)),
        store=pools.store("%most", "%at", lanes, element, target.precision.sums, types["out"]), out=types["out"],
    )  # fmt: skip


def _window(window: ops.Window, span: int, pitch: int, lanes: int, buffer: str, own: precisions.Precision) -> list[str]:
    """%most: the maxima of windows two pixels wide, of a vector that holds both columns in turns."""
    maximum, stored, wide = precisions.MAXIMUM[own.sums], f"vector<{2 * lanes}x{own.activations}>", f"vector<{2 * lanes}x{own.sums}>"  # fmt: skip
    lines, last = [], ""
    for d in range(window[0]):
        for h in range(window[1]):
            n = f"{d}_{h}"
            value, cast = kernel.cast(f"%v{n}", f"%wide{n}", own.activations, own.sums, f"vector<{2 * lanes}x{{}}>")
            lines += [
                f"%from{n} = affine.apply affine_map<(i) -> (i + {d * span + h * pitch})>(%from)",
                f"%v{n} = vector.load %ring[%from{n}] : {buffer}, {stored}",
                *cast,
            ]
            if last:
                lines += [f"%most{n} = {maximum} {last}, {value} : {wide}"]
            last = f"%most{n}" if last else value
    half = f"vector<{lanes}x{own.sums}>"
    lines += [
        f"%even, %odd = vector.deinterleave {last} : {wide} -> {half}",
        f"%most = {maximum} %even, %odd : {half}",
    ]
    return [f"                {line}" for line in lines]
