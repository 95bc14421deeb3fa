"""Runs from before there were tasks: old_runs.json holds what that version wrote, and nothing is trained again."""

import copy
import dataclasses
import json
import pathlib

import jax
import numpy as np
import pytest

from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.report import page
from rt3d_jax.sparsity import masks
from rt3d_jax.tasks import held
from rt3d_jax.training import checkpoints, claims, codec, experiments, migrations, phases, recipes, states
from rt3d_jax.weights import shared
from tests.training import smallest

OLD = json.loads((pathlib.Path(__file__).parent / "old_runs.json").read_text())
RECIPE, C3D = smallest.RECIPE, catalog.Model(width=0.06, size=16, dropout=0.1)
SMALLEST = dataclasses.replace(smallest.EXPERIMENT, model=C3D, algorithm=algorithms.Reweighted(strength=0.5, rounds=2))
UNEVEN = dataclasses.replace(  # in which each phase smoothed its labels otherwise
    SMALLEST,
    name="uneven",
    task=dataclasses.replace(SMALLEST.task, bad="skip"),
    penalise=dataclasses.replace(SMALLEST.penalise, loss={"label_smoothing": 0.05}),
    retrain=dataclasses.replace(RECIPE, loss={"label_smoothing": 0.0}),
)
CASES = {"smallest": SMALLEST, "uneven": UNEVEN}


def put(folder, written):
    """A run folder with these files."""
    folder.mkdir(parents=True)
    for name, value in written.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    return folder


@pytest.fixture(params=CASES)
def old(request, tmp_path):
    """(experiment, folder of its old runs, which have a step each)."""
    for name, written in OLD[request.param].items():
        (put(tmp_path / "runs" / name, written) / "checkpoints" / "7").mkdir(parents=True)
    return CASES[request.param], tmp_path


def test_an_old_experiment_is_the_one_that_is_written_with_a_task_today(old):
    experiment, out = old
    assert checkpoints.origin(out / "runs" / "dense") == experiment
    assert codec.from_json(codec.to_json(experiment)) == experiment


def test_old_runs_are_reused_and_another_setting_is_noticed(old):
    experiment, out = old
    seen = []
    results = phases.run(experiment, out, lambda *event: seen.append(event[0]))
    assert set(seen) == {"data"}
    assert results == [OLD[experiment.name][name]["result"] for name in ("dense", "penalised", "kgs-2x")]
    other = dataclasses.replace(experiment, task=dataclasses.replace(experiment.task, label_smoothing=0.2))
    with pytest.raises(ValueError, match=r"holds a run of other settings: task.label_smoothing 0.1 \(asked for 0.2\)"):
        phases.run(other, out, lambda *event: None)


def test_a_run_that_held_out_other_examples_does_not_go_on(tmp_path):
    experiment = dataclasses.replace(SMALLEST, task=dataclasses.replace(SMALLEST.task, held=held.Held()))
    key = claims.key(experiment, {}, {})
    old = copy.deepcopy(key)
    del old["task"]["held"]["version"]
    folder = put(tmp_path / "dense", {"config": {**OLD["smallest"]["dense"]["config"], "key": old}})
    with pytest.raises(ValueError) as error:
        claims.is_finished(folder, key)
    fix = "move it away or choose another output folder"
    assert str(error.value) == f"{folder} holds a run of other settings: task.held.version 1 (asked for 2); {fix}"


def test_the_network_of_an_old_run_opens(tmp_path):
    folder = put(tmp_path / "runs" / "kgs-2x", OLD["smallest"]["kgs-2x"])
    params = catalog.initial(SMALLEST.model, 8, 0)
    store = states.Store(folder)
    store.save(7, {"params": params, "step": 7}, masks.dense(params), {})
    store.close()
    network = checkpoints.load_network(folder)
    result = OLD["smallest"]["kgs-2x"]["result"]
    assert (network.task, network.model, network.scheme) == (SMALLEST.task, SMALLEST.model, "kgs 4x2")
    assert (network.score.value, network.score.protocol) == (result["accuracy"], result["accuracy_protocol"])
    assert network.facts == {"labels": OLD["smallest"]["kgs-2x"]["config"]["labels"]}
    jax.tree.map(np.testing.assert_array_equal, network.params, params)


def test_a_config_without_what_its_task_needs_is_an_error(tmp_path):
    written = copy.deepcopy(OLD["smallest"]["dense"])
    del written["config"]["labels"]
    folder = put(tmp_path / "dense", written)
    store = states.Store(folder)
    store.save(7, {"params": {"a": np.zeros(1)}, "step": 7}, {"a": None}, {})
    store.close()
    with pytest.raises(ValueError, match=r"config.json lacks what its task needs to know \('labels'\); train again$"):
        checkpoints.load_network(folder)


def test_old_results_are_reported(tmp_path):
    runs = [written["result"] for written in OLD["smallest"].values()]
    text = page.write({"data": {"name": "old", "test_clips": 8}, "runs": runs}, tmp_path).read_text()
    assert "Top-1 accuracy against rate" in text and "8 test videos, clip level" in text


def test_old_imported_weights_and_shared_folders_keep_what_they_say(tmp_path):
    made = checkpoints.origin(put(tmp_path / "imported", OLD["imported"]))
    assert isinstance(made, experiments.Imported)
    assert made.task == dataclasses.replace(SMALLEST.task, data=None)
    for said in (OLD["shared"], OLD["imported"]["config"]["shared"]):
        facts = shared.parse(said, pathlib.Path("config.json"))
        assert facts.origin == SMALLEST and facts.facts == {"labels": tuple(OLD["shared"]["labels"])}
        assert (facts.score.value, facts.dense_score) == (said["accuracy"], said["dense_accuracy"])
        assert shared.parse(shared.to_json(facts), pathlib.Path("config.json")) == facts


@pytest.mark.parametrize("epochs", [0, -1])
def test_an_old_phase_of_no_epochs_still_opens_as_the_one_step_that_it_was(epochs):
    written = codec.to_json(SMALLEST)
    written["retrain"]["epochs"] = epochs
    found = codec.from_json(written).retrain.epochs
    assert 0 < found < 1e-6


def test_what_is_of_today_comes_back_as_it_is():
    for experiment in CASES.values():
        written = codec.to_json(experiment)
        assert migrations.upgrade(copy.deepcopy(written)) == written


def test_a_recipe_may_set_no_more_than_the_task_has():
    with pytest.raises(
        ValueError, match=r"^loss of a recipe sets 'smoothing', expected fields of the task: data, clip, "
    ):
        dataclasses.replace(SMALLEST, dense=recipes.Recipe(1, 0.1, loss={"smoothing": 0.0}))
