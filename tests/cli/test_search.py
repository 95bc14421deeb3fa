"""`rt3d search`: what its bound may say, and the meters of this machine and of arm64."""

import pathlib

import jax
import numpy as np
import pytest

from lowering.targets import targets
from rt3d_jax.cli import meters
from rt3d_jax.models import catalog
from rt3d_jax.prune import budget, freeze
from rt3d_jax.search import limits
from rt3d_jax.sparsity import patterns, plans

HOST, ARM = targets.find("host"), targets.find("android:cortex-a76")
MODEL = catalog.Model("tests.models.short:Short", size=16, dropout=0.0)
PLAN = (("conv.*", plans.Prune(patterns.kgs(4, 2))), (".*", None))


def network(rate: float) -> limits.Network:
    params = jax.tree.map(np.asarray, catalog.initial(MODEL, 4, 0))
    inputs = (jax.ShapeDtypeStruct(catalog.clip_shape(MODEL), "float32"),)
    if rate > 1:
        params = freeze.apply_masks(params, budget.to_rate(params, PLAN, catalog.table(MODEL, 4, inputs), rate))
    return limits.Network(catalog.apply_function(MODEL, 4, "direct"), params, inputs)


def test_a_bound_is_in_the_unit_of_its_target() -> None:
    assert meters.budget("20ms", HOST) == 20.0
    assert meters.budget("1.5 ms", ARM, speed=4.0) == 6.0  # millions of instructions
    assert meters.budget("90M", ARM) == 90.0


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("20", HOST, "--budget is '20', expected a latency such as 20ms, or instructions such as 100M"),
        ("0ms", HOST, "--budget is '0ms', expected a latency such as 20ms, or instructions such as 100M"),
        ("1.2.3ms", ARM, "--budget is '1.2.3ms', expected a latency such as 20ms, or instructions such as 100M"),
        ("9M", HOST, "--budget is '9M' for host, which is measured; expected a latency such as 20ms"),
    ],
)
def test_a_bound_that_says_nothing_is_an_error(text: str, target: targets.Target, message: str) -> None:
    with pytest.raises(ValueError) as error:
        meters.budget(text, target)
    assert str(error.value) == message


def test_gpus_have_no_meter(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError) as error:
        meters.find(targets.find("vulkan:adreno"), tmp_path)
    expected = "target is vulkan:adreno, expected host or android:CPU: no model says how long a GPU takes"
    assert str(error.value) == expected


@pytest.mark.usefixtures("user_cache")
def test_fewer_blocks_are_fewer_modelled_instructions(tmp_path: pathlib.Path) -> None:
    meter = meters.find(ARM, tmp_path)
    dense, sparse = (meter.measure(network(rate)) for rate in (1.0, 3.0))
    assert 0 < sparse < 0.7 * dense and meter.unit == "M instructions"


@pytest.mark.usefixtures("user_cache")
def test_the_first_network_on_the_host_is_what_others_are_timed_beside(tmp_path: pathlib.Path) -> None:
    meter = meters.find(HOST, tmp_path / "meter")
    first = meter.measure(network(1.0))
    kept = (tmp_path / "meter" / "reference.json").read_text()
    assert first > 0 and meter.measure(network(3.0)) > 0
    assert (tmp_path / "meter" / "reference.json").read_text() == kept and meter.name == "host, measured on 1 thread"
