"""Networks that take several examples at a time: traced for one, where the examples do not depend on each other."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lowering.graph import interpret, ops
from lowering.graph import trace as tracing

CLOSE = 1e-3  # of the largest value: far below what mixing examples would change


def trace(
    function: Callable[..., Any], params: Any, inputs: Sequence[np.ndarray], answers: Sequence[np.ndarray]
) -> ops.Graph | None:
    """Graph of one example of a batch, with `batch` set; None if there is no batch, or if its examples are not alone.

    inputs: all with the batch in front. answers: JAX's results for them.
    """
    sizes = {array.shape[:1] for array in inputs}
    count = sizes.pop()[0] if len(sizes) == 1 and inputs[0].ndim else 1
    if sizes or count < 2 or any(answer.shape[:1] != (count,) for answer in answers):
        return None
    one = tuple(array[:1] for array in inputs)
    if _shapes(function, params, one) != [(1, *answer.shape[1:]) for answer in answers]:
        return None
    try:
        graph = dataclasses.replace(tracing.trace(function, params, one), batch=count)
    except (TypeError, ValueError):  # a network that says the size of its batch
        return None
    return graph if _agrees(graph, inputs, answers) else None


def _shapes(function: Callable[..., Any], params: Any, one: Sequence[np.ndarray]) -> list[tuple[int, ...]] | None:
    """Of the results for one example; None for a function that fails on it, as one may that expects the batch."""
    try:
        return tracing.shapes(function, params, one)
    except Exception:
        return None


def _agrees(graph: ops.Graph, inputs: Sequence[np.ndarray], answers: Sequence[np.ndarray]) -> bool:
    """Whether the examples one by one give what they give together."""
    found = interpret.results(graph, *inputs)
    return all(interpret.difference(a, b) <= CLOSE for a, b in zip(found, answers, strict=True))
