"""JAX functions become graphs: names, constants, batch norm, and clear words for what has no rule."""

import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jax import lax

from lowering.functions import sources
from lowering.graph import interpret, ops, trace
from tests.lowering import networks

SHAPE = (1, 3, 6, 5, 4)
rng = np.random.default_rng(0)
P = {"conv1": networks.layer(rng, 3, 3, 3, 4, 6), "fc": networks.layer(rng, 6, 3)}


def kinds(graph: ops.Graph) -> list[str]:
    return [f"{node.name}: {type(node.op).__name__}" for node in graph.nodes]


def agrees(function: Callable[..., jax.Array], params: Any, graph: ops.Graph) -> None:
    clip = networks.clip(np.random.default_rng(1), *SHAPE[1:])
    expected = np.asarray(function(params, jnp.asarray(clip)))
    np.testing.assert_allclose(interpret.evaluate(graph, clip[0]), expected[0], atol=1e-5 * np.abs(expected).max())


def test_nodes_are_named_after_their_weights() -> None:
    graph = networks.chain("dense").trace()
    assert kinds(graph) == [
        "clip: Input",
        "conv1: Conv",
        "conv1_bias: Affine",
        "relu: Relu",
        "pool: MaxPool",
        "conv2: Conv",
        "conv2_bias: Affine",
        "relu_2: Relu",
        "pool_2: MaxPool",
        "flatten: Reshape",
        "fc1: Dense",
        "fc1_bias: Affine",
        "relu_3: Relu",
        "fc2: Dense",
        "fc2_bias: Affine",
    ]


def test_names_hold_the_whole_path_and_only_letters_digits_and_underscores() -> None:
    params = {"block.1": {"conv-a": {"kernel": P["conv1"]["kernel"]}}, "head": [P["fc"]["kernel"]]}

    def function(p: Any, x: jax.Array) -> jax.Array:
        x = lax.conv_general_dilated(
            x, p["block.1"]["conv-a"]["kernel"], (1, 1, 1), "SAME", dimension_numbers=networks.NUMBERS
        )
        return jnp.mean(x, (1, 2, 3)) @ p["head"][0]

    graph = trace.trace(function, params, SHAPE)
    assert [n.name for n in graph.nodes if isinstance(n.op, ops.Conv | ops.Dense)] == ["block_1_conv_a", "head_0"]


def test_a_weight_used_twice_names_two_nodes() -> None:
    shared = {"kernel": np.ones((1, 1, 1, 4, 4), np.float32), "bias": np.ones(4, np.float32)}
    graph = trace.trace(
        lambda p, x: networks.conv(networks.conv(x, p["c"]), p["c"]).reshape(1, -1), {"c": shared}, SHAPE
    )
    assert [n.name for n in graph.nodes if isinstance(n.op, ops.Conv)] == ["c", "c_2"]


def test_what_depends_on_weights_alone_is_computed() -> None:
    def function(p: Any, x: jax.Array) -> jax.Array:
        kernel = jnp.tanh(p["conv1"]["kernel"]) * jnp.sqrt(jnp.arange(6.0)) + lax.cond(True, lambda: 1.0, lambda: 2.0)
        x = lax.conv_general_dilated(x, kernel, (1, 1, 1), "SAME", dimension_numbers=networks.NUMBERS)
        return x.reshape(1, -1)

    graph = trace.trace(function, P, SHAPE)
    assert kinds(graph) == ["clip: Input", "conv1: Conv", "flatten: Reshape"]
    agrees(function, P, graph)


def test_nodes_that_the_result_does_not_need_are_left_out() -> None:
    def function(p: Any, x: jax.Array) -> jax.Array:
        networks.conv(x, p["conv1"])
        return jax.nn.relu(x).reshape(1, -1)

    assert kinds(trace.trace(function, P, SHAPE)) == ["clip: Input", "relu: Relu", "flatten: Reshape"]


