"""Finds what is wrong with a copy of a data set. Compares lists with files, and training with testing. Opens videos."""

import collections
import concurrent.futures
import dataclasses
import functools
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from rt3d_jax.data import clips, folders, videos

ERROR, NOTE = "error", "note"
# kind: (level, what it means, in the plural). A copy with notes alone can be used.
KINDS = {
    "structure": (ERROR, "lists or folders are not as the layout says"),
    "missing": (ERROR, "listed videos are not there"),
    "gone": (NOTE, "listed videos are not there, as in every copy of this set"),
    "empty": (ERROR, "videos have no bytes"),
    "unreadable": (ERROR, "videos cannot be read"),
    "short": (ERROR, "videos have fewer frames than a clip needs"),
    "labels": (ERROR, "videos have fewer frames than labels"),
    "repeating": (NOTE, "videos have fewer frames than a clip, so that some are shown twice"),
    "class": (ERROR, "classes have no video to train on"),
    "untested": (NOTE, "classes have no video to test on"),
    "leak": (ERROR, "videos are in training and testing"),
    "twice": (ERROR, "videos are listed more than once"),
    "group": (ERROR, "recordings have clips in training and in testing"),
    "source": (NOTE, "YouTube videos have clips in training and in testing"),
    "copies": (ERROR, "videos are the same, byte for byte, in training and testing or under two labels"),
    "duplicate": (NOTE, "videos are the same, byte for byte, with one label and in one part"),
    "unlisted": (NOTE, "videos are in no list of this split"),
    "unused": (NOTE, "folders without videos, or lists, are no part of the layout"),
    # of scans, see lidar.checks
    "lacking": (ERROR, "files of listed scenes are not there"),
    "broken": (ERROR, "files of scenes cannot be read"),
    "shared": (ERROR, "scenes are in training and testing"),
    "relisted": (ERROR, "scenes are listed more than once"),
    "untrained": (NOTE, "classes have no object to train on, so that they cannot be detected"),
    "types": (NOTE, "labels name types that KITTI does not have, which are not detected"),
    "pointless": (NOTE, "objects have no point in them"),
}
WINDOW = 256  # videos handed to the threads at a time
Progress = Callable[[str, int, int], None]


@dataclasses.dataclass(frozen=True)
class Finding:
    """One problem or note: its `kind`, a key of KINDS, and `what`, one line of text."""

    kind: str
    what: str

    @property
    def is_error(self) -> bool:
        return KINDS[self.kind][0] == ERROR


@dataclasses.dataclass(frozen=True)
class Depth:
    """How closely to look at videos.

    frames: the frames of a clip.
    decode: decode every frame.
    duplicates: compare the contents of files.
    threads: videos to open at a time.
    """

    frames: int = 16
    decode: bool = False
    duplicates: bool = False
    threads: int = 2

    def __post_init__(self) -> None:
        if min(self.frames, self.threads) < 1:
            raise ValueError(f"frames is {self.frames}, threads {self.threads}; expected at least 1")


def check(source: folders.Source, depth: Depth, progress: Progress) -> Iterator[Finding]:
    """Yields findings as they are found. progress(what, done, total) is called after every video. Never raises for bad
    data.
    """
    try:
        listing = folders.listing(source)
    except (ValueError, FileNotFoundError) as error:
        yield Finding("structure", str(error))
        return
    progress("lists", len(listing.entries), len(listing.entries))
    yield from of_lists(listing)
    yield from of_files(listing, depth, progress)
    if depth.duplicates:
        yield from _copies(listing, progress)


def of_lists(listing: folders.Listing) -> Iterator[Finding]:
    """Findings that need the lists alone."""
    kinetics = listing.layout == "kinetics"
    yield from (Finding("gone" if kinetics else "missing", e.name) for e in listing.entries if e.path is None)
    yield from _names(listing)
    groups = _parts((entry.group, entry.part) for entry in listing.entries if entry.group is not None)
    names = _parts((entry.name, entry.part) for entry in listing.entries)
    leaked = {entry.group for entry in listing.entries if len(names[entry.name]) > 1}
    yield from (
        Finding("source" if kinetics else "group", group)
        for group, parts in groups.items()
        if len(parts) > 1 and group not in leaked
    )
    for part, kind in (("train", "class"), ("test", "untested")):
        there = {entry.label for entry in listing.entries if entry.part == part and entry.path is not None}
        yield from (Finding(kind, label) for number, label in enumerate(listing.labels) if number not in there)
    yield from (Finding("unlisted", path) for path in listing.unlisted)
    yield from (Finding("unused", name) for name in listing.unused)


