"""The table of a sweep: means and spreads over seeds, as Markdown and as a plot."""

import io
import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from lowering.system import extras

with extras.need("report"):
    import matplotlib.backends.backend_svg
    import matplotlib.figure
    import matplotlib.style

from rt3d_jax.evaluation import measured

Row = dict[str, Any]
Column = tuple[str, float]
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "table",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.linewidth": 0.5,
    "legend.frameon": False,
}
MARKERS = "osD^vP"
DASHES = ((0, (4, 3)), (0, (1, 2)), (0, (6, 2, 1, 2)))
TITLE = "Means over seeds"


def summary(rows: Sequence[Row], algorithms: Sequence[str], columns: Sequence[Column]) -> list[Row]:
    """For "dense" and every (algorithm, column) of the grid, its seeds together.

    {"algorithm", "scheme", "rate_target", "n", "failed", "score" and "change" (means), "score_sd" and "change_sd"
    (sample standard deviations, None for fewer than two)}; change is the score less the dense one of the same seed. The
    means are None where no seed has a result. An accuracy is there as "accuracy" and "accuracy_sd", too.
    """
    places = [("dense", ("dense", 1.0)), *((algorithm, column) for algorithm in algorithms for column in columns)]
    score, found = score_of(rows), []
    unit = score.unit if score else ""
    for algorithm, (scheme, rate) in places:
        own = [r for r in rows if (r["algorithm"], r["scheme"], r["rate_target"]) == (algorithm, scheme, rate)]
        good = [row for row in own if row["error"] is None]
        row: Row = {"algorithm": algorithm, "scheme": scheme, "rate_target": rate, "unit": unit, "n": len(good)}
        row["failed"] = len(own) - len(good)
        for name, values in (("score", [_value(one) for one in good]), ("change", [one["change"] for one in good])):
            row[name] = measured.rounded(statistics.mean(values), unit) if values else None
            row[f"{name}_sd"] = measured.rounded(statistics.stdev(values), unit) if len(values) > 1 else None
        if score is not None and score.name == measured.ACCURACY:
            row |= {"accuracy": row["score"], "accuracy_sd": row["score_sd"]}
        found.append(row)
    return found


def score_of(rows: Sequence[Row]) -> measured.Score | None:
    """The score of the first row that has one: what all rows are measured by."""
    return next((measured.of(row) for row in rows if row["error"] is None), None)


def _value(row: Row) -> float:
    found = measured.of(row)
    return math.nan if found is None or found.value is None else found.value


def differences(rows: Sequence[Row], summary: Sequence[Row]) -> list[Row]:
    """What two places differ by in the same seeds: algorithms under one scheme and rate, or schemes of one algorithm.

    {"better", "than" (algorithm, scheme), "rate_target", "n", "mean" and "sd" of score(better) - score(than) over the
    seeds that both have, "ahead": in how many of them it is above 0}. "better" is the later one in the grid's order. sd
    is None for fewer than two seeds; a pair without a common seed is left out.
    """
    found = {(row["algorithm"], row["scheme"], row["rate_target"], row["seed"]): row for row in rows}
    places = [(row["algorithm"], row["scheme"], row["rate_target"]) for row in summary[1:]]
    pairs = []
    for number, place in enumerate(places):
        alike = lambda other, place=place: other[2] == place[2] and (other[0] == place[0]) != (other[1] == place[1])
        pairs += [(before, place) for before in places[:number] if alike(before)]
    seeds = list(dict.fromkeys(row["seed"] for row in rows))
    compared = (_difference(found, seeds, than, better) for than, better in pairs)
    return [one for one in compared if one["n"]]


def _difference(found: dict[Any, Row], seeds: Sequence[int], than: Any, better: Any) -> Row:
    both = [(found.get((*better, seed)), found.get((*than, seed))) for seed in seeds]
    values = [_value(a) - _value(b) for a, b in both if a and b and a["error"] is b["error"] is None]
    score = next((measured.of(row) for row in found.values() if row["error"] is None), None)
    unit = score.unit if score else ""
    row: Row = {"better": better[:2], "than": than[:2], "rate_target": better[2], "unit": unit, "n": len(values)}
    row["mean"] = measured.rounded(statistics.mean(values), unit) if values else None
    row["sd"] = measured.rounded(statistics.stdev(values), unit) if len(values) > 1 else None
    return {**row, "ahead": sum(value > 0 for value in values)}


def markdown(name: str, rows: Sequence[Row], summary: Sequence[Row]) -> str:
    """The table as in the paper (algorithms by schemes), the same as changes from dense, and every row."""
    dense, grid = summary[0], summary[1:]
    found = [measured.of(row) for row in rows if row["error"] is None]
    protocols = sorted({score.protocol for score in found if score is not None})
    lines = [f"# {name}", "", f"Dense: {_cell(dense, 'score')}. {'; '.join(protocols)}.", ""]
    title = measured.heading(score_of(rows))
    lines += ["Mean and standard deviation over seeds (their number in brackets where some are missing or failed).", ""]
    most = max((row["n"] + row["failed"] for row in summary), default=0)
    of_change = f"change from the dense network of the same seed{_points(rows)}"
    lines += [line for remark in remarks(rows) for line in (remark, "")]
    for title_, value in ((title, "score"), (of_change, "change")):
        lines += [*_grid(title_, grid, value, most), ""]
    lines += [
        f"## Differences in the same seed{_points(rows)}",
        "",
        *table(("", "mean", "seeds ahead"), map(_pair, differences(rows, summary))),
        "",
    ]
    head = ("algorithm", "scheme", "seed", "rate", "MACs", "parameters", title, "minutes", "error")
    lines += ["## Every row", "", *table(head, map(_full, rows))]
    return "\n".join(lines) + "\n"


