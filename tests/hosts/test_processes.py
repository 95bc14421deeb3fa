"""Claims about jobs in processes of their own. This file imports little: the processes import it too."""

import dataclasses
import errno
import multiprocessing
import os
import signal

import pytest

from rt3d_jax.hosts import processes


def silent(*_):
    pass


@dataclasses.dataclass(frozen=True)
class Task:
    """A job for other processes: says which cores it has, waits, or ends as told."""

    name: str
    how: str = "well"

    def run(self, progress):
        progress("work", 1, 2, {"x": 1.0})
        if self.how == "badly":
            raise ValueError("as told")
        if self.how == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "forever":
            while True:
                progress("work", 1, 2, {})
        return sorted(os.sched_getaffinity(0))


def test_jobs_run_side_by_side_each_on_its_cores_and_a_crash_ends_one_alone():
    jobs = [Task("first"), Task("second", "badly"), Task("third", "crash"), Task("fourth"), Task("after third")]
    found, said = {}, []
    processes.run(
        jobs,
        {"after third": "third"},
        set(),
        lambda *event: said.append(event),
        lambda name, result=None, error=None: found.update({name: error or result}),
        at_once=2,
    )
    cores = os.sched_getaffinity(0)
    assert set(found["first"]) | set(found["fourth"]) <= cores
    assert len(cores) < 2 or len(found["first"]) <= (len(cores) + 1) // 2
    assert found["second"] == "ValueError: as told"
    assert found["third"].startswith("its process ended with exit code -9")
    assert found["after third"] == "third failed, which comes before"
    assert ("first: work", 1, 2, {"x": 1.0}) in said


def test_without_shared_memory_jobs_run_in_this_process_alone(monkeypatch):
    def refused(context):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    monkeypatch.setattr(type(multiprocessing.get_context("spawn")), "Queue", refused)
    found = []
    report = lambda name, result=None, error=None: found.append((name, error))
    with pytest.raises(ValueError) as error:
        processes.run([Task("first")], {}, set(), silent, report, at_once=2)
    assert str(error.value) == (
        "processes need shared memory to hand on what they say, and it cannot be used (No such file or directory); "
        "mount a tmpfs at /dev/shm, or run the jobs in this process: --jobs 0"
    )
    processes.run([Task("first")], {}, set(), silent, report, at_once=0)
    assert found == [("first", None)]


def test_ctrl_c_ends_the_running_jobs_and_is_raised_again():
    def interrupting(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        processes.run([Task("only", "forever")], {}, set(), interrupting, silent, at_once=1)
    assert not multiprocessing.active_children()


def test_a_job_that_is_stopped_while_its_process_starts_says_nothing(monkeypatch, capfd):
    def interrupting(queue):
        raise KeyboardInterrupt

    monkeypatch.setattr(processes._Queue, "_listen", interrupting)
    with pytest.raises(KeyboardInterrupt):
        processes.run([Task("only", "forever")], {}, set(), silent, silent, at_once=1)
    assert not multiprocessing.active_children()
    assert capfd.readouterr().err == ""


def test_a_negative_number_of_processes_is_an_error():
    with pytest.raises(ValueError, match=r"^processes at once are -1, expected 0 \(this process\) or more$"):
        processes.run([], {}, set(), silent, silent, at_once=-1)
