"""Deploy: a JAX function and its weights -> Graph -> packed kernels -> MLIR -> IREE modules in a bundle.

The rooms in the order in which they may import each other: system, functions, targets, graph, kernels, tune, bundle,
counts, phone, app, peers. Nothing here imports rt3d_jax. The names below are for users; each is imported, with jax and
IREE, when it is first used.
"""

from typing import TYPE_CHECKING

from lowering.system import lazy

if TYPE_CHECKING:
    from lowering.bundle.bundles import Bundle as Bundle
    from lowering.bundle.bundles import Info as Info
    from lowering.bundle.bundles import Score as Score
    from lowering.bundle.bundles import read as read
    from lowering.bundle.deploy import Deployed as Deployed
    from lowering.bundle.deploy import deploy as deploy
    from lowering.bundle.run import check as check
    from lowering.bundle.run import load as load
    from lowering.graph.rewrites.stages import rewrite as rewrite
    from lowering.graph.trace import trace as trace

_HOMES = {
    "Bundle": "lowering.bundle.bundles",
    "Deployed": "lowering.bundle.deploy",
    "Info": "lowering.bundle.bundles",
    "Score": "lowering.bundle.bundles",
    "check": "lowering.bundle.run",
    "deploy": "lowering.bundle.deploy",
    "load": "lowering.bundle.run",
    "read": "lowering.bundle.bundles",
    "rewrite": "lowering.graph.rewrites.stages",
    "trace": "lowering.graph.trace",
}

__getattr__, __dir__ = lazy.names(__name__, _HOMES)
