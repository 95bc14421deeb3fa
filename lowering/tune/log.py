"""What trials showed, in memory and on disk, so that a search that was stopped continues from there."""

import contextlib
import dataclasses
import fcntl
import json
import pathlib
from typing import TypedDict

import numpy as np

from lowering.system import typed
from lowering.targets import schedules
from lowering.tune import networks

MARGIN = 0.02  # a schedule must save this share of a unit's cost
Rounds = list[tuple[float, float]]  # a unit's cost with the default and with a schedule, compared fairly


@dataclasses.dataclass
class Result:
    """A unit's schedules by key, and what each trial of them showed.

    The first says whether they are worth a second one, which alone can be believed: the best of many first trials
    owes part of its lead to luck.
    """

    chosen: networks.Schedules
    trials: list[Rounds]

    @property
    def confirmed(self) -> bool:
        """Whether there was a second trial."""
        return len(self.trials) > 1

    @property
    def default(self) -> float:
        """The unit's cost with the default."""
        return float(np.median([default for default, _ in self._believed]))

    @property
    def ratio(self) -> float:
        """Its cost with the schedules, in units of that."""
        return float(np.median(self._ratios))

    @property
    def holds(self) -> bool:
        """Whether the schedules gain more than the margin: in three of four rounds at least half of it."""
        return self.ratio < 1 - MARGIN and float(np.quantile(self._ratios, 0.75, method="lower")) < 1 - MARGIN / 2

    @property
    def _believed(self) -> Rounds:
        return [pair for rounds in self.trials[1:] or self.trials for pair in rounds]

    @property
    def _ratios(self) -> list[float]:
        return [cost / default if default else 1.0 for default, cost in self._believed]


class Line(TypedDict):
    """A trial in the file: of which unit, with which schedules by key, and what it showed."""

    unit: str
    choices: dict[str, object]  # rows, see schedules.parse
    rounds: Rounds


class Log:
    """Results of all trials.

    With a path they are read from there, and each is appended as a line before `add` returns. A line that is no trial
    is left out: a process was killed while it wrote, and one trial is lost.
    """

    def __init__(self, path: pathlib.Path | None = None) -> None:
        self.path, self._results = path, dict[tuple[str, str], Result]()
        for line in path.read_bytes().splitlines() if path and path.exists() else ():
            with contextlib.suppress(ValueError):
                found = typed.parse(line, Line)
                chosen = {key: schedules.parse(row, "cache") for key, row in found["choices"].items()}
                self._take(found["unit"], chosen, found["rounds"])

    def find(self, unit: networks.Unit, chosen: networks.Schedules) -> Result | None:
        """What is known of these schedules; None where they were never tried."""
        return self._results.get((unit.identity, _text(chosen)))

    def add(self, unit: networks.Unit, chosen: networks.Schedules, rounds: Rounds) -> Result:
        """One more trial."""
        if self.path:
            line = {"unit": unit.identity, "choices": _rows(chosen), "rounds": rounds}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(f"{json.dumps(line)}\n")
        return self._take(unit.identity, chosen, rounds)

    def _take(self, unit: str, chosen: networks.Schedules, rounds: Rounds) -> Result:
        found = self._results.setdefault((unit, _text(chosen)), Result(chosen, []))
        found.trials.append(rounds)
        return found


def _rows(chosen: networks.Schedules) -> dict[str, dict[str, int]]:
    return {key: schedule.row() for key, schedule in sorted(chosen.items()) if schedule != schedules.DEFAULT}


def _text(chosen: networks.Schedules) -> str:
    return json.dumps(_rows(chosen), sort_keys=True)
