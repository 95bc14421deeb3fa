"""Images and clips enlarged and reduced: as moves or weighted sums along an axis, and equal to JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.graph import ops
from tests.lowering import networks
from tests.lowering.graph.test_transposed import agrees, pieces
from tests.lowering.small_functions import CLIP, P, conv

RESAMPLED = {ops.Input, ops.PackedConv, ops.Resample}


@pytest.mark.parametrize(
    ("method", "frames", "height", "width"),
    [
        ("linear", 4, 12, 10),
        ("linear", 8, 6, 15),
        ("linear", 4, 7, 13),
        ("linear", 2, 3, 5),
        ("cubic", 4, 12, 5),
        ("cubic", 4, 9, 20),
    ],
)
def test_a_resized_map_is_a_weighted_sum_along_each_axis(method: str, frames: int, height: int, width: int) -> None:
    to = (1, frames, height, width, 6)
    graph = agrees(lambda p, x: jax.image.resize(conv(p, x), to, method), P, CLIP)
    assert {type(node.op) for node in graph.nodes} == RESAMPLED
    for node in graph.nodes:
        if isinstance(node.op, ops.Resample):
            assert node.macs <= 4 * np.prod(node.shape)


@pytest.mark.parametrize("method", ["linear", "nearest"])
def test_channels_may_come_first(method: str) -> None:
    function = lambda p, x: jax.image.resize(jnp.moveaxis(conv(p, x), -1, 1), (1, 6, 4, 12, 10), method) * 2
    back = lambda p, x: conv({"k": P["point"]}, jnp.moveaxis(function(p, x), 1, -1), "k")
    assert not pieces(agrees(back, P, CLIP))


@pytest.mark.parametrize("method", ["nearest", "repeat", "broadcast"])
def test_repeated_pixels_are_a_move(method: str) -> None:
    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        y = conv(p, x)
        if method == "nearest":
            y = jax.image.resize(y, (1, 4, 12, 15, 6), "nearest")
        elif method == "repeat":
            y = jnp.repeat(jnp.repeat(y, 2, 2), 3, 3)
        else:
            y = jnp.broadcast_to(y[:, :, :, None, :, None], (1, 4, 6, 2, 5, 3, 6)).reshape(1, 4, 12, 15, 6)
        return conv(p, y, "point")

    graph = agrees(function, P, CLIP)
    assert [type(node.op) for node in graph.nodes[1:]] == [ops.PackedConv, ops.Mosaic, ops.PackedConv]


@pytest.mark.parametrize("channels", [1, 4])
def test_averages_whose_windows_end_at_a_border_are_sums_scaled_along_each_axis(channels: int) -> None:
    """Windows at a border hold fewer pixels: the number by which a sum is divided changes from place to place."""

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        y, window, strides = jnp.moveaxis(conv(p, x), -1, channels), [1, 2, 3, 3], [1, 1, 2, 2]
        window.insert(channels, 1)
        strides.insert(channels, 1)
        total, count = (lax.reduce_window(v, 0.0, lax.add, window, strides, "SAME") for v in (y, jnp.ones(y.shape)))
        return conv(p, jnp.moveaxis(total / count, channels, -1), "point")

    graph = agrees(function, P, CLIP)
    assert {type(node.op) for node in graph.nodes} == {*RESAMPLED, ops.AvgPool, ops.Affine}


def test_a_product_with_a_matrix_of_many_weights_is_no_resizing() -> None:
    mixer = np.random.default_rng(0).normal(size=(6, 6)).astype(np.float32)
    graph = agrees(lambda p, x: jnp.einsum("ndhwc,hk->ndkwc", conv(p, x), mixer), P, CLIP)
    assert not any(isinstance(node.op, ops.Resample) for node in graph.nodes)
