"""The form that every layout is read into: what a data set's lists say, and which of its videos exist."""

import dataclasses
import os
import pathlib
from collections.abc import Iterable, Iterator, Sequence

SUFFIXES = frozenset(
    [
        ".3gp",
        ".asf",
        ".avi",
        ".flv",
        ".h264",
        ".m2ts",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".ogv",
        ".ts",
        ".vob",
        ".webm",
        ".wmv",
    ]
)

# Folders that file servers and systems write into others: Synology, macOS, Windows, Linux.
SYSTEM = frozenset(
    ["@eaDir", "#recycle", "__MACOSX", "$RECYCLE.BIN", "RECYCLER", "System Volume Information", "lost+found"]
)


@dataclasses.dataclass(frozen=True)
class Video:
    """A video, or a window of one, with its label. frames: the window's first frame and the one after its last; None is
    the whole video. group: the recording that it is a part of; None where nobody knows.
    """

    path: str
    label: int
    frames: tuple[int, int] | None = None
    group: str | None = None


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Videos with labels 0 .. len(labels) - 1, for training and testing. missing: names of listed videos that do not
    exist. each: what they are, in words.
    """

    name: str
    labels: tuple[str, ...]
    train: tuple[Video, ...]
    test: tuple[Video, ...]
    missing: tuple[str, ...] = ()
    each: str = "videos"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A line of a list. part: "train" or "test". path: None where the video is missing. group: the recording, if its
    name says. frames: as in Video.
    """

    part: str
    name: str
    label: int
    path: str | None
    group: str | None = None
    frames: tuple[int, int] | None = None


@dataclasses.dataclass(frozen=True)
class Listing:
    """A data set according to its lists.

    unlisted: videos that no list of this split names. unused: folders and lists that are no part of the layout. each:
    what its entries are, in words.
    """

    layout: str
    name: str
    labels: tuple[str, ...]
    entries: tuple[Entry, ...]
    unlisted: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    each: str = "videos"

    def dataset(self, tolerant: bool = False) -> Dataset:
        """The videos that exist. FileNotFoundError for an empty part, and for a missing video unless `tolerant`."""
        missing = [entry.name for entry in self.entries if entry.path is None]
        if missing and not tolerant:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise FileNotFoundError(
                f"{self.name}: the lists name {missing[0]}, which is not there under any extension{more}; "
                "unpack the videos again (`rt3d data check` lists them)"
            )
        parts = {part: _videos(self.entries, part) for part in ("train", "test")}
        for part, found in parts.items():
            if not found:
                raise FileNotFoundError(
                    f"{self.name}: none of the {part} videos is there; `rt3d data check` says what is missing"
                )
        return Dataset(self.name, self.labels, parts["train"], parts["test"], tuple(missing), self.each)


def scan(folder: str | os.PathLike, depth: int = 0) -> Iterator[str]:
    """Paths of the video files of a folder and of those up to `depth` below it, in the order of their names.

    Hidden files and folders are passed over, such as those that macOS writes beside each file (._v1.mp4), and so are
    the folders of SYSTEM. ValueError for a video whose name is not UTF-8.
    """
    try:
        items = sorted(os.scandir(folder), key=lambda item: item.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    items = [item for item in items if is_ours(item.name)]
    yield from (named(item.path) for item in items if suffix(item.name) in SUFFIXES and item.is_file())
    for item in items if depth else ():
        if item.is_dir():
            yield from scan(item.path, depth - 1)


def is_ours(name: str) -> bool:
    """Whether a file or folder is not hidden, and not written by a system for itself."""
    return not name.startswith(".") and name not in SYSTEM


def named(path: str) -> str:
    """The path; ValueError if it is not UTF-8, which a list or a result could not hold."""
    try:
        path.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{os.fsencode(path)!r}: the name is not UTF-8; rename it") from error
    return path


def suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def stem(path: str) -> str:
    """The file's name without its extension."""
    return os.path.splitext(os.path.basename(path))[0]


def home(root: pathlib.Path, labels: Sequence[str], example: str) -> pathlib.Path:
    """The one folder, `root` or one in it, that holds class folders. FileNotFoundError if there is none, or more than
    one.
    """
    candidates = [root, *(path for path in _folders(root) if path.name not in labels)]
    homes = [path for path in candidates if any((path / label).is_dir() for label in labels)]
    if len(homes) != 1:
        names = [path.name for path in homes]
        raise FileNotFoundError(
            f"{root}: {names} hold class folders such as {labels[0]}; expected exactly one, as {example}"
        )
    return homes[0]


def by_class(folder: pathlib.Path, labels: Sequence[str]) -> dict[tuple[str, str], str]:
    """The videos in FOLDER/<class>/ by (class, stem). Of two with the same stem, the first by name counts."""
    found: dict[tuple[str, str], str] = {}
    for label in labels:
        for path in scan(folder / label):
            found.setdefault((label, stem(path)), path)
    return found


def unlisted(paths: Iterable[str], entries: Iterable[Entry]) -> tuple[str, ...]:
    """The paths that no entry uses."""
    used = {entry.path for entry in entries}
    return tuple(path for path in paths if path not in used)


def checked(root: pathlib.Path) -> pathlib.Path:
    """The folder, if it exists; FileNotFoundError otherwise."""
    if not root.is_dir():
        raise FileNotFoundError(f"{root} is not there, or no folder; expected the folder of a data set")
    return root


def _folders(root: pathlib.Path) -> list[pathlib.Path]:
    return sorted(path for path in checked(root).iterdir() if path.is_dir() and is_ours(path.name))


def _videos(entries: Iterable[Entry], part: str) -> tuple[Video, ...]:
    return tuple(Video(e.path, e.label, e.frames, e.group) for e in entries if e.part == part and e.path is not None)
