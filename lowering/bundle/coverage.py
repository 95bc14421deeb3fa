"""Who computes what: the nodes that kernels of ours compute, and the pieces that JAX writes and IREE compiles."""

from collections.abc import Sequence
from typing import Any

from lowering.graph import ops

MAX_WHY = 400  # characters, as many as a manifest takes


class NotOurs(ValueError):
    """A network has operations without a kernel of ours, and the caller wants none. The message lists them."""


def nodes(graph: ops.Graph) -> list[dict[str, Any]]:
    """For each node of a rewritten graph that computes something: name, operation, "ours" or "IREE", MACs, and why."""
    later = {node.name for _, *more in ops.programs(graph.nodes) for node in more}
    given = (ops.Input, ops.State, ops.Results)
    computes = lambda node: node.name not in later and not isinstance(node.op, given)
    return [_entry(node) for node in graph.nodes if computes(node)]


def others(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the nodes that IREE compiles from pieces that JAX wrote."""
    return [entry for entry in entries if entry["kernel"] != "ours"]


def share(entries: Sequence[dict[str, Any]]) -> float:
    """The share of the MACs that kernels of ours compute; 1 for a network without any."""
    total = sum(entry["macs"] for entry in entries)
    return sum(entry["macs"] for entry in entries if entry["kernel"] == "ours") / total if total else 1.0


def lines(entries: Sequence[dict[str, Any]]) -> list[str]:
    """For people: how much is ours, and each piece that is not, with the reasons."""
    rest = others(entries)
    if not rest:
        return [f"all of the {len(entries)} nodes are computed by kernels of ours"]
    count = f"{len(entries) - len(rest)} of {len(entries)} nodes"
    said = [f"{share(entries):.1%} of the MACs and {count} are computed by kernels of ours, the rest by IREE"]
    return said + _listed(rest)


def check_strict(graph: ops.Graph) -> None:
    """NotOurs for a rewritten graph with a piece that IREE compiles."""
    if rest := others(nodes(graph)):
        said = "the network has operations that no kernel of ours computes; lower it without strict"
        raise NotOurs("\n".join([said, *_listed(rest)]))


def _listed(rest: Sequence[dict[str, Any]]) -> list[str]:
    """Each piece with its MACs, and with its reasons below it."""
    said = []
    for entry in rest:
        said.append(f"  {entry['name']} ({entry['macs'] / 1e6:.1f} MMAC) is IREE's:")
        said += [f"    {why}" for why in entry["why"]]
    return said


def _entry(node: ops.Node) -> dict[str, Any]:
    if isinstance(node.op, ops.Piece):
        operations: dict[tuple[str, str], list[str]] = {}
        for reason in node.op.reasons:
            operations.setdefault((reason.where, reason.why), []).append(reason.operation)
        why = [_why(names, *place) for place, names in operations.items()]
        names = ", ".join(node.op.program.names) or "reshape"
        return {"name": node.name, "operation": names[:MAX_WHY], "kernel": "IREE", "macs": node.macs, "why": why}
    return {"name": node.name, "operation": type(node.op).__name__, "kernel": "ours", "macs": node.macs, "why": []}


def _why(operations: Sequence[str], where: str, why: str) -> str:
    at = f" ({where})" if where else ""
    return f"{', '.join(dict.fromkeys(operations))}{at}: {why}"[-MAX_WHY:]
