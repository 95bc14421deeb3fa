"""A grid of experiments over seeds, as a table. Cells run side by side; one that fails is a row with its error."""

import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import time
from collections.abc import Callable
from typing import Any, TypedDict

import jax

from lowering.system import files, locks
from rt3d_jax.evaluation import measured
from rt3d_jax.hosts import machine, processes
from rt3d_jax.models import catalog
from rt3d_jax.report import tables
from rt3d_jax.training import claims, codec, experiments, phases

Row = dict[str, Any]
Progress = Callable[[str, int, int, dict[str, float]], None]
ROWS = "rows.json"


class Done(TypedDict):
    """rows.json of a job that is done. key: a fingerprint of what the rows depend on."""

    key: str
    rows: list[dict[str, object]]


@dataclasses.dataclass(frozen=True)
class Cell:
    """One place of the table: its row (the algorithm), its column (the scheme), and the experiment with its rates."""

    algorithm: str
    scheme: str
    experiment: experiments.Experiment

    @property
    def name(self) -> str:
        """The folder of the cell: "reweighted-kgs-8x4"."""
        return f"{self.algorithm}-{self.scheme}".lower().replace(" ", "-")


@dataclasses.dataclass(frozen=True)
class Sweep:
    """Every cell once for every seed. All cells share the dense phase of a seed, which runs once.

    A cell whose model has its kernels in Winograd's transformed domain (Model.winograd) has a dense phase of its own,
    which starts from the shared one.
    """

    name: str
    cells: tuple[Cell, ...]
    seeds: tuple[int, ...] = (0, 1, 2)

    def __post_init__(self) -> None:
        names = [cell.name for cell in self.cells]
        if not names or not self.seeds or len(set(names)) < len(names) or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"sweep has cells {names} and seeds {self.seeds}, expected some of each, none twice")
        first = self.cells[0]
        for cell in self.cells:
            own, model = cell.experiment, dataclasses.replace(cell.experiment.model, winograd=self.model.winograd)
            own = (
                own if self.shares_dense(cell) else dataclasses.replace(own, model=model, dense=first.experiment.dense)
            )
            for field in (*claims.SHARED, "dense"):
                if getattr(own, field) != getattr(first.experiment, field):
                    raise ValueError(
                        f"cell {cell.name} has another {field} than {first.name}, expected one dense phase for all"
                    )

    @property
    def model(self) -> catalog.Model:
        """That of the shared dense phase."""
        return self.cells[0].experiment.model

    def shares_dense(self, cell: Cell) -> bool:
        """Whether the cell's networks are pruned from the shared dense network itself."""
        return cell.experiment.model.winograd == self.model.winograd


