"""Tuned schedules on disk: shipped with the package for the named networks, and in the user's cache.

The tuner (lowering.tune) fills them; lowering reads them.
"""

import fcntl
import functools
import hashlib
import importlib.metadata
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from lowering.system import caches, cpuinfo, files, typed
from lowering.targets import cores, schedules, targets

FORMAT = 1
PACKAGE = pathlib.Path(__file__).parents[1]
SHIPPED = pathlib.Path(__file__).with_name("shipped")
# The code that decides how fast a schedule is.
CODE = ("kernels/**/*.py", "graph/rewrites/fusion.py", "targets/targets.py", "targets/cores.py")
COMPILER = "iree-base-compiler"
Entries = Mapping[str, dict[str, Any]]  # by key: Schedule.row() as "choice", beside the costs that were found


class _Entry(TypedDict):
    choice: object  # a row, see schedules.parse


class _File(TypedDict):
    format: Annotated[int, typed.Check(str(FORMAT), lambda found: found == FORMAT)]
    layers: dict[str, _Entry]


class StoreError(ValueError):
    """A file that holds no schedules. The message says what is wrong with it and how to make it again."""


def find(target: targets.Target) -> dict[str, schedules.Schedule]:
    """The schedules for a target by key. The user's own stand in the place of those that are shipped."""
    found = {}
    for path, source in ((shipped(target), "shipped"), (cached(target), "cache")):
        found |= {key: schedules.parse(entry["choice"], source) for key, entry in read(path).items()}
    return found


def shipped(target: targets.Target) -> pathlib.Path:
    """The package's file for a target and those like it.

    Android's cores are alike because they execute the same instructions; hosts are alike that have the same vectors. A
    file stays in use when kernels change: a schedule is never wrong, at worst slower than the default.
    """
    family, *rest = target.name.split(":")
    if target.is_host:
        return SHIPPED / f"{_machine(target)}.json"
    return SHIPPED / f"{'-'.join([family, *(part for part in rest if part not in cores.TARGETS)])}.json"


def cached(target: targets.Target) -> pathlib.Path:
    """The user's file for a target on this machine, with these kernels and this version of IREE."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return cache / "rt3d-jax" / "tune" / f"{_machine(target)}-{stamp(machine(target))}.json"


def trials(target: targets.Target, by: str) -> pathlib.Path:
    """Beside that file: everything that was measured or counted, so that a search that goes on need not repeat it."""
    return cached(target).with_suffix(f".{by}.jsonl")


def read(path: pathlib.Path) -> dict[str, dict[str, Any]]:
    """The entries of a file; none where there is no file. StoreError for a file of another form."""
    try:
        found = typed.parse(path.read_bytes(), _File)
        for entry in found["layers"].values():
            schedules.parse(entry["choice"], "cache")
        return found["layers"]
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise StoreError(f"{path} holds no schedules ({error}); {_remedy(path)}") from error


def _remedy(path: pathlib.Path) -> str:
    if path.parent == SHIPPED:
        return "it comes with rt3d-jax; install that again"
    return (
        "move it away: layers are measured again on next use, and `rt3d tune` reads its own trials from "
        f"{path.stem}.*.jsonl beside it"
    )


def merge(path: pathlib.Path, target: targets.Target, entries: Entries) -> None:
    """Adds entries to a file, replacing those with the same keys. Nothing is lost where two processes merge at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        layers = dict(sorted({**read(path), **entries}.items()))
        write(path, target, layers)


def write(path: pathlib.Path, target: targets.Target, layers: Entries) -> None:
    """Replaces a file, whole or not at all."""
    versions = {COMPILER: importlib.metadata.version(COMPILER), "kernels": stamp(machine(target))}
    head = json.dumps({"format": FORMAT, "target": target.name, "machine": machine(target), "versions": versions})
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(entry)}" for key, entry in layers.items())
    files.write_text(path, f'{head[:-1]}, "layers": {{\n{lines}\n}}}}\n')


@functools.cache
def stamp(processor: str = "") -> str:
    """Twelve hex digits that change with what a schedule was chosen for.

    That is IREE's version, the code of the kernels, and for the host the processor.
    """
    digest = hashlib.sha256(json.dumps([importlib.metadata.version(COMPILER), processor]).encode())
    for pattern in CODE:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def machine(target: targets.Target) -> str:
    """The processor of this machine and its caches for a host target; empty for a target that names its own."""
    if not target.is_host:
        return ""
    sizes = [f"L{level} {size // 1024} KB" for level, size in caches.here().items() if level < 3]
    return ", ".join([cpuinfo.model(cpuinfo.here()), *sizes])


def _machine(target: targets.Target) -> str:
    """The target in a file's name; for the host with the bits of its vectors."""
    name = "-".join(part for part in target.name.split(":") if part not in targets.LEVELS)
    return name.replace("host", f"host-{8 * target.vector_bytes}", 1) if target.is_host else name
