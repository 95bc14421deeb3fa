"""Trials on this machine: every kernel is timed where it stands, those that are alike each for itself."""

import dataclasses
import pathlib

import jax
import numpy as np

from lowering.bundle import trials
from lowering.targets import schedules, targets
from lowering.tune import networks as tuned
from tests.lowering import networks

WIDTH = 24


def twins() -> networks.Network:
    """Two convolutions whose code is the same, then one in space and one in time."""
    rng = np.random.default_rng(0)
    params = {f"same{i}": networks.layer(rng, 3, 3, 3, WIDTH, WIDTH) for i in range(2)}
    params |= {"space": networks.layer(rng, 1, 3, 3, WIDTH, WIDTH), "time": networks.layer(rng, 3, 1, 1, WIDTH, WIDTH)}
    params |= {"fc": networks.layer(rng, WIDTH, 5)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        for name in ("same0", "same1", "space", "time"):
            x = jax.nn.relu(networks.conv(x, p[name]))
        return networks.dense(x.mean((1, 2, 3)), p["fc"])

    return networks.Network(function, params, networks.clip(rng, 4, 20, 24, WIDTH))


def test_every_kernel_is_timed_with_the_default_and_with_the_choices(tmp_path: pathlib.Path) -> None:
    network = tuned.Network(twins().trace())
    host = dataclasses.replace(targets.find("host"), winograd=0)  # which would keep space and time apart
    trial = trials.measured(network, host, tmp_path)
    rounds = trial({network.keys["time"]: schedules.Schedule(ring=65536)})
    assert len(rounds) == trials.ROUNDS
    default, costs = rounds[1]  # B before A
    apart = {"same0", "same1", "space", "time"}
    assert apart <= set(default)
    assert (apart & set(costs), "space.time" in costs) == ({"same0", "same1"}, True)
    assert all(cost > 0 for cost in [*default.values(), *costs.values()])
    assert [str(unit) for unit in network.units] == ["same0, same1", "space + time"]
    assert network.units[0].cost(default) == default["same0"] + default["same1"]


def test_rounds_that_another_program_disturbed_are_taken_again() -> None:
    took = iter([10.0, 20.0, 10.5, 9.9, 13.0, 10.1, 99.0])
    rounds = trials.undisturbed(lambda number: ({"a": next(took)}, {"a": float(number)}))
    assert [default["a"] for default, _ in rounds] == [10.0, 10.5, 9.9, 10.1]
    assert [costs["a"] for _, costs in rounds] == [0.0, 2.0, 3.0, 5.0]


def test_a_machine_that_never_rests_gives_its_fastest_rounds() -> None:
    took = iter([10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0])
    rounds = trials.undisturbed(lambda number: ({"a": next(took)}, {"a": 1.0}))
    assert [default["a"] for default, _ in rounds] == [10.0, 20.0, 30.0, 40.0]
