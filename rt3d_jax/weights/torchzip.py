"""The zip file that torch.save writes since PyTorch 1.6: PREFIX/data.pkl, and each storage as PREFIX/data/KEY."""

import contextlib
import io
import pathlib
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from rt3d_jax.weights import torchpickle

START = b"PK\x03\x04"


@contextlib.contextmanager
def opened(path: pathlib.Path) -> Iterator[tuple[Any, Callable[[str], bytes]]]:
    """The content of the pickle, and a function from a storage's key to its bytes that works inside the `with` block.

    Raises:
      Refused: entries that torch.save does not write.
      Exception: one of torchfile.BROKEN: the file is damaged.
    """
    with zipfile.ZipFile(path) as archive:
        prefix = _prefix(archive, path.stat().st_size)
        content, _ = torchpickle.load(io.BytesIO(archive.read(f"{prefix}data.pkl")))
        yield content, lambda key: archive.read(f"{prefix}data/{key}")


def _prefix(archive: zipfile.ZipFile, size: int) -> str:
    entries = archive.infolist()
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):  # it could unpack to any size
        raise torchpickle.Refused("is compressed, which torch.save never does; save it again with PyTorch")
    if sum(max(entry.file_size, entry.compress_size) for entry in entries) > size:
        raise zipfile.BadZipFile(f"its entries are larger than its {size} bytes")
    names = [name for name in archive.namelist() if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(names) != 1:
        raise torchpickle.Refused(f"holds {len(names)} data.pkl, expected one, as torch.save writes it")
    prefix = names[0].removesuffix("data.pkl")
    order = f"{prefix}byteorder"
    if order in archive.namelist() and archive.read(order) != b"little":
        raise torchpickle.Refused("was written on a big-endian machine; save it again on a little-endian one")
    return prefix
