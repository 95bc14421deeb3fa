"""Networks whose kernels lie in Winograd's transformed domain: the same answers, blocks at places of a tile."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from rt3d_jax.models import catalog
from rt3d_jax.prune import budget, freeze
from rt3d_jax.sparsity import cost, patterns, plans
from rt3d_jax.training import pretrained

PLAIN = catalog.Model("c3d", width=0.1, frames=16, size=32, dropout=0.0)
TILED = dataclasses.replace(PLAIN, winograd=4)
OUTPUTS = 3


@pytest.fixture(scope="module")
def params() -> tuple[catalog.Params, catalog.Params]:
    """Of the network as it is published, and the same ones transformed."""
    plain = catalog.initial(PLAIN, OUTPUTS, seed=0)
    return plain, pretrained.adopt(catalog.initial(TILED, OUTPUTS, seed=1), plain, pretrained.head(TILED, OUTPUTS))


def test_the_answers_are_those_of_the_network_that_it_starts_from(params: tuple) -> None:
    clip = jax.random.normal(jax.random.key(0), catalog.clip_shape(PLAIN))
    plain, tiled = (catalog.apply_function(model, OUTPUTS) for model in (PLAIN, TILED))
    expected = plain(params[0], clip)
    np.testing.assert_allclose(tiled(params[1], clip), expected, atol=1e-4 * float(jnp.abs(expected).max()))


def test_a_rate_counts_the_products_of_transformed_tiles(params: tuple) -> None:
    """Four times fewer than of the kernel in the plane where tiles fit; blocks are 4 x 8 at one place and frame."""
    plain, table = (catalog.table(model, OUTPUTS) for model in (PLAIN, TILED))
    by_name = {layer.name: layer for layer in table}
    assert [layer.macs / by_name[layer.name].macs for layer in plain[:2]] == [4, 4]
    plan = ((r"conv\d[ab]?", plans.Prune(patterns.kgs(8, 4))), (".*", None))
    masks = budget.to_rate(params[1], plan, table, 2.5)
    assert cost.macs(table) / cost.macs(table, masks) == pytest.approx(2.5, rel=0.02)
    kernel = np.asarray(freeze.apply_masks(params[1], masks)["conv3b"]["kernel"])
    blocks = np.pad(kernel != 0, ((0, 0),) * 3 + tuple((0, -size % side) for size, side in ((26, 4), (26, 8))))
    kept = blocks.reshape(3, 6, 6, 7, 4, 4, 8).any((4, 6))
    assert 0.05 < kept.mean() < 0.95
    assert (kernel != 0).mean() == pytest.approx(kept.mean(), rel=0.1)


def test_a_network_without_such_convolutions_is_refused() -> None:
    message = (
        "model x3d_s has no convolution of 3 x 3 pixels with stride 1 in layers.Conv, expected one; leave out winograd"
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        catalog.create(catalog.Model("x3d_s", width=0.2, frames=5, size=32, winograd=2), OUTPUTS, rngs=nnx.Rngs(0))
