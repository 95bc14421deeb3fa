"""Kinetics-400, -600 and -700 (Kay et al., 2017): DeepMind's CSV lists and the videos in any of the usual layouts."""

import dataclasses
import pathlib
import re

from rt3d_jax.data import classes, listings, lists

COLUMNS = ("label", "youtube_id", "time_start", "time_end")
LIST = re.compile(r"(?:kinetics[-_]?\d*(?:[-_]2020)?[-_])?(train|val|validate|validation)\.csv")
ID = re.compile(r"[\w-]{1,64}", re.ASCII)
REPLACEMENTS = "replacement"
DEPTH = 3  # videos/train/<class>/


@dataclasses.dataclass(frozen=True)
class Kinetics:
    """A folder with Kinetics' lists and those of its videos that still exist. The validation part is for testing.

    Args:
        folder: The folder.
    """

    folder: str


def read(source: Kinetics) -> listings.Listing:
    """Reads the lists and finds their videos, of which some are always missing.

    Lists: train.csv and val.csv or validate.csv with the columns label, youtube_id, time_start, time_end, in FOLDER,
    FOLDER/annotations or FOLDER/kinetics<...>. Videos: <id>_<start, 6 digits>_<end, 6 digits>.mp4, or <id>.mp4, up to
    three folders deep: <class>/, train/, val/<class>/, videos/val/<class>/. Those in replacement/ (which mend broken
    ones of Kinetics-400) come before others of their name.

    Raises:
      FileNotFoundError: a list is missing.
      ListError: a list that does not read as above.
    """
    root = listings.checked(pathlib.Path(source.folder))
    files = _lists(root)
    named = {part: lists.rows(path, COLUMNS) for part, path in files.items()}
    labels = tuple(sorted({_label(row["label"], files[part]) for part, rows in named.items() for row in rows}))
    numbers = {label: number for number, label in enumerate(labels)}
    videos = _videos(root)
    entries = tuple(_entry(part, row, numbers, videos, files[part]) for part, rows in named.items() for row in rows)
    unlisted = listings.unlisted(videos.values(), entries)
    return listings.Listing("kinetics", root.resolve().name, labels, entries, unlisted)


def found(root: pathlib.Path) -> bool:
    """Whether a folder is laid out so. A train.csv of another kind beside class folders does not make it Kinetics."""
    lists_ = [path for _, path in _candidates(root)]
    return any(_is_list(path) for path in lists_) or (len(lists_) > 0 and not classes.found(root))


def _is_list(path: pathlib.Path) -> bool:
    try:
        return set(COLUMNS) <= set(lists.columns(path))
    except (lists.ListError, FileNotFoundError):
        return False


def _candidates(root: pathlib.Path) -> list[tuple[str, pathlib.Path]]:
    homes = [root, root / "annotations", *sorted(path for path in root.glob("kinetics*") if path.is_dir())]
    files = [path for folder in homes if folder.is_dir() for path in sorted(folder.glob("*.csv"))]
    return [("train" if name[1] == "train" else "test", path) for path in files if (name := LIST.fullmatch(path.name))]


def _lists(root: pathlib.Path) -> dict[str, pathlib.Path]:
    candidates = _candidates(root)
    for part, wanted in (("train", "train.csv"), ("test", "val.csv or validate.csv")):
        paths = [str(path) for kind, path in candidates if kind == part]
        if len(paths) != 1:
            raise FileNotFoundError(
                f"{root}: {len(paths)} lists {wanted} ({', '.join(paths) or 'none'}); expected one in it or "
                f"in annotations/"
            )
    return dict(candidates)


def _label(label: str, path: pathlib.Path) -> str:
    if not label or len(label) > lists.MAX_NAME or not label.isprintable():
        raise lists.ListError(path, f"label {lists.shown(label)}; expected the name of a class in every line")
    return label


def _videos(root: pathlib.Path) -> dict[str, str]:
    """The path of each video by its stem."""
    found: dict[str, str] = {}
    for path in listings.scan(root, DEPTH):
        if listings.stem(path) not in found or _is_replacement(root, path):
            found[listings.stem(path)] = path
    return found


def _is_replacement(root: pathlib.Path, path: str) -> bool:
    return pathlib.Path(path).relative_to(root).parts[0] == REPLACEMENTS


def _entry(
    part: str, row: dict[str, str], numbers: dict[str, int], videos: dict[str, str], path: pathlib.Path
) -> listings.Entry:
    identity = row["youtube_id"]
    if not ID.fullmatch(identity):
        raise lists.ListError(path, f"youtube_id {lists.shown(identity)}; expected letters, digits, - and _")
    times = (_seconds(row["time_start"], path), _seconds(row["time_end"], path))
    name = f"{identity}_{times[0]:06}_{times[1]:06}"
    there = videos.get(name) or videos.get(identity)
    return listings.Entry(part, name, numbers[row["label"]], there, identity)


def _seconds(text: str, path: pathlib.Path) -> int:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1_000_000:  # nan is neither
        raise lists.ListError(path, f"time {lists.shown(text)}; expected seconds, 0 to 999999")
    return int(value)
