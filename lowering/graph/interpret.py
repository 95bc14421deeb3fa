"""What each operation of the graph means, in numpy: the oracle that every backend is held against."""

import numpy as np

from lowering.graph import ops, packed


def evaluate(graph: ops.Graph, *inputs: np.ndarray) -> np.ndarray:
    """The graph's result for one example: an array f32[D, H, W, C] or f32[K] per input; sums in f64, given back as f32."""
    arguments = zip(graph.inputs, inputs, strict=True)
    values = {node.name: np.asarray(given, np.float64) for node, given in arguments}
    for node in graph.nodes:
        if not isinstance(node.op, ops.Input):
            values[node.name] = apply(node.op, [values[name] for name in node.inputs])
    return values[graph.output.name].astype(np.float32)


def apply(op: ops.Op, inputs: list[np.ndarray]) -> np.ndarray:
    """One operation on f64 values."""
    x = inputs[0]
    match op:
        case ops.Conv():
            return _activate(_conv(x, op.kernel, op.strides, op.padding) + op.bias + sum(inputs[1:]), op.relu)
        case ops.PackedConv():
            strides = (op.stride, 1, 1)
            return _activate(
                _conv(x, packed.unpack(op.kernel), strides, op.padding) + op.bias + sum(inputs[1:]), op.relu
            )
        case ops.FusedConvs():
            return apply(op.second, [apply(op.first, inputs[:1]), *inputs[1:]])
        case ops.FusedPool():
            return apply(op.pool, [apply(op.conv, inputs)])
        case ops.Dense():
            return _activate(x @ op.kernel + op.bias, op.relu)
        case ops.PackedDense():
            return _activate(x @ packed.unpack(op.kernel)[0, 0, 0] + op.bias, op.relu)
        case ops.Affine():
            return x * op.scale + op.shift
        case ops.Add():
            return inputs[0] + inputs[1]
        case ops.Relu():
            return np.maximum(x, 0)
        case ops.MaxPool():
            return _windows(x, op.window, op.strides, op.padding, -np.inf).max((4, 5, 6))
        case ops.AvgPool():
            return _windows(x, op.window, op.strides, op.padding, 0).mean((4, 5, 6))
        case ops.Concat():
            return np.concatenate(inputs, -1)
        case ops.SpaceToDepth():
            return _split_phases(x, op)
        case ops.Reshape():
            return x.ravel()
        case ops.Softmax():
            e = np.exp(x - x.max())
            return e / e.sum()
        case _:
            raise NotImplementedError(f"no meaning is written for {type(op).__name__}")


def _activate(x: np.ndarray, relu: bool) -> np.ndarray:
    return np.maximum(x, 0) if relu else x


def _windows(
    x: np.ndarray, window: ops.Window, strides: ops.Window, padding: ops.Padding, outside: float
) -> np.ndarray:
    """Windows of a feature map: [D', H', W', C, kd, kh, kw]."""
    x = np.pad(x, (*padding, (0, 0)), constant_values=outside)
    sd, sh, sw = strides
    return np.lib.stride_tricks.sliding_window_view(x, window, (0, 1, 2))[::sd, ::sh, ::sw]


def _conv(x: np.ndarray, kernel: np.ndarray, strides: ops.Window, padding: ops.Padding) -> np.ndarray:
    x = np.pad(x, (*padding, (0, 0)))
    d, h, w = ops.window_shape(x.shape, kernel.shape[:3], strides, ((0, 0),) * 3)
    out = np.zeros((d, h, w, kernel.shape[4]))
    sd, sh, sw = strides
    for a, b, e in np.ndindex(*kernel.shape[:3]):
        out += (
            x[a : a + sd * (d - 1) + 1 : sd, b : b + sh * (h - 1) + 1 : sh, e : e + sw * (w - 1) + 1 : sw]
            @ kernel[a, b, e]
        )
    return out


def _split_phases(x: np.ndarray, op: ops.SpaceToDepth) -> np.ndarray:
    (sd, sh, sw), (a, b, e), c = op.strides, op.phases, x.shape[3]
    d, h, w, _ = ops.phases_shape(x.shape, op)
    x = np.pad(x, (*((low, max(high, 0)) for low, high in op.padding), (0, 0)))[: d * sd, : h * sh, : w * sw]
    by_phase = x.reshape(d, sd, h, sh, w, sw, c).transpose(0, 2, 4, 1, 3, 5, 6)
    return by_phase[:, :, :, :a, :b, :e].reshape(d, h, w, -1)
