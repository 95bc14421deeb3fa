"""The walk over a jaxpr: what it does with each operation, and the nodes that it makes."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend import core

from lowering.functions import binding, jaxprs, programs, sources
from lowering.graph import ops, values, views
from lowering.graph.operations import moves, pointwise
from lowering.graph.primitives import rules

RESERVED = ("main", "example", "step", "reset", "sequence")  # functions of modules that are no node's


class Tracer:
    """What the walk does with each operation; `nodes` grows in order."""

    def __init__(self) -> None:
        self.nodes: list[ops.Node] = []
        self._known: dict[str, ops.Node] = {}
        self._flattened: dict[str, str] = {}
        self._laid: dict[Any, values.Ref] = {}
        self._refused: dict[tuple[str, str], str] = {}  # the line and why: the first operation there
        self._rounded: set[str] = set()
        self._where = ""

    def input(self, name: str, given: jax.ShapeDtypeStruct) -> values.Ref:
        """An argument of the network: f32[1, D, H, W, C] is a feature map, any other array is flat."""
        shape, dtype = given.shape, given.dtype.name
        if len(shape) == 5 and shape[0] == 1 and dtype == "float32":
            self._append(ops.Node(name, ops.Input(), (), shape[1:]))
            return values.Ref(name, views.plain(shape, ((0, 1), (2,), (3,), (4,))))
        usual = len(shape) == 2 and shape[0] == 1 and dtype == "float32"
        op = ops.Input() if usual else ops.Input(shape, dtype)
        self._append(ops.Node(name, op, (), (int(np.prod(shape)),)))
        return values.Ref(name, views.flat(shape), dtype)

    def step(self, eqn: core.JaxprEqn, inputs: list[Any]) -> Sequence[Any]:
        """The values of an operation's results. Arrays without elements are constants, whatever they are made of."""
        if all(isinstance(value, values.Const) for value in inputs):
            return _compute(eqn, inputs)
        kinds: Any = [variable.aval for variable in eqn.outvars]
        empty = {n: values.Const(np.zeros(x.shape, x.dtype)) for n, x in enumerate(kinds) if 0 in x.shape}
        found = self._step(eqn, inputs) if len(empty) < len(kinds) else kinds
        return [empty.get(place, each) for place, each in enumerate(found)]

    def inside(self, body: core.ClosedJaxpr, inputs: Sequence[Any]) -> list[Any]:
        """The results of a function that an operation holds."""
        lift = lambda array: values.Const(plain(array))
        return jaxprs.walk(body.jaxpr, list(map(lift, body.consts)), inputs, self.step, lift)

    def apply(self, function: Callable[..., Any], inputs: Sequence[Any]) -> list[Any]:
        """The results of a JAX function of these values, which gives a sequence."""
        dtype = lambda x: x.dtype if isinstance(x, values.Ref) else jax.dtypes.canonicalize_dtype(x.value.dtype)
        kinds = [jax.ShapeDtypeStruct(x.shape, dtype(x)) for x in inputs]
        return self.inside(jax.make_jaxpr(function)(*kinds), inputs)

    def _step(self, eqn: core.JaxprEqn, inputs: list[Any]) -> Sequence[Any]:
        """The values of an operation that depends on the network's inputs."""
        self._where = sources.line(eqn)
        if (why := _refusal(eqn, inputs)) is not None:
            self._refused.setdefault((self._where, why), eqn.primitive.name)
            return [self._stand_in(variable.aval) for variable in eqn.outvars]
        rule = rules.RULES.get(eqn.primitive.name)
        try:
            if rule is None:
                raise values.NoKernel("it is none of our kernels' operations")
            result = rule(self, eqn, *inputs)
        except values.NoKernel as reason:
            return self._piece(eqn, inputs, str(reason))
        results = result if eqn.primitive.multiple_results else [result]
        for each, variable in zip(results, eqn.outvars, strict=True):
            self._check(eqn, each, variable.aval)
        return results

    def _check(self, eqn: core.JaxprEqn, found: Any, wanted: Any) -> None:
        """A rule gives what JAX does, in a node of that size; else it is our mistake."""
        held = found.view.value_shape if isinstance(found, values.Ref) else None
        if found.shape != tuple(wanted.shape) or (held and self._known[found.node].shape != held):
            raise ops.GraphError(
                f"the rule for {eqn.primitive.name} ({sources.line(eqn)}) gives {found.shape} in {held}, expected "
                f"{tuple(wanted.shape)}; please report it"
            )

    def add(self, name: str, op: ops.Op, inputs: Sequence[values.Ref]) -> str:
        """Appends a node; a name that is taken gets a number."""
        taken = {*self._known, *RESERVED}
        unique = ops.unique(name, taken)
        made = ops.node(unique, op, *(self._known[ref.node] for ref in inputs))
        self._append(dataclasses.replace(made, where=self._where))
        return unique

    def is_own(self, x: values.Ref) -> bool:
        """Whether our kernels compute place by place on it: a feature map, or a vector that no piece of JAX gives."""
        return x.is_map or (x.is_vector and not isinstance(self._known[x.node].op, ops.Piece))

    def as_flat(self, x: values.Ref) -> values.Ref:
        """The array as a flat one, its elements in row-major order."""
        if not x.is_map and x.view.is_plain:
            return x
        every = list(range(len(x.shape)))
        in_order = [every[:-3], every[-3:-2], every[-2:-1], every[-1:]]
        if x.view.is_plain or (x.dtype == "float32" and _turned(x, in_order) is not None):
            laid = x if x.view.is_plain else self.as_map(x, in_order)
            return values.Ref(self.unfolded(laid).node, views.flat(x.shape), x.dtype)
        program = programs.one(programs.copied(x.shape), [self._operand(x)])
        (turned,) = self._results(program, [x], ops.Reason("transpose", "the axes lie in another order"))
        return values.Ref(turned.node, views.flat(x.shape), x.dtype)

    def unfolded(self, x: values.Ref) -> values.Ref:
        """The array flat in the order of its node's memory."""
        if not x.is_map:
            return x
        if x.node not in self._flattened:
            node = self._numbers(x) if x.dtype == "bool" else x.node
            self._flattened[x.node] = self.add("flatten", ops.Reshape(), [dataclasses.replace(x, node=node)])
            if x.dtype == "bool":
                self._flattened[x.node] = self._truths(self._flattened[x.node])
        view = views.View(x.view.sizes, (len(x.view.sizes),), x.view.array)
        return values.Ref(self._flattened[x.node], view, x.dtype)

    def as_map(self, x: values.Ref, axes: values.Axes) -> values.Ref:
        """The array as a feature map whose frames, height, width and channels are made of these axes."""
        if x.is_map and x.view.groups_of(axes):
            return x
        if x.dtype != "float32":
            raise values.NoKernel(f"it reads {x.dtype}, our kernels float32")
        order = [axis for group in axes for axis in group]
        key = (x.node, x.view.merged, tuple(map(tuple, axes)))
        if key not in self._laid and (turned := _turned(x, axes)) is not None:
            node = self.add("shuffle", turned, [x])
            self._laid[key] = values.Ref(node, views.laid(x.shape, axes))
        if key not in self._laid:
            source = self.as_flat(values.Ref(x.node, x.view.transpose(order), x.dtype))
            to = tuple(int(np.prod([x.shape[axis] for axis in group], dtype=int)) for group in axes)
            node = self.add(f"{source.node}_map", ops.ToMap(to), [source])
            self._laid[key] = values.Ref(node, views.laid(x.shape, axes))
        return self._laid[key]

    def result(self, paths: Sequence[str], results: Sequence[Any]) -> str:
        """The node of the network's result. Several, or one in another form than f32[1, ...], end in a Results."""
        found = [each if isinstance(each, values.Ref) else self._given(each) for each in results]
        if not found:
            raise ops.GraphError("the function gives nothing, expected an array or a tree of them")
        if len(found) == 1 and paths == [""]:
            if not isinstance(results[0], values.Ref):
                raise ops.GraphError("the function's result does not depend on its inputs")
            if (node := self._only(found[0])) is not None:
                return node
        flats = [self._stored(self.as_flat(each)) for each in found]
        names = [_result_name(path, place) for place, path in enumerate(paths)]
        shapes, dtypes = tuple(each.shape for each in flats), tuple(each.dtype for each in flats)
        rounded = tuple(each.node in self._rounded for each in flats)
        op = ops.Results(tuple(names), shapes, dtypes, rounded=rounded if any(rounded) else ())
        return self.add("results", op, flats)

    def refuse(self) -> None:
        """NotImplementedError if the network holds something that no module can."""
        if self._refused:
            places = "\n  ".join(f"{where}: {name} ({why})" for (where, why), name in self._refused.items())
            raise NotImplementedError(f"cannot lower what needs the host or random numbers while it runs:\n  {places}")

    def _stand_in(self, kind: Any) -> values.Ref:
        """What is read of an operation that is refused, so that the walk finds all others too."""
        name, size = ops.unique("refused", self._known), int(np.prod(kind.shape, dtype=int))
        self._append(ops.Node(name, ops.Input(kind.shape, kind.dtype.name), (), (size,)))
        return values.Ref(name, views.flat(kind.shape), kind.dtype.name)

    def _only(self, x: values.Ref) -> str | None:
        """The node of a result f32[1, D, H, W, C] or f32[1, K] as it lies, else None."""
        if x.dtype != "float32" or not x.view.is_plain or x.shape[:1] != (1,):
            return None
        if x.is_map and x.shape[1:] == x.view.value_shape:
            return x.node
        return self.as_flat(x).node if len(x.shape) == 2 else None

    def _numbers(self, x: values.Ref) -> str:
        """A feature map of ones where a comparison holds, and zeros elsewhere."""
        chosen = (("inputs", 0.0), ("number", 0.0), ("number", 1.0))
        return self.add("numbers", pointwise.one("select_n", chosen), [x])

    def _truths(self, flat: str) -> str:
        """Numbers as truths again."""
        x = values.Ref(flat, views.flat(self._known[flat].shape))
        program = programs.one(programs.converted(x.shape, "bool"), [self._operand(x)])
        reason = ops.Reason("convert_element_type", "a comparison is read by an operation of another kind")
        return self._results(program, [x], reason)[0].node

    def _stored(self, x: values.Ref) -> values.Ref:
        """A result in a type that files of arrays can hold."""
        if x.dtype in ops.DTYPES:
            return x
        to = ops.STORED.get(x.dtype, "float32")
        program = programs.one(programs.converted(x.shape, to), [self._operand(x)])
        (found,) = self._results(program, [x], ops.Reason("convert_element_type", f"no file holds {x.dtype}"))
        return values.Ref(found.node, x.view, to)

    def _given(self, constant: values.Const) -> values.Ref:
        """A constant among the results."""
        program = programs.one(programs.copied(constant.shape), [np.asarray(constant.value)])
        (found,) = self._results(program, [], ops.Reason("constant", "it depends on weights alone"))
        return values.Ref(found.node, views.flat(constant.shape), found.dtype)

    def _piece(self, eqn: core.JaxprEqn, inputs: list[Any], why: str) -> list[values.Ref]:
        """An operation that JAX writes itself."""
        inputs = [self._in_place(x) if isinstance(x, values.Ref) else x for x in inputs]
        pairs = zip(inputs, eqn.invars, strict=True)
        given = [_typed(x, v.aval) if isinstance(x, values.Const) else self._operand(x) for x, v in pairs]
        refs = [x for x in inputs if isinstance(x, values.Ref)]
        gives: Any = [variable.aval for variable in eqn.outvars]
        shapes = tuple(tuple(each.shape) for each in gives)
        program = programs.one(programs.Operation(eqn.primitive.name, eqn.params, shapes, binding.bind(eqn)), given)
        reason = ops.Reason(eqn.primitive.name, why, sources.line(eqn), jaxprs.macs(eqn))
        found = list(zip(self._results(program, refs, reason), shapes, strict=True))
        if eqn.primitive.name == "convert_element_type" and _rounds(refs[0].dtype, found[0][0].dtype):
            self._rounded.add(found[0][0].node)
        return [values.Ref(ref.node, views.flat(shape), ref.dtype) for ref, shape in found]

    def _in_place(self, x: values.Ref) -> values.Ref:
        """What JAX reads of a feature map. A shuffle of pixels before it is a kernel of ours."""
        every = list(range(len(x.shape)))
        if not x.is_map or x.view.is_plain or x.dtype != "float32" or len(every) < 4:
            return x
        axes = [every[:-3], every[-3:-2], every[-2:-1], every[-1:]]
        turned = _turned(x, axes)
        return x if turned is None or moves.shuffled(turned, x.view.value_shape) is None else self.as_map(x, axes)

    def _operand(self, x: values.Ref) -> programs.Laid:
        """How the array that JAX reads lies in a value."""
        size = int(np.prod(x.view.sizes, dtype=int))
        flat = jax.ShapeDtypeStruct((size,), np.dtype(x.dtype))
        return programs.Laid(flat, x.view.sizes, x.view.order, x.view.shape)

    def _results(self, program: programs.Program, refs: list[values.Ref], reason: ops.Reason) -> list[values.Ref]:
        """The nodes of a program's results, flat."""
        inputs = [self.unfolded(ref) for ref in refs]
        found = []
        for place, kind in enumerate(program.outputs()):
            op = ops.Piece(program, place, kind.size, kind.dtype.name, (reason,))
            name = self.add(reason.operation.replace("-", "_"), op, inputs)  # such as scatter-add
            found.append(values.Ref(name, views.flat((kind.size,)), kind.dtype.name))
        return found

    def _append(self, node: ops.Node) -> None:
        self.nodes.append(node)
        self._known[node.name] = node


