"""Patches whose pixels lie in turns: which are taken together, and what the kernel makes of them."""

import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.operations import moves
from lowering.kernels.cpu import interleaving
from tests.lowering.kernels.test_kernels import TARGETS, run


def graph(op: ops.Op, shape: ops.Shape) -> ops.Graph:
    """The clip, moved and flattened."""
    clip = ops.Node("clip", ops.Input(), (), shape)
    moved = ops.node("moved", op, clip)
    return ops.Graph((clip, moved, ops.node("flat", ops.Reshape(), moved)), "flat")


# Phases of frames, height and width, the shape of what holds them, and by how much the result is smaller than could be.
PHASES = [
    ((1, 2, 2), (2, 3, 5, 12), 0),
    ((1, 2, 2), (1, 4, 19, 8), 1),
    ((2, 1, 3), (2, 3, 17, 12), 1),
    ((1, 3, 1), (1, 3, 5, 6), 1),
    ((1, 5, 4), (1, 2, 5, 20), 1),
    ((1, 1, 2), (1, 2, 1, 4), 0),
]


@pytest.mark.parametrize("target", ["neon", "avx512", "neon f16"])
@pytest.mark.parametrize(("phases", "shape", "less"), PHASES)
def test_a_kernel_puts_phases_between_each_other(phases: ops.Window, shape: ops.Shape, less: int, target: str) -> None:
    size = tuple(n * step - less * (step > 1) for n, step in zip(shape, phases, strict=False))
    for op in moves.between(shape, phases, size):
        run(graph(op, shape), TARGETS[target])
        shape = op.to


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("width", [1, 7, 18])
def test_a_kernel_repeats_pixels(factor: int, width: int) -> None:
    shape = (2, 3, width, 3)
    places = [np.repeat(range(size), n).tolist() for size, n in zip(shape, (1, factor, factor, 1), strict=True)]
    run(graph(moves.taken(places), shape), TARGETS["avx512"])


def test_pixels_in_turns_are_one_group_and_those_left_over_another() -> None:
    (op,) = moves.between((1, 4, 6, 8), (1, 2, 2), (1, 7, 11))
    found = interleaving.strands(op.patches)
    assert sorted(len(group) for group in found) == [1, 1, 2, 2]
    assert sum(patch.size for group in found for patch in group) == 7 * 11 * 2
    (repeated,) = interleaving.strands(moves.taken([(0,), (0, 1), (0, 0, 0, 1, 1, 1), (0,)]).patches)
    assert [patch.at[2] for patch in repeated] == [(0, 3), (1, 4), (2, 5)]


def test_phases_of_which_one_is_missing_stay_apart() -> None:
    (op,) = moves.between((1, 2, 3, 4), (1, 1, 4), (1, 2, 12))
    assert [len(group) for group in interleaving.strands(op.patches[:3])] == [1, 1, 1]
