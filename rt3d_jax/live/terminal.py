"""The terminal: the picture as coloured half blocks, the best classes as bars, and the alert."""

import collections
import time
from collections.abc import Iterator, Sequence

import numpy as np
import rich.console
import rich.segment
import rich.style
import rich.table
import rich.text

from rt3d_jax.live import sources, viewers

BEST = 5
BAR = 24  # columns
WIDEST = 72  # columns of the picture
SECONDS = 2.0  # over which speeds are averaged


class Meter:
    """How fast answers come: the ms of each network, the answers a second, and the share of frames dropped."""

    def __init__(self) -> None:
        self._log: collections.deque[tuple[float, int, dict[str, float]]] = collections.deque()

    def add(self, now: float, skipped: int, answers: Sequence[viewers.Answer]) -> None:
        """Counts a frame at a time in seconds, before which some were skipped."""
        self._log.append((now, skipped, {one.name: one.ms for one in answers if one.scores is not None}))
        while self._log[0][0] < now - SECONDS:
            self._log.popleft()

    def ms(self, name: str) -> float:
        """The median of a network's answers; 0 before the first."""
        return float(np.median([ms[name] for _, _, ms in self._log if name in ms] or [0.0]))

    @property
    def rate(self) -> float:
        span = self._log[-1][0] - self._log[0][0]
        return (len(self._log) - 1) / span if span else 0.0

    @property
    def dropped(self) -> float:
        skipped = sum(one for _, one, _ in self._log)
        return skipped / (skipped + len(self._log))


def answers(
    newest: sources.Newest, viewer: viewers.Viewer, meter: Meter
) -> Iterator[tuple[sources.Frame, list[viewers.Answer]]]:
    """Each frame that there is time for, until the source ends. SourceError as sources.Newest.after."""
    number = 0
    while (frame := newest.after(number)) is not None:
        found = viewer.see(frame.pixels, frame.time)
        meter.add(time.monotonic(), frame.number - number - 1, found)
        number = frame.number
        yield frame, found


def drawn(
    frame: sources.Frame,
    found: Sequence[viewers.Answer],
    labels: Sequence[str],
    alert: viewers.Alert | None,
    meter: Meter,
    size: tuple[int, int],
) -> rich.console.Group:
    """All that is seen at one moment, for a terminal of this many columns and lines."""
    below = len(found) * (BEST + 2) + 2
    parts: list[rich.console.RenderableType] = [_Picture(frame.pixels, size[0], max(4, size[1] - below))]
    for answer in found:
        parts += [rich.text.Text(f"{answer.name}: {meter.ms(answer.name):.1f} ms a frame", style="bold")]
        parts += [bars(answer.scores, labels)]
    parts += [rich.text.Text(f"{meter.rate:.1f} answers a second, {meter.dropped:.0%} of the frames dropped")]
    if alert is not None and rings(found, labels, alert):
        parts += [rich.text.Text(f" {alert.label}! ", style="bold white on red")]
    return rich.console.Group(*parts)


def bars(scores: np.ndarray | None, labels: Sequence[str]) -> rich.console.RenderableType:
    """The best classes with their probabilities."""
    if scores is None:
        return rich.text.Text("has seen too little yet\n", style="dim")
    table = rich.table.Table.grid(padding=(0, 1))
    table.add_column(width=max(map(len, labels)))  # so that the bars of several networks begin in one column
    for number in viewers.best(scores, BEST):
        full = "█" * round(BAR * float(scores[number]))
        table.add_row(labels[number], f"{scores[number]:>6.1%}", rich.text.Text(full or "▏"))
    return table


def rings(found: Sequence[viewers.Answer], labels: Sequence[str], alert: viewers.Alert) -> bool:
    """Whether the first network sees what is warned of."""
    scores = found[0].scores
    return scores is not None and float(scores[list(labels).index(alert.label)]) >= alert.above


def line(found: Sequence[viewers.Answer], labels: Sequence[str], meter: Meter) -> str:
    """The same in one line, for what is no terminal."""
    said = []
    for answer in found:
        if answer.scores is not None:
            top = viewers.best(answer.scores, 1)[0]
            said.append(f"{answer.name} {labels[top]} {answer.scores[top]:.0%} in {meter.ms(answer.name):.1f} ms")
    return f"{', '.join(said) or 'too little seen yet'}; {meter.rate:.1f} answers a second, {meter.dropped:.0%} dropped"


class _Picture:
    """uint8[height, width, 3] as half blocks: two pixels, one above the other, in each character."""

    def __init__(self, pixels: np.ndarray, columns: int, lines: int):
        height, width = pixels.shape[:2]
        share = min(min(columns, WIDEST) / width, 2 * lines / height)
        rows, across = max(2, int(height * share) // 2 * 2), max(1, int(width * share))
        down = (np.arange(rows) + 0.5) * height / rows
        right = (np.arange(across) + 0.5) * width / across
        self._pixels = pixels[down.astype(int)][:, right.astype(int)]

    def __rich_console__(
        self, console: rich.console.Console, options: rich.console.ConsoleOptions
    ) -> rich.console.RenderResult:
        del console, options
        for above, below in zip(self._pixels[::2].tolist(), self._pixels[1::2].tolist(), strict=True):
            for upper, lower in zip(above, below, strict=True):
                colours = ("#{:02x}{:02x}{:02x}".format(*one) for one in (upper, lower))
                yield rich.segment.Segment("▀", rich.style.Style(color=next(colours), bgcolor=next(colours)))
            yield rich.segment.Segment.line()
