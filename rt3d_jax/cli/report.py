"""rt3d report: report.html from report.json."""

import pathlib
from typing import Annotated

import tyro

from rt3d_jax import config
from rt3d_jax.cli import console
from rt3d_jax.report import page


def run(folder: Annotated[pathlib.Path, tyro.conf.Positional], /) -> None:
    """Draw report.html again from report.json.

    Args:
        folder: Holds report.json, as `rt3d demo` writes it.
    """
    path = folder / "report.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; expected a folder that `rt3d demo` wrote")
    console.say(str(page.write(config.read_json(path), folder)))
