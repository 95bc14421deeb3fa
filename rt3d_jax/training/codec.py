"""Experiments as JSON, which travel with every run."""

from typing import Any

from lowering.system import typed
from rt3d_jax.training import experiments

Made = experiments.Experiment | experiments.Imported  # what a run folder comes from

to_json = typed.plain


def from_json(value: Any, kind: Any = Made, where: str = "experiment") -> Any:
    """What to_json wrote of a type. ValueError in one line for an unknown type, and for fields that it does not take."""
    try:
        return typed.read(value, kind, where)
    except RecursionError:
        raise ValueError(f"{where} is nested too deep, expected what rt3d wrote") from None
