"""Convolutions and matrix products: of any rank and order of axes, as layers of the graph."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.functions import transforms
from lowering.graph import ops, values, views
from lowering.graph.operations import moves
from lowering.graph.primitives import resizing
from lowering.graph.values import NoKernel, Ref, Tracer


def conv(tracer: Tracer, eqn: values.Equation, x: Any, kernel: Any) -> Ref:
    """One to three spatial axes. Without a third, the examples of the batch are the frames."""
    x, p, shape = values.computed(x), eqn.params, eqn.outvars[0].aval.shape
    batch, channels, *spatial = p["dimension_numbers"].lhs_spec
    rank = len(spatial)
    if not 1 <= rank <= 3:
        raise NoKernel(f"it has {rank} spatial axes, our kernels up to 3")
    if p["batch_group_count"] != 1:
        raise NoKernel("it is grouped by batch")
    padding = _padded(p["padding"], (0, 0), rank)
    if min(min(pads) for pads in padding) < 0:
        raise NoKernel(f"its padding {p['padding']} is negative")
    weights = _kernel(values.weight(kernel), p)
    strides: Any = _padded(p["window_strides"], 1, rank)
    dilation: Any = _padded(p["rhs_dilation"], 1, rank)
    spread: Any = _padded(p["lhs_dilation"], 1, rank)
    _check_spread(weights, spread, strides, padding, dilation)
    alone = all(x.shape[axis] == 1 for axis in (batch, *spatial)) and int(np.prod(shape)) == weights.shape[4]
    starts = not any(low for low, _ in padding)  # else the one window is on padding alone
    if not x.is_map and weights[..., 0, 0].size == 1 and alone and starts:
        return _dense(tracer, values.name(kernel, "conv"), x, weights[0, 0, 0], shape)
    laid = tracer.as_map(x, _spatial(p["dimension_numbers"].lhs_spec))
    op = ops.Conv(weights, np.zeros(weights.shape[4], np.float32), strides, padding, dilation=dilation, spread=spread)
    view = views.laid(shape, _spatial(p["dimension_numbers"].out_spec))
    if rank == 3 and x.shape[batch] > 1:
        if spread[0] > 1:
            raise NoKernel("it is transposed along the frames of several clips")
        return Ref(_several(tracer, values.name(kernel, "conv"), op, laid, x.shape[batch]), view)
    return Ref(tracer.add(values.name(kernel, "conv"), op, [laid]), view)


def winograd_conv(tracer: Tracer, eqn: values.Equation, x: Any, kernel: Any) -> Ref:
    """winograd_conv (lowering/functions/winograd.py) of one clip."""
    x, weights = values.computed(x), values.weight(kernel)
    if x.shape[0] > 1:
        raise NoKernel("it is in Winograd's transformed domain, and of several clips")
    laid, tile = tracer.as_map(x, [[0, 1], [2], [3], [4]]), eqn.params["tile"]
    bias = np.zeros(weights.shape[4], np.float32)
    op = ops.TransformedConv(weights / transforms.scales(tile), bias, tile, eqn.params["pads"])
    view = views.laid(eqn.outvars[0].aval.shape, [[0, 1], [2], [3], [4]])
    return Ref(tracer.add(values.name(kernel, "conv"), op, [laid]), view)


def _check_spread(
    weights: np.ndarray, spread: ops.Window, strides: ops.Window, padding: ops.Padding, dilation: ops.Window
) -> None:
    """NoKernel for a transposed convolution of another form than that of strided ones, the other way round."""
    if max(spread) == 1:
        return
    reach = [(size - 1) * apart for size, apart in zip(weights.shape, dilation, strict=False)]
    fits = [low <= far and high < far + s for (low, high), far, s in zip(padding, reach, spread, strict=True)]
    if max(strides) > 1 or not all(fits):
        raise NoKernel("it is transposed, with strides or more padding than its kernel reaches")


def dot(tracer: Tracer, eqn: values.Equation, a: Any, b: Any) -> Ref:
    """A product with a weight: of a vector, or of the channels at every position (a convolution of 1 x 1 x 1)."""
    ((contracted, by), (batch, _)) = eqn.params["dimension_numbers"]
    if batch:
        raise NoKernel("it has batch axes")
    shape, weight_last = eqn.outvars[0].aval.shape, isinstance(a, Ref)
    x, kernel = (a, b) if weight_last else (b, a)
    x, weights = values.computed(x), values.weight(kernel)
    pair = (contracted, by) if weight_last else (by, contracted)
    if (found := resizing.resampled(tracer, x, weights, pair, weight_last)) is not None:
        return found
    inner, outer = (contracted, by) if weight_last else (by, contracted)
    inner, outer = (
        (list(each) for each in zip(*sorted(zip(inner, outer, strict=True)), strict=True)) if inner else ([], [])
    )
    free = [axis for axis in range(weights.ndim) if axis not in outer]
    outputs = tuple(weights.shape[axis] for axis in free)
    matrix = weights.transpose([*outer, *free]).reshape(-1, int(np.prod(outputs)))
    kept = [axis for axis in range(len(x.shape)) if axis not in inner]
    if not kept and not outputs or not matrix.size:
        raise NoKernel("it gives a single number")
    name = values.name(kernel, "dense")
    if all(x.shape[axis] == 1 for axis in kept):
        return _dense(tracer, name, x, matrix, shape)
    x = tracer.as_map(x, _positions(x, kept, inner))
    op = ops.Conv(matrix[None, None, None], np.zeros(matrix.shape[1], np.float32), (1, 1, 1), ops.NO_PADDING)
    node = tracer.add(name, op, [x])
    result = x.view.with_channels(kept, outputs)
    places = len(kept)
    order = range(len(shape)) if weight_last else [*range(places, len(shape)), *range(places)]
    return Ref(node, result.transpose(tuple(order)))


def _several(tracer: Tracer, name: str, op: ops.Conv, x: Ref, count: int) -> str:
    """A convolution over frames of `count` clips, which lie one after the other with zeros between them."""
    frames, height, width, channels = x.view.value_shape
    size, stride, (low, high) = frames // count, op.strides[0], op.padding[0]
    gap = max(low, high, 0)
    period = -(-(size + gap) // stride) * stride
    given = (size + low + high - op.extent[0]) // stride + 1
    apart = np.pad(np.arange(frames).reshape(count, size), ((0, 0), (0, period - size)), constant_values=moves.OUTSIDE)
    rest = range(height), range(width), range(channels)
    clips = tracer.add("clips", moves.taken([apart.ravel().tolist(), *rest]), [x]) if period > size else x.node
    padded = dataclasses.replace(op, padding=((low, max(0, high - period + size)), *op.padding[1:]))
    node = tracer.add(name, padded, [dataclasses.replace(x, node=clips)])
    found = padded.shape([(count * period, height, width, channels)])
    places = np.arange(count)[:, None] * (period // stride) + np.arange(given)
    if found[0] == places.size:
        return node
    view = views.laid((1, *found), [[0, 1], [2], [3], [4]])
    return tracer.add("apart", moves.taken([places.ravel().tolist(), *map(range, found[1:])]), [Ref(node, view)])


def _positions(x: Ref, kept: Sequence[int], inner: Sequence[int]) -> values.Axes:
    """Which axes become frames and positions: as they lie, if the channels of a feature map are multiplied."""
    if x.is_map and tuple(fine for axis in inner for fine in x.view.array[axis]) == x.view.groups[3]:
        of = {fine: axis for axis in kept for fine in x.view.array[axis]}
        axes = [list(dict.fromkeys(of[fine] for fine in group)) for group in x.view.groups[:3]]
        placed = {axis for group in axes for axis in group}
        if len(placed) == sum(map(len, axes)):  # no axis is spread over two of the map's
            return [[*(axis for axis in kept if axis not in placed), *axes[0]], *axes[1:], inner]
    return [kept[:1], [], kept[1:], inner]


def _dense(tracer: Tracer, name: str, x: Ref, matrix: np.ndarray, shape: Sequence[int]) -> Ref:
    """A product with a vector, which is read as it lies: the rows of the matrix are put in that order."""
    if not x.view.is_plain:
        rows = np.arange(len(matrix)).reshape(x.shape)
        matrix = matrix[x.view.of_array(rows).ravel()]
    op = ops.Dense(np.ascontiguousarray(matrix), np.zeros(matrix.shape[1], np.float32))
    return Ref(tracer.add(name, op, [tracer.unfolded(x)]), views.flat(tuple(shape)))


def _kernel(weights: np.ndarray, params: dict[str, Any]) -> np.ndarray:
    """A kernel of any rank and order as f32[D, H, W, I, O], dense and without groups: packing drops the zeros."""
    out, into, *spatial = params["dimension_numbers"].rhs_spec
    ordered = weights.transpose([*spatial, into, out])
    ordered = ordered.reshape((*_padded(ordered.shape[:-2], 1, len(spatial)), *ordered.shape[-2:]))
    return _ungroup(ordered, params["feature_group_count"])


def _padded(each: Sequence[Any], fill: Any, rank: int) -> tuple[Any, ...]:
    """Something per spatial axis, for all three: a plane has no frames, a line no height either."""
    filled = tuple(tuple(x) if isinstance(x, Sequence) else x for x in each)
    return (*[fill] * (3 - rank), *filled)


def _ungroup(kernel: np.ndarray, groups: int) -> np.ndarray:
    """A grouped kernel is a block-diagonal one, of which packing drops the zeros."""
    if groups == 1:
        return kernel
    i, o = kernel.shape[3], kernel.shape[4] // groups
    out = np.zeros((*kernel.shape[:3], i * groups, kernel.shape[4]), np.float32)
    for g in range(groups):
        out[..., g * i : (g + 1) * i, g * o : (g + 1) * o] = kernel[..., g * o : (g + 1) * o]
    return out


def _spatial(spec: Sequence[int]) -> values.Axes:
    """The axes of a convolution's input or result as those of a feature map.

    Without a third spatial axis, the examples of the batch are the frames.
    """
    batch, channels, *spatial = spec
    positions = [[axis] for axis in spatial]
    positions = [[batch, *positions[0]], *positions[1:]] if len(spatial) == 3 else [[batch], *positions]
    return [positions[0], *[[]] * (3 - len(positions)), *positions[1:], [channels]]
