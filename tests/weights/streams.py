"""Streams of torch.save from before PyTorch 1.6, made by hand: what today's PyTorch reads and no longer writes."""

import io
import pickle
import re
import struct
from typing import Any

import torch
import torch._utils

from rt3d_jax.weights import torchstream

SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


class Reference(tuple):
    """A storage as the pickle names it."""


class Tensor:
    """Pickles as the tensors of PyTorch before 0.4 did."""

    def __init__(self, *arguments: Any):
        self.arguments = arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return torch._utils._rebuild_tensor, self.arguments


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        return tuple(obj) if type(obj) is Reference else None


def head(magic: int = torchstream.MAGIC, version: int = torchstream.VERSION, system: Any = SYSTEM) -> bytes:
    """The three pickles before the content."""
    return b"".join(pickle.dumps(value, 2) for value in (magic, version, system))


def content(value: Any) -> bytes:
    """The pickle of a value with references and tensors in it."""
    file = io.BytesIO()
    _Pickler(file, 2).dump(value)
    return file.getvalue()


def storages(**raw: tuple[int, bytes]) -> bytes:
    """The list of keys, and for each its count and bytes."""
    return pickle.dumps(list(raw), 2) + b"".join(struct.pack("<q", count) + data for count, data in raw.values())


def of_python2(pickled: bytes) -> bytes:
    """A pickle whose texts are the byte strings that Python 2 wrote."""
    return re.sub(rb"X([^\0])\0\0\0", rb"U\1", pickled)
