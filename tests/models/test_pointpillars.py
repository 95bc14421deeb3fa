"""PointPillars: where pillars land, what none is worth, and sizes that do not fit."""

import jax
import numpy as np
import pytest
from flax import nnx

from rt3d_jax.models import catalog, pointpillars
from rt3d_jax.sparsity import cost, masks, plans
from tests.models import parameters

GRID = (8, 12)
MODEL = catalog.Model(
    "pointpillars", width=0.07, frames=1, dropout=0.0, options={"grid": GRID, "stride": 1, "convolutions": (2, 2, 1)}
)
RNG = np.random.default_rng(0)


def test_features_land_at_their_places_and_zeros_elsewhere():
    features = RNG.normal(size=(2, 3, 5)).astype(np.float32)
    places = np.array([[4, 95, 96], [96, 0, 13]], np.int32)
    expected = np.zeros((2, 97, 5), np.float32)
    for example in range(2):
        expected[example, places[example]] = features[example]
    found = np.asarray(pointpillars.scattered(features, places, GRID))
    np.testing.assert_array_equal(found, expected[:, :96].reshape(2, 1, *GRID, 5))


def test_pillars_that_are_not_there_change_nothing():
    params, apply = parameters.random(MODEL, 18), catalog.apply_function(MODEL, 18)
    pillars = RNG.normal(size=(1, 6, 4, 9)).astype(np.float32)
    places = np.array([[3, 50, 7, 96, 96, 96]], np.int32)
    answer = jax.jit(apply)
    found = answer(params, pillars, places)
    assert found.shape == (1, *GRID, 18) and found.dtype == np.float32
    pillars[:, 3:] += 1
    np.testing.assert_array_equal(answer(params, pillars, places), found)
    places[0, 2] = 8
    assert np.abs(np.asarray(answer(params, pillars, places) - found)).max() > 1e-6


def test_scores_begin_at_a_hundredth():
    bias = np.asarray(pointpillars.prior(18))
    np.testing.assert_allclose(1 / (1 + np.exp(-bias[:2])), 0.01, rtol=1e-5)
    assert not bias[2:].any()


def test_what_reads_a_dropped_filter_goes_with_it_and_the_answers_stay():
    inputs = RNG.normal(size=(1, 6, 4, 9)).astype(np.float32), np.array([[3, 50, 7, 9, 1, 96]], np.int32)
    table = catalog.table(MODEL, 18, inputs)
    assert len(table) == 12 and not [layer.name for layer in table if layer.fixed]
    params, apply = parameters.random(MODEL, 18), catalog.apply_function(MODEL, 18)
    dropped = {}
    for name in ("block1/conv2", "block2/conv2"):
        dropped[name] = np.ones(cost.leaf(params, name).shape, bool)
        dropped[name][..., 1:] = False
    whole, own = plans.mask_tree(params, dropped, table), plans.mask_tree(params, dropped)
    for reader in ("up1", "block2/conv1", "up2", "block3/conv1"):
        assert not np.asarray(cost.leaf(whole, reader))[..., 1:, :].any() and cost.leaf(own, reader) is None
    masked = lambda kept: masks.apply(params, kept)
    answer = jax.jit(apply)
    np.testing.assert_allclose(answer(masked(whole), *inputs), answer(masked(own), *inputs), atol=1e-6)


WRONG = [
    ({"grid": (8, 10)}, "PointPillars grid is (8, 10) with stride 1, expected rows and columns that are multiples of"),
    ({"grid": (8, 8), "stride": 4}, "PointPillars grid is (8, 8) with stride 4, expected rows and columns that are mu"),
    ({"convolutions": (4, 6)}, "PointPillars convolutions is (4, 6), expected three numbers of at least 1"),
    ({"spread": (1.0,) * 8}, f"PointPillars spread is {(1.0,) * 8}, expected 9 numbers above 0, or None"),
    ({"outputs": 10}, "PointPillars outputs is 10, expected 9 for each anchor"),
]


@pytest.mark.parametrize(("change", "message"), WRONG)
def test_sizes_that_do_not_fit_are_one_line(change, message):
    options = {"grid": GRID, "stride": 1, **change}
    with pytest.raises(ValueError) as error:
        catalog.create(
            catalog.Model("pointpillars", options={k: v for k, v in options.items() if k != "outputs"}),
            options.get("outputs", 18),
            rngs=nnx.Rngs(0),
        )
    assert str(error.value).startswith(message)
