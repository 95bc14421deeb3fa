"""Gates that go into the weights of the convolution behind them: when they do, and that nothing else changes."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import run
from lowering.graph import interpret, ops
from lowering.graph.operations import pointwise
from lowering.graph.rewrites import gates, stages
from lowering.targets import targets
from tests.lowering import conftest, networks, random_graphs
from tests.lowering.kernels import test_kernels

MUL = pointwise.one("mul", (("inputs", 1.0), ("inputs", 0.0)))


def squeezed(size: int = 13, window: int = 1, width: int = 6) -> ops.Graph:
    """A clip of 5 channels and `size` columns, its gate, and a convolution of the gated clip that adds another one."""
    rng, clip = np.random.default_rng(0), ops.Node("clip", ops.Input(), (), (3, 9, size, 5))
    pool = ops.node("pool", ops.AvgPool((3, 9, size), (1, 1, 1), ops.NO_PADDING), clip)
    gate = ops.node("gate", pointwise.one("logistic", (("inputs", 0.0),)), ops.node("mean", ops.Reshape(), pool))
    gated = ops.node("gated", MUL, gate, clip)
    layer = networks.layer(rng, 1, window, window, 5, width, scheme="kgs 4x4")
    padding = ((0, 0), (window // 2, window // 2), (window // 2, window // 2))
    other = ops.node("other", ops.Conv(layer["kernel"], layer["bias"], (1, 1, 1), padding), clip)
    project = ops.node("project", ops.Conv(layer["kernel"], layer["bias"], (1, 1, 1), padding), gated, other)
    nodes = (clip, pool, ops.node("mean", ops.Reshape(), pool), gate, gated, other, project)
    return ops.Graph((*nodes, ops.node("flat", ops.Reshape(), project)), "flat")


def found(graph: ops.Graph, target: targets.Target = test_kernels.ARM) -> list[str]:
    """The nodes of the rewritten graph from the gate on."""
    names = [node.name for node in stages.rewrite(graph, target).nodes]
    return names[names.index("gate") + 1 :]


def test_a_gate_that_one_convolution_reads_scales_its_weights() -> None:
    graph = stages.rewrite(squeezed(), test_kernels.ARM)
    assert found(squeezed()) == ["other", "project_gate", "project_weights", "project", "flat"]
    assert graph["project"].inputs == ("clip", "other", "project_weights")
    assert graph["project_weights"].shape == (networks.op(graph, "project", ops.PackedConv).kernel.values.size,)


def test_a_gate_stays_where_its_map_is_read_elsewhere_or_weights_are_many_or_the_target_is_no_cpu_in_f32() -> None:
    graph, apart = squeezed(), ["gated", "other", "project", "flat"]
    twice = ops.node("twice", ops.Relu(), graph["gated"])
    flat = ops.node(
        "flat", ops.Concat(), ops.node("a", ops.Reshape(), twice), ops.node("b", ops.Reshape(), graph["project"])
    )
    several = (twice, ops.node("a", ops.Reshape(), twice), ops.node("b", ops.Reshape(), graph["project"]), flat)
    assert "gated" in found(ops.Graph((*graph.nodes[:-1], *several), "flat"))
    assert found(squeezed(window=3, width=40)) == apart
    for name in ("vulkan:mali-g78", "android:cortex-a76:f16"):
        assert found(graph, targets.find(name)) == apart
    assert found(graph, targets.written(test_kernels.ARM, "linalg")) == apart


@pytest.mark.parametrize("window", [1, 3])
def test_scaled_weights_mean_what_the_gated_map_means(window: int) -> None:
    graph = networks.unfused(squeezed(window=window, size=40))
    folded = gates.fold_gates(graph, test_kernels.ARM)
    assert "gated" in graph.by_name and "gated" not in folded.by_name
    clip = random_graphs.clip(graph, 0)[0]
    np.testing.assert_allclose(interpret.evaluate(folded, clip), interpret.evaluate(graph, clip), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("target", ["neon", "avx2", "avx512"])
def test_kernels_read_the_weights_that_they_are_given(target: str) -> None:
    for window in (1, 3):
        assert "project" in test_kernels.run(squeezed(window=window, size=40), test_kernels.TARGETS[target])


def network() -> networks.Network:
    """A gate of a mean, a convolution of the gated map with a residual, and one of a second gated map without."""
    rng = np.random.default_rng(0)
    params = {
        "squeeze": networks.layer(rng, 7, 7),
        "project": networks.layer(rng, 1, 1, 1, 7, 7, scheme="kgs 4x4"),
        "again": networks.layer(rng, 1, 3, 3, 7, 5),
    }

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        gate = jax.nn.sigmoid(networks.dense(jnp.mean(x, (1, 2, 3)), p["squeeze"]))[:, None, None, None]
        x = jax.nn.relu(networks.conv(x * gate, p["project"]) + x)
        return jnp.mean(networks.conv(x * gate, p["again"]), (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 3, 9, 13, 7))


@pytest.mark.parametrize("name", ["host", "android:cortex-a76"])
def test_networks_with_gates_give_jaxs_answer(write_bundle: conftest.WriteBundle, name: str) -> None:
    bundle = write_bundle(network(), name, dataclasses.replace(targets.find(name), cache_bytes=0))
    nodes = [node["name"] for node in bundle.manifest["nodes"]]
    assert {"project_weights", "again_weights"} <= set(nodes)
    checked = run.check(bundle)
    assert checked.passed, f"{bundle.name} is {checked.max_rel_error:.2e} of the largest logit off"
