"""The whole path on a micro experiment: videos, training, pruning, bundles for three targets, latency, report; stopped
and gone on.
"""

import json
import pathlib
import signal
import subprocess
import sys
import time

import pytest

EXPERIMENT = '''
"""A few steps of everything."""
import dataclasses
from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import patterns, plans

def experiment():
    base = quickstart_kgs.experiment()
    few = lambda recipe, epochs: dataclasses.replace(recipe, epochs=epochs, warmup=0)
    return dataclasses.replace(
        base, name="micro", batch=8, workers=0, rates=(3.0,),
        task=dataclasses.replace(
            base.task,
            data=dataclasses.replace(base.task.data, groups=4, clips_per_group=2, sides=(32, 38), frames=(16, 18)),
            clip=dataclasses.replace(base.task.clip, short_side=18, size=16),
        ),
        model=catalog.Model("tests.models.tiny:Tiny", width=2, size=16, dropout=0.0),
        plan=((r"conv\\d", plans.Prune(patterns.kgs(4, 2))), ("fc", None)),
        dense=few(base.dense, 3), penalise=few(base.penalise, 1), retrain=few(base.retrain, 1),
    )
'''
RT3D = [sys.executable, "-c", "from rt3d_jax.cli import main; main.main()"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo that was interrupted in training, gone on with, and run again: (folder, output of each call)."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "micro.py").write_text(EXPERIMENT)
    command = [*RT3D, "demo", "--out", str(folder / "out"), "--config-name", str(folder / "micro.py")]
    first = _interrupted(command, folder / "out" / "runs" / "dense" / "config.json")
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    third = subprocess.run(command, capture_output=True, text=True, check=False)
    return folder / "out", (first, second, third)


def _interrupted(command: list[str], appears: pathlib.Path) -> subprocess.CompletedProcess[str]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not appears.exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, out, error)


def test_ctrl_c_ends_with_130_and_says_that_the_same_command_goes_on(demo):
    _, (first, _, _) = demo
    assert first.returncode == 130, first.stderr
    assert first.stderr.strip().splitlines()[-1] == "rt3d demo: interrupted; the same command continues from here"


def test_the_same_command_goes_on_to_the_end(demo):
    _, (_, second, _) = demo
    assert second.returncode == 0, second.stderr


def test_a_second_run_uses_what_is_there(demo):
    folder, (_, second, third) = demo
    assert third.returncode == 0, third.stderr
    assert "dense: " in second.stdout
    assert "dense: " not in third.stdout.replace("evaluate dense: ", "")  # no step was trained again
    assert not list(folder.rglob("*.part*"))


def test_the_report_holds_runs_bundles_and_latency(demo):
    folder, _ = demo
    report = json.loads((folder / "report.json").read_text())
    assert {run["name"] for run in report["runs"]} == {"dense", "penalised", "kgs-3x"}
    pruned = next(run for run in report["runs"] if run["name"] == "kgs-3x")
    assert pruned["rate"] == pytest.approx(3.0, rel=0.01)
    assert {(row["run"], row["target"]) for row in report["bundles"]} == {
        (run, target) for run in ("dense", "kgs-3x") for target in ("host", "android:cortex-a76", "vulkan:adreno")
    }
    assert all(row["max_rel_error"] is not None and row["max_rel_error"] <= 1e-4 for row in report["bundles"])
    assert {row["run"] for row in report["latency"]} == {"dense", "kgs-3x"}
    assert all(row["p50_ms"] > 0 and row["runs"] >= 100 for row in report["latency"])


def test_the_report_page_is_one_self_contained_file(demo):
    text = (demo[0] / "report.html").read_text()
    assert "kgs-3x" in text
    assert "<script src" not in text
    assert 'href="http' not in text
    assert 'src="http' not in text
