"""Kernels as linalg on tensors, which IREE schedules, on every target: what moves or compares values.

Each is a linalg.generic over the channels, frames and positions (c, f, p) of its result, in the layout of the result.
"""

from collections.abc import Sequence

import numpy as np

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts
from lowering.kernels.linalg import beside
from lowering.kernels.mlir import block, expressions, rescale, tensors, types, values
from lowering.targets import precisions

ALL = "c f p"


def clip(request: kernels.Request) -> kernels.Kernel:
    """f32[1, D, H, W, C] into a layout."""
    f, y, element = _function(request), request.y, request.y_type.element
    b, no = f.block, f.block.index(0)
    with tensors.generic(b, [(f["mask"], "p")], (tensors.empty(b, request.y_type), ALL)) as cell:
        c, frame, p = (cell.at(axis) for axis in ALL.split())
        row, column = _pixel(y, p)
        y_in, x_in = b.index(row, "y_in"), b.index(column, "x_in")
        y_low = b.op("arith.maxsi", y_in, no, name="y_low")
        y_at, x_at = (
            b.op("arith.minsi", at, b.index(size - 1), name=name)
            for name, at, size in (("y_at", y_low, y.height), ("x_at", x_in, y.width))
        )
        found = b.cast(tensors.extract(b, f["x"], (no, frame, y_at, x_at, c)), element)
        cell.give(expressions.masked(b, cell.inputs[0], found))
    return f.kernel(cell.result)


def any_pool(request: kernels.Request) -> kernels.Kernel:
    """Any window, stride and padding; of int8, a maximum of words.

    On GPUs the reduction ends in a select, which keeps IREE from spreading it over a subgroup.
    """
    op, x, y = request.op, request.x, request.y
    f, element = _function(request), request.y_type.element
    b, outside = f.block, _nothing(f.block, op, element)
    window = tensors.empty(b, types.Tensor(op.window, element), "window")
    start = tensors.fill(b, outside, request.y_type, "start")
    with tensors.generic(b, [(window, "i j k")], (start, ALL), "reduced") as cell:
        c, frame, p, i, j, k = (cell.at(axis) for axis in cell.axes)
        row, column = _pixel(y, p)
        (sd, sh, sw), ((pd, _), (ph, _), (pw, _)) = op.strides, op.padding
        found, inside = _read(b, f["x"], x, (c, frame * sd + i - pd, row * sh + j - ph, column * sw + k - pw))
        if request.target.kind == "cpu":
            found = b.select(inside, found, outside, "value")
            cell.give(_combined(b, op, cell.out, found, "more"))
        else:
            cell.give(b.select(inside, _combined(b, op, cell.out, found, "with"), cell.out, "more"))
    pair, into = [(cell.result, ALL), (f["mask"], "p")], (tensors.empty(b, request.y_type), ALL)
    with tensors.generic(b, pair, into) as last:
        found = last.inputs[0]
        if not request.words:
            factor = 1.0 if isinstance(op, ops.MaxPool) else 1 / float(np.prod(op.window))
            found = b.op("arith.mulf", found, b.constant(factor, types.Scalar(element), "factor"), name="scaled")
        last.give(expressions.masked(b, last.inputs[1], found))
    return f.kernel(last.result)


def space_to_depth(request: kernels.Request) -> kernels.Kernel:
    """The pixels of each stride as channels: (i, j, k, c), c fastest."""
    op, x, f = request.op, request.x, _function(request)
    (sd, sh, sw), ((pd, _), (ph, _), (pw, _)), (_, n_h, n_w) = op.strides, op.padding, op.phases
    b = f.block
    with tensors.generic(b, [(f["mask"], "p")], (tensors.empty(b, request.y_type), ALL)) as cell:
        c, frame, p = (cell.at(axis) for axis in ALL.split())
        row, column = _pixel(request.y, p)
        i, j, k = c // (x.channels * n_h * n_w), c // (x.channels * n_w) % n_h, c // x.channels % n_w
        place = (c % x.channels, frame * sd + i - pd, row * sh + j - ph, column * sw + k - pw)
        found, inside = _read(b, f["x"], x, place)
        zero = b.constant(0.0, types.Scalar(request.y_type.element), "zero")
        cell.give(expressions.masked(b, cell.inputs[0], b.select(inside, found, zero, "value")))
    return f.kernel(cell.result)


