"""Activations end in the layer before them, and nothing else moves across them."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.rewrites import stages
from tests.lowering import networks
from tests.lowering.graph.test_rewrites import kinds, same


def activated(read_twice: bool) -> ops.Graph:
    """SiLU behind a convolution, sigmoid behind a fully connected layer, and what reads the first before its SiLU."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 1, 3, 3, 2, 5), "head": networks.layer(rng, 5, 3)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.conv(x, p["conv"])
        y = networks.max_pool(jax.nn.silu(x), (1, 2, 2))
        y = y + networks.max_pool(x, (1, 2, 2)) if read_twice else y
        return jax.nn.sigmoid(networks.dense(jnp.mean(y, (1, 2, 3)), p["head"]))

    return networks.Network(function, params, networks.clip(rng, 2, 6, 4, 2)).trace()


def test_an_activation_ends_in_the_layer_before_it() -> None:
    graph = stages.run(activated(read_twice=False), stages.PREPARATION)
    assert kinds(graph) == ["Input", "Conv", "MaxPool", "AvgPool", "Reshape", "Dense"]
    notes = [networks.op(graph, *each).then for each in (("conv", ops.Conv), ("head", ops.Dense))]
    assert [then and then.note for then in notes] == ["logistic mul", "logistic"]
    same(activated(read_twice=False), graph)


def test_an_activation_of_a_value_that_two_nodes_read_stays() -> None:
    graph = stages.run(activated(read_twice=True), stages.PREPARATION)
    assert networks.op(graph, "conv", ops.Conv).then is None
    assert kinds(graph).count("Pointwise") == 1
    same(activated(read_twice=True), graph)


def test_what_comes_behind_an_activation_does_not_go_before_it() -> None:
    """A scale, a sum and a ReLU behind a layer that has an activation in it stay where they are."""
    prepared = stages.run(activated(read_twice=False), stages.PREPARATION)
    conv, shape = prepared["conv"], prepared["conv"].shape
    scale = ops.Affine(np.full(5, 2.0), np.ones(5))
    for op, inputs in ((scale, ("conv",)), (ops.Relu(), ("conv",)), (ops.Add(), ("conv", "clip"))):
        clip = dataclasses.replace(prepared["clip"], shape=shape if len(inputs) > 1 else prepared["clip"].shape)
        source = conv if len(inputs) == 1 else dataclasses.replace(conv, inputs=("clip",), op=_square(conv.op))
        nodes = (clip, source, ops.Node("behind", op, inputs, shape))
        graph = ops.Graph((*nodes, ops.Node("flat", ops.Reshape(), ("behind",), (int(np.prod(shape)),))), "flat")
        changed = stages.run(graph, [stage for stage in stages.PREPARATION if stage.name != "merge_pointwise"])
        assert "behind" in changed.by_name
        same(graph, changed)


def _square(op: ops.Op) -> ops.Conv:
    assert isinstance(op, ops.Conv)
    kernel = np.random.default_rng(0).normal(size=(1, 3, 3, 5, 5)).astype(np.float32)
    return dataclasses.replace(op, kernel=kernel)


@pytest.mark.parametrize(("name", "marked"), [("relu6", True), ("silu", False), ("sigmoid", True), ("elu", False)])
def test_pools_behind_activations_that_are_never_below_zero_are_marked(name: str, marked: bool) -> None:
    params = {"conv": networks.layer(np.random.default_rng(0), 1, 3, 3, 2, 5)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = getattr(jax.nn, name)(networks.conv(x, p["conv"]))
        return jnp.mean(networks.max_pool(x, (1, 3, 3), padding=[(0, 0), (1, 1), (1, 1)]), (1, 2, 3))

    graph = networks.Network(function, params, networks.clip(np.random.default_rng(0), 2, 6, 4, 2)).trace()
    assert networks.op(stages.run(graph, stages.PREPARATION), "pool", ops.MaxPool).nonnegative == marked
