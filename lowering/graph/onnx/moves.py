"""A Mosaic in ONNX: Slice, Gather and Pad of one input, Concat of several, Transpose of pixels and channels."""

from collections.abc import Sequence

import numpy as np

from lowering.graph import ops
from lowering.graph.onnx.calls import Array, cut, padded
from lowering.graph.onnx.writer import Writer
from lowering.graph.operations import moves

Axes = tuple[moves.Places, ...]  # places along every axis of a tensor


def mosaic(writer: Writer, node: ops.Node, op: ops.Mosaic) -> None:
    """One patch, where it lies; several that lie side by side along an axis; or any, element by element."""
    if len(op.patches) > 1 and (order := moves.shuffled(op, writer.graph[node.inputs[0]].shape)) is not None:
        writer.give(node, _shuffled(writer, node, op, *order))
        return
    to, places = _laid(tuple(tuple(range(size)) for size in op.to)), [_laid(patch.at) for patch in op.patches]
    seen = lambda patch: _seen(writer, node, writer.value(node.inputs[patch.source]), _laid(patch.of))
    if len(op.patches) == 1:
        writer.give(node, _placed(writer, node, seen(op.patches[0]), places[0], to, op.fill))
        return
    along = [axis for axis in range(len(to)) if any(at[axis] != to[axis] for at in places)]
    if len(along) != 1 or tuple(place for at in places for place in at[along[0]]) != to[along[0]]:
        writer.give(node, _each(writer, node, op))
        return
    writer.give(node, writer.add("Concat", list(map(seen, op.patches)), node.name, axis=along[0]))


def _shuffled(writer: Writer, node: ops.Node, op: ops.Mosaic, phases: ops.Window, last: bool) -> str:
    """Phases among the channels as places between the pixels: a Reshape, a Transpose and a Reshape."""
    tensor, (*sizes, _) = writer.value(node.inputs[0]), writer.graph[node.inputs[0]].shape
    channels = (op.to[3], *phases) if last else (*phases, op.to[3])
    tensor = writer.reshape(tensor, (1, op.to[3] * int(np.prod(phases)), *sizes), (1, *channels, *sizes), node.name)
    c, *among = (1, 2, 3, 4) if last else (4, 1, 2, 3)
    order = [0, c, *(axis for pair in zip((5, 6, 7), among, strict=True) for axis in pair)]
    shape = [(1, *channels, *sizes)[axis] for axis in order]
    return writer.reshape(
        writer.transpose(tensor, order, node.name), tuple(shape), (1, op.to[3], *op.to[:3]), node.name
    )


def _each(writer: Writer, node: ops.Node, op: ops.Mosaic) -> str:
    """A Gather of every element from all inputs, one after the other and the fill behind them."""
    shapes = [writer.graph[name].shape for name in node.inputs]
    sizes = [int(np.prod(shape)) for shape in shapes]
    starts = np.cumsum([0, *sizes])
    laid = lambda shape: (1, shape[-1], *shape[:-1])
    flat = [
        writer.reshape(writer.value(name), laid(shape), (size,), node.name)
        for name, shape, size in zip(node.inputs, shapes, sizes, strict=True)
    ]
    flat.append(writer.weight(f"{node.name}.fill", np.full(1, op.fill)))
    found = np.full(laid(op.to), starts[-1])
    for patch in op.patches:
        shape = laid(shapes[patch.source])
        numbers = np.arange(np.prod(shape)).reshape(shape) + starts[patch.source]
        found[np.ix_(*_laid(patch.at))] = numbers[np.ix_(*_laid(patch.of))]
    joined = writer.add("Concat", flat, node.name, axis=0)
    return writer.add("Gather", [joined, writer.constant(f"{node.name}.places", found)], node.name, axis=0)


def _laid(places: Axes) -> Axes:
    """Places along the axes of a value as along those of its tensor, NCDHW or [1, K]."""
    return ((0,), places[3], *places[:3]) if len(places) == 4 else ((0,), *places)


def _seen(writer: Writer, node: ops.Node, tensor: str, of: Axes) -> str:
    """The places of a tensor along each axis: a Slice where they are evenly spaced, a Gather where they are not."""
    even = [_step(places) for places in of]
    starts = [places[0] if step else 0 for places, step in zip(of, even, strict=True)]
    ends = [places[-1] + 1 if step else 1 << 30 for places, step in zip(of, even, strict=True)]
    tensor = cut(writer, f"{node.name}.seen", tensor, starts, ends, [step or 1 for step in even])
    for axis, places in enumerate(of):
        if not even[axis]:
            tensor = _gathered(writer, node, tensor, axis, places)
    return tensor


def _placed(writer: Writer, node: ops.Node, tensor: str, at: Axes, to: Axes, fill: float) -> str:
    """A patch with the fill around it and between its places."""
    apart = [axis for axis, places in enumerate(at) if _step(places) != 1]
    value = writer.weight(f"{node.name}.fill", np.asarray(fill)) if fill else None
    pads = [
        (0, 1) if axis in apart else (places[0], len(all_) - 1 - places[-1])
        for axis, (places, all_) in enumerate(zip(at, to, strict=True))
    ]
    x = Array(tensor, tuple(map(len, at)), "float32")
    tensor = padded(writer, node.name, x, pads, value)
    for axis in apart:  # what no place of the patch lies at is the fill behind it
        found = np.full(len(to[axis]), len(at[axis]))
        found[list(at[axis])] = np.arange(len(at[axis]))
        tensor = _gathered(writer, node, tensor, axis, found.tolist())
    return tensor


def _gathered(writer: Writer, node: ops.Node, tensor: str, axis: int, places: Sequence[int]) -> str:
    indices = writer.constant(f"{node.name}.places", np.array(places, np.int64))
    return writer.add("Gather", [tensor, indices], node.name, axis=axis)


def _step(places: Sequence[int]) -> int:
    """How far places are apart, if that is always the same number above 0; else 0."""
    steps = set(np.diff(places).tolist()) or {1}
    return max(0, steps.pop()) if len(steps) == 1 else 0
