"""Data sets on disk: UCF101's folder layout and split files."""

import dataclasses
import os
import pathlib

SPLITS = "ucfTrainTestlist"


@dataclasses.dataclass(frozen=True)
class Video:
    path: str
    label: int


@dataclasses.dataclass(frozen=True)
class Dataset:
    """Videos with labels 0 .. len(labels) - 1, in a training and a test part."""

    name: str
    labels: tuple[str, ...]
    train: tuple[Video, ...]
    test: tuple[Video, ...]


def ucf101(folder: str | os.PathLike, split: int = 1) -> Dataset:
    """Reads UCF101 as its archives unpack, or any set laid out like it.

    FOLDER/<videos>/<Class>/v_<Class>_g01_c01.avi with any name for <videos> (UCF-101 in the archive), and
    FOLDER/ucfTrainTestlist/ with classInd.txt ("1 ApplyEyeMakeup"), trainlist01.txt ("ApplyEyeMakeup/v_..._c01.avi 1")
    and testlist01.txt (paths alone). A listed file may be there under another extension (.mp4 of a converted copy).

    Raises:
      FileNotFoundError: a split file, the videos or a listed video is missing.
      ValueError: a split file that does not read as above.
    """
    root = pathlib.Path(folder)
    labels = _classes(root / SPLITS / "classInd.txt")
    numbers = {label: number for number, label in enumerate(labels)}
    videos = _videos(root, labels)
    parts = []
    for part in ("train", "test"):
        listing = root / SPLITS / f"{part}list{split:02}.txt"
        parts.append(tuple(_video(videos, line, numbers, listing) for line in _lines(listing)))
    return Dataset(root.resolve().name, labels, *parts)


def _lines(path: pathlib.Path) -> list[str]:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; expected UCF101's split files in {SPLITS}/ beside the videos")
    lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    found = [line for line in lines if line]
    if not found:
        raise ValueError(f"{path} is empty; expected one entry per line")
    return found


def _classes(path: pathlib.Path) -> tuple[str, ...]:
    labels = []
    for line in _lines(path):
        number, _, label = line.partition(" ")
        if number != str(len(labels) + 1) or not label.strip():
            raise ValueError(f"{path}: {line!r}; expected '{len(labels) + 1} ClassName'")
        labels.append(label.strip())
    return tuple(labels)


def _videos(root: pathlib.Path, labels: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """(class folder, stem) -> path, of the one folder in `root` that holds class folders."""
    homes = [path for path in sorted(root.iterdir()) if any((path / label).is_dir() for label in labels)]
    if len(homes) != 1:
        names = [path.name for path in homes]
        raise FileNotFoundError(
            f"{root}: {names} hold class folders such as {labels[0]}; expected exactly one, as UCF-101"
        )
    found = {}
    for label in labels:
        if (homes[0] / label).is_dir():
            found |= {(label, os.path.splitext(file.name)[0]): file.path for file in os.scandir(homes[0] / label)}
    return found


def _video(videos: dict[tuple[str, str], str], line: str, numbers: dict[str, int], listing: pathlib.Path) -> Video:
    name, _, number = line.partition(" ")
    label, _, file = name.partition("/")
    if label not in numbers or not file:
        raise ValueError(f"{listing}: {line!r}; expected 'Class/file.avi' with a class of classInd.txt")
    if number and number.strip() != str(numbers[label] + 1):
        raise ValueError(f"{listing}: {line!r}; classInd.txt numbers {label} as {numbers[label] + 1}")
    path = videos.get((label, os.path.splitext(file)[0]))
    if path is None:
        raise FileNotFoundError(
            f"{listing} names {name}, which is not there under any extension; unpack the videos again"
        )
    return Video(path, numbers[label])
