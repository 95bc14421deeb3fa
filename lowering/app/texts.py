"""Fills in the files of `sources/`."""

import pathlib
import re
import textwrap
from collections.abc import Mapping

SOURCES = pathlib.Path(__file__).with_name("sources")
# By file of `sources/`: what it is called in an app.
FILES = {
    "network.h": "@name@.h",
    "network.c": "@name@.c",
    "schedule.h": "@name@_schedule.h",
    "kernels.h": "@name@_kernels.h",
    "machine.h": "@name@_machine.h",
    "weights.S": "@name@_weights.S",
    "jni.c": "@name@_jni.c",
    "Network.kt": "@Class@.kt",
    "module.modulemap": "module.modulemap",
    "CMakeLists.txt": "CMakeLists.txt",
    "README.md": "README.md",
}
WORD = re.compile(r"@([A-Za-z_]+)@")


def write(folder: pathlib.Path, words: Mapping[str, str]) -> None:
    """Writes the files into a folder, with each @word@ replaced by its text."""
    for source, called in FILES.items():
        text = filled((SOURCES / source).read_text(encoding="utf-8"), words)
        (folder / filled(called, words)).write_text(text, encoding="utf-8")


def filled(text: str, words: Mapping[str, str]) -> str:
    """A text with each @word@ replaced. KeyError for a word that has no text."""
    return WORD.sub(lambda found: words[found[1]], text)


def comment(text: str) -> str:
    """A text of one line that may stand in a comment of C and of Kotlin."""
    return re.sub(r"[^ -~]", "?", text).replace("*/", "* /").replace("/*", "/ *")


def paragraph(text: str, first: str = " * ", more: str = " *   ") -> str:
    """A text in lines, the first of which starts otherwise than the others: by default those of a comment."""
    return textwrap.fill(comment(text), 118, initial_indent=first, subsequent_indent=more)
