"""Experiments as JSON, which travel with every run. What older versions wrote is read, too."""

import copyreg
import dataclasses
from typing import Any

from lowering.system import typed
from rt3d_jax.hosts import plugins
from rt3d_jax.tasks import classification, contract, detection, exemplar, super_resolution
from rt3d_jax.training import experiments, migrations

Made = experiments.Experiment | experiments.Imported  # what a run folder comes from
TASKS: dict[str, type] = {
    "Classification": classification.Classification,
    "Detection": detection.Detection,
    "Exemplar": exemplar.Exemplar,
    "SuperResolution": super_resolution.SuperResolution,
}


def to_json(value: Any) -> Any:
    """A value as JSON. A dataclass has its name under "type"; a task of the user's own has that of hosts.plugins."""
    return typed.plain(value, _name)


def from_json(value: Any, kind: Any = Made, where: str = "experiment") -> Any:
    """What to_json wrote of a type, here or in an older version.

    ValueError in one line for an unknown type, and for fields that it does not take. A task of the user's own is
    imported.
    """
    try:
        return typed.read(_upgraded(value, where), kind, where, _task)
    except RecursionError:
        raise ValueError(f"{where} is nested too deep, expected what rt3d wrote") from None


def _upgraded(value: Any, where: str) -> Any:
    try:
        return migrations.upgrade(value)
    except (TypeError, AttributeError, LookupError) as error:
        raise ValueError(f"{where} is what no version of rt3d wrote ({typed.show(error)})") from error


def _name(kind: type) -> str:
    own = issubclass(kind, contract.Task) and kind not in TASKS.values()
    return plugins.name_of(kind) if own else kind.__name__


def _task(name: str) -> type:
    """The class of a task by its name in JSON."""
    if name in TASKS:
        return TASKS[name]
    if not plugins.is_name(name):
        known = ", ".join(TASKS)
        raise ValueError(f"task has type {typed.show(name)}, expected {known}, or a class of your own as module:Class")
    found = plugins.find(name)
    if not (dataclasses.is_dataclass(found) and issubclass(found, contract.Task)):
        raise ValueError(
            f"task has type {typed.show(name)}, expected a dataclass with the methods of tasks.contract.Task"
        )
    return found


# Between processes an experiment travels as JSON: a class that a file carries has no module that pickle could name.
copyreg.pickle(experiments.Experiment, lambda experiment: (from_json, (to_json(experiment),)))
