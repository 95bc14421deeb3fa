"""Depthwise convolutions: each filter reads one channel."""

import dataclasses

from lowering.graph import groups, ops
from lowering.graph.rewrites import strides
from lowering.targets import targets

LEAST = 2  # channels: with one, a convolution is like any other


def find_depthwise(graph: ops.Graph) -> ops.Graph:
    """Convolutions whose filters read one channel each, the same number of filters every channel, become Depthwise.

    A kernel that zeros have made depthwise is one, too. One of integers is, if every channel has one filter.
    """

    def rule(node: ops.Node) -> list[ops.Node]:
        op = node.op
        if not isinstance(op, ops.Conv) or len(node.inputs) > 1 or not fits(op):
            return [node]
        inputs, channels = op.kernel.shape[3:]
        if op.rescale is not None and inputs != channels:
            return [node]
        own = groups.split(op.kernel, inputs)[..., 0, :]
        found = ops.Depthwise(own, op.bias, op.strides, op.padding, op.relu, op.then, channels // inputs, op.rescale)
        return [dataclasses.replace(node, op=found)]

    return ops.replace(graph, rule)


def undo_depthwise(graph: ops.Graph, target: targets.Target) -> ops.Graph:
    """Depthwise convolutions become ordinary ones again, for targets and forms that have no kernel for them."""
    if (target.kind, target.form) == ("cpu", "executables"):
        return graph
    spelt = lambda node: dataclasses.replace(node, op=node.op.spelt_out) if isinstance(node.op, ops.Depthwise) else node
    return strides.split_strides(ops.replace(graph, lambda node: [spelt(node)]))


def fits(op: ops.Conv) -> bool:
    """Whether a kernel is depthwise, and its windows are such as the kernels for CPUs take."""
    depth, *_, inputs, _ = op.kernel.shape
    (front, _), (_, sh, sw) = op.padding[0], op.strides
    plain = op.dilation == op.spread == (1, 1, 1)
    fits = plain and inputs >= LEAST and front < depth and (sw == 2 or sw == sh == 1)
    return fits and groups.count(op.kernel) == inputs
