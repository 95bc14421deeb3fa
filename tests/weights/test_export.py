"""Shared folders: what they hold, that they come back bit by bit, and the card."""

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil

import jax
import numpy as np
import pytest
import yaml

from lowering.functions import trees
from rt3d_jax.data import classes, clips, ucf101
from rt3d_jax.evaluation import scores
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import classification
from rt3d_jax.training import checkpoints, experiments, phase, phases, pretrained, recipes
from rt3d_jax.weights import exports, imports, shared
from tests.training import test_batch_norm

pytestmark = pytest.mark.usefixtures("tiny_network")
STILL = recipes.Recipe(epochs=0.3, learning_rate=1e-2, optimizer=recipes.SGD())
EXPERIMENT = dataclasses.replace(
    test_batch_norm.EXPERIMENT,
    dense=STILL,
    penalise=STILL,
    retrain=STILL,
    plan=(("conv1", plans.Prune(patterns.FILTER)), ("conv2", plans.Prune(patterns.kgs(3, 5))), ("fc", None)),
)
PRUNED = "filter-2x"


@pytest.fixture(scope="module")
def out(tiny_network, tmp_path_factory):
    """A folder of `rt3d train` with dense, penalised and pruned runs of a tiny network."""
    folder = tmp_path_factory.mktemp("out")
    phases.run(EXPERIMENT, folder, lambda *event: None)
    return folder


@pytest.fixture(scope="module")
def share(out, tmp_path_factory):
    written = exports.export(out / "runs" / PRUNED, tmp_path_factory.mktemp("share"))
    assert (written.unchanged, written.licence) == (False, None)
    return written.folder


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_same_network(one, other):
    for field in dataclasses.fields(checkpoints.Network):
        if field.name not in ("name", "params", "masks"):
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    for tree in ("params", "masks"):
        first, second = (dict(trees.paths(getattr(network, tree))) for network in (one, other))
        assert list(first) == list(second)
        for path, leaf in first.items():
            assert leaf.dtype == second[path].dtype
            np.testing.assert_array_equal(leaf, second[path], err_msg=path)


@pytest.mark.parametrize("name", ["dense", "penalised", PRUNED])
def test_a_run_comes_back_bit_by_bit_and_goes_out_again_as_the_same_bytes(out, tmp_path, name):
    folder = exports.export(out / "runs" / name, tmp_path / "one").folder
    imports.shared_folder(folder, tmp_path / "runs" / name)
    assert_same_network(
        checkpoints.load_network(out / "runs" / name), checkpoints.load_network(tmp_path / "runs" / name)
    )
    again = exports.export(tmp_path / "runs" / name, tmp_path / "two").folder
    assert content(folder) == content(again)
    assert (shared.MASKS in content(folder)) == (name == PRUNED)
    assert sorted(path.name for path in tmp_path.rglob("*.part*")) == []


def test_an_imported_run_measures_the_accuracy_that_its_folder_says(out, share, tmp_path):
    imports.shared_folder(share, tmp_path / "run")
    network = checkpoints.load_network(tmp_path / "run")
    prepared = phases.prepare(EXPERIMENT, out, lambda *event: None)
    assert phase.test_score(prepared, network.params, "run") == (network.score, 0)


def test_training_starts_from_an_imported_run(share, tmp_path):
    imports.shared_folder(share, tmp_path / "run")
    started = pretrained.start(dataclasses.replace(EXPERIMENT, pretrained=str(tmp_path / "run")), outputs=8)
    jax.tree.map(np.testing.assert_array_equal, started, checkpoints.load_network(tmp_path / "run").params)


