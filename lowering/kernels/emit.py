"""Graph -> MLIR: one function per node from a template, weights as parameters, and a @main that reads like the network."""

import dataclasses
import math

import numpy as np

from lowering.graph import ops
from lowering.kernels import build, generic, layouts, limits
from lowering.kernels import kernel as kernels
from lowering.targets import targets

# These read all that a vector holds; the other kernels know how much they need.
WHOLE_VECTORS = ops.Affine | ops.Relu | ops.Add | ops.Concat
SCOPE = "model"  # of the parameters, in the module and in the archive
RESULT = "main.result"  # the function that takes a feature map out of its layout; no layer has a dot in its name


@dataclasses.dataclass(frozen=True, eq=False)
class Module:
    """MLIR text, and the arrays that it names as parameters.

    dispatches: names of its functions, a function per node that computes something; executables: those of them whose kernel IREE keeps as
    it is, under that name. What IREE makes of the others it decides and names itself.
    """

    text: str
    parameters: dict[str, np.ndarray]
    dispatches: tuple[str, ...]
    executables: tuple[str, ...]


def emit(graph: ops.Graph, target: targets.Target) -> Module:
    """The rewritten graph as one module for one target. Raises GraphError for a node that no kernel takes, LimitError for one that the target's GPUs would refuse."""
    layout, users = layouts.assign(graph), graph.users
    values: dict[str, kernels.Value] = {}
    parameters: dict[str, np.ndarray] = {}
    functions, calls, executables = {}, [], []
    for node in graph.nodes:
        if isinstance(node.op, ops.Input) and not users[node.name] and node.name != graph.result:
            continue
        inputs = [values[name] for name in node.inputs] or [_argument(node)]
        if isinstance(node.op, ops.Input) and len(node.shape) == 1:
            values[node.name], line = _reshaped(inputs[0], node.shape, f"%{node.name}.vector")
            calls.append(line)
            continue
        kernel = build.build(node, inputs, users[node.name], layout, target)
        if kernel is None:
            values[node.name] = inputs[0]
            continue
        if target.gpu is not None:
            limits.check(node.name, kernel, target.gpu, target.macs_per_dispatch)
        parameters |= {f"{node.name}.{o.name}": o.array for o in kernel.operands if o.array is not None}
        functions[node.name] = _function(node.name, kernel)
        executables += [node.name] if kernel.outside else []
        ssa = f"%{node.name}" if node.inputs else f"%{node.name}.rows"
        values[node.name] = kernels.Value(ssa, kernel.out, layout.get(node.name))
        arguments, types = ", ".join(v.ssa for v in inputs), ", ".join(str(v.type) for v in inputs)
        calls.append(f"  {ssa} = call @{node.name}({arguments}) : ({types}) -> {kernel.out}")
        if len(node.shape) == 1 and any(isinstance(user.op, WHOLE_VECTORS) for user in users[node.name]):
            values[node.name], cut = _cut(values[node.name], node.shape[0], f"%{node.name}.vector")
            calls += cut
    result = values[graph.result]
    if result.rows is not None:  # a feature map leaves the network as it came in: frames x height x width x channels
        kernel = generic.vector(result)
        functions[RESULT] = _function(RESULT, kernel)
        calls.append(f"  %{RESULT} = call @{RESULT}({result.ssa}) : ({result.type}) -> {kernel.out}")
        result = kernels.Value(f"%{RESULT}", kernel.out, None)
    text = "\n\n".join([kernels.fill("module"), _main(graph, calls, result), *functions.values()])
    return Module(text + "\n", parameters, tuple(functions), tuple(executables))


def _function(name: str, kernel: kernels.Kernel) -> str:
    weights = [o for o in kernel.operands if o.array is not None]
    declare = [
        f'util.global private @{name}.{o.name} = #flow.parameter.named<"{SCOPE}"::"{name}.{o.name}"> : {o.type}'
        for o in weights
    ]
    loads = [f"  %{o.name} = util.global.load @{name}.{o.name} : {o.type}" for o in weights]
    arguments = ", ".join(f"%{o.name}: {o.type}" for o in kernel.operands if o.array is None)
    head = f"func.func private @{name}({arguments}) -> {kernel.out} {{"
    parts = [*declare, kernel.outside, head, *loads, kernel.body, f"  return %result : {kernel.out}", "}"]
    return "\n".join(part for part in parts if part).replace("{name}", name)


def _argument(node: ops.Node) -> kernels.Value:
    """An input as @main is given it, with a batch of one."""
    return kernels.Value(f"%{node.name}", kernels.Tensor((1, *node.shape)), None)


def _cut(value: kernels.Value, count: int, ssa: str) -> tuple[kernels.Value, list[str]]:
    """The first elements of a vector, and the line that cuts them; the vector itself if it holds no more."""
    to = kernels.Tensor((count,))
    if value.type == to:
        return value, []
    return kernels.Value(ssa, to, None), [
        f"  {ssa} = tensor.extract_slice {value.ssa}[0] [{count}] [1] : {value.type} to {to}"
    ]


def _reshaped(value: kernels.Value, shape: ops.Shape, ssa: str) -> tuple[kernels.Value, str]:
    """A value of one axis as several, or the other way round, and the line that makes it."""
    to, several = kernels.Tensor(shape), max(len(shape), len(value.type.shape))
    axes = f"[[{', '.join(map(str, range(several)))}]]"
    kind = "collapse_shape" if len(shape) == 1 else "expand_shape"
    sizes = "" if len(shape) == 1 else f" output_shape [{', '.join(map(str, shape))}]"
    line = f"  {ssa} = tensor.{kind} {value.ssa} {axes}{sizes} : {value.type} into {to}"
    return kernels.Value(ssa, to, None), line


def _main(graph: ops.Graph, calls: list[str], result: kernels.Value) -> str:
    out, arguments = graph.output, [_argument(node) for node in graph.inputs]
    one = kernels.Tensor((math.prod(out.shape),))
    result, cut = _cut(result, one.size, "%result.classes")
    result, line = _reshaped(result, (1, *out.shape), "%result.logits")
    head = f"func.func @main({', '.join(f'{a.ssa}: {a.type}' for a in arguments)}) -> {result.type} {{"
    return "\n".join([head, *calls, *cut, line, f"  return {result.ssa} : {result.type}", "}"])
