"""What kernels do with int8, which lies in words of four channels; and what they do not, in f32 between two steps.

Neither changes a value: f32 holds each number of int8, and what only moves or compares numbers gives the same of both.
"""

import dataclasses

from lowering.graph import ops, packed
from lowering.graph.operations import moves
from lowering.targets import targets

WHOLE = 1.0  # the scale at which f32 holds the numbers themselves


def use_words(graph: ops.Graph, target: targets.Target) -> ops.Graph:
    """Joins of whole words become Mosaics. What a target's kernels cannot do with words is done in f32.

    That are moves that take words apart, ReLUs, flattenings that do not end in a fully connected layer, and on CPUs
    pools of few or far pixels.
    """
    if target.form != "executables":
        return graph
    kinds, users = ops.element_types(graph), graph.users

    def rule(node: ops.Node) -> list[ops.Node]:
        if not isinstance(node.op, ops.KEEPS_TYPE) or kinds[node.name] != "int8":
            return [node]
        if isinstance(node.op, ops.Concat) and len(node.shape) == 4:
            node = dataclasses.replace(node, op=moves.joined([graph[name].shape for name in node.inputs], 3))
        return [node] if _fits(node, graph, users[node.name], target) else _in_f32(node, graph)

    return ops.rewire(ops.replace(graph, rule), {})


def quantise_results(graph: ops.Graph, target: targets.Target) -> ops.Graph:
    """Packed convolutions of f32 whose result only a Quantise reads give int8, on CPUs.

    So nothing reads or writes that result in f32, and what comes next can be in one kernel with the convolution.
    """
    if (target.kind, target.form) != ("cpu", "executables"):
        return graph
    renames, quantised = dict[str, str](), dict[str, ops.PackedConv]()
    for node in graph.nodes:
        if not isinstance(node.op, ops.Quantise):
            continue
        source = graph[node.inputs[0]]
        alone = len(graph.users[source.name]) == 1 and len(source.inputs) == 1
        if alone and isinstance(source.op, ops.PackedConv) and _gives_words(source.op):
            quantised[source.name] = dataclasses.replace(source.op, quantise=node.op)
            renames[node.name] = source.name
    with_ = ops.replace(graph, lambda node: [dataclasses.replace(node, op=quantised.get(node.name, node.op))])
    return ops.rewire(with_, renames)


def _gives_words(op: ops.PackedConv) -> bool:
    """Whether each row of filters of a convolution of f32 fills whole words."""
    return op.rescale is None and op.groups == 1 and op.kernel.group % packed.WORD == 0


def _fits(node: ops.Node, graph: ops.Graph, users: list[ops.Node], target: targets.Target) -> bool:
    """Whether a target's kernels do this on words."""
    op, anywhere = node.op, target.kind == "vulkan"
    match op:
        case ops.MaxPool(strides=(_, sh, sw)):
            near = (sw == 2 or sw == sh == 1) and node.shape[2] > 1
            return anywhere or (near and (op.nonnegative or op.padding == ops.NO_PADDING))
        case ops.SpaceToDepth(strides=(_, _, sw), padding=((front, _), _, _)):
            near = sw == 2 and front <= 0 and node.shape[2] > 1
            return (anywhere or near) and graph[node.inputs[0]].shape[3] % packed.WORD == 0
        case ops.Mosaic():
            shapes = [graph[name].shape for name in node.inputs]
            whole = len(node.shape) == 4 and all(_whole(p, shapes[p.source][3], node.shape[3]) for p in op.patches)
            return whole and not op.fill
        case ops.Reshape():
            return bool(users) and all(isinstance(user.op, ops.Dense) for user in users)
    return False


def _whole(patch: moves.Patch, given: int, gives: int) -> bool:
    """Whether the places of channels are runs of four, each the channels of a word; or all of what it reads and gives.

    given, gives: the channels of its input and of the result.
    """
    each, word = (patch.of[3], patch.at[3]), packed.WORD
    if given == gives and all(places == tuple(range(given)) for places in each):
        return True
    runs = lambda places: all(place == places[i - i % word] + i % word for i, place in enumerate(places))
    starts = lambda places: all(place % word == 0 for place in places[::word])
    return all(len(places) % word == 0 and runs(places) and starts(places) for places in each)


def _in_f32(node: ops.Node, graph: ops.Graph) -> list[ops.Node]:
    """The same in f32: before the numbers become int8, if that happens right before, or else between two steps."""
    sources = [graph[name] for name in node.inputs]
    scales = {source.op.scale if isinstance(source.op, ops.Quantise) else None for source in sources}
    (scale,) = scales if len(scales) == 1 else (None,)
    name = f"{node.name}.f32"
    if scale is not None:
        inputs = tuple(source.inputs[0] for source in sources)
        return [
            dataclasses.replace(node, name=name, inputs=inputs),
            dataclasses.replace(node, op=ops.Quantise(scale), inputs=(name,)),
        ]
    before = [
        ops.Node(f"{node.name}.f32_{i}", ops.Dequantise(WHOLE), (source.name,), source.shape)
        for i, source in enumerate(sources)
    ]
    moved = dataclasses.replace(node, name=name, inputs=tuple(each.name for each in before))
    return [*before, moved, dataclasses.replace(node, op=ops.Quantise(WHOLE), inputs=(name,))]
