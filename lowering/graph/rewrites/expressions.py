"""Activations and gates: steps at every place become one expression, and one kernel."""

import dataclasses
import math

import numpy as np

from lowering.graph import ops
from lowering.graph.operations import pointwise

MOST_STEPS, MOST_INPUTS = 48, 6
CHEAP = frozenset(("add", "sub", "mul"))


def merge_pointwise(graph: ops.Graph) -> ops.Graph:
    """An expression takes in those that it reads, and the sums, scales and ReLUs beside it, unless others read them."""
    graph = _once(graph)
    while (found := _step(graph)) is not None:
        graph = _once(found)
    return graph


def fuse_activations(graph: ops.Graph) -> ops.Graph:
    """An activation behind a Conv or Dense that nobody else reads becomes the end of its epilogue."""
    fused: dict[str, ops.Node] = {}
    renames: dict[str, str] = {}
    for node in graph.nodes:
        match node.op:
            case ops.Pointwise(is_activation=True, dtype="float32"):
                source = graph[node.inputs[0]]
            case _:
                continue
        op = source.op
        if (
            isinstance(op, ops.Kernels)
            and op.then is None
            and op.rescale is None
            and len(graph.users[source.name]) == 1
        ):
            renames[node.name] = source.name
            fused[source.name] = dataclasses.replace(source, op=dataclasses.replace(op, then=node.op))
    return ops.rewire(ops.replace(graph, lambda n: [fused.get(n.name, n)]), renames)


def _step(graph: ops.Graph) -> ops.Graph | None:
    """The graph with one value fewer, or None."""
    for node in graph.nodes:
        outer = _expression(graph, node)
        if outer is None:
            continue
        for place, name in enumerate(node.inputs):
            source = graph[name]
            inner = _expression(graph, source)
            if inner is None or source.shape != node.shape or not _may_join(graph, node, source):
                continue
            merged = _merged(node, outer, place, source, inner)
            if len(merged.inputs) <= MOST_INPUTS and len(_of(merged).steps) <= MOST_STEPS:
                return ops.rewire(ops.replace(graph, lambda n, to=merged: [to if n.name == to.name else n]), {})
    return None


def _may_join(graph: ops.Graph, node: ops.Node, source: ops.Node) -> bool:
    """Whether an expression may take in a value: nobody else reads it, or it is a comparison, or cheap to repeat.

    Sums, scales and ReLUs alone are left as they are.
    """
    if not isinstance(node.op, ops.Pointwise) and not isinstance(source.op, ops.Pointwise):
        return False
    truths = isinstance(source.op, ops.Pointwise) and source.op.dtype == "bool"
    alone = {user.name for user in graph.users[source.name]} == {node.name} and source.name != graph.result
    return truths or alone or _is_cheap(graph, source)


def _is_cheap(graph: ops.Graph, node: ops.Node) -> bool:
    """Whether an expression is better computed by each of two readers: one step on one large value, as in x - mean."""
    if not isinstance(node.op, ops.Pointwise) or node.name == graph.result or len(node.op.steps) != 1:
        return False
    (step,) = node.op.steps
    large = [name for name in node.inputs if math.prod(graph[name].shape) == math.prod(node.shape)]
    readers = {user.name: user for user in graph.users[node.name]}
    takes = all(isinstance(user.op, ops.Pointwise) for user in readers.values())
    return step.name in CHEAP and len(large) == 1 < len(node.inputs) and len(readers) == 2 and takes


def _merged(node: ops.Node, outer: ops.Pointwise, place: int, source: ops.Node, inner: ops.Pointwise) -> ops.Node:
    """The node with an expression in which that of its source stands."""
    kept = [name for at, name in enumerate(node.inputs) if at != place]
    names = [*kept, *(name for name in source.inputs if name not in kept)]
    op = pointwise.substitute(outer, place, inner, tuple(names.index(name) for name in source.inputs))
    return ops.Node(node.name, op, tuple(names), node.shape)


def _expression(graph: ops.Graph, node: ops.Node) -> ops.Pointwise | None:
    """What a node computes as an expression; None for other operations."""
    x: pointwise.Operand = ("inputs", 0.0)
    match node.op:
        case ops.Pointwise():
            return node.op
        case ops.Relu():
            return pointwise.one("max", (x, ("number", 0.0)))
        case ops.Add():
            return pointwise.one("add", (x, ("inputs", 1.0)))
        case ops.Affine(scale=scale, shift=shift):
            return _affine(scale, shift)
    return None


def _affine(scale: np.ndarray, shift: np.ndarray) -> ops.Pointwise:
    steps: list[pointwise.Step] = []
    channels: list[np.ndarray] = []
    for name, values, nothing in (("mul", scale, 1.0), ("add", shift, 0.0)):
        if (values == nothing).all():
            continue
        if (values == values[0]).all():
            other: pointwise.Operand = ("number", float(values[0]))
        else:
            other = ("channels", float(len(channels)))
            channels.append(np.asarray(values, np.float64))
        steps.append(pointwise.Step(name, (("steps", len(steps) - 1.0) if steps else ("inputs", 0.0), other)))
    same = pointwise.Step("add", (("inputs", 0.0), ("number", 0.0)))
    return ops.Pointwise(tuple(steps) or (same,), tuple(channels))


def _of(node: ops.Node) -> ops.Pointwise:
    assert isinstance(node.op, ops.Pointwise)
    return node.op


def _once(graph: ops.Graph) -> ops.Graph:
    """Expressions that read a value several times read it once."""

    def rule(node: ops.Node) -> list[ops.Node]:
        if not isinstance(node.op, ops.Pointwise) or len(set(node.inputs)) == len(node.inputs):
            return [node]
        names = tuple(dict.fromkeys(node.inputs))
        move = lambda o: ("inputs", float(names.index(node.inputs[int(o[1])]))) if o[0] == "inputs" else o
        steps = tuple(pointwise.Step(step.name, tuple(map(move, step.operands))) for step in node.op.steps)
        return [dataclasses.replace(node, op=dataclasses.replace(node.op, steps=steps), inputs=names)]

    return ops.replace(graph, rule)
