"""A Mosaic in ONNX: Slice, Gather and Pad of one input, Concat of several."""

from collections.abc import Sequence

import numpy as np

from lowering.graph import ops
from lowering.graph.onnx.calls import Array, cut, padded
from lowering.graph.onnx.writer import Writer
from lowering.graph.operations import moves

Axes = tuple[moves.Places, ...]  # places along every axis of a tensor


def mosaic(writer: Writer, node: ops.Node, op: ops.Mosaic) -> None:
    """One patch, where it lies; or several that lie side by side along an axis. GraphError for others."""
    parts = [_seen(writer, node, writer.value(node.inputs[p.source]), _laid(p.of)) for p in op.patches]
    to, places = _laid(tuple(tuple(range(size)) for size in op.to)), [_laid(patch.at) for patch in op.patches]
    if len(parts) == 1:
        writer.give(node, _placed(writer, node, parts[0], places[0], to, op.fill))
        return
    along = [axis for axis in range(len(to)) if any(at[axis] != to[axis] for at in places)]
    if len(along) != 1 or tuple(place for at in places for place in at[along[0]]) != to[along[0]]:
        fix = "export the graph before its moves are merged"
        raise ops.GraphError(f"{node.name} is a Mosaic of several moves, which has no form in ONNX; {fix}")
    writer.give(node, writer.add("Concat", parts, node.name, axis=along[0]))


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
