"""jaxpr -> Graph: what has a rule becomes a node that our kernels compute, the rest a piece that JAX writes itself.

The walk meets the operations one by one. What depends on weights alone is computed at once.
"""

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from lowering.functions import jaxprs, sources, trees
from lowering.graph import ops, values, verify
from lowering.graph import tracer as tracing
from lowering.graph.rewrites import recognise
from lowering.system import typed


def trace(function: Callable[..., Any], params: Any, example: Any) -> ops.Graph:
    """Graph of function(params, example), or of function(params, *example) for a network of several inputs.

    example: an array, or a list or tuple of several; shapes will do for f32. Feature maps that our kernels read are
    f32[1, D, H, W, C]; any other array is flat in the graph. The function gives an array, or a tree of them. An only
    input is called "clip", several "input_0", "input_1" and so on; kernels are named after their place in `params`:
    {"conv1": {"kernel": ...}} gives a node "conv1".

    Raises NotImplementedError for what no module can hold (callbacks into Python, random numbers), with every place in
    the user's source; GraphError for an input of another form.
    """
    inputs = check(function, params, example)
    jaxpr, answer = jax.make_jaxpr(function, return_shape=True)(params, *inputs.values())
    tracer = tracing.Tracer()
    arguments: list[Any] = [values.Const(tracing.plain(leaf), _layer_name(path)) for path, leaf in trees.paths(params)]
    arguments += [tracer.input(name, given) for name, given in inputs.items()]
    results = jaxprs.walk(
        sources.located(jaxpr.jaxpr), list(map(_constant, jaxpr.consts)), arguments, tracer.step, _constant
    )
    tracer.refuse()
    result = tracer.result([path for path, _ in trees.paths(answer)], results)
    graph = ops.rewire(ops.Graph(tuple(tracer.nodes), result), {})
    return verify.verify(_as_given(recognise.softmax(graph)))


def check(function: Any, params: Any, example: Any) -> dict[str, jax.ShapeDtypeStruct]:
    """The inputs by name of what `trace` can take; GraphError or ValueError for anything else."""
    if not callable(function):
        raise ops.GraphError(f"the network is {typed.what(function)}, expected a function of the parameters and inputs")
    trees.arrays(params)
    return example_inputs(example)


def shapes(function: Callable[..., Any], params: Any, example: Sequence[Any]) -> list[tuple[int, ...]]:
    """The shapes of the function's results, without computing anything."""
    return [each.shape for each in jax.tree.leaves(jax.eval_shape(function, params, *example))]


def example_inputs(example: Any) -> dict[str, jax.ShapeDtypeStruct]:
    """The inputs of a network by name, from an example as `trace` takes it; GraphError for what no graph can read."""
    if not hasattr(example, "shape") and not isinstance(example, tuple | list):
        raise ops.GraphError(f"the example is {typed.what(example)}, expected an array, or a tuple of arrays")
    if isinstance(example, tuple | list) and not example:
        raise ops.GraphError("the example has no array, expected one for each input of the network")
    one = hasattr(example, "shape") or all(isinstance(size, int | np.integer) for size in example)
    several = [example] if one else list(example)
    names = ["clip"] if len(several) == 1 else [f"input_{number}" for number in range(len(several))]
    found = {}
    for name, given in zip(names, several, strict=True):
        shape = tuple(int(size) for size in getattr(given, "shape", given))
        dtype = np.dtype(getattr(given, "dtype", np.float32))
        if not shape or min(shape) < 1:
            raise ops.GraphError(f"{name} has shape {shape}, expected at least one axis and at least 1 along each")
        if dtype.name not in ops.DTYPES:
            raise ops.GraphError(f"{name} holds {dtype}, expected one of {', '.join(ops.DTYPES)}")
        found[name] = jax.ShapeDtypeStruct(shape, dtype)
    return found


def _as_given(graph: ops.Graph) -> ops.Graph:
    """What reads an input flat, reads it as it is given; feature maps are made of it for the others."""
    flattened: dict[str, str] = {}
    laid: dict[str, str] = {}
    nodes: list[ops.Node] = []
    for node in graph.nodes:
        flat = [each.name for each in graph.users[node.name] if isinstance(each.op, ops.Reshape)]
        if isinstance(node.op, ops.Input) and len(node.shape) == 4 and flat:
            given = ops.Node(node.name, ops.Input((1, *node.shape)), (), (int(np.prod(node.shape)),))
            as_map = ops.node(f"{node.name}_map", ops.ToMap(node.shape), given)
            nodes += [given, as_map]
            flattened |= dict.fromkeys(flat, node.name)
            laid[node.name] = as_map.name
        elif node.name not in flattened:
            nodes.append(dataclasses.replace(node, inputs=tuple(laid.get(each, each) for each in node.inputs)))
    return ops.rewire(dataclasses.replace(graph, nodes=tuple(nodes)), flattened)


def _constant(array: Any) -> values.Const:
    return values.Const(tracing.plain(array))


def _layer_name(path: str) -> str:
    """A node's name for the leaf at a path: "block_conv1" for "block/conv1/kernel"."""
    parts = path.split("/")
    parts = [part for part in parts if part not in ("kernel", "value", "weight", "w")] or parts
    name = "_".join(re.sub("[^A-Za-z0-9_]", "_", part) for part in parts)
    return f"layer_{name}" if name[:1].isdigit() else name or "kernel"  # the whole tree may be one kernel
