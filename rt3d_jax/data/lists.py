"""Lists of videos from strangers: text, CSV and JSON, read within bounds. Nothing in them is run; no name leaves its
folder.
"""

import csv
import pathlib
from typing import Any

from lowering.system import typed

# The longest official list (training part of Something-Something v2) has about a third of these bytes, Kinetics-700 a
# third of these entries.
MAX_BYTES = 2**27
MAX_ENTRIES = 2_000_000
MAX_NAME = 400


class ListError(ValueError):
    """A list that does not read as it should: `path` and `reason`, one line."""

    def __init__(self, path: pathlib.Path, reason: str):
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def lines(path: pathlib.Path) -> list[str]:
    """The lines that are not empty, without space at their ends.

    Raises, as all functions here:
      FileNotFoundError: the file is not there.
      ListError: no regular file, too long, not UTF-8, empty, or not of the expected form.
    """
    found = [line for line in map(str.strip, _text(path).splitlines()) if line]
    return _counted(path, found)


def names(path: pathlib.Path) -> tuple[str, ...]:
    """The lines, each another name."""
    found = lines(path)
    for place, name in enumerate(found):
        if not name.isprintable() or len(name) > MAX_NAME:
            raise ListError(path, f"{shown(name)}; expected the name of a class")
        if name in found[:place]:
            raise ListError(path, f"{shown(name)} stands there twice; expected another name in each line")
    return tuple(found)


def columns(path: pathlib.Path) -> list[str]:
    """What the first line of a CSV file names."""
    return _text(path).partition("\n")[0].strip().split(",")


def rows(path: pathlib.Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a CSV file whose first line names its columns, reduced to `columns`; a missing column is an error."""
    reader = csv.DictReader(_text(path).splitlines(), strict=True)
    found = []
    try:
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise ListError(path, f"no column {missing[0]}; expected a first line with {','.join(columns)}")
        for row in reader:
            if any(row[name] is None for name in columns):
                raise ListError(path, f"line {reader.line_num} is short; expected {','.join(columns)}")
            found.append({name: row[name].strip() for name in columns})
    except csv.Error as error:
        raise ListError(path, f"line {reader.line_num} is no CSV ({error})") from error
    return _counted(path, found)


def values(path: pathlib.Path, kind: Any) -> Any:
    """A JSON file that holds a list or an object of this type, see typed.read."""
    try:
        found = typed.parse(_text(path), kind)
    except ValueError as error:
        raise ListError(path, f"{error}; fetch it again") from error
    return _counted(path, found)


def inside(name: str, path: pathlib.Path) -> str:
    """The name of a file or class in a list, if it stays in its folder; ListError naming the list otherwise."""
    bad = not name or len(name) > MAX_NAME or not name.isprintable() or "\\" in name
    if bad or name.startswith("/") or any(part in ("", ".", "..") for part in name.split("/")):
        raise ListError(path, f"{shown(name)} may not name a video; expected a name below the data set's folder")
    return name


def shown(text: object) -> str:
    """A value of a list as part of an error line."""
    written = ascii(text)
    return written if len(written) <= 100 else f"{written[:97]}..."


def _text(path: pathlib.Path) -> str:
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; expected it with the data set's lists")
    if not path.is_file():
        raise ListError(path, "no regular file; expected a list of videos")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ListError(path, f"cannot be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise ListError(path, f"longer than {MAX_BYTES >> 20} MiB; no list of a known data set is")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListError(path, f"not UTF-8 (byte {error.start}); fetch it again") from error


def _counted(path: pathlib.Path, entries: Any) -> Any:
    if not entries:
        raise ListError(path, "empty; expected one entry per line")
    if len(entries) > MAX_ENTRIES:
        raise ListError(path, f"{len(entries):,} entries; expected at most {MAX_ENTRIES:,}")
    return entries
