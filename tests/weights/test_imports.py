"""Imported run folders: what they hold, what takes them, and what is refused."""

import dataclasses
import json
import re

import jax
import numpy as np
import pytest
import torch

from rt3d_jax.cli import main
from rt3d_jax.data import synthetic
from rt3d_jax.models import catalog
from rt3d_jax.training import checkpoints, phases, pretrained, recipes
from rt3d_jax.weights import files, imports, sources
from tests.training import test_batch_norm
from tests.weights import references, repositories

LABELS = synthetic.CLASSES


@pytest.fixture
def path(tiny_state, tmp_path):
    torch.save(tiny_state, tmp_path / "tiny.pth")
    return tmp_path / "tiny.pth"


@pytest.fixture
def runs(path, tmp_path):
    imports.run_folder(path, "tiny", tmp_path / "runs" / "tiny", labels=LABELS)
    return tmp_path / "runs"


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder, spec = tmp_path_factory.mktemp("videos"), test_batch_norm.EXPERIMENT.task.data
    assert isinstance(spec, synthetic.Synthetic)
    synthetic.write(folder, spec, lambda done, total: None)
    return folder


def test_a_run_folder_gives_back_the_weights_with_their_clip_and_labels(runs, tiny_state):
    network = checkpoints.load_network(runs / "tiny")
    source = sources.SOURCES["tiny"]
    assert (network.model, network.task.clip, network.facts) == (source.model, source.clip, {"labels": list(LABELS)})
    assert (network.name, network.scheme, network.rate, network.score.value) == ("tiny", "dense", 1.0, None)
    kernel = tiny_state["body.conv.weight"].numpy().transpose(2, 3, 4, 1, 0)
    np.testing.assert_array_equal(network.params["conv2"]["kernel"], kernel)
    np.testing.assert_array_equal(network.params["conv2"]["var"], tiny_state["body.norm.running_var"].numpy())
    assert all(mask is None for mask in jax.tree.leaves(network.masks, is_leaf=lambda node: node is None))
    assert [folder.name for folder in runs.iterdir()] == ["tiny"]


def test_the_published_clips_and_networks_fit_each_other():
    for name, source in sources.SOURCES.items():
        assert (source.clip.sampling.frames, source.clip.size) == (source.model.frames, source.model.size)
        assert source.model.name == name and f"{source.head}/kernel" in pretrained.head(source.model, 3)


def test_every_leaf_of_every_network_has_a_source(video):
    with torch.device("meta"):
        networks = {
            "r2plus1d": video.r2plus1d_18(),
            "r3d": video.r3d_18(),
            "mc3": video.mc3_18(),
            "s3d": video.s3d(),
            "slowfast_r50": references.SlowFast(1, 400),
            "i3d": repositories.I3D(1, 400),
            "movinet_a0": repositories.MoViNet(1, 400),
            "mobilenetv2": repositories.MobileNetV2(1, 400),
            **{name: references.X3D(1, 400, 4, 32) for name in ("x3d_xs", "x3d_s", "x3d_m")},
        }
    assert {*networks, "c3d"} == {*sources.SOURCES}
    for name, network in networks.items():
        state = {key: np.broadcast_to(np.float32(0), tensor.shape) for key, tensor in network.state_dict().items()}
        _, classes = imports.convert(state, sources.SOURCES[name], catalog.Model(name, frames=16, size=32))
        assert classes == 400


def without(state, key):
    return {name: tensor for name, tensor in state.items() if name != key}


CHANGES = [
    (
        lambda s: without(s, "stem.1.bias"),
        "has no weight for conv1/bias, expected a test's network; is it another network?",
    ),
    (
        lambda s: without(without(s, "stem.1.bias"), "stem.0.weight"),
        "has no weight for conv1/bias and 1 more, expected",
    ),
    (lambda s: without(s, "classifier.weight"), "has no weight for fc/kernel, expected a test's network"),
    (lambda s: s | {"extra.weight": torch.ones(2)}, "has an unexpected extra.weight, expected a test's network"),
    (lambda s: s | {"classifier.running_var": torch.ones(2)}, "has an unexpected classifier.running_var, expected"),
    (
        lambda s: s | {"body.conv.weight": torch.ones(16, 8, 3, 1, 2)},
        "has conv2/kernel of shape (3, 1, 2, 8, 16), expected (3, 1, 1, 8, 16) for a test's network",
    ),
]


