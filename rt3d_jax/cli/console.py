"""What a person sees: tables, lines, and progress. Progress is bars on a terminal, and a line now and then elsewhere.

NO_COLOR (https://no-color.org), if it is set and not empty, turns off colours and all other styles.
"""

import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence

import rich.box
import rich.console
import rich.markup
import rich.progress
import rich.table

from rt3d_jax.hosts import stops

PLAIN_SECONDS = 15.0


class Console(rich.console.Console):
    """Raises BrokenPipeError where nobody reads any more, instead of ending the program as rich does."""

    def on_broken_pipe(self) -> None:
        raise


def console() -> Console:
    """A console on standard output. In a file, where lines have no end, it is 160 columns wide."""
    colours = None if os.environ.get("NO_COLOR") else "auto"
    made = Console(color_system=colours)
    return made if made.is_terminal else Console(color_system=colours, width=160)


CONSOLE = console()


class Progress:
    """progress(what, done, total, values): a bar for each `what` on a terminal, else a line now and then."""

    def __init__(self) -> None:
        columns = (
            "{task.description:<22}",
            rich.progress.BarColumn(),
            rich.progress.MofNCompleteColumn(),
            rich.progress.TimeElapsedColumn(),
        )
        tail = (
            rich.progress.TextColumn("left"),
            rich.progress.TimeRemainingColumn(),
            rich.progress.TextColumn("{task.fields[values]}"),
        )
        self._bars = rich.progress.Progress(*columns, *tail, console=CONSOLE, disable=not CONSOLE.is_terminal)
        self._tasks: dict[str, rich.progress.TaskID] = {}
        self._began: dict[str, float] = {}
        self._said: dict[str, float] = {}

    def __enter__(self) -> "Progress":
        self._bars.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.__exit__(None, None, None)

    def __call__(self, what: str, done: int, total: int, values: dict[str, float] | None = None) -> None:
        with _unread_is_a_stop():
            self._show(what, done, total, values or {})
        stops.check()

    def _show(self, what: str, done: int, total: int, values: dict[str, float]) -> None:
        text = "  ".join(f"{name} {value:.4g}" for name, value in values.items())
        if not CONSOLE.is_terminal:
            self._say(what, done, total, text)
            return
        if what not in self._tasks:
            self._drop_finished(what)
            self._tasks[what] = self._bars.add_task(what, total=total, values="")
        self._bars.update(self._tasks[what], completed=done, total=total)
        if text:
            self._bars.update(self._tasks[what], values=text)

    def _drop_finished(self, what: str) -> None:
        """Removes the bars of a job's earlier phases ("JOB: phase"). A sweep has more than a terminal has lines."""
        job, inside, _ = what.partition(": ")
        for other in [name for name in self._tasks if inside and name.startswith(f"{job}: ")]:
            self._bars.remove_task(self._tasks.pop(other))

    def _say(self, what: str, done: int, total: int, text: str) -> None:
        now = time.monotonic()
        began = self._began.setdefault(what, now)
        if done < total and now - self._said.get(what, began) < PLAIN_SECONDS:
            return
        if self._said.get(what) == float("inf"):
            return
        self._said[what] = now if done < total else float("inf")
        left = (now - began) / max(done, 1) * (total - done)
        print(
            f"{what}: {done}/{total}, {now - began:.0f} s"
            + (f", about {left:.0f} s left" if done < total else "")
            + (f"  {text}" if text else "")
        )
        sys.stdout.flush()


@contextlib.contextmanager
def _unread_is_a_stop() -> Iterator[None]:
    """If nobody reads the output any more, work ends as it does after Ctrl-C: where it can go on later."""
    try:
        yield
    except BrokenPipeError:
        stops.ask(signal.SIGPIPE)


def say(text: str) -> None:
    """Prints one line, which only the terminal wraps."""
    CONSOLE.print(text, highlight=False, markup=False, soft_wrap=True)


def some(values: Sequence[object], what: str) -> None:
    """ValueError if the command line named none of them."""
    if not values:
        raise ValueError(f"nothing to do: name at least one {what}")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a table. Columns of numbers are aligned right, and only the last column wraps.

    If the terminal is too narrow for it, each row is a list of its cells instead.
    """
    drawn = rich.table.Table(title=title, title_justify="left", box=rich.table.box.SIMPLE_HEAD)
    cells = [[_cell(value) for value in row] for row in rows]
    for i, name in enumerate(columns):
        justify = "right" if all(_is_number(row[i]) for row in cells) else "left"
        drawn.add_column(name, justify=justify, no_wrap=i < len(columns) - 1, min_width=len(name))
    for row in cells:
        drawn.add_row(*map(rich.markup.escape, row))
    if CONSOLE.measure(drawn, options=CONSOLE.options.update(max_width=10_000)).minimum <= CONSOLE.width:
        CONSOLE.print(drawn)
        return
    say(title)
    width = max(map(len, columns))
    for first, *rest in cells:
        say(
            "\n"
            + "\n".join([first, *(f"  {name:<{width}}  {text}" for name, text in zip(columns[1:], rest, strict=True))])
        )


def _is_number(text: str) -> bool:
    return re.sub(r"[-.e%x]", "", text).strip().isdigit()


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return (
        f"{value:.3g}"
        if isinstance(value, float) and abs(value) < 100
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )
