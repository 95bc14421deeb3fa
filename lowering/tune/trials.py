"""Trials by the cost model: what a network's kernels cost with the default and with other schedules.

Bundles measure such costs (bundle/trials.py), and emulators count them (counts/trials.py).
"""

import math
from collections.abc import Callable

from lowering.graph import ops
from lowering.targets import targets
from lowering.tune import model, networks, search


def modelled(network: networks.Network, target: targets.Target) -> search.Trial:
    """By tune/model.py."""
    base = model.costs(network.rewrite({}, target), target)

    def costs(chosen: networks.Schedules) -> networks.Costs:
        """Instructions, and stalls beyond those of the default; stalls that only the default has count for nothing."""
        found, none = model.costs(network.rewrite(chosen, target), target), model.Cost(0.0, 0.0)
        return {name: c.instructions + max(0.0, c.stalls - base.get(name, none).stalls) for name, c in found.items()}

    return against(costs({}), costs, network, target)


def against(
    default: networks.Costs,
    costs: Callable[[networks.Schedules], networks.Costs],
    network: networks.Network,
    target: targets.Target,
) -> search.Trial:
    """One round, for costs of convolutions alone.

    Schedules that take a pool out of a convolution's kernel are refused: the costs would leave out the pool.
    """

    def pooled(chosen: networks.Schedules) -> set[str]:
        return {node.name for node in network.rewrite(chosen, target).nodes if isinstance(node.op, ops.FusedPool)}

    there = pooled({})

    def trial(chosen: networks.Schedules) -> list[tuple[networks.Costs, networks.Costs]]:
        whole = there <= pooled(chosen)
        return [(default, costs(chosen) if whole else dict.fromkeys(default, math.inf))]

    return trial
