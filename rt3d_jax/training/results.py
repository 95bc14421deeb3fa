"""What result.json says of a phase: how large its network is, what it is worth, and what its data left to doubt."""

from typing import Any

from rt3d_jax.evaluation import measured
from rt3d_jax.sparsity import cost

Tree = Any


def of_network(table: tuple[cost.Layer, ...], masks: Tree, score: measured.Score) -> dict[str, Any]:
    """Its MACs and parameters, all over those kept, the score, and a row for each layer."""
    kept = cost.macs(table, masks)
    return {
        "rate": cost.macs(table) / kept,
        "macs": kept,
        "params": cost.parameters(table, masks),
        "rate_parameters": cost.parameters(table) / cost.parameters(table, masks),
        **measured.to_result(score),
        "layers": [_row(layer, masks) for layer in table],
    }


def of_data(doubts: tuple[str, ...], skipped: dict[str, int]) -> dict[str, Any]:
    """What was warned of, and how many examples could not be read, by part ("train", "test"); {} if all was well.

    measured.remarks puts both into words.
    """
    counts = {part: count for part, count in skipped.items() if count}
    return ({"doubts": list(doubts)} if doubts else {}) | ({"skipped": counts} if counts else {})


def _row(layer: cost.Layer, masks: Tree) -> dict[str, Any]:
    return {
        "name": layer.name,
        "shape": list(layer.shape),
        "macs_dense": layer.macs,
        "macs": cost.kept_macs(layer, masks),
        "density": cost.density(layer, masks),
        **({"dense": layer.fixed} if layer.fixed else {}),
    }
