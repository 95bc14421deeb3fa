"""rt3d data: checks a copy of a data set."""

import collections
import os
import pathlib
from typing import Annotated, Any, Literal

import tyro

from lowering.system import files
from rt3d_jax.cli import console
from rt3d_jax.data import checks, folders

SHOWN = 10
Name = Literal["ucf101", "hmdb51", "something", "kinetics", "classes"]


def call(arguments: list[str], prog: str) -> int:
    """The verb: check FOLDER [options]."""
    if arguments and arguments[0] not in ("check", "-h", "--help"):
        raise ValueError(f"no command {arguments[0]!r}; expected: check FOLDER")
    if arguments[:1] == ["check"]:
        return tyro.cli(check, prog=f"{prog} check", args=arguments[1:])
    return tyro.cli(check, prog=f"{prog} check", args=["--help"])


def check(
    folder: Annotated[pathlib.Path, tyro.conf.Positional],
    /,
    layout: Name | None = None,
    split: int = 1,
    frames: int = 16,
    decode: bool = False,
    duplicates: bool = False,
    threads: int = os.cpu_count() or 1,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Check a copy of a data set: lists against files, leaks from training to testing, and every video opened.

    Exit code 0 if all is well (notes aside), 1 if something is wrong. Ctrl-C shows what was found until then.

    Examples: `rt3d data check data/ucf101`, `rt3d data check data/k400 --decode --duplicates --json k400.json`.

    Args:
        folder: The data set: UCF101, HMDB51, Something-Something v2, Kinetics or a folder of class folders.
        layout: Its layout; default: what its lists show.
        split: Split of UCF101 or HMDB51, 1 to 3.
        frames: Frames of the clips that will be taken of it.
        decode: Decode a clip of every video, not only its packets; takes many times as long.
        duplicates: Compare the contents of files of equal size.
        threads: Videos opened at a time.
        json_file: Writes {"folder", "layout", "complete", "videos", "findings"} here.
    """
    source = folders.source(folder, layout, split)
    kind = next(name for name, row in folders.LAYOUTS.items() if isinstance(source, row.source))
    console.say(f"{folder}: layout {kind}")
    depth = checks.Depth(frames, decode, duplicates, threads)
    found: list[checks.Finding] = []
    seen: dict[str, int] = {}
    complete = False
    try:
        with console.Progress() as progress:

            def follow(what: str, done: int, total: int) -> None:
                seen[what] = done
                progress(what, done, total)

            for finding in checks.check(source, depth, follow):
                found.append(finding)
        complete = True
    finally:
        show(found, seen, complete)
        if json_file is not None:
            _write(
                json_file,
                {"folder": str(folder), "layout": kind, "complete": complete, "videos": seen.get("videos", 0)},
                found,
            )
    return 1 if any(finding.is_error for finding in found) else 0


def show(found: list[checks.Finding], seen: dict[str, int], complete: bool) -> None:
    """What was found, by kind, errors first; of each kind the first few."""
    by_kind = collections.defaultdict(list)
    for finding in found:
        by_kind[finding.kind].append(finding.what)
    for kind, (level, meaning) in sorted(checks.KINDS.items(), key=lambda row: row[1][0]):
        if by_kind[kind]:
            console.say(f"{level}: {len(by_kind[kind]):,} {meaning}")
            for what in by_kind[kind][:SHOWN]:
                console.say(f"  {what}")
            if len(by_kind[kind]) > SHOWN:
                console.say(f"  ... and {len(by_kind[kind]) - SHOWN:,} more; --json FILE lists all")
    wrong = sum(finding.is_error for finding in found)
    verdict = f"{wrong:,} things are wrong" if wrong else "nothing is wrong"
    until = "" if complete else " so far; the check was stopped"
    console.say(f"{seen.get('lists', 0):,} entries, {seen.get('videos', 0):,} videos opened: {verdict}{until}")


def _write(path: pathlib.Path, head: dict[str, Any], found: list[checks.Finding]) -> None:
    rows = [{"kind": f.kind, "level": checks.KINDS[f.kind][0], "what": f.what} for f in found]
    files.write_json(path, {**head, "findings": rows}, indent=1)