def test_a_folder_that_is_the_same_is_kept_and_another_is_an_error(out, share, tmp_path):
    copy = tmp_path / share.name
    shutil.copytree(share, copy)
    (copy / ".git").mkdir()
    times = {path: path.stat().st_mtime_ns for path in copy.iterdir()}
    assert exports.export(out / "runs" / PRUNED, tmp_path) == (copy, True, None)
    assert times == {path: path.stat().st_mtime_ns for path in copy.iterdir()}
    with pytest.raises(
        ValueError, match=rf"^{copy} holds another config.json; move the folder away or choose another --out$"
    ):
        exports.export(out / "runs" / PRUNED, tmp_path, licence="mit")
    (copy / shared.MASKS).unlink()
    with pytest.raises(ValueError, match="holds another masks.safetensors"):
        exports.export(out / "runs" / PRUNED, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [share.name]


def test_nothing_of_this_machine_is_told(out, share, tmp_path):
    here = dataclasses.replace(
        EXPERIMENT,
        task=dataclasses.replace(EXPERIMENT.task, data=classes.ClassFolders(str(tmp_path / "mine"))),
        pretrained=str(tmp_path / "w"),
    )
    found = exports._without_paths(here)
    assert isinstance(found, experiments.Experiment) and isinstance(found.task, classification.Classification)
    assert found.task.data == classes.ClassFolders("mine")
    assert (found.task.data.folder, found.pretrained) == ("mine", "w")
    for data in content(share).values():
        assert str(out).encode() not in data and os.path.expanduser("~").encode() not in data


def test_where_pretrained_weights_came_from_is_said_as_far_as_it_is_known(out, share, tmp_path, monkeypatch):
    imports.shared_folder(share, tmp_path / "start")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "data").symlink_to(out / "data")
    experiment = dataclasses.replace(EXPERIMENT, pretrained=str(tmp_path / "start"))
    phases.dense(phases.prepare(experiment, tmp_path / "out", lambda *event: None))
    folder = exports.export(tmp_path / "out" / "runs" / "dense", tmp_path / "one").folder
    assert re.search(
        f"from {PRUNED}, as `rt3d export` wrote it \\(sha256 [0-9a-f]{{64}}\\)".replace("`", "'"),
        (folder / "README.md").read_text(),
    )
    shutil.rmtree(tmp_path / "start")
    folder = exports.export(tmp_path / "out" / "runs" / "dense", tmp_path / "two").folder
    assert "from the run start, of which nothing more is known" in (folder / "README.md").read_text()


def test_the_dense_accuracy_is_that_of_the_parent_and_of_no_other_run(out, tmp_path):
    runs = tmp_path / "runs"
    shutil.copytree(out / "runs" / PRUNED, runs / PRUNED)
    network = checkpoints.load_network(runs / PRUNED)
    assert exports.facts(runs / PRUNED, network).dense_score is None
    shutil.copytree(out / "runs" / "dense", runs / "dense")
    dense = json.loads((runs / "dense" / "result.json").read_text())["accuracy"]
    assert exports.facts(runs / PRUNED, network).dense_score == dense
    written = json.loads((runs / "dense" / "config.json").read_text())
    written["key"]["seed"] = 99
    (runs / "dense" / "config.json").write_text(json.dumps(written))
    assert exports.facts(runs / PRUNED, network).dense_score is None


def header(folder):
    return yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])


def test_the_cards_header_is_what_the_hub_reads(out, share, tmp_path):
    network, found = checkpoints.load_network(out / "runs" / PRUNED), header(share)
    assert (found["license"], found["pipeline_tag"], found["library_name"]) == (
        "unknown",
        "video-classification",
        "rt3d-jax",
    )
    (result,) = found["model-index"][0]["results"]
    assert result["metrics"] == [{"type": "accuracy", "name": network.score.protocol, "value": network.score.value}]
    assert result["dataset"]["name"].startswith("made-up motions") and "datasets" not in found
    licensed = exports.export(out / "runs" / PRUNED, tmp_path, licence="cc-by-4.0").folder
    assert header(licensed)["license"] == "cc-by-4.0"
    assert "None was given" in (share / "README.md").read_text()
    assert "None was given" not in (licensed / "README.md").read_text()


def test_a_named_data_set_is_in_the_header(share, tmp_path):
    found = shared.read(share)
    task = dataclasses.replace(EXPERIMENT.task, data=ucf101.UCF101("ucf", split=2))
    origin = dataclasses.replace(EXPERIMENT, task=task)
    text = exports.card.text(dataclasses.replace(found, facts=dataclasses.replace(found.facts, origin=origin)))
    (tmp_path / "README.md").write_text(text)
    (result,) = header(tmp_path)["model-index"][0]["results"]
    assert result["dataset"] == {"name": "UCF101, split 2", "type": "ucf101", "split": "test"}
    assert header(tmp_path)["datasets"] == ["ucf101"]


