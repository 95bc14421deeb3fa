"""One process at a time in a folder."""

import os
import pathlib
import re
import socket
import subprocess
import sys
import threading

import pytest

from lowering.system import files, locks

HOLDS = """
import pathlib, sys, time
from lowering.system import locks
with locks.held(pathlib.Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 0.0)


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path: pathlib.Path) -> None:
    me = re.escape(f"process {os.getpid()} on {socket.gethostname()}")
    message = f"^{tmp_path}/a is in use by {me}; wait until it ends, or choose another folder$"
    with locks.held(tmp_path / "a"), pytest.raises(ValueError, match=message), locks.held(tmp_path / "a"):
        pass
    with locks.held(tmp_path / "a"), locks.held(tmp_path / "b"):
        pass


def test_a_killed_process_leaves_no_lock(tmp_path: pathlib.Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    with pytest.raises(ValueError, match=f"in use by process {process.pid} on "), locks.held(tmp_path):
        pass
    process.kill()
    process.communicate()
    with locks.held(tmp_path):
        pass


def test_who_is_just_ending_is_waited_for(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE", 20.0)
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    timer = threading.Timer(0.3, process.kill)
    timer.start()
    with locks.held(tmp_path):
        pass
    process.communicate()


def test_a_folder_with_nothing_but_a_lock_is_free(tmp_path: pathlib.Path) -> None:
    with locks.held(tmp_path / "a"):
        assert files.is_free(tmp_path / "a")
    (tmp_path / "a" / "b").touch()
    assert not files.is_free(tmp_path / "a")
