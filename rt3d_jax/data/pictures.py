"""Sets of pictures: DIV2K, any folder of pictures, and the photographs that Python packages ship."""

import contextlib
import dataclasses
import hashlib
import importlib.util
import os
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from lowering.system import bounds, extras, typed
from rt3d_jax.data import bicubic, classes, listings

SUFFIXES = frozenset([".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"])
ORIENTATION, TURNED = 274, 5  # Exif's tag, and its first value that swaps height and width
HIGH = {"train": "DIV2K_train_HR", "test": "DIV2K_valid_HR"}
LOW = {"train": "DIV2K_train_LR", "test": "DIV2K_valid_LR"}
# Of scikit-image and matplotlib, by module and file. Those to test on are photographs in colour.
TRAIN = (
    *(("skimage", f"data/{name}") for name in ("brick.png", "camera.png", "coins.png", "grass.png", "gravel.png")),
    *(("skimage", f"data/{name}") for name in ("hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png")),
    *(("skimage", f"data/{name}") for name in ("motorcycle_right.png", "page.png", "retina.jpg", "rocket.jpg")),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
)
TEST = tuple(("skimage", f"data/{name}") for name in ("astronaut.png", "chelsea.png", "coffee.png"))


@dataclasses.dataclass(frozen=True)
class DIV2K:
    """DIV2K (Agustsson and Timofte, 2017): 800 pictures for training, 100 for validation, as its archives unpack.

    FOLDER/DIV2K_train_HR and DIV2K_valid_HR hold NAME.png. The small pictures are taken from
    DIV2K_train_LR_bicubic/X2/NAMEx2.png and their like, where that folder is there, and else made of the large ones.

    Args:
        folder: The folder.
        track: How the small pictures were made, as the archives are called: bicubic or unknown.
    """

    folder: str
    track: str = "bicubic"


@dataclasses.dataclass(frozen=True)
class Folder:
    """All pictures below a folder. It may have the two parts train/ and test/ (or val/, valid/).

    Args:
        folder: The folder.
        test_share: Without the two parts, the share of the pictures that is drawn for testing, by their names.
        seed: The seed of that draw.
    """

    folder: str
    test_share: bounds.BelowOne = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        typed.check(self)


@dataclasses.dataclass(frozen=True)
class Shipped:
    """17 pictures that scikit-image and matplotlib bring along, mostly photographs: 14 for training, 3 for testing."""


Source = DIV2K | Folder | Shipped


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture file. low: the file of its small version; None where it is made."""

    path: str
    low: str | None = None


@dataclasses.dataclass(frozen=True)
class Pictures:
    """A set of pictures, for training and testing."""

    name: str
    train: tuple[Picture, ...]
    test: tuple[Picture, ...]


def read(source: Source, scale: int) -> Pictures:
    """The pictures of a set, with the small ones of this scale.

    Raises:
      FileNotFoundError: a folder or file is not there.
      ValueError: there is no picture to train on, or none to test on.
    """
    match source:
        case DIV2K():
            found = _div2k(source, scale)
        case Folder():
            found = _folder(source)
        case Shipped():
            found = Pictures("pictures of Python packages", *(_shipped(listed) for listed in (TRAIN, TEST)))
    if not (found.train and found.test):
        raise ValueError(
            f"{found.name} has {len(found.train)} pictures to train on and {len(found.test)} to test on; expected at "
            "least one of each"
        )
    return found


def load(path: str | os.PathLike) -> np.ndarray:
    """A picture as uint8[H, W, 3], RGB, upright. ValueError for a file that holds none."""
    with _opened(path) as (image, operations):
        return np.asarray(operations.exif_transpose(image).convert("RGB"))


def sides(path: str | os.PathLike) -> tuple[int, int]:
    """Height and width of a picture, upright, as the head of its file says. Errors as those of `load`."""
    with _opened(path) as (image, _):
        turned = image.getexif().get(ORIENTATION, 1) >= TURNED
        return image.size if turned else image.size[::-1]


def pair(picture: Picture, scale: int) -> tuple[np.ndarray, np.ndarray]:
    """(small, large): uint8[1, h, w, 3] and uint8[1, scale h, scale w, 3]. What is over at the ends is cut off.

    ValueError if a small picture is not as large as it should be.
    """
    high = whole(load(picture.path), scale)
    if picture.low is None:
        return bicubic.reduced(high, scale)[None], high[None]
    low = load(picture.low)
    sides = (high.shape[0] // scale, high.shape[1] // scale)
    if low.shape[:2] != sides:
        raise ValueError(f"{picture.low} has {low.shape[:2]} pixels, expected {sides}: {picture.path} over {scale}")
    return low[None], high[None]


def whole(pixels: np.ndarray, scale: int) -> np.ndarray:
    """[..., H, W, C] without the rows and columns at the ends that are over when H and W are divided by a scale."""
    *_, height, width, _ = pixels.shape
    return pixels[..., : height // scale * scale, : width // scale * scale, :]


def scan(folder: pathlib.Path) -> list[pathlib.Path]:
    """The pictures below a folder, in the order of their names."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in found if all(map(listings.is_ours, path.relative_to(folder).parts)))


@contextlib.contextmanager
def _opened(path: str | os.PathLike) -> Iterator[tuple[Any, Any]]:
    """Pillow's image of a file, and the operations on it."""
    with extras.need("images"):
        import PIL.Image
        import PIL.ImageOps
    try:
        with PIL.Image.open(path) as image:
            yield image, PIL.ImageOps
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError) as error:
        raise ValueError(f"{path} cannot be read as a picture ({error}); fetch it again or remove it") from error


def _div2k(source: DIV2K, scale: int) -> Pictures:
    root, parts = listings.checked(pathlib.Path(source.folder)), []
    for part in ("train", "test"):
        if not (high := root / HIGH[part]).is_dir():
            raise FileNotFoundError(f"{high} is not there; expected the folder that DIV2K's archive unpacks to")
        small = root / f"{LOW[part]}_{source.track}" / f"X{scale}"
        low = lambda path, small=small: str(small / f"{path.stem}x{scale}{path.suffix}") if small.is_dir() else None
        if source.track != "bicubic" and not small.is_dir():
            raise FileNotFoundError(f"{small} is not there; only bicubic pictures can be made of the large ones")
        parts.append(tuple(Picture(str(path), low(path)) for path in scan(high)))
    return Pictures("DIV2K", *parts)


def _folder(source: Folder) -> Pictures:
    root = listings.checked(pathlib.Path(source.folder))
    homes = [next((root / n for n in names if (root / n).is_dir()), None) for names in (classes.TRAIN, classes.TEST)]
    if None not in homes:
        parts = [scan(home) for home in homes if home is not None]
    else:
        rank = lambda path: hashlib.sha256(f"{source.seed}/{path.relative_to(root)}".encode()).digest()
        ordered = sorted(scan(root), key=rank)
        tests = min(len(ordered) - 1, max(1, round(source.test_share * len(ordered)))) if ordered else 0
        parts = [sorted(ordered[tests:]), sorted(ordered[:tests])]
    return Pictures(root.resolve().name, *(tuple(Picture(str(path)) for path in part) for part in parts))


def _shipped(listed: tuple[tuple[str, str], ...]) -> tuple[Picture, ...]:
    found = []
    for module, name in listed:
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            with extras.need("images"):
                raise ModuleNotFoundError(name=module)
        path = pathlib.Path(spec.origin).parent / name
        if not path.is_file():
            raise FileNotFoundError(f"{path} is not there; another version of {module} ships it: see pyproject.toml")
        found.append(Picture(str(path)))
    return tuple(found)
