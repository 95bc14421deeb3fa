"""An experiment as a Python file that `rt3d train` takes."""

import collections
import dataclasses
import json
import re
import textwrap
from typing import Any

from rt3d_jax.hosts import plugins
from rt3d_jax.sparsity import patterns
from rt3d_jax.training import experiments

WIDTH = 116


def text(experiment: experiments.Experiment, about: str) -> str:
    """A module with a function experiment(). about: its docstring. Fields that have their defaults are left out.

    Classes of the user's own are found by hosts.plugins, as in a config.
    """
    writer = _Writer()
    body = writer.written(experiment, 4)
    imports = [f"from {package} import {', '.join(sorted(names))}" for package, names in sorted(writer.imports.items())]
    says = "\n".join(textwrap.wrap(about, WIDTH))
    return (
        f'"""{says}"""\n\n' + "\n".join(imports) + "\n\n\ndef experiment() -> experiments.Experiment:\n"
        f'    """To be trained as any other: `rt3d train` with the path of this file."""\n    return {body}\n'
    )


class _Writer:
    """Writes values as Python, and notes what they import."""

    def __init__(self) -> None:
        self.imports: dict[str, set[str]] = collections.defaultdict(set)

    def written(self, value: Any, indent: int) -> str:
        """An expression that stands behind so many columns; one line where there is room."""
        if isinstance(value, patterns.BlockPattern) and (short := self._pattern(value)):
            return short
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._together(self._called(type(value)), self._fields(value), ")", indent)
        if isinstance(value, tuple):
            return self._together("(", [("", one) for one in value], ",)" if len(value) == 1 else ")", indent)
        if isinstance(value, dict):
            parts = [(f"{self.written(name, 0)}: ", one) for name, one in value.items()]
            return self._together("{", parts, "}", indent)
        return json.dumps(value) if isinstance(value, str) else repr(value)

    def _together(self, start: str, parts: list[tuple[str, Any]], end: str, indent: int) -> str:
        line = start + ", ".join(before + self.written(one, 0) for before, one in parts) + end
        if len(line) + indent <= WIDTH and "\n" not in line:
            return line
        inside = indent + 4
        rows = [f"{' ' * inside}{before}{self.written(one, inside)},\n" for before, one in parts]
        return f"{start}\n{''.join(rows)}{' ' * indent}{end.lstrip(',')}"

    def _called(self, kind: type) -> str:
        package, _, module = kind.__module__.rpartition(".")
        if kind.__module__.startswith("rt3d_jax."):
            self.imports[package].add(module)
            return f"{module}.{kind.__name__}("
        self.imports["rt3d_jax.hosts"].add("plugins")
        return f"plugins.find({json.dumps(plugins.name_of(kind))})("

    def _pattern(self, value: patterns.BlockPattern) -> str | None:
        """As it is written by hand; None for one without a name."""
        self.imports["rt3d_jax.sparsity"].add("patterns")
        group = re.fullmatch(r"(kgs|vanilla) (\d+)x(\d+)", value.name)
        if group is not None:
            return f"patterns.{group[1]}({group[2]}, {group[3]})"
        return f"patterns.{value.name.upper()}" if value in patterns.NAMES else None

    def _fields(self, value: Any) -> list[tuple[str, Any]]:
        return [
            (f"{field.name}=", given)
            for field in dataclasses.fields(value)
            if (given := getattr(value, field.name)) != _default(field)
        ]


def _default(field: dataclasses.Field) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
