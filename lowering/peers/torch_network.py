"""An ONNX model as PyTorch functions: the same nodes and weights, no file of ONNX's between."""

import collections
import functools
import operator
import pathlib
import pickle
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch._inductor import config as inductor
from torch.nn import functional

from lowering.graph import ops
from lowering.graph.onnx import model as models
from lowering.peers.loaded import Arrays, Loaded

Function = Callable[..., Any]  # of the node's inputs
Rule = Callable[[dict[str, Any]], Function]  # of a node's attributes
DTYPES = {code: getattr(torch, name) for name, code in models.CODES.items()}


class Network(torch.nn.Module):
    """A model's inputs to a tuple of its results. The model's nodes and weights are taken out of it, so that none is
    held twice.

    GraphError for an operation without a form here.
    """

    def __init__(self, model: models.Model, memory_format: torch.memory_format) -> None:
        super().__init__()
        self.sources = [each.name for each in model.inputs]
        self.results = [each.name for each in model.outputs]
        self.tensors: dict[str, str] = {}  # weight -> buffer
        for number, name in enumerate(list(model.weights)):
            tensor = torch.from_numpy(np.array(model.weights.pop(name), order="C"))
            buffer = self.tensors[name] = f"weight_{number}"
            self.register_buffer(buffer, tensor.contiguous(memory_format=memory_format) if tensor.ndim == 5 else tensor)
        self.steps = _steps(model)
        model.nodes.clear()

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        values = dict(zip(self.sources, inputs, strict=True))
        values |= {name: getattr(self, buffer) for name, buffer in self.tensors.items()}
        for function, reads, gives in self.steps:
            found = function(*(values[name] for name in reads))
            values.update(zip(gives, found if len(gives) > 1 else [found], strict=True))
        return tuple(values[name] for name in self.results)


