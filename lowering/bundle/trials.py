"""Trials on this machine: what a network's kernels take with the default and with other schedules, in turns."""

import pathlib
from collections.abc import Callable

import numpy as np

from lowering.bundle import bundles, coverage, measure, write
from lowering.graph import ops
from lowering.kernels import emit
from lowering.targets import targets
from lowering.tune import networks, search

ROUNDS = 4
ROUND_SECONDS = 0.6  # of inferences, about, in each round
DISTURBED = 1.15
RUNS = (3, 30)  # at least, at most, in each round


def measured(network: networks.Network, target: targets.Target, folder: pathlib.Path) -> search.Trial:
    """In milliseconds on this machine and one thread, default and schedules in turns.

    Layers are timed where they stand, in whole inferences, from IREE's dispatch events: so each finds its input and
    its weights in the cache, or not, as it does in use. Alone in a loop it would find both warm.
    """
    default = build(network.rewrite({}, target), target, folder / "default")
    first = _profile(default, RUNS[0])
    runs = int(np.clip(1e3 * ROUND_SECONDS / max(sum(first.values()), 1e-3), *RUNS))

    def trial(chosen: networks.Schedules) -> list[tuple[networks.Costs, networks.Costs]]:
        other = build(network.rewrite(chosen, target), target, folder / "other")

        def turn(number: int) -> tuple[networks.Costs, networks.Costs]:
            """A B, B A, ...: a machine that slows down favours neither."""
            if number % 2:
                costs = _profile(other, runs)
                return _profile(default, runs), costs
            return _profile(default, runs), _profile(other, runs)

        return undisturbed(turn)

    return trial


def undisturbed(
    turn: Callable[[int], tuple[networks.Costs, networks.Costs]],
) -> list[tuple[networks.Costs, networks.Costs]]:
    """ROUNDS rounds.

    Those in which the default took much longer than in the fastest are taken again, until as many were lost:
    another program ran, and does not slow all kernels alike.
    """
    rounds: list[tuple[networks.Costs, networks.Costs]] = []
    whole = lambda pair: sum(pair[0].values())
    for number in range(2 * ROUNDS):
        rounds.append(turn(number))
        good = [pair for pair in rounds if whole(pair) < DISTURBED * min(map(whole, rounds))]
        if len(good) == ROUNDS:
            return good
    return sorted(rounds, key=whole)[:ROUNDS]


def build(
    graph: ops.Graph, target: targets.Target, folder: pathlib.Path, traced: ops.Graph | None = None
) -> bundles.Bundle:
    """What a bundle holds as far as it is needed to run: no answer, no hashes, and layers where `traced` is given."""
    folder.mkdir(parents=True, exist_ok=True)
    module = emit.emit(graph, target)
    random = np.random.default_rng(0)
    inputs = [random.normal(size=graph.given(node)).astype(ops.dtype(node)) for node in graph.inputs]
    write.build(folder, module, target, inputs)
    layers = write.layers(graph, traced) if traced else []
    names = {"dispatches": module.dispatches, "executables": module.executables, "nodes": coverage.nodes(graph)}
    return bundles.Bundle(folder, {"run": "trial", "target": {"name": target.name}, "layers": layers, **names})


def _profile(bundle: bundles.Bundle, runs: int) -> networks.Costs:
    return {row["name"]: row["p50_ms"] for row in measure.profile(bundle, runs)}
