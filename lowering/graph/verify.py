"""Whether a graph holds together: what is verified after every rewrite."""

from lowering.graph import ops


def verify(graph: ops.Graph) -> ops.Graph:
    """The graph, if it holds together; else GraphError.

    Every node follows its inputs, has a name of its own and the shape that its inputs give. Every node but the
    inputs and states is read, unless it is the result, which nothing reads. States keep their shape from step to step.
    Integers are read by what computes with them alone.
    """
    known: dict[str, ops.Node] = {}
    for node in graph.nodes:
        if node.name in known:
            raise ops.GraphError(f"two nodes are named {node.name!r}; names must differ")
        for name in node.inputs:
            if name not in known:
                raise ops.GraphError(f"{node.name} reads {name!r}, which no earlier node gives")
        inputs = [known[name] for name in node.inputs]
        expected = (
            node.shape if isinstance(node.op, ops.Input | ops.State) else ops.node(node.name, node.op, *inputs).shape
        )
        if node.shape != expected or min(node.shape) < 1:
            kind, shapes = type(node.op).__name__, [each.shape for each in inputs]
            raise ops.GraphError(f"{node.name} ({kind}) says shape {node.shape}, its inputs {shapes} give {expected}")
        known[node.name] = node
    _check_result(graph)
    _check_types(graph)
    return graph


def _check_result(graph: ops.Graph) -> None:
    if graph.result not in graph.by_name:
        raise ops.GraphError(f"the result is {graph.result!r}, which no node gives")
    if readers := graph.users[graph.result]:
        raise ops.GraphError(f"{readers[0].name} reads the result {graph.result}; nothing may come after it")
    for state, name in graph.next.items():
        if graph[state].shape != graph[name].shape:
            raise ops.GraphError(f"{state} has shape {graph[state].shape}, and becomes {name}: {graph[name].shape}")
    for node in graph.nodes:
        given = isinstance(node.op, ops.Input | ops.State)
        if node.name != graph.result and not graph.users[node.name] and not given:
            raise ops.GraphError(f"nobody reads {node.name}, and the result is {graph.result}; drop it with rewire")


def _check_types(graph: ops.Graph) -> None:
    types = ops.element_types(graph)
    for node in graph.nodes:
        read = [types[name] for name in node.inputs]
        if isinstance(node.op, ops.Piece | ops.Results):  # JAX's own integers
            continue
        if isinstance(node.op, ops.KEEPS_TYPE):
            wrong = len({each == "int8" for each in read}) > 1
        else:
            # The first layer of a kernel reads the first input, the last one what is added.
            integers = [_computes_with_integers(layer) for layer in ops.layers(node)]
            wrong = any((each == "int8") != integers[-1 if place else 0] for place, each in enumerate(read))
        if wrong:
            kind = type(node.op).__name__
            raise ops.GraphError(f"{node.name} ({kind}) reads {', '.join(read)}, which it does not compute with")


def _computes_with_integers(layer: ops.Node) -> bool:
    return isinstance(layer.op, ops.Dequantise) or getattr(layer.op, "rescale", None) is not None
