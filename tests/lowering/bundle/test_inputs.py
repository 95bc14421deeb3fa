"""Bundles of several inputs, and of results that are feature maps: what they hold, and that they answer as JAX does."""

import pathlib
import re

import numpy as np
import pytest

from lowering.bundle import bundles, deploy, measure, run, write
from lowering.phone import pack
from lowering.targets import targets
from tests.lowering import conftest
from tests.lowering.graph import test_inputs


def written(folder: pathlib.Path, name: str, target: str) -> bundles.Bundle:
    function, inputs = test_inputs.NETWORKS[name]
    example = deploy.example(function, test_inputs.P, inputs)
    return write.write(folder / "bundle", example, targets.find(target), bundles.Info())


@pytest.fixture
def two(tmp_path: pathlib.Path) -> bundles.Bundle:
    """Of two maps, with a map as the result."""
    return written(tmp_path, "dense_map", "host")


@pytest.mark.parametrize(
    ("name", "target"),
    [*((name, "host") for name in test_inputs.NETWORKS), ("dense_map", "host:f16-f32"), ("map_and_vector", "host:f16")],
)
def test_a_bundle_of_several_inputs_answers_as_jax_does(tmp_path: pathlib.Path, name: str, target: str) -> None:
    function, inputs = test_inputs.NETWORKS[name]
    found = run.check(written(tmp_path, name, target))
    assert found.passed
    assert found.answers[0].shape == np.asarray(function(test_inputs.P, *inputs)).shape


@pytest.mark.parametrize(("target", "tool"), [("android:cortex-a76", "qemu"), ("vulkan:adreno", "vulkan")])
def test_other_targets_take_several_inputs_too(
    tmp_path: pathlib.Path, require: conftest.Require, target: str, tool: str
) -> None:
    require(tool)
    assert run.check(written(tmp_path, "dense_map", target)).passed


def test_the_manifest_and_the_flags_list_the_inputs_in_turn(two: bundles.Bundle) -> None:
    found = bundles.read(two.folder)
    shapes = {entry["name"]: (entry["file"], entry["shape"]) for entry in found.manifest["inputs"]}
    assert shapes == {"input_0": ("clip.npy", [1, 2, 6, 5, 3]), "input_1": ("input_1.npy", [1, 2, 6, 5, 2])}
    assert [entry["shape"] for entry in found.manifest["outputs"]] == [[1, 2, 6, 5, 2]]
    assert found.inputs == ("clip.npy", "input_1.npy")
    for name in ("run.flags", "bench.flags"):
        lines = (found.folder / name).read_text().splitlines()
        assert [line for line in lines if line.startswith("--input")] == ["--input=@clip.npy", "--input=@input_1.npy"]
    assert "input_1.npy" in pack.carried(found)


def test_a_network_of_several_inputs_is_loaded_and_timed(two: bundles.Bundle) -> None:
    inputs = [two.array(name) for name in two.inputs]
    found, expected = run.load(two)(*inputs), two.array("logits.npy")
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    assert {row["name"] for row in measure.profile(two, 2)} >= {"clip", "flow", "out"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ["--input=@input_1.npy", "--input=@clip.npy"],
            "the flag '--input=@input_1.npy', expected those that `rt3d lower` writes, each once",
        ),
        (
            ["--input=@clip.npy", "--input=@clip.npy"],
            "the flag '--input=@clip.npy', expected those that `rt3d lower` writes, each once",
        ),
        (["--input=@clip.npy"], "no flag --input for input_1.npy, expected one for each of clip.npy, input_1.npy"),
    ],
)
def test_flags_of_other_inputs_are_refused(two: bundles.Bundle, lines: list[str], message: str) -> None:
    path = two.folder / "bench.flags"
    rest = [line for line in path.read_text().splitlines() if not line.startswith("--input")]
    conftest.sign(two, "bench.flags", "\n".join([*rest, *lines]).encode())
    with pytest.raises(bundles.BundleError, match=re.escape(f"{path} holds {message}")):
        bundles.read(two.folder)


def test_an_input_of_another_shape_than_the_manifest_says_is_refused(two: bundles.Bundle) -> None:
    path = two.folder / "input_1.npy"
    np.save(path, np.zeros((1, 2, 6, 5, 1), np.float32))
    conftest.sign(two, "input_1.npy", path.read_bytes())
    held = "float32 of the shape (1, 2, 6, 5, 1), expected float32 of (1, 2, 6, 5, 2)"
    message = f"{path} holds {held}; {bundles.AGAIN}"
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(message)}$"):
        bundles.read(two.folder)
