"""The plots of the report, as inline SVG. Their colours are the page's CSS variables and follow light and dark."""

import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.system import extras
from rt3d_jax.report import pieces

with extras.need("report"):
    import matplotlib.axes
    import matplotlib.backends.backend_svg
    import matplotlib.figure
    import matplotlib.style
    import matplotlib.ticker

# Matplotlib knows no CSS variables: it draws with these colours, and `_svg` puts the variables in their place.
VARIABLES = {
    "ink": "#010101",
    "soft": "#020202",
    "line": "#030303",
    "paper": "#040404",
    "dense": "#050505",
    "theory": "#060606",
    "run1": "#070707",
    "run2": "#080808",
    "run3": "#090909",
    "run4": "#0a0a0a",
}
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": VARIABLES["line"],
    "axes.labelcolor": VARIABLES["soft"],
    "text.color": VARIABLES["ink"],
    "xtick.color": VARIABLES["soft"],
    "ytick.color": VARIABLES["soft"],
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": VARIABLES["line"],
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}


def run_colour(place: int, dense: bool) -> str:
    """The CSS variable of a run: grey for dense ones, else one of four by its place among the pruned ones."""
    return "dense" if dense else f"run{place % 4 + 1}"


def score(points: Sequence[dict[str, Any]], name: str, unit: str) -> str:
    """A score against the rate. A point is {"name", "rate", "value", "error" (a standard error or None), "colour"}."""
    with matplotlib.style.context(STYLE):
        figure, axes = _axes(3.1)
        dense = [p for p in points if p["colour"] == "dense"]
        level = dense[0]["value"] if dense else 0.0
        if dense:
            axes.axhline(level, color=VARIABLES["dense"], linewidth=1, linestyle=(0, (4, 3)))
        for point in points:
            colour, value = VARIABLES[point["colour"]], point["value"]
            bar = {"fmt": "o", "markersize": 8, "color": colour, "elinewidth": 1.2, "capsize": 0}
            axes.errorbar(point["rate"], value, point["error"], **bar)
            label = f"{point['name']}  {f'{value:.1f}' if unit == '%' else f'{value:.4g}'}"
            above = 7 if not dense or value >= level else -14
            axes.annotate(label, (point["rate"], value), (9, above), textcoords="offset points", fontsize=9)
        axes.set_ylim(*_limits([p["value"] for p in points], unit))
        rates = [p["rate"] for p in points]
        axes.set_xlim(min(rates) - 0.15, max(rates) + 0.2 * (max(rates) - min(rates)) + 0.2)
        axes.set_xlabel("dense MACs / kept MACs")
        axes.set_ylabel(f"{name}, {unit}" if unit else name)
        return _svg(figure)


def latency(rows: Sequence[dict[str, Any]]) -> str:
    """Bars of p50 to p90. A row is {"label", "p50", "p90" (ms or None), "theory" (ms or None), "colour"}."""
    with matplotlib.style.context(STYLE | {"axes.grid.axis": "x"}):
        figure, axes = _axes(0.75 + 0.42 * len(rows))
        for place, row in enumerate(rows):
            axes.barh(place, row["p50"], 0.56, color=VARIABLES[row["colour"]])
            text = f"{pieces.number(row['p50'])} ms"
            if row["p90"] is not None:
                axes.plot([row["p50"], row["p90"]], [place, place], color=VARIABLES["ink"], linewidth=1.2)
            if row["theory"] is not None:
                ends = [place - 0.38, place + 0.38]
                axes.plot([row["theory"]] * 2, ends, color=VARIABLES["theory"], linewidth=2.4)
            end = max(value for value in (row["p50"], row["p90"], row["theory"]) if value is not None)
            axes.annotate(text, (end, place), (6, 0), textcoords="offset points", va="center", fontsize=9)
        axes.set_yticks(range(len(rows)), [row["label"] for row in rows], color=VARIABLES["ink"])
        axes.invert_yaxis()
        axes.set_xlim(0, 1.15 * max(max(row["p50"], row["p90"] or 0, row["theory"] or 0) for row in rows))
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("ms per clip")
        return _svg(figure)


