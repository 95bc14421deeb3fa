"""What the dispatches of an inference are: which kernel, and whose.

A kernel's key is its name, or that of an earlier kernel with the same code, of which IREE keeps one. Dispatches that
IREE makes itself are called "main_dispatch_3_reduction_16x4_f32" and the like. Their names do not say which node they
come from, but they lie between two kernels whose places in the network are known.
"""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lowering.bundle import bundles

LAYOUTS = ("Reshape", "ToMap")  # operations that bring values into pieces and out of them


@dataclasses.dataclass(frozen=True)
class Part:
    """Dispatches that follow each other and belong to one row: from `first` on, `count` of them.

    nodes: of the network, as far as they are known. kernel: "ours" or "IREE".
    """

    name: str
    first: int
    count: int = 1
    kernel: str = "ours"
    nodes: tuple[str, ...] = ()


def rows(bundle: bundles.Bundle, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a profile."""
    macs = {entry["name"]: entry["macs"] for entry in bundle.manifest["nodes"]}
    found = []
    for part, took in times(bundle, events):
        work = sum(layer["macs"] for layer in bundle.layers_of(part.name)) or sum(macs.get(n, 0) for n in part.nodes)
        found.append({"name": part.name, "p50_ms": float(np.median(took)), "macs": work, "kernel": part.kernel})
    return found


def times(bundle: bundles.Bundle, events: Sequence[Mapping[str, Any]]) -> list[tuple[Part, np.ndarray]]:
    """What each part took in each inference, in ms. Events come run after run, in the same order each time."""
    keys = [event["key"] for event in events]
    period = next(n for n in range(1, len(keys) + 1) if len(keys) % n == 0 and keys == keys[:n] * (len(keys) // n))
    taken = np.array([event["duration_ns"] * 1e-6 for event in events]).reshape(-1, period)
    every = parts(keys[:period], bundle.manifest)
    return [(part, taken[:, part.first : part.first + part.count].sum(1)) for part in every]


def share(found: Sequence[dict[str, Any]]) -> float:
    """The share of the time that kernels of ours take; 1 for a bundle without dispatches."""
    total = sum(row["p50_ms"] for row in found)
    return sum(row["p50_ms"] for row in found if row["kernel"] == "ours") / total if total else 1.0


def parts(keys: Sequence[str], manifest: dict[str, Any]) -> list[Part]:
    """The parts of one inference, from the keys of its dispatches."""
    dispatches, executables = manifest["dispatches"], manifest.get("executables", [])
    again = iter([name for name in executables if name not in keys])
    names = [next(again, key) if key in executables and key in keys[:i] else key for i, key in enumerate(keys)]
    place = {name: i for i, name in enumerate(dispatches)}
    found: list[Part] = []
    for known, group in itertools.groupby(range(len(names)), lambda i: names[i] in executables):
        here = list(group)
        if known:
            found += [Part(names[i], i) for i in here]
            continue
        before = place[names[here[0] - 1]] + 1 if here[0] else 0
        after = place[names[here[-1] + 1]] if here[-1] + 1 < len(names) else len(dispatches)
        between = [name for name in dispatches[before:after] if name not in executables]
        found += _between(keys, here, between, manifest.get("nodes", []))
    return found


def _between(
    keys: Sequence[str], here: Sequence[int], between: Sequence[str], entries: Sequence[dict[str, Any]]
) -> list[Part]:
    """The parts of IREE's dispatches at `here`, which compute the nodes `between` two kernels of our own."""
    entry = {each["name"]: each for each in entries}
    pieces = [name for name in between if entry.get(name, {}).get("kernel") == "IREE"]
    if pieces:
        work = [name for name in between if entry.get(name, {}).get("operation") not in LAYOUTS]
        name = pieces[0] if work == pieces[:1] else f"IREE ({', '.join(work)})"
        return [Part(name, here[0], len(here), "IREE", tuple(pieces))]
    names = between if len(between) == len(here) else [keys[i] for i in here]
    return [Part(name, i) for name, i in zip(names, here, strict=True)]
