"""jaxpr -> Graph: any JAX function of supported primitives becomes nodes of the graph.

The walk meets the equations one by one. What depends on weights alone is computed at once; for the rest a table
gives one rule per primitive.
"""

import re
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.extend import core

from lowering.functions import jaxprs, trees
from lowering.graph import ops, primitives, verify
from lowering.system import typed


def trace(function: Callable[..., jax.Array], params: Any, example: Any) -> ops.Graph:
    """Graph of function(params, example), or of function(params, *example) for a network of several inputs.

    example: an array f32[1, D, H, W, C] (a feature map) or f32[1, K] (a vector), or a list or tuple of several;
    shapes will do. The result may be either. An only input is called "clip", several "input_0", "input_1" and so
    on; kernels are named after their place in `params`: {"conv1": {"kernel": ...}} gives a node "conv1". Raises
    NotImplementedError for a primitive without a rule (naming it and those that have one), GraphError for an input
    of another form.
    """
    if not callable(function):
        raise ops.GraphError(f"the network is {typed.what(function)}, expected a function of the parameters and inputs")
    trees.arrays(params)
    inputs = example_inputs(example)
    jaxpr = jax.make_jaxpr(function)(params, *inputs.values())
    arguments: list[Any] = [primitives.Const(_plain(leaf), _layer_name(path)) for path, leaf in trees.paths(params)]
    tracer = _Tracer()
    tracer.nodes += [ops.Node(name, ops.Input(), (), given.shape[1:]) for name, given in inputs.items()]
    arguments += [primitives.Ref(name, given.shape) for name, given in inputs.items()]
    results = jaxprs.walk(jaxpr.jaxpr, list(map(_constant, jaxpr.consts)), arguments, tracer.step, _constant)
    if len(results) != 1:
        raise ops.GraphError(f"the function gives {len(results)} results, expected one, such as the logits")
    result = results[0]
    if not isinstance(result, primitives.Ref):
        raise ops.GraphError("the function's result does not depend on its inputs, or is a softmax cut in the middle")
    return verify.verify(ops.rewire(ops.Graph(tuple(tracer.nodes), result.node), {}))


def example_inputs(example: Any) -> dict[str, jax.ShapeDtypeStruct]:
    """The inputs of a network by name, from an example as `trace` takes it; GraphError for what no graph can read."""
    if not hasattr(example, "shape") and not isinstance(example, tuple | list):
        raise ops.GraphError(f"the example is {typed.what(example)}, expected an array, or a tuple of arrays")
    if isinstance(example, tuple | list) and not example:
        raise ops.GraphError("the example has no array, expected one for each input of the network")
    one = hasattr(example, "shape") or all(isinstance(size, int | np.integer) for size in example)
    several = [example] if one else list(example)
    shapes = [tuple(int(size) for size in getattr(given, "shape", given)) for given in several]
    names = ["clip"] if len(shapes) == 1 else [f"input_{number}" for number in range(len(shapes))]
    for name, given, shape in zip(names, several, shapes, strict=True):
        if len(shape) not in (2, 5) or shape[0] != 1:
            expected = "(1, frames, height, width, channels) or (1, numbers): a bundle runs one example"
            raise ops.GraphError(f"{name} has shape {shape}, expected {expected}")
        if 0 in shape:
            raise ops.GraphError(f"{name} has shape {shape}, expected at least 1 along every axis")
        if (dtype := np.dtype(getattr(given, "dtype", np.float32))) != np.float32:
            raise ops.GraphError(f"{name} holds {dtype}, expected float32")
    return {name: jax.ShapeDtypeStruct(shape, np.float32) for name, shape in zip(names, shapes, strict=True)}


class _Tracer:
    """What the walk does with each equation; `nodes` grows in order."""

    def __init__(self) -> None:
        self.nodes: list[ops.Node] = []

    def step(self, eqn: core.JaxprEqn, inputs: list[Any]) -> list[Any]:
        """The values of an equation's results."""
        if all(isinstance(value, primitives.Const) for value in inputs):
            return _compute(eqn, inputs)
        rule = primitives.RULES.get(eqn.primitive.name)
        if rule is None:
            known = ", ".join(sorted([*primitives.RULES, *jaxprs.CALLS]))
            name, where = eqn.primitive.name, primitives.where(eqn)
            raise NotImplementedError(f"cannot lower the primitive {name!r} ({where}); supported: {known}")
        result: Any = eqn.outvars[0].aval
        value, shape = rule(self, eqn, *inputs), tuple(result.shape)
        if value.shape != shape:  # such as a map of one pixel that is added to a larger constant
            raise primitives.unsupported(
                eqn, f"it gives {shape}, but a value of shape {value.shape} is not repeated here"
            )
        return [value]

    def add(self, name: str, op: ops.Op, inputs: list[primitives.Ref]) -> primitives.Ref:
        """Appends a node; a name that is taken gets a number."""
        known = {node.name: node for node in self.nodes}
        taken = {*known, "main"}
        unique = next(n for n in (name, *(f"{name}_{i}" for i in range(2, len(taken) + 3))) if n not in taken)
        self.nodes.append(ops.node(unique, op, *(known[ref.node] for ref in inputs)))
        return primitives.Ref(unique, (1, *self.nodes[-1].shape))


def _constant(array: Any) -> primitives.Const:
    return primitives.Const(_plain(array))


def _plain(array: Any) -> Any:
    """As a numpy array; keys of random numbers, such as a dropout holds, have none and stay JAX's."""
    key = hasattr(array, "dtype") and jax.numpy.issubdtype(array.dtype, jax.dtypes.prng_key)
    return array if key else np.asarray(array)


def _layer_name(path: str) -> str:
    """A node's name for the leaf at a path: "block_conv1" for "block/conv1/kernel"."""
    parts = path.split("/")
    parts = [part for part in parts if part not in ("kernel", "value", "weight", "w")] or parts
    name = "_".join(re.sub("[^A-Za-z0-9_]", "_", part) for part in parts)
    return f"layer_{name}" if name[:1].isdigit() else name or "kernel"  # the whole tree may be one kernel


def _compute(eqn: core.JaxprEqn, inputs: list[primitives.Const]) -> list[primitives.Const]:
    results = eqn.primitive.bind(*(c.value for c in inputs), **eqn.params)
    names = {c.name for c in inputs if c.name}
    name = names.pop() if len(names) == 1 else None
    return [primitives.Const(_plain(r), name) for r in (results if eqn.primitive.multiple_results else [results])]
