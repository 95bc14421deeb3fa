"""A program's graph beside JAX."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import numpy as np

from lowering.graph import interpret, ops, trace
from lowering.graph.rewrites import stages
from lowering.targets import targets
from tests.lowering.random_programs import program

CLOSE, ROUNDED = 2e-4, 5e-2  # of the largest value; the latter for programs with 16-bit floats
MOVED = 1e-6  # how far inputs and weights are moved to see how far answers move
ROUNDING = 1e-5  # results of nothing larger are what rounding left of a zero
SHAKEN = 30  # how many times as far an answer may be off
TARGETS = ("host", "vulkan:adreno")
CONSTANT = "the function's result does not depend on its inputs"  # refused, as it should be


def faults(made: program.Program) -> list[str]:
    """What is wrong with the graphs of a program: an error, or an answer that is not JAX's. JAX must take it."""
    function = jax.jit(made)
    expected = answers(function, made.params, made.inputs)
    try:
        traced = trace.trace(made, made.params, list(made.inputs))
        return [fault for name, graph in graphs(traced) if (fault := _fault(name, graph, made, function, expected))]
    except Exception as error:
        if str(error) == CONSTANT:
            return []
        return [f"{type(error).__name__}: {error}"]


def graphs(traced: ops.Graph) -> Iterator[tuple[str, ops.Graph]]:
    """The graph as it was traced, and as targets compute it; layers are fused wherever they can be."""
    yield "traced", traced
    for name in TARGETS:
        yield name, stages.rewrite(traced, dataclasses.replace(targets.find(name), cache_bytes=1))


def answers(function: Any, params: Any, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [np.asarray(each) for each in jax.tree.leaves(function(params, *inputs))]


def _fault(name: str, graph: ops.Graph, made: program.Program, function: Any, expected: list[np.ndarray]) -> str:
    found = interpret.results(graph, *made.inputs)
    for place, (a, b) in enumerate(zip(found, expected, strict=True)):
        if a.shape != b.shape or str(a.dtype) != ops.STORED.get(str(b.dtype), str(b.dtype)):
            return f"{name}: result {place} is {a.dtype}{a.shape}, JAX's {b.dtype}{b.shape}"
    off = [distance(a, b) for a, b in zip(found, expected, strict=True)]
    allowed = tolerance(made)
    if max(off) <= allowed:
        return ""
    shaken = unsteady(made, function, expected)
    worst = [(place, far) for place, far in enumerate(off) if far > max(allowed, SHAKEN * shaken[place])]
    return f"{name}: results (place, error) {worst}" if worst else ""


def tolerance(made: program.Program) -> float:
    text = str(jax.make_jaxpr(made)(made.params, *made.inputs))
    return ROUNDED if "bf16" in text or "f16" in text else CLOSE


def steady(made: program.Program) -> bool:
    """Whether answers of a module can be held against JAX's: they move little where its inputs do, and are no zeros
    but for errors of rounding.
    """
    function = jax.jit(made.__call__)
    expected = answers(function, made.params, made.inputs)
    shaken = unsteady(made, function, expected, float(np.finfo(np.float32).tiny))
    largest = [np.abs(each.astype(np.float64)).max(initial=0) for each in expected]
    return SHAKEN * max(shaken) <= 10 * CLOSE and all(each == 0 or each > ROUNDING for each in largest)


def unsteady(made: program.Program, function: Any, expected: list[np.ndarray], least: float = 1e-3) -> list[float]:
    """How far each of JAX's own answers moves with inputs and weights moved a little. least: see `distance`."""
    rng, worst = np.random.default_rng(0), [0.0] * len(expected)
    move = lambda x: x * (1 + MOVED * rng.normal(size=x.shape)).astype(x.dtype) if x.dtype == np.float32 else x
    for _ in range(3):
        params, *inputs = jax.tree.map(move, (made.params, *made.inputs))
        found = answers(function, params, inputs)
        worst = [max(w, distance(a, b, least)) for w, a, b in zip(worst, found, expected, strict=True)]
    return worst


def distance(a: np.ndarray, b: np.ndarray, least: float = 1e-3) -> float:
    """The largest difference, of the largest value of JAX's, or of `least` where that is more."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    if not np.isfinite(b).all():
        return 0.0 if np.array_equal(np.isfinite(a), np.isfinite(b)) else float("inf")
    return float(np.abs(a - b).max(initial=0) / max(np.abs(b).max(initial=0), least))
