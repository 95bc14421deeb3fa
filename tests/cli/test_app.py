"""`rt3d app`: what it says and writes to --json."""

import json
import pathlib

import pytest

from lowering.app import write
from lowering.bundle import bundles
from rt3d_jax.cli import app, main
from tests.cli import told


def test_the_row_says_what_was_written(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, row = tmp_path / "app", tmp_path / "row.json"
    made = write.App(out, "kgs", "ios", 50 * 1024, 11_000_000, 2_000_000, 8, 9)
    given = []
    monkeypatch.setattr(bundles, "read", lambda folder: folder)
    monkeypatch.setattr(write, "write", lambda *words: given.append(words) or made)
    words = ["--name", "kgs", "--platform", "ios", "--package", "org.rt", "--json", str(row)]
    assert main.call(["app", "b", "--out", str(out), *words]) == 0
    assert given == [(pathlib.Path("b"), out, "kgs", "ios", "org.rt")]
    assert capsys.readouterr().out == (
        f"{out}: kgs for ios, kernels 50 KB, weights 11.0 MB, 2.0 MB for the values of an instance; see "
        f"{out}/README.md\n"
    )
    found = json.loads(row.read_text())
    assert set(found) == told.keys(app.run)
    assert (found["kernels_bytes"], found["stages"], found["steps"]) == (51200, 8, 9)


def test_what_is_no_bundle_is_one_line(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.call(["app", str(tmp_path), "--out", str(tmp_path / "app")]) == 2
    said = f"rt3d app: {tmp_path} has no manifest.json; expected a folder that `rt3d lower` wrote\n"
    assert capsys.readouterr().err == said
