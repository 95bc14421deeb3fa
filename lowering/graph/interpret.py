"""What a graph means, in numpy: the oracle that every backend is held against.

Operations say their own meaning (graph/operations).
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from lowering.graph import ops


@dataclasses.dataclass(frozen=True)
class Numbers:
    """How numpy computes.

    sums: of floating point. np.float32 is twice as fast as np.float64. maps: to which feature maps are rounded, as
    where memory holds them in it; None: to nothing but `sums`.
    """

    sums: type[np.floating] = np.float64
    maps: type[np.floating] | None = None

    def held(self, value: np.ndarray) -> np.ndarray:
        """A value as the next node reads it."""
        is_map = value.ndim == 4 and value.dtype.kind == "f"
        return value.astype(self.maps).astype(value.dtype) if self.maps is not None and is_map else value


EXACT, FAST = Numbers(), Numbers(np.float32)


def evaluate(graph: ops.Graph, *inputs: np.ndarray) -> np.ndarray:
    """The graph's only result for one example, f32: an array f32[D, H, W, C] or f32[K] per input; sums are f64."""
    return _values(graph, *inputs)[graph.result].astype(np.float32)


def results(graph: ops.Graph, *inputs: np.ndarray, numbers: Numbers = EXACT) -> list[np.ndarray]:
    """All results as JAX gives them, for inputs as JAX takes them, batch axis and all."""
    if graph.batch > 1:
        one = dataclasses.replace(graph, batch=1)
        every = [results(one, *(x[place : place + 1] for x in inputs), numbers=numbers) for place in range(graph.batch)]
        return [np.concatenate(each) for each in zip(*every, strict=True)]
    return _results(graph, _values(graph, *inputs, numbers=numbers))


def steps(
    graph: ops.Graph, several: Iterable[Sequence[np.ndarray]], numbers: Numbers = EXACT
) -> Iterator[list[np.ndarray]]:
    """The results of a stream's steps one after the other, from the first on, each as `results` gives them.

    several: the inputs of each step.
    """
    states = _initial(graph)
    for inputs in several:
        found = _values(graph, *inputs, numbers=numbers, states=states)
        states = {state: found[name] for state, name in graph.next.items()}
        yield _results(graph, found)


def difference(found: np.ndarray, answer: np.ndarray, rounded: bool = False) -> float:
    """The error of a result: relative to the largest value of JAX's; of integers the share that differs.

    rounded: the result is integers made of floats, whose error is what goes beyond one step. Infinite where the result
    is not finite.
    """
    if answer.dtype.kind != "f" and not rounded:
        return float(np.mean(found != answer))
    error = float(np.abs(found.astype(np.float64) - answer).max()) - rounded
    return max(error, 0.0) / (float(np.abs(answer).max()) or 1.0) if np.isfinite(error) else float("inf")


def _results(graph: ops.Graph, found: dict[str, np.ndarray]) -> list[np.ndarray]:
    end = graph.output
    if isinstance(end.op, ops.Results):
        kinds = zip(end.inputs, end.op.shapes, end.op.dtypes, strict=False)  # behind them come the states
        return [found[name].reshape(shape).astype(dtype) for name, shape, dtype in kinds]
    return [found[end.name].astype(np.float32)[None]]


def _initial(graph: ops.Graph) -> dict[str, np.ndarray]:
    """The states before the first step."""
    return {node.name: np.full(node.shape, node.op.fill) for node in graph.states if isinstance(node.op, ops.State)}


def _values(
    graph: ops.Graph,
    *inputs: np.ndarray,
    numbers: Numbers = EXACT,
    states: dict[str, np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """All values. states: None for those before the first step."""
    arguments, width = zip(graph.inputs, map(np.asarray, inputs), strict=True), numbers.sums
    kind = lambda given: width if given.dtype.kind == "f" else np.float64  # which holds every integer of 32 bits
    values = {node.name: given.astype(kind(given)).reshape(node.shape) for node, given in arguments}
    given = _initial(graph) if states is None else states
    values |= {name: array.astype(width) for name, array in given.items()}
    for node in graph.nodes:
        if not isinstance(node.op, ops.Input | ops.State | ops.Results):
            values[node.name] = numbers.held(node.op.apply([values[name] for name in node.inputs]))
    return values
