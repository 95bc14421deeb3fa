"""What a terminal is sent: colours, unless NO_COLOR is set, and tables that fit."""

import io

import pytest
import rich.console

from rt3d_jax.cli import console


def drawn(monkeypatch: pytest.MonkeyPatch, no_color: str) -> str:
    """What a terminal with colours is sent for a table and a bar."""
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": no_color}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(console, "CONSOLE", console.console())
    console.CONSOLE.file = io.StringIO()
    console.table("Title", ("name", "ms"), [("a", 1.5)])
    with console.Progress() as progress:
        progress("phase", 1, 2, {"loss": 0.5})
    return console.CONSOLE.file.getvalue()


def test_no_color_turns_off_colours_and_styles(monkeypatch):
    coloured, plain = "\033[1m", "\033[0m"
    assert coloured in drawn(monkeypatch, no_color="")
    text = drawn(monkeypatch, no_color="1")
    assert "Title" in text and "phase" in text and "1/2" in text
    assert coloured not in text and plain not in text and ";" not in text


def test_a_table_that_is_too_wide_for_the_terminal_is_a_list_for_each_row(monkeypatch):
    def shown(width: int) -> str:
        screen = rich.console.Console(file=io.StringIO(), width=width, color_system=None)
        monkeypatch.setattr(console, "CONSOLE", screen)
        console.table("Times", ("run", "p50 ms", "note"), [("dense [a]", 314.0, "a b"), ("kgs-3.6x", 97.0, None)])
        return screen.file.getvalue()

    assert [line.split() for line in shown(28).splitlines() if "kgs" in line] == [["kgs-3.6x", "97", "-"]]
    narrow = """\
Times

dense [a]
  p50 ms  314
  note    a b

kgs-3.6x
  p50 ms  97
  note    -
"""
    assert shown(27) == narrow
