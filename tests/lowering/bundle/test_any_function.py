"""Functions of every kind that networks are made of, compiled: those of one input as the results of one module."""

import dataclasses
import functools
import pathlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, coverage, deploy, examples, meaning, run, write
from lowering.graph import trace
from lowering.graph.rewrites import stages
from lowering.targets import targets
from tests.lowering import conftest, small_functions, small_units
from tests.lowering.bundle import test_backends
from tests.lowering.random_programs import modules, program

P, CLIP, IMAGES = small_functions.P, small_functions.CLIP, small_functions.IMAGES


def of(inputs: np.ndarray) -> list[str]:
    """The functions of this input, but for those in bfloat16, which rounds at other places."""
    found = small_functions.FUNCTIONS.items()
    return [name for name, (_, given) in found if len(given) == 1 and given[0] is inputs and name != "bfloat16"]


@functools.cache
def every(inputs: str) -> examples.Example:
    """A network whose results are those of all functions of an input, by their names; traced once for all targets.

    A bundle has at most 99 results, so the functions of images are in two.
    """
    given = CLIP if inputs == "clip" else IMAGES
    names = {"clip": of(CLIP), "images": of(IMAGES)[::2], "more images": of(IMAGES)[1::2]}[inputs]
    network = lambda p, x: {name: small_functions.FUNCTIONS[name][0](p, x) for name in names}
    return deploy.example(network, P, given)


TARGETS = [("host", None), ("host linalg", None), ("android:cortex-a76", "qemu"), ("vulkan:adreno", "vulkan")]


def asked(require: conftest.Require, target: str, tool: str | None) -> tuple[str, str]:
    """The name of a target and the form of its kernels, once the tool is there that runs them."""
    if tool:
        require(tool)
    name, _, form = target.partition(" ")
    return name, form or targets.FORMS[0]


@pytest.mark.parametrize("inputs", ["clip", "images", "more images"])
@pytest.mark.parametrize(("target", "tool"), TARGETS)
def test_a_module_of_every_function_answers_as_jax_does(
    tmp_path: pathlib.Path, require: conftest.Require, target: str, tool: str | None, inputs: str
) -> None:
    name, form = asked(require, target, tool)
    found = targets.written(targets.find(name), form)
    assert test_backends.off(write.write(tmp_path / "bundle", every(inputs), found, bundles.Info())) == {}


@pytest.mark.parametrize("name", ["joins that begin alike", "bytes by the thousand"])
@pytest.mark.parametrize(("target", "tool"), TARGETS)
def test_a_function_of_inputs_of_its_own_answers_as_jax_does(
    tmp_path: pathlib.Path, require: conftest.Require, target: str, tool: str | None, name: str
) -> None:
    function, inputs = small_functions.FUNCTIONS[name]
    found, form = asked(require, target, tool)
    made = deploy.deploy(function, P, list(inputs), found, tmp_path / "bundle", form=form)
    assert made.check and made.check.passed


