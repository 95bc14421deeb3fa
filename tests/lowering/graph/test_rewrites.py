"""Rewrites: every stage keeps what the graph means, and does its job."""

import dataclasses
import re
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.graph import interpret, ops, trace
from lowering.graph.rewrites import algebra, stages
from lowering.targets import targets
from tests.lowering import networks

SHAPE = (1, 3, 6, 5, 4)
FUSES = dataclasses.replace(targets.find("android:cortex-a76"), cache_bytes=0)  # whatever can be fused
rng = np.random.default_rng(0)


def traced(function: Callable[..., jax.Array], params: networks.Params) -> ops.Graph:
    return trace.trace(function, params, SHAPE)


def until(graph: ops.Graph, stage: str) -> ops.Graph:
    """The graph after all stages up to this one."""
    names = [each.name for each in stages.PREPARATION]
    return stages.run(graph, stages.PREPARATION[: names.index(stage) + 1])


def kinds(graph: ops.Graph) -> list[str]:
    return [type(node.op).__name__ for node in graph.nodes]


def same(before: ops.Graph, after: ops.Graph) -> None:
    clip = np.random.default_rng(3).normal(size=before.input.shape)
    expected = interpret.evaluate(before, clip)
    np.testing.assert_allclose(interpret.evaluate(after, clip), expected, atol=2e-6 * np.abs(expected).max())


@pytest.mark.parametrize("scheme", ["dense", "kgs 8x4", "kgs 4x4", "vanilla 8x4", "filter", "channel"])
@pytest.mark.parametrize("build", networks.BUILDERS.values(), ids=networks.BUILDERS)
def test_no_stage_changes_what_a_network_computes(build: Callable[[str], networks.Network], scheme: str) -> None:
    network = build(scheme)
    graph = network.trace()
    expected = interpret.evaluate(graph, network.clip[0])
    for stage in stages.stages(FUSES):
        graph = stages.run(graph, [stage])
        found = interpret.evaluate(graph, network.clip[0])
        np.testing.assert_allclose(found, expected, atol=2e-6 * np.abs(expected).max(), err_msg=stage.name)
    assert not {"Conv", "Dense", "Affine"} & set(kinds(graph))


def test_the_stages_run_in_the_order_that_their_list_tells() -> None:
    told = re.findall(r"^(\w+)  ", stages.__doc__ or "", re.MULTILINE)
    assert [stage.name for stage in stages.stages(FUSES)] == told
    assert {stage.name for stage in stages.ALGEBRA} < {stage.name for stage in stages.PREPARATION} < set(told)


def test_a_stage_that_spoils_a_graph_is_named() -> None:
    graph = traced(lambda p, x: jax.nn.relu(x).reshape(1, -1), {})
    spoils = lambda graph: ops.Graph(graph.nodes[1:], graph.result)
    message = "after forget_the_clip: relu reads 'clip', which no earlier node gives"
    with pytest.raises(ops.GraphError, match=f"^{re.escape(message)}$"):
        stages.run(graph, [*stages.ALGEBRA, stages.Stage("forget_the_clip", spoils)])


def batch_norm(x: jax.Array, p: networks.Layer) -> jax.Array:
    return (x - p["mean"]) * lax.rsqrt(p["var"] + 1e-5) * p["scale"] + p["bias"]


def norm(count: int) -> networks.Layer:
    values = {"mean": rng.normal(size=count), "var": rng.uniform(0.5, 2, count), "scale": rng.normal(size=count)}
    return {k: v.astype(np.float32) for k, v in values.items()} | {"bias": np.ones(count, np.float32)}


def test_batch_norm_and_relu_end_in_the_convolution() -> None:
    params = {"conv": networks.layer(rng, 3, 3, 3, 4, 6), "norm": norm(6)}
    graph = traced(lambda p, x: jax.nn.relu(batch_norm(networks.conv(x, p["conv"]), p["norm"])).reshape(1, -1), params)
    found = until(graph, "fuse_relu")
    assert kinds(found) == ["Input", "Conv", "Reshape"]
    same(graph, found)


