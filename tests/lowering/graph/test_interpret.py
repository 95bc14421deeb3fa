"""What the operations mean, against lax."""

import jax
import numpy as np
import pytest
from jax import lax

from lowering.graph import interpret, ops, packed
from tests.lowering import networks

rng = np.random.default_rng(0)
X = rng.normal(size=(4, 9, 7, 6))


def close(found: np.ndarray, expected: jax.Array | np.ndarray) -> None:
    np.testing.assert_allclose(found, np.asarray(expected)[0], rtol=1e-4, atol=1e-4)


def batch() -> jax.Array:
    return jax.numpy.asarray(X[None], np.float32)


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize(
    ("kernel", "strides", "padding"),
    [
        ((3, 3, 3), (1, 1, 1), ((1, 1), (1, 1), (1, 1))),
        ((2, 1, 4), (1, 2, 3), ((0, 0), (0, 0), (2, 1))),
        ((1, 7, 7), (2, 2, 2), ((0, 0), (3, 3), (0, 4))),
        ((4, 9, 7), (1, 1, 1), ((0, 0), (0, 0), (0, 0))),
    ],
)
def test_conv_is_that_of_lax(kernel: tuple, strides: tuple, padding: tuple, relu: bool) -> None:
    p = networks.layer(rng, *kernel, 6, 5)
    expected = (
        lax.conv_general_dilated(
            batch(), jax.numpy.asarray(p["kernel"]), strides, padding, dimension_numbers=networks.NUMBERS
        )
        + p["bias"]
    )
    found = ops.Conv(p["kernel"], p["bias"], strides, padding, relu).apply([X])
    close(found, jax.nn.relu(expected) if relu else expected)


@pytest.mark.parametrize("relu", [False, True])
def test_packed_conv_is_conv_of_the_unpacked_kernel(relu: bool) -> None:
    p = networks.layer(rng, 3, 3, 2, 6, 13, scheme="kgs 8x4")
    padding = ((1, 1), (0, 2), (1, 0))
    dense = ops.Conv(p["kernel"], p["bias"], (1, 1, 1), padding, relu).apply([X])
    found = ops.PackedConv(packed.pack(p["kernel"], 8), p["bias"], padding, relu).apply([X])
    np.testing.assert_allclose(found, dense, rtol=1e-12)


@pytest.mark.parametrize(
    ("kernel", "dilation", "groups"), [((3, 3, 3), (1, 2, 3), 1), ((3, 1, 2), (1, 1, 1), 3), ((1, 3, 2), (1, 2, 2), 6)]
)
def test_dilated_and_grouped_convs_are_traced_to_plain_ones(kernel: tuple, dilation: tuple, groups: int) -> None:
    p = {"conv": networks.layer(rng, *kernel, 6 // groups, 12)}

    def function(params: networks.Params, x: jax.Array) -> jax.Array:
        x = lax.conv_general_dilated(
            x,
            jax.numpy.asarray(params["conv"]["kernel"]),
            (1, 2, 1),
            "SAME",
            rhs_dilation=dilation,
            dimension_numbers=networks.NUMBERS,
            feature_group_count=groups,
        )
        return x.reshape(1, -1)

    network = networks.Network(function, p, np.asarray(X[None], np.float32))
    close(interpret.evaluate(network.trace(), network.clip[0]), jax.numpy.asarray(network.logits()))


@pytest.mark.parametrize(
    ("window", "strides", "padding"),
    [
        ((1, 2, 2), (1, 2, 2), ((0, 0), (0, 0), (0, 0))),
        ((3, 3, 3), (1, 1, 1), ((1, 1), (1, 1), (1, 1))),
        ((2, 3, 2), (2, 1, 3), ((1, 0), (0, 2), (1, 1))),
    ],
)
def test_pools_are_those_of_lax(window: tuple, strides: tuple, padding: tuple) -> None:
    close(
        ops.MaxPool(window, strides, padding).apply([X]),
        networks.max_pool(batch(), window, strides, padding),
    )
    close(
        ops.AvgPool(window, strides, padding).apply([X]),
        networks.avg_pool(batch(), window, strides, padding),
    )


def test_a_max_pool_of_negative_values_does_not_see_its_padding() -> None:
    found = ops.MaxPool((3, 3, 3), (1, 1, 1), ((1, 1),) * 3).apply([-1 - np.abs(X)])
    assert found.max() < 0


def test_vectors_are_those_of_jax() -> None:
    p, x = networks.layer(rng, 10, 7), rng.normal(size=10)
    expected = networks.dense(jax.numpy.asarray(x[None], np.float32), p)
    close(ops.Dense(p["kernel"], p["bias"]).apply([x]), expected)
    close(ops.Dense(p["kernel"], p["bias"], relu=True).apply([x]), jax.nn.relu(expected))
    rows = packed.pack(p["kernel"][None, None, None], 4)
    close(ops.PackedDense(rows, p["bias"]).apply([x]), expected)
    close(ops.Softmax().apply([300 * x]), jax.nn.softmax(jax.numpy.asarray(300 * x[None], np.float32)))
    close(
        ops.Affine(p["kernel"][0, :7], p["bias"]).apply([x[:7]]),
        x[None, :7] * p["kernel"][0, :7] + p["bias"],
    )


def test_moves_are_those_of_numpy() -> None:
    np.testing.assert_array_equal(ops.Reshape().apply([X]), X.reshape(-1))
    np.testing.assert_array_equal(ops.Concat().apply([X, 2 * X]), np.concatenate([X, 2 * X], 3))
    np.testing.assert_array_equal(ops.Add().apply([X, 2 * X]), 3 * X)
    np.testing.assert_array_equal(ops.Relu().apply([X]), np.where(X > 0, X, 0))


def test_phases_are_every_second_pixel() -> None:
    """The first `phases` of each axis."""
    x = np.pad(X[:, :7], ((1, 1), (0, 0), (0, 2), (0, 0)))
    for phases in ((2, 1, 3), (1, 1, 1), (2, 1, 2), (1, 1, 3)):
        op = ops.SpaceToDepth((2, 1, 3), ((1, 1), (0, -2), (0, 2)), phases)
        found = op.apply([X])
        assert found.shape == op.shape([X.shape]) == (3, 7, 3, int(np.prod(phases)) * 6)
        for a, e in np.ndindex(phases[0], phases[2]):
            np.testing.assert_array_equal(found[..., (phases[2] * a + e) * 6 :][..., :6], x[a::2, :, e::3])


@pytest.mark.parametrize("build", networks.BUILDERS.values(), ids=networks.BUILDERS)
@pytest.mark.parametrize("scheme", ["dense", "kgs 8x4"])
def test_a_traced_network_evaluates_to_what_jax_says(build, scheme: str) -> None:
    network = build(scheme)
    found, expected = interpret.evaluate(network.trace(), network.clip[0]), network.logits()[0]
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())
