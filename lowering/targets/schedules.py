"""Schedules: how a convolution is computed, as distinct from what it computes. Chosen by hand or by the tuner."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from lowering.targets import targets

GROUPS = (4, 8, 16)
LIMITS = {"vectors": 32, "chunk": 4096, "ring": 512 * 1024}
SOURCES = ("default", "shipped", "cache")


class ScheduleError(ValueError):
    """A schedule that no kernel could follow. The message says which value, and what it may be."""


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How one convolution is computed. None leaves a value to the target's defaults.

    group: the number of filters in a row of the packed kernel. vectors, chunk: as in targets.Tiling. ring: where this
    convolution may be fused with the one before it, the bytes of intermediate results that may stay in cache; 0 keeps
    them two kernels. source: who chose, one of SOURCES; it does not count when schedules are compared.
    """

    group: int | None = None
    vectors: int | None = None
    chunk: int | None = None
    ring: int | None = None
    source: str = dataclasses.field(default="default", compare=False)

    def tiling(self, target: targets.Target, group: int) -> targets.Tiling:
        """The target's tiling for rows of `group` filters, except for what this schedule sets."""
        default = target.tilings[group]
        return targets.Tiling(self.vectors or default.vectors, self.chunk or default.chunk)

    def row(self) -> dict[str, int]:
        """As JSON: the values that are set."""
        found = dataclasses.asdict(self)
        return {name: found[name] for name in ("group", *LIMITS) if found[name] is not None}

    def __str__(self) -> str:
        return " ".join(f"{name} {value}" for name, value in self.row().items()) or "default"


DEFAULT = Schedule()
Schedules = Mapping[str, Schedule]  # by key, as graph/keys.py makes them, or by a layer's name
NONE: Schedules = {}


def parse(row: Any, source: str) -> Schedule:
    """The inverse of `Schedule.row`; ScheduleError for anything else."""
    if not isinstance(row, dict) or not set(row) <= {"group", *LIMITS}:
        raise ScheduleError(f"{row!r} is no schedule; expected some of: group, {', '.join(LIMITS)}")
    for name, value in row.items():
        least, most = (0 if name == "ring" else 1), LIMITS.get(name, max(GROUPS))
        if type(value) is not int or not least <= value <= most or (name == "group" and value not in GROUPS):
            expected = f"one of {', '.join(map(str, GROUPS))}" if name == "group" else f"{least} to {most}"
            raise ScheduleError(f"{name} is {value!r}, expected {expected}")
    return Schedule(**row, source=source)
