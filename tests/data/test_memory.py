"""Shared memory: what killed processes left is found and removed, what others use is not."""

import collections
import errno
import os
import re
import signal
import subprocess
import sys
from multiprocessing import shared_memory

import pytest

from rt3d_jax.data import memory

USAGE = collections.namedtuple("USAGE", "total free")
KILLED = """
import os, signal
from multiprocessing import shared_memory
from rt3d_jax.data import memory
region = memory.Region()
region.name_ours()
print(region.name, shared_memory.SharedMemory(create=True, size=100).name, flush=True)
os.killpg(os.getpgrp(), signal.SIGKILL)
"""


@pytest.fixture
def named(monkeypatch):
    """A region after which this process names what it shares."""
    monkeypatch.setattr(shared_memory, "_SHM_NAME_PREFIX", shared_memory._SHM_NAME_PREFIX)
    monkeypatch.setattr(shared_memory, "_SHM_SAFE_NAME_LENGTH", shared_memory._SHM_SAFE_NAME_LENGTH)
    region = memory.Region()
    region.name_ours()
    return region


def test_what_a_region_shares_has_its_name_and_goes_with_it(named):
    shared = shared_memory.SharedMemory(create=True, size=100)
    assert re.fullmatch(f"{named.name}-[0-9a-f]{{16}}", shared.name)
    name = named.name
    assert {path.name for path in memory.FOLDER.glob(f"{name}*")} == {name, shared.name}
    named.close()
    assert not list(memory.FOLDER.glob(f"{name}*"))
    shared.close()


def test_the_next_region_removes_what_a_killed_group_of_processes_left_and_nothing_else(named):
    kept = shared_memory.SharedMemory(create=True, size=100)
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, capture_output=True, text=True, start_new_session=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    left = [memory.FOLDER / name for name in done.stdout.split()]
    assert len(left) == 2 and all(path.exists() for path in left)
    memory.Region().close()
    assert not any(path.exists() for path in left)
    assert (memory.FOLDER / kept.name).exists()
    named.close()
    kept.close()


def test_what_a_worker_shares_behind_the_end_of_its_region_is_removed_by_the_next(named):
    shared = shared_memory.SharedMemory(create=True, size=100)
    (memory.FOLDER / named.name).unlink()
    memory.Region().close()
    assert not (memory.FOLDER / shared.name).exists()
    named.close()
    shared.close()


def test_too_little_room_is_said_before_anything_is_shared(monkeypatch):
    monkeypatch.setattr(memory.shutil, "disk_usage", lambda _: USAGE(64_000_000, 50_000_000))
    memory.check_room(16_000_000, workers=2)
    message = (
        "2 workers hand on batches of 17 MB, but /dev/shm has 50 of 64 MB left; enlarge it (docker run --shm-size), or "
        "read without workers: --workers 0"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        memory.check_room(17_000_000, workers=2)


@pytest.mark.parametrize("there", [False, True])
def test_shared_memory_that_cannot_be_used_is_said_with_what_to_do(monkeypatch, tmp_path, there):
    def refused(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    folder = tmp_path if there else tmp_path / "shm"
    monkeypatch.setattr(memory, "FOLDER", folder)
    monkeypatch.setattr(memory.shutil, "disk_usage", lambda _: USAGE(64_000_000, 50_000_000))
    monkeypatch.setattr(*((memory.tempfile, "TemporaryFile") if there else (memory.multiprocessing, "Lock")), refused)
    with pytest.raises(ValueError) as error:
        memory.check_room(3_000_000, workers=1)
    assert str(error.value) == (
        "1 worker hands on batches of 3 MB in shared memory, which cannot be used (Read-only file system; "
        f"{f'{folder} has 50 of 64 MB left' if there else f'there is no {folder}'}); mount a tmpfs there that can be "
        "written, or read without workers: --workers 0"
    )
