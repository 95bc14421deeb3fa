"""Folders that one process at a time works in. The lock ends with the process that holds it, however that ends."""

import contextlib
import fcntl
import os
import pathlib
import socket
import time
from collections.abc import Iterator

NAME = ".lock"  # the file of a folder's lock, which stays and says who had it last
PATIENCE = 5.0  # seconds in which a process that is just ending may let go


@contextlib.contextmanager
def held(folder: pathlib.Path) -> Iterator[None]:
    """Inside, no other block of this process or another one holds the same folder, which is made if it is not there.

    ValueError, with the process that holds it, where one does. On a file system without locks nobody is kept out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _taken(lock):
            holder = os.pread(lock, 200, 0).decode(errors="replace").strip() or "another process"
            raise ValueError(f"{folder} is in use by {holder}; wait until it ends, or choose another folder")
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.1)
        except OSError:  # a file system without locks
            return True
        else:
            return True