def eager(path: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """The pickled model operation by operation; clips in NCDHW."""
    network = _load(path, threads, torch.contiguous_format)
    return _inference(network, network, lambda array: np.array(array, order="C"))


def frozen(path: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """The pickled model traced, frozen and rewritten for oneDNN, which lays out its weights itself; clips in NCDHW."""
    network = _load(path, threads, torch.contiguous_format)
    stored = lambda array: np.array(array, order="C")
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # TorchScript calls itself deprecated
        traced = torch.jit.freeze(torch.jit.trace(network, tuple(_given(network, inputs, stored)), check_trace=False))
        return _inference(torch.jit.optimize_for_inference(traced), network, stored)


def compiled(path: pathlib.Path, threads: int, inputs: Arrays) -> Loaded:
    """The pickled model through torch.compile with frozen weights; clips in NDHWC."""
    inductor.freezing = True
    network = _load(path, threads, torch.channels_last_3d)
    compiled: Any = torch.compile(network)
    return _inference(compiled, network, lambda array: array)


def _load(path: pathlib.Path, threads: int, memory_format: torch.memory_format) -> Network:
    torch.set_num_threads(threads)
    with path.open("rb") as file:
        model = pickle.load(file)
    return Network(model, memory_format).eval()


def _given(network: Network, inputs: Arrays, stored: Callable[[np.ndarray], np.ndarray]) -> list[torch.Tensor]:
    return [torch.from_numpy(stored(models.laid(inputs[name]))) for name in network.sources]


def _inference(function: Function, network: Network, stored: Callable[[np.ndarray], np.ndarray]) -> Loaded:
    """function: what the network became. stored: how an array lies in memory."""

    def infer(given: list[torch.Tensor]) -> dict[str, np.ndarray]:
        with torch.inference_mode():
            return {name: found.numpy() for name, found in zip(network.results, function(*given), strict=True)}

    return Loaded(lambda inputs: _given(network, inputs, stored), infer)


def _steps(model: models.Model) -> list[tuple[Function, tuple[str, ...], tuple[str, ...]]]:
    """A ReLU overwrites the sum before it that nobody else reads."""
    readers = collections.Counter(name for node in model.nodes for name in node.inputs)
    readers.update(each.name for each in model.outputs)
    sums = {node.outputs[0] for node in model.nodes if node.kind in ("Conv", "ConvTranspose", "Gemm")}
    steps = []
    for node in model.nodes:
        if node.kind not in RULES:
            raise ops.GraphError(f"{node.name} is a {node.kind}, which has no form in PyTorch; leave that engine out")
        function = RULES[node.kind](node.attributes)
        if node.kind == "Relu" and node.inputs[0] in sums and readers[node.inputs[0]] == 1:
            function = functools.partial(functional.relu, inplace=True)
        steps.append((function, node.inputs, node.outputs))
    return steps


def _conv(a: dict[str, Any]) -> Function:
    pad, sides = _padding(a["pads"], 0.0)
    conv = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}[len(sides)]
    rest = (a["strides"], sides, a.get("dilations", 1), a.get("group", 1))
    return lambda x, w, b=None: conv(pad(x), w, b, *rest)


def _conv_transpose(a: dict[str, Any]) -> Function:
    """Uneven pads are cut off."""
    rank = len(a["strides"])
    conv = (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d)[rank - 1]
    sides = zip(a["pads"][:rank], a["pads"][rank:], strict=True)
    cut = (slice(None), slice(None), *(slice(low, -high or None) for low, high in sides))
    more = a.get("output_padding", 0)
    return lambda x, w, b=None: conv(x, w, b, a["strides"], 0, more, 1, a.get("dilations", 1))[cut]


def _max_pool(a: dict[str, Any]) -> Function:
    pad, sides = _padding(a["pads"], -torch.inf, a["kernel_shape"])
    return lambda x: functional.max_pool3d(pad(x), a["kernel_shape"], a["strides"], sides)


def _mean_pool(a: dict[str, Any]) -> Function:
    pad, sides = _padding(a["pads"], 0.0, a["kernel_shape"])
    return lambda x: functional.avg_pool3d(pad(x), a["kernel_shape"], a["strides"], sides)


def _padding(pads: Sequence[int], outside: float, window: Sequence[int] = ()) -> tuple[Function, tuple[int, ...]]:
    """What pads before, and the symmetric pads that PyTorch's function takes: for pools, at most half the window."""
    rank = len(pads) // 2
    lows, highs = tuple(pads[:rank]), tuple(pads[rank:])
    if lows == highs and all(2 * side <= size for side, size in zip(lows, window, strict=False)):
        return lambda x: x, lows
    return functools.partial(functional.pad, pad=_ends(pads), value=outside), (0,) * rank


def _ends(pads: Sequence[int]) -> list[int]:
    """ONNX's pads as PyTorch has them: the last axis first."""
    rank = len(pads) // 2
    return [pads[axis + side] for axis in reversed(range(rank)) for side in (0, rank)]


def _pad(a: dict[str, Any]) -> Function:
    return lambda x, value=None: functional.pad(x, _ends(a["pads"]), value=0 if value is None else value.item())


def _slice(a: dict[str, Any]) -> Function:
    """Steps of -1 are along whole axes."""
    parts = dict(zip(a["axes"], zip(a["starts"], a["ends"], a["steps"], strict=True), strict=True))
    turned = [axis for axis, (_, _, step) in parts.items() if step < 0]
    cuts = [slice(*parts[axis]) if parts[axis][2] > 0 else slice(None) for axis in sorted(parts)]
    if turned:
        return lambda x: x.flip(turned)
    return lambda x: x[tuple(cuts)]


def _reduce(reduce: Function) -> Rule:
    return lambda a: lambda x: reduce(x, tuple(a["axes"]))


def _product(x: torch.Tensor, axes: Sequence[int]) -> torch.Tensor:
    return functools.reduce(torch.prod, sorted(axes, reverse=True), x)


def _plain(function: Function) -> Rule:
    return lambda a: function


RULES: dict[str, Rule] = {
    **{name: _plain(getattr(torch, name.lower())) for name in ("Neg", "Abs", "Exp", "Log", "Tanh", "Sigmoid", "Sqrt")},
    **{name: _plain(getattr(torch, name.lower())) for name in ("Erf", "Floor", "Ceil", "Sign", "Sin", "Cos", "Tan")},
    **{name: _plain(getattr(torch, name.lower())) for name in ("Atan", "Reciprocal", "Pow", "Greater", "Less")},
    "Add": _plain(operator.add),
    "Sub": _plain(operator.sub),
    "Mul": _plain(operator.mul),
    "Div": _plain(lambda a, b: a / b if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc")),
    "Max": _plain(torch.maximum),
    "Min": _plain(torch.minimum),
    "Equal": _plain(torch.eq),
    "GreaterOrEqual": _plain(torch.ge),
    "LessOrEqual": _plain(torch.le),
    "Not": _plain(torch.logical_not),
    "And": _plain(torch.logical_and),
    "Or": _plain(torch.logical_or),
    "Where": _plain(torch.where),
    "Relu": _plain(functional.relu),
    "Identity": _plain(lambda x: x),
    "MatMul": _plain(torch.matmul),
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": _max_pool,
    "AveragePool": _mean_pool,
    "Gemm": _plain(functional.linear),
    "Concat": lambda a: lambda *xs: torch.cat(xs, a["axis"]),
    "Softmax": lambda a: functools.partial(functional.softmax, dim=a["axis"]),
    "Flatten": lambda a: lambda x: x.reshape(1, -1),
    "Reshape": lambda a: lambda x: x.reshape(a["shape"]),
    "Transpose": lambda a: lambda x: x.permute(a["perm"]),
    "Expand": lambda a: lambda x: x.expand(a["shape"]),
    "Slice": _slice,
    "Pad": _pad,
    "Split": lambda a: lambda x: torch.split(x, list(a["split"]), a["axis"]),
    "Cast": lambda a: lambda x: x.to(DTYPES[a["to"]]),
    "ReduceSum": _reduce(torch.sum),
    "ReduceMax": _reduce(torch.amax),
    "ReduceMin": _reduce(torch.amin),
    "ReduceProd": _reduce(_product),
    "ArgMax": lambda a: lambda x: torch.argmax(x, a["axis"]),
    "ArgMin": lambda a: lambda x: torch.argmin(x, a["axis"]),
    "CumSum": lambda a: _cumulative(a["axis"], a["reverse"]),
    "TopK": lambda a: lambda x: torch.topk(x, a["k"], a["axis"], bool(a["largest"])),
    "Gather": lambda a: lambda x, places: x[(*[slice(None)] * a["axis"], places)],
}


def _cumulative(axis: int, reverse: int) -> Function:
    if reverse:
        return lambda x: x.flip([axis]).cumsum(axis).flip([axis])
    return lambda x: x.cumsum(axis)
