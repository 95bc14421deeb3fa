"""Trials: what a network's kernels cost with the default and with other schedules, modelled, counted or measured."""

import math
import pathlib
from collections.abc import Callable

import numpy as np

from lowering.bundle import bundles, coverage, measure, write
from lowering.counts import count
from lowering.graph import ops
from lowering.kernels import emit
from lowering.targets import targets
from lowering.tune import model, networks, search

ROUNDS = 4
ROUND_SECONDS = 0.6  # of inferences, about, in each round
DISTURBED = 1.15
RUNS = (3, 30)  # at least, at most, in each round


def modelled(network: networks.Network, target: targets.Target) -> search.Trial:
    """By tune/model.py."""
    base = model.costs(network.rewrite({}, target), target)

    def costs(chosen: networks.Schedules) -> networks.Costs:
        """Instructions, and stalls beyond those of the default; stalls that only the default has count for nothing."""
        found, none = model.costs(network.rewrite(chosen, target), target), model.Cost(0.0, 0.0)
        return {name: c.instructions + max(0.0, c.stalls - base.get(name, none).stalls) for name, c in found.items()}

    return _against(costs({}), costs, network, target)


def counted(network: networks.Network, target: targets.Target, folder: pathlib.Path) -> search.Trial:
    """By instructions executed under qemu: exact, and slow beyond about 1e8 MACs. Android targets only."""
    costs = lambda chosen: counts(network, target, chosen, folder)
    return _against(costs({}), costs, network, target)


def counts(
    network: networks.Network, target: targets.Target, chosen: networks.Schedules, folder: pathlib.Path
) -> networks.Costs:
    """Executed instructions of each convolution's kernel."""
    graph = network.rewrite(chosen, target)
    layers, _ = count.count(_build(network, graph, target, folder), _convolutions(graph))
    return {layer.name: float(sum(layer.counts.values())) for layer in layers}


def measured(network: networks.Network, target: targets.Target, folder: pathlib.Path) -> search.Trial:
    """In milliseconds on this machine and one thread, default and schedules in turns.

    Layers are timed where they stand, in whole inferences, from IREE's dispatch events: so each finds its input and
    its weights in the cache, or not, as it does in use. Alone in a loop it would find both warm.
    """
    default = _build(network, network.rewrite({}, target), target, folder / "default")
    first = _profile(default, RUNS[0])
    runs = int(np.clip(1e3 * ROUND_SECONDS / max(sum(first.values()), 1e-3), *RUNS))

    def trial(chosen: networks.Schedules) -> list[tuple[networks.Costs, networks.Costs]]:
        other = _build(network, network.rewrite(chosen, target), target, folder / "other")

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


def _build(network: networks.Network, graph: ops.Graph, target: targets.Target, folder: pathlib.Path) -> bundles.Bundle:
    """What a bundle holds as far as it is needed to run: no answer, no hashes."""
    folder.mkdir(parents=True, exist_ok=True)
    module = emit.emit(graph, target)
    random = np.random.default_rng(0)
    inputs = [random.normal(size=graph.given(node)).astype(ops.dtype(node)) for node in graph.inputs]
    write.build(folder, module, target, inputs)
    layers = write.layers(graph, network.traced)
    names = {"dispatches": module.dispatches, "executables": module.executables, "nodes": coverage.nodes(graph)}
    return bundles.Bundle(folder, {"run": "trial", "target": {"name": target.name}, "layers": layers, **names})


def _against(
    default: networks.Costs,
    costs: Callable[[networks.Schedules], networks.Costs],
    network: networks.Network,
    target: targets.Target,
) -> search.Trial:
    """One round, for costs of convolutions alone.

    Schedules that take a pool out of a convolution's kernel are refused: the costs would leave out the pool.
    """

    def pooled(chosen: networks.Schedules) -> set[str]:
        return {node.name for node in network.rewrite(chosen, target).nodes if isinstance(node.op, ops.FusedPool)}

    there = pooled({})

    def trial(chosen: networks.Schedules) -> list[tuple[networks.Costs, networks.Costs]]:
        whole = there <= pooled(chosen)
        return [(default, costs(chosen) if whole else dict.fromkeys(default, math.inf))]

    return trial


def _convolutions(graph: ops.Graph) -> list[str]:
    return [node.name for node in graph.nodes if isinstance(node.op, model.KINDS)]


def _profile(bundle: bundles.Bundle, runs: int) -> networks.Costs:
    return {row["name"]: row["p50_ms"] for row in measure.profile(bundle, runs)}
