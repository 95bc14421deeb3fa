"""Pools as linalg on tensors: for CPUs, where the window's pixels lie in memory with zeros around them."""

import math

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts
from lowering.kernels.linalg import regions, schedules, slices
from lowering.kernels.mlir import block, tensors, types
from lowering.kernels.mlir.values import Value


def pool(request: kernels.Request) -> kernels.Kernel | None:
    """A pool on a CPU, a channel's frame to a workgroup.

    None on a GPU, where zeros around the image would count in a maximum, and where the input has too few of them.
    """
    op, x, y, target = request.op, request.x, request.y, request.target
    corner, (_, kh, kw), (_, sh, sw) = _corner(op, x), op.window, op.strides
    zeros_count = isinstance(op, ops.MaxPool) and not op.nonnegative and op.padding != ops.NO_PADDING
    reads = corner + ((y.height - 1) * sh + kh - 1) * x.pitch + y.width * sw + kw
    if target.kind != "cpu" or zeros_count or corner < 0 or reads > x.plane:
        return None
    f = kernels.Function(request.named)
    f.aliases |= schedules.packed(target)
    f.block.comment(
        "A pool: of a tile of windows, frames and lines are combined first, as they lie in memory; then the pixels."
    )
    with regions.dispatch(f.block, {"x": tensors.flatten(f.block, f["x"])}, request.y_type) as d:
        d.give(_planes(request, d, 1 << (min(y.width, target.lanes * 2).bit_length() - 1)))
    return f.kernel(d.result)


def _corner(op: ops.MaxPool | ops.AvgPool, x: layouts.Layout) -> int:
    """The position in a plane where the first window begins."""
    _, (top, _), (left, _) = op.padding
    return x.first - top * x.pitch - left


def _planes(request: kernels.Request, d: regions.Dispatch, size: int) -> Value:
    """Every plane of the result: zeros, then line by line and tile by tile of `size` the pixels."""
    b, y, whole = d.block, request.y, request.y_type
    counts, axes = {"channel": y.stored, "frame": y.frames}, [None, None, y.plane]
    mapping = [f"#iree_codegen.workgroup_mapping<{axis}>" for axis in "yx"]
    with slices.parallel(b, counts, tensors.empty(b, whole), mapping) as grid:
        plane = slices.cut(b, grid.before, [*grid.indices, 0], axes, "plane")
        zeros = slices.zeros(b, plane, f"{{{schedules.PACKED}}} ")
        with b.carry("line", 0, y.height, [zeros], carried="by_line") as lines:
            with b.carry("tile", 0, -(-y.width // size), lines.carried, carried="by_tile") as tiles:
                pixel = b.min(tiles.index * size, y.width - size, name="pixel")
                found = _window(request, d, (*grid.indices, lines.index, pixel), size)
                at = [lines.index * y.pitch + pixel + y.first]
                tiles.next([slices.put(b, _mean(b, request.op, found), tiles.carried[0], at, [size])])
            lines.next(tiles.results)
        grid.give(lines.results[0], [*grid.indices, 0], axes)
    return grid.after


def _window(request: kernels.Request, d: regions.Dispatch, at: tuple[Value, ...], size: int) -> Value:
    """The windows of `size` pixels of a line. Frames and lines are combined first, as they lie; then the pixels."""
    b, op, x = d.block, request.op, request.x
    (channel, frame, line, pixel), (depth, kh, kw), (sd, sh, sw) = at, op.window, op.strides
    front = op.padding[0][0]
    first = b.max(0, front - frame * sd, name="first_frame")
    end = b.min(depth, x.frames + front - frame * sd, name="end_frame")
    spans = (
        range(1) if sw == 1 else range(0, kw, sw)
    )  # of a window's pixels, each of which lies beside the next window's
    start = tensors.fill(
        b, _outside(b, op, request.y_type.element), types.Tensor((size * sw,), request.y_type.element), "start"
    )
    with b.carry("i", first, end, [start] * len(spans), carried="by_frame") as frames:
        with b.carry("j", 0, kh, frames.carried, carried="by_row") as rows:
            plane = (frame * sd + frames.index - front + channel * x.frames) * x.plane
            place = b.index(plane + (line * sh + rows.index) * x.pitch + pixel * sw + _corner(op, x), "place")
            found = list(rows.carried)
            for k in range(kw) if sw == 1 else spans:
                values = slices.cut(b, d["x"], [b.index(place + k, "address")], [size * sw], "values")
                span = 0 if sw == 1 else k // sw
                found[span] = _combined(b, op, (values, "p"), (found[span], "p"))
            rows.next(found)
        frames.next(rows.results)
    return frames.results[0] if sw == 1 else _across(b, op, frames.results, size)


def _across(b: block.Block, op: ops.MaxPool | ops.AvgPool, spans: list[Value], size: int) -> Value:
    """The pixels of each window, from spans in which the windows' pixels lie side by side."""
    (_, _, kw), (_, _, sw), element = op.window, op.strides, tensors.tensor(spans[0]).element
    found = tensors.fill(b, _outside(b, op, element), types.Tensor((size,), element), "none")
    for i, span in enumerate(spans):
        pixels = tensors.expand(b, span, (size, sw), "windows")
        if kw - i * sw < sw:
            pixels = slices.cut(b, pixels, [0, 0], [size, kw - i * sw], "windows")
        found = _combined(b, op, (pixels, "p k"), (found, "p"))
    return found


def _outside(b: block.Block, op: ops.MaxPool | ops.AvgPool, element: str) -> Value:
    """What changes no window."""
    return b.constant(-math.inf if isinstance(op, ops.MaxPool) else 0.0, types.Scalar(element), "outside")


def _combined(
    b: block.Block, op: ops.MaxPool | ops.AvgPool, values: tuple[Value, str], so_far: tuple[Value, str]
) -> Value:
    """What was found so far and more values, each with the names of its axes."""
    with tensors.generic(b, [values], so_far, "more", update=True) as cell:
        cell.give(_both(b, op, cell.inputs[0], cell.out))
    return cell.result


def _both(b: block.Block, op: ops.MaxPool | ops.AvgPool, one: Value, other: Value) -> Value:
    """Two numbers as one. Halves are compared: where a CPU has no arithmetic of them, LLVM would call fmaxf."""
    if isinstance(op, ops.MaxPool) and one.type.element == "f16":
        return b.select(b.compare("ogt", one, other, "is_larger"), one, other, "both")
    return b.op("arith.maximumf" if isinstance(op, ops.MaxPool) else "arith.addf", one, other, name="both")


def _mean(b: block.Block, op: ops.MaxPool | ops.AvgPool, total: Value) -> Value:
    """A sum over the number of its values; a maximum as it is."""
    if isinstance(op, ops.MaxPool):
        return total
    factor = b.constant(1 / math.prod(op.window), types.Scalar(tensors.tensor(total).element), "factor")
    with tensors.generic(b, [(total, "p")], (tensors.empty(b, tensors.tensor(total)), "p"), "mean") as cell:
        cell.give(b.op("arith.mulf", cell.inputs[0], factor, name="scaled"))
    return cell.result
