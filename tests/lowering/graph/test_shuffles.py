"""Convolutions of single pixels change places with the pixel shuffle before them, and nothing else changes."""

import jax
import numpy as np
import pytest
from jax import lax

from lowering.graph import interpret, ops, trace
from lowering.graph.operations import moves
from lowering.graph.rewrites import algebra, dead_channels, shuffles, stages

SHAPE = (1, 2, 3, 5, 4)
RNG = np.random.default_rng(0)


def conv(x, kernel):
    numbers = ("NDHWC", "DHWIO", "NDHWC")
    return lax.conv_general_dilated(x, kernel, (1, 1, 1), "SAME", dimension_numbers=numbers)


def shuffle(x, scale, last=False):
    n, d, h, w, c = x.shape
    fine = x.reshape(n, d, h, w, *((c // scale**2, scale, scale) if last else (scale, scale, c // scale**2)))
    order = (0, 1, 2, 5, 3, 6, 4) if last else (0, 1, 2, 4, 3, 5, 6)
    return fine.transpose(order).reshape(n, d, h * scale, w * scale, c // scale**2)


def network(last=False, outputs=5, twice=False, size=1):
    def apply(params, x):
        y = shuffle(jax.nn.relu(conv(x, params["up"])), 2, last)
        z = conv(y, params["head"]) + params["bias"]
        return z + conv(y, params["wide"]) if twice else z

    head = RNG.normal(size=(1, size, size, 6, outputs))
    params = {"up": RNG.normal(size=(1, 1, 1, 4, 24)), "head": head, "bias": RNG.normal(size=outputs)}
    params |= {"wide": RNG.normal(size=(1, 3, 3, 6, outputs))} if twice else {}
    return apply, {name: each.astype(np.float32) for name, each in params.items()}


def traced(apply, params):
    return stages.run(trace.trace(apply, params, SHAPE), stages.PREPARATION[:5])


def kinds(graph):
    return [type(node.op).__name__ for node in graph.nodes]


@pytest.mark.parametrize("last", [False, True])
def test_less_is_moved_and_the_answer_stays(last):
    before = traced(*network(last))
    after = shuffles.shuffle_last(before)
    assert kinds(before) == ["Input", "Conv", "Relu", "Mosaic", "Conv"]
    assert kinds(after) == ["Input", "Conv", "Relu", "Conv", "Mosaic"]
    assert after.output.op.patches[0].size * 4 == 2 * 6 * 10 * 5 and after.output.shape == before.output.shape
    assert moves.shuffled(after.output.op, after.nodes[-2].shape) == ((1, 2, 2), False)
    clip = RNG.normal(size=before.input.shape)
    np.testing.assert_allclose(interpret.evaluate(after, clip), interpret.evaluate(before, clip), atol=1e-5)


def test_a_pruned_filter_leaves_the_kernel_of_its_own_pixel():
    apply, params = network()
    params["up"][..., 7] = 0  # channel 1 of the second of four pixels
    graph = dead_channels.drop_dead_channels(algebra.fuse_relu(shuffles.shuffle_last(traced(apply, params))))
    up, head = (node.op for node in graph.nodes if isinstance(node.op, ops.Conv))
    assert up.kernel.shape[3:] == (4, 23) and head.kernel.shape[3:] == (23, 20)


def test_a_row_of_shuffles_moves_behind_all_of_them():
    def apply(params, x):
        return conv(shuffle(conv(shuffle(conv(x, params["a"]), 2), params["b"]), 2), params["c"])

    shapes = {"a": (1, 1, 1, 4, 24), "b": (1, 1, 1, 6, 4), "c": (1, 1, 1, 1, 2)}
    before = traced(apply, {name: RNG.normal(size=shape).astype(np.float32) for name, shape in shapes.items()})
    after = shuffles.shuffle_last(before)
    assert kinds(after) == [
        "Input",
        "Conv",
        "Conv",
        "Mosaic",
        "Mosaic",
        "Conv",
    ]  # the last one gives more than it reads
    clip = RNG.normal(size=before.input.shape)
    np.testing.assert_allclose(interpret.evaluate(after, clip), interpret.evaluate(before, clip), atol=1e-5)


STAY = {
    "as many channels": {"outputs": 6},
    "another reader of the shuffle": {"twice": True},
    "a kernel over several pixels": {"size": 3},
}


@pytest.mark.parametrize("change", STAY.values(), ids=STAY)
def test_others_stay_where_they_are(change):
    graph = traced(*network(**change))
    assert "Mosaic" in kinds(graph) and kinds(shuffles.shuffle_last(graph)) == kinds(graph)
