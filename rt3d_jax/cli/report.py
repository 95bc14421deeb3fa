"""rt3d report: report.html from report.json, or one page of measurements on several devices."""

import pathlib
from typing import Annotated

import tyro

from lowering.system import files
from rt3d_jax.cli import console
from rt3d_jax.report import devices, page


def run(
    paths: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional],
    /,
    out: pathlib.Path = pathlib.Path("devices.html"),
) -> None:
    """Draw report.html again from report.json; or merge measurements of several phones and hosts into one page.

    Args:
        paths: A folder with report.json, as `rt3d demo` writes it; or files of rows, as `rt3d phone bench --json` and
        `rt3d bench --json` write them.
        out: The page, for files of rows.
    """
    console.some(paths, "folder with report.json, or file of rows")
    if all(path.is_file() for path in paths):
        console.say(str(devices.write(devices.read(paths), out)))
        return
    folder, *others = paths
    if others:
        missing = next(path for path in paths if not path.is_file())
        raise ValueError(f"{missing} is no file; expected one folder, or files of rows")
    path = folder / "report.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; expected a folder that `rt3d demo` wrote")
    console.say(str(page.write(files.read_json(path), folder)))
