"""HMDB51 as its archives unpack (Kuehne et al., 2011)."""

import dataclasses
import pathlib
import re

from rt3d_jax.data import listings, lists

SPLITS = "testTrainMulti_7030_splits"
PARTS = {"1": "train", "2": "test", "0": None}


@dataclasses.dataclass(frozen=True)
class HMDB51:
    """A folder in HMDB51's layout.

    Args:
        folder: The folder.
        split: The number of the split: 1, 2 or 3.
    """

    folder: str
    split: int = 1


def read(source: HMDB51) -> listings.Listing:
    """Reads the split files and finds their videos.

    FOLDER/<class>/<video>.avi, or one folder deeper with any name (hmdb51_org, videos), and
    FOLDER/testTrainMulti_7030_splits/<class>_test_split1.txt with lines "<video>.avi 1": 1 trains, 2 tests, 0 is not
    used.

    Raises:
      FileNotFoundError: the split files or the folder of the videos are missing.
      ListError: a split file that does not read as above.
    """
    root = listings.checked(pathlib.Path(source.folder))
    ending = f"_test_split{source.split}.txt"
    files = sorted((root / SPLITS).glob(f"*{ending}"))
    if not files:
        raise FileNotFoundError(
            f"{root / SPLITS} holds no *{ending}; expected HMDB51's split files, one for each class"
        )
    labels = tuple(file.name.removesuffix(ending) for file in files)
    named = [(number, file, line) for number, file in enumerate(files) for line in lists.lines(file)]
    videos = listings.by_class(listings.home(root, labels, "hmdb51_org"), labels)
    entries = [_entry(line, number, labels[number], videos, file) for number, file, line in named]
    used = tuple(entry for entry in entries if entry is not None)
    return listings.Listing("hmdb51", root.resolve().name, labels, used)


def found(root: pathlib.Path) -> bool:
    """Whether a folder is laid out so."""
    return (root / SPLITS).is_dir()


def _entry(
    line: str, number: int, label: str, videos: dict[tuple[str, str], str], path: pathlib.Path
) -> listings.Entry | None:
    name, _, kind = line.rpartition(" ")
    name = lists.inside(name.strip(), path)
    if kind not in PARTS or "/" in name:
        raise lists.ListError(path, f"{lists.shown(line)}; expected 'video.avi' and 0, 1 or 2")
    if kind == "0":
        return None
    part = "train" if kind == "1" else "test"
    return listings.Entry(
        part, f"{label}/{name}", number, videos.get((label, listings.stem(name))), _group(name, label)
    )


def _group(name: str, label: str) -> str | None:
    """The film or page of a video: what stands before the class in <source>_<class>_<6 properties>.avi."""
    source = re.match(rf"(.+)_{re.escape(label)}_[a-z]", name)
    return source and f"{label}/{source[1]}"
