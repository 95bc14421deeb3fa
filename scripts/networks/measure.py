"""What is measured of one network: its answers on three targets, shares of our kernels, and the gain of pruning."""

import pathlib
import tempfile
import warnings
from typing import Any

from lowering.bundle import bundles, coverage, deploy, examples, measure, timeline, write
from lowering.targets import targets
from rt3d_jax.prune import freeze, own_loop
from rt3d_jax.sparsity import patterns, plans
from tests.lowering.zoo import every
from tests.lowering.zoo import network as zoo

TARGETS = {"host": "host", "arm64": "android:cortex-a76", "Vulkan": "vulkan:adreno"}
RULE = plans.Prune(patterns.kgs(8, 4))
RATES = (3.0, 2.0, 1.5, 1.2)  # the first that a network reaches without its first and last layer
ROUNDS, RUNS = 3, 10


def network(entry: every.Entry) -> dict[str, Any]:
    """An entry of the results."""
    made = entry.make()
    found: dict[str, Any] = {"library": entry.library}
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        example = deploy.example(made.apply, made.params, made.inputs)
        found["answers"] = {name: _answer(folder / name, example, target) for name, target in TARGETS.items()}
        dense = bundles.read(folder / "host")
        nodes, rows = dense.manifest["nodes"], measure.profile(dense, RUNS)
        found["macs"] = sum(node["macs"] for node in nodes)
        found["ours"] = {"macs": coverage.share(nodes), "time": timeline.share(rows)}
        found["pruned"] = _pruned(made, dense, folder / "pruned")
    return found


def _answer(folder: pathlib.Path, example: examples.Example, target: str) -> dict[str, Any]:
    """How far a bundle's answer is from JAX's, of its largest value, or why there is none."""
    try:
        made = deploy.checked(write.write(folder, example, targets.find(target), bundles.Info()))
    except Exception as error:
        return {"failure": f"{type(error).__name__}: {error}"[:300]}
    if made.check is None:
        return {"failure": made.failure or made.unchecked}
    return {"error": made.check.max_rel_error, "passed": made.check.passed}


def _pruned(made: zoo.Network, dense: bundles.Bundle, folder: pathlib.Path) -> dict[str, Any]:
    """The rate, the answer, and how many times faster than dense, by the shortest of runs in turns."""
    layers = own_loop.read_layers(made.params, made.apply, *made.inputs)
    plan = own_loop.default_plan(layers, RULE)
    if not any(rule for _, rule in plan):
        return {"why": "it has no layer between the first and the last"}
    for rate in RATES:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # layers that stay dense, depthwise ones among them
                masks = own_loop.masks_at(rate, made.params, plan, layers)
            break
        except ValueError as error:
            why = str(error)
    else:
        return {"why": why}
    example = deploy.example(made.apply, freeze.apply_masks(made.params, masks), made.inputs)
    answer = _answer(folder, example, "host")
    if "failure" in answer:
        return {"rate": rate, **answer}
    several, _ = measure.interleave([dense, bundles.read(folder)], rounds=ROUNDS, runs=RUNS)
    shortest = [min(each.times_ms) for each in several]
    return {"rate": rate, **answer, "ms": shortest, "faster": shortest[0] / shortest[1]}