def resample(request: kernels.Request) -> kernels.Kernel:
    """Weighted sums of what lies at some places along an axis."""
    op, x, y, element = request.op, request.x, request.y, request.y_type.element
    places, weights = op.taps
    tables = (
        kernels.array("places", places.ravel().astype(np.int32)),
        kernels.array("weights", weights.ravel().astype(precisions.DTYPES[element])),
    )
    f = kernels.Function(request.named, (_mask(request), *tables))
    b = f.block
    with tensors.generic(b, [(f["mask"], "p")], (tensors.empty(b, request.y_type), ALL)) as cell:
        c, frame, p = (cell.at(axis) for axis in ALL.split())
        row, column = (b.index(at, name) for at, name in zip(_pixel(y, p), ("y_in", "x_in"), strict=True))
        low = b.op("arith.maxsi", row, b.index(0), name="y_low")
        near = lambda at, size: b.op("arith.minsi", at, b.index(size - 1), name="near")
        at: list[values.Value] = [frame, near(low, y.height), near(column, y.width)]
        total = b.constant(0.0, types.Scalar(element), "zero")
        for tap in range(places.shape[1]):
            number = b.index(at[op.axis] * places.shape[1] + tap, "number")
            place = b.cast(tensors.extract(b, f["places"], (number,), "place32"), "index", "place")
            d, h, w = (place if axis == op.axis else each for axis, each in enumerate(at))
            found = tensors.extract(b, f["x"], (c, d, h * x.pitch + w + x.first))
            part = b.op("arith.mulf", found, tensors.extract(b, f["weights"], (number,), "weight"), name="part")
            total = b.op("arith.addf", total, part, name="total")
        cell.give(expressions.masked(b, cell.inputs[0], total))
    return f.kernel(cell.result)


def elementwise(request: kernels.Request) -> kernels.Kernel:
    """Affine, ReLU or the sum of two feature maps, channel by channel."""
    y, element = request.y, request.y_type.element
    scale, shift, least = _terms(request.op, y.stored)
    fit = lambda v: np.pad(v, (0, y.stored - len(v))).astype(precisions.DTYPES[element])
    arrays = [kernels.array("scale", fit(scale)), kernels.array("shift", fit(shift)), _mask(request)]
    names = ("x", "x1")[: len(request.inputs)]
    f = kernels.Function(dict(zip(names, request.inputs, strict=True)), tuple(arrays))
    b, scalar = f.block, types.Scalar(element)
    zero, floor = b.constant(0.0, scalar, "zero"), b.constant(least, scalar, "floor")
    inputs = [(tensors.first(b, f[name], request.y_type.shape), ALL) for name in names]
    given = [*inputs, (f["scale"], "c"), (f["shift"], "c"), (f["mask"], "p")]
    with tensors.generic(b, given, (tensors.empty(b, request.y_type), ALL)) as cell:
        *terms, keep = cell.inputs
        cell.give(expressions.masked(b, keep, _sum(b, terms, zero, floor)))
    return f.kernel(cell.result)


def pointwise(request: kernels.Request) -> kernels.Kernel:
    """An expression of feature maps, and of values that are the same at several places."""
    op, y, element = request.op, request.y, request.y_type.element
    inputs = {f"x{i}": x for i, x in enumerate(request.inputs)}
    fit = lambda v: np.pad(v, (0, y.stored - len(v))).astype(np.float32)
    arrays = [kernels.array(f"channels{i}", fit(v)) for i, v in enumerate(op.channels)]
    f = kernels.Function(inputs, (*arrays, _mask(request)))
    b = f.block
    given = [beside.of(b, f[name], x, y, y.stored) for name, x in inputs.items()]
    given += [(f[o.name], "c") for o in arrays]
    with tensors.generic(b, [*given, (f["mask"], "p")], (tensors.empty(b, request.y_type), ALL)) as cell:
        *found, keep = cell.inputs
        values_, channels = found[: len(inputs)], found[len(inputs) :]
        value = expressions.write(b, op, [b.cast(x, element) for x in values_], channels)
        cell.give(expressions.masked(b, keep, value))
    return f.kernel(cell.result)


