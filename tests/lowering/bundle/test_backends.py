"""The promise: on every kind of target a bundle gives JAX's answer, within 1e-4 of the largest logit."""

import dataclasses
import pathlib
import re
import struct
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, deploy, examples, run, write
from lowering.bundle import compile as compilers
from lowering.targets import targets
from tests.lowering import conftest, networks

HOST = [
    ("chain", "kgs 8x4", {"widths": (13, 45), "size": (5, 17, 23)}),
    ("chain", "vanilla 8x4", {"widths": (29, 13), "size": (1, 12, 9)}),
    ("chain", "filter", {"widths": (45, 29), "size": (3, 8, 8)}),
    ("chain", "dense", {"widths": (5, 45), "size": (2, 10, 7)}),
    ("chain", "channel", {"widths": (16, 13), "size": (4, 9, 9)}),
    ("residual", "kgs 4x4", {"width": 45}),
    ("residual", "vanilla 8x4", {"width": 29, "size": (4, 9, 16)}),
    ("factored", "unstructured", {"widths": (13, 29)}),
    ("factored", "filter", {"widths": (45, 13), "size": (5, 7, 7)}),
    ("branches", "kgs 8x4", {}),
    ("branches", "dense", {"width": 45, "size": (2, 8, 8)}),
]
ANDROID = [
    ("cortex-a55", "chain", "kgs 8x4", {"widths": (45, 29), "size": (3, 11, 13)}),
    ("cortex-a55", "residual", "filter", {"width": 13}),
    ("cortex-a76", "residual", "vanilla 8x4", {"width": 45}),
    ("cortex-a76", "branches", "dense", {}),
    ("cortex-a78", "factored", "kgs 4x4", {"widths": (29, 45)}),
    ("cortex-a78", "chain", "filter", {"size": (1, 9, 8)}),
    ("cortex-x1", "chain", "dense", {"widths": (13, 29), "size": (2, 8, 8)}),
    ("cortex-x1", "branches", "kgs 8x4", {"width": 29, "size": (5, 8, 7)}),
]
VULKAN = [
    ("adreno", "chain", "kgs 8x4", {"size": (5, 17, 23)}),
    ("adreno", "branches", "filter", {"width": 29}),
    ("adreno", "residual", "dense", {"width": 13, "size": (4, 16, 16)}),
    ("mali-g78", "residual", "vanilla 8x4", {}),
    ("mali-g78", "branches", "kgs 4x4", {"width": 45, "size": (1, 8, 8)}),
    ("mali-g78", "factored", "dense", {}),
    ("mali-g715", "chain", "filter", {"widths": (45, 29), "size": (2, 9, 8)}),
    ("mali-g715", "factored", "kgs 8x4", {"widths": (29, 45), "size": (3, 8, 8)}),
]
CASES = [
    *(("host", *case) for case in HOST),
    *((f"android:{cpu}", *case) for cpu, *case in ANDROID),
    *((f"vulkan:{gpu}", *case) for gpu, *case in VULKAN),
]


@pytest.mark.parametrize(("target", "name", "scheme", "options"), CASES, ids=[" ".join(case[:3]) for case in CASES])
def test_a_bundle_gives_jaxs_answer(
    write_bundle: conftest.WriteBundle, target: str, name: str, scheme: str, options: dict
) -> None:
    bundle = write_bundle(networks.BUILDERS[name](scheme, **options), target)
    proves(bundle)


PRECISIONS = [
    ("host:f16", "residual", "kgs 8x4", {}, 1e-2),
    ("host:f16-f32", "branches", "dense", {}, 1e-2),
    ("host:w16", "chain", "kgs 4x4", {}, 1e-3),
    ("android:cortex-a76:f16", "branches", "kgs 4x4", {}, 2e-2),
    ("android:cortex-a76:f16", "chain", "unstructured", {"size": (2, 9, 8)}, 2e-2),
    ("android:cortex-x1:f16-f32", "residual", "filter", {"width": 13}, 1e-2),
    ("android:cortex-a55:w16", "factored", "vanilla 8x4", {}, 1e-3),
    ("vulkan:mali-g78:f16", "chain", "dense", {"size": (2, 9, 8)}, 2e-2),
    ("vulkan:adreno:f16-f32", "branches", "kgs 8x4", {}, 1e-2),
    ("vulkan:mali-g715:w16", "residual", "kgs 4x4", {"width": 13}, 1e-3),
]


@pytest.mark.parametrize(
    ("target", "name", "scheme", "options", "expected"), PRECISIONS, ids=[" ".join(case[:3]) for case in PRECISIONS]
)
def test_a_bundle_of_less_precision_is_as_near_to_jaxs_answer_as_its_numbers_allow(
    write_bundle: conftest.WriteBundle, target: str, name: str, scheme: str, options: dict, expected: float
) -> None:
    bundle = write_bundle(networks.BUILDERS[name](scheme, **options), target)
    assert 1e-6 < proves(bundle).max_rel_error < expected  # an error of f32's size would mean that nothing is f16


