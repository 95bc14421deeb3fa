"""Data sets on disk in any layout: the table of layouts, and reading by it."""

import dataclasses
import os
import pathlib
from collections.abc import Callable
from typing import Any

from lowering.system import spelling
from rt3d_jax.data import classes, hmdb51, kinetics, listings, nthu, something
from rt3d_jax.data import ucf101 as ucf

SPLITS = ucf.SPLITS
Video = listings.Video
Dataset = listings.Dataset
Listing = listings.Listing
Source = (
    ucf.UCF101
    | hmdb51.HMDB51
    | kinetics.Kinetics
    | something.SomethingSomething
    | nthu.DriverDrowsiness
    | classes.ClassFolders
)


@dataclasses.dataclass(frozen=True)
class Layout:
    """One layout. source: its class in an experiment. tolerant: whether listed videos are missing in every copy."""

    source: type
    read: Callable[[Any], Listing]
    found: Callable[[pathlib.Path], bool]
    tolerant: bool = False


# In the order in which a folder is tried; the last takes what has no lists.
LAYOUTS = {
    "ucf101": Layout(ucf.UCF101, ucf.read, ucf.found),
    "hmdb51": Layout(hmdb51.HMDB51, hmdb51.read, hmdb51.found),
    "something": Layout(something.SomethingSomething, something.read, something.found),
    "nthu": Layout(nthu.DriverDrowsiness, nthu.read, nthu.found),
    "kinetics": Layout(kinetics.Kinetics, kinetics.read, kinetics.found, tolerant=True),
    "classes": Layout(classes.ClassFolders, classes.read, classes.found),
}


def read(source: Source) -> Dataset:
    """The videos of a data set.

    Raises:
      FileNotFoundError: its lists, folders or (Kinetics aside) a listed video are missing.
      ValueError: a list that does not follow its layout (lists.ListError), or a link or folder that cannot be read.
    """
    return listing(source).dataset(_layout(source).tolerant)


def listing(source: Source) -> Listing:
    """The lists of a data set, and which of their videos exist.

    Raises the errors of `read`, except for missing videos.
    """
    try:
        return _layout(source).read(source)
    except PermissionError as error:
        raise ValueError(f"{error.filename} may not be read; change its permissions") from error


def ucf101(folder: str | os.PathLike, split: int = 1) -> Dataset:
    """A folder in UCF101's layout; see ucf101.read."""
    return read(ucf.UCF101(os.fspath(folder), split))


def source(folder: str | os.PathLike, layout: str | None = None, split: int = 1) -> Source:
    """The value that names a folder in an experiment. Without `layout`, it is recognised. `split`: for layouts that
    have several.

    Raises:
      FileNotFoundError: the folder is not there.
      ValueError: an unknown layout, or a folder in no known layout.
    """
    name = layout or recognised(folder)
    if name not in LAYOUTS:
        raise ValueError(f"layout is {name!r}; expected one of {', '.join(LAYOUTS)}{spelling.meant(name, LAYOUTS)}")
    kind = LAYOUTS[name].source
    has_splits = "split" in {field.name for field in dataclasses.fields(kind)}
    return kind(os.fspath(folder), **({"split": split} if has_splits else {}))


def recognised(folder: str | os.PathLike) -> str:
    """The name of a folder's layout. Raises as `source`."""
    root = listings.checked(pathlib.Path(folder))
    for name, layout in LAYOUTS.items():
        if layout.found(root):
            return name
    raise ValueError(f"{root} is laid out as none of {', '.join(LAYOUTS)}; see docs/data.md")


def _layout(source: Source) -> Layout:
    return next(layout for layout in LAYOUTS.values() if layout.source is type(source))
