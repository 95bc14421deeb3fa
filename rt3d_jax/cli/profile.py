"""rt3d profile: time each layer of a bundle."""

import pathlib
from typing import Annotated

import tyro

from lowering.bundle import bundles, measure
from lowering.system import files
from rt3d_jax.cli import console


def run(
    folder: pathlib.Path,
    /,
    runs: int = 20,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> None:
    """Time each layer of a bundle on this machine, on one thread.

    Profiling itself takes time. Read each layer's share here, and the latency in `rt3d bench`.

    Args:
        folder: A bundle for `host`.
        runs: Inferences to time.
        json_file: Also write the rows to this file.

    Examples:
        rt3d profile runs/first/bundles/kgs-3.6x/host
        rt3d profile runs/first/bundles/dense/host --runs 100 --json layers.json
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
        f"Layers of {folder} ({runs} inferences, one thread)",
        ("layer", "p50 ms", "share", "MMACs kept", "GFLOP/s"),
        cells,
    )
    if json_file is not None:
        files.write_json(json_file, rows, indent=1)
