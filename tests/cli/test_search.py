"""`rt3d search`: what its bound may say, and the meters of this machine and of arm64."""

import pathlib

import jax
import numpy as np
import pytest

from lowering.bundle import bundles, compile, measure, qemu, run
from lowering.graph import trace
from lowering.graph.rewrites import stages
from lowering.targets import schedules, store, targets
from lowering.tune import model
from lowering.tune import networks as tuned
from rt3d_jax.cli import meters
from rt3d_jax.models import catalog
from rt3d_jax.prune import budget, freeze
from rt3d_jax.search import limits
from rt3d_jax.sparsity import patterns, plans
from tests.lowering import conftest

require = conftest.require

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
def test_a_bound_on_instructions_leaves_out_what_waiting_for_caches_costs(tmp_path: pathlib.Path) -> None:
    asked = network(3.0)
    traced = trace.trace(asked.apply, asked.params, asked.inputs)
    costs = model.costs(stages.rewrite(traced, ARM), ARM).values()
    assert meters.find(ARM, tmp_path).measure(asked) == pytest.approx(sum(one.instructions for one in costs) / 1e6)
    assert sum(one.stalls for one in costs) > 0


def test_instructions_are_counted_with_the_schedules_that_are_stored(
    require: conftest.Require, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("qemu")
    meter, asked = meters.find(ARM, tmp_path, count=True), network(1.0)
    monkeypatch.setattr(store, "find", lambda target: {})
    before = meter.measure(asked)
    keys = tuned.Network(trace.trace(asked.apply, asked.params, asked.inputs)).keys.values()
    monkeypatch.setattr(store, "find", lambda target: dict.fromkeys(keys, schedules.Schedule(vectors=1)))
    assert meter.measure(asked) > 1.1 * before


def test_a_time_on_the_host_is_the_median_of_its_rounds(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is higher in a round of both networks, and in a turn of one."""
    bundle = bundles.Bundle(tmp_path, {"run": "", "target": {"name": "host"}, "layers": []})
    speeds = iter([[[0.9] * 6], [[1.0] * 6], [[1.0, 1.2, 1.0, 1.0, 1.0, 1.0], [0.5, 0.6, 0.5, 0.75, 0.5, 0.5]]])

    def turns(found: list[bundles.Bundle], threads: int, rounds: int, runs: int) -> list[measure.Latency]:
        assert rounds == meters.ROUNDS and meters.RUNS[0] <= runs <= meters.RUNS[1]
        times = [np.repeat(1 / np.array(speed), runs) for speed in next(speeds)]
        return [measure.Latency("", "host", threads, 0, tuple(each)) for each in times]

    monkeypatch.setattr(measure, "turns", turns)
    monkeypatch.setattr(meters.Host, "_build", lambda *_: bundle)
    meter = meters.find(HOST, tmp_path)
    assert [meter.measure(network(1.0)) for _ in range(2)] == pytest.approx([1.0, 2.0])


FAULTS = [
    (compile.CompileError("iree-compile failed"), limits.Unmeasured),
    (run.RunError("iree-benchmark-module failed"), limits.Unmeasured),
    (FileNotFoundError("no iree-compile"), FileNotFoundError),
    (qemu.EmulatorError("qemu-aarch64 is not installed"), qemu.EmulatorError),
]


@pytest.mark.parametrize(("error", "raised"), FAULTS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_meter_tells_a_fault_of_the_network_from_one_of_the_machine(
    error: Exception, raised: type[Exception], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*_: object) -> bundles.Bundle:
        raise error

    monkeypatch.setattr(meters.trials, "build", build)
    with pytest.raises(raised) as found:
        meters.find(HOST, tmp_path).measure(network(1.0))
    assert type(found.value) is raised and str(found.value) == str(error)


@pytest.mark.usefixtures("user_cache")
def test_the_first_network_on_the_host_is_what_others_are_timed_beside(tmp_path: pathlib.Path) -> None:
    meter = meters.find(HOST, tmp_path / "meter")
    first = meter.measure(network(1.0))
    kept = (tmp_path / "meter" / "reference.json").read_text()
    assert first > 0 and meter.measure(network(3.0)) > 0
    assert (tmp_path / "meter" / "reference.json").read_text() == kept and meter.name == "host, measured on 1 thread"
