"""Sums in a convolution's epilogue: which convolution takes one in, and where it goes."""

from collections.abc import Callable

import jax
import pytest

from lowering.graph import ops
from tests.lowering import networks
from tests.lowering.graph.test_rewrites import rng, same, traced, until


def names(graph: ops.Graph) -> list[tuple[str, tuple[str, ...]]]:
    """Nodes between the clip and the flattening, with their inputs."""
    return [(node.name, node.inputs) for node in graph.nodes[1:-1]]


SUMS: dict[str, tuple[Callable[..., jax.Array], list[tuple[str, tuple[str, ...]]]]] = {
    "of two, the one with more work": (
        lambda small, large, x: jax.nn.relu(large(x) + small(x)),
        [("small", ("clip",)), ("large", ("clip", "small"))],
    ),
    "with a value": (lambda small, large, x: x + small(x), [("small", ("clip", "clip"))]),
    "with a ReLU": (
        lambda small, large, x: small(jax.nn.relu(x)) + jax.nn.relu(x),
        [("relu", ("clip",)), ("small", ("relu", "relu"))],
    ),
    "of sums": (
        lambda small, large, x: (x + small(x)) + large(x),
        [("small", ("clip", "clip")), ("large", ("clip", "small"))],
    ),
    "after a ReLU": (
        lambda small, large, x: x + jax.nn.relu(small(x)),
        [("small", ("clip",)), ("add", ("clip", "small"))],
    ),
    "with its own reader": (
        lambda small, large, x: (lambda y: y + large(y))(small(x)),
        [("small", ("clip",)), ("large", ("small", "small"))],
    ),
    "with itself": (
        lambda small, large, x: (lambda y: y + y)(small(x)),
        [("small", ("clip",)), ("add", ("small", "small"))],
    ),
    "of which others read": (
        lambda small, large, x: (lambda y: (y + x) + jax.nn.relu(y))(small(x)),
        [("small", ("clip",)), ("add", ("small", "clip")), ("relu", ("small",)), ("add_2", ("add", "relu"))],
    ),
}


@pytest.mark.parametrize("name", SUMS)
def test_a_convolution_takes_in_the_sum_that_alone_reads_it(name: str) -> None:
    """It goes to the sum's place, after what it adds."""
    function, expected = SUMS[name]
    params = {"small": networks.layer(rng, 1, 1, 1, 4, 4), "large": networks.layer(rng, 3, 3, 3, 4, 4)}

    def whole(p: networks.Params, x: jax.Array) -> jax.Array:
        small, large = (lambda y, n=n: networks.conv(y, p[n]) for n in ("small", "large"))
        return function(small, large, x).reshape(1, -1)

    graph = traced(whole, params)
    found = until(graph, "fuse_relu")
    assert names(found) == expected
    same(graph, found)


def test_filters_that_give_nothing_but_what_they_add_are_kept() -> None:
    params = {"a": networks.layer(rng, 1, 3, 3, 4, 6), "b": networks.layer(rng, 1, 1, 1, 4, 6)}
    params |= {"reader": networks.layer(rng, 3, 1, 1, 6, 5)}
    for name, channel in (("a", 1), ("a", 4), ("b", 2), ("b", 4)):
        params[name]["kernel"][..., channel], params[name]["bias"][channel] = 0, 0
    params["reader"]["kernel"][..., 3, :] = 0

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(networks.conv(x, p["a"]) + networks.conv(x, p["b"]))
        return networks.conv(x, p["reader"]).reshape(1, -1)

    graph = traced(function, params)
    found = until(graph, "drop_dead_channels")
    assert (found["a"].shape[-1], found["b"].shape[-1], found["a"].inputs) == (6, 6, ("clip", "b"))
    same(graph, found)
