"""Packed kernels for Vulkan: scf, vector and memref in executables of their own, so that the SPIR-V is what is written here."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.kernels import executable, kernel, layouts, spans, tables
from lowering.targets import precisions, targets

INVOCATIONS = 64  # in a workgroup: one subgroup on Adreno, four on Valhall


def conv(
    op: ops.PackedConv, x: kernel.Value, residual: kernel.Value | None, out: layouts.Layout, target: targets.Target
) -> kernel.Kernel:
    """Workgroups are spans of positions x frames x rows of filters."""
    assert x.rows is not None
    precision, count, group = target.precision, op.kernel.rows, op.kernel.group
    found = tables.conv(op, x.rows, out, count)
    arrays = tables.operands(found, precision)
    inputs = {"x": x} | ({"residual": residual} if residual else {})
    whole, width = kernel.feature_map(out, precision.activations), min(4, group)
    types = executable.types(inputs, arrays, whole, {"values": width, "bias": width})
    added = residual.type.size if residual else 0
    text = _Conv(types, out, precision, width, group // width, target.tilings[group].vectors, added)
    pairs = [(v, t) for v in range(text.vectors) for t in range(text.tile)]
    grid = spans.grid(_macs(found["bounds"], out, group, text.tile), INVOCATIONS, target.macs_per_dispatch)
    body = kernel.fill(
        "vulkan/conv", **types, ids=kernel.indent(spans.places(grid, ("wx", "frame", "row")), 8), x_frame=op.stride * x.rows.plane, tile=text.tile, group=group, vectors=text.vectors, rows=count, plane=out.plane,
        plane_last=out.plane - 1, first=out.first, last=out.end - 1, span=INVOCATIONS * text.tile, accumulators=len(pairs), vector=text.vector,
        zero=text.constant("0.0"), floor=text.constant(kernel.floor(op.relu, precision.sums)), positions=kernel.indent(_positions(text.tile), 8),
        inits=", ".join(f"%a{v}_{t} = %zero" for v, t in pairs), acc_types=", ".join(text.vector for _ in pairs),
        fmas=kernel.indent(text.fmas(), 10), yields=", ".join(f"%n{v}_{t}" for v, t in pairs), stores=kernel.indent(text.stores(), 8),
    )  # fmt: skip
    return executable.kernel_of(inputs, arrays, types, grid, body, whole)


def dense(op: ops.PackedDense, x: kernel.Value, target: targets.Target) -> kernel.Kernel:
    """A workgroup is one row, an invocation one output."""
    group, weights = op.kernel.group, target.precision.weights
    macs = np.diff(op.kernel.starts).astype(np.int64)[:, None, None] * group
    grid = spans.grid(macs, group, target.macs_per_dispatch)
    arrays = tables.operands(tables.dense(op, x.type.size, x.rows), dataclasses.replace(target.precision, sums="f32"))
    out = kernel.Tensor((op.kernel.rows * group,))
    types = executable.types({"x": x}, arrays, out)
    input_, wide_x = kernel.cast("%input", "%input_wide", x.type.element, "f32")
    weight, wide_w = kernel.cast("%weight", "%weight_wide", weights, "f32")
    body = kernel.fill(
        "vulkan/dense", **types, ids=kernel.indent(spans.places(grid, ("row",)), 8), group=group, floor=kernel.floor(op.relu), input=input_, weight=weight, casts=kernel.indent([*wide_x, *wide_w], 10)
    )  # fmt: skip
    return executable.kernel_of({"x": x}, arrays, types, grid, body, out)


def _macs(bounds: np.ndarray, out: layouts.Layout, group: int, tile: int) -> np.ndarray:
    """i64[spans of positions, frames, rows]: what each workgroup computes; those on a plane's last positions, too, compute a whole span."""
    taps = np.diff(bounds.astype(np.int64), axis=2)[None, :, :, 0]
    return np.repeat(taps * (group * INVOCATIONS * tile), -(-out.plane // (INVOCATIONS * tile)), axis=0)


@dataclasses.dataclass(frozen=True)
class _Conv:
    """The lines of a convolution: `vectors` of `width` filters x `tile` positions.

    residual: elements of the buffer that is added, which may hold fewer channels than whole groups of filters; 0 for none.
    """

    types: dict[str, str]
    out: layouts.Layout
    precision: precisions.Precision
    width: int
    vectors: int
    tile: int
    residual: int

    @property
    def vector(self) -> str:
        return self.type(self.precision.sums)

    def type(self, element: str) -> str:
        """Of the filters' values at one position."""
        return element if self.width == 1 else f"vector<{self.width}x{element}>"

    def constant(self, value: str) -> str:
        """The attribute that holds a value in all filters."""
        return f"{value} : {self.vector}" if self.width == 1 else f"dense<{value}> : {self.vector}"

    def spread(self, name: str, value: str) -> list[str]:
        """`name`: a scalar of the sums' type in all filters."""
        if self.width == 1:
            return [f"{name} = arith.select %always, {value}, {value} : {self.precision.sums}"]
        return [f"{name} = vector.broadcast {value} : {self.precision.sums} to {self.vector}"]

    def cast(self, value: str, name: str, have: str, want: str) -> tuple[str, list[str]]:
        return kernel.cast(value, name, have, want, self.type("{}"))

    def fmas(self) -> list[str]:
        """A tap: the inputs at every position, the weights, and their products added up."""
        lines, precision, sums = [], self.precision, self.precision.sums
        for t in range(self.tile):
            value, cast = kernel.cast(f"%x{t}", f"%wide{t}", precision.activations, sums)
            lines += [f"%at{t} = arith.addi %r_{t}, %offset : index"]
            lines += [f"%x{t} = memref.load %x[%at{t}] : {self.types['x']}", *cast, *self.spread(f"%in{t}", value)]
        for v in range(self.vectors):
            value, cast = self.cast(f"%w{v}", f"%w_wide{v}", precision.weights, sums)
            lines += [f"%v{v} = arith.constant {v} : index", f"%w_at{v} = arith.addi %weights_at, %v{v} : index"]
            lines += [f"%w{v} = memref.load %values[%w_at{v}] : {self.types['values']}", *cast]
            lines += [f"%n{v}_{t} = math.fma {value}, %in{t}, %a{v}_{t} : {self.vector}" for t in range(self.tile)]
        return lines

    def stores(self) -> list[str]:
        """Bias, residual, ReLU and mask; then one store per filter and position."""
        stride = self.out.frames * self.out.plane
        lines = [
            f"%row_stride = arith.constant {stride * self.vectors * self.width} : index",
            "%row_base = arith.muli %row, %row_stride : index",
            "%out_base = arith.addi %row_base, %frame_base : index",
        ]
        for t in range(self.tile):
            lines += [
                f"%keep{t} = memref.load %mask[%p_{t}] : {self.types['mask']}",
                *self.spread(f"%keeps{t}", f"%keep{t}"),
            ]
            lines += [f"%to{t} = arith.addi %out_base, %p_{t} : index"]
        for v in range(self.vectors):
            lines += [f"%bv{v} = arith.constant {v} : index", f"%b_at{v} = arith.addi %bias_at, %bv{v} : index"]
            lines += [f"%b{v} = memref.load %bias[%b_at{v}] : {self.types['bias']}"]
            for t in range(self.tile):
                lines += self._store(v, t, stride)
        return lines

    def _store(self, v: int, t: int, stride: int) -> list[str]:
        n, count = f"{v}_{t}", range(self.width)
        sums = f"%sum#{v * self.tile + t}" if self.vectors * self.tile > 1 else "%sum"
        lines, total = [f"%s{n} = arith.addf {sums}, %b{v} : {self.vector}"], f"%s{n}"
        for i in count:
            lines += [f"%f{n}_{i} = arith.constant {(self.width * v + i) * stride} : index"]
            lines += [f"%o{n}_{i} = arith.addi %to{t}, %f{n}_{i} : index"]
        if self.residual:
            place = "%o"
            if self.residual < self.out.size:  # any of it for a filter that only fills a group
                place = "%ro"
                lines += [f"%end{n} = arith.constant {self.residual - 1} : index"]
                lines += [f"%ro{n}_{i} = arith.minsi %o{n}_{i}, %end{n} : index" for i in count]
            lines += [f"%rl{n}_{i} = memref.load %residual[{place}{n}_{i}] : {self.types['residual']}" for i in count]
            whole, scalars = f"%rl{n}_0", ", ".join(f"%rl{n}_{i}" for i in count)
            if self.width > 1:
                whole = f"%rv{n}"
                lines += [f"{whole} = vector.from_elements {scalars} : {self.type(self.precision.activations)}"]
            value, cast = self.cast(whole, f"%rw{n}", self.precision.activations, self.precision.sums)
            lines += [*cast, f"%sr{n} = arith.addf {total}, {value} : {self.vector}"]
            total = f"%sr{n}"
        lines += [f"%m{n} = arith.maximumf {total}, %floor : {self.vector}"]
        lines += [f"%k{n} = arith.mulf %m{n}, %keeps{t} : {self.vector}"]
        kept, cast = self.cast(f"%k{n}", f"%kn{n}", self.precision.sums, self.precision.activations)
        lines += cast
        for i in count:
            one = kept
            if self.width > 1:
                one = f"%e{n}_{i}"
                element = self.precision.activations
                lines += [f"{one} = vector.extract {kept}[{i}] : {element} from {self.type(element)}"]
            lines += [f"memref.store {one}, %out[%o{n}_{i}] : {self.types['out']}"]
        return lines


def _positions(tile: int) -> list[str]:
    """%p: where an invocation writes; %r: where it reads, inside the image; both clamped, so that none needs a branch."""
    lines = []
    for t in range(tile):
        lines += [
            f"%step{t} = arith.constant {t * INVOCATIONS} : index",
            f"%free{t} = arith.addi %p0, %step{t} : index",
            f"%p_{t} = arith.minsi %free{t}, %plane_end : index",
            f"%low{t} = arith.maxsi %p_{t}, %first : index",
            f"%inside{t} = arith.minsi %low{t}, %end : index",
            f"%r_{t} = arith.addi %inside{t}, %x_base : index",
        ]
    return lines
