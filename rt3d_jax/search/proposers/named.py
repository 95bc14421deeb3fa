"""Proposers by name.

| name | how |
|---|---|
| bayesian | tree-structured Parzen estimators of Optuna, with the bound as a constraint (`bayesian`) |
| reinforce | a recurrent network that writes points, trained by REINFORCE (`generator`) |
| evolution | children of the best of the recent points (`baselines`) |
| random | every value as likely (`baselines`) |
"""

import importlib

from lowering.system import spelling
from rt3d_jax.search import points

HOMES = {"bayesian": "bayesian", "reinforce": "generator", "evolution": "baselines", "random": "baselines"}


def find(name: str) -> points.Proposer:
    """The proposer of that name; it is imported, with what it needs, now. ValueError for an unknown name."""
    if name not in HOMES:
        raise ValueError(f"proposer is {name!r}, expected one of {', '.join(HOMES)}{spelling.meant(name, HOMES)}")
    return getattr(importlib.import_module(f"rt3d_jax.search.proposers.{HOMES[name]}"), name)
