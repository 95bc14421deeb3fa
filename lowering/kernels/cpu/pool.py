"""Pools for CPUs: whole vectors are combined over a window's frames and rows, then across."""

from collections.abc import Callable

import numpy as np

from lowering import graph as graphs
from lowering import kernel, precision, rows, targets
from lowering.kernels import executable
from lowering.kernels.cpu import stage

AHEAD = 8192  # bytes from what is read to what is fetched


def pool(
    op: graphs.MaxPool | graphs.AvgPool, x: kernel.Value, out: rows.Rows, target: targets.Target
) -> kernel.Kernel | None:
    """Windows one or two pixels apart, with zeros outside the image if anything; None for any other, which the generic kernel takes."""
    inside = x.rows
    assert inside is not None
    (kd, kh, kw), (sd, sh, sw) = op.window, op.strides
    (front, _), (top, _), (left, _) = op.padding
    if (
        (kh, kw) == (inside.height, inside.width)
        and (out.height, out.width) == (1, 1)
        and op.padding[1:] == ((0, 0), (0, 0))
    ):
        return _plane(op, x, out, target)
    mean, zeros = isinstance(op, graphs.AvgPool), _zeros_outside(op)
    element, sums = target.precision.activations, target.precision.sums
    if sw not in (1, 2) or (sw == 1 and sh != 1) or not (zeros or op.padding == graphs.NO_PADDING):
        return None
    length, spans = (out.end - out.first, 1) if sw == 1 else (out.width, out.height)
    x_first, x_span = inside.first - top * inside.pitch - left, sh * inside.pitch
    reads = lambda lanes: (
        x_first + (spans - 1) * x_span + last(length, lanes) * sw + (kh - 1) * inside.pitch + kw + sw * lanes
    )
    writes = lambda lanes: out.first + (spans - 1) * out.pitch + last(length, lanes) + lanes
    count = lanes(target, length, lambda n: reads(n) <= inside.plane and writes(n) <= out.plane)
    if count is None:
        return None
    width, starts = sw * count, range(0, kw, sw)
    combine, vector = "arith.addf" if mean else precision.MAXIMUM[sums], f"vector<{width}x{sums}>"
    arrays = [kernel.array("mask", out.mask().astype(precision.DTYPES[sums]))]
    whole = kernel.feature_map(out, element)
    types = executable.types({"x": x}, arrays, whole)
    across, total = _across(kw, sw, count, combine, vector)
    body = kernel.fill(
        "cpu/pool", depth=kd, spans=spans, tiles=-(-length // count), start="0.0" if zeros else kernel.minus_infinity(sums),
        element=sums, width=width, lanes=count, factor=f"{1 / (kd * kh * kw) if mean else 1.0:.9e}", front=front, sd=sd, sw=sw,
        x_frames=inside.frames, x_plane=inside.plane, x_span=x_span, x_first=x_first - front * inside.plane, last=last(length, count),
        count=len(starts), inits=", ".join(f"%a{e} = %start" for e in starts), types=", ".join(vector for _ in starts),
        window="\n".join(_window(starts, kh, inside, combine, vector, types["x"], element, sums)), store=store("%kept", "%to", count, element, sums, types["out"]), yields=", ".join(f"%n{e}_{kh - 1}" for e in starts),
        across="\n".join(across), total=total, mask=types["mask"], pitch=out.pitch, first=out.first, frames=out.frames,
        plane=out.plane, pads=pads(out, types["out"], element, "%c", "%next_c", spans),
    )  # fmt: skip
    return executable.kernel_of({"x": x}, arrays, types, (out.frames, out.stored, 1), body, whole)


def _zeros_outside(op: graphs.MaxPool | graphs.AvgPool) -> bool:
    """Whether zeros around the image leave the result as it is."""
    return isinstance(op, graphs.AvgPool) or op.positive


def _plane(
    op: graphs.MaxPool | graphs.AvgPool, x: kernel.Value, out: rows.Rows, target: targets.Target
) -> kernel.Kernel | None:
    """A window over the whole image; None for a maximum of values that may all be below the zeros around them."""
    assert x.rows is not None
    mean, element, sums = isinstance(op, graphs.AvgPool), target.precision.activations, target.precision.sums
    if not _zeros_outside(op):
        return None
    whole, vector = kernel.feature_map(out, element), f"vector<{rows.ALIGNMENT}x{sums}>"
    types = executable.types({"x": x}, [], whole)
    value, wide = kernel.cast("%v", "%wide", element, sums, f"vector<{rows.ALIGNMENT}x{{}}>")
    result, narrow = kernel.cast("%scaled", "%narrow", sums, element)
    body = kernel.fill(
        "cpu/plane", **types, lanes=rows.ALIGNMENT, element=element, sums=sums, vector=vector, stored=f"vector<{rows.ALIGNMENT}x{element}>",
        value=value, wide=kernel.indent(wide, 12), result=result, narrow=kernel.indent(narrow, 8), x_plane=x.rows.plane, plane=out.plane, depth=op.window[0],
        combine="arith.addf" if mean else precision.MAXIMUM[sums], kind="add" if mean else "maxnumf", front=op.padding[0][0], sd=op.strides[0],
        factor=f"{1 / np.prod(op.window) if mean else 1.0:.9e}", x_frames=x.rows.frames, frames=out.frames, first=out.first,
    )  # fmt: skip
    return executable.kernel_of({"x": x}, [], types, (out.frames, out.stored, 1), body, whole)


def lanes(target: targets.Target, length: int, fits: Callable[[int], bool]) -> int | None:
    """Pixels in a vector: as many as a register holds and a span has use for, of those that fit; None if no vector does."""
    count = target.vector_bytes // target.activation_bytes
    while count >= 2 * length or not fits(count):
        count //= 2
        if count < 2:
            return None
    return count


def last(length: int, lanes: int) -> int:
    """The start of the last vector of a span."""
    return max(0, length - lanes)


def ahead(place: str, name: str, vector: str, element: str, buffer: str) -> list[str]:
    """Fetches what a vector loads at `place` some loads later: what is read once, in order, comes from memory in time."""
    size = precision.DTYPES[element].itemsize
    width = int(vector.removeprefix("vector<").partition("x")[0])
    lines = []
    for i, start in enumerate(range(0, width, stage.LINE // size)):
        lines += [
            f"%ahead{name}_{i} = affine.apply affine_map<(i) -> (i + {AHEAD // size + start})>({place})",
            f"memref.prefetch %x[%ahead{name}_{i}], read, locality<2>, data : {buffer}",
        ]
    return lines


def _window(
    starts: range, height: int, x: rows.Rows, combine: str, vector: str, buffer: str, element: str, sums: str
) -> list[str]:
    """%n: the vectors of one frame of the window and its rows, combined with those of earlier frames."""
    lines = [f"%frame_at = affine.apply affine_map<(d)[i] -> (d * {x.plane} + i)>(%d)[%in]"]
    for e in starts:
        for b in range(height):
            n, before = f"{e}_{b}", f"%a{e}" if b == 0 else f"%n{e}_{b - 1}"
            value, cast = kernel.cast(f"%v{n}", f"%wide{n}", element, sums, vector.replace(sums, "{}"))
            lines += [
                f"%at{n} = affine.apply affine_map<(i) -> (i + {b * x.pitch + e})>(%frame_at)",
                *ahead(f"%at{n}", n, vector, element, buffer),
                f"%v{n} = vector.load %x[%at{n}] : {buffer}, {vector.replace(sums, element)}",
                *cast,
                f"%n{n} = {combine} {before}, {value} : {vector}",
            ]
    return [f"              {line}" for line in lines]


def store(value: str, to: str, lanes: int, element: str, sums: str, buffer: str) -> str:
    """A vector goes to a place in the result, as it is stored."""
    stored, lines = kernel.cast(value, "%narrow", sums, element, f"vector<{lanes}x{{}}>")
    return kernel.indent([*lines, f"vector.store {stored}, %out[{to}] : {buffer}, vector<{lanes}x{element}>"], 12)


def _across(kw: int, sw: int, lanes: int, combine: str, vector: str) -> tuple[list[str], str]:
    """Combines the columns of a window; of windows two apart, a vector holds two columns, one in every other lane."""
    lines, parts, half = [], [], vector if sw == 1 else vector.replace(f"<{2 * lanes}x", f"<{lanes}x")
    for i, e in enumerate(range(0, kw, sw)):
        if sw == 1:
            parts.append(f"%found#{i}" if kw > 1 else "%found")
            continue
        name = f"%found#{i}" if kw > 2 else "%found"
        lines.append(f"%even{e}, %odd{e} = vector.deinterleave {name} : {vector} -> {half}")
        parts += [f"%even{e}", f"%odd{e}"][: kw - e]
    total = parts[0]
    for i, part in enumerate(parts[1:]):
        lines.append(f"%across{i} = {combine} {total}, {part} : {half}")
        total = f"%across{i}"
    return [f"            {line}" for line in lines], total


def pads(out: rows.Rows, buffer: str, element: str, first: str, end: str, spans: int) -> str:
    """Zeros around the spans of the channels from `first` to `end`: of several, they also lie between."""
    head = out.first if spans == 1 else out.plane
    return kernel.fill(
        "cpu/pads", element=element, last_chunk=0, first=head, end=out.end if spans == 1 else out.plane, plane=out.plane, group=1, row_first=first, row_end=end,
        stride=out.frames * out.plane, out=buffer,
    )  # fmt: skip
