"""What is written at places that an input says, into weights: they stay as they are from one inference to the next."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import deploy, run

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(40, 8)).astype(np.float32)
pytestmark = pytest.mark.usefixtures("compiled_once")


def scattered(params, rows, places):
    """Rows put into a table of weights, among zeros, and into what another result reads as well."""
    table, zeros, shared = params["table"], jnp.zeros((40, 8)), jnp.tanh(rows)
    into = lambda x: x.at[places[0]].set(rows[0])
    return into(table), into(zeros), shared.at[0, places[0] % 8].set(5.0), shared + 1


@pytest.mark.parametrize(("target", "tool"), [("android:cortex-a76", "qemu"), ("vulkan:adreno", "vulkan")])
def test_other_targets_put_rows_where_an_input_says(target, tool, tmp_path, require):
    """PointPillars does so. `deploy` raises where the answer differs from JAX's."""
    require(tool)
    rows, places = RNG.normal(size=(1, 16, 8)).astype(np.float32), RNG.permutation(40)[:16].astype(np.int32)[None]
    made = deploy.deploy(scattered, {"table": WEIGHTS}, (rows, places), target, tmp_path / "bundle")
    assert made.passed


def test_many_rows_go_through_memory_rather_than_the_stack(tmp_path):
    """As 1024 pillars of 16 features: 64 KB, of which IREE's functions hold 32 KB on the stack."""
    rows, places = RNG.normal(size=(1024, 16)).astype(np.float32), RNG.permutation(4096)[:1024].astype(np.int32)
    put = jax.vmap(lambda rows, places: jnp.zeros((4097, 16)).at[places].set(rows, mode="promise_in_bounds"))
    function = lambda params, rows, places: put(jnp.tanh(rows), places)
    made = deploy.deploy(function, {}, (rows[None], places[None]), out=tmp_path / "bundle")
    assert made.passed


def test_an_inference_does_not_see_what_the_one_before_it_wrote(tmp_path):
    rows, places = RNG.normal(size=(1, 16, 8)).astype(np.float32), RNG.permutation(40)[:16].astype(np.int32)[None]
    made = deploy.deploy(scattered, {"table": WEIGHTS}, (rows, places), out=tmp_path / "bundle").bundle
    network = run.load(made)
    network(rows, (places + 7) % 40)
    for found, start in zip(network(rows, places)[:2], (WEIGHTS, np.zeros_like(WEIGHTS)), strict=True):
        expected = start.copy()
        expected[places[0]] = rows[0]
        np.testing.assert_array_equal(found, expected)
    stored = (made.folder / "weights.irpa").stat().st_size
    assert stored < 2 * WEIGHTS.nbytes + 4096, "zeros are stored, one by one"
