"""Gates: a factor for each channel of what a convolution reads goes into its weights, which are far fewer."""

import dataclasses
import math

import numpy as np

from lowering.graph import ops
from lowering.graph.operations import moves, pointwise
from lowering.targets import precisions, targets

WORTH = 4  # numbers that are multiplied by the gate for each weight that is, at least


def fold_gates(graph: ops.Graph, target: targets.Target) -> ops.Graph:
    """A map times a vector, which a packed convolution alone reads, is left out: the vector scales its weights.

    Two nodes compute the weights: "conv_gate", the vector's number for each weight, and "conv_weights", the products.
    On CPUs, in executables of f32.
    """
    if (target.kind, target.form, target.precision) != ("cpu", "executables", precisions.F32):
        return graph
    taken = set(graph.by_name)

    def rule(node: ops.Node) -> list[ops.Node]:
        op, found = node.op, _gated(graph, node)
        if not isinstance(op, ops.PackedConv) or found is None:
            return [node]
        x, factor = found
        names = [ops.unique(f"{node.name}_{what}", taken) for what in ("gate", "weights")]
        taken.update(names)
        channels = np.repeat(op.kernel.taps[:, 3], op.kernel.group).tolist()
        gate = ops.node(names[0], moves.taken([channels]), factor)
        kept = op.kernel.values.ravel().astype(np.float64)
        weights = ops.node(names[1], pointwise.one("mul", (("inputs", 0.0), ("channels", 0.0)), (kept,)), gate)
        op = dataclasses.replace(op, weights_given=True)
        return [gate, weights, dataclasses.replace(node, op=op, inputs=(x.name, *node.inputs[1:], weights.name))]

    return ops.rewire(ops.replace(graph, rule), {})


def _gated(graph: ops.Graph, node: ops.Node) -> tuple[ops.Node, ops.Node] | None:
    """The map and the vector whose product a convolution reads, where few weights stand against many pixels."""
    source = graph[node.inputs[0]] if node.inputs else node
    if not isinstance(node.op, ops.PackedConv) or node.op.weights_given or node.name == source.name:
        return None
    if not isinstance(source.op, ops.Pointwise) or [step.name for step in source.op.steps] != ["mul"]:
        return None
    alone = [user.name for user in graph.users[source.name]] == [node.name] and source.name != graph.result
    inputs = [graph[name] for name in source.inputs]
    if not alone or sorted(operand[0] for operand in source.op.steps[0].operands) != ["inputs", "inputs"]:
        return None
    maps, vectors = ([each for each in inputs if each.shape == shape] for shape in (source.shape, source.shape[3:]))
    few = 0 < node.op.kernel.values.size * WORTH <= math.prod(source.shape)
    return (maps[0], vectors[0]) if few and len(maps) == len(vectors) == 1 else None
