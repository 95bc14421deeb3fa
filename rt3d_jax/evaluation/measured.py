"""What a network is worth: one number with its unit and the words for how it was measured, whatever the task."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from lowering.system import typed

ACCURACY = "top-1 accuracy"
CELL = ": "  # in the name of a further number: behind a row and before a column of a table of their own
REMARKS = ("doubts", "skipped")  # fields of a result.json, beside the score that they put in doubt


@dataclasses.dataclass(frozen=True)
class Score:
    """The score of a network on the test examples of its task.

    value: in `unit` ("%" or a physical one, "" for a bare number); None where nobody measured it. name: of the score
    ("top-1 accuracy"). protocol: how it was measured, in words. error: one standard error that the number of test
    examples leaves, in the same unit; None where it is not known. also: further numbers that were measured on the same
    answers, by their names; a name such as "Car easy: 3D R40" puts a number into a row and a column of a table.
    """

    value: float | None
    unit: str
    name: str
    protocol: str
    more_is_better: bool
    error: float | None = None
    also: dict[str, float] = dataclasses.field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return text(self) if self.value is None else f"{text(self)} {self.unit}".rstrip()


def heading(score: Score | None) -> str:
    """The name and unit of a score at the head of a narrow column."""
    if score is None:
        return "score"
    return "top-1 %" if score.name == ACCURACY else f"{score.name}, {score.unit}".rstrip(", ")


def text(score: Score) -> str:
    """The value of a score without its unit."""
    return "not measured" if score.value is None else number(score.value, score.unit)


def number(value: float, unit: str, signed: bool = False) -> str:
    """A score as text without its unit: two decimals of a percentage, else four digits. signed: for a difference."""
    sign = "+" if signed else ""
    return f"{value:{sign}.2f}" if unit == "%" else f"{value:{sign}.4g}"


def rounded(value: float, unit: str) -> float:
    """A score, or a difference of two, as it is written: percentages with two decimals, others with six digits."""
    return round(value, 2) if unit == "%" else float(f"{value:.6g}")


def to_result(score: Score) -> dict[str, Any]:
    """The score in a result.json. An accuracy is also there under the names that older versions read."""
    old = {"accuracy": score.value, "accuracy_protocol": score.protocol} if score.name == ACCURACY else {}
    return {**old, "score": plain(score)}


def plain(score: Score) -> dict[str, Any]:
    """The score as JSON values; without `also` where that is empty, as older versions wrote it."""
    found = dataclasses.asdict(score)
    return found if score.also else {name: value for name, value in found.items() if name != "also"}


def accuracy(percent: float | None, protocol: str, examples: int | None = None) -> Score:
    """The share of examples that are classified right, in percent. Its standard error follows from their number."""
    error = None
    if percent is not None and examples:
        error = round(100 * math.sqrt(percent / 100 * (1 - percent / 100) / examples), 4)
    return Score(percent, "%", ACCURACY, protocol, True, error)


def of(result: Mapping[str, Any], examples: int | None = None) -> Score | None:
    """The score in a result.json or a run of report.json; None if it holds none.

    A result from before there were other tasks holds the accuracy only. ValueError for a score that is none.
    """
    said = result.get("score")
    if said is None:
        protocol = result.get("accuracy_protocol", "")
        return accuracy(result.get("accuracy"), protocol, examples) if "accuracy" in result else None
    return typed.read(said, Score, f"score of {result.get('name')}")


def remarks(results: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What puts scores in doubt, in words: each doubt about the data once, then the runs that left examples out."""
    found = {doubt: None for result in results for doubt in result.get("doubts", ())}
    for result in results:
        parts = [f"{count} {part}ing examples" for part, count in result.get("skipped", {}).items()]
        if parts:
            found[f"{result['name']}: left out {' and '.join(parts)}, which could not be read"] = None
    return tuple(found)
