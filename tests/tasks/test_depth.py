"""A task from outside the package goes the whole way: it trains, resumes, is pruned, compared, shared and lowered."""

import dataclasses
import json
import os
import signal

import jax
import numpy as np
import pytest

from lowering.targets import targets
from rt3d_jax.cli import demo, lower, lowerable, main
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.report import page
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, codec, experiments, phases, recipes, sweep
from rt3d_jax.weights import exports, imports, shared
from tests.tasks import depth

RECIPE = recipes.Recipe(epochs=3, learning_rate=1e-2, optimizer=recipes.AdamW())
EXPERIMENT = experiments.Experiment(
    name="depth",
    task=depth.Depth(),
    model=catalog.Model("tests.tasks.depth:Net", frames=3, size=6, options={"middle": 4}),
    dense=RECIPE,
    penalise=RECIPE,
    algorithm=algorithms.Reweighted(strength=0.5, rounds=2, relative=True),
    retrain=dataclasses.replace(RECIPE, loss={"scale": 3.0}),
    plan=(("both", plans.Prune(patterns.kgs(4, 2))), (".*", None)),
    rates=(2.0,),
    batch=4,
    workers=0,
)
pytestmark = pytest.mark.usefixtures("compiled_once")
CODE = ("tests.tasks.depth:Net", "tests.tasks.depth:Depth")


