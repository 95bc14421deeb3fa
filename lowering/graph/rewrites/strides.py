"""Strides in height and width, taken out of convolutions."""

import collections
import dataclasses
import math

import numpy as np

from lowering.graph import ops
from lowering.targets import targets

LEAST_CHANNELS, LEAST_PIXELS = 4, 2  # of an array that becomes phases at once: a kernel moves so many at a time


def split_strides(graph: ops.Graph) -> ops.Graph:
    """A convolution with strides in height or width becomes SpaceToDepth and a convolution without, over the phases.

    Kernels skip frames themselves.

    Convolutions that read the same value share its phases: their kernels are made as large as the largest with
    zeros, which packing drops. So are kernels that are dilated in height or width.
    """
    graph = ops.replace(graph, lambda node: [dataclasses.replace(node, op=_undilated(node.op))])
    together: dict[object, list[ops.Node]] = collections.defaultdict(list)
    key = lambda node: (node.inputs[0], node.op.strides[1:], node.shape[1:3])
    for node in graph.nodes:
        if isinstance(node.op, ops.Conv) and node.op.strides[1:] != (1, 1):
            together[key(node)].append(node)

    def rule(node: ops.Node) -> list[ops.Node]:
        op = node.op
        if not isinstance(op, ops.Conv) or op.strides[1:] == (1, 1):
            return [node]
        siblings = together[key(node)]
        (top, left), kernel = _same_window(op, [n.op for n in siblings if isinstance(n.op, ops.Conv)])
        strides = (1, *op.strides[1:])
        size: ops.Window = (1, min(strides[1], kernel.shape[1]), min(strides[2], kernel.shape[2]))
        source, kernel = graph[node.inputs[0]], _phase_kernel(kernel, strides, size)
        # The phases hold just what the convolutions read: their output size + the kernel's phases - 1 in height and
        # width.
        ends = [s * (out + k - 1) for s, out, k in zip(strides, node.shape, kernel.shape, strict=False)]
        planes = [(low, end - n - low) for low, end, n in zip((top, left), ends[1:], source.shape[1:], strict=False)]
        split = ops.SpaceToDepth(strides, ((0, 0), *planes), size)
        phases = ops.node(f"{siblings[0].name}_phases", split, source)
        conv = dataclasses.replace(
            op, kernel=kernel, strides=(op.strides[0], 1, 1), padding=(op.padding[0], (0, 0), (0, 0))
        )
        own = dataclasses.replace(node, op=conv, inputs=(phases.name, *node.inputs[1:]))
        return [phases, own] if node is siblings[0] else [own]

    return ops.replace(graph, rule)


def split_at_once(graph: ops.Graph, target: targets.Target) -> ops.Graph:
    """An array that becomes a feature map, and then nothing but phases, becomes these at once, by kernels for CPUs.

    So the map is not written and read. Arrays of fewer than four channels stay as they are.
    """
    if (target.kind, target.form) != ("cpu", "executables"):
        return graph
    users, kinds = graph.users, ops.element_types(graph)
    new: dict[str, list[ops.Node]] = {}
    for node in graph.nodes:
        source = graph[node.inputs[0]] if node.inputs else node
        if not isinstance(source.op, ops.Input | ops.ToMap) or not isinstance(node.op, ops.SpaceToDepth):
            continue
        if len(users[source.name]) > 1 or kinds[node.name] == "int8" or not _splits(node.op, source.shape):
            continue
        new[source.name], given = [], source.inputs
        if isinstance(source.op, ops.Input):
            own = dataclasses.replace(source.op, given=source.op.given or (1, *source.shape))
            new[source.name] = [ops.Node(source.name, own, (), (math.prod(source.shape),))]
            given = (source.name,)
        new[node.name] = [ops.Node(node.name, ops.ToMap(source.shape, node.op), given, node.shape)]
    return ops.replace(graph, lambda node: new.get(node.name, [node]))


def _splits(op: ops.SpaceToDepth, shape: ops.Shape) -> bool:
    """Whether a kernel splits an array of this shape: its frames stay, and every phase has pixels of it."""
    stays = (op.strides[0], op.phases[0], op.padding[0]) == (1, 1, (0, 0))
    sizes = [
        end - first
        for axis in (1, 2)
        for first, end in (op.inside(axis, phase, shape[axis]) for phase in range(op.phases[axis]))
    ]
    return stays and shape[3] >= LEAST_CHANNELS and min(sizes) >= LEAST_PIXELS


def _undilated(op: ops.Op) -> ops.Op:
    """A strided convolution whose kernel is dilated over frames alone: a larger one with zeros."""
    if not isinstance(op, ops.Conv) or op.strides[1:] == (1, 1) or op.dilation[1:] == (1, 1):
        return op
    (_, high, wide), (_, rows, columns) = op.extent, op.dilation
    kernel = np.zeros((op.kernel.shape[0], high, wide, *op.kernel.shape[3:]), np.float32)
    kernel[:, ::rows, ::columns] = op.kernel
    return dataclasses.replace(op, kernel=kernel, dilation=(op.dilation[0], 1, 1))


def _same_window(conv: ops.Conv, convs: list[ops.Conv]) -> tuple[tuple[int, int], np.ndarray]:
    """The padding before that all convolutions can have, and this one's kernel padded to the size of the largest."""
    lows, pads = [], []
    for axis in (1, 2):
        low = max(op.padding[axis][0] for op in convs)
        size = max(op.kernel.shape[axis] + low - op.padding[axis][0] for op in convs)
        front = low - conv.padding[axis][0]
        lows.append(low)
        pads.append((front, size - front - conv.kernel.shape[axis]))
    return (lows[0], lows[1]), np.pad(conv.kernel, ((0, 0), *pads, (0, 0), (0, 0)))


def _phase_kernel(kernel: np.ndarray, strides: ops.Window, phases: ops.Window) -> np.ndarray:
    """f32[D, H, W, I, O] -> f32[ceil(D/sd), ceil(H/sh), ceil(W/sw), (a, b, e, I), O]; zeros where no tap is."""
    (pd, ph, pw) = phases
    (sd, sh, sw), (d, h, w, i, o) = strides, kernel.shape
    padded = np.pad(kernel, ((0, -d % sd), (0, -h % sh), (0, -w % sw), (0, 0), (0, 0)))
    d, h, w = (n // s for n, s in zip(padded.shape, strides, strict=False))
    by_phase = padded.reshape(d, sd, h, sh, w, sw, i, o).transpose(0, 2, 4, 1, 3, 5, 6, 7)
    return by_phase[:, :, :, :pd, :ph, :pw].reshape(d, h, w, -1, o)
