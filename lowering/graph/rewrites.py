"""Graph -> Graph stages, in the order in which they run: from what JAX wrote to what the kernels compute."""

import dataclasses
from collections.abc import Callable

import numpy as np

from lowering.graph import keys, ops, packed, strides, verify
from lowering.targets import schedules

Stage = Callable[[ops.Graph], ops.Graph]
Packer = Callable[[np.ndarray, int | None], packed.PackedKernel]

# Filters per row, and the share of the FMA peak that the kernel reached with it (AVX-512 and NEON agree on the order): what decides between
# rows of 8 that compute a few zeros and rows of 4 that compute none. Rows of 1 are what a depthwise convolution wants.
GROUP_EFFICIENCY = {8: 1.0, 4: 0.85, 16: 0.95, 2: 0.5, 1: 0.32}
DENSE_GROUP = 64


def rewrite(graph: ops.Graph, stages: tuple[Stage, ...] | None = None) -> ops.Graph:
    """Runs stages (None: all of them), with a verification after each."""
    for stage in STAGES if stages is None else stages:
        graph = verify.verify(stage(graph))
    return graph


def tuned(graph: ops.Graph, chosen: schedules.Schedules) -> ops.Graph:
    """Runs all stages; `chosen` says by key (tune/keys.py) how convolutions are packed and cut."""
    prepared = rewrite(graph, STAGES[:-1])
    return verify.verify(pack(prepared, keys.by_name(prepared, chosen)))


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
    """Affine goes into the Conv, Dense or Affine before it, y = s (K x + b) + t = (s K) x + (s b + t), else into the Dense after it,
    y = K (s x + t) + b = (K s) x + (K t + b). One that changes nothing goes away."""
    for fold in (_into_source, _into_reader):
        while (folded := fold(graph)) is not None:
            graph = folded
    return graph


def fuse_add(graph: ops.Graph) -> ops.Graph:
    """A sum with a convolution's result becomes that convolution's epilogue: of two, that of the one with more work."""
    users, by_name, renames = graph.users, graph.by_name, {}
    fused: dict[str, list[ops.Node]] = {}
    for node in graph.nodes:
        if not isinstance(node.op, ops.Add) or node.inputs[0] == node.inputs[1]:
            continue
        own = [by_name[i] for i in node.inputs if isinstance(by_name[i].op, ops.Conv) and len(users[i]) == 1]
        free = [conv for conv in own if conv.name not in fused and len(conv.inputs) == 1]
        if free:
            conv = max(free, key=ops.macs)
            (other,) = (i for i in node.inputs if i != conv.name)
            fused[conv.name] = []  # it goes to the sum's place, after what it adds
            fused[node.name] = [dataclasses.replace(conv, inputs=(*conv.inputs, other))]
            renames[node.name] = conv.name
    return ops.rewire(ops.replace(graph, lambda n: fused.get(n.name, [n])), renames)


def fuse_relu(graph: ops.Graph) -> ops.Graph:
    """ReLU after Conv or Dense becomes its epilogue. A kernel that another node reads before the ReLU keeps the two apart."""
    users, by_name, renames, fused = graph.users, graph.by_name, {}, {}
    for node in graph.nodes:
        if isinstance(node.op, ops.Relu):
            source = by_name[node.inputs[0]]
            if isinstance(source.op, ops.Conv | ops.Dense) and len(users[source.name]) == 1:
                renames[node.name] = source.name
                fused[source.name] = dataclasses.replace(source, op=dataclasses.replace(source.op, relu=True))
    return ops.rewire(ops.replace(graph, lambda n: [fused.get(n.name, n)]), renames)


def drop_dead_channels(graph: ops.Graph) -> ops.Graph:
    """Filters that give nothing but zeros, or that nobody reads, leave their kernel and their readers' kernels."""
    while (found := _dead(graph)) is not None:
        graph = _drop(graph, *found)
    return graph


def mark_nonnegative(graph: ops.Graph) -> ops.Graph:
    """Max pools of values that a ReLU made positive are told so: their padding may then be the zeros that lie around every feature map."""
    nonnegative: set[str] = set()
    for node in graph.nodes:
        relu = getattr(node.op, "relu", False) or isinstance(node.op, ops.Relu)
        keeps = isinstance(node.op, ops.MaxPool | ops.AvgPool | ops.Concat | ops.Add | ops.SpaceToDepth)
        if relu or (keeps and nonnegative.issuperset(node.inputs)):
            nonnegative.add(node.name)
    mark = lambda n: isinstance(n.op, ops.MaxPool) and n.inputs[0] in nonnegative
    return ops.replace(
        graph, lambda n: [dataclasses.replace(n, op=dataclasses.replace(n.op, nonnegative=True)) if mark(n) else n]
    )


def pack_rows(kernel: np.ndarray, group: int | None) -> packed.PackedKernel:
    """A convolution's kernel as rows of `group` filters, by default as many as give the least work."""
    least = lambda: min(GROUP_EFFICIENCY, key=lambda g: packed.kept_for_group(kernel, g) / GROUP_EFFICIENCY[g])
    return packed.pack(kernel, group or least())


