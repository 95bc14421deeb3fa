"""Bundles of streams: a step at a time in this process, and with IREE's own tools on every target."""

import dataclasses
import json
import pathlib
import re
import subprocess
import types
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.bundle import bundles, deploy, drivers, examples, run, streams
from tests.lowering import conftest, integers, networks

FRAMES = 16
rng = np.random.default_rng(0)
PARAMS = {
    "first": rng.normal(size=(3, 3, 3, 2, 8)).astype(np.float32) * 0.3,
    "second": rng.normal(size=(3, 1, 1, 8, 8)).astype(np.float32) * 0.3,
    "last": rng.normal(size=(8, 3)).astype(np.float32),
}
VIDEO: Any = rng.normal(size=(1, 2 * FRAMES, 8, 9, 2)).astype(np.float32)


def network(p: Any, x: jax.Array) -> jax.Array:
    """Strides in time of 2, and a mean over a clip that a stream remembers 14 steps for."""
    for name, stride, past, side in (("first", 1, 2, 1), ("second", 2, 1, 0)):
        sides = [(past, 0), (side, side), (side, side)]
        kernel = jnp.asarray(p[name])
        x = jax.nn.relu(lax.conv_general_dilated(x, kernel, (stride, 1, 1), sides, dimension_numbers=networks.NUMBERS))
    return jnp.mean(x, (1, 2, 3)) @ p["last"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bundles.Bundle:
    """A stream that answers every frame."""
    out = tmp_path_factory.mktemp("stream") / "host"
    return deploy.deploy(network, PARAMS, VIDEO[:, :FRAMES], "host", out, stream=1).bundle


def close(found: np.ndarray, expected: Any) -> None:
    np.testing.assert_allclose(found, np.asarray(expected), rtol=1e-4, atol=1e-5)


def test_steps_answer_as_the_network_to_the_clip_that_ends_now(bundle: bundles.Bundle) -> None:
    stream = streams.Stream(bundle)
    answers = [stream.step(VIDEO[0, at : at + 1]) for at in range(FRAMES)]
    assert (stream.every, stream.warm_up, stream.is_warm) == (1, FRAMES, True)
    close(answers[-1], network(PARAMS, VIDEO[:, :FRAMES]))


def test_two_streams_of_a_bundle_do_not_know_of_each_other(bundle: bundles.Bundle) -> None:
    one, other = streams.Stream(bundle), streams.Stream(bundle)
    alone = [one.step(VIDEO[0, at : at + 1]) for at in range(4)]
    one.reset()
    for at, expected in enumerate(alone):
        close(one.step(VIDEO[0, at : at + 1]), expected)
        other.step(VIDEO[0, at + 9 : at + 10])


def test_a_reset_begins_another_video(bundle: bundles.Bundle) -> None:
    stream = streams.Stream(bundle)
    for at in range(20):
        stream.step(VIDEO[0, at : at + 1])
    assert stream.is_warm
    stream.reset()
    assert not stream.is_warm
    answers = [stream.step(VIDEO[0, at : at + 1]) for at in range(9, 9 + FRAMES)]
    close(answers[-1], network(PARAMS, VIDEO[:, 9 : 9 + FRAMES]))


def test_the_manifest_says_how_a_stream_goes_on(bundle: bundles.Bundle) -> None:
    said = json.loads((bundle.folder / "manifest.json").read_text())
    stream, steps = said["stream"], FRAMES + 3
    assert said["format"] == bundles.STREAM
    numbers = {name: stream[name] for name in ("every", "stride", "frames", "warm_up", "whole")}
    assert numbers == {"every": 1, "stride": 2, "frames": FRAMES, "warm_up": FRAMES, "whole": []}
    assert stream["sequence"]["shape"] == [steps, 1, 8, 9, 2]
    assert [each["shape"] for each in stream["answers"]] == [[steps, 3]]
    assert "State" not in {node["operation"] for node in said["nodes"]}
    assert [entry["shape"] for entry in (*said["inputs"], *said["outputs"])] == [[1, 1, 8, 9, 2], [1, 3]]


def test_irees_own_tool_checks_a_sequence_of_answers(bundle: bundles.Bundle, tmp_path: pathlib.Path) -> None:
    command = [drivers.tool("iree-run-module"), "--flagfile=run.flags"]
    assert subprocess.run(command, cwd=bundle.folder, capture_output=True, check=False).returncode == 0
    flags = (bundle.folder / "run.flags").read_text().split()
    wrong = bundle.array("answers.npy").copy()
    wrong[-1] += 1  # the last of the steps alone
    np.save(tmp_path / "answers.npy", wrong)
    swapped = [flag.replace("@answers.npy", f"@{tmp_path}/answers.npy") for flag in flags]
    done = subprocess.run([command[0], *swapped], cwd=bundle.folder, capture_output=True, check=False)
    assert done.returncode != 0


def test_irees_own_tool_times_a_step(bundle: bundles.Bundle) -> None:
    command = [drivers.tool("iree-benchmark-module"), "--flagfile=bench.flags", "--benchmark_min_time=3x"]
    done = subprocess.run(command, cwd=bundle.folder, capture_output=True, text=True, check=True)
    assert "BM_step" in done.stdout


@pytest.mark.parametrize("target", ["android:cortex-a76", "vulkan:adreno"])
def test_streams_answer_right_on_other_targets(require: conftest.Require, tmp_path: pathlib.Path, target: str) -> None:
    require("qemu" if target.startswith("android") else "vulkan")
    made = deploy.deploy(network, PARAMS, VIDEO[:, :FRAMES], target, tmp_path / "bundle", stream=True)
    assert made.bundle.stream and made.bundle.stream["every"] == 2
    assert made.check and made.check.max_rel_error < 1e-5
    assert made.check.answers[0].shape == (FRAMES // 2 + 3, 3)


def test_a_stream_is_no_network_of_clips(bundle: bundles.Bundle) -> None:
    message = f"{bundle.name} is a stream; open it with streams.Stream, which has a step and a reset"
    with pytest.raises(run.RunError, match=f"^{re.escape(message)}$"):
        run.load(bundle)
    clips = dataclasses.replace(bundle, manifest={**bundle.manifest, "stream": None})
    message = f"{bundle.name} takes clips; lower it with --stream to step through a video"
    with pytest.raises(run.RunError, match=f"^{re.escape(message)}$"):
        streams.Stream(clips)


def test_a_step_says_which_frames_it_takes(bundle: bundles.Bundle) -> None:
    message = "clip has shape (1, 2, 8, 9, 2), expected (1, 1, 8, 9, 2): a bundle has fixed shapes"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        streams.Stream(bundle).step(VIDEO[0, :2])


@pytest.mark.parametrize(("kind", "most"), [("f32", 1e-3), ("int8", 0.1)])
def test_the_answer_to_the_first_clip_may_differ_from_jaxs_by_what_a_last_bit_changes(kind: str, most: float) -> None:
    """In int8 it decides which way a value is rounded."""
    plain = deploy.example(network, PARAMS, VIDEO[:, :FRAMES]) if kind == "f32" else integers.causal().example()
    by = lambda share: dataclasses.replace(plain, answers=(plain.answers[0] + share * np.abs(plain.answers[0]).max(),))
    examples.stream(by(0.8 * most), 1)
    message = (
        r"^the stream answers to the clip otherwise than the network, by \d\.\de-0\d of the largest value, "
        rf"expected at most {most:.0e}; please report it$"
    )
    with pytest.raises(bundles.BundleError, match=message):
        examples.stream(by(2 * most), 1)


LOST = "echo '[vkSignalSemaphore] VK_ERROR_DEVICE_LOST' >&2; exit 1"
CRASH = "kill -SEGV $$"
RACES = {LOST: "lost its device (VK_ERROR_DEVICE_LOST)", CRASH: "crashed (SIGSEGV)"}
Failing = Callable[..., str]


@pytest.fixture
def failing(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Runs something in place of IREE's tool that ends in a way of its own until it has run so many times."""

    def runs(end: str, good: int, kind: str = "vulkan", stream: bool = True, device: str = "llvmpipe (LLVM)") -> str:
        (tmp_path / "runs").write_text("")
        script = f"echo >> runs; [ $(wc -l < runs) -ge {good} ] && echo answer || {{ {end}; }}"
        monkeypatch.setattr(run, "tool", lambda *_: ["sh", "-c", script])
        monkeypatch.setattr(drivers, "find", lambda: drivers.Driver(device, "1.3", frozenset(), "8"))
        target = types.SimpleNamespace(kind=kind)
        some: Any = types.SimpleNamespace(target=target, folder=tmp_path, name="a bundle", stream=stream)
        return run.call(some, "iree-run-module", [])

    return runs


@pytest.mark.parametrize("end", RACES)
def test_what_looks_like_irees_race_is_run_again_and_said_each_time(failing: Failing, end: str) -> None:
    for _ in range(2):  # also where it was said before
        with pytest.warns(run.RanAgain) as said:
            assert failing(end, good=3) == "answer\n"
        assert [str(each.message) for each in said] == [
            f"iree-run-module {RACES[end]} on a bundle, as a race in IREE 3.13 does; running it again, try {tries} of 5"
            for tries in (2, 3)
        ]


def test_a_race_that_goes_on_is_an_error(failing: Failing, tmp_path: pathlib.Path) -> None:
    with pytest.warns(run.RanAgain), pytest.raises(run.RunError, match=r"with exit code -11: no message$"):
        failing(CRASH, good=run.TRIES + 1)
    assert len((tmp_path / "runs").read_text()) == run.TRIES


@pytest.mark.parametrize(
    ("end", "other"),
    [
        (LOST, {"kind": "cpu"}),
        (LOST, {"device": "Adreno 740"}),
        (CRASH, {"kind": "cpu"}),
        (CRASH, {"device": "Adreno 740"}),
        (CRASH, {"stream": False}),
        ("echo 'VK_ERROR_OUT_OF_DEVICE_MEMORY' >&2; exit 1", {}),
        ("kill -ABRT $$", {}),
    ],
)
def test_another_failure_is_not_run_again(
    failing: Failing, tmp_path: pathlib.Path, end: str, other: dict[str, Any]
) -> None:
    with pytest.raises(run.RunError, match=r"^iree-run-module failed on a bundle with exit code -?\d+: "):
        failing(end, good=2, **other)
    assert len((tmp_path / "runs").read_text()) == 1
