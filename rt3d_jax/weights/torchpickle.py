"""An unpickler for PyTorch's files that knows only what tensors need: plain containers, and descriptions of tensors."""

import collections
import pickle
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, NamedTuple

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
MAX_DIMS = 32
MAX_KEY = 100  # characters of a storage's name, which PyTorch makes of a number


class Refused(ValueError):
    """An undamaged file that is not accepted. The message continues a sentence that starts with the file's name."""


class Storage(NamedTuple):
    """A storage, not read yet. dtype: a key of DTYPES. key: its number. start, size: the view of its elements."""

    dtype: str
    key: str
    count: int
    start: int
    size: int


class Tensor(NamedTuple):
    """A tensor that is not read yet: its storage, and its place in the storage, in elements."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class _Ordered:
    """Stands for collections.OrderedDict.

    Like all of NAMES it has no attributes, so a pickle cannot change anything here.
    """

    __slots__ = ()

    def __call__(self, items: Iterable[Any] = ()) -> collections.OrderedDict[Any, Any]:
        return collections.OrderedDict((_key(key), value) for key, value in items)


class _Rebuild:
    """For torch._utils._rebuild_tensor_v2, and for _rebuild_tensor of 2017, which has only these four arguments."""

    __slots__ = ()

    def __call__(self, storage: Any, offset: int, size: Any, stride: Any, *rest: Any) -> Tensor:
        numbers = (offset, *size, *stride)
        if not isinstance(storage, Storage) or len(size) != len(stride) or len(size) > MAX_DIMS or not _counts(numbers):
            raise pickle.UnpicklingError("a tensor without storage, size and stride")
        return Tensor(storage, offset, tuple(size), tuple(stride))


class _Parameter:
    """Stands for torch._utils._rebuild_parameter: gives the tensor that it wraps."""

    __slots__ = ()

    def __call__(self, tensor: Any, *rest: Any) -> Any:
        return tensor


# Everything that a pickle may name. A storage type becomes the key of its dtype.
NAMES: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): _Ordered(),
    ("torch._utils", "_rebuild_tensor"): _Rebuild(),
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
# What picklers of protocols 2 to 4 write for these, of Python 2 too. Left out: what makes objects of classes, and text
# of protocol 0.
OPCODES = (
    *(pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK),
    *(pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE, pickle.BINGET, pickle.LONG_BINGET),
    *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE, pickle.BINFLOAT),
    *(pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG1, pickle.LONG4),
    *(pickle.BINSTRING, pickle.SHORT_BINSTRING, pickle.BINBYTES, pickle.SHORT_BINBYTES),
    *(pickle.BINUNICODE, pickle.SHORT_BINUNICODE, pickle.BINUNICODE8),
    *(pickle.EMPTY_TUPLE, pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3),
    *(pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS, pickle.EMPTY_DICT, pickle.SETITEM, pickle.SETITEMS),
    *(pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.REDUCE, pickle.BUILD, pickle.BINPERSID),
)


def load(file: Any) -> tuple[Any, dict[str, str]]:
    """The next pickle of a binary file, and the dtype of each storage by its key.

    The file's read must not allocate more than is there.

    Strings of Python 2 are read as UTF-8, as torch.load does.

    Raises:
      Refused: the pickle names anything outside NAMES.
      Exception: one of several kinds (see torchfile.BROKEN): the pickle is damaged.
    """
    unpickler = _Unpickler(file, encoding="utf-8")
    try:
        return unpickler.load(), unpickler.storages
    except KeyError as error:
        raise pickle.UnpicklingError(f"opcode {error}, which tensors do not need") from error


# The one written in Python: C's makes room for 2^33 remembered objects where a pickle of ten bytes says so.
class _Unpickler(pickle._Unpickler):
    stack: list[Any]
    append: Callable[[Any], None]
    pop_mark: Callable[[], list[Any]]
    readline: Callable[[], bytes]

    def __init__(self, file: Any, encoding: str):
        super().__init__(file, encoding=encoding)
        self.storages: dict[str, str] = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in NAMES:
            raise Refused(
                f"names {ascii(f'{module}.{name}'[:200])[1:-1]}, expected tensors and plain containers only; "
                f"where you trust "
                "the file, save its state dict alone with PyTorch"
            )
        return NAMES[module, name]

    def persistent_load(self, pid: Any) -> Storage:
        kind, dtype, key, _, count, *view = pid
        _, start, size = (view[0] if view else None) or (None, 0, count)
        known = kind == "storage" and isinstance(dtype, str) and dtype in DTYPES and isinstance(key, str)
        if not known or len(key) > MAX_KEY or not key.isprintable() or not _counts((count, start, size)):
            raise pickle.UnpicklingError("a reference to something other than a storage")
        if start + size > count or self.storages.setdefault(key, dtype) != dtype:
            raise pickle.UnpicklingError(f"storage {key} is described in two ways")
        return Storage(dtype, key, count, start, size)

    def find(self) -> None:
        module, name = self.readline(), self.readline()
        if not name.endswith(b"\n"):  # the start of a name would be refused as another
            raise EOFError("it ends within a name")
        self.append(self.find_class(module[:-1].decode(), name[:-1].decode()))

    def set_items(self) -> None:
        values = self.pop_mark()
        self.stack[-1].update((_key(key), value) for key, value in zip(values[::2], values[1::2], strict=True))

    def set_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.stack[-1].update(((_key(key), value),))

    def build(self) -> None:
        self.stack.pop()  # attributes, such as a state dict's _metadata, that nobody reads

    dispatch: ClassVar[dict[int, Any]] = {
        **{code[0]: pickle._Unpickler.dispatch[code[0]] for code in OPCODES},
        pickle.GLOBAL[0]: find,
        pickle.SETITEM[0]: set_item,
        pickle.SETITEMS[0]: set_items,
        pickle.BUILD[0]: build,
    }


def _counts(numbers: Iterable[Any]) -> bool:
    return all(type(number) is int and 0 <= number < 1 << 63 for number in numbers)


def _key(key: Any) -> Any:
    """A checked key of a dict. Deeply nested tuples are refused, because their hash overflows C's stack."""
    if any(isinstance(item, tuple) for item in (key if isinstance(key, tuple) else ())):
        raise pickle.UnpicklingError("a key of nested tuples")
    return key
