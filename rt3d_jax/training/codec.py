"""Experiments and their parts as JSON."""

import dataclasses
import re
import typing
from typing import Any

from rt3d_jax.data import classes, clips, hmdb51, kinetics, something, synthetic, ucf101
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments, recipes

TYPES = {
    kind.__name__: kind
    for kind in (
        *(
            recipes.AdamW,
            catalog.Compute,
            recipes.Distillation,
            experiments.Experiment,
            experiments.Imported,
            catalog.Model,
            recipes.Recipe,
            recipes.SGD,
            *typing.get_args(algorithms.Algorithm),
        ),
        *(classes.ClassFolders, hmdb51.HMDB51, kinetics.Kinetics, something.SomethingSomething, ucf101.UCF101),
        *(clips.ClipSpec, clips.Spread, clips.Windows, synthetic.Synthetic, plans.Prune, patterns.BlockPattern),
    )
}


def to_json(value: Any) -> Any:
    """Plain JSON values; a dataclass becomes an object with its name under "type"."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def from_json(value: Any) -> Any:
    """What to_json wrote, lists as tuples; ValueError for an unknown type or fields that it does not take."""
    if isinstance(value, list):
        return tuple(from_json(item) for item in value)
    if not isinstance(value, dict):
        return value
    fields = {key: from_json(item) for key, item in value.items() if key != "type"}
    if "type" not in value:
        return fields
    if not isinstance(value["type"], str) or value["type"] not in TYPES:
        raise ValueError(f"config type is {value['type']!r}, expected one of {', '.join(sorted(TYPES))}")
    try:
        return TYPES[value["type"]](**fields)
    except (
        TypeError,
        AttributeError,
        LookupError,
        OverflowError,
        re.error,
    ) as error:  # of constructors given what they do not expect
        raise ValueError(f"config {value['type']} does not fit this version of rt3d-jax: {error}") from error
