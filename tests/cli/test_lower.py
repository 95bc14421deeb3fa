"""`rt3d lower`: what its rows and its exit code say of bundles that pass, fail and cannot be checked here."""

import errno
import os
import pathlib
import types

import numpy as np
import pytest

from lowering.bundle import bundles, deploy
from rt3d_jax.cli import console, lower, lowerable
from tests.cli import told

FILES = {name: {"bytes": 1024, "sha256": "0" * 64} for name in ("module.vmfb", "weights.irpa")}
MANIFEST = {"run": "dense", "target": {"name": "host"}, "tuning": "default", "files": FILES, "nodes": []}
BUNDLE = bundles.Bundle(pathlib.Path("bundle"), MANIFEST)


@pytest.mark.parametrize(
    ("made", "passed", "code", "cell"),
    [
        (deploy.Deployed(BUNDLE, None, failure="exit code 1"), False, 1, "does not run"),
        (deploy.Deployed(BUNDLE, None, unchecked="no qemu"), None, 0, "not checked"),
    ],
)
def test_a_bundle_that_does_not_run_is_a_failure_and_one_that_cannot_be_run_here_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], made, passed, code, cell
) -> None:
    network = lowerable.Network("dense", len, {}, (), (), bundles.Info(), pathlib.Path("out"))
    monkeypatch.setattr(lowerable, "find", lambda *_: network)
    monkeypatch.setattr(lower, "lower", lambda *_: [lower.row(made)])
    monkeypatch.setattr(console, "CONSOLE", type(console.CONSOLE)(width=160))
    assert lower.row(made)["passed"] is passed
    assert {*lower.row(made), "failure", "unchecked"} == told.keys(lower.run)
    assert lower.run((pathlib.Path("out/runs/dense"),), target=("host",)) == code
    out = capsys.readouterr().out
    assert cell in out
    assert ("not checked: no qemu" in out) == (passed is None)


def test_made_up_data_of_a_run_that_cannot_be_written_to_are_made_beside_the_bundles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = []

    class Task:
        def open(self, out: pathlib.Path, progress: object) -> types.SimpleNamespace:
            opened.append(str(out))
            if str(out) == "home":
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), "home/data")
            return types.SimpleNamespace(example=lambda: (np.zeros(1),))

    monkeypatch.setattr(lower.checkpoints, "origin", lambda folder: None)
    monkeypatch.setattr(lower.prune, "experiment", lambda out: types.SimpleNamespace(task=Task()))
    run = types.SimpleNamespace(run="run", folder=pathlib.Path("home/runs/dense"), home=pathlib.Path("home"))
    assert lower._inputs(run, None, pathlib.Path("elsewhere")) == (np.zeros(1),)
    assert opened == ["home", "elsewhere"]
