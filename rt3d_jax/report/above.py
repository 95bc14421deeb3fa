"""The report's sections on objects that were detected: scenes from above, and the table of average precision."""

from typing import Any

import numpy as np

from rt3d_jax.data.lidar import boxes
from rt3d_jax.evaluation import measured
from rt3d_jax.report import pieces

SIDE = 320  # pixels of the picture of a scene, along its longer side
GROUND, POINT = 24, 210  # levels of grey
COLOURS = ("#ff9f43", "#4dd4ff", "#7dff6a", "#ff6ad5")
BOX, SCORE = 7, 8  # the columns of a class's number and of a score, behind a box
LEAST = 0.3  # the score of a detection that is drawn
NOTE = (
    "Test scenes from above, with the LiDAR at the left, looking right. Points are white. A box is an object, and the "
    "line from its middle shows its heading. The first class is orange, the second blue, the third green. The truth is "
    f"what labels say. Of a network, detections with a score of at least {LEAST:g} are shown."
)
PRECISION = (
    "In percent. An object counts if it is as high in the picture, as visible and as complete as the difficulty "
    "demands. 3D compares volumes, BEV rectangles from above, 2D rectangles in the picture. R40 and R11 are means over "
    "40 and 11 recalls."
)


def section(arrays: dict[str, np.ndarray]) -> str:
    """The HTML of scenes from above, or nothing where there are none.

    arrays: "above/range" f[4], the ends along x and y in metres; "above/points" f[n, k, 2]; "above/boxes/<name>" f[n,
    m, 9]: a box, the number of its class and its score. Rows of nan are none.
    """
    made = {key.removeprefix("above/boxes/"): one for key, one in arrays.items() if key.startswith("above/boxes/")}
    if not made:
        return ""
    rows = []
    for place, points in enumerate(arrays["above/points"]):
        cells = [
            pieces.figure(_drawn(points, one[place], arrays["above/range"], name), name) for name, one in made.items()
        ]
        rows.append(f'<div class="crops">{"".join(cells)}</div>\n')
    return f'<h2>Scenes from above</h2><p class="note">{NOTE}</p>{"".join(rows)}'


def precision(report: dict[str, Any]) -> str:
    """The HTML of the tables that scores bring along, a row for each of their rows and run."""
    rows, columns = list[tuple[str, str, dict[str, float]]](), dict[str, None]()
    found = [(run["name"], run["score"].also) for run in report.get("runs", []) if run["score"]]
    for row in dict.fromkeys(key.split(measured.CELL)[0] for _, also in found for key in also if measured.CELL in key):
        for name, also in found:
            cells = {
                key.split(measured.CELL)[1]: value for key, value in also.items() if key.startswith(row + measured.CELL)
            }
            columns |= dict.fromkeys(cells)
            rows.append((row, name, cells))
    if not rows:
        return ""
    shown: list[pieces.Column] = [
        ("objects", "", lambda row: pieces.text(row[0])),
        ("run", "", lambda row: pieces.text(row[1])),
        *(
            (
                column,
                "number",
                lambda row, column=column: f"{row[2][column]:.1f}" if column in row[2] else pieces.ABSENT,
            )
            for column in columns
        ),
    ]
    return f'<h2>Average precision</h2>{pieces.table(shown, rows)}<p class="note">{PRECISION}</p>'


def _drawn(points: np.ndarray, found: np.ndarray, ends: np.ndarray, name: str) -> str:
    """A scene as SVG: x to the right, y up."""
    scale = SIDE / max(ends[1] - ends[0], ends[3] - ends[2])
    width, height = (max(1, round((high - low) * scale)) for low, high in (ends[:2], ends[2:]))
    place = lambda flat: np.stack([(flat[..., 0] - ends[0]) * scale, (ends[3] - flat[..., 1]) * scale], axis=-1)
    pixels = np.full((1, height, width, 3), GROUND, np.uint8)
    across, down = place(points[np.isfinite(points[:, 0])]).astype(int).T
    pixels[0, down.clip(0, height - 1), across.clip(0, width - 1)] = POINT
    shown = found[np.isfinite(found[:, SCORE]) & (found[:, SCORE] >= LEAST)]
    outlines = [_outline(box, place) for box in shown]
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    image = f'<image href="{pieces.strip(pixels)}" width="{width}" height="{height}"/>'
    return f'<svg {size} role="img" aria-label="{pieces.text(name)}">{image}{"".join(outlines)}</svg>'


def _outline(box: np.ndarray, place: Any) -> str:
    middle, corners = box[:2], boxes.corners(box[boxes.FLAT])
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in place(corners))
    (x1, y1), (x2, y2) = place(np.stack([middle, corners[[0, 3]].mean(axis=0)]))  # to the middle of its front
    colour = COLOURS[int(box[BOX]) % len(COLOURS)]
    heading = f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
    return f'<g fill="none" stroke="{colour}" stroke-width="1.5"><polygon points="{line}"/>{heading}</g>'
