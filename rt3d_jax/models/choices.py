"""What a search may choose of a network, as its class says (see `catalog`): sizes and operators."""

import dataclasses
import inspect
from typing import Any

from rt3d_jax.models import catalog


def elastic(model: catalog.Model) -> dict[str, float]:
    """The arguments that may shrink, with their values: a factor, or a whole number."""
    found = values(model)
    return {name: found[name] for name in getattr(catalog.kind(model), "elastic", ())}


def operators(model: catalog.Model) -> dict[str, tuple[Any, ...]]:
    """The arguments that choose an operator, with their values. The model's own is first.

    None of which the model's own is not the first that the class names: parameters of the others are a part of that's.
    """
    found, named = values(model), dict(getattr(catalog.kind(model), "operators", {}))
    return {name: tuple(others) for name, others in named.items() if found[name] == others[0]}


def values(model: catalog.Model) -> dict[str, Any]:
    """The arguments of a network by name: defaults of its class, fields of the model, its options."""
    defaults = {name: one.default for name, one in inspect.signature(catalog.kind(model).__init__).parameters.items()}
    return defaults | dataclasses.asdict(model) | model.options
