"""Quantised networks as integers: the numbers of JAX's fake quantisation, by exact arithmetic in int32."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.functions import quantise
from lowering.graph import interpret, ops, packed, trace, verify
from lowering.graph.operations import integers as integral
from lowering.graph.rewrites import algebra, packing, stages
from lowering.graph.rewrites import integers as rewrite
from lowering.targets import schedules, targets
from tests.lowering import integers, networks


def kinds(graph: ops.Graph) -> dict[str, tuple[type[ops.Op], str]]:
    types = ops.element_types(graph)
    return {node.name: (type(node.op), types[node.name]) for node in graph.nodes}


def rounded(network: networks.Network) -> networks.Network:
    """With weights that are multiples of one number in each filter, the largest of them 127 times it."""
    params = {name: {**layer, "kernel": kernel(layer["kernel"])} for name, layer in network.params.items()}
    return dataclasses.replace(network, params=params)


def kernel(weights: np.ndarray) -> np.ndarray:
    scale = np.abs(weights).reshape(-1, weights.shape[-1]).max(0) / 127
    return np.asarray(quantise.fake_quantise(jnp.asarray(weights), np.where(scale == 0, 1, scale)))


def test_layers_between_quantise_steps_read_and_give_int8() -> None:
    graph = stages.rewrite(integers.chain().trace(), "host:i8")
    assert kinds(graph) == {
        "clip": (ops.Input, "float32"),
        "clip_quantised_int8": (ops.Quantise, "int8"),
        "conv1": (ops.PackedConv, "int8"),
        "pool": (ops.MaxPool, "int8"),
        "conv2_phases": (ops.SpaceToDepth, "int8"),
        "conv2": (ops.PackedConv, "int8"),
        "pool_2": (ops.MaxPool, "int8"),
        "flatten_int8": (ops.Reshape, "int8"),
        "dense": (ops.PackedDense, "int8"),
        "last": (ops.PackedDense, "float32"),
    }


def test_sums_and_joins_of_quantised_values_are_of_int8() -> None:
    graph = stages.rewrite(integers.block().trace(), "host:i8")
    assert graph["conv2"].inputs == ("conv1", "clip_quantised_int8")
    assert kinds(graph)["concat"] == (ops.Mosaic, "int8")
    assert kinds(graph)["joined"] == (ops.PackedConv, "float32")  # what the mean reads


def test_every_phase_of_a_transposed_convolution_keeps_the_units_of_the_whole_kernel() -> None:
    traced = stages.run(integers.upwards(scheme="dense").trace(), stages.ALGEBRA)
    whole = networks.op(rewrite.use_integers(algebra.fuse_add(traced)), "up", ops.Conv)
    apart = networks.op(stages.rewrite(integers.upwards(scheme="dense").trace(), "host:i8"), "up", ops.PackedConv)
    assert whole.rescale is not None and apart.rescale is not None and apart.rescale.residual is not None
    kernel = packed.unpack(apart.kernel)
    phases = np.abs(kernel.reshape(-1, 8, 8)).max(0)  # of each phase and filter
    assert phases.max() == phases[:, 0].max() == 127 and (phases[:, 0] == 127).sum() == 1
    factors = apart.rescale.factors.reshape(8, 8), apart.rescale.residual.reshape(8, 8)
    for found in factors:
        np.testing.assert_array_equal(found, np.broadcast_to(found[0], (8, 8)))
    assert sorted(kernel[kernel != 0]) == sorted(whole.kernel[whole.kernel != 0])


def test_what_is_added_to_a_transposed_convolution_is_brought_into_the_order_of_its_phases() -> None:
    graph = stages.rewrite(integers.upwards().trace(), "host:i8")
    assert graph["up"].inputs == ("down", "up_added") and not any(isinstance(n.op, ops.Add) for n in graph.nodes)
    found = kinds(graph)
    moved = {name: found[name] for name in ("up_added", "up", "up_between", "again", "again_between")}
    assert {kind for _, kind in moved.values()} == {"int8"}
    assert graph["up_added"].op == ops.SpaceToDepth((2, 2, 2), ((0, 1), (0, 1), (0, 0)), (2, 2, 2))


def test_depthwise_convolutions_of_one_filter_a_channel_are_kernels_of_their_own_on_cpus() -> None:
    found = {
        target: kinds(stages.rewrite(integers.apart().trace(), target)) for target in ("host:i8", "vulkan:adreno:i8")
    }
    own = {name for name, (kind, _) in found["host:i8"].items() if kind is ops.Depthwise}
    assert own == {"far", "deep", "strided", "frames"}  # "two" has two filters a channel
    assert not any(kind is ops.Depthwise for kind, _ in found["vulkan:adreno:i8"].values())
    types = {name: element for name, (_, element) in found["host:i8"].items()}
    assert {name for name in own if types[name] == "float32"} == {"frames"}  # which a tanh reads


@pytest.mark.parametrize(("bound", "left"), [(127 * integers.STEP, False), (126 * integers.STEP, True)])
def test_a_bound_that_int8_never_reaches_is_left_out(bound: float, left: bool) -> None:
    """As in a ReLU6 behind a layer whose unit was found on the values that the ReLU6 gives."""
    rng = np.random.default_rng(7)
    params = {name: networks.layer(rng, 1, 1, 1, 4, 4) for name in ("one", "other")}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        y = jnp.minimum(jax.nn.relu(integers.conv(x, p["one"], pad=0)), bound)
        return integers.conv(y, p["other"], pad=0)

    clip = networks.clip(rng, 2, 3, 4, 4) * 4
    traced = trace.trace(function, params, clip.shape)
    graph = rewrite.use_integers(stages.run(traced, stages.ALGEBRA))
    assert any(isinstance(node.op, ops.Pointwise) for node in graph.nodes) == left
    assert (
        interpret.difference(interpret.results(graph, clip)[0], np.asarray(function(params, jnp.asarray(clip)))) < 5e-2
    )


def test_a_value_that_is_read_and_pooled_is_of_int8_for_both() -> None:
    """As in an inception block: what all branches read is as large as what one of them pools first."""
    rng = np.random.default_rng(6)
    params = {name: networks.layer(rng, 1, 1, 1, 8, 8) for name in ("before", "one", "other", "behind")}
    whole, ones = (1, 3, 3, 3, 1), (1,) * 5
    params["behind"] = networks.layer(rng, 1, 1, 1, 16, 8)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(integers.conv(x, p["before"], pad=0))
        pooled = lax.reduce_window(x, -jnp.inf, lax.max, whole, ones, "SAME")
        both = (integers.conv(x, p["one"], pad=0), integers.conv(pooled, p["other"], pad=0))
        return integers.conv(jnp.concatenate(both, -1), p["behind"], pad=0)

    graph = stages.rewrite(trace.trace(function, params, (1, 3, 6, 7, 8)), "host:i8")
    assert [node.name for node in graph.nodes if isinstance(node.op, ops.Quantise)] == ["clip_quantised_int8"]
    assert {node.op.dtype for node in graph.nodes if isinstance(node.op, ops.PackedConv)} == {"int8", "float32"}


@pytest.mark.parametrize(
    "network", [integers.chain(), integers.chain("dense", 10), integers.block(), integers.upwards()]
)
def test_a_network_with_rounded_weights_means_what_jax_computes(network: networks.Network) -> None:
    network = rounded(network)
    found = interpret.results(stages.rewrite(network.trace(), "host:i8"), network.clip)[0]
    assert interpret.difference(found, network.logits()) < 5e-3  # a sum that lies between two integers may go to either


def test_weights_that_were_rounded_keep_their_integers_behind_a_batch_norm() -> None:
    rng = np.random.default_rng(2)
    layer = networks.layer(rng, 3, 3, 3, 4, 8)
    weights, factors = kernel(layer["kernel"]), rng.normal(size=8).astype(np.float32)
    wanted = np.rint(weights / (np.abs(weights).max((0, 1, 2, 3)) / 127)) * np.sign(factors)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        return jax.nn.relu(integers.conv(x, {**p["conv"], "bias": np.zeros(8, np.float32)}) * factors + 1)

    graph = trace.trace(function, {"conv": {"kernel": weights}}, (1, 2, 4, 5, 4))
    op = rewrite.use_integers(stages.run(graph, stages.ALGEBRA))["conv"].op
    assert isinstance(op, ops.Conv)
    np.testing.assert_array_equal(op.kernel, wanted)


def test_an_integer_layer_is_exact_where_f32_is_not() -> None:
    """The sum is 2^24 + 1, which f32 cannot hold; what a filter adds must not depend on the order."""
    rescale = ops.Rescale(np.ones(1, np.float32), None, narrow=False)
    op = ops.Dense(np.ones((2, 1), np.float32), np.array([1 << 24], np.int32), rescale=rescale)
    assert op.apply([np.array([1.0, -1.0], np.float32)])[0] == 1 << 24
    assert op.apply([np.array([2.0, 1.0], np.float32)])[0] == (1 << 24) + 4  # half way: to even
    assert op.apply([np.array([2.0, -1.0], np.float32)])[0] == 1 << 24


@pytest.mark.parametrize(("relu", "expected"), [(False, [-128, -2, 0, 2, 2, 127]), (True, [0, 0, 0, 2, 2, 127])])
def test_results_are_rounded_half_to_even_and_saturate(relu: bool, expected: list[int]) -> None:
    rescale = ops.Rescale(np.full(6, 0.5, np.float32), None, narrow=True)
    sums = np.array([-1000.0, -3, -1, 3, 5, 1000])
    np.testing.assert_array_equal(rescale.finish(sums, None, relu), expected)


def test_a_residual_is_rounded_in_the_unit_of_the_sums() -> None:
    rescale = ops.Rescale(np.ones(2, np.float32), np.array([2.5, 0.25], np.float32), narrow=False)
    np.testing.assert_array_equal(rescale.finish(np.array([10.0, 10]), np.array([-3.0, 3]), False), [2, 11])


def test_what_is_added_never_needs_more_than_24_bits() -> None:
    """Kernels round it by what f32 does to a sum (lowering/kernels/cpu/rescale.py)."""
    kernel = np.full((1, 1, 1, 4, 2), [1e-9, 1.0], np.float32)
    op = rewrite.of_integers(ops.Conv(kernel, np.zeros(2, np.float32), (1, 1, 1), ops.NO_PADDING), 0.1, added=0.1)
    assert isinstance(op, ops.Conv) and op.rescale is not None and op.rescale.residual is not None
    assert list(op.rescale.residual) == [1 << 14, 127]


def test_a_filter_without_weights_keeps_its_bias() -> None:
    layer = {"kernel": np.zeros((1, 1, 1, 4, 2), np.float32), "bias": np.array([0.3, -700.0], np.float32)}
    graph = trace.trace(lambda p, x: integers.conv(x, p["conv"], pad=0), {"conv": layer}, (1, 1, 2, 3, 4))
    found = interpret.results(stages.rewrite(graph, "host:i8"), np.ones((1, 1, 2, 3, 4), np.float32))[0]
    np.testing.assert_allclose(found[0, 0, 0, 0], layer["bias"], rtol=1e-6)


def test_a_layer_whose_sums_could_pass_32_bits_stays_in_f32() -> None:
    wide = {"kernel": np.ones((1 << 18, 2), np.float32), "bias": np.zeros(2, np.float32)}
    function = lambda p, x: integers.rounded(x) @ p["kernel"] + p["bias"]
    graph = rewrite.use_integers(trace.trace(function, wide, (1, 1 << 18)))
    assert all(getattr(node.op, "rescale", None) is None for node in graph.nodes)


def test_filters_that_nobody_reads_leave_integer_layers_too() -> None:
    network = integers.chain("dense")
    network.params["conv2"]["kernel"][:, :, :, 5] = 0
    graph = stages.run(network.trace(), stages.PREPARATION)
    op = graph["conv1"].op
    assert isinstance(op, ops.Conv) and op.rescale is not None
    assert op.kernel.shape[4] == len(op.bias) == len(op.rescale.factors) == 11
    whole = interpret.results(stages.rewrite(network.trace(), "host:i8"), network.clip)[0]
    assert interpret.difference(whole, network.logits()) < 5e-2


def test_schedules_that_were_chosen_for_floats_leave_words_whole() -> None:
    """A row of one or two filters has no word of four results."""
    graph = stages.run(integers.chain("dense").trace(), stages.PREPARATION)
    chosen = {node.name: schedules.Schedule(group=2) for node in graph.nodes}
    several = packing.pack(graph, targets.find("host:i8"), chosen)
    groups = [node.op.kernel.group for node in several.nodes if isinstance(node.op, ops.PackedConv) and node.op.rescale]
    assert groups and min(groups) >= 4


def test_a_quantised_network_wants_a_target_of_integers() -> None:
    with pytest.raises(ops.GraphError) as error:
        stages.rewrite(integers.chain().trace(), "android:cortex-a76:f16")
    assert str(error.value) == (
        "the network is quantised, and android:cortex-a76:f16 computes in f16; lower it for android:cortex-a76:i8, "
        "or the network as it was before"
    )


def test_a_target_of_integers_wants_a_quantised_network() -> None:
    plain = trace.trace(lambda p, x: jax.nn.relu(x), {}, (1, 2, 3, 4, 5))
    with pytest.raises(ops.GraphError) as error:
        stages.rewrite(plain, "host:i8")
    assert str(error.value) == (
        "host:i8 computes with integers, and nothing in the network is quantised; quantise it first "
        "(docs/quantisation.md), or choose another precision"
    )


def test_integers_where_a_node_computes_in_f32_are_found() -> None:
    clip = ops.Node("clip", ops.Input(), (), (2, 3, 4, 5))
    small = ops.node("small", ops.Quantise(0.1), clip)
    graph = ops.Graph((clip, small, ops.node("sum", ops.Add(), small, clip)), "sum")
    with pytest.raises(ops.GraphError) as error:
        verify.verify(graph)
    assert str(error.value) == "sum (Add) reads int8, float32, which it does not compute with"


def test_fake_quantisation_is_what_the_graph_says_of_it() -> None:
    x = np.random.default_rng(3).normal(size=(4, 5)).astype(np.float32) * 5
    node = integral.FakeQuantise(0.037)
    np.testing.assert_array_equal(quantise.fake_quantise(jnp.asarray(x), 0.037), node.apply([x]))


def test_the_gradient_goes_straight_through_and_stops_outside_the_range() -> None:
    x = jnp.array([-20.0, -12.84, -0.02, 0.03, 12.74, 20.0])
    np.testing.assert_array_equal(jax.grad(lambda v: quantise.fake_quantise(v, 0.1).sum())(x), [0, 1, 1, 1, 1, 0])
    each = jax.vmap(lambda v: quantise.fake_quantise(v, 0.1))(x)
    np.testing.assert_array_equal(each, quantise.fake_quantise(x, 0.1))
