"""What a terminal is sent: colours, unless NO_COLOR is set."""

import io

import pytest

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
