"""Node -> kernel: which template, for which target. CPUs and Vulkan differ in the packed kernels only."""

from lowering import graph as graphs
from lowering import kernel, rows, targets
from lowering.kernels import generic, vulkan
from lowering.kernels.cpu import clip, conv, dense, phases, pool, pooled

CONV = {"cpu": conv.conv, "vulkan": vulkan.conv}
DENSE = {"cpu": dense.dense, "vulkan": vulkan.dense}


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
        return DENSE[target.kind](op, x, target)
    if isinstance(op, graphs.Softmax):
        return generic.softmax(node, x)
    if out is None:
        raise graphs.GraphError(
            f"{node.name}: {type(op).__name__} of a vector has no kernel; put it before the flattening or fold it into a Dense"
        )
    match op:
        case graphs.Input():
            return (clip.clip(x, out, target) if target.kind == "cpu" else None) or generic.clip(
                x, out, target.precision.activations
            )
        case graphs.PackedConv():
            _check_shared(node, x, out)
            return CONV[target.kind](op, x, inputs[1] if len(inputs) > 1 else None, out, target)
        case graphs.PackedChain():
            _check_shared(node, x, out)
            return conv.chain(op, x, inputs[1] if len(inputs) > 1 else None, out, target)
        case graphs.PackedPooled():
            return pooled.pooled(op, x, out, target)
        case graphs.MaxPool() | graphs.AvgPool():
            return (pool.pool(op, x, out, target) if target.kind == "cpu" else None) or generic.pool(
                op, x, out, vectors=target.kind == "cpu"
            )
        case graphs.SplitPhases():
            return (phases.phases(op, x, out, target) if target.kind == "cpu" else None) or generic.phases(op, x, out)
        case graphs.Affine() | graphs.Relu() | graphs.Add():
            return generic.elementwise(op, inputs, out)
        case graphs.Concat():
            return generic.concat(inputs, out)
    raise graphs.GraphError(f"{node.name}: no kernel for {type(op).__name__}; run rewrite.rewrite on the graph first")


def _check_shared(node: graphs.Node, x: kernel.Value, out: rows.Rows) -> None:
    if x.rows is None or (x.rows.pitch, x.rows.first, x.rows.plane) != (out.pitch, out.first, out.plane):
        raise graphs.GraphError(f"{node.name} reads {x.rows} and writes {out}: pitch, first pixel and plane must agree")
