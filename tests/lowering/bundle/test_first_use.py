"""Schedules on first use: what is timed, what is kept, what costs nothing."""

import itertools
import pathlib

import numpy as np
import pytest

from lowering.bundle import bundles, first_use, measure, trials
from lowering.graph import interpret, ops
from lowering.targets import schedules, store, targets
from lowering.tune import contests
from lowering.tune import networks as tuned
from tests.lowering import networks

HOST = targets.find("host")
AVX2 = targets.find("host:avx2")
WIN = schedules.Schedule(group=4, vectors=2)


@pytest.fixture(autouse=True)
def hot(monkeypatch: pytest.MonkeyPatch, user_cache: pathlib.Path) -> None:
    """Every layer counts, as large ones do otherwise; the user's cache is empty."""
    monkeypatch.setattr(contests, "LEAST", 0)


@pytest.fixture(scope="module")
def graph() -> ops.Graph:
    """Two layers, conv1 and conv2."""
    return networks.chain("kgs 8x4").trace()


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[contests.Contest]:
    """Contests that are not compiled: four filters x two vectors take 0.8 of the time. Gives those that were timed."""
    held: list[contests.Contest] = []
    contest = contests.contest

    def kept(*arguments: object) -> contests.Contest:
        held.append(contest(*arguments))  # pyright: ignore[reportArgumentType]
        return held[-1]

    def kernels(bundle: object, runs: int) -> dict[str, np.ndarray]:
        wins = [WIN in each.values() for each in held[-1].options]
        return {f"option{i}_conv": np.full(runs, 0.8 if won else 1.0) for i, won in enumerate(wins)}

    monkeypatch.setattr(contests, "contest", kept)
    monkeypatch.setattr(contests, "_likely", lambda unit, *_: [dict.fromkeys(unit.keys, WIN)])
    monkeypatch.setattr(trials, "build", lambda *_: None)
    monkeypatch.setattr(measure, "kernels", kernels)
    return held


def test_what_wins_twice_is_kept_and_the_next_use_measures_nothing(
    graph: ops.Graph, made_up: list[contests.Contest]
) -> None:
    first = first_use.choose(graph, HOST)
    count, cached = len(made_up), store.read(store.cached(HOST))
    assert count == 2
    assert set(first.best) >= set(tuned.Network(graph).keys.values())
    assert {entry["choice"]["vectors"] for entry in cached.values()} == {2}
    assert {(entry["default"], entry["best"]) for entry in cached.values()} == {(1.0, 0.8)}
    said = "schedules of 2 hot layers were measured in 0 s: 2 run faster by another, up to 20%"
    assert first.line == f"{said}; kept in {store.cached(HOST)}"
    again = first_use.choose(graph, HOST)
    assert (len(made_up), again.line, again.best) == (count, "", first.best)


@pytest.mark.parametrize("error", [OSError(30, "Read-only file system"), RuntimeError("iree-compile failed")])
def test_what_cannot_be_measured_or_kept_is_said_and_stops_nothing(
    graph: ops.Graph, made_up: list[contests.Contest], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(store, "merge", fail)
    found = first_use.choose(graph, HOST)
    assert (found.best, len(made_up)) == ({}, 1)
    assert found.line == f"schedules of hot layers could not be measured ({error}); --no-tuning does not try"


def test_the_time_ends_it_and_the_next_use_goes_on(
    graph: ops.Graph, made_up: list[contests.Contest], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = itertools.count(0.0, 5.0)
    monkeypatch.setattr(first_use.time, "monotonic", lambda: next(clock))
    told: list[tuple[int, int]] = []
    first = first_use.choose(graph, HOST, 10.0, lambda *done: told.append(done))
    assert (len(made_up), told) == (1, [(1, 2)])
    assert "1 hot layers were measured in " in first.line
    assert "(1 more at the next use)" in first.line
    first_use.choose(graph, HOST, 10.0)
    assert len(made_up) == 2
    assert made_up[0].unit != made_up[1].unit


def test_what_was_measured_before_an_interrupt_is_kept(graph: ops.Graph, made_up: list[contests.Contest]) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        first_use.choose(graph, HOST, 10.0, interrupt)
    assert set(store.read(store.cached(HOST))) == set(made_up[0].unit.keys)


@pytest.mark.parametrize("name", ["android:cortex-a76", "vulkan:adreno", "host:i8"])
def test_other_targets_are_not_measured(name: str, graph: ops.Graph, made_up: list[contests.Contest]) -> None:
    found = first_use.choose(graph, targets.find(name))
    assert (made_up, found.line, found.best) == ([], "", store.find(targets.find(name)))


def test_no_time_and_small_layers_cost_nothing(
    graph: ops.Graph, made_up: list[contests.Contest], monkeypatch: pytest.MonkeyPatch
) -> None:
    first_use.choose(graph, HOST, 0.0)
    monkeypatch.setattr(contests, "LEAST", 40_000_000)
    monkeypatch.setattr(tuned, "Network", None)  # not even prepared
    first_use.choose(graph, HOST)
    assert made_up == []


@pytest.mark.parametrize("scheme", ["kgs 8x4", "dense"])
def test_all_kernels_of_a_contest_compute_the_same(scheme: str) -> None:
    network = tuned.Network(networks.factored(scheme, size=(4, 18, 23)).trace())
    unit = contests.hot(network)[0]
    found = contests.contest(network, unit, AVX2, {unit.keys[0]: schedules.Schedule(vectors=1)})
    assert found.options[0] == {}
    assert found.options[1] == {unit.keys[0]: schedules.Schedule(vectors=1)}
    assert len(found.options) >= 3
    rng = np.random.default_rng(0)
    first, *rest = interpret.results(
        found.graph, *(rng.normal(size=found.graph.given(node)) for node in found.graph.inputs)
    )
    assert len(rest) == len(found.options) - 1
    for each in rest:
        np.testing.assert_allclose(each, first, rtol=1e-9, atol=1e-9)


def test_a_contest_is_timed_by_kernel_and_inference(tmp_path: pathlib.Path, graph: ops.Graph) -> None:
    network = tuned.Network(graph)
    contest = contests.contest(network, contests.hot(network)[0], HOST, schedules.NONE)
    bundle = trials.build(contest.graph, HOST, tmp_path)
    assert isinstance(bundle, bundles.Bundle)
    rounds = contest.rounds(measure.kernels(bundle, 3))
    assert [len(each) for each in rounds] == [3] * len(contest.options)
    assert all(default > 0 and cost > 0 for each in rounds for default, cost in each)
    assert all(default == cost for default, cost in rounds[0])
