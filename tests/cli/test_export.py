"""rt3d export and import: shared folders by the program, and what takes the run that comes of one."""

import dataclasses

import pytest

from rt3d_jax.cli import main
from rt3d_jax.training import checkpoints
from rt3d_jax.weights import shared
from tests.data import conftest, layouts
from tests.weights import test_shared_fuzz

write_video = conftest.write_video
FACTS = dataclasses.replace(test_shared_fuzz.FACTS, facts={"labels": ("cat", "dog")})


@pytest.fixture
def folder(tiny_network, tmp_path):
    return test_shared_fuzz.write(tmp_path / "download", FACTS)


def test_a_folder_becomes_a_run_that_eval_and_lower_take_and_export_gives_it_back(
    folder, tmp_path, write_video, capsys
):
    run = tmp_path / "runs" / "run"
    assert main.call(["import", str(folder), "--out", str(run)]) == 0
    assert (
        f"{run}: kgs 8x4, rate 1." in (said := capsys.readouterr().out)
        and "50.0 %, as the folder says (top-1 %)" in said
    )
    assert checkpoints.load_network(run).score.value == 50.0
    video = write_video("a.mp4", frames=17, size=(18, 20))
    layouts.classes(tmp_path / "videos", video)
    assert main.call(["eval", str(run), "--data", str(tmp_path / "videos"), "--out", str(tmp_path / "eval")]) == 0
    assert main.call(["lower", str(run), "--clip", str(video), "--target", "host"]) == 0
    assert "same answer as JAX" in capsys.readouterr().out
    assert main.call(["export", str(run), "--out", str(tmp_path / "share")]) == 0
    assert "written" in (said := capsys.readouterr().out) and "no licence" not in said  # that of the import goes on
    for name in (shared.CONFIG, shared.MODEL, shared.MASKS):
        assert (folder / name).read_bytes() == (tmp_path / "share" / "run" / name).read_bytes()
    assert main.call(["export", str(run), "--out", str(tmp_path / "share"), "--license", "mit"]) == 0
    assert "unchanged" in capsys.readouterr().out


def test_no_licence_is_said(folder, tmp_path, capsys):
    (tmp_path / "two").mkdir()
    unlicensed = test_shared_fuzz.write(tmp_path / "two" / "download", dataclasses.replace(FACTS, licence=None))
    assert main.call(["import", str(unlicensed), "--out", str(tmp_path / "run")]) == 0
    assert main.call(["export", str(tmp_path / "run"), "--out", str(tmp_path / "share")]) == 0
    assert "The card says that no licence was given; name one with --licence" in capsys.readouterr().out


def test_what_the_verbs_are_given_is_checked(folder, tmp_path, capsys):
    def error(*arguments):
        assert main.call([*map(str, arguments), "--out", str(tmp_path / "out")]) == 2
        (line,) = capsys.readouterr().err.strip().splitlines()
        return line

    assert "is a folder, whose config.json says its model, labels and frames" in error(
        "import", folder, "--model", "c3d"
    )
    assert "is no folder; name the network of a file with --model: r2plus1d, r3d, mc3, s3d, c3d, x3d_xs" in error(
        "import", folder / shared.MODEL
    )
    assert "config.json is not there, expected a folder that `rt3d export` wrote, whole" in error("import", tmp_path)
    assert "name at least one run" in error("export")
    assert "the runs are called run, run, expected different names" in error("export", "a/run", "b/run")
    assert "is not there, expected the folder of a run" in error("export", tmp_path / "none")
    assert not (tmp_path / "out").exists()