def test_batch_norm_of_nnx_in_evaluation_is_affine() -> None:
    class Model(nnx.Module):
        def __init__(self, rngs: nnx.Rngs) -> None:
            self.conv = nnx.Conv(4, 6, (3, 3, 3), rngs=rngs)
            self.norm = nnx.BatchNorm(6, rngs=rngs)
            self.head = nnx.Linear(6, 3, rngs=rngs)

        def __call__(self, x: jax.Array) -> jax.Array:
            return self.head(jnp.mean(nnx.relu(self.norm(self.conv(x))), (1, 2, 3)))

    model = Model(nnx.Rngs(0))
    rise, norm = jnp.arange(6.0), model.norm
    for variable, value in ((norm.mean, rise), (norm.var, 1 + rise**2), (norm.scale, 2 - rise), (norm.bias, rise / 3)):
        assert variable is not None
        variable[...] = value
    model.eval()
    definition, state = nnx.split(model)

    def function(p: Any, x: jax.Array) -> jax.Array:
        return nnx.merge(definition, p)(x)

    graph = trace.trace(function, state, SHAPE)
    assert {"Conv", "Affine", "Relu", "AvgPool", "Dense"} <= {type(n.op).__name__ for n in graph.nodes}
    assert [n.name for n in graph.nodes if isinstance(n.op, ops.Conv | ops.Dense)] == ["conv", "head"]
    agrees(function, state, graph)


def test_a_mean_over_all_positions_is_a_pool() -> None:
    def function(p: Any, x: jax.Array) -> jax.Array:
        return networks.dense(jnp.mean(networks.conv(x, p["conv1"]), (1, 2, 3)), p["fc"])

    graph = trace.trace(function, P, SHAPE)
    assert next(n.op for n in graph.nodes if isinstance(n.op, ops.AvgPool)).window == SHAPE[1:4]
    agrees(function, P, graph)


@pytest.mark.parametrize("name", ["residual", "branches"])
def test_sums_joins_and_softmax_are_nodes(name: str) -> None:
    kinds = {type(node.op) for node in networks.BUILDERS[name]("dense").trace().nodes}
    assert {"residual": {ops.Add, ops.Softmax}, "branches": {ops.Concat}}[name] <= kinds


def test_jit_remat_and_custom_derivatives_are_walked() -> None:
    @jax.custom_vjp
    def double(x: jax.Array) -> jax.Array:
        return x + x

    double.defvjp(lambda x: (x + x, None), lambda _, g: (2 * g,))

    def function(p: Any, x: jax.Array) -> jax.Array:
        x = jax.jit(jax.checkpoint(lambda x: double(jax.nn.relu(networks.conv(x, p["conv1"])))))(x)
        return lax.stop_gradient(x).reshape(1, -1)

    agrees(function, P, trace.trace(function, P, SHAPE))


def refused(function: Callable[..., Any], message: str, kind: type[Exception] = NotImplementedError) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        trace.trace(function, P, SHAPE)


def test_a_result_that_no_input_decides_is_refused() -> None:
    refused(lambda p, x: p["fc"]["kernel"], "the function's result does not depend on its inputs", ops.GraphError)
    refused(lambda p, x: (), "the function gives nothing, expected an array or a tree of them", ops.GraphError)


def test_what_no_module_can_hold_is_refused_with_every_place_in_the_source() -> None:
    def function(p: Any, key: jax.Array, x: jax.Array) -> jax.Array:
        x = x + jax.pure_callback(np.asarray, jax.ShapeDtypeStruct(x.shape, x.dtype), x)
        x = jax.lax.cond(x.sum() > 0, lambda: x + jax.random.normal(key, x.shape), lambda: x)
        x = jnp.linalg.solve(x[0, 0, :3, :3, 0], x[0, 0, :3, :2, 0])
        return x.reshape(1, -1)

    first = function.__code__.co_firstlineno
    file = function.__code__.co_filename
    message = f"""cannot lower what needs the host or random numbers while it runs:
  {file}:{first + 1}: pure_callback (it calls Python)
  {file}:{first + 2}: cond (it draws random numbers; close over a constant key, or evaluate without one)
  {file}:{first + 3}: lu ({sources.LAPACK})"""
    with pytest.raises(NotImplementedError, match=f"^{re.escape(message)}$"):
        trace.trace(function, P, [np.zeros(2, np.uint32), np.zeros(SHAPE, np.float32)])


