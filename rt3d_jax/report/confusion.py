"""The confusion of classes as a picture: rows are true classes, columns predictions, shades the share of the row."""

import pathlib
from collections.abc import Sequence

import numpy as np

from lowering.system import extras, files

with extras.need("report"):
    import matplotlib.backends.backend_agg
    import matplotlib.figure

NAMED = 110  # more classes than this are not named: their names would lie on one another
NUMBERED = 20  # no more classes than this show their numbers


def write(path: pathlib.Path, matrix: np.ndarray, labels: Sequence[str], title: str) -> None:
    """Draws i64[classes, classes] as .png, whole or not at all. Classes without videos stay white."""
    totals = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(100 * matrix, totals, out=np.zeros(matrix.shape), where=totals > 0)
    side = min(20.0, 4 + 0.18 * len(labels)) if len(labels) <= NAMED else 14.0
    figure = matplotlib.figure.Figure(figsize=(side + 1, side), layout="constrained")
    matplotlib.backends.backend_agg.FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=100, interpolation="nearest")
    figure.colorbar(image, ax=axes, label="% of the class's videos", shrink=0.8)
    axes.set_title(title, fontsize=9)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    _ticks(axes, labels)
    for row, column in np.argwhere(matrix) if len(labels) <= NUMBERED else ():
        colour = "white" if shares[row, column] > 55 else "black"
        axes.text(column, row, str(matrix[row, column]), ha="center", va="center", fontsize=7, color=colour)
    with files.whole(path) as part:
        figure.savefig(part, dpi=110, metadata={"Software": None})


def _ticks(axes, labels: Sequence[str]) -> None:
    if len(labels) > NAMED:
        axes.set_xticks([])
        axes.set_yticks([])
        return
    size = 8 if len(labels) <= NUMBERED else 5
    places, names = range(len(labels)), [label.replace("$", r"\$") for label in labels]  # no mathematics in names
    axes.set_xticks(places, names, rotation=90, fontsize=size)
    axes.set_yticks(places, names, fontsize=size)
