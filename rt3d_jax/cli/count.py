"""rt3d count: the instructions that arm64 bundles execute, counted under qemu-user."""

import pathlib
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

from lowering.bundle import bundles
from lowering.counts import count, instructions
from lowering.system import files
from rt3d_jax.cli import console

NOTE = "Counted under qemu-user. Counts say how many instructions run, not how long they take on any machine."


def run(
    folders: tuple[pathlib.Path, ...],
    /,
    layers: tuple[str, ...] = (),
    loops: bool = False,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> None:
    """Count the instructions that arm64 bundles execute: in each layer, and in a whole inference.

    The bundle runs under qemu-user, which executes about 1e9 MACs in 5 s. The whole inference takes three times as long
    as all layers together. The counts are given per MAC that was kept. They say how much work a kernel does, and not
    how long it takes on any machine.

    A layer's MACs include those of kernel taps that fall before the first frame or after the last one. The kernels do
    not compute these.

    Args:
        folders: Bundles for Android CPUs that `rt3d lower` wrote.
        layers: Count only these layers, at their full size, and no whole inference.
        loops: Also print the machine code of each layer's hottest loop.
        json_file: Also write the counts to this file. It holds "note", "versions" and "bundles". Of each bundle that is
            "run", "target", and "layers" and "totals", whose rows have the counts by class of instruction.

    Examples:
        rt3d count runs/first/bundles/vanilla-3.6x/android-cortex-a76
        rt3d count runs/first/bundles/vanilla-3.6x/android-cortex-a76 --layers conv2 --loops
    """
    console.some(folders, "bundle, such as OUT/bundles/dense/android-cortex-a76")
    reports = []
    for folder in folders:
        bundle = bundles.read(folder)
        with console.Progress() as progress:
            found, inference = count.count(
                bundle, layers, lambda done, total: progress("million MACs counted", done, total)
            )
        reports.append(report(bundle, found, inference))
        show(folder, reports[-1], loops)
    console.say(NOTE)
    if json_file is not None:
        written = {"note": NOTE, "bundles": reports, "versions": bundles.versions()}
        files.write_json(json_file, written, indent=1)


def report(bundle: bundles.Bundle, found: Sequence[count.Layer], inference: count.Inference | None) -> dict[str, Any]:
    """A bundle's counts as JSON: each layer, sums over convolutions and over all layers, and the whole inference."""
    convolutions = [layer for layer in found if layer.convolution]
    sums = [(name, each) for name, each in (("convolutions", convolutions), ("all layers", found)) if each]
    totals = [count.row(name, sum(layer.macs for layer in each), count.total(each)) for name, each in sums]
    if inference is not None:
        totals.append(count.row("inference, kernels", bundle.macs, inference.kernels))
        totals.append(count.row("inference, with runtime", bundle.macs, inference.whole()))
    return {
        "run": bundle.manifest["run"],
        "target": bundle.target.name,
        "layers": [layer.row() for layer in found],
        "totals": totals,
    }


def show(folder: pathlib.Path, found: dict[str, Any], loops: bool) -> None:
    """Prints the counts as a table. `loops`: print the machine code of the hottest loops too."""
    rows = [*found["layers"], *found["totals"]]
    multiplies = [kind for kind in instructions.MULTIPLIES if any(kind in row["counts"] for row in found["layers"])]
    columns = (
        "layer",
        "MMACs kept",
        "M instructions",
        "instructions/MAC",
        *(f"{kind}/MAC" for kind in multiplies),
        "loads/MAC",
        "stores/MAC",
        "multiplies",
        "in hottest loop",
        "spills in it",
    )
    console.table(f"Instructions of {folder}", columns, [_cells(row, multiplies) for row in rows])
    for row in found["layers"] if loops else ():
        if row["loop"]:
            console.say(f"\n{row['name']}: {_summary(row['loop'])}\n" + "\n".join(row["loop"]["code"]))


def _cells(row: dict[str, Any], multiplies: Sequence[str]) -> tuple[object, ...]:
    counts, per_mac, loop = row["counts"], row["per_mac"], row.get("loop")
    rates = [
        f"{per_mac.get(kind, 0):.4f}" if per_mac else None for kind in ("instructions", *multiplies, "loads", "stores")
    ]
    share = sum(counts.get(kind, 0) for kind in multiplies) / max(row["instructions"], 1)
    ends = (f"{loop['share']:.1%}", f"{loop['spills']:.3g}") if loop else (None, None)
    return (row["name"], f"{row['macs'] / 1e6:.1f}", f"{row['instructions'] / 1e6:.1f}", *rates, f"{share:.1%}", *ends)


def _summary(loop: dict[str, Any]) -> str:
    mix = ", ".join(f"{times:.3g} {kind}" for kind, times in loop["mix"].items())
    return (
        f"{loop['share']:.1%} of its instructions run in a loop of {loop['instructions']:.3g} ({mix}), "
        f"{loop['spills']:.3g} of which access the stack"
    )
