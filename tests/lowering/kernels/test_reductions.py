"""Sums and maxima over positions and channels: kernels, and the norms that they are parts of."""

from collections.abc import Callable

import numpy as np
import pytest

from lowering.graph import ops, trace
from lowering.graph.operations import pointwise
from tests.lowering import networks, small_functions
from tests.lowering.kernels.test_kernels import TARGETS, run

X, Y = ("inputs", 0.0), ("inputs", 1.0)
SQUARE = pointwise.one("square", (X,))
STEPS = (pointwise.Step("sub", (X, Y)), pointwise.Step("mul", (("steps", 0.0), ("channels", 0.0))))
SIZES = {"wide": (3, 7, 19, 6), "narrow": (2, 3, 1, 6), "one pixel": (3, 1, 1, 6)}
# What is read beside the map: a value for each group of channels, a map of one pixel, of one frame, of one channel.
BESIDE: dict[str, Callable[[ops.Shape], ops.Shape]] = {
    "a vector": lambda size: (6,),
    "groups": lambda size: (2,),
    "frames": lambda size: (size[0], 1, 1, 6),
    "groups of frames": lambda size: (size[0], 1, 1, 3),
    "positions": lambda size: (*size[:3], 1),
    "a frame": lambda size: (1, *size[1:3], 6),
}


def graph(size: ops.Shape, op: ops.Op, beside: ops.Shape | None = None) -> ops.Graph:
    """An operation on the clip and on a value of another shape, flattened."""
    nodes = [ops.Node("clip", ops.Input(), (), size)]
    if beside is not None:
        whole = beside[:1] == size[:1] and len(beside) == 4
        kept = beside[1:3] == size[1:3] and len(beside) == 4
        if kept and not whole:
            made: ops.Op = ops.MaxPool((size[0], 1, 1), (1, 1, 1), ops.NO_PADDING)
        else:
            made = ops.Reduce("max", beside[-1], not kept, not whole)
        nodes.append(ops.node("beside", made, nodes[0]))
    nodes.append(ops.node("found", op, *nodes))
    flat = nodes if len(nodes[-1].shape) == 1 else [*nodes, ops.node("flat", ops.Reshape(), nodes[-1])]
    return ops.Graph(tuple(flat), flat[-1].name)


@pytest.mark.parametrize("target", ["neon", "avx512", "neon f16"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("groups", [1, 2, 6])
@pytest.mark.parametrize(("pixels", "frames"), [(True, True), (True, False), (False, False)])
def test_a_kernel_adds_up_what_its_operation_says(
    pixels: bool, frames: bool, groups: int, size: str, target: str
) -> None:
    for op in (ops.Reduce("sum", groups, pixels, frames, 0.1, SQUARE), ops.Reduce("max", groups, pixels, frames)):
        assert "found" in run(graph(SIZES[size], op), TARGETS[target])


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize(("pixels", "frames"), [(True, True), (False, False)])
def test_a_kernel_computes_the_expression_that_it_adds_up(pixels: bool, frames: bool, name: str) -> None:
    size = SIZES["wide"]
    op = ops.Reduce("sum", 3, pixels, frames, 0.1, ops.Pointwise(STEPS, (np.arange(1.0, 7.0),)))
    assert "found" in run(graph(size, op, BESIDE[name](size)), TARGETS["neon"])


NORMS = (
    *("flax group norm", "flax layer norm", "flax instance norm", "instance norm of frames", "group norm"),
    *("group norm of 4 x 4 channels first", "layer norm of a map", "softmax of channels", "maxout", "mean of products"),
    *("a gate of frames and channels", "frame gate", "spatial gate"),
)


@pytest.mark.parametrize("name", NORMS)
def test_a_norm_is_reductions_and_expressions_of_ours(name: str) -> None:
    function, inputs = small_functions.FUNCTIONS[name]
    found = networks.unfused(trace.trace(function, small_functions.P, list(inputs)))
    assert not [node for node in found.nodes if isinstance(node.op, ops.Piece)]


def test_a_norm_writes_no_map_but_its_result() -> None:
    """Its mean is found once, and what is less the mean is computed where it is read."""
    function, inputs = small_functions.FUNCTIONS["group norm"]
    found = networks.unfused(trace.trace(function, small_functions.P, list(inputs)))
    assert [(type(node.op).__name__, len(node.shape)) for node in found.nodes][1:] == [
        ("PackedConv", 4),
        *[("Reduce", 1)] * 2,
        ("Pointwise", 1),
        ("Pointwise", 4),
    ]
