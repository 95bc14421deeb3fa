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

from lowering.graph import interpret, ops, trace
from tests.lowering import networks

SHAPE = (1, 3, 6, 5, 4)
rng = np.random.default_rng(0)
P = {"conv1": networks.layer(rng, 3, 3, 3, 4, 6), "fc": networks.layer(rng, 6, 3)}

SUPPORTED = (
    "add, broadcast_in_dim, checkpoint, closed_call, concatenate, conv_general_dilated, convert_element_type, copy, "
    "core_call, custom_jvp_call, custom_vjp_call, div, dot_general, exp, jit, max, mul, pjit, reduce_max, reduce_sum, "
    "reduce_window_max, reduce_window_sum, remat, remat2, reshape, squeeze, stop_gradient, sub"
)


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


@pytest.mark.parametrize(
    ("function", "primitive"),
    [
        (lambda x: x + jnp.zeros((1, 3, 6, 5, 4)), "add"),
        (lambda x: x * jnp.ones((1, 3, 6, 5, 4)), "mul"),
        (lambda x: jnp.maximum(x, jnp.zeros((1, 3, 6, 5, 4))), "max"),
    ],
)
def test_a_constant_larger_than_the_value_that_it_meets_is_refused(
    function: Callable[[jax.Array], jax.Array], primitive: str
) -> None:
    """The value would have to be repeated; to ignore the constant's shape would give other numbers than JAX."""
    refused(
        lambda p, x: jnp.sum(function(networks.avg_pool(x, (3, 6, 5))), (1, 2, 3)),
        f"cannot lower this {primitive} (on float32[1,1,1,1,4], float32[1,3,6,5,4]): "
        "it gives (1, 3, 6, 5, 4), but a value of shape (1, 1, 1, 1, 4) is not repeated here",
    )


def test_an_unknown_primitive_is_named_with_those_that_are_known() -> None:
    refused(
        lambda p, x: jnp.tanh(x).reshape(1, -1),
        f"cannot lower the primitive 'tanh' (on float32[1,3,6,5,4]); supported: {SUPPORTED}",
    )


def test_a_batch_of_other_than_one_clip_is_refused() -> None:
    for shape in ((2, 3, 6, 5, 4), (3, 6, 5, 4)):
        forms = "(1, frames, height, width, channels) or (1, numbers): a bundle runs one example"
        message = f"clip has shape {shape}, expected {forms}"
        with pytest.raises(ops.GraphError, match=f"^{re.escape(message)}$"):
            trace.trace(lambda p, x: x, P, shape)


def test_a_result_that_is_not_the_clips_is_refused() -> None:
    message = "the function's result does not depend on its inputs, or is a softmax cut in the middle"
    refused(lambda p, x: p["fc"]["kernel"], message, ops.GraphError)
    refused(lambda p, x: jnp.max(x.reshape(1, -1), 1), message, ops.GraphError)
    message = "the function gives 2 results, expected one, such as the logits"
    refused(lambda p, x: (x.reshape(1, -1), x), message, ops.GraphError)


def conv(x: jax.Array, kernel: jax.Array, **options: Any) -> jax.Array:
    options = {"padding": "SAME", "window_strides": (1, 1, 1), "dimension_numbers": networks.NUMBERS} | options
    return lax.conv_general_dilated(x, kernel, **options).reshape(1, -1)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            lambda p, x: conv(x, jnp.ones((2, 3, 1, 1, 1)), dimension_numbers=("NCDHW", "OIDHW", "NCDHW")),
            "conv_general_dilated (on float32[1,3,6,5,4], float32[2,3,1,1,1]): "
            "dimension_numbers must be ('NDHWC', 'DHWIO', 'NDHWC')",
        ),
        (
            lambda p, x: conv(x, p["conv1"]["kernel"], padding=((1, 1),) * 3, lhs_dilation=(1, 2, 2)),
            "conv_general_dilated (on float32[1,3,6,5,4], float32[3,3,3,4,6]): "
            "transposed and batch-grouped convolutions have no kernel here",
        ),
        (
            lambda p, x: conv(x, p["conv1"]["kernel"], padding=((0, 0), (0, -1), (0, 0))),
            "conv_general_dilated (on float32[1,3,6,5,4], float32[3,3,3,4,6]): "
            "padding ((0, 0), (0, -1), (0, 0)) is negative; crop the input before",
        ),
        (
            lambda p, x: conv(jnp.ones((1, 3, 6, 7, 5)), x),
            "conv_general_dilated (on float32[1,3,6,7,5], float32[1,3,6,5,4]): "
            "the kernel must be a weight and the input a feature map",
        ),
        (
            lambda p, x: conv(x.astype(jnp.bfloat16), p["conv1"]["kernel"].astype(jnp.bfloat16)),
            "convert_element_type (on float32[1,3,6,5,4]): "
            "values are f32 from end to end: build the model with dtype float32 for lowering",
        ),
        (
            lambda p, x: x @ p["fc"]["kernel"][:4],
            "dot_general (on float32[1,3,6,5,4], float32[4,3]): "
            "only a vector of features [1, I] times a weight [I, O] is supported",
        ),
        (
            lambda p, x: x * x,
            "mul (on float32[1,3,6,5,4], float32[1,3,6,5,4]): "
            "of two values that the inputs decide only the sum is supported",
        ),
        (
            lambda p, x: 1 / x,
            "div (on float32[], float32[1,3,6,5,4]): one side must be a feature map or vector and the other a constant",
        ),
        (
            lambda p, x: x + jnp.arange(6.0).reshape(1, 1, 6, 1, 1),
            "add (on float32[1,3,6,5,4], float32[1,1,6,1,1]): "
            "the constant of shape (1, 1, 6, 1, 1) must hold one number, or one per channel in the last axis",
        ),
        (
            lambda p, x: jnp.maximum(x, 0.1),
            "max (on float32[1,3,6,5,4], float32[]): only max(x, 0), the ReLU, is supported",
        ),
        (
            lambda p, x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 1, 1, 2), (1,) * 5, "VALID"),
            "reduce_window_max (on float32[1,3,6,5,4]): windows must span frames, height and width of an NDHWC value",
        ),
        (
            lambda p, x: lax.reduce_window(
                x, -jnp.inf, lax.max, (1, 1, 2, 2, 1), (1,) * 5, "VALID", window_dilation=(1, 1, 2, 1, 1)
            ),
            "reduce_window_max (on float32[1,3,6,5,4]): dilated windows have no kernel here",
        ),
        (lambda p, x: jnp.exp(x), "exp (on float32[1,3,6,5,4]): exp is supported inside a softmax only"),
        (
            lambda p, x: jnp.concatenate([x, x], 2),
            "concatenate (on float32[1,3,6,5,4], float32[1,3,6,5,4]): "
            "only feature maps, or vectors, can be joined, and only along channels",
        ),
        (
            lambda p, x: x.reshape(1, 3, 30, 1, 4),
            "reshape (on float32[1,3,6,5,4]): "
            "a reshape to (1, 3, 30, 1, 4): only flattening [1, D, H, W, C] to [1, D*H*W*C] is supported",
        ),
    ],
)
def test_a_primitive_out_of_bounds_says_what_is_supported(function: Callable[..., Any], message: str) -> None:
    refused(function, f"cannot lower this {message}")
