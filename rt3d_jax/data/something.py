"""Something-Something v2 (Goyal et al., 2017): templates as classes, JSON lists, numbered .webm files."""

import dataclasses
import pathlib
import re
from typing import TypedDict

from rt3d_jax.data import listings, lists

PREFIX = "something-something-v2-"
VIDEOS = ("20bn-something-something-v2", "videos")
ID = re.compile(r"\d{1,12}", re.ASCII)


class Item(TypedDict):
    """A video in a list."""

    id: int | str
    template: str


@dataclasses.dataclass(frozen=True)
class SomethingSomething:
    """A folder with Something-Something v2. The validation part is for testing.

    Labels distinguish left from right, so clips must not be flipped.

    Args:
        folder: The folder.
    """

    folder: str


def read(source: SomethingSomething) -> listings.Listing:
    """Reads the lists and finds their videos.

    FOLDER/20bn-something-something-v2/<id>.webm (or videos/, or another extension), and
    something-something-v2-labels.json ({"Pushing something from left to right": "93"}), -train.json and
    -validation.json ([{"id": "78687", "template": "Pushing [something] from left to right"}]) in FOLDER or one folder
    deeper; or the same without the prefix, in labels/.

    Raises:
      FileNotFoundError: a list or the folder of the videos is missing.
      ListError: a list that does not read as above.
    """
    root = listings.checked(pathlib.Path(source.folder))
    files = {name: _find(root, name) for name in ("labels", "train", "validation")}
    labels = _labels(files["labels"])
    numbers = {label: number for number, label in enumerate(labels)}
    homes = [root / name for name in VIDEOS if (root / name).is_dir()]
    if not homes:
        raise FileNotFoundError(f"{root} has no folder {VIDEOS[0]}; expected the videos there, as the archive unpacks")
    videos = {listings.stem(path): path for path in reversed(list(listings.scan(homes[0])))}
    entries = [
        _entry(part, item, numbers, videos, files[name])
        for part, name in (("train", "train"), ("test", "validation"))
        for item in lists.values(files[name], list[Item])
    ]
    # The test part, whose labels are kept secret, lies in the same folder: what no list names is no surprise.
    return listings.Listing("something", root.resolve().name, labels, tuple(entries))


def found(root: pathlib.Path) -> bool:
    """Whether a folder is laid out so."""
    return bool(_places(root, "labels"))


def _places(root: pathlib.Path, name: str) -> list[pathlib.Path]:
    full = [path / f"{PREFIX}{name}.json" for path in (root, *sorted(p for p in root.iterdir() if p.is_dir()))]
    return [path for path in (*full, root / "labels" / f"{name}.json") if path.is_file()]


def _find(root: pathlib.Path, name: str) -> pathlib.Path:
    places = _places(root, name)
    if not places:
        raise FileNotFoundError(f"{root} has no {PREFIX}{name}.json; expected it there or one folder deeper")
    return places[0]


def _labels(path: pathlib.Path) -> tuple[str, ...]:
    """Templates without brackets, in the order of their numbers, which must be 0, 1, 2, ..."""
    found: dict[str, str] = {}
    given = lists.values(path, dict[str, int | str])
    for label, number in given.items():
        if not label or len(label) > lists.MAX_NAME or not label.isprintable():
            raise lists.ListError(path, f"label {lists.shown(label)}; expected a template")
        found[str(number)] = label
    wanted = [str(number) for number in range(len(given))]
    if any(number not in found for number in wanted):
        raise lists.ListError(path, "its numbers are not 0, 1, 2, ..., each once; fetch it again")
    return tuple(found[number] for number in wanted)


def _entry(
    part: str, item: Item, numbers: dict[str, int], videos: dict[str, str], path: pathlib.Path
) -> listings.Entry:
    identity = str(item["id"])
    if not ID.fullmatch(identity):
        raise lists.ListError(path, f"id {lists.shown(identity)}; expected a number")
    label = item["template"].replace("[", "").replace("]", "")
    if label not in numbers:
        raise lists.ListError(path, f"template {lists.shown(label)} of {identity} is not in the labels")
    return listings.Entry(part, identity, numbers[label], videos.get(identity))
