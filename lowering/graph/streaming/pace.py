"""How the frames of each node follow the frames of the video, and which frames of its input a frame is made of.

Frames are counted from the newest: the newest has age 0, the one before it age 1. Counted so, an operation reads the
same ages at any time, whatever the length of the clip.
"""

import dataclasses

from lowering.graph import ops
from lowering.graph.operations import moves

ANSWER = 0  # instead of a pace: one value for each answer of the network
CAUSAL = 'pad the past alone, as Model(..., time="causal") does'


class NoStream(ops.GraphError):
    """A network that cannot be computed frame by frame: the message names the node, its line, why, and what helps."""


@dataclasses.dataclass(frozen=True)
class Reach:
    """The frames of its input that a frame is made of: for age e, those of ages newest + stride e + apart i, i < size.

    whole: whether the window holds all frames of the clip, so that there is one result.
    """

    newest: int = 0
    stride: int = 1
    size: int = 1
    apart: int = 1
    whole: bool = False

    @property
    def extent(self) -> int:
        """How many frames lie between the first and the last frame of a window, both included."""
        return (self.size - 1) * self.apart + 1


@dataclasses.dataclass(frozen=True)
class Paces:
    """of: for each node, how many frames of the video lie between two of its frames, or ANSWER.

    whole: names of flattenings of several frames, which are computed whole for each answer.
    """

    of: dict[str, int]
    whole: tuple[str, ...]

    @property
    def stride(self) -> int:
        """Frames of the video from one answer to the next, as the strides of the network have it."""
        return max(self.of.values())


def find(graph: ops.Graph) -> Paces:
    """The paces of a traced graph. NoStream for an operation that mixes frames otherwise than by windows of them."""
    _check_clip(graph)
    found: dict[str, int] = {}
    fixed: set[str] = set()  # what depends on weights alone
    whole: list[str] = []
    for node in graph.nodes:
        if node.inputs and fixed.issuperset(node.inputs) or isinstance(node.op, ops.Piece) and not node.inputs:
            fixed.add(node.name)
        names = [name for name in node.inputs if name not in fixed]
        _check_spread(graph, node, names)
        found[node.name] = 1 if isinstance(node.op, ops.Input) else _pace(graph, node, found, names)
        if isinstance(node.op, ops.Reshape) and graph[node.inputs[0]].shape[0] > 1:
            whole.append(node.name)
    return Paces(found, tuple(whole))


def reach(node: ops.Node, frames: int) -> Reach:
    """Which of the `frames` of its input a node reads that moves a window over them. NoStream for frames to come."""
    match node.op:
        case ops.Conv(spread=(1, _, _)) as op:
            size, stride, apart = op.kernel.shape[0], op.strides[0], op.dilation[0]
        case ops.TransformedConv() as op:
            size, stride, apart = op.kernel.shape[0], 1, 1
        case ops.MaxPool() | ops.AvgPool() as op:
            size, stride, apart = op.window[0], op.strides[0], 1
        case _:
            raise refused(node, "gives more frames than it reads", "enlarge height and width alone")
    (low, high), gives = op.padding[0], node.shape[0]
    found = Reach(0, stride, size, apart)
    if 1 < frames == size and apart == 1 and gives == 1 and low == high == 0:
        return dataclasses.replace(found, stride=1, whole=True)
    newest = frames - 1 - (stride * (gives - 1) - low + found.extent - 1)
    if newest < 0:
        count = "a frame" if newest == -1 else f"{-newest} frames"
        raise refused(node, f"reads {count} after the one that it gives a result for", CAUSAL)
    return dataclasses.replace(found, newest=newest)


def moved(node: ops.Node, patch: moves.Patch, frames: int) -> Reach:
    """Which of the `frames` of its input a patch of a Mosaic shows. NoStream for others than evenly spaced ones."""
    of, at, to = list(patch.of[0]), list(patch.at[0]), node.shape[0]
    stride = of[1] - of[0] if len(of) > 1 else 1
    if stride < 1 or of != list(range(of[0], of[-1] + 1, stride)):
        raise refused(node, "puts frames in another order", "leave them as they are")
    if at != list(range(to - len(at), to)):
        raise refused(node, "shows no frame in the place of the newest", CAUSAL)
    return Reach(frames - 1 - of[-1], stride, whole=to == 1 < frames)


