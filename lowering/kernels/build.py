"""Node -> kernel: which template, for which target. CPUs and Vulkan differ in the packed kernels only."""

from lowering.graph import ops
from lowering.kernels import generic, kernel, layouts, vulkan
from lowering.kernels.cpu import clip, conv, dense, phases, pool, pooled
from lowering.targets import targets

CONV = {"cpu": conv.conv, "vulkan": vulkan.conv}
DENSE = {"cpu": dense.dense, "vulkan": vulkan.dense}


def build(
    node: ops.Node,
    inputs: list[kernel.Value],
    users: list[ops.Node],
    layout: dict[str, layouts.Layout],
    target: targets.Target,
) -> kernel.Kernel | None:
    """The node's kernel, or None for a flattening that only packed kernels read: for them it is an order of reading, which their tables hold."""
    x, out, op = inputs[0], layout.get(node.name), node.op
    if isinstance(op, ops.Reshape):
        return None if users and all(isinstance(user.op, ops.PackedDense) for user in users) else generic.vector(x)
    if isinstance(op, ops.PackedDense):
        return DENSE[target.kind](op, x, target)
    if isinstance(op, ops.Softmax):
        return generic.softmax(node, x)
    if out is None:
        return _of_vectors(node, inputs)
    match op:
        case ops.Input():
            return (clip.clip(x, out, target) if target.kind == "cpu" else None) or generic.clip(
                x, out, target.precision.activations
            )
        case ops.PackedConv():
            _check_shared(node, x, out)
            return CONV[target.kind](op, x, inputs[1] if len(inputs) > 1 else None, out, target)
        case ops.FusedConvs():
            _check_shared(node, x, out)
            return conv.chain(op, x, inputs[1] if len(inputs) > 1 else None, out, target)
        case ops.FusedPool():
            return pooled.pooled(op, x, out, target)
        case ops.MaxPool() | ops.AvgPool():
            return (pool.pool(op, x, out, target) if target.kind == "cpu" else None) or generic.pool(
                op, x, out, vectors=target.kind == "cpu"
            )
        case ops.SpaceToDepth():
            return (phases.phases(op, x, out, target) if target.kind == "cpu" else None) or generic.phases(op, x, out)
        case ops.Affine() | ops.Relu() | ops.Add():
            return generic.elementwise(op, inputs, out)
        case ops.Concat():
            return generic.concat(inputs, out)
    raise ops.GraphError(f"{node.name}: no kernel for {type(op).__name__}; rewrite the graph for the target first")


def _of_vectors(node: ops.Node, inputs: list[kernel.Value]) -> kernel.Kernel:
    match node.op:
        case ops.Affine() | ops.Relu() | ops.Add():
            return generic.vectors(node.op, inputs)
        case ops.Concat():
            return generic.concat_vectors(inputs)
    raise ops.GraphError(f"{node.name}: {type(node.op).__name__} of a vector has no kernel")


def _check_shared(node: ops.Node, x: kernel.Value, out: layouts.Layout) -> None:
    if x.rows is None or (x.rows.pitch, x.rows.first, x.rows.plane) != (out.pitch, out.first, out.plane):
        raise ops.GraphError(f"{node.name} reads {x.rows} and writes {out}: pitch, first pixel and plane must agree")
