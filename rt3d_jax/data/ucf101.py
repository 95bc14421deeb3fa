"""UCF101 as its archives unpack, or any set laid out like it (Soomro et al., 2012)."""

import dataclasses
import pathlib
import re

from rt3d_jax.data import listings, lists

SPLITS = "ucfTrainTestlist"
GROUP = re.compile(r"(.*_g\d+)_c\d+")


@dataclasses.dataclass(frozen=True)
class UCF101:
    """A folder in UCF101's layout.

    Args:
        folder: The folder.
        split: The number of the split: 1, 2 or 3.
    """

    folder: str
    split: int = 1


def read(source: UCF101) -> listings.Listing:
    """Reads the split files and finds their videos.

    FOLDER/<videos>/<Class>/v_<Class>_g01_c01.avi with any name for <videos> (UCF-101 in the archive), and
    FOLDER/ucfTrainTestlist/ with classInd.txt ("1 ApplyEyeMakeup"), trainlist01.txt ("ApplyEyeMakeup/v_..._c01.avi 1")
    and testlist01.txt (paths alone). A listed file may be there under another extension (.mp4 of a converted copy).

    Raises:
      FileNotFoundError: a split file or the folder of the videos is missing.
      ListError: a split file that does not read as above.
    """
    root = listings.checked(pathlib.Path(source.folder))
    labels = _classes(root / SPLITS / "classInd.txt")
    numbers = {label: number for number, label in enumerate(labels)}
    parts = {part: root / SPLITS / f"{part}list{source.split:02}.txt" for part in ("train", "test")}
    named = [(part, path, line) for part, path in parts.items() for line in _lines(path)]
    videos = listings.by_class(listings.home(root, labels, "UCF-101"), labels)
    entries = tuple(_entry(part, line, numbers, videos, path) for part, path, line in named)
    unlisted = listings.unlisted(videos.values(), entries)
    return listings.Listing("ucf101", root.resolve().name, labels, entries, unlisted)


def found(root: pathlib.Path) -> bool:
    """Whether a folder is laid out so."""
    return (root / SPLITS).is_dir()


def _lines(path: pathlib.Path) -> list[str]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; expected UCF101's split files in {SPLITS}/ beside the videos")
    return lists.lines(path)


def _classes(path: pathlib.Path) -> tuple[str, ...]:
    labels = []
    for line in _lines(path):
        number, _, label = line.partition(" ")
        if number != str(len(labels) + 1) or not label.strip():
            raise lists.ListError(path, f"{lists.shown(line)}; expected '{len(labels) + 1} ClassName'")
        if label.strip() in labels:
            raise lists.ListError(path, f"{lists.shown(line)}; expected a name that no class before it has")
        labels.append(lists.inside(label.strip(), path))
    return tuple(labels)


def _entry(
    part: str, line: str, numbers: dict[str, int], videos: dict[tuple[str, str], str], path: pathlib.Path
) -> listings.Entry:
    name, _, number = line.partition(" ")
    label, _, file = lists.inside(name, path).partition("/")
    if label not in numbers or not file:
        raise lists.ListError(path, f"{lists.shown(line)}; expected 'Class/file.avi' with a class of classInd.txt")
    if number and number.strip() != str(numbers[label] + 1):
        raise lists.ListError(path, f"{lists.shown(line)}; classInd.txt numbers {label} as {numbers[label] + 1}")
    stem = listings.stem(file)
    group = GROUP.fullmatch(stem)
    there = videos.get((label, stem))
    return listings.Entry(part, name, numbers[label], there, group and f"{label}/{group[1]}")