def refused(node: ops.Node, why: str, fix: str) -> NoStream:
    """The error for a node, with its place in the user's source."""
    where = f", {node.where}" if node.where else ""
    return NoStream(f"{node.name} ({type(node.op).__name__}{where}) {why}, so it cannot stream; {fix}")


def _check_clip(graph: ops.Graph) -> None:
    """NoStream unless the network reads one clip, as a feature map."""
    given = [(node.name, graph.given(node), ops.dtype(node)) for node in graph.inputs]
    if len(given) != 1 or len(given[0][1]) != 5 or given[0][1][0] != 1 or given[0][2] != "float32":
        found = ", ".join(f"{name} {dtype}{list(shape)}" for name, shape, dtype in given)
        raise NoStream(f"the network reads {found}, expected one clip float32[1, frames, height, width, channels]")
    for node in graph.nodes:
        if len(graph.inputs[0].shape) == 1 and given[0][0] in node.inputs:
            raise refused(node, "reads the clip otherwise than by frames", "leave the axis of frames as it is")


def _pace(graph: ops.Graph, node: ops.Node, found: dict[str, int], names: list[str]) -> int:
    """The pace of a node, from those of what it reads; names: of the inputs that are not made of weights alone."""
    if len(node.shape) == 1 or not names:
        return _check_flat(graph, node)
    match node.op:
        case ops.Conv() | ops.TransformedConv() | ops.MaxPool() | ops.AvgPool():
            window = reach(node, graph[node.inputs[0]].shape[0])
            if found[node.inputs[0]] == ANSWER and window.extent > 1:
                raise refused(node, "reads frames around one that was made of the whole clip", CAUSAL)
            paces = {ANSWER if window.whole else found[node.inputs[0]] * window.stride}
        case ops.Mosaic():
            paces = {_moved_pace(graph, node, patch, found) for patch in node.op.patches}
        case ops.ToMap() if node.shape[0] == 1:
            paces = {ANSWER}
        case ops.ToMap() | ops.Resample(axis=0):
            raise refused(node, "lays frames anew", "leave the axis of frames as it is")
        case ops.SpaceToDepth(strides=(stride, _, _)) if stride > 1:
            raise refused(node, "lays frames anew", "leave the axis of frames as it is")
        case _:
            paces = {found[name] for name in names}
    paces = paces - {ANSWER} if node.shape[0] == 1 and len(paces) > 1 else paces
    if len(paces) > 1:
        raise refused(node, "reads values with different strides in time", "make them equal")
    return paces.pop()


def _moved_pace(graph: ops.Graph, node: ops.Node, patch: moves.Patch, found: dict[str, int]) -> int:
    name = node.inputs[patch.source]
    window = moved(node, patch, graph[name].shape[0])
    return ANSWER if window.whole else found[name] * window.stride


def _check_flat(graph: ops.Graph, node: ops.Node) -> int:
    """ANSWER, for a vector."""
    if isinstance(node.op, ops.Reshape | ops.Reduce) or all(len(graph[name].shape) == 1 for name in node.inputs):
        return ANSWER
    if isinstance(node.op, ops.Results):
        return ANSWER
    raise refused(node, "mixes frames and vectors", "leave the axis of frames as it is")


def _check_spread(graph: ops.Graph, node: ops.Node, names: list[str]) -> None:
    """NoStream for what is made of all frames of the clip, and then changes each of them."""
    if len(node.shape) != 4 or node.shape[0] == 1 or not isinstance(node.op, ops.Pointwise | ops.Add | ops.Concat):
        return
    for name in names:
        shape = graph[name].shape
        if len(shape) == 1 or shape[0] < node.shape[0]:
            fix = 'take means, norms and gates of each frame by itself, as Model(..., time="causal") does'
            raise refused(node, "changes every frame by what all of them give", fix)
