"""One call from a JAX function to a checked bundle: what it gives, what it says, and what it refuses."""

import pathlib
import re

import jax.numpy as jnp
import numpy as np
import pytest

import lowering
from lowering.bundle import bundles, deploy, drivers, run
from lowering.graph import keys
from lowering.graph.rewrites import stages
from lowering.targets import gpus, schedules, store, targets
from tests.lowering import networks


@pytest.fixture(autouse=True)
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's cache, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def half() -> networks.Network:
    """A convolution of which half is pruned, and a linear layer."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 3, 3, 3, 16), "head": networks.layer(rng, 16, 5)}
    params["conv"]["kernel"][..., 8:] = 0
    apply = lambda p, x: networks.dense(jnp.mean(networks.conv(x, p["conv"]), (1, 2, 3)), p["head"])
    return networks.Network(apply, params, networks.clip(rng, 3, 6, 7, 3))


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, half: networks.Network) -> lowering.Deployed:
    """Its bundle, of nothing but what a bundle must be given. Do not change it."""
    return lowering.deploy(half.function, half.params, half.clip, out=tmp_path_factory.mktemp("deployed") / "host")


def test_the_answer_is_checked_against_jax(deployed: lowering.Deployed) -> None:
    assert deployed.check is not None and deployed.check.passed
    said = "network on host, 2.00x fewer MACs than dense, same answer as JAX, error E of the largest value"
    assert re.sub(r"\d\.\de-\d\d", "E", str(deployed)) == f"{deployed.bundle.folder}: {said}"


def test_what_is_not_said_of_a_network_is_left_empty_and_its_rate_is_counted(deployed: lowering.Deployed) -> None:
    found = bundles.read(deployed.bundle.folder).manifest
    names = ("run", "model", "labels", "clip", "scheme", "accuracy", "protocol", "score")
    assert [found[name] for name in names] == ["network", "", [], {}, "", None, "", None]
    conv, head = 27 * 3 * 16 * 3 * 6 * 7, 16 * 5
    assert found["rate"] == (conv + head) / (conv // 2 + head)
    assert found["inputs"] == [{"name": "clip", "file": "clip.npy", "shape": [1, 3, 6, 7, 3], "dtype": "float32"}]
    assert found["outputs"] == [{"name": "logits", "file": "logits.npy", "shape": [1, 5], "dtype": "float32"}]


def test_a_bundle_opens_and_runs_by_the_names_at_the_top(deployed: lowering.Deployed) -> None:
    bundle = lowering.read(str(deployed.bundle.folder))
    expected = bundle.array("logits.npy")
    found = lowering.load(bundle)(bundle.array("clip.npy"))
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    assert lowering.check(bundle).passed


def test_a_bundle_is_loaded_and_checked_by_its_folder_too(deployed: lowering.Deployed, half: networks.Network) -> None:
    folder = deployed.bundle.folder
    expected = deployed.bundle.array("logits.npy")
    found = lowering.load(str(folder))(np.asarray(half.clip, np.float64))
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    assert lowering.check(folder).passed


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ((), "network on host got 0 inputs, expected 1: clip"),
        ((np.zeros((1, 3, 6, 7, 3)), 2), "network on host got 2 inputs, expected 1: clip"),
        (
            (np.zeros((3, 6, 7, 3)),),
            "clip has shape (3, 6, 7, 3), expected (1, 3, 6, 7, 3): a bundle has fixed shapes",
        ),
        (
            (np.zeros((1, 3, 6, 7, 3), np.uint8),),
            "clip holds uint8, expected float32, prepared as for the network",
        ),
    ],
)
def test_inputs_that_a_loaded_bundle_was_not_made_for_are_refused(
    deployed: lowering.Deployed, inputs: tuple, told: str
) -> None:
    network = lowering.load(deployed.bundle)
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        network(*inputs)


def test_a_bundle_is_not_loaded_for_no_thread(deployed: lowering.Deployed) -> None:
    with pytest.raises(ValueError, match="^threads is 0, expected a whole number of at least 1$"):
        lowering.load(deployed.bundle, threads=0)


def test_what_is_said_of_a_network_travels_with_it(tmp_path: pathlib.Path, half: networks.Network) -> None:
    score = lowering.Score(1.5, "m", "mean error", "one clip a video", more_is_better=False)
    info = lowering.Info(run="depth", score=score, rate=4.0)
    made = lowering.deploy(half.function, half.params, half.clip, out=tmp_path / "b", info=info)
    found = bundles.read(made.bundle.folder).manifest
    assert (found["run"], found["rate"]) == ("depth", 4.0)
    said = {"value": 1.5, "unit": "m", "name": "mean error", "protocol": "one clip a video", "more_is_better": False}
    assert found["score"] == {**said, "error": None}


def test_tuned_schedules_are_used(tmp_path: pathlib.Path, half: networks.Network) -> None:
    host = targets.find("host")
    (key,) = keys.keys(stages.run(half.trace(), stages.PREPARATION)).values()
    store.merge(store.cached(host), host, {key: {"choice": schedules.Schedule(vectors=1).row()}})
    made = lowering.deploy(half.function, half.params, half.clip, out=tmp_path / "b")
    assert made.bundle.manifest["tuning"] == "cache"
    assert made.bundle.manifest["layers"][0]["choice"] == {"vectors": 1}


def test_a_target_that_cannot_run_here_is_said_to_be_unchecked(
    tmp_path: pathlib.Path, half: networks.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(bundle: bundles.Bundle) -> run.Check:
        raise deploy.qemu.EmulatorError("qemu-aarch64 is not installed; on Debian: apt-get install qemu-user")

    monkeypatch.setattr(run, "check", lacking)
    reason = "qemu-aarch64 is not installed; on Debian: apt-get install qemu-user"
    said = f"network on android:cortex-a76, 2.00x fewer MACs than dense, compiled, not checked ({reason})"
    with pytest.warns(deploy.NotChecked, match=f"^{re.escape(f'{tmp_path}/b: {said}')}$"):
        made = lowering.deploy(half.function, half.params, half.clip, target="android:cortex-a76", out=tmp_path / "b")
    assert (made.check, made.unchecked) == (None, reason)


def test_a_wrong_answer_is_an_error_and_the_bundle_stays(
    deployed: lowering.Deployed, half: networks.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deployed.bundle.folder
    monkeypatch.setattr(run, "check", lambda bundle: run.Check(0.5, 0.25, (np.zeros((1, 5), np.float32),), 1e-4))
    said = "network on host, 2.00x fewer MACs than dense, WRONG ANSWER, error 2.5e-01 of the largest value"
    with pytest.raises(deploy.WrongAnswer, match=f"^{re.escape(f'{folder}: {said}')}$"):
        lowering.deploy(half.function, half.params, half.clip, out=folder)
    assert bundles.read(folder).manifest == deployed.bundle.manifest


def test_a_bundle_for_this_machine_that_does_not_run_is_an_error(
    deployed: lowering.Deployed, half: networks.Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(bundle: bundles.Bundle) -> run.Check:
        raise run.RunError("iree-run-module failed on network on host with exit code 1: no message")

    monkeypatch.setattr(run, "check", fails)
    with pytest.raises(run.RunError, match="^iree-run-module failed on network on host with exit code 1: no message$"):
        lowering.deploy(half.function, half.params, half.clip, out=deployed.bundle.folder)


@pytest.mark.parametrize("target", ["host", "android:cortex-a76", "vulkan:adreno"])
def test_a_bundle_that_should_run_and_does_not_has_failed(
    copied_bundle: bundles.Bundle, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    def fails(*_: object) -> str:
        raise run.RunError("iree-run-module failed")

    monkeypatch.setattr(run, "call", fails)
    monkeypatch.setattr(drivers, "find", lambda: drivers.Driver("gpu", "1.3", frozenset(gpus.FEATURES), "8"))
    bundle = bundles.Bundle(copied_bundle.folder, copied_bundle.manifest | {"target": {"name": target}})
    made = deploy.checked(bundle)
    assert (made.passed, made.verdict) == (False, "DOES NOT RUN (iree-run-module failed)")


@pytest.mark.parametrize(
    ("target", "features", "reason"),
    [
        ("vulkan:adreno", None, drivers.INSTALL),
        ("vulkan:adreno", gpus.FEATURES[1:], f"the driver of gpu lacks {gpus.FEATURES[0]}"),
        ("vulkan:adreno:f16", gpus.FEATURES, "the driver of gpu lacks shaderFloat16, storageBuffer16BitAccess"),
        ("vulkan:adreno:i8", gpus.FEATURES, "the driver of gpu lacks shaderIntegerDotProduct"),
    ],
)
def test_a_bundle_for_which_there_is_no_device_is_not_checked(
    copied_bundle: bundles.Bundle,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    features: tuple[str, ...] | None,
    reason: str,
) -> None:
    def fails(*_: object) -> str:
        raise run.RunError("iree-run-module failed")

    found = None if features is None else drivers.Driver("gpu", "1.3", frozenset(features), "8")
    monkeypatch.setattr(run, "call", fails)
    monkeypatch.setattr(drivers, "find", lambda: found)
    bundle = bundles.Bundle(copied_bundle.folder, copied_bundle.manifest | {"target": {"name": target}})
    made = deploy.checked(bundle)
    assert (made.passed, made.unchecked) == (None, reason)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_parameter_that_is_not_finite_is_refused_even_where_the_answer_hides_it(
    tmp_path: pathlib.Path, half: networks.Network, value: float
) -> None:
    params = {**half.params, "unread": np.array([1, value], np.float32)}
    message = "the parameter unread is not finite, expected numbers; did training diverge?"
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(message)}$"):
        lowering.deploy(half.function, params, half.clip, out=tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_clip_that_jax_itself_refuses_is_jaxs_error(tmp_path: pathlib.Path, half: networks.Network) -> None:
    with pytest.raises(TypeError, match="requires arguments to have the same dtypes, got uint8, float32"):
        lowering.deploy(half.function, half.params, half.clip.astype(np.uint8), out=tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_target_that_there_is_none_of_is_refused_before_anything_is_traced(tmp_path: pathlib.Path) -> None:
    with pytest.raises(
        targets.TargetError,
        match=r"^no target 'ios:a17'; expected one of: host, host:avx2, host:avx512, android:cortex-a55, ",
    ):
        lowering.deploy(lambda *_: pytest.fail("traced"), {}, np.zeros((1, 1, 1, 1, 1)), "ios:a17", tmp_path / "b")
