"""Schedules: how a convolution is computed, as distinct from what it computes. Chosen by hand or by the tuner."""

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from lowering.system import typed
from lowering.targets import targets

GROUPS = (4, 8, 16)
WINOGRAD = (0, 2, 4)
SOURCES = ("default", "shipped", "cache")


class ScheduleError(ValueError):
    """A schedule that no kernel could follow. The message says which value, and what it may be."""


def _between(least: int, most: int) -> typed.Check:
    return typed.Check(f"{least} to {most}", lambda value: least <= value <= most)


class Row(TypedDict, total=False):
    """A schedule as JSON: the values that are set."""

    group: Annotated[int, typed.Check(f"one of {', '.join(map(str, GROUPS))}", GROUPS.__contains__)]
    vectors: Annotated[int, _between(1, 32)]
    chunk: Annotated[int, _between(1, 4096)]
    ring: Annotated[int, _between(0, 512 * 1024)]
    winograd: Annotated[int, typed.Check(f"one of {', '.join(map(str, WINOGRAD))}", WINOGRAD.__contains__)]


FIELDS = tuple(Row.__annotations__)


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How one convolution is computed. None leaves a value to the target's defaults.

    group: the number of filters in a row of the packed kernel. vectors, chunk: as in targets.Tiling. ring: where this
    convolution may be fused with the one before it, the bytes of intermediate results that may stay in cache; 0 keeps
    them two kernels. winograd: the side of a tile of Winograd's filtering, for 3 x 3 pixels; 0: the convolution is
    computed as it is written. With a tile, group, vectors and chunk are those of the products. source: who chose, one
    of SOURCES; it does not count when schedules are compared.
    """

    group: int | None = None
    vectors: int | None = None
    chunk: int | None = None
    ring: int | None = None
    winograd: int | None = None
    source: str = dataclasses.field(default="default", compare=False)

    def tiling(self, target: targets.Target, group: int) -> targets.Tiling:
        """The target's tiling for rows of `group` filters, except for what this schedule sets."""
        default = target.tilings[group]
        most = 0 if self.vectors else default.most
        return targets.Tiling(self.vectors or default.vectors, self.chunk or default.chunk, most)

    def row(self) -> dict[str, int]:
        """As JSON, see Row."""
        found = dataclasses.asdict(self)
        return {name: found[name] for name in FIELDS if found[name] is not None}

    def __str__(self) -> str:
        return " ".join(f"{name} {value}" for name, value in self.row().items()) or "default"


DEFAULT = Schedule()
Schedules = Mapping[str, Schedule]  # by key, as graph/keys.py makes them, or by a layer's name
NONE: Schedules = {}


def parse(row: Any, source: str) -> Schedule:
    """The inverse of `Schedule.row`; ScheduleError for anything else."""
    if not isinstance(row, dict) or not set(row) <= set(FIELDS):
        raise ScheduleError(f"{row!r} is no schedule; expected some of: {', '.join(FIELDS)}")
    try:
        return Schedule(**typed.read(row, Row), source=source)
    except ValueError as error:
        raise ScheduleError(str(error)) from error
