"""What may be chosen for a convolution beyond its target's defaults: by hand, or by the tuner."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from lowering.targets import targets

GROUPS = (4, 8, 16)
LIMITS = {"vectors": 32, "chunk": 4096, "ring": 512 * 1024}
SOURCES = ("default", "shipped", "cache")


class ScheduleError(ValueError):
    """A choice that no kernel could follow: the message says which value and what it may be."""


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How one convolution is computed; None leaves that to the target's defaults.

    group: filters in a row. vectors, chunk: as in targets.Tiling. ring: bytes that a chain with the convolution before
    it may keep in cache, 0 for two kernels apart. source: who chose, one of SOURCES; of no account when choices are
    compared.
    """

    group: int | None = None
    vectors: int | None = None
    chunk: int | None = None
    ring: int | None = None
    source: str = dataclasses.field(default="default", compare=False)

    def tiling(self, target: targets.Target, group: int) -> targets.Tiling:
        """The target's tiling for rows of `group` filters, with what is chosen in its place."""
        default = target.tilings[group]
        return targets.Tiling(self.vectors or default.vectors, self.chunk or default.chunk)

    def row(self) -> dict[str, int]:
        """As JSON: what is chosen, nothing else."""
        found = dataclasses.asdict(self)
        return {name: found[name] for name in ("group", *LIMITS) if found[name] is not None}

    def __str__(self) -> str:
        return " ".join(f"{name} {value}" for name, value in self.row().items()) or "default"


DEFAULT = Schedule()
Schedules = Mapping[str, Schedule]  # by key, as tune/keys.py makes them, or by a layer's name
NONE: Schedules = {}


def parse(row: Any, source: str) -> Schedule:
    """The inverse of `Schedule.row`; ScheduleError for anything else."""
    if not isinstance(row, dict) or not set(row) <= {"group", *LIMITS}:
        raise ScheduleError(f"{row!r} is no choice; expected some of: group, {', '.join(LIMITS)}")
    for name, value in row.items():
        least, most = (0 if name == "ring" else 1), LIMITS.get(name, max(GROUPS))
        if type(value) is not int or not least <= value <= most or (name == "group" and value not in GROUPS):
            expected = f"one of {', '.join(map(str, GROUPS))}" if name == "group" else f"{least} to {most}"
            raise ScheduleError(f"{name} is {value!r}, expected {expected}")
    return Schedule(**row, source=source)
