"""rt3d report: write report.html from report.json, or one page of measurements on several devices."""

import pathlib

from rt3d_jax.cli import console
from rt3d_jax.report import devices, measurements, page, record


def run(
    paths: tuple[pathlib.Path, ...],
    /,
    out: pathlib.Path = pathlib.Path("devices.html"),
) -> None:
    """Write report.html again from report.json, or compare several devices on one page.

    Args:
        paths: One folder with report.json, as `rt3d demo` writes it. Or files of measurements, as `rt3d phone bench
            --json` and `rt3d bench --json` write them.
        out: The page to write for files of measurements.

    Examples:
        rt3d report quickstart
        rt3d report pixel.jsonl latency.json --out devices.html
    """
    console.some(paths, "folder with report.json, or file of measurements")
    if all(path.is_file() for path in paths):
        console.say(str(devices.write(measurements.read(paths), out)))
        return
    folder, *others = paths
    if others:
        missing = next(path for path in paths if not path.is_file())
        raise ValueError(f"{missing} is no file; expected one folder, or files of measurements")
    console.say(str(page.write(record.read(folder), folder)))