def pack(graph: ops.Graph, chosen: schedules.Schedules = schedules.NONE, packer: Packer = pack_rows) -> ops.Graph:
    """Kernels become packed rows, as is chosen for each layer by name."""

    def rule(node: ops.Node) -> list[ops.Node]:
        match node.op:
            case ops.Conv(kernel=kernel, bias=bias, padding=padding, relu=relu, strides=strides):
                choice = chosen.get(node.name, schedules.DEFAULT)
                op = ops.PackedConv(packer(kernel, choice.group), bias, padding, relu, strides[0], choice)
            case ops.Dense(kernel=kernel, bias=bias, relu=relu):
                group = min(DENSE_GROUP, 1 << (kernel.shape[1] - 1).bit_length())
                op = ops.PackedDense(packer(kernel[None, None, None], group), bias, relu)
            case _:
                return [node]
        return [dataclasses.replace(node, op=op)]

    return ops.replace(graph, rule)


# What any engine gains from; then what our kernels need besides.
ALGEBRA: tuple[Stage, ...] = (flatten_last, merge_affine, fuse_relu, drop_dead_channels)
STAGES: tuple[Stage, ...] = (
    flatten_last,
    merge_affine,
    fuse_add,
    fuse_relu,
    drop_dead_channels,
    strides.split_strides,
    mark_nonnegative,
    pack,
)


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
            case ops.Conv(kernel=kernel, bias=bias, relu=False) | ops.Dense(kernel=kernel, bias=bias, relu=False):
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
    for node in graph.nodes:
        if (
            isinstance(node.op, ops.Affine)
            and len(node.shape) == 1
            and all(isinstance(u.op, ops.Dense) for u in graph.users[node.name])
        ):
            if node is graph.output:
                continue
            scale, shift = node.op.scale, node.op.shift
            for user in graph.users[node.name]:
                assert isinstance(user.op, ops.Dense)
                bias = (user.op.bias + shift @ user.op.kernel).astype(np.float32)
                graph = _with_op(
                    graph,
                    user,
                    dataclasses.replace(
                        user.op, kernel=(scale[:, None] * user.op.kernel).astype(np.float32), bias=bias
                    ),
                )
            return ops.rewire(graph, {node.name: node.inputs[0]})
    return None


def _with_op(graph: ops.Graph, node: ops.Node, op: ops.Op) -> ops.Graph:
    return ops.replace(graph, lambda n: [dataclasses.replace(n, op=op) if n.name == node.name else n])


PASSES_CHANNELS = (ops.MaxPool, ops.AvgPool, ops.Relu, ops.Reshape)


def _readers(graph: ops.Graph, name: str) -> list[tuple[ops.Node, list[ops.Node]]] | None:
    """The kernels that read a value's channels, each with the nodes between; None where something else reads them."""
    found: list[tuple[ops.Node, list[ops.Node]]] = []
    users = graph.users
    if not users[name]:
        return None
    for user in users[name]:
        if isinstance(user.op, ops.Conv | ops.Dense) and name not in user.inputs[1:]:
            found.append((user, []))
        elif isinstance(user.op, PASSES_CHANNELS):
            further = _readers(graph, user.name)
            if further is None:
                return None
            found += [(kernel, [user, *path]) for kernel, path in further]
        else:
            return None
    return found


def _input_kernel(node: ops.Node, channels: int) -> np.ndarray:
    """The reader's kernel as [positions, channels, filters]: a dense kernel after a flattening has several positions per channel."""
    assert isinstance(node.op, ops.Conv | ops.Dense)
    return node.op.kernel.reshape(-1, channels, node.op.kernel.shape[-1])


def _dead(graph: ops.Graph) -> tuple[ops.Node, np.ndarray, list[tuple[ops.Node, list[ops.Node]]]] | None:
    for node in graph.nodes:
        if not isinstance(node.op, ops.Conv | ops.Dense) or len(node.inputs) > 1:
            continue
        if (readers := _readers(graph, node.name)) is None:
            continue
        op, channels = node.op, node.shape[-1]
        silent = ~op.kernel.reshape(-1, channels).any(0) & ((op.bias <= 0) if op.relu else (op.bias == 0))
        unread = np.all([~_input_kernel(r, channels).any((0, 2)) for r, _ in readers], axis=0)
        dead = silent | unread
        if dead.any() and channels > 1:
            if dead.all():
                dead[0] = False  # a feature map keeps at least one channel
            if dead.any():
                return node, dead, readers
    return None


def _drop(
    graph: ops.Graph, node: ops.Node, dead: np.ndarray, readers: list[tuple[ops.Node, list[ops.Node]]]
) -> ops.Graph:
    assert isinstance(node.op, ops.Conv | ops.Dense)
    live, channels = ~dead, node.shape[-1]
    changed = {node.name: dataclasses.replace(node.op, kernel=node.op.kernel[..., live], bias=node.op.bias[live])}
    for reader, _ in readers:
        assert isinstance(reader.op, ops.Conv | ops.Dense)
        kernel = reader.op.kernel
        flat = _input_kernel(reader, channels)[:, live]
        shape = (*kernel.shape[:3], int(live.sum()), kernel.shape[4]) if kernel.ndim == 5 else (-1, kernel.shape[1])
        changed[reader.name] = dataclasses.replace(reader.op, kernel=flat.reshape(shape))
    nodes, shapes = [], {}
    for n in graph.nodes:
        op = changed.get(n.name, n.op)
        shapes[n.name] = n.shape if isinstance(op, ops.Input) else ops.output_shape(op, [shapes[i] for i in n.inputs])
        nodes.append(dataclasses.replace(n, op=op, shape=shapes[n.name]))
    return ops.Graph(tuple(nodes), graph.result)