def concat(request: kernels.Request) -> kernels.Kernel:
    """Feature maps or vectors one after the other; what only fills a group of filters is left out."""
    inputs = {f"x{i}": x for i, x in enumerate(request.inputs)}
    f = kernels.Function(inputs)
    parts = [tensors.first(f.block, f[name], x.counted) for name, x in inputs.items()]
    return f.kernel(tensors.concat(f.block, parts, "result"))


def vectors(request: kernels.Request) -> kernels.Kernel:
    """Affine, ReLU or the sum of two vectors f32, place by place."""
    (size,) = request.node.shape
    scale, shift, least = _terms(request.op, size)
    arrays = [kernels.array(name, v.astype(np.float32)) for name, v in (("scale", scale), ("shift", shift))]
    inputs = {f"x{i}": x for i, x in enumerate(request.inputs)}
    f = kernels.Function(inputs, tuple(arrays))
    b, zero = f.block, f.block.constant(0.0, types.F32, "zero")
    floor = b.constant(least, types.F32, "floor")
    given = [tensors.first(b, f[name], (size,)) for name in inputs] + [f["scale"], f["shift"]]
    out = tensors.empty(b, types.Tensor((size,)))
    with tensors.generic(b, [(value, "k") for value in given], (out, "k")) as cell:
        cell.give(_sum(b, cell.inputs, zero, floor))
    return f.kernel(cell.result)


def vector_pointwise(request: kernels.Request) -> kernels.Kernel:
    """An expression of vectors f32."""
    op, (size,) = request.op, request.node.shape
    inputs = {f"x{i}": x for i, x in enumerate(request.inputs)}
    arrays = [kernels.array(f"channels{i}", v.astype(np.float32)) for i, v in enumerate(op.channels)]
    f = kernels.Function(inputs, tuple(arrays))
    b = f.block
    given = [beside.of_vector(b, f[name], x.shape[0], size) for name, x in inputs.items()]
    given += [(f[o.name], "k") for o in arrays]
    with tensors.generic(b, given, (tensors.empty(b, types.Tensor((size,))), "k")) as cell:
        cell.give(expressions.write(b, op, cell.inputs[: len(inputs)], cell.inputs[len(inputs) :]))
    return f.kernel(cell.result)


def vector(request: kernels.Request) -> kernels.Kernel:
    """A feature map flattened in memory as f32, for readers other than packed kernels."""
    x, f = request.x, kernels.Function(request.named)
    b, box = f.block, types.Tensor((x.frames, x.height, x.width, x.channels))
    if box.shape == (1, 1, 1, 1):  # IREE does not compile one element as a box of four axes
        with tensors.generic(b, [], (tensors.empty(b, types.Tensor((1,))), "k"), "result") as cell:
            cell.give(b.cast(tensors.extract(b, f["x"], (0, 0, x.first)), "f32"))
        return f.kernel(cell.result)
    with tensors.generic(b, [], (tensors.empty(b, box), "d h w c"), "boxed") as cell:
        d, h, w, c = (cell.at(axis) for axis in cell.axes)
        cell.give(b.cast(tensors.extract(b, f["x"], (c, d, h * x.pitch + w + x.first)), "f32"))
    return f.kernel(tensors.flatten(b, cell.result, "result"))


def softmax(request: kernels.Request) -> kernels.Kernel:
    """Over the first elements of a vector, as many as the node gives.

    Both reductions end in a select: IREE would make a plain one a reduction across a subgroup of the size that it
    expects.
    """
    f, scalar = kernels.Function(request.named), types.Tensor(())
    b, out = f.block, types.Tensor(request.node.shape)
    # A value that IREE computes again may be rounded up beyond the largest, so that some room is left.
    bound = b.constant(1.0, types.F32, "bound")
    lowest, nothing = (
        tensors.fill(b, b.constant(value, types.F32, name), scalar, f"from_{name}")
        for value, name in ((-np.inf, "lowest"), (0.0, "zero"))
    )
    x = tensors.first(b, f["x"], out.shape, "values")
    with tensors.generic(b, [(x, "k")], (lowest, ""), "largest") as cell:
        above = b.compare("ogt", cell.inputs[0], cell.out, "above")
        cell.give(b.select(above, cell.inputs[0], cell.out, "more"))
    largest = cell.result
    with tensors.generic(b, [(x, "k"), (largest, "")], (nothing, ""), "total") as cell:
        shifted = b.op("arith.subf", *cell.inputs, name="shifted")
        with_ = b.op("arith.addf", cell.out, b.op("math.exp", shifted, name="power"), name="with")
        cell.give(b.select(b.compare("ole", shifted, bound, "real"), with_, cell.out, "more"))
    parts = [(x, "k"), (largest, ""), (cell.result, "")]
    with tensors.generic(b, parts, (tensors.empty(b, out), "k")) as cell:
        value, top, total = cell.inputs
        power = b.op("math.exp", b.op("arith.subf", value, top, name="shifted"), name="power")
        cell.give(b.op("arith.divf", power, total, name="share"))
    return f.kernel(cell.result)


