"""Keys of convolutions: layers with the same key run equally fast, whatever their names and weights."""

import functools
import math
import re
from collections.abc import Iterable

from lowering.graph import ops, packed
from lowering.targets import schedules

STEPS = 2  # per factor of two in the share of weights kept
# Layers may share a schedule if channels, filters and shares of weights differ by factors up to 2 ** NEAR.
NEAR = 1.1
SIZES = re.compile(r"^(\d+x\d+x\d+)x(\d+) \* (\d+x\d+x\d+)x(\d+) (pad \S+ stride \d+(?: dilated \S+)?) keeps (\S+)$")
JOINT = re.compile(r", (before|after) ")


def keys(graph: ops.Graph) -> dict[str, str]:
    """A key for each convolution that is about to be packed.

    It says the shape read, the kernel, the padding, the stride of frames, and roughly the weights that rows keep.

    Two convolutions that one kernel could compute name each other ("before", "after"): what is best for one depends
    on the other.
    """
    own = {node.name: _own(graph, node) for node in graph.nodes if isinstance(node.op, ops.Conv)}
    found = dict(own)
    for first, second in pairs(graph):
        found[second] += f", after {own[first]}"
        found[first] += f", before {own[second]}"
    return found


def by_name(graph: ops.Graph, chosen: schedules.Schedules) -> schedules.Schedules:
    """Schedules by key -> those for a graph's convolutions by name: of the own key or the nearest one."""
    if not chosen:
        return {}
    found = {name: nearest(key, chosen) for name, key in keys(graph).items()}
    return {name: chosen[key] for name, key in found.items() if key is not None}


def nearest(key: str, known: Iterable[str]) -> str | None:
    """The known key of the layer of this form whose channels, filters and shares of weights are most alike, or None.

    So a trained network finds what was chosen for random weights: it keeps about as much, and other filters of it
    vanish.
    """
    if key in known:
        return key
    form, sizes = _taken_apart(key)
    near = []
    for other in known:
        other_form, others = _taken_apart(other)
        if other_form == form and form is not None:
            near.append((max(abs(math.log2(a / b)) for a, b in zip(sizes, others, strict=True)), other))
    distance, found = min(near, default=(math.inf, None))
    return found if distance <= NEAR else None


def pairs(graph: ops.Graph) -> list[tuple[str, str]]:
    """Names of convolutions that fusion may make one kernel, by their form alone."""
    users, found = graph.users, []
    for node in graph.nodes:
        source = graph[node.inputs[0]] if node.inputs else node
        if not isinstance(node.op, ops.Conv) or not isinstance(source.op, ops.Conv):
            continue
        alone = node.op.kernel.shape[1:3] == (1, 1) and node.op.padding[1:] == ((0, 0), (0, 0))
        if alone and len(source.inputs) == 1 and len(users[source.name]) == 1:
            found.append((source.name, node.name))
    return found


def _own(graph: ops.Graph, node: ops.Node) -> str:
    op = node.op
    assert isinstance(op, ops.Conv)
    *window, _, filters = op.kernel.shape
    shape, kernel = "x".join(map(str, graph[node.inputs[0]].shape)), "x".join(map(str, (*window, filters)))
    padding = ".".join(str(side) for axis in op.padding for side in axis)
    kept = "/".join(_kept(op, group) for group in schedules.GROUPS)
    dilated = "" if max(op.dilation) == 1 else f" dilated {'x'.join(map(str, op.dilation))}"
    return f"{shape} * {kernel} pad {padding} stride {op.strides[0]}{dilated} keeps {kept}"


def _kept(op: ops.Conv, group: int) -> str:
    """The share of weights that rows of `group` filters keep, on a scale of factors: 0.19 and 0.21 give the same."""
    share = packed.kept_for_group(op.kernel, group) / (op.kernel.size / op.kernel.shape[4] * _whole(op, group))
    return f"{2 ** (round(STEPS * math.log2(share)) / STEPS):.2g}" if share else "0"


def _whole(op: ops.Conv, group: int) -> int:
    """Filters, those included that fill the last row."""
    return -(-op.kernel.shape[4] // group) * group


@functools.cache
def _taken_apart(key: str) -> tuple[str | None, tuple[float, ...]]:
    """What must agree (None if this is no key), and the numbers that may differ a little."""
    first, *rest = JOINT.split(key)
    form, sizes = "".join(rest[:1]), []
    for part in (first, *rest[1:]):
        found = SIZES.match(part)
        if found is None:
            return None, ()
        clip, channels, window, filters, how, kept = found.groups()
        form += f"{clip} * {window} {how} "
        shares = (float(share) or 1e-9 for share in kept.split("/"))  # a share of nothing is a tiny one
        sizes += [float(channels), float(filters), *shares]
    return form, tuple(sizes)