def silent(*_):
    pass


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The folder of a whole training, with its results."""
    folder = tmp_path_factory.mktemp("depth")
    return folder, phases.run(EXPERIMENT, folder, silent)


def test_it_keeps_to_the_contract_and_survives_json():
    assert isinstance(EXPERIMENT.task, contract.Task)
    written = json.loads(json.dumps(codec.to_json(EXPERIMENT)))
    assert written["task"] == {"type": "tests.tasks.depth:Depth", "count": 13, "held_out": 5, "scale": 2.0}
    assert codec.from_json(written) == EXPERIMENT


def test_every_phase_is_scored_in_the_tasks_unit(out):
    _, results = out
    assert [result["name"] for result in results] == ["dense", "penalised", "kgs-2x"]
    for result in results:
        assert result["score"]["unit"] == "mm" and not result["score"]["more_is_better"]
        assert result["score"]["protocol"] == "root mean square over all pixels of 5 scenes"
        assert "accuracy" not in result
    assert results[-1]["rate"] == pytest.approx(2.0, rel=0.05)


def test_a_phase_logs_the_tasks_metrics_with_what_it_sets_of_the_loss(out):
    log = lambda name: json.loads((out[0] / "runs" / name / "metrics.jsonl").read_text().splitlines()[-1])
    dense, pruned = log("dense"), log("kgs-2x")
    assert dense["rmse"] == pytest.approx(2.0 * np.sqrt(dense["loss"]), rel=1e-4)
    key = json.loads((out[0] / "runs" / "kgs-2x" / "config.json").read_text())["key"]
    assert key["task"]["scale"] == 3.0 and key["recipe"]["loss"] == {} and pruned["rmse"] > 0


def test_a_second_run_trains_nothing_and_a_stopped_one_ends_as_if_it_had_not_been_stopped(out, tmp_path):
    seen = []
    assert phases.run(EXPERIMENT, out[0], lambda *event: seen.append(event[0])) == out[1]
    assert set(seen) == {"data"}

    def interrupting(phase, done, total, metrics):
        if (phase, done) == ("kgs-2x", 2) and seen[-1] != "stopped":
            seen.append("stopped")
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        phases.run(EXPERIMENT, tmp_path, interrupting)
    phases.run(EXPERIMENT, tmp_path, interrupting)
    networks = [checkpoints.load_network(folder / "runs" / "kgs-2x") for folder in (out[0], tmp_path)]
    jax.tree.map(np.testing.assert_array_equal, networks[0].params, networks[1].params)
    assert networks[0].score == networks[1].score


def test_the_heuristic_measures_activity_on_both_inputs(out, tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "dense").symlink_to(out[0] / "runs" / "dense")
    told = {"algorithm": algorithms.Heuristic(clips=8), "penalise": None}
    results = phases.run(dataclasses.replace(EXPERIMENT, **told), tmp_path, silent)
    assert [result["name"] for result in results] == ["dense", "kgs-2x"]


def test_a_sweep_compares_scores(tmp_path):
    cell = sweep.Cell("reweighted", "KGS", EXPERIMENT)
    rows = sweep.run(sweep.Sweep("depths", (cell,), seeds=(0,)), tmp_path, silent, at_once=0)
    assert [row["error"] for row in rows] == [None, None]
    text = (tmp_path / "table.md").read_text()
    assert "| depth error, mm | KGS 2x |" in text and "## Differences in the same seed, mm" in text
    change = rows[1]["score"]["value"] - rows[0]["score"]["value"]
    assert rows[1]["change"] == pytest.approx(change, rel=1e-4)


def test_it_is_reported(out):
    folder, results = out
    prepared = phases.prepare(EXPERIMENT, folder, silent)
    demo.pictures(prepared, results, folder)
    assert not (folder / "report" / "clips.npz").exists() and (folder / "report" / "masks.npz").exists()
    text = page.write({"data": prepared.data.about(), "runs": results}, folder).read_text()
    assert "8 train examples · 5 test examples" in text and "Depth error against rate" in text
    assert "Less is better." in text and "accuracy" not in text


def test_a_run_is_shared_and_comes_back_to_those_who_allow_its_code(out, tmp_path):
    written = exports.export(out[0] / "runs" / "kgs-2x", tmp_path / "share").folder
    text = (written / "README.md").read_text()
    assert (
        "| depth error | " in text and "- input `rough`: float32 [N, 3, 6, 7, 1]" in text and "video-class" not in text
    )
    with pytest.raises(ValueError, match=r"wants to import 'tests.tasks.depth:Net', which is its maker's code; allow"):
        shared.read(written)
    assert main.call(["import", str(written), "--out", str(tmp_path / "run"), "--code", *CODE]) == 0
    found, before = (checkpoints.load_network(folder) for folder in (tmp_path / "run", out[0] / "runs" / "kgs-2x"))
    jax.tree.map(np.testing.assert_array_equal, found.params, before.params)
    assert (found.score, found.task, found.signature) == (before.score, before.task, before.signature)
    assert imports.shared_folder(written, tmp_path / "run", CODE) == checkpoints.finished(tmp_path / "run")[1]


def test_it_is_lowered_and_the_bundle_measures_as_the_run_does(out, tmp_path, capsys):
    run, chosen = out[0] / "runs" / "kgs-2x", [targets.find("host")]
    (row,) = lower.lower(lowerable.find(run), chosen, out[0] / "bundles")
    assert row["passed"]
    bundle = out[0] / "bundles" / "kgs-2x" / "host"
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["score"]["unit"] == "mm" and manifest["score"]["name"] == "depth error"
    rows = tmp_path / "rows.json"
    assert main.call(["eval", str(run), str(bundle), "--batch", "3", "--json", str(rows)]) == 0
    first, second = json.loads(rows.read_text())
    assert (first["engine"], second["engine"]) == ("jax", "iree-host")
    assert first["score"]["value"] == pytest.approx(second["score"]["value"], rel=1e-3)
    assert first["score"]["value"] == pytest.approx(out[1][-1]["score"]["value"], rel=1e-3)
    assert main.call(["eval", str(run), "--clips", "2"]) == 2
    expected = "rt3d eval: kgs-2x does not classify clips; leave out --data, --clips and --crops"
    assert capsys.readouterr().err.strip() == expected


def test_an_example_may_come_from_a_file(out, tmp_path):
    clip, rough = phases.prepare(EXPERIMENT, out[0], silent).data.example()
    np.savez(tmp_path / "scene.npz", clip=clip[0], rough=rough[0], allow_pickle=False)
    network = lowerable.find(out[0] / "runs" / "dense")
    (row,) = lower.lower(network, [targets.find("host")], tmp_path, tmp_path / "scene.npz")
    assert row["passed"]


def test_it_becomes_an_onnx_model(out, tmp_path, capsys):
    pytest.importorskip("onnx")
    assert main.call(["onnx", str(out[0] / "runs" / "kgs-2x"), "--out", str(tmp_path / "depth.onnx")]) == 0
    assert "same answer as JAX (ONNX Runtime)" in capsys.readouterr().out
