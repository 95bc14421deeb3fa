"""The graph between JAX and MLIR: nodes, the operations that they apply, and how to walk and replace them.

Shapes leave out the batch axis, since a bundle runs one example: a feature map is (D, H, W, C), a vector (K,). Values
are f32, or int8 in a quantised network (operations/integers.py).

To add an operation, write its class in operations/ and name it here. It then needs a kernel (kernels/build.py), or
a rewrite that replaces it, and a form in ONNX (graph/onnx/layers.py). PyTorch reads that form (peers/torch_network.py).
"""

import collections
import dataclasses
import functools
import itertools
from collections.abc import Callable, Collection, Iterable

from lowering.graph.operations.base import GraphError as GraphError
from lowering.graph.operations.base import Op as Op
from lowering.graph.operations.base import Padding as Padding
from lowering.graph.operations.base import Shape as Shape
from lowering.graph.operations.base import Window as Window
from lowering.graph.operations.fused import FusedConvs as FusedConvs
from lowering.graph.operations.fused import FusedPool as FusedPool
from lowering.graph.operations.fused import FusedWinograd as FusedWinograd
from lowering.graph.operations.integers import Dequantise as Dequantise
from lowering.graph.operations.integers import FakeQuantise as FakeQuantise
from lowering.graph.operations.integers import Quantise as Quantise
from lowering.graph.operations.integers import Rescale as Rescale
from lowering.graph.operations.moves import Mosaic as Mosaic
from lowering.graph.operations.pieces import Piece as Piece
from lowering.graph.operations.pieces import Reason as Reason
from lowering.graph.operations.pieces import Results as Results
from lowering.graph.operations.pieces import ToMap as ToMap
from lowering.graph.operations.plain import Add as Add
from lowering.graph.operations.plain import Affine as Affine
from lowering.graph.operations.plain import AvgPool as AvgPool
from lowering.graph.operations.plain import Concat as Concat
from lowering.graph.operations.plain import Input as Input
from lowering.graph.operations.plain import MaxPool as MaxPool
from lowering.graph.operations.plain import Relu as Relu
from lowering.graph.operations.plain import Reshape as Reshape
from lowering.graph.operations.plain import Softmax as Softmax
from lowering.graph.operations.plain import SpaceToDepth as SpaceToDepth
from lowering.graph.operations.pointwise import Pointwise as Pointwise
from lowering.graph.operations.reductions import Reduce as Reduce
from lowering.graph.operations.resample import Resample as Resample
from lowering.graph.operations.state import State as State
from lowering.graph.operations.weighted import Conv as Conv
from lowering.graph.operations.weighted import Dense as Dense
from lowering.graph.operations.weighted import Depthwise as Depthwise
from lowering.graph.operations.weighted import PackedConv as PackedConv
from lowering.graph.operations.weighted import PackedDense as PackedDense
from lowering.graph.operations.windows import NO_PADDING as NO_PADDING
from lowering.graph.operations.winograd import TransformedConv as TransformedConv
from lowering.graph.operations.winograd import WinogradFrames as WinogradFrames
from lowering.graph.operations.winograd import WinogradInput as WinogradInput
from lowering.graph.operations.winograd import WinogradResult as WinogradResult

Kernels = Conv | Dense | TransformedConv  # layers whose kernel has inputs and outputs as its last axes
# Element types that the arguments and results of a network may have; of others it can compute inside.
DTYPES = ("float32", "float16", "int32", "uint32", "int16", "uint16", "int8", "uint8")
STORED = {"bfloat16": "float32", "bool": "uint8"}  # what results of other types are given as
OPERATIONS: tuple[type[Op], ...] = (
    *(Input, Affine, Add, Relu, MaxPool, AvgPool, Concat, SpaceToDepth, Reshape, Softmax),
    *(Pointwise, Reduce, Mosaic, Resample, Piece, ToMap, Results, State),
    *(FakeQuantise, Quantise, Dequantise),
    *(Conv, Depthwise, PackedConv, FusedConvs, FusedPool, Dense, PackedDense),
    *(TransformedConv, WinogradInput, WinogradResult, FusedWinograd, WinogradFrames),
)


# What gives the element type that it reads: the same operation on integers as on what they stand for.
KEEPS_TYPE = (Relu, MaxPool, Concat, SpaceToDepth, Reshape, Mosaic)


@dataclasses.dataclass(frozen=True, eq=False)
class Node:
    """An operation on the results of other nodes, which `inputs` names; `shape` is that of its own result.

    where: the line of the user's source that it was traced from, "" if unknown.
    """

    name: str
    op: Op
    inputs: tuple[str, ...]
    shape: Shape
    where: str = ""

    @property
    def macs(self) -> int:
        """Multiply-accumulates that the operation asks for, padding included (1 MAC = 2 FLOPs)."""
        return self.op.macs(self.shape)

    def __str__(self) -> str:
        inputs, note = ", ".join(f"%{name}" for name in self.inputs), self.op.note
        return f"%{self.name} = {type(self.op).__name__}({inputs}) -> {list(self.shape)}{note and f'  {note}'}"


def dtype(node: Node) -> str:
    """The element type of what a node gives; for KEEPS_TYPE, if it does not read int8."""
    return getattr(node.op, "dtype", "float32")


def element_types(graph: "Graph") -> dict[str, str]:
    """The element type of every value by its name."""
    found: dict[str, str] = {}
    for node in graph.nodes:
        keeps = isinstance(node.op, KEEPS_TYPE) and found[node.inputs[0]] == "int8"
        found[node.name] = "int8" if keeps else dtype(node)
    return found


def nonnegative(graph: "Graph") -> dict[str, bool]:
    """For every value by its name whether none of its numbers is below zero."""
    known: dict[str, bool] = {}
    for node in graph.nodes:
        known[node.name] = node.op.gives_nonnegative([known[name] for name in node.inputs])
    return known


