"""Functions of every kind that networks are made of mean in the graph what they mean in JAX."""

import jax
import numpy as np
import pytest

from lowering.graph import interpret, ops, trace
from tests.lowering import networks, small_functions


def agree(found: list[np.ndarray], expected: list[np.ndarray], tolerance: float) -> None:
    assert [(x.shape, x.dtype) for x in found] == [(x.shape, x.dtype) for x in expected]
    for a, b in zip(found, expected, strict=True):
        scale = float(np.abs(b.astype(np.float64)).max()) or 1.0
        np.testing.assert_allclose(a.astype(np.float64), b.astype(np.float64), rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("name", small_functions.FUNCTIONS)
def test_a_function_means_what_it_means_in_jax(name: str) -> None:
    function, inputs = small_functions.FUNCTIONS[name]
    graph = trace.trace(function, small_functions.P, list(inputs))
    expected = [np.asarray(x) for x in jax.tree.leaves(function(small_functions.P, *map(jax.numpy.asarray, inputs)))]
    for each in (graph, networks.unfused(graph)):
        agree(interpret.results(each, *inputs), expected, 2e-2 if name == "bfloat16" else 1e-5)


@pytest.mark.parametrize("name", [name for name in small_functions.FUNCTIONS if name.startswith("activation ")])
def test_an_activation_is_one_expression(name: str) -> None:
    """Between two convolutions nothing else is left, and no value leaves its layout."""
    function, inputs = small_functions.FUNCTIONS[name]
    graph = networks.unfused(trace.trace(function, small_functions.P, list(inputs)))
    kinds = [type(node.op) for node in graph.nodes]
    if name == "activation snake":  # a sine
        assert ops.Piece in kinds
        return
    if name == "activation glu":  # two halves of the channels
        assert ops.Piece not in kinds
        return
    assert kinds in ([ops.Input, ops.PackedConv, *between, ops.PackedConv] for between in ((), (ops.Pointwise,)))


def test_pieces_of_jax_are_joined_unless_a_kernel_of_ours_lies_between_them() -> None:
    counts = {}
    for name in ("attention", "top two", "recurrent head"):
        function, inputs = small_functions.FUNCTIONS[name]
        graph = networks.unfused(trace.trace(function, small_functions.P, list(inputs)))
        counts[name] = len({id(node.op.program) for node in graph.nodes if isinstance(node.op, ops.Piece)})
    assert counts == {"attention": 2, "top two": 1, "recurrent head": 1}
