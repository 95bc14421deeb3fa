"""Runs an aarch64 program under qemu-user with the counting plugin, which the system's C compiler builds once into the
user's cache.
"""

import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable

from lowering.bundle import qemu
from lowering.system import files

SOURCE = pathlib.Path(__file__).with_name("plugin.c")
COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-O2", "-shared", "-fPIC", "-fvisibility=hidden")
APIS = (((9, 1), 3), ((9, 0), 2), ((6, 0), 1))  # QEMU's versions from which on a version of the plugin API is there


class CountError(RuntimeError):
    """Instructions cannot be counted. The message says what is missing and how to get it."""


class ProgramError(CountError):
    """The program whose instructions are counted failed."""


@dataclasses.dataclass(frozen=True)
class Block:
    """Straight-line code that ran `times` times: its guest address and instruction words."""

    address: int
    times: int
    words: tuple[int, ...]


def run(command: list[str], folder: pathlib.Path) -> list[Block]:
    """Runs an aarch64 program in `folder` and gives the blocks that it executed. `command`: as from `qemu.tool`."""
    with tempfile.TemporaryDirectory() as temporary:
        out = pathlib.Path(temporary) / "blocks.txt"
        emulator, *rest = command
        done = subprocess.run(
            [emulator, "-plugin", str(build(emulator)), *rest],
            cwd=folder,
            env=os.environ | {"RT3D_COUNT_OUT": str(out)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()
            raise ProgramError(f"{pathlib.Path(emulator).name} failed with exit code {done.returncode}: {said[0]}")
        lines = out.read_text().splitlines() if out.exists() else []
    if not lines or lines[-1] != "end":
        raise CountError(f"the counting plugin wrote no counts ({len(lines)} lines); is {temporary}'s disk full?")
    return list(_blocks(lines[:-1]))


def build(emulator: str) -> pathlib.Path:
    """The plugin for this emulator, built if needed.

    It is kept in the user's cache under the hash of its source and the version.
    """
    said = _said([emulator, "--version"])
    key = hashlib.sha256(SOURCE.read_bytes() + said.encode() + " ".join(FLAGS).encode()).hexdigest()[:16]
    library = qemu.folder().parent / f"count-{key}.so"
    files.clear_beside(library)
    if library.exists():
        return library
    compiler = next((path for name in COMPILERS if (path := shutil.which(name))), None)
    if compiler is None:
        raise CountError("no C compiler builds the counting plugin; on Debian: apt-get install gcc libc6-dev")
    library.parent.mkdir(parents=True, exist_ok=True)
    with files.whole(library, sync=False) as part:
        command = [compiler, *FLAGS, f"-DQEMU_API={api(said)}", str(SOURCE), "-o", str(part)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if "error" in line] or ["no message"]
            raise CountError(
                f"{compiler} did not build the counting plugin: {errors[0]}; on Debian: apt-get install gcc libc6-dev"
            )
    return library


def api(version: str) -> int:
    """The version of the plugin API, from what QEMU prints as its version."""
    found = re.search(r"version (\d+)\.(\d+)", version)
    numbers = (int(found[1]), int(found[2])) if found else (0, 0)
    for first, number in APIS:
        if numbers >= first:
            return number
    met = version.splitlines()[0] if version else "qemu-aarch64"
    raise CountError(f"{met}: expected QEMU 6 or newer; on Debian: apt-get install qemu-user")


def emulator() -> list[str]:
    """The emulator's command. CountError if there is no emulator with plugins; a statically linked one has none."""
    command = qemu.prefix()
    if not command or command[0].endswith("-static"):
        what = f"{command[0]} takes no plugins" if command else "this machine runs arm64 itself, without an emulator"
        raise CountError(f"{what}; counting needs qemu-aarch64 with plugins; on Debian: apt-get install qemu-user")
    return command


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _blocks(lines: Iterable[str]) -> Iterable[Block]:
    for line in lines:
        address, times, *words = (int(field, 16) for field in line.split())
        yield Block(address, times, tuple(words))
