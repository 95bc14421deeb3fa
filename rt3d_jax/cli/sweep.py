"""rt3d sweep: run a grid of experiments over seeds, and tabulate means and standard deviations."""

import pathlib

from rt3d_jax.cli import console
from rt3d_jax.cli import train as train_verb
from rt3d_jax.evaluation import measured
from rt3d_jax.report import tables
from rt3d_jax.training import sweep


def run(
    name: str,
    /,
    out: pathlib.Path = pathlib.Path("sweep"),
    jobs: int = 1,
    seeds: tuple[int, ...] | None = None,
) -> int:
    """Run a grid of experiments over several seeds, and tabulate means and standard deviations.

    A sweep names algorithms and schemes; each pair of the two with one seed is a cell. OUT/table.json, OUT/table.md and
    OUT/table.svg are written after every cell. Finished cells are not repeated, and failed ones are tried again. A cell
    that fails is a row with its error, and the exit code is then 1.

    Args:
        name: A sweep of rt3d_jax/configs, such as paper_table1, or a Python file with a function grid().
        out: Folder for the runs (OUT/seed-N/CELL/runs/NAME) and for the table.
        jobs: Processes that run cells at the same time, each on its share of the CPU cores. 0 runs them in this
            process.
        seeds: Run these seeds instead of the sweep's own.

    Examples:
        rt3d sweep paper_table1 --out runs/table --jobs 2
        rt3d sweep paper_table1 --out runs/table --seeds 0 1
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
    """Prints the means as a table, and the errors."""
    found = sweep.summarise(chosen, rows)
    columns = ("algorithm", "scheme", "rate", "seeds", measured.heading(tables.score_of(rows)), "sd", "change")
    numbers = lambda row: (_number(row[key], row["unit"]) for key in ("score", "score_sd", "change"))
    values = [(r["algorithm"], r["scheme"], f"{r['rate_target']:g}", r["n"], *numbers(r)) for r in found]
    console.table(tables.TITLE, columns, values)
    for remark in tables.remarks(rows):
        console.say(remark)
    for row in rows:
        if row["error"] is not None:
            console.say(f"failed: {row['algorithm']} {row['scheme']} seed {row['seed']}: {row['error']}")


def _number(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.1f}" if unit == "%" else f"{value:.4g}"
