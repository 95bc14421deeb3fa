"""`rt3d onnx`: what it writes, what it says, how it fails."""

import json
import pathlib
import sys

import numpy as np
import onnx
import pytest

from lowering.graph import onnx as room
from lowering.graph.onnx import export as onnx_export
from rt3d_jax.cli import main
from rt3d_jax.data import clips
from rt3d_jax.evaluation import measured
from rt3d_jax.models import catalog
from rt3d_jax.tasks import classification
from rt3d_jax.training import checkpoints

MODEL = catalog.Model("c3d", width=1 / 16, frames=16, size=16)


@pytest.fixture
def trained(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The folder of a run; what stands in it for a trained network has random weights."""
    spec = clips.ClipSpec(clips.Spread(16), short_side=18, size=16)
    params = catalog.initial(MODEL, 2, seed=0)
    network = checkpoints.Network(
        name="kgs-2x",
        model=MODEL,
        params=params,
        masks=None,
        task=classification.Classification(None, spec),
        facts={"labels": ["run", "jump"]},
        scheme="kgs 8x4",
        rate=2.0,
        score=measured.accuracy(50.0, "one clip"),
    )
    monkeypatch.setattr(checkpoints, "load_network", lambda folder: network)
    return tmp_path / "runs" / "kgs-2x"


def test_a_run_becomes_a_model_that_answers_as_jax(trained: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.call(["onnx", str(trained)]) == 0
    path = trained.parents[1] / "onnx" / "kgs-2x.onnx"
    assert f"{path}: same answer as JAX (ONNX Runtime), error " in capsys.readouterr().out
    said = {prop.key: prop.value for prop in onnx.load(path).metadata_props}
    assert (said["layout"], said["scheme"], said["rate"], said["model"]) == ("NCDHW", "kgs 8x4", "2.0", "c3d")
    assert json.loads(said["labels"]) == ["run", "jump"]
    assert json.loads(said["clip"])["short_side"] == 18


def test_a_model_that_answers_otherwise_is_exit_code_1(
    trained: pathlib.Path, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    straight = onnx_export.to_input
    monkeypatch.setattr(onnx_export, "to_input", lambda clip: np.ascontiguousarray(straight(clip)[:, :, ::-1]))
    assert main.call(["onnx", str(trained), "--out", str(tmp_path / "a" / "b.onnx")]) == 1
    assert f"{tmp_path}/a/b.onnx: WRONG ANSWER (ONNX Runtime), error " in capsys.readouterr().out


def test_a_missing_package_is_one_line(
    trained: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("onnx", "lowering.graph.onnx.export"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delattr(room, "export", raising=False)
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert main.call(["onnx", str(trained)]) == 2
    assert capsys.readouterr().err.strip() == (
        "rt3d onnx: the package onnx is not installed; get it with: pip install 'rt3d-jax[peers]'"
    )
