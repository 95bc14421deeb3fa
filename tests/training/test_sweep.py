"""Claims about sweeps: a row for each cell and seed, shared dense runs, resumption, failures in their row."""

import dataclasses
import json
import os

import pytest

from rt3d_jax.cli import train as train_verb
from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.prune import algorithms
from rt3d_jax.report import tables
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import classification
from rt3d_jax.training import experiments, phases, sweep

BASE = dataclasses.replace(quickstart_kgs.experiment(), rates=(2.0,))
VANILLA = ((r"conv\d[ab]?", plans.Prune(patterns.vanilla(8, 4))), (r"fc\d", None))
TWO = dataclasses.replace(BASE, rates=(2.0, 3.0))
HEURISTIC = dataclasses.replace(BASE, algorithm=algorithms.Heuristic(), penalise=None, plan=VANILLA)
SWEEP = sweep.Sweep(
    "small",
    (sweep.Cell("reweighted", "KGS", TWO), sweep.Cell("heuristic", "vanilla", HEURISTIC)),
    seeds=(0, 1),
)


class Phases:
    """Stands in for training: what would have run, and accuracies by name. Fails where told."""

    def __init__(self, monkeypatch):
        self.ran, self.fails = [], set()
        make = lambda task, out, progress: (out / "data").mkdir(exist_ok=True)
        monkeypatch.setattr(classification.Classification, "open", make)
        monkeypatch.setattr(phases, "prepare", lambda experiment, out, progress: (experiment, out))
        monkeypatch.setattr(phases, "dense", self.dense)
        monkeypatch.setattr(phases, "phases", self.phases)

    def dense(self, task):
        experiment, out = task
        self._run(f"{experiment.seed}/dense")
        (out / "runs" / "dense").mkdir(parents=True, exist_ok=True)
        return self.result("dense", 1.0, 90.0 + experiment.seed)

    def phases(self, task):
        experiment, out = task
        assert (out / "runs" / "dense").is_dir() and (out / "data").is_dir()  # through the links
        self._run(f"{experiment.seed}/{experiment.name}")
        dense = self.result("dense", 1.0, 90.0 + experiment.seed)
        pruned = [self.result(f"pruned-{rate}", rate, 90.0 - rate + 3 * experiment.seed) for rate in experiment.rates]
        return [dense, self.result("penalised", 1.0, 89.0), *pruned]

    def _run(self, name):
        self.ran.append(name)
        if name in self.fails:
            raise RuntimeError(f"no luck\nwith {name}")

    @staticmethod
    def result(name, rate, accuracy):
        fixed = {"macs": 100, "params": 10, "seconds": 60.0, "accuracy_protocol": "top-1 %"}
        doubts = {"doubts": ["8 leaks"], "skipped": {"train": 2}} if name == "dense" else {}
        return {"name": name, "rate": rate, "rate_target": rate, "accuracy": accuracy, **fixed, **doubts}


@pytest.fixture
def fake(monkeypatch):
    return Phases(monkeypatch)


def silent(*_):
    pass


def test_every_cell_runs_once_for_every_seed_after_its_dense_run(fake, tmp_path):
    rows = sweep.run(SWEEP, tmp_path, silent, at_once=0)
    assert fake.ran[:2] == ["0/dense", "1/dense"]
    assert sorted(fake.ran[2:]) == [
        "0/heuristic-vanilla",
        "0/reweighted-kgs",
        "1/heuristic-vanilla",
        "1/reweighted-kgs",
    ]
    assert [(row["algorithm"], row["seed"], row["rate_target"]) for row in rows] == [
        *(("dense", 0, 1.0), ("dense", 1, 1.0)),
        *(("reweighted", 0, 2.0), ("reweighted", 0, 3.0), ("heuristic", 0, 2.0)),
        *(("reweighted", 1, 2.0), ("reweighted", 1, 3.0), ("heuristic", 1, 2.0)),
    ]
    assert not os.path.isabs(os.readlink(tmp_path / "seed-0" / "reweighted-kgs" / "runs" / "dense"))


