"""Transposed convolutions and shuffles of pixels: traced, taken apart, and equal to JAX."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.graph import interpret, ops, trace
from lowering.graph.operations import moves, windows
from lowering.graph.rewrites import stages
from tests.lowering import networks

rng = np.random.default_rng(0)
CLIP = networks.clip(rng, 3, 4, 5, 6)
IMAGE = rng.normal(size=(1, 4, 5, 24)).astype(np.float32)


def agrees(function: Any, params: Any, x: np.ndarray) -> ops.Graph:
    """The graph of a function, which gives JAX's answer before and after it is rewritten for CPUs: the second."""
    expected = np.asarray(function(params, jnp.asarray(x)))
    traced = trace.trace(function, params, x)
    rewritten = stages.rewrite(traced, "host")
    for graph in (traced, rewritten):
        (found,) = interpret.results(graph, x)
        np.testing.assert_allclose(found, expected, atol=1e-4)
    return rewritten


def pieces(graph: ops.Graph) -> list[str]:
    return [node.name for node in graph.nodes if isinstance(node.op, ops.Piece)]


@pytest.mark.parametrize("padding", ["SAME", "VALID", ((0, 0), (1, 0), (0, 2))])
@pytest.mark.parametrize("scheme", ["dense", "kgs 8x4"])
@pytest.mark.parametrize(
    ("kernel", "strides", "dilation"),
    [
        ((1, 2, 2), (1, 2, 2), (1, 1, 1)),
        ((3, 3, 3), (2, 2, 2), (1, 1, 1)),
        ((2, 4, 5), (1, 2, 3), (2, 1, 1)),
        ((1, 1, 2), (1, 2, 3), (1, 1, 1)),
        ((1, 3, 3), (1, 2, 4), (1, 2, 3)),
    ],
)
def test_a_transposed_convolution_is_ordinary_ones_between_each_other(
    kernel: tuple, strides: tuple, dilation: tuple, scheme: str, padding: Any
) -> None:
    p = {"up": networks.layer(np.random.default_rng(0), *kernel, 6, 8, scheme=scheme)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        y = lax.conv_transpose(x, jnp.asarray(p["up"]["kernel"]), strides, padding, rhs_dilation=dilation)
        return jax.nn.relu(y + p["up"]["bias"])

    graph = agrees(function, p, CLIP)
    if kernel == (1, 1, 2) and not isinstance(padding, str):  # more padding than there is kernel
        assert pieces(graph)
        return
    assert {type(node.op) for node in graph.nodes} == {ops.Input, ops.PackedConv, ops.Mosaic}


def test_no_product_with_a_zero_between_the_pixels_is_computed() -> None:
    p = {"up": networks.layer(rng, 1, 4, 4, 6, 8)}
    function = lambda p, x: lax.conv_transpose(x, jnp.asarray(p["up"]["kernel"]), (1, 2, 2), "SAME")
    traced = trace.trace(function, p, CLIP)
    assert networks.op(traced, "up", ops.Conv).spread == (1, 2, 2)
    assert traced["up"].macs == stages.rewrite(traced, "host")["up"].macs == CLIP[..., 0].size * 4 * 4 * 6 * 8


def test_an_activation_behind_a_transposed_convolution_is_in_its_epilogue() -> None:
    p = {"up": networks.layer(rng, 1, 2, 2, 6, 8)}

    def function(p: Any, x: jax.Array) -> jax.Array:
        return jax.nn.silu(lax.conv_transpose(x, jnp.asarray(p["up"]["kernel"]), (1, 2, 2), "SAME") + p["up"]["bias"])

    assert networks.op(agrees(function, p, CLIP), "up", ops.PackedConv).then is not None


def shuffle(x: jax.Array, factor: int, last: bool) -> jax.Array:
    """Channels to pixels: (factor, factor, C) as TensorFlow has them, or (C, factor, factor) as PyTorch does."""
    n, h, w, c = x.shape
    c //= factor**2
    x = x.reshape(n, h, w, c, factor, factor) if last else x.reshape(n, h, w, factor, factor, c)
    x = x.transpose(0, 1, 4, 2, 5, 3) if last else x.transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(n, h * factor, w * factor, c)


@pytest.mark.parametrize("last", [False, True])
def test_pixel_shuffles_are_one_move(last: bool) -> None:
    p = {"conv": networks.layer(rng, 3, 3, 24, 24), "after": networks.layer(rng, 3, 3, 6, 6)}

    def conv(x: jax.Array, p: networks.Layer) -> jax.Array:
        numbers = ("NHWC", "HWIO", "NHWC")
        return lax.conv_general_dilated(x, jnp.asarray(p["kernel"]), (1, 1), "SAME", dimension_numbers=numbers)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        y = jax.nn.relu(shuffle(conv(x, p["conv"]), 2, last))
        return conv(y, p["after"])

    graph = agrees(function, p, IMAGE)
    assert not pieces(graph)
    assert [type(node.op) for node in graph.nodes if isinstance(node.op, ops.Mosaic)] == [ops.Mosaic]
    ending = agrees(lambda p, x: shuffle(conv(x, p["conv"]), 2, last) + 1, p, IMAGE)
    assert not pieces(ending)


def test_pixels_become_channels_and_come_back() -> None:
    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        n, d, h, w, c = x.shape
        y = x.reshape(n, d, h // 2, 2, w, c).transpose(0, 1, 2, 4, 3, 5).reshape(n, d, h // 2, w, 2 * c)
        y = lax.conv_general_dilated(y, jnp.asarray(p["kernel"]), (1, 1, 1), "SAME", dimension_numbers=networks.NUMBERS)
        return y.reshape(n, d, h // 2, w, 2, c).transpose(0, 1, 2, 4, 3, 5).reshape(x.shape)

    assert not pieces(agrees(function, networks.layer(rng, 1, 3, 3, 12, 12), CLIP))


@pytest.mark.parametrize("phases", [(1, 2, 2), (2, 3, 1), (1, 5, 4)])
def test_phases_are_put_between_each_other(phases: ops.Window) -> None:
    shape = (2, 3, 4, 3 * int(np.prod(phases)))
    size = tuple(n * step - (step > 1) for n, step in zip(shape, phases, strict=False))
    x = rng.normal(size=shape)
    found, expected = x, windows.spread(x[..., :3], phases)
    expected = np.zeros((*(n * step for n, step in zip(shape, phases, strict=False)), 3))
    for number, (a, b, e) in enumerate(np.ndindex(*phases)):
        expected[a :: phases[0], b :: phases[1], e :: phases[2]] = x[..., 3 * number : 3 * number + 3]
    for op in moves.between(shape, phases, size):
        found = op.apply([found])
    np.testing.assert_array_equal(found, expected[: size[0], : size[1], : size[2]])
