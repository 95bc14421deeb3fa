"""`rt3d bench --model`: a small network beside every peer."""

import dataclasses
import json
import pathlib

import numpy as np
import pytest

from lowering.bundle import bundles
from lowering.peers import engines, networks, rounds
from rt3d_jax.cli import compare, contestants, main
from rt3d_jax.configs import released
from rt3d_jax.models import catalog, resnet18, s3d
from tests.models import parameters

MODELS = (
    catalog.Model("c3d", width=1 / 16, frames=16, size=32),
    catalog.Model("r2plus1d", width=1 / 8, frames=4, size=16),
    catalog.Model("s3d", width=1 / 8, frames=14, size=17),
)
KEYS = {
    "engine",
    "model",
    "scheme",
    "rate",
    "macs",
    "precision",
    "level",
    "p50_ms",
    "p90_ms",
    "min_ms",
    "runs",
    "peak_rss_mb",
    "share_of_peak",
    "max_rel_error",
    "score",
    "status",
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The networks at sizes for tests, with weights that need no compilation."""
    monkeypatch.setattr(catalog, "initial", parameters.random)
    for model in MODELS:
        profile = dataclasses.replace(released.PROFILES[model.name], model=model)
        monkeypatch.setitem(released.PROFILES, model.name, profile)


def test_both_forms_of_our_kernels_and_all_peers_answer_and_are_timed(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, kept = tmp_path / "bench.json", tmp_path / "kept"
    options = ["--forms", "executables", "linalg", "--rounds", "2", "--runs", "2", "--json", str(path)]
    assert main.call(["bench", "--model", "c3d", *options, "--keep", str(kept)]) == 0
    report = json.loads(path.read_text())
    assert list(report) == ["machine", "threads", "fma_peak_gflops", "rows"]
    assert list(report["machine"]["engines"]) == [engines.OURS, *compare.DEFAULT_PEERS["f32"]]
    assert {"openvino", "onnxruntime", "torch", "MNN", "iree-base-runtime"} <= set(report["machine"]["versions"])
    rows = report["rows"]
    assert [(row["engine"], row["scheme"]) for row in rows] == [
        *[(engines.OURS, scheme) for scheme in ("dense", "kgs 8x4", "dense linalg", "kgs 8x4 linalg")],
        *[(name, "dense") for name in compare.DEFAULT_PEERS["f32"]],
    ]
    for row in rows:
        assert (row["status"], row["runs"], row["model"], row["precision"]) == ("ok", 4, "c3d", "f32")
        assert row["max_rel_error"] < 1e-4 or row["engine"] == "mnn"  # Winograd
        assert 0 < row["min_ms"] <= row["p50_ms"] <= row["p90_ms"]
        assert min(row["peak_rss_mb"], row["share_of_peak"]) > 0
    assert rows[1]["rate"] == pytest.approx(rows[0]["macs"] / rows[1]["macs"])
    assert rows[1]["rate"] > 1.5
    said = capsys.readouterr().out
    assert bundles.read(kept / "kgs-8x4" / "host").manifest["rate"] == pytest.approx(rows[1]["rate"])
    names = ("dense", "dense-linalg", "kgs-8x4", "kgs-8x4-linalg")
    assert f"bundles kept: {', '.join(str(kept / name / 'host') for name in names)}" in said
    assert main.call(["bench", "--model", "c3d", "--keep", str(kept)]) == 2
    assert "exists already; name a new folder" in capsys.readouterr().err
    assert "blocks kept by layer: conv2|conv3b 0.15, conv3a|conv4b 0.2, .* 1" in said
    assert "The sparse network has " in said


@pytest.mark.parametrize("model", ["r2plus1d", "s3d"])
def test_every_network_is_timed_dense_and_sparse_beside_a_peer(
    model: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one block in each stage; tests/lowering/test_catalog.py has the whole networks."""
    monkeypatch.setattr(resnet18, "BLOCKS", 1)
    for stage in ("MIXED3", "MIXED4", "MIXED5"):
        monkeypatch.setattr(s3d, stage, getattr(s3d, stage)[:1])
    path = tmp_path / "bench.json"
    options = ["--peers", "onnxruntime", "--rounds", "1", "--runs", "1", "--json", str(path)]
    assert main.call(["bench", "--model", model, *options]) == 0
    rows = json.loads(path.read_text())["rows"]
    engines_and_schemes = [(engines.OURS, "dense"), (engines.OURS, "kgs 8x4"), ("onnxruntime", "dense")]
    assert [(row["engine"], row["scheme"]) for row in rows] == engines_and_schemes
    for row in rows:
        assert set(row) == KEYS
        assert (row["status"], row["runs"], row["model"], row["precision"]) == ("ok", 1, model, "f32")
        assert row["max_rel_error"] < 1e-4
    assert rows[1]["rate"] == pytest.approx(rows[0]["macs"] / rows[1]["macs"])
    assert rows[1]["rate"] > 1.2  # of so small a network


def test_peers_can_be_given_the_masked_weights(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def interleave(pairs, threads, turns, runs, progress, judge):
        asked.extend((engine.name, network.scheme, (threads, turns, runs)) for engine, network in pairs)
        return [rounds.Measured(*pair) for pair in pairs], None, False

    def drawn(folder, profile, rate, seed, ours):
        host = ours.host
        assert (profile, rate, seed) == (released.PROFILES["c3d"], 2.0, 7)
        assert (ours.choose(None), host.name, host.form) == ({}, "host:avx2", "executables")
        answers = {"logits": np.ones(contestants.CLASSES)}
        dense = networks.Network(folder, "c3d", "dense", 1.0, 2_000, ("clip",), answers, level=host.level)
        return dense, dataclasses.replace(dense, scheme="kgs 8x4", rate=2.0, macs=1_000)

    monkeypatch.setattr(rounds, "interleave", interleave)
    monkeypatch.setattr(contestants, "drawn", drawn)
    options = [
        "--peers",
        "onnxruntime",
        "--masked",
        "--target",
        "host:avx2",
        "--no-tuning",
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
    said = capsys.readouterr().out
    assert "c3d on 2 threads, held to avx2, timed in turns" in said
    assert "interrupted before it was" in said
    assert "not timed: it has no switch that" in said


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--model", "c4d"], "rt3d bench: no released profile for 'c4d'; expected one of: c3d"),
        (
            ["--model", "c3d", "--peers", "tvm"],
            "rt3d bench: no peer 'tvm'; expected one of: openvino, onnxruntime, torch, torch-frozen, inductor, mnn, "
            "openvino-nncf, mnn-int8",
        ),
        (
            ["a", "b", "--model", "c3d"],
            "rt3d bench: --model c3d and 2 bundles were both given; name bundles or a model, not both",
        ),
        (
            ["a", "--target", "host:avx2"],
            "rt3d bench: --target host:avx2 is for --model; bundles say themselves what they were compiled for",
        ),
    ],
)
def test_bad_arguments_are_one_line(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.call(["bench", *arguments]) == 2
    assert capsys.readouterr().err.strip().startswith(line)
