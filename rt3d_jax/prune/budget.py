"""Hard pruning to a budget over the whole network.

One threshold holds for all layers, and no layer has a rate of its own. This is done once, in numpy.
"""

import warnings
from typing import Any

import numpy as np

from lowering.system import bounds, typed
from rt3d_jax.prune import selection
from rt3d_jax.sparsity import cost, plans

Tree = Any
MISSED = 0.99  # of a rate: what is reached below that is told


def to_rate(
    params: Tree,
    plan: plans.Plan,
    table: cost.Table,
    rate: float,
    *,
    measure: selection.Measure = "macs",
    energies: selection.Energies | None = None,
) -> Tree:
    """The mask tree that leaves 1 / rate of the network's MACs (or parameters).

    What is kept never exceeds the budget, and fills it as far as taking blocks by score allows. What stays free is at
    most the cost of the best block that does not fit. In a network of few blocks that can be much.

    Blocks of all layers compete by one score: the block's share of its layer's energy over its share of the layer's
    cost. So layers of different scale compare. Rules with a `keep` of their own are followed. Bounds (Prune.least,
    Prune.most) and balance hold exactly.

    energies: what losing each block would cost, [grid] by layer name (see prune.heuristic). Without them, the sum of
        its squared weights.

    ValueError for a rate that `check` refuses, and for weights that are not finite. UserWarning where the least that
    the plan keeps costs more than the budget with these weights, which `check` cannot know; that is kept then.
    """
    check(plan, table, rate, measure=measure)
    choice = selection.Selection(plan, table, measure)
    if energies is None:
        energies = selection.squares(params, plan, table)
    energies = {layer.name: np.asarray(energies[layer.name], np.float64) for layer in choice.pruned}
    for name, energy in energies.items():
        if not np.isfinite(energy).all():
            raise ValueError(
                f"{name} has blocks of energy nan or infinite, expected numbers; did the training diverge?"
            )
    tree = plans.mask_tree(params, choice.masks(energies, choice.dense / rate), table)
    count = cost.macs if measure == "macs" else cost.parameters
    if choice.free and (reached := count(table) / count(table, tree)) < MISSED * rate:
        warnings.warn(
            f"rate {rate:g} is not reached, but {reached:.2f}: with these weights the plan keeps no less; ask for less "
            "or lower the least of its rules",
            stacklevel=2,
        )
    return tree


def check(plan: plans.Plan, table: cost.Table, rate: float, *, measure: selection.Measure = "macs") -> None:
    """ValueError for a rate that cannot be reached. It also warns as `warn` does.

    Refused are a rate below 1, a plan that leaves no kernel to the budget, a rate of MACs for layers that were read by
    name, and a rate that the plan's bounds forbid.
    """
    warn(plan, table)
    rules = plans.match(plan, table)
    typed.read(rate, bounds.Rate, "rate")
    if not any(rule is not None and rule.keep is None for rule in rules.values()):
        raise ValueError("plan leaves no kernel to the budget, expected at least one rule without keep")
    if measure == "macs" and not any(layer.macs for layer in table):
        raise ValueError(
            "the layers were read by name and have no MACs; trace the network, or let a rate count parameters"
        )
    choice = selection.Selection(plan, table, measure)
    highest, lowest = (choice.dense / choice.extreme(which) for which in ("least", "most"))
    if rate > highest:
        dense = ", ".join(name for name, rule in rules.items() if rule is None) or "no layers"
        raise ValueError(
            f"rate {rate:g} cannot be reached: {dense} stay dense and the others keep their least, so "
            f"{highest:.2f} is the "
            f"highest rate of {measure}; ask for less or let the plan prune more layers"
        )
    if rate < lowest * 0.99:
        raise ValueError(
            f"rate {rate:g} cannot be reached: the plan's keep and most leave so little that {lowest:.2f} is "
            f"the lowest rate "
            f"of {measure}; ask for more or raise them"
        )


def warn(plan: plans.Plan, table: cost.Table) -> None:
    """One UserWarning with the layers that the plan would prune and that cannot be pruned, and why.

    No warning if there are none.
    """
    if stuck := plans.stuck(plan, table):
        told = "; ".join(f"{name}: {why}" for name, why in stuck.items())
        warnings.warn(
            f"layers that the plan prunes stay dense: {told}. Give them the rule None to keep them so", stacklevel=3
        )
