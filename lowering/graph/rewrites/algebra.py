"""Rewrites that hold for numbers in general: sums, scales and ReLUs go into the kernels beside them."""

import dataclasses

import numpy as np

from lowering.graph import ops


def flatten_last(graph: ops.Graph) -> ops.Graph:
    """A ReLU after a flattening goes before it, where a kernel can take it in."""
    users, by_name, swapped = graph.users, graph.by_name, {}
    for node in graph.nodes:
        source = by_name[node.inputs[0]] if node.inputs else node
        if isinstance(node.op, ops.Relu) and isinstance(source.op, ops.Reshape) and len(users[source.name]) == 1:
            below = by_name[source.inputs[0]]
            swapped[source.name] = dataclasses.replace(below, name=source.name, op=ops.Relu(), inputs=(below.name,))
            swapped[node.name] = dataclasses.replace(node, op=ops.Reshape())
    return ops.replace(graph, lambda n: [swapped.get(n.name, n)])


def merge_affine(graph: ops.Graph) -> ops.Graph:
    """An Affine goes into the kernel beside it; one that changes nothing goes away.

    Into the Conv, Dense or Affine (or the factor of a Reduce) before it: y = s (K x + b) + t = (s K) x + (s b + t).
    Else into the Dense behind it: y = K (s x + t) + b = (K s) x + (K t + b).
    """
    for fold in (_into_source, _into_reader):
        while (folded := fold(graph)) is not None:
            graph = folded
    return graph


def fuse_add(graph: ops.Graph) -> ops.Graph:
    """A sum with a convolution's result becomes that convolution's epilogue: of two, that of the one with more work.

    A transposed convolution takes in quantised values alone, which must be brought into the order of its phases: in f32
    a sum of its own costs less.
    """
    users, by_name, renames = graph.users, graph.by_name, {}
    fused: dict[str, list[ops.Node]] = {}
    for node in graph.nodes:
        if not isinstance(node.op, ops.Add) or node.inputs[0] == node.inputs[1]:
            continue
        pairs = zip(node.inputs, reversed(node.inputs), strict=True)
        own = [by_name[i] for i, j in pairs if _takes_a_sum(by_name[i].op, by_name[j].op) and len(users[i]) == 1]
        free = [conv for conv in own if conv.name not in fused and len(conv.inputs) == 1]
        if free:
            conv = max(free, key=lambda node: node.macs)
            (other,) = (i for i in node.inputs if i != conv.name)
            fused[conv.name] = []  # it goes to the sum's place, after what it adds
            fused[node.name] = [dataclasses.replace(conv, inputs=(*conv.inputs, other))]
            renames[node.name] = conv.name
    return ops.rewire(ops.replace(graph, lambda n: fused.get(n.name, [n])), renames)


def fuse_relu(graph: ops.Graph) -> ops.Graph:
    """ReLU after Conv or Dense becomes its epilogue.

    A kernel that another node reads before the ReLU keeps the two apart.
    """
    users, by_name, renames, fused = graph.users, graph.by_name, {}, {}
    for node in graph.nodes:
        if isinstance(node.op, ops.Relu):
            source = by_name[node.inputs[0]]
            op = source.op
            if isinstance(op, ops.Kernels) and op.then is None and len(users[source.name]) == 1:
                renames[node.name] = source.name
                fused[source.name] = dataclasses.replace(source, op=dataclasses.replace(op, relu=True))
    return ops.rewire(ops.replace(graph, lambda n: [fused.get(n.name, n)]), renames)


def mark_nonnegative(graph: ops.Graph) -> ops.Graph:
    """Max pools of values that are never below zero, such as those behind a ReLU, are told so; integer layers, too.

    The padding of such a pool may then be the zeros that lie around every feature map.
    """
    known = ops.nonnegative(graph)

    def rule(node: ops.Node) -> list[ops.Node]:
        if not node.inputs or not known[node.inputs[0]]:
            return [node]
        match node.op:
            case ops.MaxPool():
                return [dataclasses.replace(node, op=dataclasses.replace(node.op, nonnegative=True))]
            case (
                ops.Conv(rescale=ops.Rescale() as rescale)
                | ops.Depthwise(rescale=ops.Rescale() as rescale)
                | ops.Dense(rescale=ops.Rescale() as rescale)
            ):
                marked = dataclasses.replace(rescale, nonnegative=True)
                return [dataclasses.replace(node, op=dataclasses.replace(node.op, rescale=marked))]
        return [node]

    return ops.replace(graph, rule)


def _into_source(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one Affine fewer, or None."""
    users, by_name = graph.users, graph.by_name
    for node in graph.nodes:
        if not isinstance(node.op, ops.Affine):
            continue
        source, scale, shift = by_name[node.inputs[0]], node.op.scale, node.op.shift
        if np.allclose(scale, 1, rtol=1e-7, atol=0) and not shift.any():
            return ops.rewire(graph, {node.name: source.name})
        if len(users[source.name]) != 1:
            continue
        match source.op:
            case ops.Affine(scale=s, shift=t):
                op: ops.Op = ops.Affine(s * scale, t * scale + shift)
            case ops.Reduce(kind="sum", factor=factor) if not shift.any() and (scale == scale[0]).all():
                op = dataclasses.replace(source.op, factor=factor * float(scale[0]))
            case (
                ops.Conv(kernel=kernel, bias=bias)
                | ops.Dense(kernel=kernel, bias=bias)
                | ops.TransformedConv(kernel=kernel, bias=bias)
            ) if source.op.is_linear:
                op = dataclasses.replace(
                    source.op,
                    kernel=(kernel * scale).astype(np.float32),
                    bias=(bias * scale + shift).astype(np.float32),
                )
            case _:
                continue
        return ops.rewire(_with_op(graph, source, op), {node.name: source.name})
    return None


def _into_reader(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one Affine of a vector fewer: the fully connected layers that read it took it in. Else None."""
    for node in graph.nodes:
        readers = graph.users[node.name]
        if not (isinstance(node.op, ops.Affine) and len(node.shape) == 1 and readers):
            continue
        if not all(isinstance(reader.op, ops.Dense) for reader in readers):
            continue
        scale, shift = node.op.scale, node.op.shift
        for reader in readers:
            assert isinstance(reader.op, ops.Dense)
            bias = (reader.op.bias + shift @ reader.op.kernel).astype(np.float32)
            kernel = (scale[:, None] * reader.op.kernel).astype(np.float32)
            graph = _with_op(graph, reader, dataclasses.replace(reader.op, kernel=kernel, bias=bias))
        return ops.rewire(graph, {node.name: node.inputs[0]})
    return None


def _takes_a_sum(op: ops.Op, other: ops.Op) -> bool:
    """Whether a sum with what another operation gives can be the epilogue."""
    if isinstance(op, ops.Conv) and max(op.spread) > 1:
        return op.is_linear and isinstance(other, ops.FakeQuantise)
    return isinstance(op, ops.Conv | ops.TransformedConv) and op.is_linear


def _with_op(graph: ops.Graph, node: ops.Node, op: ops.Op) -> ops.Graph:
    return ops.replace(graph, lambda n: [dataclasses.replace(n, op=op) if n.name == node.name else n])
