"""The report of a search: what was proposed, accuracy against latency, and the best found so far."""

import pathlib
from collections.abc import Sequence
from typing import Any

from rt3d_jax.evaluation import measured
from rt3d_jax.report import page, pieces, plots

Found = dict[str, Any]  # search.json
Record = dict[str, Any]
COLOURS = {"dense": "dense", "schemes": "run1", "rates": "run4"}
STATES = {
    "best": "kept, the best",
    "trains": "is training",
    "kept": "kept",
    "over": "trained, over the bound",
    "refused": "refused",
}


def write(found: Found, best: int | None, base: int | None, folder: pathlib.Path) -> pathlib.Path:
    """Writes `folder`/report.html of what search.json says, and returns its path. Drawings wait for a first score.

    best, base: the numbers of the best proposal, and of the one whose layers the second stage prunes more or less; None
    if none was kept.
    """
    chosen = None if best is None else found["records"][best]
    shown = [one for one in (found["dense"], *found["records"]) if one and one["score"] and one["latency"]]
    parts = [_summary(found, best)]
    if shown:
        parts += [_trade(found, chosen, shown), _progress(found)]
    parts += [_table(found, best, base), f"<h2>Settings</h2>{pieces.pairs(found['about'])}"]
    return page.save(folder / "report.html", f"Search around {found['about']['experiment']}", parts)


def line(record: Record, unit: str) -> str:
    """A kept proposal in words."""
    return f"{_score(record)} after its trial, {_speed(record, unit)}; {words(record)}"


def words(record: Record) -> str:
    """Its choices, those with the same value together; or why it was refused."""
    named: dict[str, list[str]] = {}
    for name, value in record["words"].items():
        named.setdefault(value, []).append(name)
    return record["reason"] or "; ".join(f"{', '.join(names)} {value}" for value, names in named.items())


def value(record: Record) -> str | None:
    """The score of a record as a table shows it."""
    score = _score(record)
    return None if score is None or score.value is None else measured.number(score.value, score.unit)


def front(records: Sequence[Record]) -> list[bool]:
    """Whether each record is on the Pareto front: nothing as fast has a higher score."""
    beats = lambda other, one: (
        other["latency"] <= one["latency"]
        and other["gain"] >= one["gain"]
        and (other["latency"], other["gain"]) != (one["latency"], one["gain"])
    )
    return [not any(beats(other, one) for other in records) for one in records]


def _summary(found: Found, best: int | None) -> str:
    about = found["about"]
    kept = sum(one["state"] == "kept" for one in found["records"])
    said = f"{len(found['records'])} proposals, {kept} kept a bound of {about['bound']:g} {about['unit']}."
    if best is not None:
        chosen = found["records"][best]
        said += f" The best is number {best}: {_score(chosen)} after its trial, {_speed(chosen, about['unit'])}."
    return f'<p class="lead">{pieces.text(said)}</p>'


def _trade(found: Found, chosen: Record | None, shown: Sequence[Record]) -> str:
    about = found["about"]
    points = [
        {
            "latency": record["latency"],
            "value": record["score"]["value"],
            **_kind(record),
            "front": on,
            "label": "dense" if record["stage"] == "dense" else "best" if record is chosen else "",
        }
        for record, on in zip(shown, front(shown), strict=True)
    ]
    drawing = plots.trade(points, about["bound"], about["unit"], measured.heading(_score(shown[0])))
    caption = (
        "A point is a trained network: the dense one, proposals of the first stage (schemes), and of the second "
        "(rates). A ring is over the bound. The line joins those that no other network beats in both. "
        f"Scores are those of short trials: {shown[0]['score']['protocol']}. "
        "These examples are held out of those to train on, where the task can do that."
    )
    return f"<h2>Score against latency</h2>{pieces.figure(drawing, caption)}"


def _progress(found: Found) -> str:
    scored = [(number, one) for number, one in enumerate(found["records"]) if one["score"]]
    if not scored:
        return ""
    points = [{"number": number, "value": one["score"]["value"], **_kind(one)} for number, one in scored]
    leaders, best = [], None
    for number, one in scored:
        if one["state"] == "kept" and (best is None or one["gain"] > best["gain"]):
            best = one
            leaders.append((number, one["score"]["value"]))
    heading = measured.heading(_score(scored[0][1]))
    drawing = plots.progress(points, leaders, len(found["records"]), heading)
    caption = "Points: proposals, by their numbers in the table. Line: the best that keeps the bound."
    return f"<h2>Best so far</h2>{pieces.figure(drawing, caption)}"


def _table(found: Found, best: int | None, base: int | None) -> str:
    unit = found["about"]["unit"]
    rows = [{"number": str(number), **one} for number, one in enumerate(found["records"])]
    if best is not None:
        rows[best]["state"] = "best"
    if found["dense"]:
        rows.insert(0, {"number": "", **found["dense"]})
    columns: tuple[pieces.Column, ...] = (
        ("", "number", lambda row: row["number"]),
        ("stage", "", lambda row: pieces.text(row["stage"])),
        ("what", "", lambda row: STATES[row["state"]] if row["number"] else ""),
        (_heading(found), "number", lambda row: value(row) or pieces.ABSENT),
        (unit, "number", lambda row: pieces.number(row["latency"])),
        ("rate", "number", lambda row: pieces.times(row["rate"])),
        ("took, s", "number", lambda row: pieces.number(row["seconds"] or None)),
        ("choices", "wide", lambda row: pieces.text(_choices(row, base))),
    )
    return f"<h2>Proposals</h2>{pieces.table(columns, rows)}"


def _choices(row: Record, base: int | None) -> str:
    said = words(row)
    return f"number {base} with {said}" if row["stage"] == "rates" and not row["reason"] and base is not None else said


def _kind(record: Record) -> dict[str, Any]:
    """How a drawing shows it."""
    return {"kind": record["stage"], "colour": COLOURS[record["stage"]], "kept": record["state"] == "kept"}


def _speed(record: Record, unit: str) -> str:
    return f"{record['latency']:.4g} {unit}, rate {record['rate']:g}"


def _heading(found: Found) -> str:
    """Of the column of the scores."""
    scored = [one for one in found["records"] if one["score"]]
    return measured.heading(_score(scored[0]) if scored else None)


def _score(record: Record) -> measured.Score | None:
    return measured.of(record | {"name": record["stage"]})