def density(layers: Sequence[str], runs: Sequence[dict[str, Any]]) -> str:
    """Kept share (%) of every layer. A run is {"name", "colour", "density": one value in 0..1 per layer}."""
    with matplotlib.style.context(STYLE):
        figure, axes = _axes(2.9)
        width = 0.8 / len(runs)
        places = np.arange(len(layers))
        for number, run in enumerate(runs):
            shifted = places + (number - (len(runs) - 1) / 2) * width
            heights = 100 * np.array(run["density"])
            axes.bar(shifted, heights, width * 0.92, color=VARIABLES[run["colour"]], label=run["name"])
        turned = {"rotation": 35, "ha": "right"} if len(layers) > 12 else {}
        axes.set_xticks(places, layers, color=VARIABLES["ink"], **turned)
        axes.tick_params(axis="x", length=0)
        axes.set_ylim(0, 104)
        axes.set_ylabel("weights kept, %")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(runs), borderaxespad=0, handlelength=1)
        return _svg(figure)


def trade(points: Sequence[dict[str, Any]], bound: float, unit: str, score: str) -> str:
    """Scores against latencies, the bound, and the edge beyond which nothing was found.

    A point is {"latency", "value", "kind", "colour", "kept" (a ring if not), "front" (whether it is on that edge),
    "label" ("" for none)}.
    """
    with matplotlib.style.context(STYLE):
        figure, axes = _axes(3.4)
        axes.axvline(bound, color=VARIABLES["theory"], linewidth=1.6, linestyle=(0, (4, 3)))
        axes.annotate("bound", (bound, 1), (4, -10), xycoords=("data", "axes fraction"), textcoords="offset points")
        edge = sorted((p["latency"], p["value"]) for p in points if p["front"])
        axes.step([x for x, _ in edge], [y for _, y in edge], where="post", color=VARIABLES["soft"], linewidth=1)
        for point in points:
            place = (point["latency"], point["value"])
            _dot(axes, *place, point, 8 if point["label"] else 6)
            axes.annotate(point["label"], place, (8, 6), textcoords="offset points", fontsize=9)
        axes.set_xlabel(f"latency, {unit}")
        axes.set_ylabel(score)
        _kinds(axes, points)
        return _svg(figure)


def progress(points: Sequence[dict[str, Any]], best: Sequence[tuple[int, float]], count: int, score: str) -> str:
    """The scores of proposals 0 to `count` - 1, and the best of those kept, from the proposal on that found it.

    A point is {"number", "value", "kind", "colour", "kept"} as in `trade`.
    """
    with matplotlib.style.context(STYLE):
        figure, axes = _axes(2.8)
        ends = [*best, *((count - 1, value) for _, value in best[-1:])]
        axes.step([x for x, _ in ends], [y for _, y in ends], where="post", color=VARIABLES["soft"], linewidth=1.2)
        for point in points:
            _dot(axes, point["number"], point["value"], point, 6)
        axes.set_xlim(-0.5, count - 0.5)
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
        axes.set_xlabel("proposal")
        axes.set_ylabel(score)
        _kinds(axes, points)
        return _svg(figure)


def _dot(axes: matplotlib.axes.Axes, x: float, y: float, point: dict[str, Any], size: float) -> None:
    colour = VARIABLES[point["colour"]]
    face = colour if point["kept"] else VARIABLES["paper"]
    axes.plot(x, y, "o", markersize=size, markerfacecolor=face, markeredgecolor=colour, zorder=3)


def _kinds(axes: matplotlib.axes.Axes, points: Sequence[dict[str, Any]]) -> None:
    """A legend of the kinds of points, above the axes."""
    for kind, colour in dict.fromkeys((point["kind"], point["colour"]) for point in points):
        axes.plot([], [], "o", color=VARIABLES[colour], label=kind)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0, handlelength=1)


def _limits(values: Sequence[float], unit: str) -> tuple[float, float]:
    """The ends of the axis of a score: some room around the values, percentages within what there can be."""
    spread = 0.35 * (max(values) - min(values))
    if unit == "%":
        margin = max(3.0, spread)
        return max(0, min(values) - margin), min(101.5, max(values) + margin)
    margin = spread or 0.1 * abs(values[0]) or 1.0
    return min(values) - margin, max(values) + margin


def _axes(height: float) -> tuple[matplotlib.figure.Figure, matplotlib.axes.Axes]:
    figure = matplotlib.figure.Figure(figsize=(8.4, height), layout="constrained")
    matplotlib.backends.backend_svg.FigureCanvasSVG(figure)
    return figure, figure.add_subplot()


def _svg(figure: matplotlib.figure.Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawn = text.getvalue()
    for name, colour in VARIABLES.items():
        drawn = drawn.replace(colour, f"var(--{name})")
    drawn = drawn[drawn.index("<svg") :]
    return re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