@pytest.mark.parametrize("name", ["uint8", "clip and facts", "several heads", "top two", "the input"])
def test_inputs_and_results_of_any_type_and_number_pass_through_a_bundle(tmp_path: pathlib.Path, name: str) -> None:
    function, inputs = small_functions.FUNCTIONS[name]
    found = deploy.deploy(function, P, list(inputs), "host", tmp_path / "bundle")
    assert found.check and found.check.passed
    expected = [np.asarray(x) for x in jax.tree.leaves(function(P, *inputs))]
    entries = found.bundle.manifest["outputs"]
    assert [(tuple(entry["shape"]), entry["dtype"]) for entry in entries] == [(x.shape, x.dtype.name) for x in expected]
    answers = run.load(found.bundle)(*inputs)
    for a, b in zip(answers if isinstance(answers, tuple) else (answers,), expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def test_results_are_called_after_their_place_in_the_tree(tmp_path: pathlib.Path) -> None:
    tree = lambda p, x: {"boxes": jnp.sin(x), "scores": (x + 1, x > 0)}
    found = deploy.deploy(tree, {}, np.ones((1, 3), np.float32), "host", tmp_path / "bundle").bundle
    names = [(entry["name"], entry["file"], entry["dtype"]) for entry in found.manifest["outputs"]]
    assert names == [
        ("boxes", "logits.npy", "float32"),
        ("scores_0", "output_1.npy", "float32"),
        ("scores_1", "output_2.npy", "uint8"),
    ]


def test_a_batch_runs_example_by_example_where_examples_do_not_meet(tmp_path: pathlib.Path) -> None:
    """Three clips are three runs of one network; a network that mixes them is compiled as it is."""
    clips = np.concatenate([CLIP, CLIP * 2, CLIP - 1])
    alone = lambda p, x: jnp.mean(small_functions.conv(p, x), (1, 2, 3)) @ p["head"]
    mixed = lambda p, x: alone(p, x) - alone(p, x).mean(0)
    for function, batch in ((alone, 3), (mixed, 1)):
        example = deploy.example(function, P, clips)
        assert example.graph.batch == batch
        found = deploy.checked(write.write(tmp_path / str(batch), example, targets.find("host"), bundles.Info()))
        assert found.check and found.check.passed
    assert found.bundle.manifest["outputs"][0]["shape"] == [3, 3]


def test_a_map_is_the_result_of_a_batch(tmp_path: pathlib.Path) -> None:
    clips = np.concatenate([CLIP, CLIP * 2])
    found = deploy.deploy(small_functions.conv, P, clips, "host", tmp_path / "bundle")
    assert found.check and found.check.passed
    assert found.bundle.manifest["outputs"][0]["shape"] == [2, 4, 6, 5, 6]


@pytest.mark.parametrize(("target", "tool"), [("host", None), ("vulkan:adreno", "vulkan")])
def test_a_batch_of_bytes_that_fill_no_word_gives_bytes_that_do_not_either(
    tmp_path: pathlib.Path, require: conftest.Require, target: str, tool: str | None
) -> None:
    """Each example is 2 x 5 bytes; IREE reads and writes 4 at a time on GPUs."""
    if tool:
        require(tool)
    pixels = np.random.default_rng(0).integers(0, 255, (3, 2, 5), np.uint8)
    function = lambda p, x: (255 - x, x.astype(jnp.float32).mean(-1))
    found = deploy.deploy(function, {}, pixels, target, tmp_path / "bundle")
    assert found.check and found.check.passed
    np.testing.assert_array_equal(found.check.answers[0], 255 - pixels)


def test_a_module_of_random_programs_answers_as_jax_does(tmp_path: pathlib.Path) -> None:
    several = [program.Program(seed) for seed in range(2000, 2008)]
    assert modules.faults(several, targets.find("host"), tmp_path / "bundle") == []


def test_who_computes_what_is_in_the_manifest_and_in_words(tmp_path: pathlib.Path) -> None:
    function, inputs = small_functions.FUNCTIONS["top two"]
    entries = deploy.deploy(function, P, list(inputs), "host", tmp_path / "bundle").bundle.manifest["nodes"]
    assert [(e["name"], e["operation"], e["kernel"]) for e in entries] == [
        ("conv", "PackedConv", "ours"),
        ("pool", "AvgPool", "ours"),
        ("reshape", "Reshape", "ours"),
        ("top_k", "top_k", "IREE"),
    ]
    said = coverage.lines(entries)
    assert said[0] == "100.0% of the MACs and 3 of 4 nodes are computed by kernels of ours, the rest by IREE"
    assert said[1] == "  top_k (0.0 MMAC) is IREE's:"
    assert said[2].endswith("it is none of our kernels' operations") and "small_functions.py" in said[2]


def test_a_piece_whose_first_result_is_unread_keeps_its_reasons() -> None:
    graph = stages.rewrite(trace.trace(lambda p, x: jax.lax.top_k(x, 2)[1], {}, np.ones((1, 5), np.float32)), "host")
    (entry,) = coverage.nodes(graph)
    assert entry["kernel"] == "IREE" and entry["why"][0].startswith("top_k (")


def test_equal_operations_of_a_piece_count_each_and_are_told_once() -> None:
    def function(p: Any, x: jax.Array) -> jax.Array:
        for _ in range(3):
            x = jnp.einsum("bij,bkj->bik", x, x)
        return x

    (entry,) = coverage.nodes(stages.rewrite(trace.trace(function, {}, np.ones((2, 4, 4), np.float32)), "host"))
    assert entry["macs"] == 3 * 2 * 4**3 and len(entry["why"]) == 1


STRICT = """\
the network has operations that no kernel of ours computes; lower it without strict
  top_k (0.0 MMAC) is IREE's:
    top_k ("""


def test_strict_refuses_a_network_with_a_piece_before_anything_is_compiled(tmp_path: pathlib.Path, monkeypatch) -> None:
    monkeypatch.setattr(write, "build", lambda *_: pytest.fail("it was compiled"))
    function, inputs = small_functions.FUNCTIONS["top two"]
    with pytest.raises(coverage.NotOurs) as error:
        deploy.deploy(function, P, list(inputs), "host", tmp_path / "bundle", strict=True)
    assert str(error.value).startswith(STRICT) and str(error.value).endswith("it is none of our kernels' operations")
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("target", ["host", "vulkan:adreno"])
def test_a_graph_that_means_something_else_than_jax_is_refused_before_it_is_compiled(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setattr(write, "build", lambda *_: pytest.fail("it was compiled"))
    example = deploy.example(lambda p, x: {"sum": x + 1, "square": x * x}, {}, np.ones((1, 4), np.float32))
    wrong = dataclasses.replace(example, answers=(example.answers[0], example.answers[1] * np.float32(1.01)))
    with pytest.raises(meaning.WrongGraph) as error:
        write.write(tmp_path / "bundle", wrong, targets.find(target), bundles.Info())
    assert str(error.value) == (
        "the network was traced or rewritten wrongly: its result 'sum' differs from JAX's by 9.9e-03 of the largest "
        "value, expected at most 1e-03; nothing was written; please report it"
    )
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("name", ["host", "vulkan:adreno"])
@pytest.mark.parametrize("function", [small_units.in_a_loop_and_behind_it, small_units.bytes_in_a_loop_and_behind_it])
def test_a_value_is_read_in_a_loop_and_behind_it(function: Any, name: str, tmp_path: pathlib.Path) -> None:
    example = deploy.example(function, P, IMAGES)
    assert run.check(write.write(tmp_path / "bundle", example, targets.find(name), bundles.Info())).passed


def test_bytes_are_multiplied_without_a_sign_on_a_cpu(tmp_path: pathlib.Path) -> None:
    found = deploy.deploy(small_units.products_of_bytes, P, IMAGES, "host", tmp_path / "bundle", tuning=0.0)
    assert found.check and found.check.max_abs_error == 0
