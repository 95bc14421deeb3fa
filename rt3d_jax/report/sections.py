"""The sections of the report, each the HTML of one part of report.json, or nothing where that part is missing."""

from typing import Any

import numpy as np

from rt3d_jax.evaluation import measured
from rt3d_jax.report import pieces, plots

Report = dict[str, Any]
Run = dict[str, Any]


def dense(report: Report) -> Run | None:
    """The run that others are compared with: the first dense one."""
    return next((run for run in report.get("runs", []) if run["scheme"] == "dense"), None)


def most_pruned(report: Report) -> Run | None:
    """The run of the highest rate above 1."""
    pruned = [run for run in report.get("runs", []) if run["rate"] > 1]
    return max(pruned, key=lambda run: run["rate"], default=None)


def colours(report: Report) -> dict[str, str]:
    """Run name -> name of its colour."""
    found, pruned = {}, 0
    for run in report.get("runs", []):
        found[run["name"]] = plots.run_colour(pruned, dense=run["rate"] <= 1)
        pruned += run["rate"] > 1
    return found


def value(run: Run | None) -> float | None:
    """The score of a run as a number; None for one that has none."""
    return run["score"].value if run and run["score"] else None


def score(report: Report) -> str:
    runs, base = report.get("runs", []), dense(report)
    if not runs:
        return ""
    first = next((run["score"] for run in runs if run["score"]), None)
    unit, name = (first.unit, first.name) if first else ("", "score")
    columns: list[pieces.Column] = [
        ("run", "", lambda run: pieces.text(run["name"])),
        ("scheme", "", lambda run: pieces.text(run["scheme"])),
        ("rate aimed at", "number", lambda run: pieces.times(run.get("rate_target"))),
        ("rate", "number", lambda run: pieces.times(run["rate"])),
        ("MACs", "number", lambda run: pieces.count(run.get("macs"))),
        ("parameters", "number", lambda run: pieces.count(run.get("params"))),
        (name, "number", lambda run: pieces.score(value(run), unit)),
        *(
            (also, "number", lambda run, also=also: _measured_also(run, also))
            for also in dict.fromkeys(also for run in runs for also in _also(run))
        ),
        ("to dense", "number", lambda run: pieces.change(_difference(run, base), unit)),
        ("measured on", "wide", lambda run: pieces.text((run["score"] and run["score"].protocol) or pieces.ABSENT)),
    ]
    note = "Rate = dense MACs / kept MACs of the whole network. 1 MAC = one multiply-accumulate = 2 FLOPs."
    drawing = _score_figure(report, [run for run in runs if value(run) is not None])
    heading = f"{name[:1].upper()}{name[1:]} against rate"
    doubts = "".join(f'<p class="doubt">{pieces.text(remark)}</p>' for remark in measured.remarks(runs))
    return f'<h2>{pieces.text(heading)}</h2>{doubts}{drawing}{pieces.table(columns, runs)}<p class="note">{note}</p>'


def density(report: Report) -> str:
    named, pruned = colours(report), [run for run in report.get("runs", []) if run["rate"] > 1 and run.get("layers")]
    if not pruned:
        return ""
    layers = pruned[0]["layers"]
    names = [layer["name"] for layer in layers]
    shown = []
    for run in pruned:
        kept = {layer["name"]: layer["density"] for layer in run["layers"]}
        shares = [kept.get(name, 1.0) for name in names]
        shown.append({"name": run["name"], "colour": named[run["name"]], "density": shares})
    columns: list[pieces.Column] = [
        ("layer", "", lambda i: pieces.text(names[i])),
        ("kernel", "", lambda i: pieces.text(" × ".join(str(n) for n in layers[i]["shape"]))),
        ("dense MACs", "number", lambda i: pieces.count(layers[i].get("macs_dense"))),
    ]
    for run in shown:
        columns.append((f"kept by {run['name']}", "number", lambda i, run=run: pieces.percent(run["density"][i])))
    if any(layer.get("dense") for layer in layers):
        columns.append(("never pruned because", "", lambda i: pieces.text(layers[i].get("dense", ""))))
    drawing = pieces.figure(plots.density(names, shown), "Share of each layer's weights that is kept.")
    return f"<h2>Density per layer</h2>{drawing}{pieces.table(columns, range(len(names)))}"


def integers(report: Report) -> str:
    """Of each quantised run, its layers: what int8 changes, and why some stay in f32. Trained ones have the same."""
    tables, seen = [], []
    for run in report.get("runs", []):
        found = run.get("quantisation")
        if not found or found["errors"] in seen:
            continue
        seen.append(found["errors"])
        columns: list[pieces.Column] = [
            ("layer", "", pieces.text),
            ("numbers", "", lambda name, found=found: "f32" if name in found["wide"] else "int8"),
            ("change by int8", "number", lambda name, found=found: pieces.percent(found["errors"][name])),
            ("in f32 because", "wide", lambda name, found=found: pieces.text(found["wide"].get(name, ""))),
        ]
        about = f"{run['name']}: {found['method']} of {found['examples']} training examples"
        tables.append(f"<h3>{pieces.text(about)}</h3>{pieces.table(columns, list(found['errors']))}")
    if not tables:
        return ""
    note = "Change = that of the network's answers when int8 is in this layer alone, over their size."
    return f'<h2>Layers in int8</h2>{"".join(tables)}<p class="note">{note}</p>'


