"""The stream that torch.save wrote before PyTorch 1.6: a sequence of pickles, then the storages
(torch.serialization._legacy_load).

The pickles are the magic number, the version 1001, the writer, the content, and the list of the storages' keys. For
each key there follow the number of elements (i64) and the elements.
"""

import contextlib
import mmap
import pathlib
import pickle
from collections.abc import Callable, Iterator
from typing import Any

from rt3d_jax.weights import torchpickle

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
TAR = slice(257, 262)  # where a tar file, as torch.save wrote before 2017, says "ustar"


@contextlib.contextmanager
def opened(path: pathlib.Path) -> Iterator[tuple[Any, Callable[[str], bytes]]]:
    """The content, and a function from a storage's key to its bytes that works inside the `with` block.

    Raises:
      Refused: another format, or numbers of a big-endian machine.
      Exception: one of torchfile.BROKEN: the file is damaged.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as stream:
        _begin(stream, path)
        content, dtypes = torchpickle.load(stream)
        keys, _ = torchpickle.load(stream)
        places = _places(stream, keys, dtypes)
        yield content, lambda key: stream[places[key]]


def _begin(stream: mmap.mmap, path: pathlib.Path) -> None:
    if stream[TAR] == b"ustar":
        raise torchpickle.Refused(
            "is in the tar format from before 2017; where PyTorch is at hand and you trust the file, convert "
            "it: python -c "
            f""""import torch; torch.save(torch.load('{path}', 'cpu', weights_only=False), 'new.pth')\""""
        )
    if torchpickle.load(stream)[0] != MAGIC:
        raise pickle.UnpicklingError("it does not begin as torch.save does")
    if torchpickle.load(stream)[0] != VERSION:
        raise pickle.UnpicklingError(f"its protocol version is not {VERSION}")
    if not torchpickle.load(stream)[0]["little_endian"]:
        raise torchpickle.Refused("was written on a big-endian machine; save it again on a little-endian one")


def _places(stream: mmap.mmap, keys: Any, dtypes: dict[str, str]) -> dict[str, slice]:
    """The place of each storage's elements, checked to be within the file."""
    places, place = {}, stream.tell()
    for key in keys:
        if not isinstance(key, str) or key not in dtypes:
            raise pickle.UnpicklingError("a storage that no tensor is in")
        start = place + 8
        count = int.from_bytes(stream[place:start], "little")
        place = start + count * torchpickle.DTYPES[dtypes[key]].itemsize
        if place > len(stream):
            raise EOFError(f"storage {key} ends at byte {place} of {len(stream)}")
        places[key] = slice(start, place)
    return places
