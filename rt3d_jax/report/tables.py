"""The table of a sweep: means and spreads over seeds, as Markdown and as a plot."""

import io
import math
import statistics
from collections.abc import Sequence
from typing import Any

import matplotlib.backends.backend_svg
import matplotlib.figure
import matplotlib.style

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
TITLE = "Means over seeds"


def summary(rows: Sequence[Row], algorithms: Sequence[str], columns: Sequence[Column]) -> list[Row]:
    """For "dense" and every (algorithm, column) of the grid, its seeds together.

    {"algorithm", "scheme", "rate_target", "n", "failed", "accuracy" and "change" (mean, in percent), "accuracy_sd" and
    "change_sd" (sample standard deviation, None for fewer than two)}; change is the accuracy less the dense one of the
    same seed. The means are None where no seed has a result.
    """
    places = [("dense", ("dense", 1.0)), *((algorithm, column) for algorithm in algorithms for column in columns)]
    found = []
    for algorithm, (scheme, rate) in places:
        own = [r for r in rows if (r["algorithm"], r["scheme"], r["rate_target"]) == (algorithm, scheme, rate)]
        good = [row for row in own if row["error"] is None]
        row: Row = {"algorithm": algorithm, "scheme": scheme, "rate_target": rate, "n": len(good)}
        row["failed"] = len(own) - len(good)
        for value in ("accuracy", "change"):
            values = [one[value] for one in good]
            row[value] = round(statistics.mean(values), 2) if values else None
            row[f"{value}_sd"] = round(statistics.stdev(values), 2) if len(values) > 1 else None
        found.append(row)
    return found


def markdown(name: str, rows: Sequence[Row], summary: Sequence[Row]) -> str:
    """The table as in the paper (algorithms by schemes), the same as changes from dense, and every row."""
    dense, grid = summary[0], summary[1:]
    protocols = sorted({row["accuracy_protocol"] for row in rows if row["error"] is None})
    lines = [f"# {name}", "", f"Dense: {_cell(dense, 'accuracy')}. {'; '.join(protocols)}.", ""]
    lines += ["Mean and standard deviation over seeds (their number in brackets where some are missing or failed).", ""]
    most = max((row["n"] + row["failed"] for row in summary), default=0)
    for title, value in (("top-1 %", "accuracy"), ("change from the dense network of the same seed, points", "change")):
        lines += [*_grid(title, grid, value, most), ""]
    head = ("algorithm", "scheme", "seed", "rate", "MACs", "parameters", "top-1 %", "minutes", "error")
    lines += ["## Every row", "", _line(head), _line(["---"] * len(head)), *(_line(_full(row)) for row in rows)]
    return "\n".join(lines) + "\n"


def plot(rows: Sequence[Row], summary: Sequence[Row]) -> str:
    """Accuracy of every column by algorithm, as SVG: seeds as dots, means and standard deviations beside them."""
    dense, grid = summary[0], [row for row in summary[1:] if row["n"]]
    columns = list(dict.fromkeys((row["scheme"], row["rate_target"]) for row in summary[1:]))
    algorithms = list(dict.fromkeys(row["algorithm"] for row in summary[1:]))
    with matplotlib.style.context(STYLE):
        figure = matplotlib.figure.Figure(figsize=(1.6 + 1.5 * len(columns), 3.6), layout="constrained")
        matplotlib.backends.backend_svg.FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        if dense["accuracy"] is not None:
            axes.axhline(dense["accuracy"], color="0.4", linewidth=1, linestyle=(0, (4, 3)), label="dense")
        for number, algorithm in enumerate(algorithms):
            shift = 0.7 * ((number + 0.5) / len(algorithms) - 0.5)
            own = [row for row in grid if row["algorithm"] == algorithm]
            places = [columns.index((row["scheme"], row["rate_target"])) + shift for row in own]
            spread = [row["accuracy_sd"] or 0.0 for row in own]
            means = [row["accuracy"] for row in own]
            options = {"fmt": MARKERS[number % len(MARKERS)], "capsize": 3, "color": f"C{number}", "label": algorithm}
            if own:
                axes.errorbar(places, means, spread, **options)
            seeds = [r for r in rows if r["algorithm"] == algorithm and r["error"] is None]
            at = [columns.index((row["scheme"], row["rate_target"])) + shift + 0.07 for row in seeds]
            axes.plot(at, [row["accuracy"] for row in seeds], ".", color=f"C{number}", alpha=0.5, markersize=4)
        axes.set_xticks(range(len(columns)), [_column(column) for column in columns])
        axes.set_xlim(-0.5, max(0.5, len(columns) - 0.5))
        axes.set_ylabel("top-1 accuracy, %")
        if axes.get_legend_handles_labels()[1]:
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(algorithms) + 1, borderaxespad=0)
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
    text = f"{mean:{sign}.1f}" + ("" if spread is None else f" ± {spread:.1f}")
    return text if row["n"] == most or not most else f"{text} ({row['n']})"


def _column(column: Column) -> str:
    return f"{column[0]} {column[1]:g}x"


def _full(row: Row) -> list[str]:
    named = [row["algorithm"], row["scheme"], str(row["seed"])]
    if row["error"] is not None:
        return [*named, f"({row['rate_target']:g})", "", "", "", "", row["error"].replace("|", "/")]
    minutes = sum(value for value in row["phase_seconds"].values() if math.isfinite(value)) / 60
    measured = [f"{row['rate']:.2f}", f"{row['macs']:,}", f"{row['params']:,}", f"{row['accuracy']:.2f}"]
    return [*named, *measured, f"{minutes:.1f}", ""]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
