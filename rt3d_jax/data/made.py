"""The data sets that are drawn here, by their specs, and those on disk: one call that gives the videos of either."""

import dataclasses
import os
from collections.abc import Callable

from rt3d_jax.data import drivers, folders, synthetic

Made = synthetic.Synthetic | drivers.Drivers


def dataset(
    data: Made | folders.Source, folder: str | os.PathLike, progress: Callable[[int, int], None]
) -> folders.Dataset:
    """The videos of a data set. One that is made is first written to `folder`, or completed there.

    Raises ValueError if the folder holds another made set, and the errors of folders.read.
    """
    match data:
        case synthetic.Synthetic():
            synthetic.write(folder, data, progress)
            return dataclasses.replace(folders.ucf101(folder), name="synthetic")
        case drivers.Drivers():
            drivers.write(folder, data, progress)
            return dataclasses.replace(folders.read(drivers.source(folder, data)), name="drawn drivers")
        case _:
            return folders.read(data)
