"""Claims about the phases: from video files to pruned networks, stopped and resumed."""

import dataclasses
import json
import os
import shutil
import signal

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from lowering.system import locks
from rt3d_jax.data import clips, folders, synthetic
from rt3d_jax.evaluation import measured, predict
from rt3d_jax.sparsity import cost
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, loop, phase, phases, recipes, states
from tests.training import smallest

RECIPE, EXPERIMENT, STEPS = smallest.RECIPE, smallest.EXPERIMENT, smallest.STEPS


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    seen = []
    phases.run(EXPERIMENT, folder, lambda *event: seen.append(event))
    return folder, seen


def params_of(folder):
    return checkpoints.load_network(folder).params


def last_metrics(folder):
    return json.loads((folder / "metrics.jsonl").read_text().splitlines()[-1])


def assert_equal_trees(one, other):
    jax.tree.map(np.testing.assert_array_equal, one, other)


def test_one_run_leaves_a_finished_folder_for_every_phase(out):
    folder, seen = out
    assert sorted(path.name for path in (folder / "runs").iterdir()) == ["dense", "kgs-2x", "penalised"]
    for path in (folder / "runs").iterdir():
        assert {"config.json", "result.json", "metrics.jsonl", "tensorboard", "checkpoints"} <= set(os.listdir(path))
        assert not list(path.rglob("*.part*"))
    order = list(dict.fromkeys(phase for phase, *_ in seen))
    assert order == [
        *("data", "test videos", "dense", "evaluate dense", "penalised", "evaluate penalised"),
        *("kgs-2x", "evaluate kgs-2x"),
    ]
    assert ("dense", STEPS, STEPS) in [event[:3] for event in seen]


def test_results_say_what_was_built(out):
    result = json.loads((out[0] / "runs" / "kgs-2x" / "result.json").read_text())
    assert (result["name"], result["scheme"], result["rate_target"]) == ("kgs-2x", "kgs 4x2", 2.0)
    assert result["rate"] == pytest.approx(2.0, rel=0.01)
    assert result["macs"] == sum(layer["macs"] for layer in result["layers"])
    assert [layer["name"] for layer in result["layers"]][:3] == ["conv1", "conv2", "conv3a"]
    assert result["accuracy_protocol"].startswith("top-1 %, 8 test videos, clip level: 1 clip x 1 centre crop of 16 px")
    assert 0 <= result["accuracy"] <= 100 and result["seconds"] > 0


def test_a_pruned_network_has_zeros_exactly_where_its_masks_say(out):
    network = checkpoints.load_network(out[0] / "runs" / "kgs-2x")
    for name in (layer.name for layer in cost.named(network.params)):
        mask = network.masks[name]["kernel"]
        if mask is None:
            assert name.startswith("fc")
        else:
            kernel = np.asarray(network.params[name]["kernel"])
            assert not np.any(kernel[~np.asarray(mask)])
            assert not np.all(mask)
    assert (network.scheme, network.facts) == ("kgs 4x2", {"labels": list(synthetic.CLASSES)})
    assert (network.task, network.model) == (EXPERIMENT.task, EXPERIMENT.model)


def test_a_loaded_network_predicts_what_training_measured(out):
    network = checkpoints.load_network(out[0] / "runs" / "kgs-2x")
    data = EXPERIMENT.task.open(out[0], smallest.silent)
    batches = data.test_batches(contract.Reading(3, (0, 1, 2)))
    answers = list(predict.answers(checkpoints.apply(network), network.params, batches, ["clip"]))
    assert [logits.shape for logits, _ in answers] == 3 * [(3, 8)]
    assert [list(rest["video"]) for _, rest in answers] == [[0, 1, 2], [3, 4, 5], [6, 7, -1]]
    assert data.score(answers) == network.score


def test_the_penalty_empties_blocks(out):
    assert last_metrics(out[0] / "runs" / "penalised")["empty"] > 0.05


def test_a_second_run_reuses_every_phase(out):
    seen = []
    killed = out[0] / "runs" / "dense" / ".result.json.part-killed"
    killed.mkdir()
    results = phases.run(EXPERIMENT, out[0], lambda *event: seen.append(event))
    assert {phase for phase, *_ in seen} == {"data"} and not killed.exists()
    assert [result["name"] for result in results] == ["dense", "penalised", "kgs-2x"]


def test_another_recipe_in_the_same_folder_is_an_error_that_shows_the_difference(out):
    changed = dataclasses.replace(EXPERIMENT, dense=dataclasses.replace(RECIPE, learning_rate=0.5))
    with pytest.raises(ValueError) as error:
        phases.run(changed, out[0], smallest.silent)
    assert "runs/dense holds a run of other settings: recipe.learning_rate 0.001 (asked for 0.5)" in str(error.value)


