"""Plans: which kernels are pruned, in which blocks; an ordered list of (regex, rule), the first match wins."""

import dataclasses
import math
import re
from typing import Any, Literal

import jax
import numpy as np

from rt3d_jax.sparsity import channels, cost, masks, patterns

Tree = Any


BALANCES = ("group", "row")


@dataclasses.dataclass(frozen=True)
class Prune:
    """Prune a kernel in blocks of `pattern`. keep is the fraction of blocks kept; None leaves it to the budget.

    A budget keeps at least `least` and at most `most` of the kernel's blocks. balance: every "group" (of filters and
    channels) or every "row" (a group of filters) keeps the same number of blocks; balanced groups of KGS are the KGC of
    (Sun et al., TCAD 2024). None lets the best blocks win wherever they are.
    """

    pattern: patterns.BlockPattern
    keep: float | None = None
    least: float = 0.02
    most: float = 1.0
    balance: Literal["group", "row"] | None = None

    def __post_init__(self) -> None:
        if self.keep is not None and not 0 < self.keep <= 1:
            raise ValueError(
                f"Prune.keep is {self.keep}, expected a fraction above 0 and at most 1, or None for a budget"
            )
        if not 0 < self.least <= self.most <= 1:
            raise ValueError(f"Prune keeps {self.least} to {self.most}, expected 0 < least <= most <= 1")
        if self.balance not in (None, *BALANCES):
            raise ValueError(f"Prune.balance is {self.balance!r}, expected one of {', '.join(BALANCES)}, or None")

    @property
    def name(self) -> str:
        """The scheme in words for reports: "kgs 8x4", "kgc 8x4", "vanilla-by-row 8x4"."""
        kind, _, size = self.pattern.name.partition(" ")
        if self.balance is not None:
            kind = "kgc" if (kind, self.balance) == ("kgs", "group") else f"{kind}-by-{self.balance}"
        return f"{kind} {size}".strip()

    def levels(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """A kernel's grid of blocks as (levels, cells): the blocks of one level are kept or dropped together.

        Without balance there is one cell, so that a level is a block; else a cell is a group or a row, and level n is the
        nth best block of every cell. In the grid's order the cells are the last axes.
        """
        *grid, outputs = self.pattern.grid(shape)
        blocks = math.prod(grid) * outputs
        cells = {None: 1, "row": outputs, "group": grid[-1] * outputs}[self.balance]
        return blocks // cells, cells


Plan = tuple[tuple[str, Prune | None], ...]


def match(plan: Plan, params: Tree) -> dict[str, Prune | None]:
    """The rule of every kernel by layer name ("conv2"); a rule's regex must match the whole name, None keeps it dense.

    ValueError for a kernel that no entry covers, an entry that names no layer at all, and a regex that does not compile.
    """
    names = kernel_names(params)
    entries = [(_compiled(regex), rule) for regex, rule in plan]
    for regex, _ in entries:
        if not any(regex.fullmatch(name) for name in names):
            raise ValueError(f"plan entry {regex.pattern!r} matches no layer, expected one of {', '.join(names)}")
    return {name: _first(entries, name) for name in names}


def kernel_names(params: Tree) -> list[str]:
    """The layer names of a parameter tree's kernels, in tree order; shapes are enough."""
    return [cost.layer_name(path) for path, _ in cost.paths(params) if cost.is_kernel(path)]


def mask_tree(params: Tree, kernel_masks: dict[str, Any], table: tuple[cost.Layer, ...] = ()) -> Tree:
    """The mask tree from masks by layer name; a filter with no weight left loses its layer's vectors (bias, scale, shift) too.

    Its channel is then zero whatever a batch norm's running statistics say. With the network's cost table, all that a
    dropped filter leaves without effect is dropped too: the vectors of a batch norm that is a layer of its own, and the
    weights that read the filter in the layers after it, layers that the plan keeps dense included. The network's answers
    stay the same.
    """
    kernel_masks = _closed(kernel_masks, table)
    vectors = {path: layer.name for layer in table for path in layer.wiring.followers}

    def leaf(path: Any, _: Any) -> Any:
        path = jax.tree_util.keystr(path, simple=True, separator="/")
        name, _, kind = path.rpartition("/")
        if kind == "kernel":
            return kernel_masks.get(name)
        owner = vectors.get(path, name if kind in channels.VECTORS else None)
        return masks.bias_mask(kernel_masks[owner]) if owner in kernel_masks else None

    return jax.tree_util.tree_map_with_path(leaf, params)


def prune(params: Tree, plan: Plan, table: tuple[cost.Layer, ...] = ()) -> Tree:
    """The mask tree of a plan that gives every pruned kernel its own keep, by block scores of the kernel alone."""
    found: dict[str, Any] = {}
    for name, rule in match(plan, params).items():
        if rule is None:
            continue
        if rule.keep is None:
            raise ValueError(f"plan leaves keep of {name} to a budget, expected a fraction; or prune to a rate")
        kernel = cost.leaf(params, name)
        energies = masks.block_energies(kernel, rule.pattern)
        ranks = level_ranks(energies, rule, kernel.shape)
        kept = ranks < max(1, round(rule.keep * rule.levels(kernel.shape)[0]))
        found[name] = masks.expand(kept, kernel.shape, rule.pattern)
    return mask_tree(params, found, table)


def level_ranks(energies: masks.Array, rule: Prune, shape: tuple[int, ...]) -> Any:
    """The level of every block, 0 the best, i32[grid]: its rank by energy per weight in its cell, the first among equals."""
    xp = masks.module_of(energies)
    scores = energies / masks.block_sizes(shape, rule.pattern).astype(np.float32)
    order = xp.argsort(-scores.reshape(rule.levels(shape)), axis=0, stable=True)
    return xp.argsort(order, axis=0, stable=True).reshape(energies.shape)


def _closed(kernel_masks: dict[str, Any], table: tuple[cost.Layer, ...]) -> dict[str, Any]:
    """The masks without the weights that read dropped filters; the table is in running order, so one pass does."""
    closed, alive = dict(kernel_masks), {}
    for layer in table:
        reads = layer.wiring.reads if layer.wiring.dies else None
        living = [not place or any(_lives(alive, name, number) for name, number in place) for place in reads or ()]
        mask = closed.get(layer.name)
        if not all(living):
            mask = (np.ones(layer.shape, bool) if mask is None else np.asarray(mask)) & np.array(living)[:, None]
            closed[layer.name] = mask
        if mask is not None:
            alive[layer.name] = np.asarray(masks.bias_mask(mask))
    return closed


def _lives(alive: dict[str, np.ndarray], name: str, number: int) -> bool:
    return name not in alive or bool(alive[name][number])


def _compiled(regex: str) -> re.Pattern[str]:
    try:
        return re.compile(regex)
    except re.error as error:
        raise ValueError(f"plan entry {regex!r} is not a regular expression: {error}") from error


def _first(entries: list[tuple[re.Pattern[str], Prune | None]], name: str) -> Prune | None:
    for regex, rule in entries:
        if regex.fullmatch(name):
            return rule
    raise ValueError(
        f"plan covers no rule for kernel {name}/kernel, add ({name!r}, rule) or ('.*', None) to keep it dense"
    )
