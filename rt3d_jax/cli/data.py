"""rt3d data: verbs about data sets. `check` checks a copy of one."""

import collections
import functools
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import tyro

from lowering.system import files
from rt3d_jax.cli import console
from rt3d_jax.data import checks, folders
from rt3d_jax.data.lidar import checks as scans
from rt3d_jax.data.lidar import kitti

SHOWN = 10
Name = Literal["ucf101", "hmdb51", "something", "nthu", "kinetics", "classes"]
Layout = Name | Literal["kitti"]
ABOUT = """Work with data sets of videos and of LiDAR scans.

docs/data.md and docs/lidar.md say where to get them and how their folders are laid out.

Examples:
    rt3d data check data/ucf101
"""


def check(
    folder: pathlib.Path,
    /,
    layout: Layout | None = None,
    split: int = 1,
    frames: int = 16,
    decode: bool = False,
    duplicates: bool = False,
    threads: int = os.cpu_count() or 1,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Check a copy of a data set: its lists, its files, and whether test videos are also in the training set.

    Every video and scan is opened. Errors are printed first, then notes, with the first ten of each kind. The exit code
    is 1 if there are errors. After Ctrl-C, what was found until then is printed.

    Args:
        folder: The data set: UCF101, HMDB51, Something-Something v2, Kinetics, NTHU's Driver Drowsiness
            Detection set, or one folder for each class; or KITTI's 3D object detection, whose scans are read whole.
        layout: The layout of the folder. By default it is recognised by its lists.
        split: The split of UCF101 or HMDB51: 1, 2 or 3.
        frames: Frames of the clips that you will train on. Shorter videos are reported.
        decode: Also decode every frame. This takes many times as long.
        duplicates: Also compare the contents of files of equal size.
        threads: Videos to open at a time. The default is the number of CPU cores.
        json_file: Also write all findings to this file. It holds "folder", "layout", "complete", "videos"
            (of KITTI "scans") and "findings".

    Examples:
        rt3d data check data/ucf101
        rt3d data check data/k400 --decode --duplicates --json k400.json
    """
    kind, find = _subject(folder, layout, split, checks.Depth(frames, decode, duplicates, threads))
    console.say(f"{folder}: layout {kind}")
    found: list[checks.Finding] = []
    seen: dict[str, int] = {}
    complete = False
    try:
        with console.Progress() as progress:

            def follow(what: str, done: int, total: int) -> None:
                seen[what] = done
                progress(what, done, total)

            for finding in find(follow):
                found.append(finding)
        complete = True
    finally:
        show(found, seen, complete)
        if json_file is not None:
            opened = {what: seen.get(what, 0) for what in ("scans" if kind == "kitti" else "videos",)}
            _write(json_file, {"folder": str(folder), "layout": kind, "complete": complete, **opened}, found)
    return 1 if any(finding.is_error for finding in found) else 0


def show(found: list[checks.Finding], seen: dict[str, int], complete: bool) -> None:
    """Prints what was found by kind, errors first, with the first few of each kind."""
    by_kind = collections.defaultdict(list)
    for finding in found:
        by_kind[finding.kind].append(finding.what)
    for kind, (level, meaning) in sorted(checks.KINDS.items(), key=lambda row: row[1][0]):
        if by_kind[kind]:
            console.say(f"{_counted(len(by_kind[kind]), level)}: {meaning}")
            for what in by_kind[kind][:SHOWN]:
                console.say(f"  {what}")
            if len(by_kind[kind]) > SHOWN:
                console.say(f"  ... and {len(by_kind[kind]) - SHOWN:,} more; --json FILE lists all")
    errors = sum(finding.is_error for finding in found)
    verdict = _counted(errors, checks.ERROR) if errors else "no errors"
    until = "" if complete else " so far; the check was stopped"
    what = "scans" if "scans" in seen else "videos"
    console.say(f"{seen.get('lists', 0):,} entries, {seen.get(what, 0):,} {what} opened: {verdict}{until}")


def _subject(
    folder: pathlib.Path, layout: Layout | None, split: int, depth: checks.Depth
) -> tuple[str, Callable[[checks.Progress], Iterator[checks.Finding]]]:
    """The layout of a folder, and what looks for faults in it."""
    if layout == "kitti" or (layout is None and kitti.found(folder)):
        return "kitti", functools.partial(scans.check, kitti.KITTI(os.fspath(folder)))
    source = folders.source(folder, layout, split)
    kind = next(name for name, row in folders.LAYOUTS.items() if isinstance(source, row.source))
    return kind, functools.partial(checks.check, source, depth)


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _write(path: pathlib.Path, head: dict[str, Any], found: list[checks.Finding]) -> None:
    rows = [{"kind": f.kind, "level": checks.KINDS[f.kind][0], "what": f.what} for f in found]
    files.write_json(path, {**head, "findings": rows}, indent=1)


VERBS = {"check": check}
