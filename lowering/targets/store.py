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
from typing import Any

from lowering.system import cpuinfo, files
from lowering.targets import cores, schedules, targets

FORMAT = 1
PACKAGE = pathlib.Path(__file__).parents[1]
SHIPPED = pathlib.Path(__file__).with_name("shipped")
# What decides how fast a choice is.
CODE = (
    "kernels/**/*.py",
    "kernels/templates/**/*.mlir",
    "graph/rewrites/fusion.py",
    "targets/targets.py",
    "targets/cores.py",
)
COMPILER = "iree-base-compiler"
Entries = Mapping[str, dict[str, Any]]  # by key: Choice.row() beside what it was chosen for


class StoreError(ValueError):
    """A file that holds no choices: the message says what is wrong with it and how to mend it."""


def find(target: targets.Target) -> dict[str, schedules.Schedule]:
    """Choices for a target by key: the user's own before those that are shipped."""
    found = {}
    for path, source in ((shipped(target), "shipped"), (cached(target), "cache")):
        found |= {key: schedules.parse(entry["choice"], source) for key, entry in read(path).items()}
    return found


def shipped(target: targets.Target) -> pathlib.Path:
    """The package's file for all targets alike: Android's cores execute the same instructions, hosts are alike by their vectors.

    It stays in use when kernels change: a choice is never wrong, at worst slower than the default.
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
    """Beside that file, all that was measured or counted: what a search that goes on need not try again."""
    return cached(target).with_suffix(f".{by}.jsonl")


def read(path: pathlib.Path) -> dict[str, dict[str, Any]]:
    """Entries of a file, none where there is no file; StoreError for a file of any other form."""
    try:
        found = json.loads(path.read_text())
        if found["format"] != FORMAT:
            raise ValueError(f"format {found['format']}, expected {FORMAT}")
        for entry in found["layers"].values():
            schedules.parse(entry["choice"], "cache")
        return found["layers"]
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path} holds no choices ({error}); delete it and run `rt3d tune` again") from error


def merge(path: pathlib.Path, target: targets.Target, entries: Entries) -> None:
    """Adds entries to a file, in the place of those with the same keys; another process that merges at the same time loses nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        layers = dict(sorted({**read(path), **entries}.items()))
        write(path, target, layers)


def write(path: pathlib.Path, target: targets.Target, layers: Entries) -> None:
    """Replaces a file, all at once."""
    versions = {COMPILER: importlib.metadata.version(COMPILER), "kernels": stamp(machine(target))}
    head = json.dumps({"format": FORMAT, "target": target.name, "machine": machine(target), "versions": versions})
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(entry)}" for key, entry in layers.items())
    files.write_text(path, f'{head[:-1]}, "layers": {{\n{lines}\n}}}}\n')


@functools.cache
def stamp(processor: str = "") -> str:
    """Twelve hex digits over what a choice was made for: IREE's version, the code of the kernels, and for the host the processor."""
    digest = hashlib.sha256(json.dumps([importlib.metadata.version(COMPILER), processor]).encode())
    for pattern in CODE:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def machine(target: targets.Target) -> str:
    """The processor that a host target means; nothing for a target that names its own."""
    return cpuinfo.model(cpuinfo.here()) if target.is_host else ""


def _machine(target: targets.Target) -> str:
    """Of a file's name: the target, and for the host what its vectors are."""
    name = target.name.replace(":", "-")
    return name.replace("host", f"host-{8 * target.vector_bytes}", 1) if target.is_host else name
