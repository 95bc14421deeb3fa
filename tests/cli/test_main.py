"""The `rt3d` program: verbs, exit codes and error lines."""

import functools
import json
import subprocess
import sys

import pytest

from rt3d_jax.cli import doctor, main
from tests.cli import told


def test_help_names_every_verb(capsys):
    assert main.call(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {verb} " in text for verb in main.VERBS)


def test_no_verb_prints_the_usage_and_fails(capsys):
    assert main.call([]) == 2
    assert capsys.readouterr().out.startswith("usage: rt3d VERB")


def test_an_unknown_verb_is_one_line_that_lists_the_verbs(capsys):
    assert main.call(["fly"]) == 2
    expected = f"rt3d: no verb 'fly'; expected one of: {', '.join(main.VERBS)}"
    assert capsys.readouterr().err.strip() == expected


@pytest.mark.parametrize("verb", main.VERBS)
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as stop:
        main.call([verb, "--help"])
    assert stop.value.code == 0
    assert f"usage: rt3d {verb}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["lower", "nowhere"],
            "rt3d lower: nowhere is not there, expected the folder of a run, such as OUT/runs/dense",
        ),
        (["bench"], "rt3d bench: nothing to do: name at least one bundle, such as OUT/bundles/dense/host"),
        (
            ["count"],
            "rt3d count: nothing to do: name at least one bundle, such as OUT/bundles/dense/android-cortex-a76",
        ),
        (
            ["check", "nowhere"],
            "rt3d check: nowhere has no manifest.json; expected a folder that `rt3d lower` wrote",
        ),
        (
            ["report", "nowhere"],
            "rt3d report: nowhere/report.json is not there; expected a folder that `rt3d demo` wrote",
        ),
        (
            ["prune", "nowhere", "--rate", "3"],
            "rt3d prune: nowhere/runs/dense/config.json is not there; expected a folder that `rt3d train --out` wrote",
        ),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, line, capsys):
    assert main.call(arguments) == 2
    assert capsys.readouterr().err.strip() == line


def test_an_unknown_target_lists_the_targets(capsys):
    assert main.call(["lower", "nowhere", "--target", "android:cortex-a99"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(
        "rt3d lower: no target 'android:cortex-a99'; expected one of: host, host:avx2, host:avx512, "
    )
    assert len(error.splitlines()) == 1


def test_an_unknown_form_of_kernels_lists_the_forms(capsys):
    assert main.call(["lower", "nowhere", "--form", "scf"]) == 2
    assert capsys.readouterr().err == "rt3d lower: no form 'scf'; expected one of: executables, linalg\n"


def test_an_unknown_experiment_lists_the_experiments(capsys):
    assert main.call(["train", "c4d"]) == 2
    assert "no experiment 'c4d'; expected one of: " in capsys.readouterr().err


def test_doctor_finds_what_every_user_needs(tmp_path):
    path = tmp_path / "doctor.json"
    assert main.call(["doctor", "--json", str(path)]) == 0
    rows = {row["check"]: row for row in json.loads(path.read_text())}
    assert {key for row in rows.values() for key in row} == told.keys(doctor.run)
    assert rows["IREE compiler and runtime"]["works"]
    assert all(row["works"] for row in rows.values() if row["needed"])


def test_help_loads_neither_jax_nor_iree():
    code = (
        "import sys; from rt3d_jax.cli import main; main.call(['--help']); print(sorted({'jax', 'iree'} & "
        "set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_file_of_results_that_cannot_be_written_is_refused_before_the_work(tmp_path, monkeypatch, capsys):
    path, worked = tmp_path / "nowhere" / "found.json", []
    monkeypatch.setattr(main, "parse", lambda verb, words: functools.partial(worked.append, json_file=path))
    assert main.call(["doctor"]) == 2
    line = f"rt3d doctor: {path}: No such file or directory; check the path, or make its folder"
    assert (capsys.readouterr().err.strip(), worked) == (line, [])