def of_files(listing: folders.Listing, depth: Depth, progress: Progress) -> Iterator[Finding]:
    """Opens every listed video that is there."""
    labelled: dict[str, int] = {}  # by path, the number of frames that have a label of their own
    for entry in listing.entries:
        if entry.path is not None:
            labelled[entry.path] = max(labelled.get(entry.path, 0), entry.frames[1] if entry.frames else 0)
    paths = list(labelled)
    look = lambda path: _video(path, depth, labelled[path])
    pool = concurrent.futures.ThreadPoolExecutor(depth.threads)
    try:
        for start in range(0, len(paths), WINDOW):
            for done, found in enumerate(pool.map(look, paths[start : start + WINDOW]), start + 1):
                progress("videos", done, len(paths))
                if found is not None:
                    yield found
    finally:
        pool.shutdown(cancel_futures=True)


def doubts(listing: folders.Listing) -> tuple[str, ...]:
    """What the lists alone show that makes a score mean less than it says, such as leaks: a line for each kind."""
    found = collections.defaultdict(list)
    for finding in of_lists(listing):
        if finding.kind == "unused" or (finding.is_error and finding.kind != "missing"):
            found[finding.kind].append(finding.what)
    lines = [
        f"{listing.name}: {KINDS[kind][1]} ({len(whats):,}, such as {whats[0]}); `rt3d data check` lists them"
        for kind, whats in found.items()
    ]
    if len(listing.labels) == 1:
        lines.append(f"{listing.name}: {listing.labels[0]} is the only class, so that every answer is right")
    return tuple(lines)


def open_all(paths: Sequence[str], frames: int, progress: Callable[[int, int], None], threads: int = 2) -> None:
    """Opens every video. clips.ClipError for the first one of which no clip of `frames` frames can be made."""
    pool = concurrent.futures.ThreadPoolExecutor(threads)
    try:
        for start in range(0, len(paths), WINDOW):
            window = paths[start : start + WINDOW]
            for done, _ in enumerate(pool.map(functools.partial(clips.check, frames=frames), window), start + 1):
                progress(done, len(paths))
    finally:
        pool.shutdown(cancel_futures=True)


def _names(listing: folders.Listing) -> Iterator[Finding]:
    counts = collections.Counter((entry.name, entry.part) for entry in listing.entries)
    for name, parts in _parts(counts).items():
        if len(parts) > 1:
            yield Finding("leak", name)
        elif any(counts[name, part] > 1 for part in parts):
            yield Finding("twice", name)


def _parts(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """The parts that each name (or group) is in: "train", "test" or both."""
    found = collections.defaultdict(set)
    for name, part in pairs:
        found[name].add(part)
    return found


def _video(path: str, depth: Depth, labelled: int) -> Finding | None:
    try:
        with videos.opened(path) as video:
            length = video.length
            if depth.decode:
                videos.check(video)
    except clips.ClipError as error:
        empty = os.path.isfile(path) and os.path.getsize(path) == 0
        return Finding("empty" if empty else "unreadable", path if empty else str(error))
    if length < clips.least_frames(depth.frames):
        return Finding("short", f"{path}: {length} frames")
    if length < labelled:
        return Finding("labels", f"{path}: {length} frames, {labelled} labels")
    return Finding("repeating", f"{path}: {length} frames") if length < depth.frames else None


def _copies(listing: folders.Listing, progress: Progress) -> Iterator[Finding]:
    """Groups of equal files; only files of one size are read."""
    uses = collections.defaultdict(set)
    for entry in listing.entries:
        if entry.path is not None:
            uses[entry.path].add((entry.part, entry.label))
    sizes = collections.defaultdict(list)
    for path in uses:
        if os.path.isfile(path) and os.path.getsize(path):
            sizes[os.path.getsize(path)].append(path)
    alike = [path for paths in sizes.values() if len(paths) > 1 for path in paths]
    hashes = collections.defaultdict(list)
    for done, path in enumerate(alike, 1):
        with open(path, "rb") as file:
            hashes[hashlib.file_digest(file, "sha256").digest()].append(path)
        progress("contents", done, len(alike))
    for paths in (paths for paths in hashes.values() if len(paths) > 1):
        parts = {part for path in paths for part, _ in uses[path]}
        several = len(parts) > 1 or len({frozenset(uses[path]) for path in paths}) > 1
        yield Finding("copies" if several else "duplicate", " = ".join(paths))
