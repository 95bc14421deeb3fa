"""Any folder of class folders, FOLDER/<class>/<video>, with or without separate folders for training and testing."""

import dataclasses
import hashlib
import pathlib

from rt3d_jax.data import listings

TRAIN, TEST = ("train", "training"), ("test", "val", "validation", "valid")


@dataclasses.dataclass(frozen=True)
class ClassFolders:
    """A folder with a folder for each class. It may have the two parts train/ and test/.

    Args:
        folder: The folder.
        test_share: Without train/ and test/, the share of each class that is drawn for testing.
        seed: The seed of that draw.
    """

    folder: str
    test_share: float = 0.25
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.test_share < 1:
            raise ValueError(f"test_share is {self.test_share}; expected a share above 0 and below 1")


def read(source: ClassFolders) -> listings.Listing:
    """Finds FOLDER/<class>/<video>, or FOLDER/train/<class>/<video> and FOLDER/test/<class>/<video> (or val/).

    A drawn split depends only on the videos' names and the seed, so it is the same on every machine. A class of two or
    more videos has at least one on each side. A video that is added later moves at most one other. Videos cut from one
    recording may end up on both sides; make train/ and test/ yourself where that matters. A folder that holds no video
    in any part is no class.

    Raises:
      FileNotFoundError: no folder in it holds videos.
      ValueError: the name of a class or video is not UTF-8.
    """
    root = listings.checked(pathlib.Path(source.folder))
    homes = {part: _first(root, names) for part, names in (("train", TRAIN), ("test", TEST))}
    if homes["train"] is None or homes["test"] is None:
        found = {"all": _videos(root)}
    else:
        found = {part: _videos(home) for part, home in homes.items() if home is not None}
    labels = tuple(sorted({label for videos in found.values() for label, paths in videos.items() if paths}))
    if not labels:
        raise FileNotFoundError(f"{root} has no folder with videos in it; expected FOLDER/<class>/<video>.mp4")
    entries = [
        listings.Entry(chosen, str(pathlib.Path(path).relative_to(root)), labels.index(label), path)
        for part, videos in found.items()
        for label, paths in videos.items()
        if label in labels
        for chosen, path in (_drawn(label, paths, source) if part == "all" else [(part, p) for p in paths])
    ]
    empty = {label for videos in found.values() for label in videos}.difference(labels)
    unused = (*sorted(empty), *sorted(path.name for path in root.glob("*.csv")))
    return listings.Listing("classes", root.resolve().name, labels, tuple(sorted(entries, key=_order)), unused=unused)


def found(root: pathlib.Path) -> bool:
    """Whether a folder contains class folders with videos."""
    homes = [home for home in (_first(root, TRAIN), root) if home is not None]
    return any(_videos(home) for home in homes)


def _first(root: pathlib.Path, names: tuple[str, ...]) -> pathlib.Path | None:
    return next((root / name for name in names if (root / name).is_dir()), None)


def _videos(home: pathlib.Path) -> dict[str, list[str]]:
    """The videos of each class; a class folder without videos has an empty list."""
    folders = sorted(path for path in home.iterdir() if path.is_dir() and listings.is_ours(path.name))
    found = {path.name: list(listings.scan(path)) for path in folders}
    return found if any(found.values()) else {}


def _drawn(label: str, paths: list[str], source: ClassFolders) -> list[tuple[str, str]]:
    """(part, path) of a class: the first by a hash of seed and name are for testing."""
    rank = lambda path: hashlib.sha256(f"{source.seed}/{label}/{listings.stem(path)}".encode()).digest()
    ordered = sorted(paths, key=rank)
    tests = min(len(paths) - 1, max(1, round(source.test_share * len(paths)))) if paths else 0
    return [("test" if place < tests else "train", path) for place, path in enumerate(ordered)]


def _order(entry: listings.Entry) -> tuple[bool, str]:
    return entry.part == "test", entry.name
