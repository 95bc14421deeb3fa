"""The weights of an app: one file that is mapped into memory and used as it lies there."""

import hashlib
import pathlib
from collections.abc import Sequence

from iree import runtime

from lowering.app import schedule

# The head of the file: these bytes, then the SHA-256 of all that follows the head, then zeros. The runner compares it
# with the one that it was written with.
MAGIC = b"rt3d app weights, 1\0\0\0\0\0"
HEAD = 64  # bytes


def offsets(parameters: Sequence[schedule.Buffer]) -> tuple[dict[str, int], int]:
    """Where each of the parameters lies in the file, and the size of the file."""
    places, end = schedule.placed([each.bytes for each in parameters])
    return {each.name: HEAD + place for each, place in zip(parameters, places, strict=True)}, HEAD + end


def write(path: pathlib.Path, archive: pathlib.Path, parameters: Sequence[schedule.Buffer]) -> bytes:
    """Writes these parameters of a bundle's weights.irpa; gives the head of the file."""
    index = runtime.ParameterIndex()
    index.load(str(archive))
    stored, data = dict(index.items()), archive.read_bytes()
    places, size = offsets(parameters)
    content = bytearray(size - HEAD)
    for each in parameters:
        _, start = stored[each.name].file_storage
        place = places[each.name] - HEAD
        content[place : place + each.bytes] = data[start : start + each.bytes]
    head = (MAGIC + hashlib.sha256(content).digest()).ljust(HEAD, b"\0")
    path.write_bytes(head + content)
    return head