def test_a_stopped_phase_goes_on_and_ends_as_if_it_had_not_been_stopped(out, tmp_path):
    (tmp_path / "data").symlink_to(out[0] / "data")
    stopped = []

    def interrupting(phase, done, total, metrics):
        if (phase, done) in (("dense", 3), ("kgs-2x", 2)) and (phase, done) not in stopped:
            stopped.append((phase, done))
            os.kill(os.getpid(), signal.SIGINT)

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            phases.run(EXPERIMENT, tmp_path, interrupting)
    phases.run(EXPERIMENT, tmp_path, interrupting)
    assert len(stopped) == 2
    for name in ("dense", "penalised", "kgs-2x"):
        assert_equal_trees(params_of(out[0] / "runs" / name), params_of(tmp_path / "runs" / name))
        one, other = (last_metrics(folder / "runs" / name) for folder in (out[0], tmp_path))
        assert 0 <= one.pop("waiting") <= 100 and 0 <= other.pop("waiting") <= 100
        assert one == other


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_the_last_checkpoint_of_a_phase_is_written_ends_the_training(out, tmp_path, monkeypatch, number):
    (tmp_path / "data").symlink_to(out[0] / "data")
    save = states.Store.save

    def stopped(store, step, *rest):
        if step == STEPS:
            os.kill(os.getpid(), number)
        save(store, step, *rest)

    monkeypatch.setattr(states.Store, "save", stopped)
    with pytest.raises(KeyboardInterrupt):
        phases.run(EXPERIMENT, tmp_path, smallest.silent)
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["dense"]
    assert (tmp_path / "runs" / "dense" / "checkpoints" / str(STEPS)).is_dir()
    assert not (tmp_path / "runs" / "dense" / "result.json").exists()


def test_two_trainings_of_one_phase_at_once_are_refused(out, tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "PATIENCE", 0.0)
    (tmp_path / "data").symlink_to(out[0] / "data")
    prepared = phases.prepare(EXPERIMENT, tmp_path, smallest.silent)
    folder = tmp_path / "runs" / "dense"
    with locks.held(folder), pytest.raises(ValueError, match=f"^{folder} is in use by process {os.getpid()} on "):
        phases.dense(prepared)
    assert [path.name for path in folder.iterdir()] == [locks.NAME]
    with locks.held(out[0] / "runs" / "dense"):  # a finished one is only read
        phases.dense(phases.prepare(EXPERIMENT, out[0], smallest.silent))


def test_a_test_video_that_cannot_be_read_is_named_before_training(out, tmp_path):
    shutil.copytree(out[0] / "data", tmp_path / "data")
    video = sorted((tmp_path / "data").rglob("*g01_c01.mp4"))[0]
    video.write_bytes(b"")
    with pytest.raises(clips.ClipError, match=rf"^{video}: empty file"):
        phases.dense(phases.prepare(EXPERIMENT, tmp_path, smallest.silent))
    assert not (tmp_path / "runs" / "dense" / "checkpoints").exists()


def test_an_unreadable_video_stops_training_with_its_name(out, tmp_path):
    shutil.copytree(out[0] / "data", tmp_path / "data")
    sorted((tmp_path / "data").rglob("*g04_c01.mp4"))[0].write_bytes(b"")
    with pytest.raises(clips.ClipError, match="empty file"):
        phases.dense(phases.prepare(EXPERIMENT, tmp_path, smallest.silent))


def test_what_puts_a_score_in_doubt_is_warned_of_and_stands_in_the_result(out, tmp_path):
    """A test list with the videos that train, of which one cannot be read and is skipped."""
    shutil.copytree(out[0] / "data", tmp_path / "data")
    sorted((tmp_path / "data").rglob("*g04_c01.mp4"))[0].write_bytes(b"")
    lists = tmp_path / "data" / folders.SPLITS
    trained = (lists / "trainlist01.txt").read_text().splitlines()
    (lists / "testlist01.txt").write_text("".join(f"{line.split()[0]}\n" for line in trained))
    task = dataclasses.replace(EXPERIMENT.task, data=folders.source(tmp_path / "data"), bad="skip")
    with pytest.warns(UserWarning) as warned:
        result = phases.dense(phases.prepare(dataclasses.replace(EXPERIMENT, task=task), tmp_path, smallest.silent))
    leak = "data: videos are in training and testing (24, such as OrbitClockwise/v_OrbitClockwise_g02_c01.mp4); "
    leak += "`rt3d data check` lists them"
    assert [str(each.message) for each in warned] == [leak]
    assert (result["doubts"], result["skipped"]) == ([leak], {"train": 1, "test": 1})
    assert checkpoints.finished(tmp_path / "runs" / "dense")[1] == result
    assert measured.remarks([result, result]) == (
        leak,
        "dense: left out 1 training examples and 1 testing examples, which could not be read",
    )


def test_a_loss_that_is_no_number_stops_training(out, tmp_path):
    batches = EXPERIMENT.task.open(out[0], smallest.silent).train_batches(contract.Reading(2, (0, 1)), seed=0, steps=5)
    transform = optax.sgd(1.0)
    step = loop.step_function(lambda params, *_: (jnp.log(params["w"]), ({}, {})), transform, seed=0)
    phase = loop.Phase("dense", tmp_path, step, 5, batches, {"w": None}, smallest.silent)
    with pytest.raises(FloatingPointError) as error:
        loop.fit(phase, loop.initial_state({"w": jnp.array(0.5)}, transform))
    message = "loss of dense is nan at step 5, expected a finite number; lower its learning_rate or set clip_norm"
    assert str(error.value) == message


