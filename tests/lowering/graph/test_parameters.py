"""Claims about what may be among the parameters of a function that is traced: keys of random numbers, one array."""

import jax
import numpy as np
from flax import nnx

from lowering.graph import interpret, ops, trace


def test_a_dropout_in_evaluation_and_its_key_leave_no_trace() -> None:
    network = nnx.Sequential(nnx.Linear(4, 3, rngs=nnx.Rngs(0)), nnx.Dropout(0.5, rngs=nnx.Rngs(1)))
    network.eval()
    structure, state = nnx.split(network)
    graph = trace.trace(lambda state, x: nnx.merge(structure, state)(x), state, (1, 4))
    assert [type(node.op) for node in graph.nodes] == [ops.Input, ops.Dense, ops.Affine]


def test_the_parameters_may_be_one_array() -> None:
    graph = trace.trace(lambda kernel, x: x @ kernel, np.ones((4, 3), np.float32), (1, 4))
    assert [node.name for node in graph.nodes] == ["clip", "kernel"]


def test_random_numbers_that_no_input_decides_are_computed() -> None:
    noise = lambda key: jax.random.normal(key, (4,))
    graph = trace.trace(lambda key, x: x + noise(key), jax.random.key(0), (1, 4))
    x = np.ones((1, 4), np.float32)
    np.testing.assert_allclose(interpret.evaluate(graph, x), (x + noise(jax.random.key(0)))[0], rtol=1e-6)