def test_a_second_run_takes_what_is_there_and_another_setting_runs_anew(fake, tmp_path):
    first = sweep.run(SWEEP, tmp_path, silent, at_once=0)
    fake.ran.clear()
    killed = tmp_path / "seed-0" / "dense" / f".{sweep.ROWS}.part-killed"
    killed.mkdir()
    assert sweep.run(SWEEP, tmp_path, silent, at_once=0) == first
    assert fake.ran == [] and not killed.exists()
    more = dataclasses.replace(SWEEP.cells[1], experiment=dataclasses.replace(HEURISTIC, rates=(4.0,)))
    sweep.run(dataclasses.replace(SWEEP, cells=(SWEEP.cells[0], more)), tmp_path, silent, at_once=0)
    assert fake.ran == ["0/heuristic-vanilla", "1/heuristic-vanilla"]


def test_a_cell_that_fails_is_a_row_with_its_error_and_is_tried_again(fake, tmp_path):
    fake.fails = {"1/reweighted-kgs"}
    rows = sweep.run(SWEEP, tmp_path, silent, at_once=0)
    failed = [row for row in rows if row["error"]]
    assert [(row["rate_target"], row["error"]) for row in failed] == [
        (2.0, "RuntimeError: no luck with 1/reweighted-kgs"),
        (3.0, "RuntimeError: no luck with 1/reweighted-kgs"),
    ]
    assert len(rows) == 8
    text = (tmp_path / "table.md").read_text()
    assert "no luck" in text and "(1)" in text  # one seed left
    fake.ran, fake.fails = [], set()
    assert all(row["error"] is None for row in sweep.run(SWEEP, tmp_path, silent, at_once=0))
    assert fake.ran == ["1/reweighted-kgs"]


def test_a_seed_without_a_dense_network_has_failed_rows_only(fake, tmp_path):
    fake.fails = {"0/dense"}
    rows = sweep.run(SWEEP, tmp_path, silent, at_once=0)
    assert [row["error"] for row in rows if row["seed"] == 0 and row["algorithm"] != "dense"] == [
        "seed 0 dense failed, which comes before"
    ] * 3
    assert all(row["error"] is None for row in rows if row["seed"] == 1)


def test_the_table_holds_means_spreads_and_changes_from_dense(fake, tmp_path):
    sweep.run(SWEEP, tmp_path, silent, at_once=0)
    table = json.loads((tmp_path / "table.json").read_text())
    found = {(row["algorithm"], row["scheme"], row["rate_target"]): row for row in table["summary"]}
    cell = found["reweighted", "KGS", 3.0]
    assert (cell["n"], cell["accuracy"], cell["accuracy_sd"]) == (2, 88.5, 2.12)
    assert (cell["change"], cell["change_sd"]) == (-2.0, 1.41)
    assert found["heuristic", "KGS", 3.0]["accuracy"] is None
    text = (tmp_path / "table.md").read_text()
    assert "| top-1 % | KGS 2x | KGS 3x | vanilla 2x |" in text
    assert "| reweighted | 89.5 ± 2.1 | 88.5 ± 2.1 |  |" in text
    assert "Dense: 90.5 ± 0.7. top-1 %." in text
    assert text.count("8 leaks") == 1
    assert "dense dense seed 1: left out 2 training examples, which could not be read" in text
    assert (tmp_path / "table.svg").read_text().startswith("<?xml")
    assert not list(tmp_path.rglob("*.part*"))


def test_places_are_compared_within_their_seeds(fake, tmp_path):
    twin = sweep.Cell("heuristic", "KGS", dataclasses.replace(HEURISTIC, rates=(2.0,)))
    fake.fails = {"1/heuristic-kgs"}
    sweep.run(dataclasses.replace(SWEEP, cells=(*SWEEP.cells, twin)), tmp_path, silent, at_once=0)
    table = json.loads((tmp_path / "table.json").read_text())
    found = {(tuple(row["better"]), tuple(row["than"])): row for row in table["differences"]}
    assert list(found) == [
        (("heuristic", "KGS"), ("reweighted", "KGS")),  # the same column
        (("heuristic", "vanilla"), ("heuristic", "KGS")),  # the same row and rate; nothing to compare 3x with
    ]
    row = found[("heuristic", "KGS"), ("reweighted", "KGS")]
    assert (row["mean"], row["sd"], row["ahead"], row["n"], row["rate_target"]) == (0.0, None, 0, 1, 2.0)
    assert "| heuristic: vanilla - KGS, 2x | +0.0 | 0 of 1 |" in (tmp_path / "table.md").read_text()


