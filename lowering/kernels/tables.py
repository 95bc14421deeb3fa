"""The tables that packed kernels read: offsets of taps, the taps inside the clip for each frame, biases and masks."""

import numpy as np

from lowering.graph import ops, packed
from lowering.kernels import kernel, layouts
from lowering.targets import precisions


def conv(op: ops.PackedConv, x: layouts.Layout, out: layouts.Layout, row_count: int) -> dict[str, np.ndarray]:
    """values f32[taps, group], offsets i32[taps], bounds i32[frames, rows, 2], bias f32[rows, group], mask f32[plane].

    `row_count` may exceed the kernel's rows: the rest have no taps. Weights that an operation is given are left out.
    """
    (front, _), (top, _), (left, _) = op.padding
    d, h, w, i = op.taps.T
    missing = row_count - op.kernel.rows
    return ({} if op.weights_given else {"values": op.kernel.values}) | {
        "offsets": x.offset(d - front, h - top, w - left, i).astype(np.int32),
        "bounds": np.pad(bounds(op, x.frames, out.frames), ((0, 0), (0, missing), (0, 0))),
        "bias": _bias(op.bias, row_count, op.kernel.group),
        "mask": out.mask(),
    }


def words(op: ops.PackedConv, x: layouts.Layout, out: layouts.Layout, offset: int) -> dict[str, np.ndarray]:
    """Those of an integer convolution of words (packed.words), with x in words of which each number has `offset` added.

    values i32[taps, group], bias i32[frames, rows, group], factors f32[rows, group], and residual_factors if there are
    any; else as `conv`. A frame's bias takes back what the offset adds to the taps that lie inside the clip.
    """
    found, rescale = conv(op, x, out, op.kernel.rows), op.rescale
    assert rescale is not None
    before = _sums(op.kernel)
    first, end = np.moveaxis(found["bounds"], -1, 0)
    found["bias"] = (found["bias"] - offset * (before[end] - before[first])).astype(np.int32)
    found["factors"] = _bias(rescale.factors, op.kernel.rows, op.kernel.group)
    if rescale.residual is not None:
        found["residual_factors"] = _bias(rescale.residual, op.kernel.rows, op.kernel.group)
    return found


def operands(
    found: dict[str, np.ndarray], precision: precisions.Precision, ahead: int = 0, prefix: str = ""
) -> list[kernel.Operand]:
    """Tables as operands of a kernel, in the types of a precision. prefix: of their names.

    ahead: how many entries beyond the offsets of its taps a kernel reads; they are zeros.
    """
    kinds = {"values": precision.weights, "bias": precision.accumulators, "mask": precision.accumulators}
    arrays = {name: np.pad(table, (0, ahead)) if name == "offsets" else table for name, table in found.items()}
    floats = lambda name: precisions.DTYPES[kinds.get(name, "f32")]
    dtype = lambda name, table: floats(name) if table.dtype.kind == "f" else np.int32
    return [kernel.array(f"{prefix}{name}", table.astype(dtype(name, table))) for name, table in arrays.items()]


def rolling_offsets(op: ops.PackedConv, span: int) -> np.ndarray:
    """i32[depth * taps]: offsets into a rolling buffer of `depth` frames of `span` positions a channel.

    A window may start in any slot of the buffer: the offsets for the first slot come first.
    """
    depth, (d, _, _, i) = op.extent[0], op.taps.T
    return np.concatenate([(i * depth + (slot + d) % depth) * span for slot in range(depth)]).astype(np.int32)


def bounds(op: ops.PackedConv, frames_in: int, frames_out: int) -> np.ndarray:
    """i32[frames_out, rows, 2]: first tap and end of those that lie inside the clip, for each output frame and row."""
    kernel, front, stride = op.kernel, op.padding[0][0], op.stride
    d, starts = op.taps[:, 0], kernel.starts[:-1].astype(np.int64)
    row = np.repeat(np.arange(kernel.rows), np.diff(kernel.starts))
    pairs = []
    for frame in range(frames_out):
        before = np.bincount(row[d < front - frame * stride], minlength=kernel.rows)
        until = np.bincount(row[d < frames_in + front - frame * stride], minlength=kernel.rows)
        pairs.append(np.stack([starts + before, starts + np.maximum(until, before)], 1))
    return np.array(pairs, np.int32)


def dense_words(op: ops.PackedDense, size: int, x: layouts.Layout | None, offset: int) -> dict[str, np.ndarray]:
    """Those of an integer layer of words (packed.words), with x in words of which each number has `offset` added.

    values i32[taps, group], bias i32[rows, group], factors f32[rows, group]; else as `dense`.
    """
    assert op.rescale is not None
    found = dense(op, size, x)
    before, starts = _sums(op.kernel), op.kernel.starts
    found["bias"] = (found["bias"] - offset * (before[starts[1:]] - before[starts[:-1]])).astype(np.int32)
    found["factors"] = _bias(op.rescale.factors, op.kernel.rows, op.kernel.group)
    return found


def dense(op: ops.PackedDense, size: int, x: layouts.Layout | None) -> dict[str, np.ndarray]:
    """values f32[taps, group], offsets i32[taps], starts i32[rows + 1], bias f32[rows, group].

    `x` is the layout that a flattened input lies in.
    """
    index = op.kernel.taps[:, 3].astype(np.int64)
    if x is not None:
        d, h, w, c = np.unravel_index(index, (x.frames, x.height, x.width, x.channels))
        index = x.first + x.offset(d, h, w, c)
    assert index.size == 0 or index.max() < size
    bias = _bias(op.bias, op.kernel.rows, op.kernel.group)
    return {
        "values": op.kernel.values,
        "offsets": index.astype(np.int32),
        "starts": op.kernel.starts.astype(np.int32),
        "bias": bias,
    }


def _sums(kernel: packed.PackedKernel) -> np.ndarray:
    """i64[taps + 1, group]: the sums of the weights of all taps before each, and of all."""
    each = kernel.values.view(np.int8).reshape(*kernel.values.shape, packed.WORD).sum(-1, dtype=np.int64)
    return np.concatenate([np.zeros((1, kernel.group), np.int64), np.cumsum(each, 0)])


def _bias(bias: np.ndarray, row_count: int, group: int) -> np.ndarray:
    out = np.zeros(row_count * group, bias.dtype)
    out[: len(bias)] = bias
    return out.reshape(row_count, group)
