"""The graph between JAX and MLIR: about ten operations, their shapes, and how to walk and replace them.

Shapes leave out the batch axis, since a bundle runs one example: a feature map is (D, H, W, C), a vector (K,). All values are f32.
"""

import collections
import dataclasses
import functools
from collections.abc import Callable, Iterable

import numpy as np

from lowering.graph import packed
from lowering.targets import schedules

Shape = tuple[int, ...]
Window = tuple[int, int, int]
Padding = tuple[tuple[int, int], ...]  # before and after, for frames, height and width
NO_PADDING: Padding = ((0, 0), (0, 0), (0, 0))


class GraphError(ValueError):
    """A graph that no backend could run: the message names the node and what is wrong with it."""


@dataclasses.dataclass(frozen=True)
class Input:
    """An argument of the network, such as its clip: a feature map or a vector."""


@dataclasses.dataclass(frozen=True, eq=False)
class Conv:
    """y = relu?(conv(x, kernel f32[D,H,W,I,O]) + bias f32[O] + residual); cross-correlation, zero padding.

    The residual is the node's second input, if it has one; so for PackedConv and FusedConvs.
    """

    kernel: np.ndarray
    bias: np.ndarray
    strides: Window
    padding: Padding
    relu: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class PackedConv:
    """Conv of which only the kept blocks are stored. `stride` is that of frames; height and width have stride 1."""

    kernel: packed.PackedKernel
    bias: np.ndarray
    padding: Padding
    relu: bool = False
    stride: int = 1
    schedule: schedules.Schedule = schedules.DEFAULT


@dataclasses.dataclass(frozen=True, eq=False)
class FusedConvs:
    """second(first(x)), a kernel of its own: the second has no extent in height and width, so that a chunk of positions needs no other."""

    first: PackedConv
    second: PackedConv
    between: Shape


@dataclasses.dataclass(frozen=True, eq=False)
class FusedPool:
    """pool(conv(x)), a kernel of its own: windows lie side by side, of pixels 2 x 2, and none reaches outside what lies between."""

    conv: PackedConv
    pool: "MaxPool"
    between: Shape


@dataclasses.dataclass(frozen=True, eq=False)
class Dense:
    """y = relu?(x @ kernel f32[I,O] + bias f32[O])."""

    kernel: np.ndarray
    bias: np.ndarray
    relu: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class PackedDense:
    """Dense, of which only the kept blocks are stored: a kernel of shape (1, 1, 1, I, O)."""

    kernel: packed.PackedKernel
    bias: np.ndarray
    relu: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Affine:
    """y = x * scale f32[C] + shift f32[C], by channel: batch norm in evaluation, or a bias on its own."""

    scale: np.ndarray
    shift: np.ndarray


@dataclasses.dataclass(frozen=True)
class Add:
    """y = a + b."""


@dataclasses.dataclass(frozen=True)
class Relu:
    """y = max(x, 0)."""


@dataclasses.dataclass(frozen=True)
class MaxPool:
    """Maximum over windows; what lies outside the input does not count. `nonnegative`: no value is below 0, so zeros outside would not either."""

    window: Window
    strides: Window
    padding: Padding
    nonnegative: bool = False


@dataclasses.dataclass(frozen=True)
class AvgPool:
    """Sum over windows divided by the window's size; zeros outside the input count."""

    window: Window
    strides: Window
    padding: Padding


@dataclasses.dataclass(frozen=True)
class Concat:
    """Feature maps joined along channels, or vectors one after the other."""


@dataclasses.dataclass(frozen=True)
class SpaceToDepth:
    """y[d, h, w, (a, b, e, c)] = x padded at (d * sd + a, h * sh + b, w * sw + e, c): turns a strided conv into one of stride 1.

    A negative padding crops. Padded sizes are multiples of the strides. Of each axis' phases only the first `phases` are made.
    """

    strides: Window
    padding: Padding
    phases: Window


@dataclasses.dataclass(frozen=True)
class Reshape:
    """A feature map flattened to a vector, channels fastest (NDHWC order)."""


@dataclasses.dataclass(frozen=True)
class Softmax:
    """Over the whole vector."""


Kernel = Conv | PackedConv | FusedConvs | FusedPool | Dense | PackedDense
Movement = MaxPool | AvgPool | Concat | SpaceToDepth | Reshape
Op = Input | Kernel | Affine | Add | Relu | Movement | Softmax


@dataclasses.dataclass(frozen=True, eq=False)
class Node:
    name: str
    op: Op
    inputs: tuple[str, ...]
    shape: Shape


