"""Graph -> MLIR: one function per node from a template, weights as parameters, and a @main that reads like the network."""

import dataclasses

import numpy as np

from lowering.graph import fusion, ops
from lowering.kernels import build, layouts, limits
from lowering.kernels import kernel as kernels
from lowering.targets import targets

SCOPE = "model"  # of the parameters, in the module and in the archive


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
    graph = fusion.join(graph, target)
    layout, users = layouts.assign(graph), graph.users
    values: dict[str, kernels.Value] = {}
    parameters: dict[str, np.ndarray] = {}
    functions, calls, executables = {}, [], []
    for node in graph.nodes:
        inputs = [values[name] for name in node.inputs] or [
            kernels.Value("%clip", kernels.Tensor((1, *node.shape)), None)
        ]
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
    text = "\n\n".join([kernels.fill("module"), _main(graph, calls, values[graph.output.name]), *functions.values()])
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


def _main(graph: ops.Graph, calls: list[str], result: kernels.Value) -> str:
    out = graph.output
    if result.rows is not None:
        raise ops.GraphError(
            f"the network's result {out.name} is a feature map {out.shape}; it must be a vector, such as logits"
        )
    (count,), last = out.shape, result.ssa
    clip, one, two = kernels.Tensor((1, *graph.input.shape)), kernels.Tensor((count,)), kernels.Tensor((1, count))
    lines = [f"func.func @main(%clip: {clip}) -> {two} {{", *calls]
    if result.type != one:
        lines += [f"  %result.classes = tensor.extract_slice {last}[0] [{count}] [1] : {result.type} to {one}"]
        last = "%result.classes"
    lines += [f"  %result.logits = tensor.expand_shape {last} [[0, 1]] output_shape [1, {count}] : {one} into {two}"]
    return "\n".join([*lines, f"  return %result.logits : {two}", "}"])