@pytest.mark.parametrize(("change", "message"), CHANGES)
def test_other_weights_are_errors_that_name_the_first_difference(tiny_state, tmp_path, change, message):
    path = tmp_path / "tiny.pth"
    torch.save(change(tiny_state), path)
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path} {message}')}"):
        imports.run_folder(path, "tiny", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_labels_of_another_number_and_a_folder_in_use_are_errors(path, runs):
    with pytest.raises(ValueError, match=r"^2 labels, but .*tiny.pth tells 8 classes apart; name each class once$"):
        imports.run_folder(path, "tiny", runs / "other", labels=("a", "b"))
    with pytest.raises(ValueError, match=r"tiny is not empty; move it away or choose another output folder$"):
        imports.run_folder(path, "tiny", runs / "tiny")


def test_weights_that_were_imported_before_are_kept(path, runs):
    """The same command after a kill at its end."""
    before = (runs / "tiny" / "result.json").stat().st_mtime_ns
    result = imports.run_folder(path, "tiny", runs / "tiny", labels=LABELS)
    assert result == {**checkpoints.finished(runs / "tiny")[1], "left_out": []}
    assert (runs / "tiny" / "result.json").stat().st_mtime_ns == before


def test_the_verb_imports_and_evaluates_on_a_named_data_set(path, tmp_path, videos, capsys):
    (tmp_path / "labels.txt").write_text("\n".join(reversed(LABELS)) + "\n")
    out = tmp_path / "runs" / "named"
    command = ["import", str(path), "--model", "tiny", "--out", str(out), "--frames", "9"]
    assert main.call([*command, "--labels", str(tmp_path / "labels.txt")]) == 0
    assert f"{out}: a test's network, " in capsys.readouterr().out
    network = checkpoints.load_network(out)
    assert (network.model.frames, network.task.clip.sampling.frames) == (9, 9)
    assert network.facts["labels"] == list(reversed(LABELS))
    rows = []
    for labels, folder in ((None, "numbered"), (tmp_path / "labels.txt", "named2")):
        named = [] if labels is None else ["--labels", str(labels)]
        run = str(tmp_path / "runs" / folder)
        assert main.call(["import", str(path), "--model", "tiny", "--out", run, *named]) == 0
        json_file = tmp_path / f"{folder}.json"
        assert (
            main.call(["eval", run, "--data", str(videos), "--out", str(tmp_path / "eval"), "--json", str(json_file)])
            == 0
        )
        rows += json.loads(json_file.read_text())
    assert all(row["accuracy_protocol"].startswith("top-1 %, 8 test videos") for row in rows)


def test_imported_weights_ask_for_a_data_set_and_a_clip(runs, capsys):
    assert main.call(["eval", str(runs / "tiny")]) == 2
    assert "is no folder of `rt3d train`, so the data of " in (said := capsys.readouterr().err)
    assert "name a data set with --data FOLDER" in said
    assert main.call(["lower", str(runs / "tiny"), "--target", "host"]) == 2
    assert "holds imported weights, which have no data set; name a video with --clip VIDEO" in capsys.readouterr().err


def test_imported_weights_in_place_of_a_dense_run_are_no_experiment(runs, capsys):
    (runs / "dense").symlink_to(runs / "tiny")
    for command in (["prune", str(runs.parent), "--rate", "2"], ["eval", str(runs / "dense")]):
        assert main.call(command) == 2
        assert "holds imported weights, expected a folder that `rt3d train --out` wrote" in capsys.readouterr().err


def test_imported_weights_become_a_bundle(runs, videos, tmp_path):
    video = next(videos.rglob("*.mp4"))
    assert main.call(["lower", str(runs / "tiny"), "--target", "host", "--clip", str(video)]) == 0
    assert (tmp_path / "bundles" / "tiny" / "host" / "module.vmfb").is_file()


def test_training_starts_from_pretrained_weights_and_notices_when_they_change(runs, path, videos, tmp_path, tiny_state):
    still = recipes.Recipe(epochs=1, learning_rate=0.0, optimizer=recipes.SGD(weight_decay=0.0))
    experiment = dataclasses.replace(test_batch_norm.EXPERIMENT, dense=still, pretrained=str(runs / "tiny"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "data").symlink_to(videos)
    phases.dense(phases.prepare(experiment, tmp_path / "out", lambda *event: None))
    found = checkpoints.load_network(tmp_path / "out" / "runs" / "dense").params
    for leaf, key in (("kernel", "classifier.weight"), ("bias", "classifier.bias")):
        np.testing.assert_array_equal(found["fc"][leaf], tiny_state[key].numpy().T)
    other = tmp_path / "runs" / "other"
    torch.save(tiny_state | {"classifier.bias": torch.ones(8)}, path)
    imports.run_folder(path, "tiny", other, labels=LABELS)
    with pytest.raises(ValueError, match="runs/dense holds a run of other settings: parents.pretrained"):
        changed = dataclasses.replace(experiment, pretrained=str(other))
        phases.dense(phases.prepare(changed, tmp_path / "out", lambda *event: None))


def test_another_number_of_classes_gets_a_new_head_and_nothing_else(tiny_state, tiny_source, path):
    params, classes = imports.convert(files.read(path), tiny_source, tiny_source.model)
    fresh = catalog.initial(tiny_source.model, 5, seed=0)
    head = pretrained.head(tiny_source.model, 5)
    assert head == {"fc/kernel", "fc/bias"} and classes == 8
    found = pretrained.adopt(fresh, params, head)
    assert found["fc"] is not params["fc"] and found["fc"]["kernel"].shape == (16, 5)
    np.testing.assert_array_equal(found["fc"]["kernel"], fresh["fc"]["kernel"])
    np.testing.assert_array_equal(found["conv2"]["mean"], tiny_state["body.norm.running_mean"].numpy())


def test_pretrained_weights_of_another_network_are_an_error(tiny_source, tmp_path):
    fresh = catalog.initial(tiny_source.model, 5, seed=0)
    wider = catalog.initial(dataclasses.replace(tiny_source.model, width=1.0), 5, seed=0)
    with pytest.raises(
        ValueError, match=r"^weights/x has conv1/bias of shape \(16,\), expected \(8,\); give both the same"
    ):
        pretrained.adopt(fresh, wider, pretrained.head(tiny_source.model, 5), "weights/x")
    experiment = dataclasses.replace(test_batch_norm.EXPERIMENT, pretrained=str(tmp_path / "none"))
    with pytest.raises(
        FileNotFoundError, match="none is not there, expected the run folder of pretrained weights; `rt3d"
    ):
        pretrained.parents(experiment)
