"""Graph -> MLIR: a function per node, weights as parameters, and a @main that reads like the network."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.kernels import build, dispatches, forms, limits, main, pieces, steps
from lowering.kernels import kernel as kernels
from lowering.targets import targets

MAIN = "main"
SCOPE = "model"  # of the parameters, in the module and in the archive
HEAD = "// One function per layer; @main reads like the network. Weights and tables are parameters, in weights.irpa."


@dataclasses.dataclass(frozen=True, eq=False)
class Module:
    """MLIR text, and the arrays that it names as parameters.

    dispatches: names of its functions in the order of the graph, a function per node or piece that computes something.
    executables: those of them whose kernel IREE keeps as it is, under that name. What IREE makes of the others it
    decides and names itself. function: what computes the network, or a step of a stream.
    """

    text: str
    parameters: dict[str, np.ndarray]
    dispatches: tuple[str, ...]
    executables: tuple[str, ...]
    function: str = MAIN


def emit(graph: ops.Graph, target: targets.Target) -> Module:
    """The rewritten graph as one module for one target.

    Raises GraphError for a node that no kernel takes, LimitError for one that the target's GPUs would refuse.
    """
    shape = graph.output.shape
    graph = build.with_flat_result(graph)
    found, written = build.build(graph, target), pieces.called(graph)
    if target.gpu is not None:
        for name, kernel in found.items():
            limits.check(name, kernel, target.gpu, target.macs_per_dispatch)
    aliases: dict[str, str] = {}
    for kernel in found.values():
        aliases |= kernel.executable.aliases if kernel.executable else kernel.aliases
    head = [HEAD, *(f"{name} = {attribute}" for name, attribute in aliases.items())]
    functions = ["\n".join(function(name, kernel)) for name, kernel in found.items()]
    others = ["\n".join(pieces.function(name, nodes, SCOPE, target)) for name, nodes in written.items()]
    functions += [forms.numbered("\n\n".join(others))] if others else []
    operands = {name: kernel.operands for name, kernel in found.items()}
    operands |= {name: pieces.operands(nodes[0].op) for name, nodes in written.items()}
    return Module(
        "\n\n".join(["\n".join(head), "\n".join(main.lines(graph, found, shape, target)), *functions]) + "\n",
        {f"{name}.{o.name}": o.array for name, each in operands.items() for o in each if o.array is not None},
        tuple(node.name for node in graph.nodes if node.name in found or node.name in written),
        tuple(name for name, kernel in found.items() if kernel.executable),
        steps.STEP if graph.steps else MAIN,
    )


def function(name: str, kernel: kernels.Kernel) -> list[str]:
    """A node's function, with its parameters before it, and its executable, if it has one of its own."""
    declared, loaded = kernels.parameters(name, [o for o in kernel.operands if o.array is not None], SCOPE)
    lines, result = (kernel.lines, kernel.result) if not kernel.executable else dispatches.call(name, kernel)
    arguments = ", ".join(f"%{o.name}: {o.type}" for o in kernel.operands if o.array is None)
    return [
        *declared,
        *(kernel.executable.text(name) if kernel.executable else []),
        f"func.func private @{name}({arguments}) -> {kernel.out} {{",
        *loaded,
        *(f"  {line}" for line in lines),
        f"  return {result} : {kernel.out}",
        "}",
    ]
