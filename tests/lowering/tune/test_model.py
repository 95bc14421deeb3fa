"""The cost model: instructions as they are counted, stalls that only speak against a schedule."""

import dataclasses
import pathlib

import jax
import numpy as np
import pytest

from lowering.counts import trials as counting
from lowering.graph import ops
from lowering.graph.rewrites import fusion
from lowering.targets import schedules, targets
from lowering.tune import model, trials
from lowering.tune import networks as tuned
from tests.lowering import conftest, networks

CPU = "android:cortex-a76"
SETTINGS = {
    "space1": schedules.Schedule(vectors=2),
    "time1": schedules.Schedule(ring=65536),  # joins both
    "space2": schedules.Schedule(group=4, vectors=7, chunk=1),
}
DIRECT = dataclasses.replace(targets.find(CPU), winograd=0)
WITHIN = {"": 0.04, ":f16": 0.06}


def everywhere(network: tuned.Network, schedule: schedules.Schedule) -> tuned.Schedules:
    return dict.fromkeys(network.keys.values(), schedule)


def settings(network: tuned.Network) -> tuned.Schedules:
    return {network.keys[name]: schedule for name, schedule in SETTINGS.items()}


@pytest.fixture(scope="module")
def network() -> tuned.Network:
    """Convolutions in space and in time, some strided, one without a ReLU."""
    return tuned.Network(networks.factored("kgs 8x4", widths=(48, 40), size=(4, 24, 28)).trace())


@pytest.mark.parametrize("precision", WITHIN)
def test_instructions_are_those_that_are_counted(
    network: tuned.Network, require: conftest.Require, tmp_path: pathlib.Path, precision: str
) -> None:
    require("qemu")
    target, chosen = targets.find(CPU + precision), settings(network)
    counted = counting.counts(network, target, chosen, tmp_path)
    found = model.costs(network.rewrite(chosen, target), target)
    assert set(found) == set(counted) == {"space1.time1", "space2", "time2"}
    for name, cost in found.items():
        assert cost.instructions == pytest.approx(counted[name], rel=WITHIN[precision]), name


@pytest.mark.parametrize("precision", WITHIN)
def test_instructions_of_a_pooled_convolution_are_those_that_are_counted(
    require: conftest.Require, tmp_path: pathlib.Path, precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("qemu")
    monkeypatch.setattr(fusion, "WASTE", 2.0)
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 3, 3, 3, 24, scheme="kgs 8x4"), "fc": networks.layer(rng, 24, 4)}

    def function(p, x):
        x = networks.max_pool(jax.nn.relu(networks.conv(x, p["conv"])), (1, 2, 2))
        return networks.dense(x.mean((1, 2, 3)), p["fc"])

    network = tuned.Network(networks.Network(function, params, networks.clip(rng, 4, 48, 64, 3)).trace())
    target = dataclasses.replace(targets.find(CPU + precision), cache_bytes=0)
    counted = counting.counts(network, target, {}, tmp_path)
    found = model.costs(network.rewrite({}, target), target)
    assert set(found) == set(counted) == {"conv.pool"}
    for name, cost in found.items():
        assert cost.instructions == pytest.approx(counted[name], rel=WITHIN[precision]), name


@pytest.mark.parametrize(("tile", "names"), [(2, {"conv.products", "conv"}), (4, {"conv.products.conv"})])
def test_instructions_of_winograds_kernels_are_those_that_are_counted(
    require: conftest.Require, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, tile: int, names: set[str]
) -> None:
    require("qemu")
    monkeypatch.setattr(fusion, "winograd_gains", lambda *_: len(names) == 1)
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 3, 3, 24, 32), "fc": networks.layer(rng, 32, 4)}
    function = lambda p, x: networks.dense(jax.nn.relu(networks.conv(x, p["conv"])).mean((1, 2, 3)), p["fc"])
    network = tuned.Network(networks.Network(function, params, networks.clip(rng, 4, 28, 32, 24)).trace())
    target, chosen = targets.find(CPU), everywhere(network, schedules.Schedule(winograd=tile))
    counted = counting.counts(network, target, chosen, tmp_path)
    found = model.costs(network.rewrite(chosen, target), target)
    assert set(found) == set(counted) == {"conv.tiles", *names}
    for name, cost in found.items():
        assert cost.instructions == pytest.approx(counted[name], rel=0.05), name


def test_instructions_of_tiles_of_frames_are_those_that_are_counted(
    require: conftest.Require, tmp_path: pathlib.Path
) -> None:
    require("qemu")
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 1, 1, 24, 32), "fc": networks.layer(rng, 32, 4)}
    function = lambda p, x: networks.dense(jax.nn.relu(networks.conv(x, p["conv"])).mean((1, 2, 3)), p["fc"])
    network = tuned.Network(networks.Network(function, params, networks.clip(rng, 8, 12, 16, 24)).trace())
    target, chosen = targets.find(CPU), everywhere(network, schedules.Schedule(winograd=4))
    counted = counting.counts(network, target, chosen, tmp_path)
    (cost,) = model.costs(network.rewrite(chosen, target), target).values()
    assert cost.instructions == pytest.approx(counted["conv"], rel=0.05)


def test_a_tap_outside_the_clip_costs_nothing(network: tuned.Network) -> None:
    """Padding in time adds taps that are never computed: twice the frames cost more than twice as much."""
    rng = np.random.default_rng(0)
    per_frame = []
    for frames in (2, 4, 8):
        params = {"conv": networks.layer(rng, 3, 3, 3, 8, 16), "fc": networks.layer(rng, frames * 12 * 16 * 16, 4)}

        def function(p, x):
            return networks.dense(networks.conv(x, p["conv"]).reshape(1, -1), p["fc"])

        each = tuned.Network(networks.Network(function, params, networks.clip(rng, frames, 12, 16, 8)).trace())
        (cost,) = model.costs(each.rewrite({}, DIRECT), DIRECT).values()
        per_frame.append(cost.instructions / frames)
    assert per_frame == sorted(per_frame)
    assert per_frame[0] < 0.75 * per_frame[2]


def test_a_chunk_too_large_for_the_cache_stalls() -> None:
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 3, 3, 256, 16), "fc": networks.layer(rng, 16, 4)}

    def function(p, x):
        return networks.dense(networks.conv(x, p["conv"]).mean((1, 2, 3)), p["fc"])

    each = tuned.Network(networks.Network(function, params, networks.clip(rng, 3, 28, 28, 256)).trace())
    target = DIRECT
    small, large = (
        model.costs(each.rewrite(everywhere(each, schedules.Schedule(chunk=n)), target), target)["conv"]
        for n in (2, 64)
    )
    assert large.stalls > 2 * small.stalls
    ((default, costs),) = trials.modelled(each, target)(everywhere(each, schedules.Schedule(chunk=64)))
    assert costs["conv"] > default["conv"]  # the stalls that it adds count
    ((_, fewer),) = trials.modelled(each, target)(everywhere(each, schedules.Schedule(chunk=2)))
    assert fewer["conv"] == small.instructions  # those that it saves do not


def test_every_kernel_of_a_convolution_has_a_cost(network: tuned.Network) -> None:
    target = targets.find("host")
    packed = network.rewrite(settings(network), target)
    kinds = ops.PackedConv | ops.FusedConvs | ops.FusedPool
    names = {node.name for node in packed.nodes if isinstance(node.op, kinds)}
    assert set(model.costs(packed, target)) == names
