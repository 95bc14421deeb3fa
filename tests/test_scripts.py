"""The scripts beside the packages: what they do where something stands in their way."""

import importlib.machinery
import importlib.util
import pathlib
import re
import subprocess
import sys
import types
from typing import Any

import pytest

from lowering.bundle import deploy, examples
from rt3d_jax.configs import winograd_table
from tests.lowering.graph import test_streaming

ROOT = pathlib.Path(__file__).parents[1]
BUSY = """
sleep() { printf 'slept %s\\n' "$1"; }
apt-get() {
  echo asked >> "$0.calls"
  [ "$(wc -l < "$0.calls")" -gt 3 ] || { echo "E: Could not get lock /var/lib/dpkg/lock-frontend" >&2; return 100; }
}
apt install x
"""


def test_setup_waits_while_another_process_uses_apt(tmp_path: pathlib.Path) -> None:
    text = (ROOT / "scripts/setup").read_text()
    functions = [re.search(form, text, re.MULTILINE | re.DOTALL) for form in (r"^say\(\)[^\n]*", r"^apt\(\) {.*?^}$")]
    script = tmp_path / "waits"
    script.write_text("set -euo pipefail\n" + "\n".join(found[0] for found in functions if found) + BUSY)
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "slept 10\n" * 3
    assert done.stderr == "setup: another process is using apt; waiting for it\n"


def loaded(name: str) -> Any:
    """A script as a module."""
    loader = importlib.machinery.SourceFileLoader(f"{name}_script", str(ROOT / "scripts" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = found  # which dataclasses look into
    loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def script() -> Any:
    return loaded("winograd_table")


def test_the_table_of_winograds_filtering_lists_every_network_once_in_each_of_its_forms(
    script: Any, tmp_path: pathlib.Path
) -> None:
    found = script.networks(winograd_table.grid(), tmp_path, 1)
    names = [str(network.folder.relative_to(tmp_path / "seed-1")) for network in found]
    assert names[:2] == ["dense-longer/runs/kgs-1x", "plane-vanilla/runs/vanilla-2.6x"]
    assert "plane-frame-plane/runs/blocks-2.6x" in names and "tiles-of-4-kgs/runs/kgs-1.2x" in names
    assert {network.forms for network in found} == {("direct", "F2", "F4"), ("F2",), ("F4",)}
    places = [(network.algorithm, network.scheme, network.rate) for network in found]
    summary = script.sweep.summarise(winograd_table.grid(), [])
    assert set(places) <= {(row["algorithm"], row["scheme"], row["rate_target"]) for row in summary}
    row = {"algorithm": "plane", "scheme": "KGS", "rate": 2.6, "score": 91.25, "score_sd": 0.5, "n": 4, "form": "F2"}
    row |= {"tiles": {"conv2": 2}, "host_ms": 1.5, "host_least_ms": 1.25, "arm64_instructions": 12_345_678}
    alone = row | {"score_sd": None, "n": 1, "host_ms": 1.75}
    assert script.markdown([alone, row]).splitlines()[-2:] == [
        "| plane KGS 2.6x | F2 | 91.25 (0.25, 4) | 1.50 | 1.25 | 12.3 | conv2 2 |",
        "| plane KGS 2.6x | F2 | 91.25 (-, 1) | 1.75 | 1.25 | 12.3 | conv2 2 |",
    ]


def test_what_was_lowered_and_counted_for_the_table_is_taken_until_its_run_is_another(
    script: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, calls = tmp_path / "forms" / "F2" / "plane-kgs", []
    network = script.Network("plane", "KGS", 3.6, tmp_path / "plane-kgs" / "runs" / "kgs-3.6x", ("F2",))
    manifest = {"layers": [{"name": "a", "winograd": 2}, {"name": "b"}]}
    bundle = types.SimpleNamespace(folder=place / "kgs-3.6x" / "host", manifest=manifest)
    bundle.folder.mkdir(parents=True)
    row, inference = {"folder": str(bundle.folder), "passed": True}, types.SimpleNamespace(kernels={"fmla": 5, "b": 2})
    monkeypatch.setattr(script.lowerable, "find", lambda *_: None)
    monkeypatch.setattr(script.lower, "lower", lambda *asked, **_: calls.append(asked[2]) or [row, row])
    monkeypatch.setattr(script.bundles, "read", lambda _: bundle)
    monkeypatch.setattr(script.count, "count", lambda _: ([], inference))
    for run in ("one", "one", "other"):
        monkeypatch.setattr(script.claims, "fingerprint", lambda _, run=run: run)
        assert script.lowered(network, "F2", tmp_path / "forms") == script.Lowered(bundle, {"a": 2}, {"a": 2}, 7)
    assert calls == [place, place]


def test_streams_that_were_compared_are_not_compared_again(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, out, compared = loaded("streams"), tmp_path / "rows", []
    monkeypatch.setattr(script, "error", lambda _, target: compared.append(target) or 1e-6)
    some = script.Stream(script.NETWORKS["c3d"], 200)
    first = list(script.rows(some, ["host"], out))
    assert list(script.rows(some, ["host", "vulkan:adreno"], out))[:1] == first
    longer = script.Stream(some.model, 300)
    assert [row["error"] for row in script.rows(longer, ["host"], out)] == [1e-6]
    assert compared == ["host", "vulkan:adreno", "host"]


def test_a_stream_is_compared_with_the_slid_network_wherever_no_layer_sees_padding_in_one_of_them_alone() -> None:
    """An answer is made of 15 frames. Every fourth is that of the video from its first frame on."""
    script = loaded("streams")
    clip = deploy.example(test_streaming.network, test_streaming.PARAMS, test_streaming.VIDEO[:, :8])
    stream = script.Stream(script.NETWORKS["c3d"], 24)
    steps: Any = examples.stream(clip, 1, 24)
    stream.clip, stream.steps = clip, steps
    assert sorted(script.slid(stream)) == [8, 12, *range(16, 25)]
    assert script.slid_error(stream) < 1e-6
    steps.streamed.answers[0][17] += 1
    assert script.slid_error(stream) > 0.01


def test_a_python_that_is_missing_is_named_and_a_failure() -> None:
    command = [sys.executable, str(ROOT / "scripts/versions"), "--python", "python3.99"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "| python3.99 | - | - | python3.99 does not run; name one by --python |"
