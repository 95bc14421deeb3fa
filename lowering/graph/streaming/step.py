"""The step of a stream: a graph that reads the new frames of a video, and what earlier steps left to it.

Each value keeps its frames of earlier steps as long as others read them: as they were given, a state for each step, so
that none is copied from step to step. What an operation reads of them is put together in a Mosaic.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from lowering.graph import ops, verify
from lowering.graph.operations import moves
from lowering.graph.rewrites import depthwise
from lowering.graph.streaming import pace


@dataclasses.dataclass(frozen=True, eq=False)
class Stream:
    """A network of clips as a step of a stream.

    graph: reads `every` frames and the states, gives the answer and the states of the next step. frames: of a clip.
    stride: frames between two answers as the network's strides have it. whole: flattenings that a step computes whole.
    even: whether every value has as many frames of a clip as its pace gives, or no layer has padding in time.
    clip_macs: multiply-accumulates of a clip.

    A step answers what the network does that is slid over the video: convolutions and pools over frames read the past
    where a clip has padding, and means over a clip are those of its last frames. Before the first frame is padding. So
    once `warm_up` steps have gone by, the answer is made of as many frames as a clip has.
    """

    graph: ops.Graph
    every: int
    stride: int
    frames: int
    whole: tuple[str, ...]
    even: bool
    clip_macs: int

    @property
    def begins_with_a_clip(self) -> bool:
        """Whether the answer to the first clip is the network's: not where layers with and without padding mix."""
        return self.even and self.frames % self.every == 0

    @property
    def warm_up(self) -> int:
        """Steps whose frames are a clip."""
        return -(-self.frames // self.every)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of a step, padding and zeros of kernels included."""
        return _macs(self.graph)


def stream(graph: ops.Graph, every: int | None = None) -> Stream:
    """A traced network of clips as one that answers every so many frames; None: as often as its strides say.

    every: divides the strides. Where a stride has more frames, values are kept for each of its phases.
    pace.NoStream for a network that cannot be computed frame by frame.
    """
    paces = pace.find(graph)
    every = paces.stride if every is None else every
    if every < 1 or any(max(every, each) % min(every, each) for each in paces.of.values() if each):
        raise pace.NoStream(f"a step of {every} frames does not fit strides of {paces.stride}; choose a divisor of it")
    if paces.stride % every:
        raise pace.NoStream(f"a step of {every} frames is longer than the strides, {paces.stride}; choose a divisor")
    step = _Step(graph, every, paces.of)
    result = step.result()
    states = [node for nodes in step.states.values() for node in nodes]
    stepped = verify.verify(ops.rewire(ops.Graph((*states, *step.nodes), result), {}))
    macs = _macs(graph)
    whole = paces.whole if len(graph.output.shape) == 1 or graph.output.shape[0] == 1 else (*paces.whole, graph.result)
    return Stream(stepped, every, paces.stride, graph.inputs[0].shape[0], whole, _is_even(graph, paces.of), macs)


def _macs(graph: ops.Graph) -> int:
    return sum(node.macs for node in depthwise.find_depthwise(graph).nodes)


def _is_even(graph: ops.Graph, paces: dict[str, int]) -> bool:
    frames = graph.inputs[0].shape[0]
    maps = [node for node in graph.nodes if len(node.shape) == 4 and paces[node.name]]
    padded = any(max(getattr(node.op, "padding", ((0, 0),))[0]) > 0 for node in maps)
    shifted = any(isinstance(node.op, ops.Mosaic) and not node.op.is_whole for node in maps)
    return all(node.shape[0] * paces[node.name] == frames for node in maps) or not (padded or shifted)


class _Step:
    """The step while it is built. made: the node of the step for each of the clip's."""

    def __init__(self, graph: ops.Graph, every: int, paces: dict[str, int]) -> None:
        self.graph, self.every, self.paces = graph, every, paces
        self.nodes: list[ops.Node] = []
        self.states: dict[tuple[str, float], list[ops.Node]] = {}
        self.made: dict[str, ops.Node] = {}
        self.taken = set(graph.by_name) - {graph.result if isinstance(graph.output.op, ops.Results) else ""}
        self.nonnegative = ops.nonnegative(graph)
        for node in graph.nodes:
            if not isinstance(node.op, ops.Results):
                self.made[node.name] = self._node(node)

    def result(self) -> str:
        """The node of the results and of the next states."""
        end = self.graph.output
        if isinstance(end.op, ops.Results):
            op, given = end.op, [self.made[name] for name in end.inputs]
        else:
            op = ops.Results(("logits",), ((1, *end.shape),), ("float32",))
            given = [self._flat(end) if len(end.shape) == 4 else self.made[end.name]]
        after = [
            (state.name, before) for key, states in self.states.items() for state, before in self._next(key, states)
        ]
        op = dataclasses.replace(op, states=tuple(name for name, _ in after))
        return self._add("results", op, *given, *(node for _, node in after)).name

    def _next(self, key: tuple[str, float], states: list[ops.Node]) -> list[tuple[ops.Node, ops.Node]]:
        """Each state of a value with what it is in the next step."""
        by_name = {node.name: node for node in self.nodes}
        return list(zip(states, [by_name[key[0]], *states], strict=False))

    def _node(self, node: ops.Node) -> ops.Node:
        """The node of the step that does what a node of the clip's does for new frames."""
        match node.op:
            case ops.Input():
                shape = (self.every, *node.shape[1:])
                return self._keep(dataclasses.replace(node, shape=shape))
            case ops.Conv() | ops.TransformedConv() | ops.MaxPool() | ops.AvgPool() if node.inputs:
                return self._windowed(node)
            case ops.Mosaic() if len(node.shape) == 4:
                return self._moved(node)
            case ops.Reduce(frames=True):
                return self._reduced(node, node.op)
            case ops.Reshape():
                window = self._clip(node.inputs[0])
                return self._own(node, node.op, window)
        if not node.inputs:
            return self._keep(node)
        return self._own(node, node.op, *(self.made[name] for name in node.inputs))

    def _windowed(self, node: ops.Node) -> ops.Node:
        """A convolution or a pool. Pools with a past are first computed in the plane, which leaves less to remember."""
        op: Any = node.op
        x, *residual = (self.made[name] for name in node.inputs)
        name, found = node.inputs[0], pace.reach(node, self.graph[node.inputs[0]].shape[0])
        new = self._new(node.name)
        fill = -math.inf if isinstance(op, ops.MaxPool) and not self.nonnegative[name] else 0.0
        if isinstance(op, ops.MaxPool | ops.AvgPool) and self._oldest(name, found, new) >= x.shape[0]:
            alone = dataclasses.replace(op, window=(1, *op.window[1:]), strides=(1, *op.strides[1:]), padding=_now(op))
            x = self._add(f"{node.name}_plane", alone, x)
            op = dataclasses.replace(op, window=(op.window[0], 1, 1), padding=ops.NO_PADDING)
            op = dataclasses.replace(op, strides=(op.strides[0], 1, 1))
        dense = self._phases(name) > 1  # then the window holds just what the kernel reads
        ages = _ages(found, new, every=not dense)
        window = self._window(x, self._phases(name), ages, fill)
        if isinstance(op, ops.Conv):
            strides, dilation = (1 if dense else op.strides[0], *op.strides[1:]), op.dilation
            dilation = (1, *dilation[1:]) if dense else dilation
            op = dataclasses.replace(op, strides=strides, dilation=dilation, padding=_now(op))
        elif isinstance(op, ops.TransformedConv):
            op = dataclasses.replace(op, padding=_now(op))
        else:
            strides = (1 if dense else op.strides[0], *op.strides[1:])
            op = dataclasses.replace(op, strides=strides, padding=_now(op))
        return self._own(node, op, window, *residual)

    def _moved(self, node: ops.Node) -> ops.Node:
        op, new = node.op, self._new(node.name)
        assert isinstance(op, ops.Mosaic)
        patches, inputs, all_new = [], [], tuple(range(new))
        for patch in op.patches:
            name = node.inputs[patch.source]
            found = pace.moved(node, patch, self.graph[name].shape[0])
            ages = [found.newest + found.stride * age for age in reversed(range(new))]
            inputs.append(self._window(self.made[name], self._phases(name), ages, op.fill))
            patches.append(moves.Patch(len(inputs) - 1, (all_new, *patch.of[1:]), (all_new, *patch.at[1:])))
        return self._own(node, ops.Mosaic((new, *op.to[1:]), tuple(patches), op.fill), *inputs)

    def _reduced(self, node: ops.Node, op: ops.Reduce) -> ops.Node:
        """A reduction over all frames: of each frame once, and then of those of a clip."""
        name = node.inputs[0]
        by_frame = dataclasses.replace(op, frames=False, factor=1.0)
        alone = self._add(f"{node.name}_frame", by_frame, *(self.made[each] for each in node.inputs))
        window = self._window(alone, self._phases(name), list(reversed(range(self.graph[name].shape[0]))), 0.0)
        return self._own(node, dataclasses.replace(op, of=None), window)

    def _clip(self, name: str) -> ops.Node:
        """As many frames of a value as it has in a clip."""
        return self._window(self.made[name], self._phases(name), list(reversed(range(self.graph[name].shape[0]))), 0.0)

    def _flat(self, node: ops.Node) -> ops.Node:
        return self._add(f"{node.name}_flat", ops.Reshape(), self._clip(node.name))

    def _window(self, x: ops.Node, phases: int, ages: Sequence[int], fill: float) -> ops.Node:
        """Frames of these ages, oldest first; x: the newest ones. What came before the first step is `fill`."""
        new = x.shape[0]
        stored = [age * phases for age in ages]
        if stored == list(reversed(range(new))):
            return x
        steps = sorted({age // new for age in stored}, reverse=True)
        sources = [self._before(x, step, fill) for step in steps]
        plane = tuple(tuple(range(size)) for size in x.shape[1:])
        patches = []
        for source, step in enumerate(steps):
            at = tuple(place for place, age in enumerate(stored) if age // new == step)
            of = tuple(new - 1 - stored[place] % new for place in at)
            patches.append(moves.Patch(source, (of, *plane), (at, *plane)))
        return self._add(f"{x.name}_frames", ops.Mosaic((len(stored), *x.shape[1:]), tuple(patches)), *sources)

    def _before(self, x: ops.Node, steps: int, fill: float) -> ops.Node:
        """A value as it was so many steps ago."""
        if not steps:
            return x
        states = self.states.setdefault((x.name, fill), [])
        while len(states) < steps:
            name = self._name(f"{x.name}_before")
            states.append(ops.Node(name, ops.State(fill), (), x.shape))
        return states[steps - 1]

    def _oldest(self, name: str, found: pace.Reach, new: int) -> int:
        return (found.newest + found.extent - 1 + found.stride * (new - 1)) * self._phases(name)

    def _new(self, name: str) -> int:
        """How many frames of a value a step computes."""
        return max(1, self.every // self.paces[name]) if self.paces[name] else 1

    def _phases(self, name: str) -> int:
        """How many steps lie between two frames of a value: more than one where its stride has more frames."""
        return max(1, self.paces[name] // self.every)

    def _name(self, wanted: str) -> str:
        name = ops.unique(wanted, self.taken)
        self.taken.add(name)
        return name

    def _own(self, node: ops.Node, op: ops.Op, *inputs: ops.Node) -> ops.Node:
        """The node that stands for one of the clip's, under its name."""
        return self._keep(dataclasses.replace(ops.node(node.name, op, *inputs), where=node.where))

    def _add(self, name: str, op: ops.Op, *inputs: ops.Node) -> ops.Node:
        return self._keep(ops.node(self._name(name), op, *inputs))

    def _keep(self, node: ops.Node) -> ops.Node:
        self.nodes.append(node)
        return node


def _ages(found: pace.Reach, new: int, every: bool) -> list[int]:
    """The ages of the frames that `new` windows read, oldest first.

    every: all frames between the first and the last, for an operation that steps over them itself. Those after the last
    window that are too few for another one are left where they are: nothing need be moved then. Else those of one
    window alone.
    """
    if not every:
        return [found.newest + found.apart * place for place in reversed(range(found.size))]
    newest = 0 if found.newest < found.stride else found.newest
    return list(range(found.newest + found.extent - 1 + found.stride * (new - 1), newest - 1, -1))


def _now(op: Any) -> ops.Padding:
    """The padding of an operation in height and width alone."""
    return ((0, 0), *op.padding[1:])
