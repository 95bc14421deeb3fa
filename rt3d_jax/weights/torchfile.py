"""A PyTorch checkpoint without PyTorch: the zip format's tensors, and of its pickle only what tensors need."""

import collections
import math
import pathlib
import pickle
import zipfile
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np

DTYPES = {
    "f8": np.dtype("<f8"),
    "f4": np.dtype("<f4"),
    "f2": np.dtype("<f2"),
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "i8": np.dtype("<i8"),
    "i4": np.dtype("<i4"),
    "i2": np.dtype("<i2"),
    "i1": np.dtype("<i1"),
    "u1": np.dtype("<u1"),
    "b1": np.dtype("?"),
}


class Tensor(NamedTuple):
    """A tensor that is described and not yet read: its storage (key of DTYPES, name, number of elements) and how it lies there."""

    storage: tuple[str, str, int]
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class _Rebuild:
    """torch._utils._rebuild_tensor_v2. Without attributes, so that a pickle can change nothing here."""

    __slots__ = ()

    def __call__(self, storage: Any, offset: int, size: Any, stride: Any, *rest: Any) -> Tensor:
        return Tensor(storage, offset, tuple(size), tuple(stride))


class _Parameter:
    """torch._utils._rebuild_parameter: the tensor that it wraps."""

    __slots__ = ()

    def __call__(self, tensor: Tensor, *rest: Any) -> Tensor:
        return tensor


# Everything that a pickle may name. A storage type becomes the key of its dtype.
NAMES: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _Rebuild(),
    ("torch._utils", "_rebuild_parameter"): _Parameter(),
    ("torch", "DoubleStorage"): "f8",
    ("torch", "FloatStorage"): "f4",
    ("torch", "HalfStorage"): "f2",
    ("torch", "BFloat16Storage"): "bf16",
    ("torch", "LongStorage"): "i8",
    ("torch", "IntStorage"): "i4",
    ("torch", "ShortStorage"): "i2",
    ("torch", "CharStorage"): "i1",
    ("torch", "ByteStorage"): "u1",
    ("torch", "BoolStorage"): "b1",
}
WRAPPERS = ("state_dict", "model")  # under which trainers put the state dict


def read(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The state dict of a .pth file that torch.save wrote (PyTorch 1.6 or newer), by key; other entries are not read.

    Raises:
      ValueError: the older format that is no zip file, a pickle that names anything but tensors and plain containers, no
        state dict inside, or a damaged file.
    """
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f"{path} is no zip file: PyTorch wrote it before version 1.6, or it is no checkpoint; where PyTorch is at hand, "
            f"""convert it: python -c "import torch; torch.save(torch.load('{path}', 'cpu'), 'new.pth')\""""
        )
    with zipfile.ZipFile(path) as archive:
        try:
            prefix, content = _pickled(path, archive)
            tensors = _state_dict(path, content)
            return {name: _array(archive, prefix, tensor) for name, tensor in tensors.items()}
        except (zipfile.BadZipFile, pickle.UnpicklingError, EOFError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is damaged or no checkpoint ({error}); fetch it again") from error


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in NAMES:
            raise ValueError(
                f"pickle names {module}.{name}, expected tensors and plain containers only; where you trust the file, save "
                "its state dict alone with PyTorch"
            )
        return NAMES[module, name]

    def persistent_load(self, pid: Any) -> tuple[str, str, int]:
        kind, dtype, key, _, count = pid
        if kind != "storage" or dtype not in DTYPES:
            raise pickle.UnpicklingError(f"unknown reference {pid}")
        return (dtype, str(key), int(count))


def _pickled(path: pathlib.Path, archive: zipfile.ZipFile) -> tuple[str, Any]:
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist()):  # it could unpack to any size
        raise ValueError(f"{path} is compressed, which torch.save never does; save it again with PyTorch")
    names = [name for name in archive.namelist() if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(names) != 1:
        raise ValueError(f"{path} holds {len(names)} data.pkl, expected one, as torch.save writes it")
    prefix = names[0].removesuffix("data.pkl")
    order = f"{prefix}byteorder"
    if order in archive.namelist() and archive.read(order) != b"little":
        raise ValueError(f"{path} was written on a big-endian machine; save it again on a little-endian one")
    with archive.open(names[0]) as file:
        try:
            return prefix, _Unpickler(file).load()
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error


def _state_dict(path: pathlib.Path, content: Any) -> dict[str, Tensor]:
    for wrapper in WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    tensors = {k: v for k, v in content.items() if isinstance(v, Tensor)} if isinstance(content, dict) else {}
    if not tensors:
        raise ValueError(
            f"{path} holds no tensors by name, expected a state dict, or one under {' or '.join(WRAPPERS)}"
        )
    return tensors


def _array(archive: zipfile.ZipFile, prefix: str, tensor: Tensor) -> np.ndarray:
    kind, key, count = tensor.storage
    dtype, raw = DTYPES[kind], archive.read(f"{prefix}data/{key}")
    ends = [(size - 1) * stride for size, stride in zip(tensor.size, tensor.stride, strict=True)]
    inside = tensor.offset >= 0 and min(tensor.stride, default=0) >= 0 and tensor.offset + sum(ends) < count
    held = inside and math.prod(tensor.size) <= count  # a stride of 0 could ask for any amount of memory
    if len(raw) != count * dtype.itemsize or not (held or math.prod(tensor.size) == 0):
        raise pickle.UnpicklingError(f"storage {key} of {len(raw)} bytes does not hold a tensor of {tensor.size}")
    if math.prod(tensor.size) == 0:
        return np.zeros(tensor.size, dtype)
    steps = [stride * dtype.itemsize for stride in tensor.stride]
    flat = np.frombuffer(raw, dtype)[tensor.offset :]
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(flat, tensor.size, steps)).reshape(tensor.size)