@dataclasses.dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in an order in which each comes after its inputs, and the name of the one that is the network's result."""

    nodes: tuple[Node, ...]
    result: str

    def __getitem__(self, name: str) -> Node:
        return self.by_name[name]

    @functools.cached_property
    def by_name(self) -> dict[str, Node]:
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
    def input(self) -> Node:
        """The input of a network that has one; GraphError for others."""
        if len(self.inputs) != 1:
            raise GraphError(f"the network reads {len(self.inputs)} inputs, expected one: the clip")
        return self.inputs[0]

    @property
    def output(self) -> Node:
        """The node that is the network's result."""
        return self[self.result]

    def __str__(self) -> str:
        return "\n".join(
            f"%{n.name} = {type(n.op).__name__}({', '.join('%' + i for i in n.inputs)}) -> {list(n.shape)}{_note(n.op)}"
            for n in self.nodes
        )


def replace(graph: Graph, rule: Callable[[Node], Iterable[Node]]) -> Graph:
    """Each node becomes the nodes that `rule` gives for it; the last of them must keep the node's name."""
    return Graph(tuple(new for node in graph.nodes for new in rule(node)), graph.result)


def rewire(graph: Graph, renames: dict[str, str]) -> Graph:
    """Readers of a renamed node read its new name; nodes that the result does not need are dropped, inputs aside."""
    nodes = [dataclasses.replace(n, inputs=tuple(renames.get(i, i) for i in n.inputs)) for n in graph.nodes]
    result = renames.get(graph.result, graph.result)
    wanted = {result}
    for node in reversed(nodes):
        if node.name in wanted:
            wanted.update(node.inputs)
    return Graph(tuple(n for n in nodes if n.name in wanted or isinstance(n.op, Input)), result)


def window_shape(shape: Shape, window: Window, strides: Window, padding: Padding) -> Window:
    """Frames, height and width of what a window of this size, stride and padding gives."""
    d, h, w = (
        (size + sum(pads) - k) // s + 1 for size, k, s, pads in zip(shape, window, strides, padding, strict=False)
    )
    return d, h, w


def phases_shape(shape: Shape, op: SpaceToDepth) -> Shape:
    """Shape of SpaceToDepth: each padded axis divided by its stride; a channel per phase."""
    d, h, w = ((size + sum(pads)) // s for size, s, pads in zip(shape, op.strides, op.padding, strict=False))
    return (d, h, w, shape[3] * int(np.prod(op.phases)))


def output_shape(op: Op, inputs: list[Shape]) -> Shape:
    """Shape that an operation gives for inputs of these shapes."""
    match op:
        case Conv():
            return (*window_shape(inputs[0], op.kernel.shape[:3], op.strides, op.padding), op.kernel.shape[4])
        case PackedConv():
            return (*window_shape(inputs[0], op.kernel.shape[:3], (op.stride, 1, 1), op.padding), op.kernel.shape[4])
        case FusedConvs(first=first, second=second):
            return output_shape(second, [output_shape(first, inputs[:1])])
        case FusedPool(conv=conv, pool=pool):
            return output_shape(pool, [output_shape(conv, inputs)])
        case Dense() | PackedDense():
            return (op.kernel.shape[-1],)
        case MaxPool() | AvgPool():
            return (*window_shape(inputs[0], op.window, op.strides, op.padding), inputs[0][3])
        case Concat():
            return (*inputs[0][:-1], sum(s[-1] for s in inputs))
        case SpaceToDepth():
            return phases_shape(inputs[0], op)
        case Reshape():
            return (int(np.prod(inputs[0])),)
        case _:
            return inputs[0]


def macs(node: Node) -> int:
    """Multiply-accumulates that the node's kernel asks for, padding included (1 MAC = 2 FLOPs); 0 for nodes without a kernel."""
    match node.op:
        case Conv(kernel=kernel) | Dense(kernel=kernel):
            return int(np.prod(node.shape[:-1])) * kernel.size
        case PackedConv(kernel=kernel) | PackedDense(kernel=kernel):
            return int(np.prod(node.shape[:-1])) * kernel.kept
        case FusedConvs(first=first, second=second, between=between):
            return int(np.prod(between[:-1])) * first.kernel.kept + int(np.prod(node.shape[:-1])) * second.kernel.kept
        case FusedPool(conv=conv, between=between):
            return int(np.prod(between[:-1])) * conv.kernel.kept
        case _:
            return 0


def _note(op: Op) -> str:
    match op:
        case PackedConv(kernel=kernel) | PackedDense(kernel=kernel):
            return f"  density {kernel.density:.3f}, {len(kernel.starts) - 1} rows of {kernel.group}"
        case _:
            return ""
