"""Claims about quantised runs: calibrated after training, trained on as int8 computes, and lowered as integers."""

import dataclasses
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph import interpret, ops, trace
from lowering.graph.rewrites import stages
from lowering.peers import engines
from rt3d_jax.cli import main
from rt3d_jax.quantise import calibrate, networks
from rt3d_jax.training import checkpoints, phases, recipes
from rt3d_jax.weights import exports, imports, shared
from tests.training import smallest

EXPERIMENT = dataclasses.replace(
    smallest.EXPERIMENT,
    quantise=recipes.Quantise(calibrate.Calibration(examples=10, limit=10.0), aware=smallest.RECIPE),
)
CODE = (EXPERIMENT.model.name,)
NAMES = ("kgs-2x", "kgs-2x-int8", "kgs-2x-int8-aware")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    return folder, phases.run(EXPERIMENT, folder, smallest.silent)


def result(out, name):
    return json.loads((out[0] / "runs" / name / "result.json").read_text())


def test_each_pruned_run_is_followed_by_a_calibrated_and_a_trained_one(out):
    assert [each["name"] for each in out[1]] == ["dense", "penalised", *NAMES]
    before, calibrated, aware = (result(out, name) for name in NAMES)
    assert before["rate"] == calibrated["rate"] == aware["rate"] and "quantisation" not in before
    assert calibrated["quantisation"] == aware["quantisation"]
    assert list(calibrated["quantisation"]["wide"]) == ["conv1", list(calibrated["quantisation"]["errors"])[-1]]


def test_weights_are_rounded_and_pruned_ones_stay_zero(out):
    before, calibrated, aware = (checkpoints.load_network(out[0] / "runs" / name) for name in NAMES)
    for network in (calibrated, aware):
        kernels = networks.kernels(network.params, network.quantisation.layers)
        masks = networks.kernels(network.masks, tuple(x for x in network.quantisation.layers if x.startswith("conv")))
        for path, kernel in kernels.items():
            np.testing.assert_allclose(networks.on_grid(kernel), kernel, rtol=1e-6)
            assert path not in masks or not np.any(np.asarray(kernel)[~np.asarray(masks[path])])
    moved = jax.tree.map(lambda a, b: bool((a != b).any()), calibrated.params, aware.params)
    assert moved["conv2"]["kernel"] and before.quantisation is None


def test_a_finished_quantised_run_is_taken_as_it_is(out):
    seen = []
    again = phases.run(EXPERIMENT, out[0], lambda *event: seen.append(event[0]))
    assert again == out[1] and set(seen) == {"data"}


def test_other_calibration_in_the_same_folder_is_an_error(out):
    other = dataclasses.replace(EXPERIMENT.quantise, calibration=calibrate.Calibration("mse", 10))
    with pytest.raises(ValueError, match="calibration.method minmax .asked for mse"):
        phases.run(dataclasses.replace(EXPERIMENT, quantise=other), out[0], smallest.silent)


def test_a_run_lowers_to_integers_that_give_jaxs_answer(out):
    network = checkpoints.load_network(out[0] / "runs" / NAMES[2])
    clip = np.random.default_rng(0).normal(size=(1, 16, 16, 16, 3)).astype(np.float32)
    apply = checkpoints.apply(network)
    graph = stages.rewrite(trace.trace(apply, network.params, clip), "host:i8")
    narrow = [node.name for node in graph.nodes if getattr(node.op, "rescale", None) is not None]
    assert narrow == list(network.quantisation.layers)
    assert not any(isinstance(node.op, ops.Dequantise) for node in graph.nodes)
    answer = np.asarray(apply(network.params, jnp.asarray(clip)))
    assert interpret.difference(interpret.results(graph, clip)[0], answer) < 2e-2


def test_a_shared_folder_keeps_the_scales_and_is_read_back_as_the_same_network(out, tmp_path):
    run = out[0] / "runs" / NAMES[2]
    written = exports.export(run, tmp_path)
    assert "compute in int8, with the scales in config.json" in (written.folder / "README.md").read_text()
    imports.shared_folder(written.folder, tmp_path / "runs" / "again", CODE)
    one, other = (checkpoints.load_network(folder) for folder in (run, tmp_path / "runs" / "again"))
    assert one.quantisation == other.quantisation
    jax.tree.map(np.testing.assert_array_equal, one.params, other.params)


def test_engines_are_scored_on_the_test_examples_of_a_quantised_run(out, tmp_path):
    run, path = out[0] / "runs" / NAMES[2], tmp_path / "bench.json"
    options = ["--peers", "onnxruntime", "--rounds", "1", "--runs", "1", "--json", str(path)]
    assert main.call(["bench", "--model", str(run), *options]) == 0
    ours, other = json.loads(path.read_text())["rows"]
    assert [each["engine"] for each in (ours, other)] == [engines.OURS, "onnxruntime"]
    for row in (ours, other):
        assert (row["status"], row["precision"], row["scheme"]) == ("ok", "i8", NAMES[2])
        assert row["score"] == result(out, NAMES[2])["score"]
        assert row["max_rel_error"] > 1e-4  # against the run of f32
    assert ours["macs"] == other["macs"] == result(out, NAMES[0])["macs"]


@pytest.mark.parametrize(
    ("name", "options", "line"),
    [
        (NAMES[1], ["--precision", "f32"], "a network of i8, not of f32; name the run of f32 that it was made of"),
        (NAMES[0], ["--precision", "i8"], "a network of f32, not of i8; name a run of `rt3d quantise`"),
        (NAMES[0], ["--rate", "2"], "has a rate of its own; leave out --rate and --masked"),
        (NAMES[1], ["--peers", "torch"], "torch takes networks of f32, not of i8; choose openvino, onnxruntime"),
    ],
)
def test_options_that_do_not_fit_a_run_are_one_line(out, name, options, line, capsys):
    assert main.call(["bench", "--model", str(out[0] / "runs" / name), *options]) == 2
    assert line in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scales": {"conv9": 0.1}}, "has a scale for conv9, which is no layer of"),
        ({"scales": {"conv2": -1.0}}, "the quantisation has scales {'conv2': -1.0}, expected positive numbers by site"),
        ({"sha256": "x" * 500}, "expected at most 400 printable characters"),
    ],
)
def test_a_stranger_s_scales_are_checked(out, tmp_path, change, message):
    folder = exports.export(out[0] / "runs" / NAMES[2], tmp_path).folder
    said = json.loads((folder / "config.json").read_text())
    said["quantisation"] |= change
    (folder / "config.json").write_text(json.dumps(said))
    with pytest.raises(ValueError) as error:
        shared.read(folder, CODE)
    assert message in str(error.value)
