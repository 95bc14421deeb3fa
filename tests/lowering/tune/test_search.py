"""The search: what it tries, what it believes, and when it stops. Trials are made up."""

import dataclasses
import itertools
import pathlib
from collections.abc import Callable

import jax
import numpy as np
import pytest

from lowering.targets import schedules, targets
from lowering.tune import log as logs
from lowering.tune import networks as tuned
from lowering.tune import search, trials
from tests.lowering import networks

CPU = targets.find("android:cortex-a76")
Cost = Callable[[str, schedules.Schedule], float]


@pytest.fixture(scope="module")
def network() -> tuned.Network:
    """conv1 and conv2, each a unit."""
    return tuned.Network(networks.chain("kgs 8x4").trace())


class Machine:
    """Trials on a made-up machine: `cost` of a layer, and `seconds` for each trial on a clock of its own."""

    def __init__(self, network: tuned.Network, cost: Cost, seconds: float = 1.0) -> None:
        self.network, self.cost, self.seconds, self.now = network, cost, seconds, 0.0
        self.tried: list[tuned.Schedules] = []

    def __call__(self, chosen: tuned.Schedules) -> list[tuple[tuned.Costs, tuned.Costs]]:
        self.now += self.seconds
        self.tried.append(chosen)
        return [(self._costs({}), self._costs(chosen)) for _ in range(4)]

    def _costs(self, chosen: tuned.Schedules) -> tuned.Costs:
        return {name: self.cost(name, chosen.get(key, schedules.DEFAULT)) for name, key in self.network.keys.items()}

    def clock(self) -> float:
        return self.now

    def search(
        self,
        seconds: float = 1e6,
        noisy: bool = False,
        known: schedules.Schedules = schedules.NONE,
        log: logs.Log | None = None,
    ) -> list[list[search.Found]]:
        return list(search.search(self.network, CPU, self, search.Effort(seconds, noisy, self.clock), known, log))


def best(found: list[search.Found]) -> dict[str, tuned.Schedules]:
    return {str(each.unit): each.chosen for each in found}


def cheap_if(wanted: Callable[[schedules.Schedule], bool], gain: float = 0.2, layer: str = "conv2") -> Cost:
    return lambda name, schedule: 10.0 * (1 - gain if name == layer and wanted(schedule) else 1)


def test_each_layer_gets_the_choice_that_is_fastest_for_it(network: tuned.Network) -> None:
    def cost(name: str, schedule: schedules.Schedule) -> float:
        gain = 0.1 * ((schedule.group, schedule.vectors) == ((4, 7) if name == "conv1" else (8, 2))) + 0.1 * (
            schedule.chunk == 8
        )
        return 10 * (1 - gain)

    found = Machine(network, cost).search(noisy=True)[-1]
    assert best(found) == {
        "conv1": {network.keys["conv1"]: schedules.Schedule(group=4, vectors=7, chunk=8)},
        "conv2": {network.keys["conv2"]: schedules.Schedule(group=8, vectors=2, chunk=8)},
    }
    assert [(each.default, each.best) for each in found] == [(10.0, pytest.approx(8.0))] * 2


@pytest.mark.parametrize(("gain", "chosen"), [(0.015, False), (0.03, True)])
def test_the_default_stays_unless_another_is_clearly_better(network: tuned.Network, gain: float, chosen: bool) -> None:
    found = Machine(network, cheap_if(lambda schedule: schedule.chunk == 1, gain)).search(noisy=True)[-1]
    assert bool(best(found)["conv2"]) == chosen
    assert best(found)["conv1"] == {}


@pytest.mark.parametrize("seconds", [0.5, 5.5, 17.0])
@pytest.mark.parametrize("noisy", [False, True])
def test_it_stops_in_time_with_what_it_learnt(network: tuned.Network, seconds: float, noisy: bool) -> None:
    machine = Machine(network, cheap_if(lambda schedule: schedule != schedules.DEFAULT, 0.1), seconds=2.0)
    found = machine.search(seconds, noisy)
    assert len(found) == len(machine.tried) + 1 >= 2
    assert machine.now <= max(seconds, 2.0)  # the first trial tells how long they take
    assert machine.now > min(seconds - 4.0, 1.0)
    assert best(found[-1])["conv2"] != {}
    assert all(each.sure for each in found[-1]) == (not noisy or seconds > 2)


