"""rt3d profile: time each layer of a bundle."""

import pathlib
from typing import Annotated

import tyro

from lowering.bundle import measure, timeline
from lowering.system import bounds, files
from rt3d_jax.cli import console, lowerable


def run(
    folder: pathlib.Path,
    /,
    runs: bounds.Count = 20,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> None:
    """Time each layer of a bundle on this machine, on one thread.

    Profiling itself takes time. Read each layer's share here, and the latency in `rt3d bench`.

    What IREE compiles from pieces that JAX wrote is a row for each piece. It is called "IREE (...)" where IREE compiled
    it together with other layers, which are then named in the parentheses.

    Args:
        folder: A bundle for `host`. Or a function of your own that gives (apply, params, example), such as
            my_nets.py:build, whose network is compiled for `host` and deleted again.
        runs: Inferences to time.
        json_file: Also write the rows to this file. Each has "name", "kernel", "p50_ms" and "macs".

    Examples:
        rt3d profile runs/first/bundles/vanilla-3.6x/host
        rt3d profile runs/first/bundles/dense/host --runs 100 --json layers.json
        rt3d profile my_nets.py:build
    """
    with lowerable.host_bundles([folder]) as (bundle,):
        rows = measure.profile(bundle, runs)
    total = sum(row["p50_ms"] for row in rows)
    cells = []
    for row in rows:
        speed = f"{2e-6 * row['macs'] / row['p50_ms']:.0f}" if row["macs"] else None
        share = f"{row['p50_ms'] / total:.1%}"
        cells.append((row["name"], row["kernel"], f"{row['p50_ms']:.3f}", share, f"{row['macs'] / 1e6:.1f}", speed))
    console.table(
        f"Layers of {folder} ({runs} inferences, one thread)",
        ("layer", "kernel", "p50 ms", "share", "MMACs kept", "GFLOP/s"),
        cells,
    )
    if any(row["kernel"] != "ours" for row in rows):
        share = timeline.share(rows)
        console.say(f"{share:.1%} of the time is spent in kernels of ours, the rest in what IREE compiles.")
    if json_file is not None:
        files.write_json(json_file, rows, indent=1)
