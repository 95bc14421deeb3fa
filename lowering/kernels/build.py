"""Node -> kernel: which template, for which target. CPUs and Vulkan differ in the packed kernels only."""

from lowering import graph as graphs
from lowering import kernel, rows, targets
from lowering.kernels import cpu, generic, vulkan

PACKED = {"cpu": cpu, "vulkan": vulkan}


def build(
    node: graphs.Node,
    inputs: list[kernel.Value],
    users: list[graphs.Node],
    layout: dict[str, rows.Rows],
    target: targets.Target,
) -> kernel.Kernel | None:
    """The node's kernel, or None for a flattening that only packed kernels read: for them it is an order of reading, which their tables hold."""
    x, out, op = inputs[0], layout.get(node.name), node.op
    if isinstance(op, graphs.Reshape):
        return None if users and all(isinstance(user.op, graphs.PackedDense) for user in users) else generic.vector(x)
    if isinstance(op, graphs.PackedDense):
        return PACKED[target.kind].dense(op, x)
    if isinstance(op, graphs.Softmax):
        return generic.softmax(node, x)
    if out is None:
        raise graphs.GraphError(
            f"{node.name}: {type(op).__name__} of a vector has no kernel; put it before the flattening or fold it into a Dense"
        )
    match op:
        case graphs.Input():
            return generic.clip(x, out)
        case graphs.PackedConv():
            _check_shared(node, x, out)
            return PACKED[target.kind].conv(op, x, out, target.tilings[op.kernel.group])
        case graphs.MaxPool() | graphs.AvgPool():
            return (cpu.pool(op, x, out) if target.kind == "cpu" else None) or generic.pool(
                op, x, out, vectors=target.kind == "cpu"
            )
        case graphs.SplitPhases():
            return generic.phases(op, x, out)
        case graphs.Affine() | graphs.Relu() | graphs.Add():
            return generic.elementwise(op, inputs, out)
        case graphs.Concat():
            return generic.concat(inputs, out)
    raise graphs.GraphError(f"{node.name}: no kernel for {type(op).__name__}; run rewrite.rewrite on the graph first")


def _check_shared(node: graphs.Node, x: kernel.Value, out: rows.Rows) -> None:
    if x.rows is None or (x.rows.pitch, x.rows.first, x.rows.plane) != (out.pitch, out.first, out.plane):
        raise graphs.GraphError(f"{node.name} reads {x.rows} and writes {out}: pitch, first pixel and plane must agree")
