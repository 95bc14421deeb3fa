"""How long networks take, for `rt3d search`: measured on this machine, or by the instructions that arm64 executes."""

import contextlib
import dataclasses
import pathlib
import re
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from lowering.bundle import bundles, compile, measure, run, trials
from lowering.counts import plugin
from lowering.counts import trials as counted
from lowering.graph import ops, trace
from lowering.graph.rewrites import stages
from lowering.system import files
from lowering.targets import store, targets
from lowering.tune import model
from rt3d_jax.search import limits

ROUNDS, ROUND_MS = 6, 60.0  # of a measurement: both networks in turns, about so many ms each
RUNS = (12, 300)  # inferences in a round, at least and at most
# Instructions per nanosecond by which a bound in ms is counted on arm64: two per cycle at 2.5 GHz. No phone said so.
SPEED = 5.0
MILLION = 1e6
FAULTS = (ops.GraphError, compile.CompileError, run.RunError, plugin.ProgramError)  # of a network
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


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """Unmeasured instead of what a network that does not compile or run ends in."""
    try:
        yield
    except FAULTS as error:
        raise limits.Unmeasured(str(error)) from error


@dataclasses.dataclass(frozen=True)
class Modelled:
    """By the instructions of the tuner's model (lowering/tune/model.py), in millions.

    That model also has stalls, in instructions that could have been executed. A bound on instructions leaves them out.
    """

    target: targets.Target
    unit = "M instructions"

    @property
    def name(self) -> str:
        """The target, and how."""
        return f"{self.target.name}, modelled instructions"

    @_faults()
    def estimate(self, network: limits.Network) -> float:
        """The kernels with weights alone."""
        return model.instructions(_rewritten(_traced(network), self.target), self.target) / MILLION

    @_faults()
    def measure(self, network: limits.Network) -> float:
        """The same: there is nothing that would know better."""
        return self.estimate(network)


@dataclasses.dataclass(frozen=True)
class Counted(Modelled):
    """By instructions that qemu-user executes, in millions: exact, and slow. Estimates are the model's."""

    @property
    def name(self) -> str:
        """The target, and how."""
        return f"{self.target.name}, counted instructions"

    @_faults()
    def measure(self, network: limits.Network) -> float:
        """Of the kernels with weights, as estimates are, with the schedules that `rt3d lower` would use."""
        graph = _traced(network)
        with tempfile.TemporaryDirectory() as folder:
            found = counted.executed(_rewritten(graph, self.target), graph, self.target, pathlib.Path(folder))
        return sum(found.values()) / MILLION


class Host:
    """In ms on this machine: the fastest inference, with a reference timed in turns.

    The first network that is measured becomes the reference, and its time is kept in the folder. The time of another is
    that times a ratio: of the fastest inferences of both in a round, the median of the rounds. So other programs change
    little, and neither do clocks that rise or fall from round to round.
    """

    unit = "ms"

    def __init__(self, target: targets.Target, folder: pathlib.Path, threads: int):
        self.target, self._folder, self._threads = target, folder, threads

    @property
    def name(self) -> str:
        """The target, and on how many threads."""
        return f"{self.target.name}, measured on {self._threads} thread{'s' * (self._threads > 1)}"

    @_faults()
    def estimate(self, network: limits.Network) -> float:
        """Instructions and stalls by the tuner's model, in millions: the search learns the factor."""
        return model.total(_rewritten(_traced(network), self.target), self.target) / MILLION

    @_faults()
    def measure(self, network: limits.Network) -> float:
        """In ms. Bundles are compiled with the schedules that `rt3d lower` would use."""
        path, place = self._folder / "reference.json", self._folder / "reference"
        if not path.is_file():
            reference = self._build(network, place)
            first = self._fastest([reference], RUNS[0]).min()
            latency = float(self._fastest([reference], _runs(first)).min())
            files.write_json(path, {"ms": latency, "layers": reference.manifest})
            return latency
        kept: dict[str, Any] = files.read_json(path, dict[str, Any])  # pyright: ignore[reportAssignmentType]
        with tempfile.TemporaryDirectory() as folder:
            pair = [bundles.Bundle(place, kept["layers"]), self._build(network, pathlib.Path(folder))]
            before, own = self._fastest(pair, _runs(kept["ms"]))
        return kept["ms"] * float(np.median(own / before))

    def _fastest(self, found: list[bundles.Bundle], runs: int) -> np.ndarray:
        """f64[bundles, ROUNDS]: of each round the fastest inference, in ms."""
        times = [one.times_ms for one in measure.turns(found, self._threads, ROUNDS, runs)]
        return np.array(times).reshape(len(found), ROUNDS, runs).min(axis=2)

    def _build(self, network: limits.Network, folder: pathlib.Path) -> bundles.Bundle:
        graph = _traced(network)
        return trials.build(_rewritten(graph, self.target), self.target, folder, graph)


def _runs(latency: float) -> int:
    """Of an inference of so many ms in a round: the shorter it is, the more of them make its fastest one sure."""
    return int(np.clip(round(ROUND_MS / latency), *RUNS))


def _traced(network: limits.Network) -> ops.Graph:
    return trace.trace(network.apply, network.params, network.inputs)


def _rewritten(graph: ops.Graph, target: targets.Target) -> ops.Graph:
    return stages.rewrite(graph, target, store.find(target))
