"""Hard pruning to a MAC budget over the whole network: one threshold for all layers. Runs once, in numpy."""

import dataclasses
import math
from typing import Any

import numpy as np

from rt3d_jax import cost, masks, patterns, plans

Tree = Any
LEAST = 0.02


@dataclasses.dataclass(frozen=True)
class _Candidates:
    """The blocks of one pruned layer, flattened: score f64[blocks] and MACs i64[blocks]."""

    name: str
    pattern: patterns.BlockPattern
    scores: np.ndarray
    macs: np.ndarray


def to_rate(params: Tree, plan: plans.Plan, table: tuple[cost.Layer, ...], rate: float) -> Tree:
    """The mask tree that leaves 1 / rate of the network's MACs, and as little under it as the blocks allow.

    Blocks of all layers compete by one score: a block's share of its layer's squared weights over its share of the
    layer's MACs, so layers of different scale compare. Rules with their own keep are followed first; every layer keeps
    at least LEAST of its blocks. ValueError for a rate that `check` refuses.
    """
    check(params, plan, table, rate)
    rules = plans.match(plan, params)
    layers = {layer.name: layer for layer in table}
    kept = {
        name: masks.kernel_mask(np.asarray(cost.leaf(params, name)), rule.pattern, rule.keep)
        for name, rule in rules.items()
        if rule is not None and rule.keep is not None
    }
    candidates = [_candidates(params, layers[name], rule) for name, rule in rules.items() if rule and rule.keep is None]
    room = cost.macs(table) / rate - cost.macs(table, plans.mask_tree(params, kept))
    room += sum(int(blocks.macs.sum()) for blocks in candidates)
    for blocks, chosen in zip(candidates, _choose(candidates, room), strict=True):
        shape = layers[blocks.name].shape
        kept[blocks.name] = masks.expand(chosen.reshape(blocks.pattern.grid(shape)), shape, blocks.pattern)
    return plans.mask_tree(params, kept)


def check(params: Tree, plan: plans.Plan, table: tuple[cost.Layer, ...], rate: float) -> None:
    """ValueError for a rate below 1, a plan without budgeted rules, or dense layers that forbid the rate. Shapes do."""
    rules = plans.match(plan, params)
    if not rate >= 1:
        raise ValueError(f"rate is {rate}, expected at least 1 (dense MACs over kept MACs)")
    if not any(rule is not None and rule.keep is None for rule in rules.values()):
        raise ValueError("plan leaves no kernel to the budget, expected at least one rule without keep")
    highest = cost.macs(table) / sum(_least(layer, rules[layer.name]) for layer in table)
    if rate > highest:
        dense = ", ".join(name for name, rule in rules.items() if rule is None) or "no layers"
        raise ValueError(
            f"rate {rate:g} cannot be reached: {dense} stay dense and every other layer keeps at least {LEAST:.0%} of its "
            f"blocks, so {highest:.2f} is the highest; ask for less or let the plan prune more layers"
        )


def _least(layer: cost.Layer, rule: plans.Prune | None) -> int:
    """The MACs that a layer keeps at any rate."""
    if rule is None:
        return layer.macs
    sizes = np.sort(masks.block_sizes(layer.shape, rule.pattern), axis=None)
    count = _fewest(sizes.size) if rule.keep is None else max(1, round(rule.keep * sizes.size))
    return layer.positions * int(sizes[-count:].sum())


def _fewest(blocks: int) -> int:
    return max(1, math.ceil(LEAST * blocks))


def _candidates(params: Tree, layer: cost.Layer, rule: plans.Prune) -> _Candidates:
    kernel = np.asarray(cost.leaf(params, layer.name), np.float64)
    scores = np.asarray(masks.block_scores(kernel, rule.pattern)).ravel()
    sizes = masks.block_sizes(kernel.shape, rule.pattern).ravel()
    scale = np.sqrt(np.sum(scores**2 * sizes) / np.sum(sizes))
    return _Candidates(layer.name, rule.pattern, scores / max(scale, 1e-30), sizes * layer.positions)


def _choose(layers: list[_Candidates], room: float) -> list[np.ndarray]:
    """bool[blocks] per layer, of at most `room` MACs: blocks enter in order of score, those that do not fit are passed."""
    macs = np.concatenate([layer.macs for layer in layers])
    scores = np.concatenate([layer.scores for layer in layers])
    kept = np.concatenate([_best(layer.scores) for layer in layers])
    room -= int(macs[kept].sum())
    order = np.argsort(-scores, kind="stable")
    order = order[~kept[order]]
    fits = int(np.searchsorted(np.cumsum(macs[order]), room, side="right"))
    kept[order[:fits]] = True
    room -= int(macs[order[:fits]].sum())
    for block in order[fits:]:
        if room < macs.min():
            break
        if macs[block] <= room:
            kept[block], room = True, room - int(macs[block])
    return np.split(kept, np.cumsum([layer.scores.size for layer in layers])[:-1])


def _best(scores: np.ndarray) -> np.ndarray:
    best = np.zeros(scores.size, bool)
    best[np.argsort(-scores, kind="stable")[: _fewest(scores.size)]] = True
    return best