@dataclasses.dataclass(frozen=True)
class Job:
    """What one process does: the dense phase of a seed (cell None), or a cell of the table for a seed.

    linked: whether a cell takes the dense run of its seed as it is, and does not start one of its own from it.
    """

    name: str
    seed: int
    cell: Cell | None
    experiment: experiments.Experiment
    folder: pathlib.Path
    linked: bool = True

    def key(self) -> str:
        """A fingerprint of everything that the rows depend on."""
        text = json.dumps(codec.to_json(self.experiment), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def done(self) -> list[Row] | None:
        """The rows of a job that was finished with the same settings. Damaged ones are made of the runs again."""
        path = self.folder / ROWS
        found = None
        with contextlib.suppress(ValueError):
            found = files.read_json(path, Done) if path.is_file() else None
        return found["rows"] if found is not None and found["key"] == self.key() else None

    def run(self, progress: Progress) -> list[Row]:
        """Run or go on with the phases; the rows, which are also kept in the folder."""
        began = time.monotonic()
        keep_compiled(self.folder.parents[1])
        prepared = phases.prepare(self.experiment, self.folder, progress)
        results = [phases.dense(prepared)] if self.cell is None else phases.phases(prepared)
        wide = [result for result in results if "quantisation" not in result]  # a cell has one network of a rate
        shown = results if self.cell is None else wide[-len(self.experiment.rates) :]
        rows = [_row(self, result, results, time.monotonic() - began) for result in shown]
        files.write_json(self.folder / ROWS, {"key": self.key(), "rows": rows})
        return rows


def jobs(sweep: Sweep, out: pathlib.Path) -> list[Job]:
    """The dense phase of every seed, then the cells of every seed, with their folders below `out`."""
    plain = sweep.cells[0].experiment
    dense, others = [], []
    for seed in sweep.seeds:
        folder = out / f"seed-{seed}"
        experiment = dataclasses.replace(plain, name="dense", seed=seed)
        dense.append(Job(f"seed {seed} dense", seed, None, experiment, folder / "dense"))
        for cell in sweep.cells:
            experiment, linked = (
                dataclasses.replace(cell.experiment, name=cell.name, seed=seed),
                sweep.shares_dense(cell),
            )
            if not linked:
                experiment = dataclasses.replace(experiment, pretrained=str(dense_run(folder).absolute()))
            others.append(Job(f"seed {seed} {cell.name}", seed, cell, experiment, folder / cell.name, linked))
    return dense + others


def run(sweep: Sweep, out: pathlib.Path, progress: Progress, *, at_once: int = 1) -> list[Row]:
    """All rows of a sweep; OUT/table.json, table.md and table.svg are written anew whenever a job ends.

    Finished jobs are taken as they are, stopped ones go on, failed ones are tried again. at_once: jobs side by
    side, each on its share of the cores; 0 runs them one by one in this process. ValueError if another process runs a
    sweep there.
    """
    with locks.held(out):
        sweep.cells[0].experiment.task.open(out, progress)  # what is to be made is made once, for all jobs
        return _run(sweep, out, progress, at_once)


def _run(sweep: Sweep, out: pathlib.Path, progress: Progress, at_once: int) -> list[Row]:
    todo = jobs(sweep, out)
    for job in todo:
        files.clear(job.folder)
    rows = {job.name: found for job in todo if (found := job.done()) is not None}
    errors: dict[str, str] = {}

    def report(name: str | None = None, found: list[Row] | None = None, error: str | None = None) -> None:
        if name is not None and error is not None:
            errors[name] = error
        elif name is not None:
            rows[name] = found or []
        progress("cells", len(rows) + len(errors), len(todo), {})
        write(sweep, out, [row for job in todo for row in rows.get(job.name) or _failed(job, errors.get(job.name))])

    report()
    waiting = [job for job in todo if job.name not in rows]
    for job in waiting:
        _link(job, out)
    after = {job.name: f"seed {job.seed} dense" for job in waiting if job.cell is not None}
    processes.run(waiting, after, set(rows), progress, report, at_once=at_once)
    return [row for job in todo for row in rows.get(job.name) or _failed(job, errors.get(job.name))]


def with_seeds(sweep: Sweep, seeds: tuple[int, ...]) -> Sweep:
    """The same grid for other seeds."""
    return dataclasses.replace(sweep, seeds=seeds)


def summarise(sweep: Sweep, rows: list[Row]) -> list[Row]:
    """Means and spreads of every place of the grid, see report.tables.summary."""
    columns = dict.fromkeys((cell.scheme, rate) for cell in sweep.cells for rate in cell.experiment.rates)
    return tables.summary(rows, list(dict.fromkeys(cell.algorithm for cell in sweep.cells)), list(columns))


def keep_compiled(out: pathlib.Path) -> None:
    """What XLA compiles for one network below `out` serves the others, unless the user keeps it elsewhere."""
    if not jax.config.values["jax_compilation_cache_dir"]:
        jax.config.update("jax_compilation_cache_dir", str(out / "compiled"))


def write(sweep: Sweep, out: pathlib.Path, rows: list[Row]) -> None:
    """table.json (every row and the summary), table.md and table.svg."""
    summary = summarise(sweep, rows)
    written = {
        "name": sweep.name,
        "seeds": list(sweep.seeds),
        "summary": summary,
        "differences": tables.differences(rows, summary),
        "rows": rows,
        "machine": machine.describe(),
    }
    files.write_json(out / "table.json", written)
    files.write_text(out / "table.md", tables.markdown(sweep.name, rows, summary))
    files.write_text(out / "table.svg", tables.plot(rows, summary))


def dense_run(folder: pathlib.Path) -> pathlib.Path:
    """The dense run of a seed, in the folder of that seed."""
    return folder / "dense" / "runs" / "dense"


def _link(job: Job, out: pathlib.Path) -> None:
    """The shared videos and, for a cell that takes it, the dense run of its seed, as links in the job's folder."""
    (job.folder / "runs").mkdir(parents=True, exist_ok=True)
    links = {job.folder / "data": out / "data"}
    if job.cell is not None and job.linked:
        links[job.folder / "runs" / "dense"] = dense_run(out / f"seed-{job.seed}")
    for place, target in links.items():
        if not place.is_symlink():
            place.symlink_to(os.path.relpath(target, place.parent))


def _row(job: Job, result: Row, results: list[Row], seconds: float) -> Row:
    taken = ("rate", "rate_target", "macs", "params")
    own = job.cell is None or not job.linked  # whether its dense phase is its own
    durations = {one["name"]: one["seconds"] for one in results if own or one["name"] != "dense"}
    score, dense = measured.of(result), measured.of(next(one for one in results if one["name"] == "dense"))
    if score is None or dense is None or score.value is None or dense.value is None:
        raise ValueError(f"{result['name']} of {job.name} has no score, expected one to compare")
    change = measured.rounded(score.value - dense.value, score.unit)
    found = {name: result[name] for name in taken} | measured.to_result(score)
    found |= {name: result[name] for name in measured.REMARKS if name in result}
    return {
        **_place(job),
        **found,
        "change": change,
        "phase_seconds": durations,
        "seconds": round(seconds, 1),
        "error": None,
    }


def _failed(job: Job, error: str | None) -> list[Row]:
    """Rows that hold nothing but the error; none for a job that has not run yet."""
    rates = (1.0,) if job.cell is None else job.experiment.rates
    return [] if error is None else [{**_place(job), "rate_target": rate, "error": error} for rate in rates]


def _place(job: Job) -> Row:
    names = ("dense", "dense") if job.cell is None else (job.cell.algorithm, job.cell.scheme)
    return {"algorithm": names[0], "scheme": names[1], "seed": job.seed}
