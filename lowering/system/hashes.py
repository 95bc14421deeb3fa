"""sha256 of files, JSON values and arrays: whether what is read is what was written.

A hash says that nothing was damaged. It says nothing about who made a file.
"""

import hashlib
import json
import pathlib
from collections.abc import Iterable
from typing import Any

SEAL = "sha256"  # the field of a sealed object


def of_file(path: pathlib.Path) -> str:
    """Of a file's content, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_json(value: Any) -> str:
    """Of a JSON value, however it is laid out and whatever the order of its fields."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def of_arrays(arrays: Iterable[tuple[str, Any]]) -> str:
    """Of numpy arrays: their names, dtypes, shapes and bytes, in this order."""
    digest = hashlib.sha256()
    for name, array in arrays:
        digest.update(f"{name} {array.dtype} {array.shape};".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def sealed(value: dict[str, Any]) -> dict[str, Any]:
    """A JSON object with the hash of its other fields in the field SEAL."""
    rest = {name: item for name, item in value.items() if name != SEAL}
    return {**rest, SEAL: of_json(rest)}


def is_whole(value: dict[str, Any]) -> bool:
    """Whether a JSON object is as it was sealed."""
    return value.get(SEAL) == sealed(value)[SEAL]
