"""How long networks take, for `rt3d search`: measured on this machine, or by the instructions that arm64 executes."""

import dataclasses
import pathlib
import re
import tempfile
from typing import Any

from lowering.bundle import bundles, measure, trials
from lowering.counts import trials as counted
from lowering.graph import ops, trace
from lowering.graph.rewrites import stages
from lowering.system import files
from lowering.targets import store, targets
from lowering.tune import model
from lowering.tune import networks as tuned
from rt3d_jax.search import limits

ROUNDS, RUNS = 6, 12  # of a measurement: both networks in turns, so many inferences each
# Instructions per nanosecond by which a bound in ms is counted on arm64: two per cycle at 2.5 GHz. No phone said so.
SPEED = 5.0
MILLION = 1e6
BUDGET = re.compile(r"([0-9.]+) ?(ms|M)")


def budget(text: str, target: targets.Target, speed: float = SPEED) -> float:
    """A bound in the unit of the target's meter: ms of a host, millions of instructions of arm64.

    text: "20ms", or for arm64 also "100M", in instructions. ValueError for anything else.
    """
    found = BUDGET.fullmatch(text.strip())
    if found is None or found[1].count(".") > 1 or not re.search("[1-9]", found[1]):
        raise ValueError(f"--budget is {text!r}, expected a latency such as 20ms, or instructions such as 100M")
    value, unit = float(found[1]), found[2]
    if target.is_host and unit == "M":
        raise ValueError(f"--budget is {text!r} for {target.name}, which is measured; expected a latency such as 20ms")
    return value if target.is_host or unit == "M" else value * speed * 1e6 / MILLION


def find(target: targets.Target, folder: pathlib.Path, threads: int = 1, count: bool = False) -> limits.Meter:
    """The meter of a target. folder: for what it keeps. ValueError for a target that is no CPU."""
    if target.kind != "cpu":
        raise ValueError(f"target is {target.name}, expected host or android:CPU: no model says how long a GPU takes")
    if target.is_host:
        return Host(target, folder, threads)
    return Counted(target) if count else Modelled(target)


@dataclasses.dataclass(frozen=True)
class Modelled:
    """By the tuner's model of instructions and of waiting for caches (lowering/tune/model.py), in millions."""

    target: targets.Target
    unit = "M instructions"

    @property
    def name(self) -> str:
        """The target, and how."""
        return f"{self.target.name}, modelled"

    def estimate(self, network: limits.Network) -> float:
        """The kernels with weights alone."""
        return model.total(_rewritten(network, self.target), self.target) / MILLION

    def measure(self, network: limits.Network) -> float:
        """The same: there is nothing that would know better."""
        return self.estimate(network)


@dataclasses.dataclass(frozen=True)
class Counted(Modelled):
    """By instructions that qemu-user executes, in millions: exact, and slow. Estimates are the model's."""

    @property
    def name(self) -> str:
        """The target, and how."""
        return f"{self.target.name}, counted"

    def measure(self, network: limits.Network) -> float:
        """Of the kernels with weights, as estimates are."""
        with tempfile.TemporaryDirectory() as folder:
            counts = counted.counts(tuned.Network(_traced(network)), self.target, {}, pathlib.Path(folder))
        return sum(counts.values()) / MILLION


class Host:
    """In ms on this machine: the fastest inference, with a reference timed in turns.

    The first network that is measured becomes the reference, and its time is kept in the folder. The time of another is
    the ratio of the fastest inferences of both, times that: so other programs, and clocks, change little.
    """

    unit = "ms"

    def __init__(self, target: targets.Target, folder: pathlib.Path, threads: int):
        self.target, self._folder, self._threads = target, folder, threads
        self._model = Modelled(target)

    @property
    def name(self) -> str:
        """The target, and on how many threads."""
        return f"{self.target.name}, measured on {self._threads} thread{'s' * (self._threads > 1)}"

    def estimate(self, network: limits.Network) -> float:
        """Instructions by the tuner's model, in millions: the search learns the factor."""
        return self._model.estimate(network)

    def measure(self, network: limits.Network) -> float:
        """In ms. Bundles are compiled with the schedules that `rt3d lower` would use."""
        path, place = self._folder / "reference.json", self._folder / "reference"
        if not path.is_file():
            reference = self._build(network, place)
            files.write_json(path, {"ms": self._fastest([reference])[0], "layers": reference.manifest})
        kept: dict[str, Any] = files.read_json(path, dict[str, Any])  # pyright: ignore[reportAssignmentType]
        with tempfile.TemporaryDirectory() as folder:
            pair = [bundles.Bundle(place, kept["layers"]), self._build(network, pathlib.Path(folder))]
            before, own = self._fastest(pair)
        return kept["ms"] * own / before

    def _fastest(self, found: list[bundles.Bundle]) -> list[float]:
        latencies, _ = measure.interleave(found, self._threads, ROUNDS, RUNS)
        return [min(one.times_ms) for one in latencies]

    def _build(self, network: limits.Network, folder: pathlib.Path) -> bundles.Bundle:
        graph = _traced(network)
        return trials.build(stages.rewrite(graph, self.target, store.find(self.target)), self.target, folder, graph)


def _traced(network: limits.Network) -> ops.Graph:
    return trace.trace(network.apply, network.params, network.inputs)


def _rewritten(network: limits.Network, target: targets.Target) -> ops.Graph:
    return stages.rewrite(_traced(network), target, store.find(target))