def masks(maps: dict[str, np.ndarray]) -> str:
    """Maps "<run>/<layer>" -> [groups, locations x channel groups] of 0..1 as pictures, run by run."""
    runs: dict[str, list[str]] = {}
    for key, kept in maps.items():
        run, _, layer = key.rpartition("/")
        caption = f"{layer}: {kept.shape[0]} × {kept.shape[1]} blocks, {pieces.percent(float(kept.mean()))} kept"
        address = f"url('{pieces.stencil(kept)}')"
        style = f"mask-image:{address};-webkit-mask-image:{address}"
        runs.setdefault(run, []).append(pieces.figure(f'<div class="map"><i style="{style}"></i></div>', caption))
    if not runs:
        return ""
    note = "A row is a group of filters. A column is a location in a group of channels. Kept blocks are blue."
    grids = (f'<h3>{pieces.text(run)}</h3><div class="masks">{"".join(cells)}</div>' for run, cells in runs.items())
    return f'<h2>Masks</h2><p class="note">{note}</p>{"".join(grids)}'


def clips(report: Report, arrays: dict[str, np.ndarray]) -> str:
    """Filmstrips with their label and what each run says of them."""
    if "frames" not in arrays:
        return ""
    labels = report.get("data", {}).get("labels", [])
    strips = []
    for place, frames in enumerate(arrays["frames"]):
        true = int(arrays["label"][place])
        said = []
        for key, predicted in arrays.items():
            if key.startswith("predicted/"):
                kind, mark = ("right", "✓") if predicted[place] == true else ("wrong", "✗")
                answer = f'<span class="{kind}">{mark} {_label(labels, int(predicted[place]))}</span>'
                said.append(f"<li>{pieces.text(key.removeprefix('predicted/'))}: {answer}</li>")
        label = _label(labels, true)
        strip = f'<img src="{pieces.strip(frames)}" alt="frames of a clip: {label}">'
        strips.append(f'<div class="clip">{strip}<div><b>{label}</b><ul>{"".join(said)}</ul></div></div>\n')
    note = "Test clips, each with its label and the answer of every network. Time runs from left to right."
    return f'<h2>Clips and predictions</h2><p class="note">{note}</p>{"".join(strips)}'


def bundles(report: Report) -> str:
    rows = report.get("bundles", [])
    if not rows:
        return ""
    columns: list[pieces.Column] = [
        ("run", "", lambda row: pieces.text(row["run"])),
        ("target", "", lambda row: pieces.text(row["target"])),
        ("largest error", "number", lambda row: pieces.small(row.get("max_abs_error"))),
        ("relative to the largest output", "number", lambda row: pieces.small(row.get("max_rel_error"))),
        ("module", "number", lambda row: pieces.size(row.get("vmfb_bytes"))),
        ("weights", "number", lambda row: pieces.size(row.get("weights_bytes"))),
        ("MACs in our kernels", "number", lambda row: pieces.percent(row.get("ours"))),
    ]
    note = (
        "The outputs of each compiled module are compared with JAX's, for the same example. A target without an error "
        "was not run. What our kernels do not compute, IREE compiles from what JAX writes."
    )
    return f'<h2>Compiled modules</h2><p class="note">{note}</p>{pieces.table(columns, rows)}'


def setting(report: Report) -> str:
    data = dict(report.get("data", {}))
    clip = data.pop("clip", {})
    data |= {"labels": ", ".join(data["labels"])} if "labels" in data else {}
    data |= {f"clip {key}".replace("_", " "): value for key, value in clip.items()}
    lists = {"Machine": report.get("machine"), "Versions": report.get("versions"), "Data": data}
    shown = [f"<div><h3>{title}</h3>{pieces.pairs(values)}</div>" for title, values in lists.items() if values]
    return f'<h2>Machine, versions, data</h2><div class="columns">{"".join(shown)}</div>' if shown else ""


def _score_figure(report: Report, scored: list[Run]) -> str:
    if not scored:
        return ""
    named, score = colours(report), scored[0]["score"]
    points = [
        {"name": run["name"], "rate": run["rate"], "colour": named[run["name"]], "value": run["score"].value}
        | {"error": run["score"].error}
        for run in scored
    ]
    caption = "Dashed: the dense network."
    errors = [run["score"].error for run in scored if run["score"].error is not None]
    if errors:
        size = pieces.change(sum(errors) / len(errors), score.unit).replace("+", "±")
        caption += f" Bars: one standard error, from the number of test examples, {size}"
        caption += " points." if score.unit == "%" else "."
    caption += "" if score.more_is_better else " Less is better."
    protocols = sorted({run["score"].protocol for run in scored if run["score"].protocol})
    caption += f" Measured on: {'; '.join(protocols)}." if protocols else ""
    return pieces.figure(plots.score(points, score.name, score.unit), caption)


def _also(run: Run) -> dict[str, float]:
    """What was measured beside the score of a run, the cells of a table of its own aside."""
    also = run["score"].also if run["score"] else {}
    return {name: number for name, number in also.items() if measured.CELL not in name}


def _measured_also(run: Run, name: str) -> str:
    return f"{_also(run)[name]:.4g}" if name in _also(run) else pieces.ABSENT


def _difference(run: Run, base: Run | None) -> float | None:
    mine, others = value(run), value(base)
    return None if run is base or mine is None or others is None else mine - others


def _label(labels: list[str], number: int) -> str:
    return pieces.text(labels[number] if 0 <= number < len(labels) else number)
