"""The report of an experiment for a person: one self-contained HTML page."""

import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.system import files
from rt3d_jax.evaluation import measured
from rt3d_jax.report import above, crops, latency, pieces, sections

Report = dict[str, Any]
STYLE = pathlib.Path(__file__).with_name("style.css")


def write(report: Report, folder: str | os.PathLike) -> pathlib.Path:
    """Writes `folder`/report.html and returns its path.

    Args:
      report: as report.json holds it, see record.Report; scores as evaluation.measured writes them into result.json
        (or, of older runs, accuracies in percent), densities and shares as fractions (0..1). What is missing or empty
        is left out of the page.
      folder: of the report. Pictures come from its report/masks.npz ("<run>/<layer>": bool or float[groups, locations x
        channel groups], what is kept of each block) and report/clips.npz ("frames": uint8[n, k, H, W, 3], "label" and
        "predicted/<run>": int[n]; or crops, see report.crops; or scenes, see report.above), where they are there.
    """
    folder, report = pathlib.Path(folder), _with_scores(report)
    parts = [
        _summary(report),
        sections.score(report),
        above.precision(report),
        latency.section(report),
        sections.density(report),
        sections.integers(report),
        sections.masks(_arrays(folder / "report/masks.npz")),
        sections.clips(report, shown := _arrays(folder / "report/clips.npz")),
        crops.section(shown),
        above.section(shown),
        sections.bundles(report),
        sections.setting(report),
    ]
    title = f"Pruning report: {report.get('data', {}).get('name', 'unnamed')}"
    return save(folder / "report.html", title, parts)


def save(path: pathlib.Path, title: str, parts: Sequence[str]) -> pathlib.Path:
    """Writes a page of these parts (HTML) under a title (text), with the style in it; nothing half-written is left."""
    title = pieces.text(title)
    document = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>\n{STYLE.read_text(encoding='utf-8')}</style></head><body>\n"
        f"<h1>{title}</h1>\n{''.join(parts)}</body></html>\n"
    )
    files.write_text(path, document)
    return path


def _with_scores(report: Report) -> Report:
    """The report with a measured.Score, or None, under the "score" of every run."""
    tests = report.get("data", {}).get("test_clips")
    return {**report, "runs": [{**run, "score": measured.of(run, tests)} for run in report.get("runs", [])]}


def _summary(report: Report) -> str:
    """What was trained on, one sentence with the key numbers, and those numbers in large."""
    base, best = sections.dense(report), sections.most_pruned(report)
    said, figures = [], []
    before, after = sections.value(base), sections.value(best)
    score = base["score"] if base else None
    if base and score and before is not None:
        figures.append((pieces.score(before, score.unit), f"{score.name} of {base['name']}"))
    if best:
        said.append(f"{best['name']} needs {best['rate']:.2f} times fewer MACs than the dense network")
        figures.append((pieces.times(best["rate"]), f"fewer MACs: {best['name']}, {best['scheme']}"))
    if best and score and before is not None and after is not None:
        reached, change = pieces.score(after, score.unit), pieces.change(after - before, score.unit)
        points = f"{change} points" if score.unit == "%" else change
        said.append(f"reaches {reached} where dense reaches {pieces.score(before, score.unit)} ({points})")
        figures.append((reached, f"{score.name} of {best['name']}"))
    speed = latency.speed_up(report, best)
    if best and speed:
        row, factor = speed
        share = pieces.percent(factor / best["rate"], 0)
        said.append(
            f"runs {factor:.2f} times as fast on {latency.place(row)}, {share} of what fewer MACs alone promise"
        )
        figures.append((pieces.times(factor), f"as fast as dense on {latency.place(row)}"))
    lead = f'<p class="lead">{pieces.text(pieces.joined(said))}.</p>' if said else ""
    tiles = "".join(f"<div><b>{value}</b><span>{pieces.text(label)}</span></div>" for value, label in figures)
    return _data_line(report.get("data", {})) + lead + (f'<div class="figures">{tiles}</div>\n' if tiles else "")


def _data_line(data: dict[str, Any]) -> str:
    clip = data.get("clip")
    parts = [f"{len(data['labels'])} classes"] if data.get("labels") else []
    for kind, word in (("clips", "videos"), ("examples", "examples")):
        parts += [f"{data[f'{part}_{kind}']} {part} {word}" for part in ("train", "test") if f"{part}_{kind}" in data]
    parts += [f"clips of {clip['sampling']['frames']} × {clip['size']} × {clip['size']}"] if clip else []
    return f'<p class="sub">{pieces.text(" · ".join(parts))}</p>' if parts else ""


def _arrays(path: pathlib.Path) -> dict[str, np.ndarray]:
    if not path.is_file():
        return {}
    with np.load(path) as stored:
        return dict(stored)