def _terms(op: ops.Op, size: int) -> tuple[np.ndarray, np.ndarray, float]:
    """An operation as max(sum of what it reads * scale + shift, floor), by channel: its scale, shift and floor."""
    match op:
        case ops.Affine(scale=scale, shift=shift):
            return scale, shift, -np.inf
        case ops.Add():
            return np.ones(size), np.zeros(size), -np.inf
        case ops.Relu():
            return np.ones(size), np.zeros(size), 0.0
        case _:
            raise ops.GraphError(f"{type(op).__name__} is no sum, scale, shift or ReLU; expected Affine, Add or Relu")


def _sum(b: block.Block, terms: Sequence[values.Value], zero: values.Value, floor: values.Value) -> values.Value:
    """What `_terms` says, of one value or two, with the scale and the shift behind them."""
    *found, scale, shift = terms
    total = b.op("arith.addf", *(found if len(found) == 2 else (found[0], zero)), name="total")
    shifted = b.op("arith.addf", b.op("arith.mulf", total, scale, name="scaled"), shift, name="shifted")
    return b.op("arith.maximumf", shifted, floor, name="active")


def _nothing(b: block.Block, op: ops.MaxPool | ops.AvgPool, element: str) -> values.Value:
    """What changes no window."""
    if element == kernels.WORDS:
        return b.constant(rescale.LEAST_WORD, types.I32, "outside")
    return b.constant(-np.inf if isinstance(op, ops.MaxPool) else 0.0, types.Scalar(element), "outside")


def _combined(
    b: block.Block, op: ops.MaxPool | ops.AvgPool, one: values.Value, other: values.Value, name: str
) -> values.Value:
    """Two values of a window as one."""
    if one.type.element == kernels.WORDS:
        return rescale.largest(b, one, other)
    return b.op("arith.maximumf" if isinstance(op, ops.MaxPool) else "arith.addf", one, other, name=name)


def _function(request: kernels.Request) -> kernels.Function:
    """A function of the node's input and the mask of its result."""
    return kernels.Function(request.named, (_mask(request),))


def _mask(request: kernels.Request) -> kernels.Operand:
    element = "f32" if request.words else request.y_type.element
    return kernels.array("mask", request.y.mask().astype(precisions.DTYPES[element]))


def _pixel(y: layouts.Layout, p: values.Value) -> tuple[values.Affine, values.Affine]:
    """Row and column of the pixel at a position of a plane."""
    above = -(-y.first // y.pitch)  # rows up to the first pixel's
    at = p + (above * y.pitch - y.first)
    return at // y.pitch - above, at % y.pitch


def _read(
    b: block.Block, source: values.Value, x: layouts.Layout, place: Sequence[values.Index]
) -> tuple[values.Value, values.Value]:
    """The value at (channel, frame, row, column), or the one nearest to it; and whether it lies inside the input."""
    no, sizes = b.index(0), dict(zip("dyx", (x.frames, x.height, x.width), strict=True))
    wanted = {axis: b.index(at, f"{axis}_in") for axis, at in zip(sizes, place[1:], strict=True)}
    low = {axis: b.op("arith.maxsi", at, no, name=f"{axis}_low") for axis, at in wanted.items()}
    clamped = {axis: b.op("arith.minsi", low[axis], b.index(n - 1), name=f"{axis}_at") for axis, n in sizes.items()}
    same = [b.compare("eq", at, wanted[axis], f"{axis}_same") for axis, at in clamped.items()]
    inside = b.op("arith.andi", b.op("arith.andi", same[0], same[1]), same[2], name="inside")
    d, row, column = clamped.values()
    return tensors.extract(b, source, (place[0], d, row * x.pitch + column + x.first)), inside