def test_batch_norm_before_a_dense_layer_ends_in_it() -> None:
    params = {"fc": networks.layer(rng, 6, 3), "conv": networks.layer(rng, 1, 1, 1, 4, 6), "norm": norm(6)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(jnp.mean(networks.conv(x, p["conv"]), (1, 2, 3)))
        return networks.dense(batch_norm(x, p["norm"]), p["fc"])

    graph = traced(function, params)
    found = until(graph, "fuse_relu")
    assert "Affine" not in kinds(found)
    same(graph, found)


def test_a_scale_of_a_value_that_two_nodes_read_stays() -> None:
    params = {"conv": networks.layer(rng, 1, 1, 1, 4, 4), "norm": norm(4)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.conv(x, p["conv"])
        return (batch_norm(x, p["norm"]) + x).reshape(1, -1)

    graph = traced(function, params)
    found = algebra.merge_affine(graph)
    assert kinds(found).count("Affine") == 1
    same(graph, found)


def test_a_relu_of_a_value_that_two_nodes_read_stays() -> None:
    params = {"conv": networks.layer(rng, 1, 1, 1, 4, 4)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.conv(x, p["conv"])
        return (jax.nn.relu(x) + x).reshape(1, -1)

    graph = traced(function, params)
    found = until(graph, "fuse_relu")
    assert "Relu" in kinds(found)
    same(graph, found)


def test_a_relu_after_flattening_goes_before_it() -> None:
    params = {"conv": networks.layer(rng, 1, 1, 1, 4, 4)}
    graph = traced(lambda p, x: jax.nn.relu(networks.conv(x, p["conv"]).reshape(1, -1)), params)
    found = until(graph, "fuse_relu")
    assert kinds(found) == ["Input", "Conv", "Reshape"]
    same(graph, found)


def test_a_mean_over_all_positions_costs_one_pool() -> None:
    params = {"conv": networks.layer(rng, 1, 1, 1, 4, 4)}
    graph = traced(lambda p, x: jnp.mean(networks.conv(x, p["conv"]), (1, 2, 3)), params)
    assert kinds(networks.unfused(graph)) == ["Input", "PackedConv", "AvgPool", "Reshape"]


def two_layers(kernel: np.ndarray, bias: np.ndarray, relu: bool, reader: np.ndarray, join: bool = False) -> ops.Graph:
    """A convolution, its ReLU, a pool, and a convolution that reads it (and its sum with the first, with `join`)."""
    params = {
        "a": {"kernel": kernel, "bias": bias},
        "b": {"kernel": reader, "bias": np.ones(reader.shape[-1], np.float32)},
    }

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.conv(x, p["a"])
        x = networks.max_pool(jax.nn.relu(x) if relu else x, (1, 2, 2))
        x = networks.conv(x, p["b"]) + x if join else networks.conv(x, p["b"])
        return x.reshape(1, -1)

    return traced(function, params)


def kernels(outputs: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    a, b = networks.layer(rng, 3, 3, 3, 4, outputs), networks.layer(rng, 3, 1, 3, outputs, outputs)
    return a["kernel"], np.abs(a["bias"]), b["kernel"]


@pytest.mark.parametrize(
    ("bias", "relu", "live"), [(0, False, 4), (0, True, 4), (-1, True, 4), (-1, False, 6), (1, True, 6)]
)
def test_silent_filters_are_dropped_if_their_bias_gives_nothing(bias: float, relu: bool, live: int) -> None:
    kernel, biases, reader = kernels()
    kernel[..., [1, 4]], biases[[1, 4]] = 0, bias
    graph = two_layers(kernel, biases, relu, reader)
    found = until(graph, "drop_dead_channels")
    assert (found["a"].shape[-1], found["pool"].shape[-1], networks.op(found, "b", ops.Conv).kernel.shape) == (
        live,
        live,
        (3, 1, 3, live, 6),
    )
    same(graph, found)


def test_filters_that_nobody_reads_are_dropped_and_those_they_read_too() -> None:
    kernel, biases, reader = kernels()
    reader[..., [0, 5], :] = 0
    graph = two_layers(kernel, biases, True, reader)
    found = until(graph, "drop_dead_channels")
    assert (networks.op(found, "a", ops.Conv).bias == biases[1:5]).all()
    assert (networks.op(found, "a", ops.Conv).kernel == kernel[..., 1:5]).all()
    same(graph, found)


def test_channels_that_a_sum_reads_are_kept() -> None:
    kernel, biases, reader = kernels()
    kernel[..., 1], biases[1], reader[..., 2, :] = 0, 0, 0
    graph = two_layers(kernel, biases, True, reader, join=True)
    found = until(graph, "drop_dead_channels")
    assert found["a"].shape[-1] == 6
    same(graph, found)


def test_a_feature_map_keeps_at_least_one_channel() -> None:
    kernel, biases, reader = kernels()
    graph = two_layers(np.zeros_like(kernel), 0 * biases, True, reader)
    found = until(graph, "drop_dead_channels")
    assert found["a"].shape[-1] == 1
    same(graph, found)


def test_channels_dead_before_a_flattening_leave_all_its_positions() -> None:
    params = {
        "conv": networks.layer(rng, 1, 3, 3, 4, 5),
        "fc1": networks.layer(rng, 450, 9),
        "fc2": networks.layer(rng, 9, 3),
    }
    params["conv"]["kernel"][..., 2], params["conv"]["bias"][2] = 0, -1
    params["fc1"]["kernel"].reshape(90, 5, 9)[:, 3] = 0
    params["fc2"]["kernel"][[0, 8]] = 0

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(networks.conv(x, p["conv"])).reshape(1, -1)
        return networks.dense(jax.nn.relu(networks.dense(x, p["fc1"])), p["fc2"])

    graph = traced(function, params)
    found = until(graph, "drop_dead_channels")
    assert (
        found["conv"].shape[-1],
        networks.op(found, "fc1", ops.Dense).kernel.shape,
        networks.op(found, "fc2", ops.Dense).kernel.shape,
    ) == (
        3,
        (270, 7),
        (7, 3),
    )
    same(graph, found)


def test_only_pools_of_values_that_a_relu_made_positive_are_marked() -> None:
    pools = lambda g: {n.name: n.op.nonnegative for n in g.nodes if isinstance(n.op, ops.MaxPool)}
    assert pools(until(networks.chain("dense").trace(), "mark_nonnegative")) == {"pool": True, "pool_2": True}
    assert pools(until(networks.branches("dense").trace(), "mark_nonnegative")) == {
        "pool": False,
        "pool_3": False,
    }


def packed_groups(scheme: str, outputs: int, inputs: int = 16) -> int:
    params = {"conv": networks.layer(np.random.default_rng(5), 3, 3, 3, 4, inputs), "b": {}, "c": {}}
    params["b"] = networks.layer(np.random.default_rng(6), 3, 3, 3, inputs, outputs, scheme=scheme)
    graph = traced(lambda p, x: networks.conv(networks.conv(x, p["conv"]), p["b"]).reshape(1, -1), params)
    found = networks.unfused(graph)
    return networks.op(found, "b", ops.PackedConv).kernel.group


@pytest.mark.parametrize(
    ("scheme", "outputs", "group"),
    [
        ("kgs 8x4", 45, 8),
        ("vanilla 8x4", 45, 8),
        ("kgs 4x4", 45, 4),
        ("dense", 64, 8),
        ("dense", 4, 4),
        ("dense", 12, 4),
    ],
)
def test_rows_have_the_size_with_the_least_work(scheme: str, outputs: int, group: int) -> None:
    assert packed_groups(scheme, outputs) == group


def test_rewriting_leaves_the_traced_graph_as_it_was() -> None:
    graph = networks.residual("kgs 8x4").trace()
    before = str(graph), [dataclasses.asdict(n) for n in graph.nodes]
    networks.unfused(graph)
    np.testing.assert_equal((str(graph), [dataclasses.asdict(n) for n in graph.nodes]), before)
