"""Pieces of the report's HTML: tables, figures, pictures, and numbers as a reader likes them."""

import base64
import html
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lowering.system import extras

with extras.need("report"):
    import PIL.Image

# Heading, class of the cells ("", "number" or "wide"), and the HTML of a row's cell.
Column = tuple[str, str, Callable[[Any], str]]
ABSENT = "–"


def text(value: object) -> str:
    return html.escape(str(value))


def table(columns: Sequence[Column], rows: Iterable[Any]) -> str:
    """An HTML table without the columns in which every cell is absent."""
    rows = list(rows)
    cells = [[cell(row) for row in rows] for _, _, cell in columns]
    kept = [i for i, column in enumerate(cells) if any(cell != ABSENT for cell in column)]
    head = "".join(f'<th class="{columns[i][1]}">{text(columns[i][0])}</th>' for i in kept)
    lines = ("".join(f'<td class="{columns[i][1]}">{cells[i][row]}</td>' for i in kept) for row in range(len(rows)))
    body = "".join(f"<tr>{line}</tr>\n" for line in lines)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>\n'


def pairs(values: Mapping[str, Any]) -> str:
    return "<dl>" + "".join(f"<dt>{text(key)}</dt><dd>{text(value)}</dd>" for key, value in values.items()) + "</dl>"


def figure(drawing: str, caption: str) -> str:
    return f"<figure>{drawing}<figcaption>{text(caption)}</figcaption></figure>\n"


def strip(frames: np.ndarray) -> str:
    """uint8[frames, height, width, 3] side by side, as the address of an inline picture with clear gaps."""
    count, height, width, _ = frames.shape
    gap = max(1, width // 24)
    wide = np.zeros((height, count, width + gap, 4), np.uint8)
    wide[:, :, :width, :3] = frames.swapaxes(0, 1)
    wide[:, :, :width, 3] = 255
    return _inline(PIL.Image.fromarray(wide.reshape(height, -1, 4)[:, :-gap]))


def stencil(kept: np.ndarray) -> str:
    """float or bool[height, width], 0..1, as the address of an inline picture that is black and as opaque as `kept`."""
    opacity = (np.clip(kept.astype(np.float32), 0, 1) * 255).astype(np.uint8)
    return _inline(PIL.Image.fromarray(np.stack([np.zeros_like(opacity), opacity], axis=-1)))


def joined(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def percent(share: float | None, digits: int = 1) -> str:
    return ABSENT if share is None else f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def times(factor: float | None) -> str:
    return ABSENT if factor is None else f"{factor:.2f}×"


def points(difference: float | None) -> str:
    """A difference of two shares in percentage points."""
    return ABSENT if difference is None else f"{100 * difference:+.1f}".replace("-", "−")


def score(value: float | None, unit: str) -> str:
    """A score or a part of one: a percentage with one decimal, else three digits that count and the unit."""
    if unit == "%" or value is None:
        return percent(None if value is None else value / 100)
    return f"{number(value)}\N{NO-BREAK SPACE}{text(unit)}".rstrip("\N{NO-BREAK SPACE}")


def change(value: float | None, unit: str) -> str:
    """A difference of two scores, percentages in points."""
    if unit == "%" or value is None:
        return points(None if value is None else value / 100)
    return f"{value:+.3g}".replace("-", "−")


def number(value: float | None) -> str:
    """Three digits that count; whole above 100."""
    return ABSENT if value is None else f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def small(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.1e}"


def count(value: float | None) -> str:
    return ABSENT if value is None else _scaled(value, 1000, ("", " k", " M", " G", " T"))


def size(value: float | None) -> str:
    return ABSENT if value is None else _scaled(value, 1024, (" B", " KiB", " MiB", " GiB"))


def _scaled(value: float, step: int, units: Sequence[str]) -> str:
    """Three digits that count, and the unit; whole numbers of the smallest unit."""
    place = 0
    while abs(value) >= step and place < len(units) - 1:
        value, place = value / step, place + 1
    return f"{value:.0f}{units[0]}" if place == 0 else f"{number(value)}{units[place]}"


def _inline(image: PIL.Image.Image) -> str:
    content = io.BytesIO()
    image.save(content, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii")
