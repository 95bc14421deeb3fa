"""Convolutions in Winograd's transformed domain, as JAX computes them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.functions import transforms, winograd

CASES = [((2, 4, 9, 13, 3), ((1, 1), (1, 1), (1, 1)), 3), ((1, 2, 8, 5, 2), ((0, 1), (0, 0), (0, 2)), 2)]
each_tile = pytest.mark.parametrize("tile", transforms.TRANSFORMS)
each_case = pytest.mark.parametrize(("shape", "pads", "depth"), CASES)


def plain(x: jax.Array, kernel: jax.Array, pads: tuple) -> jax.Array:
    return lax.conv_general_dilated(x, kernel, (1, 1, 1), pads, dimension_numbers=("NDHWC", "DHWIO", "NDHWC"))


def example(shape: tuple[int, ...], depth: int) -> tuple[jax.Array, jax.Array]:
    rng = np.random.default_rng(0)
    draw = lambda *sizes: jnp.array(rng.normal(size=sizes), jnp.float32)
    return draw(*shape), draw(depth, 3, 3, shape[-1], 4)


@each_tile
@each_case
def test_a_transformed_kernel_gives_the_convolution(tile: int, shape: tuple, pads: tuple, depth: int) -> None:
    x, kernel = example(shape, depth)
    found, expected = winograd.conv(x, winograd.learned(kernel, tile), tile, pads), plain(x, kernel, pads)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=1e-5 * float(abs(expected).max()))


@each_tile
@each_case
def test_gradients_are_those_of_the_convolution(tile: int, shape: tuple, pads: tuple, depth: int) -> None:
    """Of the input, and of a kernel in the plane that is transformed on the way."""
    x, kernel = example(shape, depth)
    tiled = lambda x, kernel: jnp.square(winograd.conv(x, winograd.learned(kernel, tile), tile, pads)).sum()
    found = jax.jit(jax.grad(tiled, (0, 1)))(x, kernel)
    expected = jax.grad(lambda x, kernel: jnp.square(plain(x, kernel, pads)).sum(), (0, 1))(x, kernel)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4 * float(abs(other).max()))


@each_tile
def test_a_batch_within_a_batch(tile: int) -> None:
    x, kernel = example((3, 2, 5, 6, 2), 1)
    learned, pads = winograd.learned(kernel, tile), ((0, 0), (1, 1), (1, 1))
    found = jax.vmap(lambda x: winograd.conv(x[None], learned, tile, pads))(x)
    np.testing.assert_allclose(found[:, 0], winograd.conv(x, learned, tile, pads), atol=1e-5)


@each_tile
def test_learned_weights_bring_as_much_to_the_result_at_every_place(tile: int) -> None:
    """Of pixels that are white noise: the square of what a single weight of 1 gives, on average."""
    reach, rng = tile + 2, np.random.default_rng(0)
    x = jnp.array(rng.normal(size=(1, 1, 40 * tile + 2, 40 * tile + 2, 1)), jnp.float32)
    alone = jnp.eye(reach**2, dtype=jnp.float32).reshape(-1, 1, reach, reach, 1, 1)
    brought = jax.vmap(lambda kernel: jnp.square(winograd.conv(x, kernel, tile, ((0, 0),) * 3)).mean())(alone)
    np.testing.assert_allclose(brought, brought.mean(), rtol=0.15)


def test_a_tile_or_a_kernel_of_another_size_is_refused() -> None:
    x, kernel = example((1, 2, 6, 6, 2), 1)
    with pytest.raises(ValueError, match=r"^the side of a tile is 3, expected one of 2, 4$"):
        winograd.conv(x, kernel, 3, ((0, 0),) * 3)
    message = r"^kernel has shape \(1, 3, 3, 2, 4\), expected \[frames, 4, 4, 2, outputs\] for an input of shape "
    with pytest.raises(ValueError, match=message + r"\(1, 2, 6, 6, 2\)$"):
        winograd.conv(x, kernel, 2, ((0, 0),) * 3)
