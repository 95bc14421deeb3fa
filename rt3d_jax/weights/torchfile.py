"""Reads a PyTorch checkpoint without PyTorch: the arrays of its state dict, from either format of torch.save."""

import math
import pathlib
import pickle
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from rt3d_jax.weights import torchpickle, torchstream, torchzip

# Under which trainers put the state dict. A moving average is taken where a file has nothing else.
WRAPPERS = ("state_dict", "model", "model_state", "model_state_dict")
AVERAGES = ("state_dict_ema", "ema_state_dict", "model_ema", "ema")
# What unpickling and zipfile raise at damage; ValueError and RuntimeError have more kinds below them.
BROKEN = (
    *(pickle.UnpicklingError, zipfile.BadZipFile, struct.error, EOFError, OSError),
    *(ValueError, TypeError, AttributeError, LookupError, OverflowError, RuntimeError),
)


def read(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The state dict of a .pth file that torch.save wrote (since 2017), by key; other entries are not read.

    The arrays are read-only. They may have any memory order and may share memory.

    Raises:
      ValueError: the format from before 2017, a pickle that names anything but tensors and plain containers, no state
        dict
        inside, or a damaged file.
    """
    with path.open("rb") as file:
        # As torch.load tells them apart; weights can hold the bytes that end a zip file.
        container = torchzip if file.read(len(torchzip.START)) == torchzip.START else torchstream
    try:
        with container.opened(path) as (content, storage):
            return _arrays(_state_dict(content), storage)
    except torchpickle.Refused as error:
        raise ValueError(f"{path} {error}") from error
    except BROKEN as error:
        raise ValueError(f"{path} is damaged or no checkpoint ({_shown(error)}); fetch it again") from error


def _shown(error: Exception) -> str:
    return ascii(str(error) or type(error).__name__)[1:-1][:200]


def _state_dict(content: Any) -> dict[str, torchpickle.Tensor]:
    for wrapper in WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if isinstance(content, dict) and not any(isinstance(value, torchpickle.Tensor) for value in content.values()):
        averages = (name for name in AVERAGES if isinstance(content.get(name), dict))
        content = {f"{name}.{key}": value for name in averages for key, value in content[name].items()}
    items = content.items() if isinstance(content, dict) else ()
    tensors = {k: v for k, v in items if isinstance(v, torchpickle.Tensor) and isinstance(k, str) and k.isprintable()}
    if not tensors:
        wrappers = f"{', '.join(WRAPPERS[:-1])} or {WRAPPERS[-1]}"
        raise torchpickle.Refused(f"holds no tensors by name, expected a state dict, or one under {wrappers}")
    return tensors


def _arrays(tensors: dict[str, torchpickle.Tensor], storage: Callable[[str], bytes]) -> dict[str, np.ndarray]:
    """Views of the storages, each read once: no number of tensors takes more memory than the file."""
    raw = {key: storage(key) for key in {tensor.storage.key for tensor in tensors.values()}}
    return {name: _array(raw[tensor.storage.key], tensor) for name, tensor in tensors.items()}


def _array(raw: bytes, tensor: torchpickle.Tensor) -> np.ndarray:
    of, elements = tensor.storage, math.prod(tensor.size)
    dtype = torchpickle.DTYPES[of.dtype]
    last = tensor.offset + sum((size - 1) * stride for size, stride in zip(tensor.size, tensor.stride, strict=True))
    held = elements == 0 or (last < of.size and elements <= of.size)  # a stride of 0 could ask for any amount of memory
    if len(raw) != of.count * dtype.itemsize or not held:
        raise pickle.UnpicklingError(f"storage {of.key} of {len(raw)} bytes does not hold a tensor of {tensor.size}")
    if elements == 0:
        return np.zeros(tensor.size, dtype)
    steps = [stride * dtype.itemsize for stride in tensor.stride]
    flat = np.frombuffer(raw, dtype)[of.start + tensor.offset :]
    return np.lib.stride_tricks.as_strided(flat, tensor.size, steps, writeable=False)