def test_a_search_in_slices_tries_what_one_in_one_piece_tries(network: tuned.Network, tmp_path: pathlib.Path) -> None:
    cost = cheap_if(lambda schedule: (schedule.group, schedule.vectors) == (4, 6))
    whole, tried, slices = Machine(network, cost), [], 0
    expected, part = whole.search(noisy=True)[-1], whole
    while part.tried:
        slices, part = slices + 1, Machine(network, cost)
        found = part.search(5.5, noisy=True, log=logs.Log(tmp_path / "log.jsonl"))[-1]
        tried += part.tried
    assert slices > 3
    assert best(found) == best(expected)
    options = lambda trials: {(key, str(schedule)) for chosen in trials for key, schedule in chosen.items()}
    assert options(tried) == options(whole.tried)
    assert len(tried) <= len(whole.tried) + slices  # each ends with what won so far, tried again


def test_nothing_is_tried_when_no_time_is_left(network: tuned.Network) -> None:
    assert Machine(network, lambda name, schedule: 1.0).search(0.0) == []


def test_what_wins_once_by_luck_is_not_chosen(network: tuned.Network) -> None:
    calls = itertools.count()
    lucky = Machine(
        network, lambda name, schedule: 10.0 - 2 * (next(calls) // 16 == 1 and schedule != schedules.DEFAULT)
    )
    found = lucky.search(noisy=True)  # a trial is 4 rounds of 2 layers with the default and with a schedule: 16 calls
    assert not all(each.sure for each in found[1])
    assert best(found[-1]) == {"conv1": {}, "conv2": {}}
    assert all(each.best == each.default and each.sure for each in found[-1])


def test_what_gains_less_than_rounds_differ_by_is_not_chosen(network: tuned.Network) -> None:
    noise = itertools.cycle([0.7, 1.3, 0.9, 1.1])  # a trial is 4 rounds: each sees all of it
    alone = lambda name, schedule: 9.7 * next(noise) if name == "conv2" and schedule.vectors else 10.0
    found = Machine(network, alone).search(noisy=True)
    assert best(found[-1]) == {"conv1": {}, "conv2": {}}


def test_the_second_best_wins_where_the_best_was_lucky(network: tuned.Network) -> None:
    key, seen = network.keys["conv2"], set()

    def cost(name: str, schedule: schedules.Schedule) -> float:
        if name != "conv2" or schedule.vectors not in (5, 6) or schedule.group != 4:
            return 10.0
        return 9.0 if schedule.vectors == 6 else 9.5 if key in seen else 5.0

    machine = Machine(network, cost)
    trial = machine.__call__

    def once(chosen: tuned.Schedules) -> list[tuple[tuned.Costs, tuned.Costs]]:
        found = trial(chosen)
        seen.update({key} if chosen.get(key, schedules.DEFAULT).vectors == 5 else set())
        return found

    *_, found = search.search(network, CPU, once, search.Effort(1e6, clock=machine.clock))
    assert best(found)["conv2"] == {key: schedules.Schedule(group=4, vectors=6)}
    assert machine.tried.count({key: schedules.Schedule(group=4, vectors=5)}) >= 1


def test_instructions_do_not_choose_chunks(network: tuned.Network) -> None:
    machine = Machine(network, lambda name, schedule: 1.0)
    machine.search(noisy=False)
    assert all(schedule.chunk is None for chosen in machine.tried for schedule in chosen.values())


def test_what_is_known_is_tried_first(network: tuned.Network) -> None:
    known = {
        network.keys["conv2"]: schedules.Schedule(group=4, vectors=3, source="shipped"),
        "of another network": schedules.Schedule(chunk=1),
    }
    machine = Machine(network, lambda name, schedule: 1.0)
    machine.search(known=known)
    assert machine.tried[0] == {network.keys["conv2"]: schedules.Schedule(group=4, vectors=3)}


def test_options_that_change_nothing_or_look_hopeless_are_not_tried(network: tuned.Network) -> None:
    machine = Machine(network, lambda name, schedule: 1.0)
    machine.search()
    tried = {tried.get(network.keys["conv2"], schedules.DEFAULT) for tried in machine.tried}
    assert schedules.Schedule(group=8, vectors=3) not in tried  # the default in other words
    assert schedules.Schedule(group=4, vectors=1) not in tried  # half of the instructions would be loads
    assert schedules.Schedule(group=4, vectors=6) in tried


def test_likely_options_come_first(network: tuned.Network) -> None:
    machine = Machine(network, lambda name, schedule: 1.0)
    machine.search()
    shapes = [each[network.keys["conv2"]] for each in machine.tried if network.keys["conv2"] in each]
    wide, narrow = (shapes.index(schedules.Schedule(group=group, vectors=v)) for group, v in ((4, 6), (4, 3)))
    assert wide < narrow


def test_layers_that_one_kernel_may_compute_are_judged_together() -> None:
    network = tuned.Network(networks.factored("dense").trace())
    assert [str(unit) for unit in network.units] == ["space1 + time1", "space2 + time2"]

    def trial(chosen: tuned.Schedules) -> list[tuple[tuned.Costs, tuned.Costs]]:
        apart = {"space1": 6.0, "time1": 5.0, "space2": 6.0, "time2": 5.0}
        ring = chosen.get(network.keys["time1"], schedules.DEFAULT).ring
        return [(apart, {"space1.time1": 7.0, "space2": 6.0, "time2": 5.0} if ring == 65536 else apart)]

    *_, found = search.search(network, CPU, trial, search.Effort(1e6, noisy=False))
    assert [(each.default, each.best) for each in found] == [(11.0, 7.0), (11.0, 11.0)]
    assert found[0].chosen[network.keys["time1"]].ring == 65536


def test_layers_alike_are_one_unit_and_count_together() -> None:
    unit = tuned.Unit(("key",), (("a",), ("b",)))
    assert unit.cost({"a": 1.0, "b": 2.0, "c": 4.0}) == 3.0
    assert unit.cost({"a.pool": 1.0, "b.pool_2": 2.0, "c.pool_3": 4.0, "pool_4": 8.0}) == 3.0
    assert str(unit) == "a, b"


def test_a_pool_that_a_choice_takes_out_of_a_convolutions_kernel_counts_too() -> None:
    unit = tuned.Unit(("key",), (("a",), ("b",)), frozenset({"pool", "pool_2"}))
    assert unit.cost({"a.pool": 1.0, "b": 2.0, "pool_2": 4.0, "c": 8.0}) == 7.0
    network = tuned.Network(networks.chain("kgs 8x4").trace())
    assert {unit.names[0][0]: unit.pools for unit in network.units} == {"conv1": {"pool"}, "conv2": {"pool_2"}}


def test_a_wider_tile_that_pays_in_small_chunks_only_is_found() -> None:
    narrow = targets.AVX512 | {8: targets.Tiling(2)}  # or planes as small as these would have wide tiles by default
    host = dataclasses.replace(CPU, tilings=narrow, vector_bytes=64, weights_by_lane=False)
    network = tuned.Network(networks.chain("kgs 8x4").trace())
    wide = {(8, 3, 2): 9.0, (8, 3, None): 10.5}
    machine = Machine(
        network, lambda name, schedule: wide.get((schedule.group, schedule.vectors, schedule.chunk), 10.0)
    )
    *_, found = search.search(network, host, machine, search.Effort(1e6, clock=machine.clock))
    assert all(
        list(each.values()) == [schedules.Schedule(group=8, vectors=3, chunk=2)] for each in best(found).values()
    )


def test_a_choice_that_parts_a_pool_from_its_convolution_is_refused_where_pools_are_not_modelled() -> None:
    wide = dataclasses.replace(CPU, tilings=targets.AVX512, vector_bytes=64, weights_by_lane=False, cache_bytes=0)
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 3, 3, 3, 24), "fc": networks.layer(rng, 24, 4)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.max_pool(jax.nn.relu(networks.conv(x, p["conv"])), (1, 2, 2))
        return networks.dense(x.mean((1, 2, 3)), p["fc"])

    network = tuned.Network(networks.Network(function, params, networks.clip(rng, 4, 40, 44, 3)).trace())
    trial = trials.modelled(network, wide)
    key = network.keys["conv"]
    costs = {v: trial({key: schedules.Schedule(vectors=v)})[0][1] for v in (2, 4, 6, 8)}
    joined = {
        v: "conv.pool" in (n.name for n in network.rewrite({key: schedules.Schedule(vectors=v)}, wide).nodes)
        for v in costs
    }
    assert set(joined.values()) == {True, False}
    assert {v: np.isfinite(sum(cost.values())) for v, cost in costs.items()} == joined
