"""Convolutions of 3 x 3 pixels by Winograd's minimal filtering (operations/winograd.py)."""

import dataclasses
import math
from collections.abc import Sequence

from lowering.functions import transforms
from lowering.graph import keys, ops, packed
from lowering.graph.operations import winograd
from lowering.graph.rewrites import fusion, packing, winograd_times
from lowering.targets import precisions, schedules, targets


def use_winograd(
    graph: ops.Graph, target: targets.Target, chosen: schedules.Schedules, packer: packing.Packer = packed.pack
) -> ops.Graph:
    """Convolutions of stride 1 with 3 x 3 pixels become the transform of tiles, products of positions, and back.

    Where that is likely faster, or where the schedule says so. chosen, packer: as for `packing.pack`.
    """
    _check(graph, target)
    allowed, firsts = tiles_allowed(target), _firsts(graph)

    def rule(node: ops.Node) -> list[ops.Node]:
        op, schedule = node.op, chosen.get(node.name, schedules.DEFAULT)
        if isinstance(op, ops.TransformedConv):
            return tiled(node, op, graph[node.inputs[0]], target, schedules.DEFAULT)
        if not isinstance(op, ops.Conv) or not allowed or not fits(op):
            return [node]
        own, tile = packed_conv(op, target, packer), schedule.winograd
        if tile is None or tile not in (0, *allowed):
            schedule, tile = schedules.DEFAULT, _best(graph, node, own, firsts, target)
        if tile not in _sides(node, target):
            return [node]
        work = math.prod(node.shape[:3]) * own.kernel.kept
        return tiled(node, transformed(op, tile), graph[node.inputs[0]], target, schedule, work)

    return ops.replace(graph, rule)


def best(graph: ops.Graph, node: ops.Node, target: targets.Target, packer: packing.Packer = packed.pack) -> int:
    """The side of the tiles that a node of a prepared graph uses where no schedule says so; 0 for none."""
    if not isinstance(node.op, ops.Conv) or not tiles_allowed(target) or not fits(node.op):
        return 0
    return _best(graph, node, packed_conv(node.op, target, packer), _firsts(graph), target)


def _firsts(graph: ops.Graph) -> frozenset[str]:
    """The first ones of two convolutions that a CPU may compute in one kernel."""
    return frozenset(first for first, _ in keys.pairs(graph))


def _best(graph: ops.Graph, node: ops.Node, own: ops.PackedConv, firsts: frozenset[str], target: targets.Target) -> int:
    """As `best`, for a convolution that fits. own: as it is packed without tiles."""
    assert isinstance(node.op, ops.Conv)
    joined = node.name in firsts or _takes_pool(graph, node, own, target)
    layer = winograd_times.Layer(node, node.op, own, graph[node.inputs[0]].shape, joined)
    sides = _sides(node, target)
    return winograd_times.best_tile(layer, sides, target) if sides else 0


def _sides(node: ops.Node, target: targets.Target) -> list[int]:
    """The sides of tiles that a layer may use: a vector holds two tiles that lie side by side, at least."""
    return [tile for tile in tiles_allowed(target) if tile < node.shape[2]]


def _takes_pool(graph: ops.Graph, node: ops.Node, own: ops.PackedConv, target: targets.Target) -> bool:
    """Whether a pool follows that the convolution as it is written would compute in its own kernel."""
    users = graph.users[node.name]
    return (
        target.kind == "cpu"
        and [type(user.op) for user in users] == [ops.MaxPool]
        and fusion.fused(dataclasses.replace(node, op=own), users[0], target) is not None
    )


def tiles_allowed(target: targets.Target) -> list[int]:
    """The sides of tiles that a target may use: those of `tiles_of` up to its largest."""
    return [tile for tile in tiles_of(target) if tile <= target.winograd]


def tiles_of(target: targets.Target) -> Sequence[int]:
    """The sides of tiles that a target has kernels for and that its numbers are long enough for; none elsewhere.

    Numbers of f16 are too short for tiles of 4. In tiles of 2 their sums are shorter than those of the convolution
    itself, and so more exact. CPUs that add up in f32 what they read in f16 would gain nothing.
    """
    if target.form != "executables" or target.precision is precisions.I8:
        return ()
    if target.precision is precisions.F32:
        return list(transforms.TRANSFORMS)
    return (2,) if target.kind == "vulkan" or target.precision.accumulators == "f16" else ()


def _check(graph: ops.Graph, target: targets.Target) -> None:
    """GraphError for a kernel in the transformed domain that the target does not compute."""
    found = tiles_of(target)
    for node in graph.nodes:
        if isinstance(node.op, ops.TransformedConv) and node.op.tile not in found:
            has = f"kernels for tiles of {', '.join(map(str, found))}" if found else "no kernels for that"
            raise ops.GraphError(
                f"{node.name} has its kernel in Winograd's transformed domain for tiles of {node.op.tile}, and "
                f"{target.name} with kernels as {target.form} has {has}; lower it in f32 for a CPU or for Vulkan, "
                f"with kernels as executables"
            )


def fits(op: ops.Conv) -> bool:
    """Whether a convolution is one of those that Winograd's filtering computes."""
    plain = (op.strides, op.dilation, op.spread) == ((1, 1, 1), (1, 1, 1), (1, 1, 1))
    return (
        plain
        and op.rescale is None
        and op.kernel.shape[1:3] == (transforms.TAPS, transforms.TAPS)
        and bool(op.kernel.any())
    )


def packed_conv(op: ops.Conv, target: targets.Target, packer: packing.Packer) -> ops.PackedConv:
    """A convolution as it is packed without a schedule."""
    kernel = packer(op.kernel, packing.best_group(op.kernel, target))
    return ops.PackedConv(kernel, op.bias, op.padding, op.relu, then=op.then)


def tiled(
    node: ops.Node,
    op: ops.TransformedConv,
    source: ops.Node,
    target: targets.Target,
    schedule: schedules.Schedule,
    work: int | None = None,
) -> list[ops.Node]:
    """The three nodes of a layer: tiles, products, and the layer's own, which transforms back.

    work: MACs of the layer, None for those of the transformed kernel's blocks that are kept.
    """
    begin, products, end = op.parts(node.shape, source.shape[3], winograd_times.FILTERS)
    group = schedule.group or winograd_times.best_group(products.kernel, math.prod(begin.counts), target)
    rows = packed.pack(products.kernel, group)
    own = ops.PackedConv(rows, products.bias, products.padding, schedule=schedule, groups=products.groups)
    first = ops.node(node.name + winograd.TILES, begin, source)
    second = ops.node(node.name + winograd.PRODUCTS, own, first)
    if work is None:
        work = math.prod(begin.counts) * node.shape[0] * packed.pack(op.kernel, rows.group).kept
    end = dataclasses.replace(end, work=work)
    return [first, second, dataclasses.replace(node, op=end, inputs=(second.name, *node.inputs[1:]))]


def transformed(op: ops.Conv, tile: int) -> ops.TransformedConv:
    """The same convolution with its kernel transformed."""
    return ops.TransformedConv(transforms.kernel(op.kernel, tile), op.bias, tile, op.padding, op.relu, op.then)
