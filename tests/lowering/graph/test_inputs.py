"""Networks of several inputs, with maps or vectors as results: traced, rewritten and interpreted as in JAX."""

import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph import interpret, ops, trace
from tests.lowering import networks

rng = np.random.default_rng(0)
CLIP, FLOW, FACTS = (networks.clip(rng, *shape) for shape in ((2, 6, 5, 3), (2, 6, 5, 2), (7,)))
P = {
    "clip": networks.layer(rng, 3, 3, 3, 3, 9, scheme="kgs 4x4"),
    "flow": networks.layer(rng, 1, 3, 3, 2, 9),
    "out": networks.layer(rng, 1, 1, 1, 18, 2),
    "pooled": networks.layer(rng, 9, 5),
    "facts": networks.layer(rng, 7, 5),
    "head": networks.layer(rng, 5, 3),
    "joined": networks.layer(rng, 16, 3),
}


def features(p: Any, clip: jax.Array) -> jax.Array:
    return jax.nn.relu(networks.conv(clip, p["clip"]))


def dense_map(p: Any, clip: jax.Array, flow: jax.Array) -> jax.Array:
    """Two maps joined, a map as the result."""
    joined = jnp.concatenate([features(p, clip), networks.conv(flow, p["flow"])], 4)
    return networks.conv(joined, p["out"])


def two_maps_added(p: Any, clip: jax.Array, flow: jax.Array) -> jax.Array:
    return networks.dense(jnp.mean(features(p, clip) + networks.conv(flow, p["flow"]), (1, 2, 3)), p["pooled"])


def map_and_vector(p: Any, clip: jax.Array, facts: jax.Array) -> jax.Array:
    """A sum of two vectors, with a ReLU, that a fully connected layer reads."""
    pooled = networks.dense(jnp.mean(features(p, clip), (1, 2, 3)), p["pooled"])
    return networks.dense(jax.nn.relu(pooled + networks.dense(facts * 2 - 1, p["facts"])), p["head"])


def vectors_joined(p: Any, clip: jax.Array, facts: jax.Array) -> jax.Array:
    return networks.dense(jnp.concatenate([jnp.mean(features(p, clip), (1, 2, 3)), facts], 1), p["joined"])


def second_alone(p: Any, clip: jax.Array, facts: jax.Array) -> jax.Array:
    """A result of the last input; the first is not read."""
    return jax.nn.relu(networks.dense(facts, p["facts"]))


def same_map(p: Any, clip: jax.Array, flow: jax.Array) -> jax.Array:
    return flow


NETWORKS = {
    "dense_map": (dense_map, (CLIP, FLOW)),
    "two_maps_added": (two_maps_added, (CLIP, FLOW)),
    "map_and_vector": (map_and_vector, (CLIP, FACTS)),
    "vectors_joined": (vectors_joined, (CLIP, FACTS)),
    "second_alone": (second_alone, (CLIP, FACTS)),
    "same_map": (same_map, (CLIP, FLOW)),
    "map_of_one": (features, (CLIP,)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_several_inputs_and_a_result_of_any_form_mean_what_they_mean_in_jax(name: str) -> None:
    function, inputs = NETWORKS[name]
    expected = np.asarray(function(P, *map(jnp.asarray, inputs)))
    traced = trace.trace(function, P, inputs)
    for graph in (traced, networks.unfused(traced)):
        assert graph.output.shape == expected.shape[1:]
        found = interpret.evaluate(graph, *(given[0] for given in inputs))
        np.testing.assert_allclose(found, expected[0], atol=1e-5 * np.abs(expected).max())


def test_an_only_input_is_called_clip_and_several_are_numbered() -> None:
    """Whether the example is given as arrays or as shapes, and in a tuple or not."""
    named = lambda function, example: [(node.name, node.shape) for node in trace.trace(function, P, example).inputs]
    for example in (CLIP, CLIP.shape, [CLIP], (CLIP.shape,), jax.ShapeDtypeStruct(CLIP.shape, np.float32)):
        assert named(features, example) == [("clip", (2, 6, 5, 3))]
    for example in ((CLIP, FACTS), [CLIP.shape, list(FACTS.shape)], (CLIP, FACTS.shape)):
        assert named(second_alone, example) == [("input_0", (2, 6, 5, 3)), ("input_1", (7,))]


def test_the_only_input_of_two_is_refused() -> None:
    graph = trace.trace(dense_map, P, (CLIP, FLOW))
    with pytest.raises(ops.GraphError, match=r"^the network reads 2 inputs, expected one: the clip$"):
        _ = graph.input


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ((CLIP, np.float32(1)), "input_1 has shape (), expected at least one axis and at least 1 along each"),
        ((CLIP[:0],), "clip has shape (0, 2, 6, 5, 3), expected at least one axis and at least 1 along each"),
        (
            (CLIP, FACTS > 0),
            "input_1 holds bool, expected one of float32, float16, int32, uint32, int16, uint16, int8, uint8",
        ),
    ],
)
def test_an_input_of_another_form_is_refused(example: Any, message: str) -> None:
    with pytest.raises(ops.GraphError, match=f"^{re.escape(message)}$"):
        trace.trace(lambda p, *inputs: inputs[0], P, example)


def heads(p: Any, clip: jax.Array) -> tuple[jax.Array, jax.Array]:
    pooled = jnp.mean(features(p, clip), (1, 2, 3))
    return networks.dense(pooled, p["pooled"]), networks.dense(pooled, p["pooled"] | {"bias": np.ones(5, np.float32)})


def main_head(p: Any, clip: jax.Array) -> jax.Array:
    main, _ = heads(p, clip)
    return main


RESULTS: dict[str, Callable[[Any, jax.Array], jax.Array]] = {
    "first of two heads": lambda p, x: heads(p, x)[0],
    "first of two heads, under jit": lambda p, x: jax.jit(heads)(p, x)[0],
    "an auxiliary head that nobody reads": main_head,
    "logits of a pair with softmax": lambda p, x: (lambda z: (z, jax.nn.softmax(z)))(heads(p, x)[0])[0],
}


@pytest.mark.parametrize("name", RESULTS)
def test_the_result_is_what_the_function_returns_whatever_it_computed_last(name: str) -> None:
    expected = np.asarray(RESULTS[name](P, jnp.asarray(CLIP)))
    graph = trace.trace(RESULTS[name], P, CLIP.shape)
    found = interpret.evaluate(graph, CLIP[0])
    np.testing.assert_allclose(found, expected[0], atol=1e-5 * np.abs(expected).max())
    assert sum(isinstance(node.op, ops.Dense) for node in graph.nodes) == 1
