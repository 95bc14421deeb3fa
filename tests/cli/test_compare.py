"""`rt3d bench --model`: a small network beside every peer."""

import dataclasses
import json
import pathlib

import numpy as np
import pytest

from lowering import bundle as bundles
from lowering.peers import engines, networks, rounds
from rt3d_jax import config, released
from rt3d_jax.cli import bench, compare, main

MODEL = config.Model("c3d", width=1 / 16, frames=16, size=32)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """C3D at a size for tests."""
    monkeypatch.setitem(released.PROFILES, "c3d", dataclasses.replace(released.PROFILES["c3d"], model=MODEL))


def test_all_peers_answer_and_are_timed(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bench.json"
    kept = tmp_path / "kept"
    assert (
        main.call(["bench", "--model", "c3d", "--rounds", "2", "--runs", "2", "--json", str(path), "--keep", str(kept)])
        == 0
    )
    report = json.loads(path.read_text())
    assert list(report) == ["machine", "threads", "fma_peak_gflops", "rows"]
    assert list(report["machine"]["engines"]) == [engines.OURS, *bench.DEFAULT_PEERS]
    assert {"openvino", "onnxruntime", "torch", "MNN", "iree-base-runtime"} <= set(report["machine"]["versions"])
    rows = report["rows"]
    assert [(row["engine"], row["scheme"]) for row in rows] == [
        *[(engines.OURS, "dense"), (engines.OURS, "kgs 8x4")], *[(name, "dense") for name in bench.DEFAULT_PEERS]
    ]  # fmt: skip
    for row in rows:
        assert (row["status"], row["runs"], row["model"], row["precision"]) == ("ok", 4, "c3d", "f32")
        assert row["max_rel_error"] < 1e-4 or row["engine"] == "mnn"  # Winograd
        assert 0 < row["min_ms"] <= row["p50_ms"] <= row["p90_ms"]
        assert min(row["peak_rss_mb"], row["share_of_peak"]) > 0
    assert rows[1]["rate"] == pytest.approx(rows[0]["macs"] / rows[1]["macs"])
    assert rows[1]["rate"] > 1.5
    said = capsys.readouterr().out
    assert bundles.read(kept / "kgs-8x4" / "host").manifest["rate"] == pytest.approx(rows[1]["rate"])
    assert f"kept: {kept / 'dense' / 'host'}, {kept / 'kgs-8x4' / 'host'}" in said
    assert main.call(["bench", "--model", "c3d", "--keep", str(kept)]) == 2
    assert "is there already, expected the name of a new folder" in capsys.readouterr().err
    assert "keeps by layer: conv2|conv3b 0.15, conv3a|conv4b 0.2, .* 1" in said
    assert "sparse over dense: " in said


def test_peers_can_be_given_the_masked_weights(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def interleave(pairs, threads, turns, runs, progress):
        asked.extend((engine.name, network.scheme, (threads, turns, runs)) for engine, network in pairs)
        return [rounds.Measured(*pair) for pair in pairs], None, False

    def build(folder, profile, rate, seed):
        assert (profile, rate, seed) == (released.PROFILES["c3d"], 2.0, 7)
        dense = networks.Network(folder, "c3d", "dense", 1.0, 2_000, np.ones(compare.CLASSES))
        return dense, dataclasses.replace(dense, scheme="kgs 8x4", rate=2.0, macs=1_000)

    monkeypatch.setattr(rounds, "interleave", interleave)
    monkeypatch.setattr(compare, "build", build)
    options = [
        "--peers",
        "onnxruntime",
        "--masked",
        "--rate",
        "2",
        "--seed",
        "7",
        "--threads",
        "2",
        "--rounds",
        "3",
        "--runs",
        "4",
    ]
    assert main.call(["bench", "--model", "c3d", *options]) == 130
    names = [engines.OURS, engines.OURS, "onnxruntime", "onnxruntime"]
    assert asked == [(name, ("dense", "kgs 8x4")[i % 2], (2, 3, 4)) for i, name in enumerate(names)]
    assert "interrupted before it was" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--model", "c4d"], "rt3d bench: no released profile for 'c4d'; expected one of: c3d"),
        (
            ["--model", "c3d", "--peers", "tvm"],
            "rt3d bench: no peer 'tvm'; expected one of: openvino, onnxruntime, torch, torch-frozen, inductor, mnn",
        ),
        (
            ["a", "b", "--model", "c3d"],
            "rt3d bench: both --model c3d and 2 bundles were named; expected one or the other",
        ),
    ],
)
def test_bad_arguments_are_one_line(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.call(["bench", *arguments]) == 2
    assert capsys.readouterr().err.strip().startswith(line)
