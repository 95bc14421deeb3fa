"""Claims about many devices and several processes: the same training as on one device, stopped together, gone on by any
number.
"""

import dataclasses
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import types

import jax
import numpy as np
import pytest

from rt3d_jax.hosts import devices, distributed, stops
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import masks, patterns
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, phase, phases
from tests.hosts import scale_worker

ROOT = pathlib.Path(__file__).parents[2]
STEPS = 9  # of each phase: three epochs of 24 videos in batches of 8
DENSE, PRUNED = "dense", "kgs-1.5x"
REWEIGHTED, ADMM = ("penalised", "kgs-1.6x"), ("penalised-1.7x", "kgs-1.7x")


def start(*arguments, cache):
    """A process of scale_worker, on its way."""
    # Processes of a busy machine may stand still for a while: XLA must not take that for a death.
    flags = f"--xla_cpu_collective_call_terminate_timeout_seconds=600 {os.environ['XLA_FLAGS']}"
    kept = {"JAX_COMPILATION_CACHE_DIR": str(cache), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    return subprocess.Popen(
        [sys.executable, scale_worker.__file__, *map(str, arguments)],
        env={**os.environ, **kept, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu", "XLA_FLAGS": flags},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """(exit code, what it said, the lines of its stderr)."""
    out, err = process.communicate()
    return process.returncode, [json.loads(line) for line in out.splitlines() if line.startswith("{")], err.splitlines()


def pair(out, cache, *both, second=()):
    """Two processes of one job on `out`; `both` are further arguments of each, `second` of process 1."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    together = (out, *both, "--coordinator", address, "--process")
    running = [start(*together, 0, cache=cache), start(*together, 1, *second, cache=cache)]
    return [finish(one) for one in running]


@pytest.fixture(scope="module", autouse=True)
def network():
    """The worker's networks, known by name in this process too."""
    with pytest.MonkeyPatch.context() as patch:
        for name, made in scale_worker.NETWORKS.items():
            patch.setitem(catalog.NETWORKS, name, made)
        yield


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The whole experiment in this process, on its one device."""
    out = tmp_path_factory.mktemp("alone")
    return out, phases.run(scale_worker.EXPERIMENT, out, lambda *_: None)


@pytest.fixture(scope="module")
def penalised(alone):
    """The same folder, after the experiments with a penalise phase."""
    for name in ("reweighted", "admm"):
        phases.run(scale_worker.EXPERIMENTS[name], alone[0], lambda *_: None)
    return alone[0]


@pytest.fixture(scope="module")
def begun(alone, compiled, tmp_path_factory):
    """What `four` waits for. It is under way while `story` waits for a process that is gone: (folder, process)."""
    out = tmp_path_factory.mktemp("four")
    shutil.copytree(alone[0] / "data", out / "data")
    (out / scale_worker.PARTS).mkdir()
    (out / scale_worker.PARTS / "data").symlink_to(out / "data")
    names = ("reweighted", "admm", "heuristic", scale_worker.PARTS)
    with start(out, "--cores", 4, "--experiments", *names, cache=compiled) as process:
        yield out, process
        process.kill()


@pytest.fixture(scope="module")
def four(begun):
    """All experiments in one process with four devices of the CPU: (folder, exit code, what it said, stderr)."""
    return begun[0], *finish(begun[1])


@pytest.fixture(scope="module")
def story(alone, compiled, begun, tmp_path_factory):
    """Two processes, that after a penalised experiment begin another; a SIGTERM for one of them while retraining; two
    again, of which one is killed; one that goes on alone."""
    out = tmp_path_factory.mktemp("two")
    shutil.copytree(alone[0] / "data", out / "data")
    stopped = pair(out, compiled, "--experiments", "reweighted", "heuristic", second=("--interrupt-at", f"{PRUNED}/3"))
    killed = pair(out, compiled, second=("--kill-at", f"{PRUNED}/6"))
    return out, stopped, killed, phases.run(scale_worker.EXPERIMENT, out, lambda *_: None)


def assert_alike(one, other, name):
    """A run in two folders has the same masks, and parameters within the rounding of sums in another order."""
    left, right = (checkpoints.load_network(out / "runs" / name) for out in (one, other))
    jax.tree.map(np.testing.assert_array_equal, left.masks, right.masks)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-4), left.params, right.params)


def test_two_processes_train_what_one_does(alone, story):
    (code, said, _), (other_code, other_said, _) = story[1]
    assert {(line["devices"], line["processes"]) for line in said + other_said if "phase" in line} == {(2, 2)}
    assert_alike(alone[0], story[0], DENSE)
    values = {(line["phase"], line["done"]): line["values"] for line in said if "phase" in line}
    logged = [json.loads(line) for line in (alone[0] / "runs" / DENSE / "metrics.jsonl").read_text().splitlines()]
    assert values[DENSE, STEPS]["loss"] == pytest.approx(logged[-1]["loss"], rel=1e-3)


def test_sigterm_for_one_process_stops_all_at_the_same_step_with_a_checkpoint(story):
    ends = [(code, said[-1]["done"], err[-1]) for code, said, err in story[1]]
    assert ends[0] == ends[1]
    code, step, line = ends[0]
    assert code == stops.INTERRUPTED and 3 <= step < STEPS
    assert line == "scale: interrupted; the same command continues from here"
    first = next(line["done"] for line in story[2][0][1] if line.get("phase") == PRUNED)
    assert first == step + 1  # where the next two went on


def test_a_killed_process_ends_the_job_with_its_number_and_what_to_do(story):
    (code, _, err), (killed, *_) = story[2]
    assert killed == -9 and code == distributed.FAILED
    said = [line for line in err if line.startswith("scale: ")]
    assert len(said) == 1
    assert said[0].startswith("scale: process 1 of 2 is gone: killed, ")
    assert said[0].endswith("; the same command continues from the last checkpoint")


def test_the_first_process_does_not_wait_for_a_word_of_one_that_is_gone(monkeypatch, capsys):
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    monkeypatch.setattr(distributed.time, "sleep", lambda _: pytest.fail("waits"))
    monkeypatch.setattr(os, "_exit", sys.exit)
    watch = distributed._Watch(distributed.Job(), "scale")
    watch._client = types.SimpleNamespace(key_value_set=lambda *_: None, key_value_dir_get=lambda _: [("ended/0", "")])
    watch._silent.add(1)
    with pytest.raises(SystemExit):
        watch._end("process 1 is gone", "process 1 is gone", distributed.FAILED)
    assert capsys.readouterr().err == "scale: process 1 is gone\n"


def test_one_process_goes_on_from_the_checkpoint_of_two_and_ends_where_one_alone_does(alone, story):
    assert_alike(alone[0], story[0], PRUNED)
    assert [(run["name"], run["macs"]) for run in story[3]] == [(run["name"], run["macs"]) for run in alone[1]]
    assert [run["accuracy_protocol"] for run in story[3]] == [run["accuracy_protocol"] for run in alone[1]]


def test_four_devices_train_what_one_does(alone, four):
    out, code, said, err = four
    assert code == 0, err
    assert {(line["devices"], line["processes"]) for line in said if "phase" in line} == {(4, 1)}
    for name in (DENSE, PRUNED):
        assert_alike(alone[0], out, name)
    macs = {name: macs for name, _, macs in said[-1]["results"][:-1]}  # the last is that of the parts
    assert [macs[run["name"]] for run in alone[1]] == [run["macs"] for run in alone[1]]


@pytest.mark.parametrize("names", [REWEIGHTED, ADMM], ids=["reweighted", "admm"])
def test_four_devices_penalise_and_cut_as_one_does(penalised, four, names):
    for name in names:
        assert_alike(penalised, four[0], name)


def test_two_processes_reweight_and_cut_as_one_does(penalised, story):
    for name in REWEIGHTED:
        assert_alike(penalised, story[0], name)


def test_the_reweighted_phase_that_is_compared_empties_blocks(penalised):
    kernels = [
        checkpoints.load_network(penalised / "runs" / name).params["conv2"]["kernel"] for name in (DENSE, REWEIGHTED[0])
    ]
    before, after = (np.mean(masks.block_norms(np.asarray(kernel), patterns.kgs(2, 2)) == 0) for kernel in kernels)
    assert before == 0 and 0.1 < after < 0.9


def test_four_devices_take_a_batch_in_parts_as_one_takes_it_whole(alone, four, tmp_path):
    (tmp_path / "data").symlink_to(alone[0] / "data")
    phases.run(scale_worker.WHOLE, tmp_path, lambda *_: None)
    assert_alike(tmp_path, four[0] / scale_worker.PARTS, DENSE)


def test_a_jax_that_has_started_keeps_its_devices():
    before = os.environ["XLA_FLAGS"]
    devices.part_cpu(3)
    assert (jax.device_count(), os.environ["XLA_FLAGS"]) == (1, before)


@pytest.mark.parametrize("flag", ["", f"{devices.PATIENCE}=5"])
def test_a_core_waits_for_another_for_a_day_unless_the_user_says_how_long(monkeypatch, flag):
    settings = {}
    monkeypatch.setattr(jax.config, "update", settings.__setitem__)
    monkeypatch.setenv("XLA_FLAGS", f"--first=1 {flag}".strip())
    devices.part_cpu(2)
    assert settings == {"jax_num_cpu_devices": 2}
    assert os.environ["XLA_FLAGS"] == f"--first=1 {flag or devices.PATIENCE + '=86400'}"


def test_a_batch_that_does_not_fit_the_devices_is_an_error_before_anything_trains(monkeypatch, tmp_path):
    monkeypatch.setattr(jax, "device_count", lambda: 6)
    with pytest.raises(ValueError) as error:
        phases.prepare(scale_worker.EXPERIMENT, tmp_path / "out", lambda *_: None)
    assert str(error.value) == "batch is 8, expected a multiple of 6: 6 devices; it counts the clips of all devices"
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    message = "batch is 18, expected a multiple of 12: 6 devices of 2 processes x 2 parts"
    with pytest.raises(ValueError, match=message):
        devices.check(18, 2)


@pytest.mark.parametrize("given", [{"coordinator": "host:1"}, {"processes": 2, "process": 0}])
def test_half_an_address_is_an_error(given):
    with pytest.raises(ValueError, match="expected all three .* or none of them"):
        distributed.Job(**given)


def test_a_patience_that_never_ends_is_an_error():
    with pytest.raises(ValueError, match="^patience is nan, expected a number above 0$"):
        distributed.Job(patience=float("nan"))


@pytest.mark.parametrize(("given", "gpus"), [({}, "3"), ({"JAX_LOCAL_DEVICE_IDS": "0,1,2,3"}, "0,1,2,3")])
def test_under_slurm_a_task_takes_the_gpu_of_its_number_or_those_that_are_named(monkeypatch, given, gpus):
    slurm = {"JOB_ID": "9", "STEP_NODELIST": "node[1-2]", "NTASKS": "8", "PROCID": "3", "LOCALID": "3"}
    for name, value in {**{f"SLURM_{name}": value for name, value in slurm.items()}, **given}.items():
        monkeypatch.setenv(name, value)
    updates, client = {}, lambda *_, **__: (_ for _ in ()).throw(RuntimeError("no coordinator"))
    monkeypatch.setattr(jax.config, "update", updates.__setitem__)
    monkeypatch.setattr("jax._src.distributed.config.update", updates.__setitem__)
    monkeypatch.setattr("jax._src.distributed._jax.get_distributed_runtime_client", client)
    monkeypatch.setattr(jax.distributed, "initialize", distributed.runtime.State().initialize)
    with pytest.raises(RuntimeError, match=r"no job to join \(no coordinator\)"):
        distributed._initialise(distributed.Job())
    assert updates["jax_cuda_visible_devices"] == gpus


def test_processes_meet_more_often_when_steps_are_slow(monkeypatch):
    now, met = [0.0], []
    monkeypatch.setattr(jax, "process_count", lambda: 2)
    monkeypatch.setattr(distributed.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(distributed, "agree", lambda *values: (met.append(step), values)[1])
    for seconds, expected in ((0.01, [1, 11, 21]), (2.0, [1, 3, 5]), (60.0, [1, 2, 3])):
        meetings = distributed.Meetings()
        met.clear()
        for step in range(1, 22):
            now[0] += seconds
            assert meetings.any(step, True, False) == (step in met, False)
        assert met[:3] == expected


def test_shared_rows_are_all_rows_of_a_batch_in_one_process():
    assert devices.rows(5) == (0, 1, 2, 3, 4)
    experiment = dataclasses.replace(scale_worker.EXPERIMENT, batch=4, workers=3)
    prepared = phase.Prepared(experiment, *5 * (None,))
    assert prepared.reading == contract.Reading(4, (0, 1, 2, 3), workers=3)
