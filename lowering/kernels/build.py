"""Nodes -> kernels: tables of handlers for each kind of target, without a default."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts
from lowering.kernels.cpu import (
    clip,
    conv,
    dense,
    depthwise,
    depthwise_words,
    flat,
    fused_convs,
    fused_pool,
    fused_winograd,
    mosaic,
    outer,
    pointwise,
    pool,
    products,
    quantise,
    reduce,
    resample,
    space_to_depth,
    split_clip,
    winograd,
    winograd_frames,
)
from lowering.kernels.linalg import conv as linalg_conv
from lowering.kernels.linalg import dense as linalg_dense
from lowering.kernels.linalg import maps
from lowering.kernels.linalg import mosaic as linalg_mosaic
from lowering.kernels.linalg import pool as linalg_pool
from lowering.kernels.linalg import reduce as linalg_reduce
from lowering.kernels.mlir import types, words
from lowering.kernels.vulkan import conv as vulkan_conv
from lowering.kernels.vulkan import dense as vulkan_dense
from lowering.kernels.vulkan import quantise as vulkan_quantise
from lowering.kernels.vulkan import winograd as vulkan_winograd
from lowering.kernels.vulkan import words as vulkan_words
from lowering.targets import targets

# A handler gives the kernel of a kernels.Request, or None: then the next one of the operation must take it.
Handler = Callable[[Any], kernels.Kernel | None]
Table = dict[type[ops.Op], tuple[Handler, ...]]

# On tensors, scheduled by IREE, for every kind of target and in either form: what has no weights.
MAPS: Table = {
    ops.Affine: (maps.elementwise,),
    ops.Relu: (maps.elementwise,),
    ops.Add: (maps.elementwise,),
    ops.Concat: (maps.concat,),
    ops.Input: (maps.clip,),
    ops.MaxPool: (maps.any_pool,),
    ops.AvgPool: (maps.any_pool,),
    ops.SpaceToDepth: (maps.space_to_depth,),
    ops.ToMap: (maps.clip,),
    ops.Pointwise: (maps.pointwise,),
    ops.Mosaic: (linalg_mosaic.mosaic,),
    ops.Reduce: (linalg_reduce.reduce,),
    ops.Resample: (maps.resample,),
}
VECTORS: Table = {
    ops.Affine: (maps.vectors,),
    ops.Relu: (maps.vectors,),
    ops.Add: (maps.vectors,),
    ops.Concat: (maps.concat,),
    ops.Reshape: (maps.vector,),
    ops.Softmax: (maps.softmax,),
    ops.Pointwise: (maps.vector_pointwise,),
    ops.Mosaic: (linalg_mosaic.vector_mosaic,),
    ops.Reduce: (linalg_reduce.reduce,),
}
# Loops over buffers, by kind of target and by what an operation gives, a feature map or a vector. The handlers of each
# stand in order of preference.
EXECUTABLES: dict[tuple[str, str], Table] = {
    ("cpu", "feature map"): {
        **MAPS,
        ops.Input: (clip.clip, maps.clip),
        ops.ToMap: (split_clip.split_clip, clip.clip, maps.clip),
        ops.PackedConv: (products.products, outer.outer, conv.conv),
        ops.Depthwise: (depthwise.depthwise,),
        ops.FusedConvs: (fused_convs.fused_convs,),
        ops.FusedPool: (fused_pool.fused_pool,),
        ops.FusedWinograd: (fused_winograd.fused_winograd,),
        ops.MaxPool: (pool.pool, maps.any_pool),
        ops.AvgPool: (pool.pool, maps.any_pool),
        ops.Pointwise: (pointwise.pointwise, maps.pointwise),
        ops.SpaceToDepth: (space_to_depth.space_to_depth, maps.space_to_depth),
        ops.Mosaic: (mosaic.mosaic,),
        ops.Resample: (resample.resample, maps.resample),
        ops.Reduce: (reduce.reduce,),
        ops.WinogradFrames: (winograd_frames.winograd_frames,),
        ops.WinogradInput: (winograd.transform_input,),
        ops.WinogradResult: (winograd.transform_result,),
    },
    ("cpu", "vector"): {
        **VECTORS,
        ops.PackedDense: (dense.dense,),
        ops.Reshape: (flat.flat, maps.vector),
        ops.Reduce: (reduce.reduce,),
    },
    ("vulkan", "feature map"): {
        **MAPS,
        ops.PackedConv: (vulkan_conv.conv,),
        ops.WinogradInput: (vulkan_winograd.transform_input,),
        ops.WinogradResult: (vulkan_winograd.transform_result,),
    },
    ("vulkan", "vector"): {**VECTORS, ops.PackedDense: (vulkan_dense.dense,)},
}
# What computes with int8, four numbers to a word, by kind of target and by what an operation gives.
INTEGERS: dict[tuple[str, str], Table] = {
    ("cpu", "feature map"): {
        ops.PackedConv: (outer.outer, conv.conv),
        ops.Depthwise: (depthwise_words.depthwise_words,),
        ops.FusedConvs: (fused_convs.fused_convs,),
        ops.FusedPool: (fused_pool.fused_pool,),
        ops.MaxPool: (pool.pool,),
        ops.SpaceToDepth: (space_to_depth.space_to_depth,),
        ops.Mosaic: (mosaic.mosaic,),
        ops.Quantise: (quantise.quantise,),
        ops.Dequantise: (quantise.dequantise,),
    },
    ("cpu", "vector"): {
        ops.PackedDense: (dense.of_integers,),
        ops.Quantise: (quantise.quantise_vector,),
        ops.Dequantise: (quantise.dequantise_vector,),
    },
    ("vulkan", "feature map"): {
        ops.PackedConv: (vulkan_words.conv,),
        ops.MaxPool: (maps.any_pool,),
        ops.SpaceToDepth: (maps.space_to_depth,),
        ops.Mosaic: (linalg_mosaic.mosaic,),
        ops.Quantise: (vulkan_quantise.quantise,),
        ops.Dequantise: (vulkan_quantise.dequantise,),
    },
    ("vulkan", "vector"): {
        ops.PackedDense: (vulkan_dense.of_integers,),
        ops.Quantise: (vulkan_quantise.quantise_vector,),
        ops.Dequantise: (vulkan_quantise.dequantise_vector,),
    },
}
# On tensors alone, for every kind of target.
LINALG: dict[str, Table] = {
    "feature map": {
        **MAPS,
        ops.PackedConv: (linalg_conv.conv,),
        ops.MaxPool: (linalg_pool.pool, maps.any_pool),
        ops.AvgPool: (linalg_pool.pool, maps.any_pool),
    },
    "vector": {**VECTORS, ops.PackedDense: (linalg_dense.dense,)},
}
# By form, kind of target and what an operation gives.
HANDLERS: dict[tuple[str, str, str], Table] = {
    **{("executables", kind, gives): table for (kind, gives), table in EXECUTABLES.items()},
    **{("linalg", kind, gives): table for kind in targets.KINDS for gives, table in LINALG.items()},
}
SHARED = (ops.PackedConv, ops.FusedConvs)  # what wants positions in its result to be those in its input
RESULT = "main.result"  # takes a feature map out of its layout; no layer has a dot before "result" in its name


def build(graph: ops.Graph, target: targets.Target) -> dict[str, kernels.Kernel]:
    """The kernel of each node by its name, in the order of the graph; GraphError for a node that no handler takes."""
    return {request.node.name: kernel for request, kernel in walk(graph, target)}


def walk(graph: ops.Graph, target: targets.Target) -> Iterator[tuple[kernels.Request, kernels.Kernel]]:
    """The kernels of a graph in its order, with what each was wanted for.

    Nodes without a kernel: inputs that nobody reads or that are flat, pieces that JAX writes, the node of several
    results, and flattenings that only packed kernels read. For those a flattening is an order of reading, which their
    tables hold.
    """
    layout, users, kinds = layouts.assign(graph), graph.users, ops.element_types(graph)
    made: dict[str, kernels.Activation] = {}
    for node in graph.nodes:
        out, inputs = layout.get(node.name), tuple(made[name] for name in node.inputs)
        if isinstance(node.op, ops.Input | ops.ToMap) and out is not None:
            given = node.op.to if isinstance(node.op, ops.ToMap) else node.shape
            inputs = (kernels.Activation(types.Tensor((1, *given)), None, given),)
        unread = isinstance(node.op, ops.Input) and not users[node.name] and node.name != graph.result
        if unread or isinstance(node.op, ops.Piece | ops.Results) or (isinstance(node.op, ops.Input) and out is None):
            element = words.inside(kernels.ELEMENTS[getattr(node.op, "dtype", "float32")])
            made[node.name] = kernels.Activation(types.Tensor(node.shape, element), None, node.shape)
            continue
        if isinstance(node.op, ops.State):
            assert out is not None
            element = kernels.WORDS if kinds[node.name] == "int8" else target.precision.activations
            kept = kernels.feature_map(out, element)
            made[node.name] = kernels.Activation(kept, out, node.shape)
            continue
        if is_free(node, users[node.name]):
            made[node.name] = inputs[0]
            continue
        request = kernels.Request(node, inputs, out, target, kinds[node.name] == "int8")
        kernel = one(request)
        made[node.name] = kernels.Activation(kernel.out, out, node.shape)
        yield request, kernel


def one(request: kernels.Request) -> kernels.Kernel:
    """The kernel of one node, by the first handler of its operation that takes it."""
    node, kind = request.node, request.target.kind
    operation, gives = type(node.op).__name__, "feature map" if request.out else "vector"
    handlers = _table(request, gives).get(type(node.op), ())
    if isinstance(node.op, SHARED):
        _check_shared(request)
    for handler in handlers:
        if kernel := handler(request):
            return kernel
    if of_integers(request):
        raise ops.GraphError(f"{node.name}: {request.target.name} has no kernel for {operation} of int8")
    raise ops.GraphError(f"{node.name}: no kernel for {operation} that gives a {gives} on {kind}")


def _table(request: kernels.Request, gives: str) -> Table:
    form, kind = request.target.form, request.target.kind
    if not of_integers(request):
        return HANDLERS[form, kind, gives]
    return INTEGERS[kind, gives] if form == "executables" else {}


def of_integers(request: kernels.Request) -> bool:
    """Whether what it reads or gives is of int8."""
    reads = [layer.op for layer in ops.layers(request.node)]
    return request.words or any(isinstance(op, ops.Dequantise) or getattr(op, "rescale", None) for op in reads)


def is_free(node: ops.Node, users: list[ops.Node]) -> bool:
    """Whether a flattening needs no kernel: its readers know where each value lies."""
    return isinstance(node.op, ops.Reshape) and bool(users) and all(isinstance(u.op, ops.PackedDense) for u in users)


def with_flat_result(graph: ops.Graph) -> ops.Graph:
    """The graph with a vector as its result.

    A feature map is taken out of its layout, frames x height x width x channels.
    """
    shape = graph.output.shape
    if len(shape) == 1:
        return graph
    flat = ops.Node(RESULT, ops.Reshape(), (graph.result,), (math.prod(shape),))
    return dataclasses.replace(graph, nodes=(*graph.nodes, flat), result=RESULT)


def _check_shared(request: kernels.Request) -> None:
    x, out = request.inputs[0].layout, request.out
    places = [(each.pitch, each.first, each.plane) for each in (x, out) if each]
    if len(places) < 2 or places[0] != places[1]:
        raise ops.GraphError(f"{request.node.name} reads {x} and writes {out}: pitch, first pixel and plane must agree")