def test_the_cards_table_adds_up_to_the_result(out, share):
    result = json.loads((out / "runs" / PRUNED / "result.json").read_text())
    rows = re.findall(
        r"^\| `(\w+)` \| [0-9x ]+ \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \| ([\d,]+) of ([\d,]+) \|$",
        (share / "README.md").read_text(),
        re.M,
    )
    assert [row[0] for row in rows] == [layer["name"] for layer in result["layers"]]
    numbers = np.array([[int(row[i].replace(",", "")) for i in (1, 2, 4)] for row in rows]).sum(axis=0)
    assert numbers.tolist() == [
        sum(layer["macs_dense"] for layer in result["layers"]),
        result["macs"],
        result["params"],
    ]


def test_the_cards_numpy_code_reads_the_folder_alone(out, share):
    (code,) = re.findall(r"```python\n(.*?)```", (share / "README.md").read_text(), re.DOTALL)
    names = {}
    with contextlib.chdir(share):
        exec(compile(code, "README.md", "exec"), names)
    network = checkpoints.load_network(out / "runs" / PRUNED)
    for tree, found in ((network.params, names["params"]), (network.masks, names["masks"])):
        expected = dict(trees.paths(tree))
        assert expected.keys() == found.keys()
        for path, leaf in expected.items():
            np.testing.assert_array_equal(leaf, found[path])
    frames = np.random.default_rng(0).integers(0, 256, (8, 16, 16, 3), np.uint8)
    np.testing.assert_allclose(names["normalised"](frames), clips.normalised(frames, network.task.clip), atol=1e-6)
    assert names["config"]["labels"] == list(network.facts["labels"])


def test_a_card_of_imported_weights_says_what_nobody_measured(tiny_state, tmp_path):
    import torch

    torch.save(tiny_state, tmp_path / "tiny.pth")
    imports.run_folder(tmp_path / "tiny.pth", "tiny", tmp_path / "runs" / "tiny")
    folder = exports.export(tmp_path / "runs" / "tiny", tmp_path / "share").folder
    text = (folder / "README.md").read_text()
    assert (
        "| top-1 accuracy | not measured |" in text
        and "No accuracy was measured" in text
        and "model-index" not in header(folder)
    )
    assert "Weights of a test's network, tiny.pth (sha256 `" in text and "16 frames" not in text
    assert scores.protocol(checkpoints.load_network(tmp_path / "runs" / "tiny").task.clip, 1) not in text


@pytest.mark.parametrize("licence", ["Apache 2.0", "", "mit\nx: y", "../x"])
def test_a_licence_is_the_hubs_name_of_one(out, tmp_path, licence):
    with pytest.raises(ValueError, match="^licence is .*expected the hub's name of one, such as apache-2.0"):
        exports.export(out / "runs" / PRUNED, tmp_path, licence)
    assert not list(tmp_path.iterdir())


def test_what_could_not_be_read_back_is_not_written(out, tmp_path, monkeypatch):
    network = checkpoints.load_network(out / "runs" / PRUNED)
    bad = jax.tree.map(lambda leaf: leaf.at[...].set(np.nan), network.params["fc"])
    broken = dataclasses.replace(network, params={**network.params, "fc": bad})
    monkeypatch.setattr(checkpoints, "load_network", lambda folder: broken)
    run = out / "runs" / PRUNED
    with pytest.raises(ValueError, match=rf"^{run}/model.safetensors has a fc/bias that is not finite"):
        exports.export(run, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_cards_words_cannot_break_its_layout(share):
    found = shared.read(share)
    labels = ("a`b", "c|d", "<script>", *found.facts.facts["labels"][3:])
    text = exports.card.text(
        dataclasses.replace(found, facts=dataclasses.replace(found.facts, facts={"labels": labels}))
    )
    assert "`a'b`, `c/d`, `(script)`" in text and "<" not in text


def test_links_to_files_are_read_as_a_hubs_cache_needs(share, tmp_path):
    for path in share.iterdir():
        (tmp_path / path.name).symlink_to(path)
    assert shared.read(tmp_path).facts == shared.read(share).facts
    (tmp_path / shared.MODEL).unlink()
    os.mkfifo(tmp_path / shared.MODEL)
    with pytest.raises(
        FileNotFoundError, match="model.safetensors is not there, expected a folder that `rt3d export` wrote"
    ):
        shared.read(pathlib.Path(tmp_path))
