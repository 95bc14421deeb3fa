"""What strangers' files are broken with: bytes, JSON values, and a watch over what is opened meanwhile."""

import copy
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

SPICE = (
    *(b"../", b"/etc/passwd", b"..\\", b"\0", b"\xff\xfe", b"\n", b'"', b",", b"[", b"{", b"}", b" 1", b"\r"),
    *(b"1e999", b"-1", b"nan", b"null", b"\xe2\x80\xa8", b"9" * 5000, b"a" * 5000, b"[" * 5000),
)
OPENED: list[str] = []
WATCHED = {"open", "os.listdir", "os.scandir"}
WATCHING = []


def watch(event, arguments):
    if WATCHING and event in WATCHED:
        OPENED.append(os.path.realpath(os.fspath(arguments[0] or ".")) if not isinstance(arguments[0], int) else "")


sys.addaudithook(watch)  # it cannot be taken away, so it asks WATCHING


def broken(content: bytes, rng: np.random.Generator, spice: tuple[bytes, ...]) -> bytes:
    """One to four changes: bytes set, cut out, put in, cut off, or a piece said twice."""
    text = bytearray(content)
    for _ in range(rng.integers(1, 5)):
        place = int(rng.integers(len(text) + 1))
        end = place + int(rng.integers(1, 40))
        match rng.integers(5):
            case 0:
                text[place:end] = rng.bytes(len(text[place:end]))
            case 1:
                del text[place:end]
            case 2:
                text[place:place] = spice[rng.integers(len(spice))]
            case 3:
                del text[max(place, len(text) // 8) :]
            case _:
                text[place:place] = text[place:end]
    return bytes(text)


def odd(value: Any, rng: np.random.Generator, values: tuple[Any, ...], missing: float = 0.0) -> bytes:
    """JSON with one value of another kind, at any depth; with the chance `missing` it is missing."""
    found = copy.deepcopy(value)
    place = found
    while True:
        key = rng.choice(sorted(place)) if isinstance(place, dict) else int(rng.integers(len(place)))
        if not isinstance(place[key], dict | list) or not place[key] or rng.random() < 0.3:
            break
        place = place[key]
    if missing and rng.random() < missing:
        del place[key]
    else:
        place[key] = values[rng.integers(len(values))]
    return json.dumps(found).encode()


def places(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Every value in JSON that is no object, by its path; the names of types are left out."""
    if not isinstance(value, dict):
        yield path, value
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key != "type":
            yield from places(item, (*path, key))


def changed(value: Any, path: tuple, wrong: Any) -> Any:
    """A copy of JSON with another value at a path."""
    found = copy.deepcopy(value)
    place = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    return found


def named(root: str, path: tuple) -> str:
    """The name of a path in errors: "root.field[2]"."""
    return root + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