def test_one_seed_has_no_spread():
    row = {
        "algorithm": "a",
        "scheme": "s",
        "seed": 0,
        "rate_target": 2.0,
        "accuracy": 80.0,
        "change": -1.0,
        "error": None,
    }
    _, found = tables.summary([row], ["a"], [("s", 2.0)])
    assert (found["accuracy"], found["accuracy_sd"], found["n"]) == (80.0, None, 1)


def test_cells_of_one_sweep_share_their_dense_phase():
    other = dataclasses.replace(BASE, batch=3)
    with pytest.raises(
        ValueError, match=r"^cell b-kgs has another batch than a-kgs, expected one dense phase for all$"
    ):
        sweep.Sweep("bad", (sweep.Cell("a", "KGS", BASE), sweep.Cell("b", "KGS", other)))


TILED = dataclasses.replace(TWO, model=dataclasses.replace(BASE.model, winograd=2), dense=BASE.retrain)


def test_a_cell_of_transformed_kernels_starts_from_the_shared_dense_run(fake, tmp_path, monkeypatch):
    started = []

    def phases_of(task):
        experiment, out = task
        started.append((experiment.pretrained, (out / "runs" / "dense").exists()))
        return [Phases.result("dense", 1.0, 80.0), *(Phases.result(f"kgs-{r}x", r, 70.0) for r in experiment.rates)]

    monkeypatch.setattr(phases, "phases", phases_of)
    rows = sweep.run(
        sweep.Sweep("two", (SWEEP.cells[0], sweep.Cell("tiled", "KGS", TILED)), (0,)), tmp_path, silent, at_once=0
    )
    shared = tmp_path / "seed-0" / "dense" / "runs" / "dense"
    assert started == [(None, True), (str(shared), False)]
    assert list(rows[-1]["phase_seconds"]) == ["dense", "kgs-2.0x", "kgs-3.0x"]  # its dense phase is its own


def test_cells_that_share_no_dense_phase_share_all_else():
    other = dataclasses.replace(TILED, model=dataclasses.replace(TILED.model, width=0.5))
    with pytest.raises(
        ValueError, match=r"^cell tiled-kgs has another model than a-kgs, expected one dense phase for all$"
    ):
        sweep.Sweep("bad", (sweep.Cell("a", "KGS", BASE), sweep.Cell("tiled", "KGS", other)))


@pytest.mark.parametrize("cells", [(), (sweep.Cell("a", "KGS", BASE), sweep.Cell("A", "kgs", BASE))])
def test_no_cell_or_one_twice_is_an_error(cells):
    with pytest.raises(ValueError, match=r"^sweep has cells .*, expected some of each, none twice$"):
        sweep.Sweep("bad", cells)


def test_sweeps_and_experiments_are_told_apart():
    assert "paper_table1" in train_verb.names("grid") and "quickstart" not in train_verb.names("grid")
    assert "quickstart" in train_verb.names() and "paper_table1" not in train_verb.names()
    with pytest.raises(ValueError, match=r"^no sweep 'quickstart'; expected one of: .*paper_table1"):
        train_verb.load("quickstart", "grid")


@pytest.mark.parametrize("name", train_verb.names("grid"))
def test_every_grid_can_be_built_and_starts_with_what_the_others_are_measured_by(name):
    first = train_verb.load(name, "grid").cells[0]
    assert (first.algorithm, first.scheme, first.experiment.rates) == ("dense", "longer", (1.0,))
    assert isinstance(first.experiment.algorithm, algorithms.Heuristic) and first.experiment.penalise is None


def test_the_papers_table_is_its_grid_with_the_same_epochs_for_all():
    found = train_verb.load("paper_table1", "grid")
    assert len(found.seeds) == 3
    places = {(cell.algorithm, cell.scheme, rate) for cell in found.cells for rate in cell.experiment.rates}
    assert places == {("dense", "longer", 1.0)} | {
        (algorithm, scheme, rate)
        for algorithm in ("heuristic", "regularised", "reweighted")
        for scheme, rate in (
            *(("filter", 2.6), ("vanilla", 2.6), ("KGS", 2.6), ("KGS", 3.6)),  # the paper's
            *(("filter", 4.0), ("vanilla", 4.0), ("KGS", 4.0)),
        )
    }
    epochs = lambda e: e.retrain.epochs + (e.penalise.epochs if e.penalise else 0)
    assert len({epochs(cell.experiment) for cell in found.cells}) == 1
    assert len({cell.experiment.distillation for cell in found.cells}) == 1
    assert all(isinstance(cell.experiment, experiments.Experiment) for cell in found.cells)