def node(name: str, op: Op, *inputs: Node) -> Node:
    """A node with the shape that its inputs give; GraphError where they give none."""
    least, most = op.arity
    try:
        if not least <= len(inputs) <= most:
            raise GraphError(f"reads {len(inputs)} values, expected {least if least == most else f'{least} to {most}'}")
        shape = op.shape([each.shape for each in inputs])
    except GraphError as error:
        raise GraphError(f"{name} ({type(op).__name__}) {error}") from None
    return Node(name, op, tuple(each.name for each in inputs), shape)


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in an order in which each comes after its inputs, and the name of the one that is the network's result.

    batch: how many examples the network takes at a time. The graph is that of one.
    steps: of a stream, how many steps its example has; the graph is that of one step. 0 for a network of clips.
    """

    nodes: tuple[Node, ...]
    result: str
    batch: int = 1
    steps: int = 0

    def __getitem__(self, name: str) -> Node:
        return self.by_name[name]

    @functools.cached_property
    def by_name(self) -> dict[str, Node]:
        """Every node by its name."""
        return {node.name: node for node in self.nodes}

    @functools.cached_property
    def users(self) -> dict[str, list[Node]]:
        """Nodes that read each node."""
        users: dict[str, list[Node]] = collections.defaultdict(list)
        for node in self.nodes:
            for name in node.inputs:
                users[name].append(node)
        return users

    @property
    def inputs(self) -> tuple[Node, ...]:
        """What the network reads, in the order of its arguments."""
        return tuple(node for node in self.nodes if isinstance(node.op, Input))

    @property
    def states(self) -> tuple[Node, ...]:
        """What a step of a stream remembers of earlier ones."""
        return tuple(node for node in self.nodes if isinstance(node.op, State))

    @property
    def next(self) -> dict[str, str]:
        """For each state the name of the value that it is in the next step."""
        end = self.output
        if not isinstance(end.op, Results):
            return {}
        return dict(zip(end.op.states, end.inputs[len(end.op.names) :], strict=True))

    @property
    def input(self) -> Node:
        """The input of a network that has one; GraphError for others."""
        if len(self.inputs) != 1:
            raise GraphError(f"the network reads {len(self.inputs)} inputs, expected one: the clip")
        return self.inputs[0]

    def given(self, node: Node) -> Shape:
        """The shape of an argument as the caller gives it."""
        assert isinstance(node.op, Input)
        shape = node.op.given or (1, *node.shape)
        return (self.batch, *shape[1:]) if self.batch > 1 else shape

    @property
    def outputs(self) -> tuple[tuple[str, Shape, str], ...]:
        """Name, shape and element type of each result as the caller gets it."""
        end = self.output
        if not isinstance(end.op, Results):
            return (("logits", (self.batch, *end.shape), "float32"),)
        shapes = (((self.batch, *s[1:]) if self.batch > 1 else s) for s in end.op.shapes)
        return tuple(zip(end.op.names, shapes, end.op.dtypes, strict=True))

    @property
    def rounded(self) -> tuple[bool, ...]:
        """For each result, whether it is integers made of floats, see Results."""
        end = self.output
        told = end.op.rounded if isinstance(end.op, Results) else ()
        return told or (False,) * len(self.outputs)

    @property
    def output(self) -> Node:
        """The node that is the network's result."""
        return self[self.result]

    def __str__(self) -> str:
        return "\n".join(map(str, self.nodes))


def unique(name: str, taken: Collection[str]) -> str:
    """The name, or the name with the first number behind it that makes it one that is not taken."""
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each not in taken)


def programs(nodes: Iterable[Node]) -> list[list[Node]]:
    """The pieces among nodes: for each program, in order of appearance, the nodes of its results."""
    found: dict[int, list[Node]] = {}
    for node in nodes:
        if isinstance(node.op, Piece):
            found.setdefault(id(node.op.program), []).append(node)
    return list(found.values())


def layers(node: Node) -> tuple[Node, ...]:
    """The layers that a kernel computes: both of a fused one (its name is theirs, a dot between), else the node."""
    match node.op:
        case FusedConvs(first=first, second=second, between=between):
            one, other = node.name.split(".")
            return Node(one, first, node.inputs[:1], between), Node(other, second, (one, *node.inputs[1:]), node.shape)
        case FusedWinograd(products=products, result=result, between=between):
            one, _, other = node.name.rpartition(".")
            sums = Node(one, products, node.inputs[:1], between)
            return sums, Node(other, result, (one, *node.inputs[1:]), node.shape)
        case FusedPool(conv=conv, pool=pool, between=between):
            one, other = node.name.split(".")
            return Node(one, conv, node.inputs, between), Node(other, pool, (one,), node.shape)
    return (node,)


def replace(graph: Graph, rule: Callable[[Node], Iterable[Node]]) -> Graph:
    """Each node becomes the nodes that `rule` gives for it; the last of them must keep the node's name."""
    return dataclasses.replace(graph, nodes=tuple(new for node in graph.nodes for new in rule(node)))


def rewire(graph: Graph, renames: dict[str, str]) -> Graph:
    """Readers of a renamed node read its new name; nodes that the result does not need are dropped.

    Inputs and states stay.
    """
    nodes = [dataclasses.replace(n, inputs=tuple(renames.get(i, i) for i in n.inputs)) for n in graph.nodes]
    result = renames.get(graph.result, graph.result)
    wanted = {result}
    for node in reversed(nodes):
        if node.name in wanted:
            wanted.update(node.inputs)
    kept = tuple(n for n in nodes if n.name in wanted or isinstance(n.op, Input | State))
    return dataclasses.replace(graph, nodes=kept, result=result)
