"""rt3d sweep: a grid of experiments over seeds, as a table with means and spreads."""

import pathlib
from typing import Annotated

import tyro

from rt3d_jax.cli import console
from rt3d_jax.cli import train as train_verb
from rt3d_jax.evaluation import measured
from rt3d_jax.report import tables
from rt3d_jax.training import sweep


def run(
    name: Annotated[str, tyro.conf.Positional],
    /,
    out: pathlib.Path = pathlib.Path("sweep"),
    jobs: int = 1,
    seeds: tuple[int, ...] | None = None,
) -> int:
    """Run a grid of experiments; what is finished is taken as it is, what failed is tried again.

    Writes OUT/table.json, OUT/table.md and OUT/table.svg after every cell. A cell that fails is a row with its error.
    Exit code 1 if any did.

    Args:
        name: A sweep from rt3d_jax/configs, or a Python file with a function grid().
        out: Folder for the runs (OUT/seed-N/CELL/runs/NAME) and the table.
        jobs: Processes side by side, each on its share of the cores; 0 is this process.
        seeds: Instead of the sweep's own.
    """
    chosen = train_verb.load(name, "grid")
    if seeds is not None:
        chosen = sweep.with_seeds(chosen, seeds)
    with console.Progress() as progress:
        rows = sweep.run(chosen, out.absolute(), progress, at_once=jobs)
    show(chosen, rows)
    console.say(f"\nTable: {out / 'table.md'}")
    return 1 if any(row["error"] is not None for row in rows) else 0


def show(chosen: sweep.Sweep, rows: list[sweep.Row]) -> None:
    """The means as a table, and the errors."""
    found = sweep.summarise(chosen, rows)
    columns = ("algorithm", "scheme", "rate", "seeds", measured.heading(tables.score_of(rows)), "sd", "change")
    numbers = lambda row: (_number(row[key], row["unit"]) for key in ("score", "score_sd", "change"))
    values = [(r["algorithm"], r["scheme"], f"{r['rate_target']:g}", r["n"], *numbers(r)) for r in found]
    console.table(tables.TITLE, columns, values)
    for row in rows:
        if row["error"] is not None:
            console.say(f"failed: {row['algorithm']} {row['scheme']} seed {row['seed']}: {row['error']}")


def _number(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.1f}" if unit == "%" else f"{value:.4g}"