def test_weights_that_the_last_step_broke_are_no_result(out, tmp_path):
    (tmp_path / "data").symlink_to(out[0] / "data")
    wild = dataclasses.replace(RECIPE, learning_rate=1e38, warmup=0.0, epochs=0.2, optimizer=recipes.SGD())
    with pytest.raises(FloatingPointError, match=r"not finite.*, expected numbers"):
        phases.dense(phases.prepare(dataclasses.replace(EXPERIMENT, dense=wild), tmp_path, smallest.silent))
    assert not (tmp_path / "runs" / "dense" / "result.json").exists()


def test_answers_that_are_not_finite_are_no_result(out):
    prepared = phases.prepare(EXPERIMENT, out[0], smallest.silent)
    params = params_of(out[0] / "runs" / "dense")
    broken = {**params, "fc8": jax.tree.map(lambda leaf: leaf * np.nan, params["fc8"])}
    with pytest.raises(FloatingPointError, match=r"^dense answers with values that are not finite, expected numbers: "):
        phase.test_score(prepared, broken, "dense")


def test_a_network_that_answers_all_alike_is_warned_of(out):
    prepared = phases.prepare(EXPERIMENT, out[0], smallest.silent)
    params = params_of(out[0] / "runs" / "dense")
    dead = {**params, "fc8": {**params["fc8"], "kernel": params["fc8"]["kernel"] * 0}}
    with pytest.warns(UserWarning, match=r"^penalised answers all examples alike: .*; lower the strength of the algor"):
        phase.test_score(prepared, dead, "penalised")


@pytest.mark.parametrize("part", ["checkpoints", "notes"])
def test_a_folder_without_its_config_is_never_to_be_deleted(out, tmp_path, part):
    (tmp_path / "data").symlink_to(out[0] / "data")
    folder = tmp_path / "runs" / "dense"
    (folder / part).mkdir(parents=True)
    message = {
        "checkpoints": "has no config.json, and without it nobody knows what its checkpoints are of; restore the file "
        "from a copy, or move the folder away and train again",
        "notes": "is not empty and holds no run; move it away or choose another output folder",
    }[part]
    with pytest.raises(ValueError, match=f"^{folder} {message}$"):
        phases.dense(phases.prepare(EXPERIMENT, tmp_path, smallest.silent))


def test_a_finished_phase_whose_weights_are_gone_is_no_finished_phase(out, tmp_path):
    (tmp_path / "data").symlink_to(out[0] / "data")
    folder = tmp_path / "runs" / "dense"
    shutil.copytree(out[0] / "runs" / "dense", folder, ignore=shutil.ignore_patterns("checkpoints"))
    with pytest.raises(ValueError) as error:
        phases.run(EXPERIMENT, tmp_path, smallest.silent)
    assert str(error.value) == (
        f"{folder} is finished, but {folder}/checkpoints holds no weights; restore {folder} from a copy, or move it "
        "away and train again, which repeats this phase alone"
    )


def test_a_plan_with_a_hole_is_an_error_before_training(out, tmp_path):
    (tmp_path / "data").symlink_to(out[0] / "data")
    holed = dataclasses.replace(EXPERIMENT, plan=EXPERIMENT.plan[:1])
    with pytest.raises(ValueError, match="^plan covers no rule for kernel fc6/kernel"):
        phases.run(holed, tmp_path, smallest.silent)


def test_a_rate_out_of_reach_is_an_error_before_training(out, tmp_path):
    (tmp_path / "data").symlink_to(out[0] / "data")
    with pytest.raises(ValueError, match=r"^rate 100 cannot be reached: fc6, fc7, fc8 stay dense"):
        phases.prepare(dataclasses.replace(EXPERIMENT, rates=(2.0, 100.0)), tmp_path, smallest.silent)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tests.models.tiny:Missing", "tests.models.tiny has no class 'Missing'"),
        ("c4d", "model is 'c4d', expected one of c3d"),
    ],
)
def test_a_model_that_is_not_there_is_an_error_before_data_is_made(tmp_path, name, message):
    model = dataclasses.replace(EXPERIMENT.model, name=name)
    with pytest.raises(ValueError, match=message):
        phases.prepare(dataclasses.replace(EXPERIMENT, model=model), tmp_path / "out", smallest.silent)
    assert not (tmp_path / "out").exists()


def test_the_cost_table_is_that_of_the_network(out):
    prepared = phases.prepare(EXPERIMENT, out[0], smallest.silent)
    result = json.loads((out[0] / "runs" / "dense" / "result.json").read_text())
    assert (result["macs"], result["params"]) == (cost.macs(prepared.table), cost.parameters(prepared.table))
