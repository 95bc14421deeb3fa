"""NTHU's Driver Drowsiness Detection set (Weng et al., ACCV Workshops 2016). Each frame has a label; windows of frames
are what is classified.
"""

import dataclasses
import pathlib
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from lowering.system import typed
from rt3d_jax.data import listings, lists

Signs = Literal["drowsiness", "head", "eye", "mouth"]
# What the digits of each kind of list mean, by the set's own words.
LABELS: dict[str, tuple[str, ...]] = {
    "drowsiness": ("Stillness", "Drowsy"),
    "head": ("Stillness", "Nodding", "Looking aside"),
    "eye": ("Stillness", "Sleepy eyes"),
    "mouth": ("Stillness", "Yawning", "Talking and laughing"),
}
HOME = "Training_Evaluation_Dataset"
TRAINING, EVALUATION, TESTING = "Training Dataset", "Evaluation Dataset", "Testing_Dataset"
DEPTH = 3  # Training Dataset/001/glasses/, Testing_Dataset/test_label_txt/wh/
SUBJECT = re.compile(r"\d{3}")


@dataclasses.dataclass(frozen=True)
class DriverDrowsiness:
    """A folder in the layout of NTHU's Driver Drowsiness Detection set, as windows of frames.

    A window has the label of its last frame. So it asks for what a camera asks for: the driver's state now, from the
    frames until now. The drivers of the two parts are different people.

    Args:
        folder: The folder.
        signs: Which of the four labels of each frame is learnt: drowsiness, head, eye or mouth.
        window: The frames of a window. A clip is cut from a window as it otherwise is from a video.
        every: Frames from one window for training to the next.
        test_every: The same for testing. 1 asks for the label of every frame.
        test: Which videos are for testing: those of the evaluation set or those of the testing set.
    """

    folder: str
    signs: Signs = "drowsiness"
    window: int = 32
    every: int = 8
    test_every: int = 8
    test: Literal["evaluation", "testing"] = "evaluation"

    def __post_init__(self) -> None:
        typed.check(self)
        for name in ("window", "every", "test_every"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; expected at least 1 frame")


def read(source: DriverDrowsiness) -> listings.Listing:
    """Reads the lists of digits, one for each frame, and finds their videos.

    FOLDER/Training_Evaluation_Dataset/ (or FOLDER itself) holds `Training Dataset`/001/glasses/yawning.avi with
    001_yawning_drowsiness.txt, and `Evaluation Dataset`/004/004_glasses_mix.mp4 with 004_glasses_mixing_drowsiness.txt.
    FOLDER/Testing_Dataset/ holds 003_glasses_mix.mp4 with 003_glasses_mixing_drowsiness.txt in any folder below.
    Underscores and spaces in names are passed over: copies write `night_noglasses` as `nightnoglasses`, too.

    Raises:
      FileNotFoundError: a folder, or every list of a part, is missing.
      ListError: a list that holds anything but digits of its kind of label.
    """
    root = listings.checked(pathlib.Path(source.folder))
    entries, unlisted = [], []
    for part, place in (("train", TRAINING), ("test", EVALUATION if source.test == "evaluation" else TESTING)):
        home = _home(root, place)
        videos = list(listings.scan(home, DEPTH))
        annotated = list(_annotated(home, source.signs, videos))
        if not annotated:
            raise FileNotFoundError(f"{home} has no list *_{source.signs}.txt; expected one for each video")
        for path, video in annotated:
            entries += _windows(part, home, path, video, source)
        unlisted += sorted(set(videos).difference(video for _, video in annotated if video is not None))
    each = f"windows of {source.window} frames"
    return listings.Listing(
        "nthu", root.resolve().name, LABELS[source.signs], tuple(entries), tuple(unlisted), each=each
    )


def found(root: pathlib.Path) -> bool:
    """Whether a folder is laid out so."""
    return _folder(root, TRAINING) is not None


def _folder(root: pathlib.Path, name: str) -> pathlib.Path | None:
    """The folder of that name, spelt in any way, in `root` or in its Training_Evaluation_Dataset."""
    items = [path for path in sorted(root.iterdir()) if path.is_dir()]
    inner = [path for item in items if _plain(item.name) == _plain(HOME) for path in sorted(item.iterdir())]
    return next((path for path in (*inner, *items) if _plain(path.name) == _plain(name) and path.is_dir()), None)


def _home(root: pathlib.Path, name: str) -> pathlib.Path:
    home = _folder(root, name)
    if home is None:
        raise FileNotFoundError(f"{root} has no folder {name!r}; expected it there or in {HOME}/, as the set unpacks")
    return home


def _plain(name: str) -> str:
    return re.sub(r"[_ ]", "", name).lower()


def _annotated(home: pathlib.Path, signs: str, videos: Sequence[str]) -> Iterator[tuple[pathlib.Path, str | None]]:
    """The lists of a part, each with its video; None where that is missing."""
    near = {(str(pathlib.Path(path).parent), _plain(listings.stem(path))): path for path in videos}
    anywhere = {_plain(listings.stem(path)): path for path in videos if pathlib.Path(path).parent == home}
    for path in sorted(home.rglob(f"*_{signs}.txt")):
        if not listings.is_ours(path.name):
            continue
        name = _plain(path.stem.removesuffix(f"_{signs}"))
        names = (name, SUBJECT.sub("", name, count=1), name.removesuffix("ing"))
        beside = (near.get((str(path.parent), one)) for one in names)
        yield path, next((video for video in (*beside, *map(anywhere.get, names)) if video is not None), None)


def _windows(
    part: str, home: pathlib.Path, path: pathlib.Path, video: str | None, source: DriverDrowsiness
) -> list[listings.Entry]:
    digits = "".join(lists.lines(path))
    labels = LABELS[source.signs]
    strange = set(digits).difference(map(str, range(len(labels))))
    if strange:
        expected = ", ".join(f"{number} ({label})" for number, label in enumerate(labels))
        raise lists.ListError(path, f"{lists.shown(min(strange))}; expected a digit for each frame: {expected}")
    place = path.relative_to(home)
    subject = SUBJECT.search(str(place))
    group = f"subject {subject[0]}" if subject else None
    if video is None:
        return [listings.Entry(part, str(place), int(digits[-1]), None, group)]
    name, every = pathlib.Path(video).relative_to(home), source.every if part == "train" else source.test_every
    ends = range(min(source.window, len(digits)), len(digits) + 1, every)
    windows = [(max(0, end - source.window), end) for end in ends]
    return [
        listings.Entry(part, f"{name}, frames {first} to {end - 1}", int(digits[end - 1]), video, group, (first, end))
        for first, end in windows
    ]