def remarks(rows: Sequence[Row]) -> tuple[str, ...]:
    """What puts the scores of a sweep in doubt, see measured.remarks."""
    return measured.remarks([{**row, "name": f"{row['algorithm']} {row['scheme']} seed {row['seed']}"} for row in rows])


def _points(rows: Sequence[Row]) -> str:
    """The unit of a difference, as the end of a title."""
    score = score_of(rows)
    unit = "" if score is None else "points" if score.unit == "%" else score.unit
    return f", {unit}" if unit else ""


def plot(rows: Sequence[Row], summary: Sequence[Row]) -> str:
    """The score of every column by algorithm, as SVG: seeds are dots, means have standard deviations."""
    whole, cut = ([row for row in summary if (row["rate_target"] > 1) == pruned] for pruned in (False, True))
    grid = [row for row in cut if row["n"]]
    columns = list(dict.fromkeys((row["scheme"], row["rate_target"]) for row in cut))
    algorithms = list(dict.fromkeys(row["algorithm"] for row in grid))
    with matplotlib.style.context(STYLE):
        figure = matplotlib.figure.Figure(figsize=(1.6 + 1.5 * len(columns), 3.6), layout="constrained")
        matplotlib.backends.backend_svg.FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        levels = {_level(row): row["score"] for row in whole if row["n"]}
        for number, (name, level) in enumerate(levels.items()):
            style = DASHES[number % len(DASHES)]
            axes.axhline(level, color="0.4", linewidth=1, linestyle=style, label=name, zorder=1)
        for number, algorithm in enumerate(algorithms):
            shift = 0.7 * ((number + 0.5) / len(algorithms) - 0.5)
            own = [row for row in grid if row["algorithm"] == algorithm]
            places = [columns.index((row["scheme"], row["rate_target"])) + shift for row in own]
            spread = [row["score_sd"] or 0.0 for row in own]
            means = [row["score"] for row in own]
            options = {"fmt": MARKERS[number % len(MARKERS)], "capsize": 3, "color": f"C{number}", "label": algorithm}
            if own:
                axes.errorbar(places, means, spread, **options)
            seeds = [r for r in rows if r["algorithm"] == algorithm and r["rate_target"] > 1 and r["error"] is None]
            at = [columns.index((row["scheme"], row["rate_target"])) + shift + 0.07 for row in seeds]
            axes.plot(at, [_value(row) for row in seeds], ".", color=f"C{number}", alpha=0.5, markersize=4)
        axes.set_xticks(range(len(columns)), [_column(column) for column in columns])
        axes.set_xlim(-0.5, max(0.5, len(columns) - 0.5))
        axes.set_ylabel(_label(score_of(rows)))
        if axes.get_legend_handles_labels()[1]:
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(algorithms) + len(levels), borderaxespad=0)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
        return text.getvalue()


def _grid(title: str, grid: Sequence[Row], value: str, most: int) -> list[str]:
    columns = list(dict.fromkeys((row["scheme"], row["rate_target"]) for row in grid))
    lines = [_line([title, *map(_column, columns)]), _line(["---"] * (1 + len(columns)))]
    for algorithm in dict.fromkeys(row["algorithm"] for row in grid):
        own = {(row["scheme"], row["rate_target"]): row for row in grid if row["algorithm"] == algorithm}
        lines.append(_line([algorithm, *(_cell(own[column], value, most) for column in columns)]))
    return lines


def _cell(row: Row, value: str, most: int = 0) -> str:
    mean, spread = row[value], row[f"{value}_sd"]
    if mean is None:
        return "failed" if row["failed"] else ""
    sign = "+" if value == "change" else ""
    unit = row["unit"]
    text = _number(mean, unit, sign) + ("" if spread is None else f" ± {_number(spread, unit)}")
    return text if row["n"] == most or not most else f"{text} ({row['n']})"


def _number(value: float, unit: str, sign: str = "") -> str:
    """One decimal of a percentage, four digits of other scores."""
    return f"{value:{sign}.1f}" if unit == "%" else f"{value:{sign}.4g}"


def _label(score: measured.Score | None) -> str:
    return "score" if score is None else f"{score.name}, {score.unit}".rstrip(", ")


def _level(row: Row) -> str:
    return " ".join(dict.fromkeys((row["algorithm"], row["scheme"])))


def _column(column: Column) -> str:
    return f"{column[0]} {column[1]:g}x"


def _full(row: Row) -> list[str]:
    named = [row["algorithm"], row["scheme"], str(row["seed"])]
    if row["error"] is not None:
        return [*named, f"({row['rate_target']:g})", "", "", "", "", row["error"].replace("|", "/")]
    minutes = sum(value for value in row["phase_seconds"].values() if math.isfinite(value)) / 60
    measured = [f"{row['rate']:.2f}", f"{row['macs']:,}", f"{row['params']:,}", _full_value(row)]
    return [*named, *measured, f"{minutes:.1f}", ""]


def _full_value(row: Row) -> str:
    score = measured.of(row)
    return "" if score is None else measured.text(score)


def _pair(row: Row) -> list[str]:
    (a, one), (b, other) = row["better"], row["than"]
    names = f"{one}: {a} - {b}" if one == other else f"{a}: {one} - {other}"
    spread = "" if row["sd"] is None else f" ± {_number(row['sd'], row['unit'])}"
    return [
        f"{names}, {row['rate_target']:g}x",
        f"{_number(row['mean'], row['unit'], '+')}{spread}",
        f"{row['ahead']} of {row['n']}",
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown, line by line."""
    return [_line(head), _line(["---"] * len(head)), *map(_line, rows)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
