"""Whether a graph holds together: what is verified after every rewrite."""

from lowering.graph import ops


def verify(graph: ops.Graph) -> ops.Graph:
    """The graph, if it holds together; else GraphError.

    Every node follows its inputs, has a name of its own and the shape that its inputs give. Every node but the inputs is read, unless it
    is the result, which nothing reads.
    """
    shapes: dict[str, ops.Shape] = {}
    for node in graph.nodes:
        if node.name in shapes:
            raise ops.GraphError(f"two nodes are named {node.name!r}; names must differ")
        for name in node.inputs:
            if name not in shapes:
                raise ops.GraphError(f"{node.name} reads {name!r}, which no earlier node gives")
        inputs = [shapes[i] for i in node.inputs]
        if inputs:
            _check_inputs(node, inputs)
            expected = ops.output_shape(node.op, inputs)
            if node.shape != expected or min(node.shape) < 1:
                raise ops.GraphError(
                    f"{node.name} ({type(node.op).__name__}) says shape {node.shape}, its inputs {inputs} give {expected}"
                )
        elif not isinstance(node.op, ops.Input):
            raise ops.GraphError(f"{node.name} ({type(node.op).__name__}) has no input")
        shapes[node.name] = node.shape
    _check_result(graph, shapes)
    return graph


def _check_result(graph: ops.Graph, shapes: dict[str, ops.Shape]) -> None:
    if graph.result not in shapes:
        raise ops.GraphError(f"the result is {graph.result!r}, which no node gives")
    if readers := graph.users[graph.result]:
        raise ops.GraphError(f"{readers[0].name} reads the result {graph.result}; nothing may come after it")
    for node in graph.nodes:
        if node.name != graph.result and not graph.users[node.name] and not isinstance(node.op, ops.Input):
            raise ops.GraphError(f"nobody reads {node.name}, and the result is {graph.result}; drop it with rewire")


def _check_inputs(node: ops.Node, inputs: list[ops.Shape]) -> None:
    if isinstance(node.op, ops.Conv | ops.PackedConv | ops.FusedConvs) and len(inputs) == 2 and inputs[1] != node.shape:
        raise ops.GraphError(
            f"{node.name} of shape {node.shape} adds a value of shape {inputs[1]}; they must be the same"
        )
    match node.op:
        case (
            ops.Conv(kernel=kernel)
            | ops.PackedConv(kernel=kernel)
            | ops.FusedConvs(first=ops.PackedConv(kernel=kernel))
            | ops.FusedPool(conv=ops.PackedConv(kernel=kernel))
        ):
            if len(inputs[0]) != 4 or inputs[0][3] != kernel.shape[3]:
                raise ops.GraphError(f"{node.name} has a kernel for {kernel.shape[3]} channels and reads {inputs[0]}")
        case ops.Dense(kernel=kernel) | ops.PackedDense(kernel=kernel):
            if inputs[0] != (kernel.shape[-2],):
                raise ops.GraphError(f"{node.name} has a kernel for {kernel.shape[-2]} inputs and reads {inputs[0]}")
        case ops.Add():
            if len(set(inputs)) != 1:
                raise ops.GraphError(f"{node.name} adds values of different shapes: {inputs}")
        case ops.Concat():
            if len({s[:-1] for s in inputs}) != 1:
                raise ops.GraphError(f"{node.name} joins feature maps of different sizes: {inputs}")
