"""Patches of feature maps put together: kernels, and what becomes of several moves in a row."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.graph import interpret, ops, trace
from lowering.graph.operations import moves
from tests.lowering import networks, small_units
from tests.lowering.kernels.test_kernels import TARGETS, run
from tests.lowering.small_functions import CLIP, P, conv

SIZE = (3, 7, 9, 5)
ALL = tuple(tuple(range(size)) for size in SIZE)
NONE = moves.OUTSIDE
MOVES: dict[str, tuple[tuple[int, ...], ...]] = {
    "a frame later": ((NONE, 0, 1), *ALL[1:]),
    "frames and channels repeated": ((0, 2, 2, 2), ALL[1], ALL[2], (4, 4, 0)),
    "a crop": (ALL[0], (2, 3, 4), (1, 2, 3, 4, 5), ALL[3]),
    "a border": (ALL[0], (NONE, *ALL[1], NONE), (*ALL[2], NONE, NONE), ALL[3]),
    "every second pixel": (ALL[0], (0, 2, 4, 6), (1, 3, 5), ALL[3]),
    "reversed": tuple(each[::-1] for each in ALL),
    "each pixel twice": (ALL[0], tuple(np.repeat(ALL[1], 2)), tuple(np.repeat(ALL[2], 2)), ALL[3]),
    "zeros between": ((0, NONE, 1), (NONE, 0, NONE, 1), (0, NONE, NONE, 1), (0, NONE, 1)),
    "one column": (ALL[0], ALL[1], (8,), ALL[3]),
}


def graph(op: ops.Mosaic, inputs: int = 1) -> ops.Graph:
    """The clip and what ReLUs and scales make of it, moved and flattened."""
    nodes = [ops.Node("clip", ops.Input(), (), SIZE)]
    for number in range(1, inputs):
        affine = ops.Affine(np.full(SIZE[3], float(number)), np.full(SIZE[3], 1.0))
        nodes.append(ops.node(f"x{number}", affine, nodes[0]))
    nodes.append(ops.node("moved", op, *nodes))
    return ops.Graph((*nodes, ops.node("flat", ops.Reshape(), nodes[-1])), "flat")


@pytest.mark.parametrize("target", ["neon", "avx512", "neon f16"])
@pytest.mark.parametrize("fill", [0.0, 1.5])
@pytest.mark.parametrize("name", MOVES)
def test_a_kernel_moves_what_its_patch_says(name: str, fill: float, target: str) -> None:
    assert run(graph(moves.taken(MOVES[name], fill)), TARGETS[target]) == ["moved"]


@pytest.mark.parametrize("axis", range(4))
def test_a_kernel_joins_maps_along_any_axis(axis: int) -> None:
    assert run(graph(moves.joined([SIZE] * 3, axis), 3), TARGETS["neon"]) == ["moved"]


def test_patches_that_overlap_or_reach_outside_are_refused() -> None:
    clip = ops.Node("clip", ops.Input(), (), SIZE)
    twice = ops.Mosaic(SIZE, (moves.Patch(0, ALL, ALL), moves.Patch(0, ALL, ALL)))
    with pytest.raises(ops.GraphError, match=r"^moved \(Mosaic\) has patches that overlap$"):
        ops.node("moved", twice, clip)
    with pytest.raises(ops.GraphError, match=r"^moved \(Mosaic\) has places \(0, 5\) along an axis of 5$"):
        ops.node("moved", moves.taken((*ALL[:3], (0, 5))), clip)
    with pytest.raises(ops.GraphError, match=r"^moved \(Mosaic\) of shape \(2,\) takes a patch of \(3, 7, 9, 5\)$"):
        ops.node("moved", moves.taken([(0, 1)]), clip)


def shifted(x: jax.Array) -> jax.Array:
    """The temporal shift of TSM."""
    back = jnp.pad(x[:, 1:, ..., :1], ((0, 0), (0, 1), (0, 0), (0, 0), (0, 0)))
    forth = jnp.pad(x[:, :-1, ..., 1:2], ((0, 0), (1, 0), (0, 0), (0, 0), (0, 0)))
    return jnp.concatenate([back, forth, x[..., 2:]], -1)


MOSAIC, CONV, CLIP_ = ops.Mosaic, ops.PackedConv, ops.Input
# What a function's moves become: the operations of the rewritten graph.
FUNCTIONS: dict[str, tuple[Callable[..., jax.Array], list[type[ops.Op]]]] = {
    "a shift is one move": (lambda p, x: conv(p, shifted(x)), [CLIP_, MOSAIC, CONV]),
    "a causal border is padding": (
        lambda p, x: conv(p, jnp.pad(x, ((0, 0), (2, 0), (1, 1), (1, 1), (0, 0))), padding="VALID"),
        [CLIP_, CONV],
    ),
    "channels are chosen by the kernel": (
        lambda p, x: conv({"k": p["conv"][..., :2, :]}, x[..., 1:3], "k"),
        [CLIP_, CONV],
    ),
    "a shuffle is in the kernel": (
        lambda p, x: conv(p, x.reshape(*x.shape[:-1], 2, 2).swapaxes(-1, -2).reshape(x.shape)),
        [CLIP_, CONV],
    ),
    "a unit of shuffled halves": (small_units.shuffled_unit, [CLIP_, CONV, CONV, MOSAIC, MOSAIC, CONV]),
    "there and back": (lambda p, x: conv(p, x[:, ::-1, 1:][:, ::-1, :-1]), [CLIP_, MOSAIC, CONV]),
    "nothing": (lambda p, x: conv(p, x[:, ::-1][:, ::-1]), [CLIP_, CONV]),
    "a border of another number": (
        lambda p, x: conv(p, lax.pad(x, 1.0, ((0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 0, 0), (0, 0, 0)))),
        [CLIP_, MOSAIC, CONV],
    ),
    "joins along frames, height and width": (
        lambda p, x: conv(p, jnp.concatenate([jnp.concatenate([x, x], 2), jnp.concatenate([x, x], 2)[:, :1]], 1)),
        [CLIP_, MOSAIC, CONV],
    ),
    "a crop before a join": (
        lambda p, x: jnp.concatenate(
            [x, conv(p, jnp.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1), (0, 0))))[:, :, 1:-1, 1:-1]], -1
        ),
        [CLIP_, CONV, MOSAIC],
    ),
    "frames of several clips": (
        lambda p, x: conv(p, jnp.concatenate([x[0], x[0]]).reshape(2, 4, 6, 5, 4)[:, 1:].reshape(6, 6, 5, 4), "plane"),
        [CLIP_, MOSAIC, CONV, ops.Reshape],
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_moves_in_a_row_become_one_and_readers_take_them_in(name: str) -> None:
    function, expected = FUNCTIONS[name]
    found = trace.trace(function, P, [CLIP])
    rewritten = networks.unfused(found)
    for each in (found, rewritten):
        np.testing.assert_allclose(interpret.results(each, CLIP)[0], function(P, CLIP), atol=1e-5)
    assert [type(node.op) for node in rewritten.nodes if not isinstance(node.op, ops.Results)] == expected
