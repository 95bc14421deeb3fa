"""Quantised networks: layers between quantise steps compute with integers."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.graph.operations import integers, pointwise

# A unit of a filter's sums is so small that its largest weight is 127 of them; and so large that neither its bias nor
# a unit of what a residual adds needs more units than these. So kernels round what is added, 128 units at most, by an
# addition of 1.5 x 2^23.
BIAS, RESIDUAL = 1 << 28, 1 << 14


def use_integers(graph: ops.Graph) -> ops.Graph:
    """A layer that reads quantised values becomes one of integers; all else stays as it is, in f32.

    Each FakeQuantise becomes a Quantise and a Dequantise. They move to the borders of what can be computed with
    integers, and there they stay. A layer whose result is quantised gives int8. So do moves, ReLUs and max pools of
    quantised values, which are the same on the integers. A stream remembers quantised values as integers.

    The kernel of such a layer is rounded here: in each filter the largest weight becomes 127, or -127. Weights that
    were rounded so before, as training does, keep their integers, whatever scale a batch norm has put on a filter.
    A bound from above that int8 never reaches, such as that of a ReLU6, is left out.
    """
    graph = _unbounded(graph)
    graph = ops.replace(graph, lambda node: _split(graph, node))
    rules = (_remembered, _integer_layer, _narrowed, _merged, _moved_behind, _moved_before)
    while (found := next((new for rule in rules if (new := rule(graph)) is not None), None)) is not None:
        graph = found
    return graph


def is_quantised(graph: ops.Graph) -> bool:
    """Whether a traced graph is that of a quantised network."""
    return any(isinstance(node.op, ops.FakeQuantise) for node in graph.nodes)


def of_integers(op: ops.Conv | ops.Dense, scale: float, added: float = 0.0) -> ops.Conv | ops.Dense | None:
    """A layer of f32 as one of integers that gives f32; None for one that has to stay in f32.

    scale: of what it reads. added: of its residual. Its weights are the new kernel times rescale.factors / scale.
    """
    if op.then is not None or op.rescale is not None:
        return None
    flat = np.abs(op.kernel.reshape(-1, op.kernel.shape[-1])).astype(np.float64)
    least = np.maximum(np.abs(op.bias.astype(np.float64)) / (scale * BIAS), added / (scale * RESIDUAL))
    units = np.maximum(flat.max(0) / integers.WEIGHT, least)
    units[units == 0] = 1.0
    kernel, bias = np.rint(op.kernel / units), np.rint(op.bias / (scale * units))
    residual = (added / (scale * units)).astype(np.float32) if added else None
    weights = np.abs(kernel.reshape(-1, kernel.shape[-1])).sum(0) + (0 if residual is None else residual)
    if (weights * -integers.LOWEST + np.abs(bias) >= integers.SUM - 1).any():
        return None
    rescale = ops.Rescale((scale * units).astype(np.float32), residual, narrow=False)
    return dataclasses.replace(op, kernel=kernel.astype(np.float32), bias=bias.astype(np.int32), rescale=rescale)


def _unbounded(graph: ops.Graph) -> ops.Graph:
    """The graph whose quantise steps read x instead of min(x, bound) where the bound is 127 units or more."""

    def rule(node: ops.Node) -> list[ops.Node]:
        source = graph[node.inputs[0]] if isinstance(node.op, ops.FakeQuantise) else node
        match node.op, source.op:
            case ops.FakeQuantise(scale), ops.Pointwise(
                steps=(pointwise.Step("min", (("inputs", 0.0), ("number", bound))),)
            ) if integers.Quantise(scale).apply([np.array(bound, np.float32)]) == integers.LARGEST:
                return [dataclasses.replace(node, inputs=source.inputs)]
        return [node]

    return ops.rewire(ops.replace(graph, rule), {})


def _split(graph: ops.Graph, node: ops.Node) -> list[ops.Node]:
    if not isinstance(node.op, ops.FakeQuantise):
        return [node]
    name = ops.unique(f"{node.name}_int8", graph.by_name)
    first = dataclasses.replace(node, name=name, op=ops.Quantise(node.op.scale))
    return [first, dataclasses.replace(node, op=ops.Dequantise(node.op.scale), inputs=(name,))]


def _remembered(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one more state of integers, and a Dequantise behind it: what it becomes is quantised."""
    for number, (state, name) in enumerate(graph.next.items()):
        source, node = graph[name], graph[state]
        if not isinstance(source.op, ops.Dequantise) or node.op != ops.State():
            continue
        wide, first = ops.unique(f"{state}_f32", graph.by_name), len(graph.output.inputs) - len(graph.next)
        graph = ops.rewire(graph, {state: wide})
        inputs = list(graph.output.inputs)
        inputs[first + number] = source.inputs[0]
        new = {
            state: (
                dataclasses.replace(node, op=ops.State(dtype="int8")),
                ops.Node(wide, source.op, (state,), node.shape),
            ),
            graph.result: (dataclasses.replace(graph.output, inputs=tuple(inputs)),),
        }
        nodes = tuple(after for before in graph.nodes for after in new.get(before.name, (before,)))
        return ops.rewire(dataclasses.replace(graph, nodes=nodes), {})
    return None


