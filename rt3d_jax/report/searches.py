"""The report of a search: what was proposed, accuracy against latency, and the best found so far."""

import pathlib
from collections.abc import Sequence
from typing import Any

from rt3d_jax.evaluation import measured
from rt3d_jax.report import page, pieces, plots

Found = dict[str, Any]  # search.json
Record = dict[str, Any]
COLOURS = {"dense": "dense", "schemes": "run1", "rates": "run2"}
STATES = {"trains": "is training", "kept": "kept", "over": "trained, over the bound", "refused": "refused"}


def write(found: Found, best: int | None, folder: pathlib.Path) -> pathlib.Path:
    """Writes `folder`/report.html of what search.json says, and returns its path. Drawings wait for a first score.

    best: the number of the best proposal, None if none was kept.
    """
    chosen = None if best is None else found["records"][best]
    shown = [one for one in (found["dense"], *found["records"]) if one and one["score"] and one["latency"]]
    parts = [_summary(found, chosen)]
    if shown:
        parts += [_trade(found, chosen, shown), _progress(found)]
    parts += [_table(found), f"<h2>Settings</h2>{pieces.pairs(found['about'])}"]
    return page.save(folder / "report.html", f"Search around {found['about']['experiment']}", parts)


def line(record: Record, unit: str) -> str:
    """A kept proposal in words."""
    took = f"{record['latency']:.4g} {unit}, rate {record['rate']:g}"
    return f"{_score(record)} after its trial, {took}; {words(record)}"


def words(record: Record) -> str:
    """Its choices, or why it was refused."""
    return record["reason"] or ", ".join(f"{name} {value}" for name, value in record["words"].items())


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


def _summary(found: Found, chosen: Record | None) -> str:
    about = found["about"]
    kept = sum(one["state"] == "kept" for one in found["records"])
    said = f"{len(found['records'])} proposals, {kept} kept a bound of {about['bound']:g} {about['unit']}"
    if chosen is None:
        return f'<p class="lead">{pieces.text(said)}.</p>'
    return f'<p class="lead">{pieces.text(said)}. The best: {pieces.text(line(chosen, about["unit"]))}.</p>'


def _trade(found: Found, chosen: Record | None, shown: Sequence[Record]) -> str:
    about = found["about"]
    points = [
        {
            "latency": record["latency"],
            "value": record["score"]["value"],
            "colour": COLOURS[record["stage"]],
            "front": on,
            "label": "dense" if record["stage"] == "dense" else "best" if record is chosen else "",
        }
        for record, on in zip(shown, front(shown), strict=True)
    ]
    drawing = plots.trade(points, about["bound"], about["unit"], measured.heading(_score(shown[0])))
    caption = (
        "A point is a trained network: the dense one, proposals of the first stage (schemes), and of the second "
        "(rates). The line joins those that no other network beats in both. Scores are those of short trials."
    )
    return f"<h2>Score against latency</h2>{pieces.figure(drawing, caption)}"


def _progress(found: Found) -> str:
    scored = [(number, one) for number, one in enumerate(found["records"], 1) if one["score"]]
    if not scored:
        return ""
    points = [
        {"number": number, "value": one["score"]["value"], "colour": COLOURS[one["stage"]]} for number, one in scored
    ]
    leaders, best = [], None
    for number, one in scored:
        if one["state"] == "kept" and (best is None or one["gain"] > best["gain"]):
            best = one
            leaders.append((number, one["score"]["value"]))
    heading = measured.heading(_score(scored[0][1]))
    drawing = plots.progress(points, leaders, len(found["records"]), heading)
    return f"<h2>Best so far</h2>{pieces.figure(drawing, 'Points: proposals. Line: the best that keeps the bound.')}"


def _table(found: Found) -> str:
    unit = found["about"]["unit"]
    rows = [{"number": number, **one} for number, one in enumerate(found["records"])]
    columns: tuple[pieces.Column, ...] = (
        ("", "number", lambda row: str(row["number"])),
        ("stage", "", lambda row: pieces.text(row["stage"])),
        ("what", "", lambda row: pieces.text(STATES[row["state"]])),
        ("score", "number", lambda row: value(row) or pieces.ABSENT),
        (unit, "number", lambda row: pieces.number(row["latency"])),
        ("rate", "number", lambda row: pieces.times(row["rate"])),
        ("s", "number", lambda row: pieces.number(row["seconds"])),
        ("choices", "wide", lambda row: pieces.text(words(row))),
    )
    return f"<h2>Proposals</h2>{pieces.table(columns, rows)}"


def _score(record: Record) -> measured.Score | None:
    return measured.of(record | {"name": record["stage"]})
