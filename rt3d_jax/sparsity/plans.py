"""Plans: which kernels are pruned, and in which blocks.

A plan is an ordered list of (regex, rule). The first regex that matches a layer's name decides.
"""

import dataclasses
import math
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np

from lowering.functions import trees
from lowering.system import bounds, typed
from rt3d_jax.sparsity import cost, masks, patterns

Tree = Any
CLOSE = 1e-9  # of a block: what a share of blocks may be off as a float
Pattern = Annotated[patterns.BlockPattern, typed.Check("a BlockPattern, such as kgs(8, 4)", lambda _: True)]
Keep = Annotated[
    float | None,
    typed.Check(
        "a fraction above 0 and at most 1, or None for a budget", lambda value: value is None or 0 < value <= 1
    ),
]
Balance = Annotated[Literal["group", "row"] | None, typed.Check("one of group, row, or None", lambda _: True)]


@dataclasses.dataclass(frozen=True)
class Prune:
    """The rule that prunes a kernel in blocks of one pattern.

    KGS with balanced groups is KGC (Sun et al., TCAD 2024). ValueError for a value outside its range.

    Args:
        pattern: The shape of a block.
        keep: The fraction of blocks that is kept, above 0 and at most 1: the nearest number of levels, at least one.
            None leaves it to a budget over the whole network.
        least: The fraction of the kernel's blocks that a budget keeps at least.
        most: The fraction of the kernel's blocks that a budget keeps at most.
        balance: "group" lets every group of filters and channels keep the same number of blocks; "row" does so for
            every group of filters. None lets the best blocks win wherever they are.
        multiple: The number of blocks that are kept or dropped at a time. `Prune(FILTER, multiple=8)` leaves a multiple
            of 8 filters, where a layer's own number is one; kernels compute 8 at a time.
    """

    pattern: Pattern
    keep: Keep = None
    least: float = 0.02
    most: float = 1.0
    balance: Balance = None
    multiple: bounds.Count = 1

    def __post_init__(self) -> None:
        typed.check(self)
        if not 0 < self.least <= self.most <= 1:
            raise ValueError(f"Prune keeps {self.least} to {self.most}, expected 0 < least <= most <= 1")

    @property
    def name(self) -> str:
        """The scheme's name in reports: "kgs 8x4", "kgc 8x4", "vanilla-by-row 8x4", "filter-by-8"."""
        kind, _, size = self.pattern.name.partition(" ")
        if self.balance is not None:
            kind = "kgc" if (kind, self.balance) == ("kgs", "group") else f"{kind}-by-{self.balance}"
        if self.multiple > 1:
            kind = f"{kind}-by-{self.multiple}"
        return f"{kind} {size}".strip()

    def levels(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """The numbers of levels and of cells of a kernel's blocks. The blocks of one level go together.

        Without balance there is one cell, and with it a cell is a group or a row. Cells are the last axes of the grid.
        The first level is the best `multiple` blocks of every cell, the second the next best, and so on. The last one
        may have fewer.
        """
        each, cells = self._cells(shape)
        return -(-each // self.multiple), cells

    def share(self, shape: tuple[int, ...]) -> float:
        """The fraction of a kernel's blocks that `keep` comes to in whole levels."""
        each, _ = self._cells(shape)
        return min(self.kept(shape)[0] * self.multiple, each) / each

    def kept(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """The least and the most levels of a kernel that a budget keeps, at least one; the same where `keep` is set."""
        (levels, _), (each, _) = self.levels(shape), self._cells(shape)
        blocks = lambda count: min(count * self.multiple, each)
        if self.keep is not None:
            wanted = self.keep * each
            near = (round(wanted / self.multiple), math.floor(wanted / self.multiple), levels)
            best = min((min(max(count, 1), levels) for count in near), key=lambda count: abs(blocks(count) - wanted))
            return best, best
        least = max(1, math.ceil(math.ceil(self.least * each - CLOSE) / self.multiple))
        most = math.floor(self.most * each + CLOSE)
        return least, max(least, levels if most >= each else most // self.multiple)

    def _cells(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """The number of blocks of a cell, and of cells."""
        *grid, outputs = self.pattern.grid(shape)
        cells = {None: 1, "row": outputs, "group": grid[-1] * outputs}[self.balance]
        return math.prod(grid) * outputs // cells, cells


Plan = tuple[tuple[str, Prune | None], ...]


def entries(plan: Any) -> Plan:
    """The plan, which may also be a list. ValueError in one line for what is no plan."""
    if isinstance(plan, dict):
        raise ValueError("plan is a dict, expected (regex, rule) entries in order; write tuple(plan.items())")
    if not isinstance(plan, tuple | list):
        raise ValueError(f"plan is {typed.what(plan)}, expected a tuple of (regex, rule) entries")
    if len(plan) == 2 and isinstance(plan[0], str):
        raise ValueError(f"plan is the single entry {plan[0]!r}, expected a tuple of entries; write ((regex, rule),)")
    for entry in plan:
        if not isinstance(entry, tuple | list) or len(entry) != 2 or not isinstance(entry[0], str):
            raise ValueError(f"plan has {typed.what(entry)} as an entry, expected (regex, rule), such as ('.*', None)")
        _rule(*entry)
        _compiled(entry[0])
    return tuple((regex, rule) for regex, rule in plan)


def match(plan: Plan, table: Sequence[cost.Layer]) -> dict[str, Prune | None]:
    """The rule of every layer, by its name ("conv2"). None keeps a layer dense.

    A rule's regex must match the whole name. Layers that cannot be pruned stay dense whatever the plan says, see
    `stuck`. ValueError for a kernel that no entry covers, for an entry that matches no layer, and for a regex that does
    not compile.
    """
    compiled = [(_compiled(regex), rule) for regex, rule in entries(plan)]
    cost.check(table)
    for regex, _ in compiled:
        if not any(regex.fullmatch(layer.name) for layer in table):
            names = ", ".join(layer.name for layer in table)
            raise ValueError(f"plan entry {regex.pattern!r} matches no layer, expected one of {names}")
    rules = {layer.name: None if layer.fixed else _first(compiled, layer) for layer in table}
    return {layer.name: None if _obstacle(rules[layer.name], layer) else rules[layer.name] for layer in table}


def stuck(plan: Plan, table: Sequence[cost.Layer]) -> dict[str, str]:
    """Why layers that the plan would prune cannot be pruned: the reason by layer name.

    What `cost` says of the layer; a dropped block would be an output of the network, such as a class; all blocks are
    one multiple, or lie in several kernels of a stack, of which none would keep a multiple.
    """
    compiled = [(_compiled(regex), rule) for regex, rule in entries(plan)]
    rules = {
        layer.name: next((rule for regex, rule in compiled if regex.fullmatch(layer.name)), None) for layer in table
    }
    reasons = {layer.name: layer.fixed or _obstacle(rules[layer.name], layer) for layer in table}
    return {name: reason for name, reason in reasons.items() if reason and rules[name] is not None}


def mask_tree(params: Tree, kernel_masks: dict[str, Any], table: Sequence[cost.Layer] = ()) -> Tree:
    """The mask tree made of the kernels' masks, bool[layer.shape] by layer name. What a dropped filter leaves without
    effect is dropped too.

    First, its bias and the vectors of a batch norm behind it: its channel is then zero, whatever the running statistics
    are. Second, the weights that read the channel in later layers, even in layers that the plan keeps dense. The
    network's answers stay the same.

    table: the network's layers. Without it the names of the leaves say which vectors belong to a kernel (cost.named),
        and no other layer is touched.
    """
    table, found = table or cost.named(params), {}
    closed, sizes = _closed(kernel_masks, table), dict(trees.paths(params))
    for layer in (layer for layer in table if layer.name in closed):
        mask = closed[layer.name]
        if layer.whole and not (alive := np.asarray(masks.bias_mask(mask))).all():
            raise ValueError(
                f"nothing is left of filter {int(np.argmin(alive))} of {layer.name}, whose weights go through a norm "
                f"that gives nan then; add an epsilon to the norm, or fold it into {layer.place.path} before pruning"
            )
        vectors = {path: masks.bias_mask(mask).reshape(sizes[path].shape) for path in layer.wiring.followers}
        found |= {layer.place.path: layer.place.leaf(mask), **vectors}
    return trees.like(params, found)


def prune(params: Tree, plan: Plan, table: Sequence[cost.Layer] = ()) -> Tree:
    """The mask tree of a plan whose rules all have a `keep` of their own.

    Blocks compete within their kernel only, by energy per weight. ValueError for a rule that leaves `keep` to a budget,
    and as `match`.
    """
    found: dict[str, Any] = {}
    known = table or cost.named(params)
    kernels = cost.kernels(params, known)
    for name, rule in match(plan, known).items():
        if rule is None:
            continue
        if rule.keep is None:
            raise ValueError(f"plan leaves keep of {name} to a budget, expected a fraction; or prune to a rate")
        kernel = kernels[name]
        energies = masks.block_energies(kernel, rule.pattern)
        kept = level_ranks(energies, rule, kernel.shape) < rule.kept(kernel.shape)[0]
        found[name] = masks.expand(kept, kernel.shape, rule.pattern)
    return mask_tree(params, found, table)


def level_ranks(energies: masks.Array, rule: Prune, shape: tuple[int, ...]) -> Any:
    """The level of every block, int[grid]; 0 is the best, see Prune.levels.

    Blocks are ranked within their cell by energy per weight. Among equals the first wins.
    """
    xp = masks.module_of(energies)
    scores = energies / masks.block_sizes(shape, rule.pattern).astype(np.float32)
    order = xp.argsort(-scores.reshape(-1, rule.levels(shape)[1]), axis=0, stable=True)
    return xp.argsort(order, axis=0, stable=True).reshape(energies.shape) // rule.multiple


def _closed(kernel_masks: dict[str, Any], table: Sequence[cost.Layer]) -> dict[str, Any]:
    """The masks without the weights that read dropped filters.

    The table is in running order, so one pass is enough.
    """
    closed, alive = dict(kernel_masks), {}
    for layer in table:
        needs = layer.wiring.needs or ()
        living = [not place or any(_lives(alive, name, number) for name, number in place) for place in needs]
        mask = closed.get(layer.name)
        if not all(living):
            mask = (np.ones(layer.shape, bool) if mask is None else np.asarray(mask)) & layer.each(np.array(living))
            closed[layer.name] = mask
        if mask is not None:
            alive[layer.name] = np.asarray(masks.bias_mask(mask))
    return closed


def _lives(alive: dict[str, np.ndarray], name: str, number: int) -> bool:
    return name not in alive or bool(alive[name][number])


def _rule(regex: str, rule: Any) -> None:
    if isinstance(rule, patterns.BlockPattern):
        raise ValueError(f"plan entry {regex!r} has the pattern {rule.name}, expected a rule; write Prune(pattern)")
    if rule is not None and not isinstance(rule, Prune):
        raise ValueError(f"plan entry {regex!r} has {typed.what(rule)}, expected a rule: Prune(pattern) or None")


def _obstacle(rule: Prune | None, layer: cost.Layer) -> str:
    """Why a rule may not prune a layer, see `stuck`: "" where it may."""
    if rule is None:
        return ""
    if rule.multiple > 1 and len(layer.shape) > len(patterns.AXES):
        return f"a multiple of {rule.multiple} blocks would not be one in each kernel of its stack"
    if rule.multiple > 1 and rule.levels(layer.shape)[0] == 1:
        return f"its blocks are no more than one multiple of {rule.multiple}"
    if not layer.wiring.ends or rule.pattern.inputs is not None:
        return ""
    whole = math.prod(rule.pattern.grid(layer.shape)[:-1]) == 1
    return f"a {rule.pattern.name} of it is an output of the network" if whole else ""


def _compiled(regex: str) -> re.Pattern[str]:
    try:
        return re.compile(regex)
    except re.error as error:
        raise ValueError(f"plan entry {regex!r} is not a regular expression: {error}") from error


def _first(entries: list[tuple[re.Pattern[str], Prune | None]], layer: cost.Layer) -> Prune | None:
    for regex, rule in entries:
        if regex.fullmatch(layer.name):
            return rule
    raise ValueError(
        f"plan covers no rule for kernel {layer.place.path}, add ({layer.name!r}, rule) or ('.*', None) to "
        f"keep it dense"
    )
