"""Pools for CPUs: whole vectors are combined over a window's frames and rows, then across."""

import dataclasses
from collections.abc import Callable

import numpy as np

from lowering.graph import ops
from lowering.kernels import executable, kernel, layouts
from lowering.kernels.cpu import stage
from lowering.targets import precisions, targets

AHEAD = 8192  # bytes from what is read to what is fetched


def pool(
    op: ops.MaxPool | ops.AvgPool, x: kernel.Value, out: layouts.Layout, target: targets.Target
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
    zeros = _zeros_outside(op)
    element, sums = target.precision.activations, target.precision.sums
    if sw not in (1, 2) or (sw == 1 and sh != 1) or not (zeros or op.padding == ops.NO_PADDING):
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
    mean = isinstance(op, ops.AvgPool)
    arrays = [kernel.array("mask", out.mask().astype(precisions.DTYPES[sums]))]
    whole = kernel.feature_map(out, element)
    types = executable.types({"x": x}, arrays, whole)
    common = {
        "spans": spans, "tiles": -(-length // count), "start": "0.0" if zeros else kernel.minus_infinity(sums), "element": sums, "lanes": count,
        "factor": f"{1 / (kd * kh * kw) if mean else 1.0:.9e}", "sw": sw, "x_frames": inside.frames, "x_span": x_span, "last": last(length, count),
        "mask": types["mask"], "pitch": out.pitch, "first": out.first, "frames": out.frames, "plane": out.plane,
        "pads": pads(out, types["out"], element, "%c", "%next_c", spans), "store": store("%kept", "%to", count, element, sums, types["out"]),
    }  # fmt: skip
    window = _Window(op, inside, count, element, sums, types["x"])
    if kd > 1 and sd == 1:
        body = kernel.fill("cpu/pool_rolling", **common, **_rolling(window, x_first, out.frames))
        return executable.kernel_of({"x": x}, arrays, types, (out.stored, 1, 1), body, whole)
    body = kernel.fill("cpu/pool", **common, **_frame_by_frame(window, x_first))
    return executable.kernel_of({"x": x}, arrays, types, (out.frames, out.stored, 1), body, whole)


@dataclasses.dataclass(frozen=True)
class _Window:
    """The lines that combine what one vector of windows sees, `lanes` pixels of the result.

    element, sums: types in memory and of the combination. buffer: the type of %x.
    """

    op: ops.MaxPool | ops.AvgPool
    x: layouts.Layout
    lanes: int
    element: str
    sums: str
    buffer: str

    @property
    def columns(self) -> range:
        """The columns of the window that vectors start at: every other one of windows two apart, whose vectors hold both."""
        return range(0, self.op.window[2], self.op.strides[2])

    @property
    def half(self) -> str:
        """The vector of results."""
        return f"vector<{self.lanes}x{self.sums}>"

    @property
    def whole(self) -> str:
        """The vector of pixels that are loaded for it."""
        return f"vector<{self.op.strides[2] * self.lanes}x{self.sums}>"

    @property
    def combine(self) -> str:
        return "arith.addf" if isinstance(self.op, ops.AvgPool) else precisions.MAXIMUM[self.sums]

    def frame(self, before: str, distance: int = 0) -> tuple[list[str], list[str]]:
        """The rows of frame %d of the window at %in, combined, from the values named `before` on if any; and the names of the vectors, one a column.

        distance: as of `ahead`, which fetches the rows that no window above has seen.
        """
        (_, height, _), (_, sh, _) = self.op.window, self.op.strides
        lines, names = [f"%frame_at = affine.apply affine_map<(d)[i] -> (d * {self.x.plane} + i)>(%d)[%in]"], []
        for e in self.columns:
            name = before.format(e)
            for b in range(height):
                n = f"{e}_{b}"
                value, cast = kernel.cast(
                    f"%v{n}", f"%wide{n}", self.element, self.sums, self.whole.replace(self.sums, "{}")
                )
                lines += [f"%at{n} = affine.apply affine_map<(i) -> (i + {b * self.x.pitch + e})>(%frame_at)"]
                if e == 0 and b >= height - sh:
                    lines += ahead(f"%at{n}", n, self.whole, self.element, self.buffer, distance)
                lines += [
                    f"%v{n} = vector.load %x[%at{n}] : {self.buffer}, {self.whole.replace(self.sums, self.element)}",
                    *cast,
                ]
                if name:
                    lines += [f"%n{n} = {self.combine} {name}, {value} : {self.whole}"]
                name = f"%n{n}" if name else value
            names.append(name)
        return lines, names

    def across(self, found: list[str]) -> tuple[list[str], str]:
        """The columns combined, and the name of the result; of windows two apart, a vector holds two columns, one in every other lane."""
        if self.op.strides[2] == 1:
            return self.fold(found, "across")
        lines, parts = [], []
        for e, name in zip(self.columns, found, strict=True):
            lines.append(f"%even{e}, %odd{e} = vector.deinterleave {name} : {self.whole} -> {self.half}")
            parts += [f"%even{e}", f"%odd{e}"][: self.op.window[2] - e]
        more, total = self.fold(parts, "across")
        return lines + more, total

    def fold(self, names: list[str], result: str) -> tuple[list[str], str]:
        """Vectors of results combined, one after the other."""
        lines, total = [], names[0]
        for i, name in enumerate(names[1:]):
            lines.append(f"%{result}{i} = {self.combine} {total}, {name} : {self.half}")
            total = f"%{result}{i}"
        return lines, total


def _frame_by_frame(window: _Window, x_first: int) -> dict[str, object]:
    """Of the template cpu/pool: all frames of a window are read for each result."""
    (kd, _, _), (sd, _, _), (front, _) = window.op.window, window.op.strides, window.op.padding[0]
    lines, names = window.frame("%a{}")
    found = [f"%found#{i}" for i in range(len(names))] if len(names) > 1 else ["%found"]
    across, total = window.across(found)
    return {
        "depth": kd, "front": front, "sd": sd, "x_plane": window.x.plane, "x_first": x_first - front * window.x.plane, "width": window.lanes * window.op.strides[2],
        "count": len(names), "inits": ", ".join(f"%a{e} = %start" for e in window.columns), "types": ", ".join(window.whole for _ in names),
        "window": kernel.indent(lines, 14), "yields": ", ".join(names), "across": kernel.indent(across, 12), "total": total,
    }  # fmt: skip


def _rolling(window: _Window, x_first: int, frames: int) -> dict[str, object]:
    """Of the template cpu/pool_rolling: a channel's frames are read once, while the next channel is fetched."""
    (kd, _, _), (front, _) = window.op.window, window.op.padding[0]
    lines, names = window.frame("", window.x.frames * window.x.plane)
    across, total = window.across(names)
    handed = [f"%m{i}" for i in range(kd - 1)]
    combined, all_ = window.fold([*handed, "%newest"], "all")
    return {
        "steps": frames + kd - 1 - front, "lead": kd - 1 - front, "x_size": window.x.frames * window.x.plane, "x_first": x_first,
        "handed": kd - 1, "inits": ", ".join(f"{m} = %start" for m in handed), "types": ", ".join(window.half for _ in handed),
        "window": kernel.indent(lines, 16), "across": kernel.indent(across, 16), "total": total,
        "combined": kernel.indent(combined, 16), "all": all_, "yields": ", ".join([*handed[1:], "%newest"]),
    }  # fmt: skip


def _zeros_outside(op: ops.MaxPool | ops.AvgPool) -> bool:
    """Whether zeros around the image leave the result as it is."""
    return isinstance(op, ops.AvgPool) or op.nonnegative


def _plane(
    op: ops.MaxPool | ops.AvgPool, x: kernel.Value, out: layouts.Layout, target: targets.Target
) -> kernel.Kernel | None:
    """A window over the whole image; None for a maximum of values that may all be below the zeros around them."""
    assert x.rows is not None
    mean, element, sums = isinstance(op, ops.AvgPool), target.precision.activations, target.precision.sums
    if not _zeros_outside(op):
        return None
    whole, vector = kernel.feature_map(out, element), f"vector<{layouts.ALIGNMENT}x{sums}>"
    types = executable.types({"x": x}, [], whole)
    value, wide = kernel.cast("%v", "%wide", element, sums, f"vector<{layouts.ALIGNMENT}x{{}}>")
    result, narrow = kernel.cast("%scaled", "%narrow", sums, element)
    body = kernel.fill(
        "cpu/plane", **types, lanes=layouts.ALIGNMENT, element=element, sums=sums, vector=vector, stored=f"vector<{layouts.ALIGNMENT}x{element}>",
        value=value, wide=kernel.indent(wide, 12), result=result, narrow=kernel.indent(narrow, 8), x_plane=x.rows.plane, plane=out.plane, depth=op.window[0],
        combine="arith.addf" if mean else precisions.MAXIMUM[sums], kind="add" if mean else "maxnumf", front=op.padding[0][0], sd=op.strides[0],
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


def ahead(place: str, name: str, vector: str, element: str, buffer: str, distance: int = 0) -> list[str]:
    """Fetches what lies `distance` elements, or else AHEAD bytes, behind what a vector loads at `place`: what is read once, in order, comes from memory in time."""
    size = precisions.DTYPES[element].itemsize
    width = int(vector.removeprefix("vector<").partition("x")[0])
    lines = []
    for i, start in enumerate(range(0, width, stage.LINE // size)):
        lines += [
            f"%ahead{name}_{i} = affine.apply affine_map<(i) -> (i + {(distance or AHEAD // size) + start})>({place})",
            f"memref.prefetch %x[%ahead{name}_{i}], read, locality<2>, data : {buffer}",
        ]
    return lines


def store(value: str, to: str, lanes: int, element: str, sums: str, buffer: str) -> str:
    """A vector goes to a place in the result, as it is stored."""
    stored, lines = kernel.cast(value, "%narrow", sums, element, f"vector<{lanes}x{{}}>")
    return kernel.indent([*lines, f"vector.store {stored}, %out[{to}] : {buffer}, vector<{lanes}x{element}>"], 12)


def pads(out: layouts.Layout, buffer: str, element: str, first: str, end: str, spans: int) -> str:
    """Zeros around the spans of the channels from `first` to `end`: of several, they also lie between."""
    head = out.first if spans == 1 else out.plane
    return kernel.fill(
        "cpu/pads", element=element, last_chunk=0, first=head, end=out.end if spans == 1 else out.plane, plane=out.plane, group=1, row_first=first, row_end=end,
        stride=out.frames * out.plane, out=buffer,
    )  # fmt: skip
