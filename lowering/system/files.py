"""Files and folders that are written whole or not at all, however many processes write them and whatever stops one.

What is written comes to be in a private folder beside its place, `.NAME.part-RANDOM`, which its process holds a lock
on. It is renamed when it is complete. A process that is killed leaves such a folder without a lock, even if only an
empty one. The next process that writes the same name removes it. So does `clear`, where a name that stands is kept.
"""

import contextlib
import errno
import fcntl
import glob
import json
import os
import pathlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from lowering.system import locks, typed

MAX_JSON = 1 << 26  # bytes
FIX = "restore it or write it again"
MARK = ".part-"
BEFORE = "before-"  # in a private folder: what stood in its place


@contextlib.contextmanager
def whole(path: pathlib.Path, sync: bool = True) -> Iterator[pathlib.Path]:
    """A path of the same name for the block to write a file to, which takes the place of `path` when the block ends.

    If the block fails, `path` is as before. sync: the content is on the disk before the file gets its name, so that a
    power cut cannot leave an empty file; False for what is cheap to make again. A pipe or a device, such as
    /dev/stdout, is written as it is.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    path = _resolved(path)
    with beside(path) as folder:
        part = folder / path.name
        yield part
        if sync:
            _sync(part)
        os.replace(part, path)


@contextlib.contextmanager
def whole_folder(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """An empty folder for the block to fill, which takes the place of the folder `path` when the block ends.

    If the block fails, `path` is as before. The content is not forced to the disk: who reads a folder checks its files.
    """
    path = _resolved(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as folder:
        part = folder / path.name
        part.mkdir()
        yield part
        _put(part, path, folder)


@contextlib.contextmanager
def beside(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A private folder beside `path`, on the same file system, which is removed when the block ends.

    An OSError of the block names `path`, or the file below it that it is about.
    """
    clear_beside(path)
    folder, lock = _private(path)
    try:
        with named(path, folder):
            yield folder
    finally:
        remove(folder)
        os.close(lock)


@contextlib.contextmanager
def named(path: pathlib.Path, private: pathlib.Path | None = None) -> Iterator[None]:
    """An OSError of the block that names no file, such as that of a full disk, names `path`.

    One that names a file in `private`, a folder in which `path` comes to be, names the place that it was meant for.
    """
    try:
        yield
    except OSError as error:
        name = str(_meant(error.filename, private, path))
        with contextlib.suppress(AttributeError):  # an error of PyAV keeps its name
            error.filename = name
            raise
        raise OSError(error.errno, error.strerror, name) from error


def check_writable(path: pathlib.Path) -> None:
    """OSError unless a file can be written at this path: to be asked before the work whose result goes there."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if path.is_file() or not path.exists():
        with beside(_resolved(path)):
            pass


def clear(folder: pathlib.Path) -> None:
    """Remove what killed processes left in a folder, whatever they were about to write there."""
    for private in folder.glob(f".*{MARK}*"):
        _remove(private, folder / private.name[1:].rpartition(MARK)[0])


def clear_beside(path: pathlib.Path) -> None:
    """Remove what killed processes left that were about to write `path`."""
    for private in path.parent.glob(f".{glob.escape(path.name)}{MARK}*"):
        _remove(private, path)


def remove(folder: pathlib.Path) -> None:
    """Remove a folder, even if threads of a library that failed still write into it."""
    for seconds in (0, 0.1, 1):
        time.sleep(seconds)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def is_free(folder: pathlib.Path) -> bool:
    """Whether a folder can be made here: nothing is there, or a folder with nothing but private ones and a lock."""
    if not folder.is_dir():
        return not folder.exists()
    return all(MARK in path.name or path.name == locks.NAME for path in folder.iterdir())


def write_text(path: pathlib.Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: pathlib.Path, value: Any, indent: int = 2) -> None:
    """Write a JSON file, whole or not at all."""
    write_text(path, json.dumps(value, indent=indent) + "\n")


def read_json(path: pathlib.Path, kind: Any = object, fix: str = FIX) -> Any:
    """What a JSON file holds for a type, see typed.read; by default anything.

    ValueError naming the file if it is not JSON, larger than MAX_JSON bytes, or of another type. fix: what can be done
    about a file that is not JSON.
    """
    wanted = f"expected JSON that rt3d wrote; {fix}"
    if path.stat().st_size > MAX_JSON:
        raise ValueError(f"{path} is larger than {MAX_JSON:,} bytes, {wanted}")
    try:
        found = typed.loads(path.read_bytes(), str(path))
    except ValueError as error:
        raise ValueError(f"{error}, {wanted}") from error
    return typed.read(found, kind, f"{path}:")


def _resolved(path: pathlib.Path) -> pathlib.Path:
    try:
        return path.resolve()
    except RuntimeError:  # Python's, until 3.13, for links that lead in a circle
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from None


def _private(path: pathlib.Path) -> tuple[pathlib.Path, int]:
    """A new private folder and the descriptor that holds its lock. OSError, with the path, where none can be made."""
    while True:
        try:
            folder = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}{MARK}", dir=path.parent))
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from None
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # until it has its lock, others take the folder for a leftover
            continue
        with contextlib.suppress(OSError):  # a file system without locks: there nobody takes it for one
            fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)


def _meant(name: object, private: pathlib.Path | None, path: pathlib.Path) -> object:
    """The file that an error is about."""
    if not isinstance(name, str):
        return path
    found = pathlib.Path(name)
    if private is None or not found.is_relative_to(private):
        return name
    inside = private / path.name
    return path / found.relative_to(inside) if found.is_relative_to(inside) else path


def _remove(folder: pathlib.Path, path: pathlib.Path) -> None:
    """Remove a private folder of a process that is gone. What had stood at `path` and was moved aside goes back."""
    with contextlib.suppress(OSError):
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: its process lives
            for before in folder.glob(f"{BEFORE}*"):
                if not path.exists():
                    os.rename(before, path)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def _put(part: pathlib.Path, path: pathlib.Path, folder: pathlib.Path) -> None:
    """Rename a folder into its place; what stands there moves into `folder`."""
    for count in range(100):  # more than one only where others put theirs there at the same time
        try:
            os.rename(part, path)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
        with contextlib.suppress(FileNotFoundError):
            os.rename(path, folder / f"{BEFORE}{count}")
    raise OSError(errno.EBUSY, "other processes keep writing the folder", str(path))


def _sync(path: pathlib.Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