def _integer_layer(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one more layer of integers, which gives f32; None if there is none left."""
    for node in graph.nodes:
        scales = _scales(graph, node)
        if (
            not isinstance(node.op, ops.Conv | ops.Dense)
            or scales is None
            or (op := of_integers(node.op, *scales)) is None
        ):
            continue
        return _with(graph, node, dataclasses.replace(node, op=op, inputs=_behind(graph, node)))
    return None


def _narrowed(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one Quantise fewer: the layer before it gives int8, or its input was int8 of that scale."""
    for node in graph.nodes:
        if not isinstance(node.op, ops.Quantise):
            continue
        source = graph[node.inputs[0]]
        if source.op == ops.Dequantise(node.op.scale):
            return ops.rewire(graph, {node.name: source.inputs[0]})
        op = source.op
        if isinstance(op, ops.Conv | ops.Dense) and op.rescale is not None and len(graph.users[source.name]) == 1:
            factors = (op.rescale.factors.astype(np.float64) / node.op.scale).astype(np.float32)
            rescale = dataclasses.replace(op.rescale, factors=factors, narrow=True)
            narrow = dataclasses.replace(source, op=dataclasses.replace(op, rescale=rescale))
            return ops.rewire(_with(graph, source, narrow), {node.name: source.name})
    return None


def _merged(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one Quantise fewer: another one of the same value has the same scale."""
    first = dict[tuple[str, float], str]()
    for node in graph.nodes:
        if isinstance(node.op, ops.Quantise):
            same = first.setdefault((node.inputs[0], node.op.scale), node.name)
            if same != node.name:
                return ops.rewire(graph, {node.name: same})
    return None


def _moved_behind(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one move, ReLU or max pool on integers more, and a Dequantise behind it."""
    for node in graph.nodes:
        scales = _scales(graph, node)
        if scales is None or len(set(scales)) != 1 or not _is_move(node.op):
            continue
        name = ops.unique(f"{node.name}_int8", graph.by_name)
        moved = dataclasses.replace(node, name=name, inputs=_behind(graph, node))
        return _with(graph, node, moved, dataclasses.replace(node, op=ops.Dequantise(scales[0]), inputs=(name,)))
    return None


def _moved_before(graph: ops.Graph) -> ops.Graph | None:
    """The same, where what is moved is quantised and nobody else reads it: its inputs are quantised instead."""
    for node in graph.nodes:
        source = graph[node.inputs[0]] if isinstance(node.op, ops.Quantise) else node
        alone = node is not source and len(graph.users[source.name]) == 1
        if not alone or not _is_move(source.op):
            continue
        taken, first = set(graph.by_name), dict[str, ops.Node]()
        for name in source.inputs:
            if name not in first:
                new = ops.unique(f"{name}_int8", taken)
                taken.add(new)
                first[name] = ops.Node(new, node.op, (name,), graph[name].shape)
        inputs = tuple(first[name].name for name in source.inputs)
        moved = dataclasses.replace(source, inputs=inputs)
        return ops.rewire(_with(graph, source, *first.values(), moved), {node.name: source.name})
    return None


def _is_move(op: ops.Op) -> bool:
    """Whether it does to integers what it does to what they stand for."""
    return isinstance(op, ops.KEEPS_TYPE) and not (isinstance(op, ops.Mosaic) and op.fill)


def _scales(graph: ops.Graph, node: ops.Node) -> list[float] | None:
    """The scales of a node's inputs; None unless all of them are quantised."""
    found = [source.op.scale for name in node.inputs if isinstance((source := graph[name]).op, ops.Dequantise)]
    return found if node.inputs and len(found) == len(node.inputs) else None


def _behind(graph: ops.Graph, node: ops.Node) -> tuple[str, ...]:
    """The integers that a node's inputs are made of."""
    return tuple(graph[name].inputs[0] for name in node.inputs)


def _with(graph: ops.Graph, node: ops.Node, *new: ops.Node) -> ops.Graph:
    """The graph with other nodes in the place of one."""
    return ops.rewire(ops.replace(graph, lambda each: new if each.name == node.name else [each]), {})