def answers(bundle: bundles.Bundle) -> run.Check:
    """The answer is JAX's."""
    found = run.check(bundle)
    assert found.passed, f"{bundle.name} is {found.max_rel_error:.2e} of the largest logit off"
    return found


def proves(bundle: bundles.Bundle) -> run.Check:
    """The answer is JAX's, through our own kernels; SPIR-V is valid."""
    found = answers(bundle)
    text = (bundle.folder / "module.mlir").read_text()
    assert not re.search(r"linalg\.(conv|matmul|batch_matmul|vecmat|pooling)", text)
    if bundle.target.kind == "vulkan":
        blobs = spirv((bundle.folder / "module.vmfb").read_bytes())
        assert len(blobs) > 2
        for blob in blobs:
            validate(blob)
    return found


def spirv(data: bytes) -> list[bytes]:
    """The SPIR-V modules in a .vmfb: vectors of words, each after its length."""
    starts = [match.start() for match in re.finditer(re.escape(compilers.SPIRV_MAGIC), data)]
    return [data[at : at + 4 * struct.unpack("<I", data[at - 4 : at])[0]] for at in starts]


def validate(blob: bytes) -> None:
    command = ["spirv-val", "--target-env", "vulkan1.3", "-"]
    done = subprocess.run(command, input=blob, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_the_validator_refuses_the_version_that_the_compiler_writes(
    write_bundle: conftest.WriteBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilers, "set_spirv_version", lambda data: data)
    bundle = write_bundle(networks.chain("dense"), "vulkan:adreno")
    with pytest.raises(AssertionError, match="error: "):
        for blob in spirv((bundle.folder / "module.vmfb").read_bytes()):
            validate(blob)


@pytest.mark.parametrize("target", ["host", "vulkan:mali-g78"])
def test_a_layer_of_which_nothing_is_kept_gives_its_bias(write_bundle: conftest.WriteBundle, target: str) -> None:
    network = networks.residual("kgs 8x4")
    network.params["conv2"]["kernel"][:] = 0
    network.params["shortcut"]["kernel"][:] = 0
    proves(write_bundle(network, target))


SUMS = pytest.mark.parametrize("target", ["host", "vulkan:adreno", "vulkan:mali-g78"])


@SUMS
def test_a_mean_over_any_size_is_jaxs(tmp_path: pathlib.Path, require: conftest.Require, target: str) -> None:
    """Compilers treat sums over 16, 64 or 128 values in ways of their own."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 1, 1, 1, 3, 8), "fc": networks.layer(rng, 8, 5)}
    clips = [networks.clip(rng, *size, 3) for size in ((1, 4, 4), (2, 7, 7), (2, 8, 8))]

    def function(p: networks.Params, *xs: jax.Array) -> dict[str, jax.Array]:
        mean = lambda x: jnp.mean(networks.conv(x, p["conv"]), (1, 2, 3))
        return {f"mean of {x.shape}": networks.dense(mean(x), p["fc"]) for x in xs}

    gives_jaxs_results(tmp_path, require, deploy.example(function, params, clips), target)


@SUMS
def test_a_softmax_over_any_number_of_classes_is_jaxs(
    tmp_path: pathlib.Path, require: conftest.Require, target: str
) -> None:
    rng = np.random.default_rng(0)
    params = {str(classes): networks.layer(rng, 24, classes) for classes in (64, 101)}
    function = lambda p, x: {name: jax.nn.softmax(networks.dense(x.reshape(1, -1), p[name])) for name in params}
    example = deploy.example(function, params, networks.clip(rng, 1, 2, 4, 3))
    gives_jaxs_results(tmp_path, require, example, target)


def gives_jaxs_results(folder: pathlib.Path, require: conftest.Require, example: examples.Example, target: str) -> None:
    if target.startswith("vulkan"):
        require("vulkan")
    bundle = write.write(folder / "bundle", example, targets.find(target), conftest.INFO)
    assert off(bundle) == {}


def off(bundle: bundles.Bundle) -> dict[str, float]:
    """The results of a bundle that are not JAX's, by name: how far off, of their largest value.

    Once in some runs, lavapipe loses its device while it compiles a hundred kernels: then the bundle runs again.
    """
    try:
        check = run.check(bundle)
    except run.RunError as error:
        if "DATA_LOSS" not in str(error):
            raise
        check = run.check(bundle)
    named = zip(bundle.manifest["outputs"], check.answers, strict=True)
    errors = {entry["name"]: run.error(bundle, entry["file"], answer)[1] for entry, answer in named}
    return {name: error for name, error in errors.items() if error > check.tolerance}


def test_layers_may_have_any_names(write_bundle: conftest.WriteBundle) -> None:
    names = ["main", "clip", "clip_rows", "logits", "classes", "result", "x", "1x1", "conv.a", "conv_a"]
    rng = np.random.default_rng(0)
    params = {name: networks.layer(rng, 1, 1, 1, 3, 3) for name in names}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        for name in names:
            x = x + networks.conv(x, p[name])
        return x.reshape(1, -1)

    answers(write_bundle(networks.Network(function, params, networks.clip(rng, 1, 3, 5, 3)), "host"))


def test_a_loaded_bundle_answers_for_other_clips(host_bundle: bundles.Bundle, network: networks.Network) -> None:
    main = run.load(host_bundle)
    for seed in range(3):
        clip = networks.clip(np.random.default_rng(seed), *network.clip.shape[1:])
        expected = dataclasses.replace(network, clip=clip).logits()
        np.testing.assert_allclose(main(clip), expected, atol=1e-4 * np.abs(expected).max())


def test_an_answer_outlives_the_network_that_gave_it(host_bundle: bundles.Bundle) -> None:
    """A crash at the end of the process is what it would be otherwise."""
    code = (
        "import pathlib, sys, numpy; from lowering.bundle import bundles, run; found = "
        "bundles.read(pathlib.Path(sys.argv[1]));"
        "main = run.load(found); answer = main(numpy.load(found.folder / 'clip.npy')); del main; print(answer.sum())"
    )
    command = [sys.executable, "-c", code, str(host_bundle.folder)]
    root = pathlib.Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert float(done.stdout) == pytest.approx(float(np.load(host_bundle.folder / "logits.npy").sum()), rel=1e-3)


@pytest.mark.parametrize("target", ["android:cortex-a55", "vulkan:adreno"])
def test_only_host_bundles_are_loaded(host_bundle: bundles.Bundle, target: str) -> None:
    other = bundles.Bundle(host_bundle.folder, host_bundle.manifest | {"target": {"name": target}})
    message = (
        f"kgs-2.6x on {target} cannot be loaded into this process, only bundles for `host` can; `check` runs the others"
    )
    with pytest.raises(run.RunError, match=f"^{re.escape(message)}$"):
        run.load(other)


def test_a_wrong_answer_is_caught(copied_bundle: bundles.Bundle) -> None:
    path = copied_bundle.folder / "logits.npy"
    logits = np.load(path)
    logits[0, 2] += 2e-4 * np.abs(logits).max()
    np.save(path, logits)
    found = run.check(copied_bundle)
    assert not found.passed
    assert found.max_rel_error == pytest.approx(2e-4, rel=0.05)
    assert iree(copied_bundle, "iree-run-module", "--flagfile=run.flags").returncode != 0


def test_an_answer_that_is_no_number_is_caught(copied_bundle: bundles.Bundle) -> None:
    clip = np.load(copied_bundle.folder / "clip.npy")
    np.save(copied_bundle.folder / "clip.npy", np.full_like(clip, np.nan))
    found = run.check(copied_bundle)
    assert (found.passed, found.max_abs_error) == (False, np.inf)


def iree(bundle: bundles.Bundle, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One of IREE's tools, as its wheel brings it, in the bundle's folder."""
    command = [*run.tool(bundle, tool), *arguments]
    return subprocess.run(command, cwd=bundle.folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("target", ["host", "android:cortex-a78", "vulkan:mali-g78"])
def test_irees_own_tools_take_the_flag_files(
    write_bundle: conftest.WriteBundle, network: networks.Network, target: str
) -> None:
    bundle = write_bundle(network, target)
    checked = iree(bundle, "iree-run-module", "--flagfile=run.flags")
    assert checked.returncode == 0, checked.stderr
    assert "[SUCCESS] all function outputs matched their expected values." in checked.stdout
    timed = iree(bundle, "iree-benchmark-module", "--flagfile=bench.flags", "--benchmark_min_time=1x")
    assert timed.returncode == 0, timed.stderr
    assert "BM_main" in timed.stdout


def test_a_tool_that_fails_says_why(copied_bundle: bundles.Bundle) -> None:
    (copied_bundle.folder / "weights.irpa").unlink()
    with pytest.raises(
        run.RunError, match=r"^iree-run-module failed on kgs-2.6x on host with exit code 1: .*weights.irpa"
    ):
        run.check(copied_bundle)


def test_a_missing_tool_skips_a_test_but_fails_it_in_ci(
    require: conftest.Require, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="^no-such-tool is not installed"):
        require("no-such-tool")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="^no-such-tool is not installed"):
        require("no-such-tool")
