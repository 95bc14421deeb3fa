"""Who computes what: the nodes that kernels of ours compute, and the pieces that JAX writes and IREE compiles."""

from collections.abc import Sequence
from typing import Any

from lowering.graph import ops

MAX_WHY = 400  # characters, as many as a manifest takes


class NotOurs(ValueError):
    """A network has operations without a kernel of ours, and the caller wants none. The message lists them."""


def nodes(graph: ops.Graph) -> list[dict[str, Any]]:
    """For each node of a rewritten graph that computes something: name, operation, "ours" or "IREE", MACs, and why."""
    found = []
    seen = set[int]()
    for node in graph.nodes:
        if isinstance(node.op, ops.Piece):
            if id(node.op.program) in seen:
                continue
            seen.add(id(node.op.program))
        elif isinstance(node.op, ops.Input | ops.Results):
            continue
        found.append(_entry(node))
    return found


def share(entries: Sequence[dict[str, Any]]) -> float:
    """The share of the MACs that kernels of ours compute; 1 for a network without any."""
    total = sum(entry["macs"] for entry in entries)
    return sum(entry["macs"] for entry in entries if entry["kernel"] == "ours") / total if total else 1.0


def lines(entries: Sequence[dict[str, Any]]) -> list[str]:
    """For people: how much is ours, and each piece that is not, with the reasons."""
    others = [entry for entry in entries if entry["kernel"] != "ours"]
    count = f"{len(entries) - len(others)} of {len(entries)} nodes"
    said = [f"{share(entries):.1%} of the MACs and {count} are computed by kernels of ours, the rest by IREE"]
    for entry in others:
        said.append(f"  {entry['name']} ({entry['macs'] / 1e6:.1f} MMAC) is IREE's:")
        said += [f"    {why}" for why in entry["why"]]
    return said if others else [f"all of the {len(entries)} nodes are computed by kernels of ours"]


def check_strict(graph: ops.Graph) -> None:
    """NotOurs for a rewritten graph with a piece that IREE compiles."""
    entries = nodes(graph)
    if any(entry["kernel"] != "ours" for entry in entries):
        raise NotOurs(
            "\n".join(
                ["the network has operations that no kernel of ours computes; lower it without strict"]
                + lines(entries)[1:]
            )
        )


def _entry(node: ops.Node) -> dict[str, Any]:
    if isinstance(node.op, ops.Piece):
        why = [_why(reason) for reason in node.op.reasons]
        names = ", ".join(node.op.program.names) or "reshape"
        return {"name": node.name, "operation": names[:MAX_WHY], "kernel": "IREE", "macs": node.macs, "why": why}
    return {"name": node.name, "operation": type(node.op).__name__, "kernel": "ours", "macs": node.macs, "why": []}


def _why(reason: ops.Reason) -> str:
    at = f" ({reason.where})" if reason.where else ""
    return f"{reason.operation}{at}: {reason.why}"[-MAX_WHY:]
