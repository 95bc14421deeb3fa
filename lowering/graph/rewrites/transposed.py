"""Transposed convolutions, taken apart into ordinary ones."""

import dataclasses

import numpy as np

from lowering.graph import ops
from lowering.graph.operations import moves, windows


def split_transposed(graph: ops.Graph) -> ops.Graph:
    """A convolution over spread pixels becomes one over the pixels themselves, and a Mosaic of what it gives.

    Results that lie `spread` apart read the same locations of the kernel, one phase of it. The filters of all phases
    are those of one convolution of stride 1, whose results a Mosaic puts between each other. No product with a zero
    between the pixels is left. What is added to the results is brought into the same order first, by a SpaceToDepth.
    Of a layer of integers every phase keeps the units of the whole kernel.
    """
    taken, renames, nodes = {node.name for node in graph.nodes}, dict[str, str](), list[ops.Node]()
    known: dict[str, ops.Node] = {}
    for old in graph.nodes:
        node = dataclasses.replace(old, inputs=tuple(renames.get(name, name) for name in old.inputs))
        found = [node]
        if isinstance(node.op, ops.Conv) and node.op.spread != windows.ONES:
            source, *added = (known[name] for name in node.inputs)
            found = []
            for other in added:
                ends = [(0, -size % step) for size, step in zip(node.shape, node.op.spread, strict=False)]
                split = ops.SpaceToDepth(node.op.spread, (ends[0], ends[1], ends[2]), node.op.spread)
                found.append(ops.node(ops.unique(f"{node.name}_added", taken), split, other))
                taken.add(found[-1].name)
            found.append(ops.node(node.name, _phases(node.op, source.shape, node.shape), source, *found))
            for moved in moves.between(found[-1].shape, node.op.spread, node.shape[:3]):
                found.append(ops.node(ops.unique(f"{node.name}_between", taken), moved, found[-1]))
                taken.add(found[-1].name)
            renames[node.name] = found[-1].name
        nodes += found
        known |= {each.name: each for each in found}
    return dataclasses.replace(graph, nodes=tuple(nodes), result=renames.get(graph.result, graph.result))


def _phases(op: ops.Conv, given: ops.Shape, result: ops.Shape) -> ops.Conv:
    """The convolution of stride 1 that computes the results of all phases at each place, (a, b, e, O) as channels."""
    kernel, padding, dilation = op.kernel, [*op.padding], [*op.dilation]
    for axis, spread in enumerate(op.spread):
        if spread == 1:
            kernel = np.expand_dims(kernel, -2)
            continue
        places = _places(kernel.shape[axis], spread, op.dilation[axis], op.padding[axis][0])
        seen = [place for each in places for place in each.values()]
        least, most = min(seen), max(seen)
        shape = (*kernel.shape[:axis], most - least + 1, *kernel.shape[axis + 1 : -1], spread, kernel.shape[-1])
        spaced = np.zeros(shape, np.float32)
        for phase, taps in enumerate(places):
            for tap, place in taps.items():
                before = (slice(None),) * axis
                spaced[(*before, place - least)][..., phase, :] = kernel[(*before, tap)]
        count = -(-result[axis] // spread)
        kernel, dilation[axis] = spaced, 1
        padding[axis] = (-least, count + most - given[axis])
    kernel = kernel.reshape(*kernel.shape[:4], -1)
    filters = np.tile(np.arange(len(op.bias)), int(np.prod(op.spread)))
    how = {"padding": tuple(padding), "dilation": tuple(dilation), "spread": windows.ONES}
    how["rescale"] = None if op.rescale is None else op.rescale.taken(filters)
    return dataclasses.replace(op, kernel=kernel, bias=op.bias[filters], **how)


def _places(size: int, spread: int, dilation: int, low: int) -> list[dict[int, int]]:
    """For each phase the taps that meet pixels, and how many pixels after the result's place each of them reads."""
    reads = [{tap: phase + tap * dilation - low for tap in range(size)} for phase in range(spread)]
    return [{tap: at // spread for tap, at in each.items() if at % spread == 0} for each in reads]