def plain(array: Any) -> Any:
    """As a numpy array; keys of random numbers, such as a dropout holds, have none and stay JAX's."""
    key = hasattr(array, "dtype") and jax.numpy.issubdtype(array.dtype, jax.dtypes.prng_key)
    return array if key else np.asarray(array)


def _refusal(eqn: core.JaxprEqn, inputs: Sequence[Any]) -> str | None:
    """Why no module can hold an operation; None for all others."""
    kinds: Any = [variable.aval for x, variable in zip(inputs, eqn.invars, strict=True) if isinstance(x, values.Ref)]
    reads_keys = any(jax.numpy.issubdtype(kind.dtype, jax.dtypes.prng_key) for kind in kinds)
    return sources.KEYS if reads_keys else sources.refusal(eqn)


def _compute(eqn: core.JaxprEqn, inputs: list[values.Const]) -> list[values.Const]:
    results = eqn.primitive.bind(*(c.value for c in inputs), **eqn.params)
    names = {c.name for c in inputs if c.name}
    name = names.pop() if len(names) == 1 else None
    return [values.Const(plain(r), name) for r in (results if eqn.primitive.multiple_results else [results])]


def _typed(constant: values.Const, kind: Any) -> Any:
    """A constant in the type that JAX gives it: a number in the user's text has none of its own."""
    return constant.value.astype(kind.dtype) if isinstance(constant.value, np.ndarray) else constant.value


def _turned(x: values.Ref, axes: values.Axes) -> ops.Mosaic | None:
    """What makes a feature map of these axes of the array from another one; None where that takes too many patches."""
    if not x.is_map:
        return None
    return moves.turned(
        x.view.sizes, x.view.groups, [[fine for axis in group for fine in x.view.array[axis]] for group in axes]
    )


def _rounds(given: str, to: str) -> bool:
    """Whether a change of the element type makes integers of floats."""
    return np.dtype(given).kind == "f" and np.dtype(to).kind in "iu"


def _result_name(path: str, place: int) -> str:
    name = re.sub("[^A-Za-z0-9_]", "_", path)
    return f"result_{name or place}" if not name or name[0].isdigit() else name
