"""@main: the function that calls all others, one line a node."""

import dataclasses
from collections.abc import Sequence

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels import pieces, steps
from lowering.kernels.cpu import dots
from lowering.kernels.mlir import block, tensors, types, values, words
from lowering.targets import targets


def lines(graph: ops.Graph, found: dict[str, kernels.Kernel], shape: ops.Shape, target: targets.Target) -> list[str]:
    """@main, and for a batch the function of one example that it calls for each. A stream has @step and what is around.

    found: the kernels by the names of their nodes. shape: of a single result, without the batch axis.
    """
    on_gpu = target.gpu is not None
    if graph.steps:
        return _stream(graph, found, target)
    if graph.batch == 1:
        return _Main(graph, found, on_gpu).lines(shape)
    one = _Main(dataclasses.replace(graph, batch=1), found, on_gpu).lines(shape)
    return [*_batched(graph, shape), "", one[0].replace("func.func @main", "func.func private @example"), *one[1:]]


class _Main:
    """The function of one example while it is written. It takes and gives arrays as JAX does."""

    def __init__(self, graph: ops.Graph, found: dict[str, kernels.Kernel], on_gpu: bool) -> None:
        self.graph, self.found, self.pieces = graph, found, pieces.called(graph)
        self.on_gpu = on_gpu
        self.states = steps.kinds(graph, found)
        self.block = block.Block()
        self.made: dict[str, values.Value] = {}
        self.arguments = {node.name: self.block.argument(node.name, _given(node)) for node in graph.inputs}

    def lines(self, shape: ops.Shape) -> list[str]:
        """Its text."""
        return _function("main", list(self.arguments.values()), self.results(shape), self.block)

    def results(self, shape: ops.Shape) -> list[values.Value]:
        """What it gives."""
        for node in self.graph.nodes:
            if not isinstance(node.op, ops.Results):
                self._node(node)
        b, end = self.block, self.graph.output
        if isinstance(end.op, ops.Results):
            op = end.op
            named = zip(end.inputs, op.names, op.shapes, op.dtypes, strict=False)  # behind them come the states
            results = [tensors.shaped(b, self._written(name, x), to, f"result.{said}") for name, said, to, x in named]
            steps.store(b, self.graph, self.made)
            return results
        return [tensors.shaped(b, self._flat(end.name, "result"), (1, *shape), "result")]

    def _node(self, node: ops.Node) -> None:
        """What computes a node, if anything must."""
        b, made = self.block, self.made
        if isinstance(node.op, ops.Piece):
            self._piece(node)
        elif isinstance(node.op, ops.State):
            made[node.name] = steps.load(b, node.name, self.states[node.name])
        elif node.name in self.found:
            inputs = [made[name] for name in node.inputs] or [self.arguments[node.name]]
            if isinstance(node.op, ops.ToMap):
                inputs = [tensors.shaped(b, self._apart(node.inputs[0]), (1, *node.op.to), f"{node.name}.shaped")]
            name, to = node.name if node.inputs else f"{node.name}.padded", self.found[node.name].out
            made[node.name] = b.let(
                name, to, f"call @{node.name}({values.names(inputs)}) : ({values.kinds(inputs)}) -> {to}"
            )
        elif node.inputs:  # a flattening that costs nothing
            made[node.name] = made[node.inputs[0]]
        elif len(node.shape) == 1:
            vector = tensors.flatten(b, self.arguments[node.name], f"{node.name}.vector")
            made[node.name] = words.read(b, vector, self.on_gpu)

    def _piece(self, node: ops.Node) -> None:
        """The call of a piece, before the first of its results."""
        if node.name not in self.made:
            name, nodes = next(found for found in self.pieces.items() if node in found[1])
            gives = pieces.results(nodes)
            given = [self._flat(each) for each in node.inputs]
            self.made |= dict(zip((each.name for each in nodes), _call(self.block, name, given, gives), strict=True))

    def _flat(self, name: str, hint: str = "") -> values.Value:
        """A flat value without what only fills a group of filters behind it."""
        return tensors.first(self.block, self.made[name], self.graph[name].shape, f"{hint or name}.first")

    def _apart(self, name: str) -> values.Value:
        """A flat value, in another dispatch than what reads it: IREE 3.13 does not compile a gather from a slice."""
        flat = self._flat(name)
        if not isinstance(self.graph[name].op, ops.Piece):
            return flat
        return self.block.let(f"{name}.apart", flat.type, f"stablehlo.optimization_barrier {flat} : {flat.type}")

    def _written(self, name: str, dtype: str) -> values.Value:
        """A flat value as a result of the module."""
        return words.written(self.block, self._flat(name), kernels.ELEMENTS[dtype], self.on_gpu)


def _stream(graph: ops.Graph, found: dict[str, kernels.Kernel], target: targets.Target) -> list[str]:
    """The states of a stream, and its functions: of a step, of a reset, and of the sequence that is its example."""
    step, zeros = _Main(graph, found, target.gpu is not None), dots.zero(target, kernels.WORDS)
    (given,), results = step.arguments.values(), step.results(())
    gives = [tensors.tensor(each) for each in results]
    return [
        *steps.states(graph, step.states, zeros),
        "",
        *_function(steps.STEP, [given], results, step.block),
        "",
        *steps.reset(graph, step.states, zeros),
        "",
        *steps.sequence(graph, tensors.tensor(given), gives),
    ]


def _batched(graph: ops.Graph, shape: ops.Shape) -> list[str]:
    """The function that calls @example for one example of the batch after the other. shape: as for `lines`."""
    b = block.Block()
    given = [b.argument(node.name, dataclasses.replace(_given(node), shape=graph.given(node))) for node in graph.inputs]
    several = isinstance(graph.output.op, ops.Results)
    shapes = [(each[1:], dtype) for _, each, dtype in graph.outputs] if several else [(shape, "float32")]
    gives = tuple(types.Tensor((1, *each), kernels.ELEMENTS[dtype]) for each, dtype in shapes)
    every = [_call(b, "example", [tensors.row(b, x, place) for x in given], gives) for place in range(graph.batch)]
    results = [tensors.concat(b, parts, "results") for parts in zip(*every, strict=True)]
    return _function("main", given, results, b)


def _call(
    b: block.Block, name: str, given: Sequence[values.Value], gives: Sequence[types.Tensor]
) -> list[values.Value]:
    """The results of a function of several."""
    found, kinds = b.name(name), ", ".join(map(str, gives))
    several = len(gives) > 1
    count, to = (f":{len(gives)}", f"({kinds})") if several else ("", kinds)
    b.do(f"{found}{count} = call @{name}({values.names(given)}) : ({values.kinds(given)}) -> {to}")
    return [values.Value(f"{found}#{place}" if several else found, kind) for place, kind in enumerate(gives)]


def _function(name: str, given: Sequence[values.Value], results: Sequence[values.Value], b: block.Block) -> list[str]:
    """A public function with the lines of a block."""
    gives = f"({values.kinds(results)})" if len(results) > 1 else values.kinds(results)
    arguments = ", ".join(f"{each}: {each.type}" for each in given)
    body = [*b.lines(), f"return {values.names(results)} : {values.kinds(results)}"]
    return [f"func.func @{name}({arguments}) -> {gives} {{", *(f"  {line}" for line in body), "}"]


def _given(node: ops.Node) -> types.Tensor:
    """An argument as JAX gives it."""
    assert isinstance(node.op, ops.Input)
    return types.Tensor(node.op.given or (1, *node.shape), kernels.ELEMENTS[node.op.dtype])
