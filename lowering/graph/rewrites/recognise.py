"""What JAX writes as several operations, found again: the softmax of a vector."""

from lowering.graph import ops


def softmax(graph: ops.Graph) -> ops.Graph:
    """exp(x - max(x)) / sum(exp(x - max(x))) over a whole vector becomes one node."""
    found: dict[str, ops.Node] = {}
    for node in graph.nodes:
        if (source := _softmax_of(graph, node)) is not None:
            taken = {*graph.by_name, *(each.name for each in found.values())}
            found[node.name] = ops.Node(ops.unique("softmax", taken), ops.Softmax(), (source,), node.shape)
    renames = {old: new.name for old, new in found.items()}
    return ops.rewire(ops.replace(graph, lambda node: [found.get(node.name, node)]), renames)


def _softmax_of(graph: ops.Graph, node: ops.Node) -> str | None:
    """The vector whose softmax a node gives."""
    if len(parts := _reads(graph, node, "div")) != 2:
        return None
    power, total = parts
    shifted, summed = _reads(graph, power, "exp"), _reads(graph, total, "reduce_sum")
    if [power] != summed or total.shape != (1,) or not shifted:
        return None
    parts = _reads(graph, shifted[0], "sub")
    if len(parts) != 2 or parts[1].shape != (1,) or _reads(graph, parts[1], "reduce_max") != [parts[0]]:
        return None
    return parts[0].name if node.shape == power.shape == parts[0].shape else None


def _reads(graph: ops.Graph, node: ops.Node, name: str) -> list[ops.Node]:
    """What a node reads, if it is this one operation of JAX; else nothing."""
    match node.op:
        case ops.Piece(program=program) if program.names == (name,) and node.op.dtype == "float32":
            return [graph[each] for each in node.inputs]
        case ops.Pointwise(steps=(step,)) if step.name == name and step.operands == (("inputs", 0.0),):
            return [graph[each] for each in node.inputs]
    return []
