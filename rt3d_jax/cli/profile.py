"""rt3d profile: where a bundle's time goes, layer by layer."""

import pathlib
from typing import Annotated

import tyro

from lowering.bundle import bundles, measure
from lowering.system import files
from rt3d_jax.cli import console


def run(
    folder: Annotated[pathlib.Path, tyro.conf.Positional],
    /,
    runs: int = 20,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> None:
    """Time each layer of a host bundle on one thread.

    Profiling costs time: read the shares here, latencies from `rt3d bench`.

    Args:
        folder: Bundle for `host`.
        runs: Inferences.
        json_file: Writes the rows here too.
    """
    rows = measure.profile(bundles.read(folder), runs)
    total = sum(row["p50_ms"] for row in rows)
    cells = []
    for row in rows:
        speed = f"{2e-6 * row['macs'] / row['p50_ms']:.0f}" if row["macs"] else None
        cells.append(
            (row["name"], f"{row['p50_ms']:.3f}", f"{row['p50_ms'] / total:.1%}", f"{row['macs'] / 1e6:.1f}", speed)
        )
    console.table(
        f"Layers of {folder} ({runs} runs, one thread)", ("layer", "p50 ms", "share", "MMACs kept", "GFLOP/s"), cells
    )
    if json_file is not None:
        files.write_json(json_file, rows, indent=1)