def test_more_elements_than_the_largest_are_refused() -> None:
    def function(p: Any, x: jax.Array) -> jax.Array:
        return lax.approx_max_k(x.reshape(1, -1), 3, aggregate_to_topk=False)[0]

    place = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno + 1}"
    needs = "cannot lower what needs the host or random numbers while it runs"
    refused(function, f"{needs}:\n  {place}: approx_top_k ({sources.TOO_MANY})")


def test_a_key_that_an_input_decides_is_refused_once_on_each_line_that_makes_or_uses_it() -> None:
    def function(p: Any, x: jax.Array) -> jax.Array:
        key = jax.random.key(x.sum().astype(int))
        one, other = jax.random.split(key)
        x = x + jax.random.normal(one, x.shape)
        return jax.pure_callback(np.asarray, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    first, file = function.__code__.co_firstlineno, function.__code__.co_filename
    with pytest.raises(NotImplementedError) as error:
        trace.trace(function, P, SHAPE)
    random = "it draws random numbers; close over a constant key, or evaluate without one"
    assert str(error.value).splitlines()[1:] == [
        f"  {file}:{first + 1}: random_seed ({random})",
        f"  {file}:{first + 2}: random_split ({random})",
        f"  {file}:{first + 3}: random_bits ({random})",
        f"  {file}:{first + 4}: pure_callback (it calls Python)",
    ]


def test_what_jaxs_own_functions_do_stands_at_the_line_that_calls_them() -> None:
    function = lambda p, x: jnp.sort(jnp.sin(x))
    *_, piece = (node.op for node in trace.trace(function, P, SHAPE).nodes if isinstance(node.op, ops.Piece))
    assert [(r.operation, r.where) for r in piece.reasons] == [
        ("sort", f"{__file__}:{function.__code__.co_firstlineno}")
    ]


@pytest.mark.parametrize(
    ("function", "result"),
    [
        (
            lambda p, x: jnp.concatenate([x[0, 0].reshape(-1, 2)] * 2, 1),
            "concatenate (on line 1): one of its axes lies across two axes of the feature map",
        ),
        (lambda p, x: jnp.sin(x), "sin (on line 1): it is none of our kernels' operations"),
        (
            lambda p, x: x + jnp.arange(6.0).reshape(1, 1, 6, 1, 1),
            "add (on line 1): it reads a constant that changes from position to position",
        ),
        (
            lambda p, x: lax.conv_general_dilated(
                jnp.ones((1, 3, 6, 7, 5)), x, (1, 1, 1), "SAME", dimension_numbers=networks.NUMBERS
            ),
            "conv_general_dilated (on line 1): a weight stands where our kernels read a feature map",
        ),
        (
            lambda p, x: jnp.sin(x)[:, :2],
            "slice (on line 1): it moves elements of a flat array",
        ),
    ],
)
def test_an_operation_without_a_kernel_says_why(function: Callable[..., Any], result: str) -> None:
    graph = trace.trace(function, P, SHAPE)
    reasons = [reason for node in graph.nodes if isinstance(node.op, ops.Piece) for reason in node.op.reasons]
    start = function.__code__.co_firstlineno
    found = [f"{r.operation} (on line {int(r.where.rpartition(':')[2]) - start + 1}): {r.why}" for r in reasons]
    assert result in found
    assert all(reason.where.rpartition(":")[0] == __file__ for reason in reasons)
