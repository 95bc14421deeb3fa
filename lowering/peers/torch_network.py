"""A graph as PyTorch functions: the same weights, no file format between."""

import functools
import pathlib
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch._inductor import config as inductor
from torch.nn import functional

from lowering.graph import ops

Infer = Callable[[], np.ndarray]
Function = Callable[..., torch.Tensor]  # of the inputs, then the weights
Rule = Callable[[Any], tuple[Function, tuple[np.ndarray, ...]]]


class Network(torch.nn.Module):
    """A graph's inputs, f32[1, C, D, H, W] or f32[1, K], to its result.

    `nodes` is emptied, so that weights are not held twice.

    GraphError for an operation without a form here.
    """

    def __init__(self, nodes: list[ops.Node], result: str, memory_format: torch.memory_format) -> None:
        super().__init__()
        self.result, self.sources = result, [node.name for node in nodes if isinstance(node.op, ops.Input)]
        self.steps: list[tuple[str, Function, tuple[str, ...], list[str]]] = []
        nodes[:] = [node for node in nodes if not isinstance(node.op, ops.Input)]
        while nodes:
            node = nodes.pop(0)
            rule = RULES.get(type(node.op))
            if rule is None:
                kind = type(node.op).__name__
                raise ops.GraphError(f"{node.name} is a {kind}, which has no form in PyTorch; {WITHOUT_FORM}")
            if getattr(node.op, "then", None) is not None:
                has = f"{node.name} has an activation in it, which has no form in PyTorch"
                raise ops.GraphError(f"{has}; {WITHOUT_FORM}")
            function, weights = rule(node.op)
            names = [f"{node.name}_{number}" for number in range(len(weights))]
            for name, values in zip(names, weights, strict=True):
                tensor = torch.from_numpy(np.array(values, np.float32, order="C"))
                self.register_buffer(
                    name, tensor.contiguous(memory_format=memory_format) if tensor.ndim == 5 else tensor
                )
            self.steps.append((node.name, function, node.inputs, names))

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        values = dict(zip(self.sources, inputs, strict=True))
        for name, function, reads, weights in self.steps:
            values[name] = function(*(values[i] for i in reads), *(getattr(self, w) for w in weights))
        return values[self.result]


def eager(path: pathlib.Path, threads: int, clip: np.ndarray) -> Infer:
    """The pickled graph operation by operation; the clip in NCDHW."""
    network = _load(path, threads, torch.contiguous_format)
    return _inference(network, torch.from_numpy(np.ascontiguousarray(np.moveaxis(clip, 4, 1))))


def frozen(path: pathlib.Path, threads: int, clip: np.ndarray) -> Infer:
    """The pickled graph traced, frozen and rewritten for oneDNN, which lays out its weights itself; clip in NCDHW."""
    network = _load(path, threads, torch.contiguous_format)
    x = torch.from_numpy(np.ascontiguousarray(np.moveaxis(clip, 4, 1)))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # TorchScript calls itself deprecated
        traced = torch.jit.freeze(torch.jit.trace(network, x, check_trace=False))
        return _inference(torch.jit.optimize_for_inference(traced), x)


def compiled(path: pathlib.Path, threads: int, clip: np.ndarray) -> Infer:
    """The pickled graph through torch.compile with frozen weights; the clip in NDHWC."""
    inductor.freezing = True
    network: Any = torch.compile(_load(path, threads, torch.channels_last_3d))
    return _inference(network, torch.from_numpy(clip).permute(0, 4, 1, 2, 3))


def _load(path: pathlib.Path, threads: int, memory_format: torch.memory_format) -> Network:
    torch.set_num_threads(threads)
    with path.open("rb") as file:
        graph = pickle.load(file)
    nodes, result = list(graph.nodes), graph.result
    del graph
    return Network(nodes, result, memory_format).eval()


def _inference(network: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor) -> Infer:
    def infer() -> np.ndarray:
        with torch.inference_mode():
            return network(x).numpy()

    return infer


def _conv(op: ops.Conv) -> tuple[Function, tuple[np.ndarray, ...]]:
    pad, sides = _padding(op.padding, 0.0)
    conv = lambda x, w, b: _activate(functional.conv3d(pad(x), w, b, op.strides, sides), op.relu)
    return conv, (op.kernel.transpose(4, 3, 0, 1, 2), op.bias)


def _dense(op: ops.Dense) -> tuple[Function, tuple[np.ndarray, ...]]:
    return lambda x, w, b: _activate(functional.linear(x, w, b), op.relu), (op.kernel.T, op.bias)


def _affine(op: ops.Affine) -> tuple[Function, tuple[np.ndarray, ...]]:
    wide = lambda x, values: values.reshape(1, -1, *[1] * (x.ndim - 2))
    return lambda x, s, t: x * wide(x, s) + wide(x, t), (op.scale, op.shift)


def _max_pool(op: ops.MaxPool) -> tuple[Function, tuple[np.ndarray, ...]]:
    pad, sides = _padding(op.padding, -torch.inf, op.window)
    return lambda x: functional.max_pool3d(pad(x), op.window, op.strides, sides), ()


def _avg_pool(op: ops.AvgPool) -> tuple[Function, tuple[np.ndarray, ...]]:
    pad, sides = _padding(op.padding, 0.0, op.window)
    return lambda x: functional.avg_pool3d(pad(x), op.window, op.strides, sides), ()


def _padding(
    padding: ops.Padding, outside: float, window: ops.Window | None = None
) -> tuple[Function, tuple[int, ...]]:
    """What pads before, and the symmetric pads that PyTorch's function takes: for pools, at most half the window."""
    sides = tuple(low for low, _ in padding)
    even = all(low == high for low, high in padding)
    if even and (window is None or all(2 * side <= size for side, size in zip(sides, window, strict=True))):
        return lambda x: x, sides
    ends = [end for pads in reversed(padding) for end in pads]
    return functools.partial(functional.pad, pad=ends, value=outside), (0, 0, 0)


def _activate(x: torch.Tensor, relu: bool) -> torch.Tensor:
    return functional.relu(x, inplace=True) if relu else x


WITHOUT_FORM = "give PyTorch the graph that stages.ALGEBRA makes"
RULES: dict[type[ops.Op], Rule] = {
    ops.Conv: _conv,
    ops.Dense: _dense,
    ops.Affine: _affine,
    ops.MaxPool: _max_pool,
    ops.AvgPool: _avg_pool,
    ops.Add: lambda op: (lambda a, b: a + b, ()),
    ops.Relu: lambda op: (functional.relu, ()),
    ops.Concat: lambda op: (lambda *maps: torch.cat(maps, 1), ()),
    ops.Reshape: lambda op: (lambda x: x.permute(0, 2, 3, 4, 1).reshape(1, -1), ()),
    ops.Softmax: lambda op: (functools.partial(functional.softmax, dim=1), ()),
}
