"""The shared memory through which worker processes hand on batches, under names by which what is left is found.

Files in /dev/shm outlive killed processes. Each `Region` therefore has names of its own, which begin with the name of a
file that its process holds a lock on. Where nobody holds the lock, its process is gone, and what it left is removed.

The names that multiprocessing gives to shared memory, and when grain frees it, are private to these libraries; see
Region.name_ours and _free.
"""

import contextlib
import fcntl
import gc
import multiprocessing
import os
import pathlib
import re
import shutil
import tempfile
from multiprocessing import shared_memory

from lowering.system import extras

FOLDER = pathlib.Path("/dev/shm")
PREFIX = "rt3d-"
LOCK = re.compile(f"{PREFIX}[a-z0-9_]{{8}}")
GC_PASSES = 4  # what ends in one pass may free more in the next


class Region:
    """The shared memory of one iterator over batches."""

    def __init__(self) -> None:
        self.name = ""  # where there is no /dev/shm, Python names what it shares
        if not FOLDER.is_dir():
            return
        _clean()
        while not self.name:
            lock, path = tempfile.mkstemp(prefix=PREFIX, dir=FOLDER)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.exists(path):  # until it has its lock, others take it for a leftover
                self._lock, self.name = lock, os.path.basename(path)
            else:
                os.close(lock)

    def name_ours(self) -> None:
        """Gives what this process shares from here on names of this region: called in its workers."""
        if self.name:
            shared_memory._SHM_NAME_PREFIX = f"/{self.name}-"  # pyright: ignore[reportAttributeAccessIssue]
            shared_memory._SHM_SAFE_NAME_LENGTH = len(self.name) + 18  # pyright: ignore[reportAttributeAccessIssue]

    def close(self) -> None:
        """Frees all of it. The workers have ended."""
        _free()
        if self.name:
            for path in FOLDER.glob(f"{self.name}-*"):
                with contextlib.suppress(OSError):  # by its own means, which tell Python's resource tracker
                    left = shared_memory.SharedMemory(path.name)
                    left.close()
                    left.unlink()
            (FOLDER / self.name).unlink(missing_ok=True)
            os.close(self._lock)
            self.name = ""

    def __getstate__(self) -> dict[str, str]:
        """What a worker needs of it."""
        return {"name": self.name}


def check_room(batch: int, workers: int) -> None:
    """ValueError if workers cannot hand on batches, of so many bytes each, or the batches that they hold at the least
    do not fit.
    """
    what = f"{workers} worker{' hands' if workers == 1 else 's hand'} on batches of {batch / 1e6:.0f} MB"
    fix = "or read without workers: --workers 0"
    try:
        multiprocessing.Lock()
        if FOLDER.is_dir():
            tempfile.TemporaryFile(dir=FOLDER).close()
    except OSError as error:
        reason = f"in shared memory, which cannot be used ({os.strerror(error.errno or 0)}; {room()})"
        raise ValueError(f"{what} {reason}; mount a tmpfs there that can be written, {fix}") from error
    if FOLDER.is_dir() and (workers + 1) * batch > shutil.disk_usage(FOLDER).free:
        raise ValueError(f"{what}, but {room()}; enlarge it (docker run --shm-size), {fix}")


def room() -> str:
    """How much shared memory is free, in words."""
    if not FOLDER.is_dir():
        return f"there is no {FOLDER}"
    found = shutil.disk_usage(FOLDER)
    return f"{FOLDER} has {found.free / 1e6:.0f} of {found.total / 1e6:.0f} MB left"


def _clean() -> None:
    """Removes what killed processes left."""
    for path in FOLDER.glob(f"{PREFIX}*"):
        if not LOCK.fullmatch(path.name):
            if not (FOLDER / path.name.rpartition("-")[0]).exists():  # of a worker that outlived its closed region
                path.unlink(missing_ok=True)
            continue
        with contextlib.suppress(OSError):  # another user's, or removed meanwhile
            lock = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: its process lives
                for left in FOLDER.glob(f"{path.name}-*"):
                    left.unlink()
                path.unlink()
            finally:
                os.close(lock)


def _free() -> None:
    """Frees batches of a closed iterator now: they lie in reference cycles, which grain's thread may not reach before
    the end.
    """
    for _ in range(GC_PASSES):
        if not gc.collect():
            break
    with extras.need("video"):
        from grain._src.python.ipc import shared_memory_array
    freeing = shared_memory_array.SharedMemoryArray._del_thread_pool
    if freeing is not None:
        freeing.apply(int)  # its one thread takes tasks in order: this one comes after all that is to be freed
