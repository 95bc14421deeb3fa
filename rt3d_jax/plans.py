"""Plans: which kernels are pruned, in which blocks; an ordered list of (regex, rule), the first match wins."""

import dataclasses
import re
from typing import Any

import jax

from rt3d_jax import cost, masks, patterns

Tree = Any


@dataclasses.dataclass(frozen=True)
class Prune:
    """Prune a kernel in blocks of `pattern`. keep is the fraction of blocks kept; None leaves it to a MAC budget."""

    pattern: patterns.BlockPattern
    keep: float | None = None

    def __post_init__(self) -> None:
        if self.keep is not None and not 0 < self.keep <= 1:
            raise ValueError(
                f"Prune.keep is {self.keep}, expected a fraction above 0 and at most 1, or None for a budget"
            )


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
    flat = jax.tree_util.tree_flatten_with_path(params)[0]
    paths = [jax.tree_util.keystr(path, simple=True, separator="/") for path, _ in flat]
    return [cost.layer_name(path) for path in paths if cost.is_kernel(path)]


def mask_tree(params: Tree, kernel_masks: dict[str, Any]) -> Tree:
    """The mask tree from masks by layer name; the bias of a filter with no weight left is dropped with it."""

    def leaf(path: Any, _: Any) -> Any:
        path = jax.tree_util.keystr(path, simple=True, separator="/")
        mask = kernel_masks.get(cost.layer_name(path))
        if mask is None or cost.is_kernel(path):
            return mask
        return masks.bias_mask(mask) if path.endswith("/bias") else None

    return jax.tree_util.tree_map_with_path(leaf, params)


def prune(params: Tree, plan: Plan) -> Tree:
    """The mask tree of a plan that gives every pruned kernel its own keep, by block scores of the kernel alone."""
    found: dict[str, Any] = {}
    for name, rule in match(plan, params).items():
        if rule is None:
            continue
        if rule.keep is None:
            raise ValueError(f"plan leaves keep of {name} to a budget, expected a fraction; or prune to a rate")
        found[name] = masks.kernel_mask(cost.leaf(params, name), rule.pattern, rule.keep)
    return mask_tree(params, found)


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
