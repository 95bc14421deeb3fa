"""Logs of training: what TensorBoard reads of them, and what a full disk does to them."""

import errno
import json
import pathlib
import struct
import sys

import jax.numpy as jnp
import numpy as np
import optax
import pytest
from tensorboardX.proto import event_pb2

from rt3d_jax.training import logs, loop


def test_a_log_forgets_what_a_lost_run_wrote_after_its_checkpoint(tmp_path):
    log = logs.Log(tmp_path)
    for step in (10, 20, 30):
        log.write(step, {"loss": float(step)})
    log.close()
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4')
    log = logs.Log(tmp_path, 20)
    log.write(30, {"loss": 1.0})
    log.close()
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert lines == [{"step": 10, "loss": 10.0}, {"step": 20, "loss": 20.0}, {"step": 30, "loss": 1.0}]
    assert list((tmp_path / "tensorboard").iterdir())


def test_tensorboard_reads_the_log_without_what_a_lost_run_wrote(tmp_path):
    for first, value in ((0, 1.0), (20, 2.0)):
        log = logs.Log(tmp_path, first)
        for step in range(first + 10, 40, 10):
            log.write(step, {"loss": value})
        log.close()
    one, two = (list(events(path)) for path in sorted((tmp_path / "tensorboard").iterdir()))
    assert [(event.step, event.summary.value[0].simple_value) for event in one[1:]] == [(10, 1), (20, 1), (30, 1)]
    assert (two[2].step, two[2].session_log.status) == (20, event_pb2.SessionLog.START)
    assert (two[3].step, two[3].summary.value[0].tag, two[3].summary.value[0].simple_value) == (30, "loss", 2.0)


def test_a_log_without_tensorboards_extra_has_lines_only(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    log = logs.Log(tmp_path)
    log.write(1, {"loss": 0.5})
    log.close()
    assert (tmp_path / "metrics.jsonl").read_text() == '{"step": 1, "loss": 0.5}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.jsonl"]


def test_a_log_that_cannot_be_written_is_named_and_nobody_waits_for_it(tmp_path, limit):
    log = logs.Log(tmp_path)
    limit(2000)
    with pytest.raises(OSError) as error:
        for step in range(1000):
            log.write(step, {"loss": 0.5})
    assert error.value.filename == str(tmp_path / "metrics.jsonl")
    with pytest.raises(OSError) as error:
        log.close()
    assert pathlib.Path(error.value.filename).parent == tmp_path / "tensorboard"


def test_a_log_that_cannot_be_closed_keeps_no_worker_alive(tmp_path, monkeypatch):
    ended = []

    class Batches:
        def __next__(self):
            return {"x": np.zeros(1, np.float32)}

        def get_state(self):
            return {}

        def close(self):
            ended.append("batches")

    def close(log, closed=logs.Log.close):
        closed(log)
        raise OSError(errno.ENOSPC, "No space left on device", "metrics.jsonl")

    monkeypatch.setattr(logs.Log, "close", close)
    transform = optax.sgd(1.0)
    step = loop.step_function(lambda params, *_: (params["w"], ({}, {})), transform, seed=0)
    phase = loop.Phase("dense", tmp_path, step, 1, Batches(), {"w": None}, lambda *_: None)
    with pytest.raises(OSError, match=r"No space left on device: 'metrics.jsonl'"):
        loop.fit(phase, loop.initial_state({"w": jnp.array(0.5)}, transform))
    assert ended == ["batches"]


def events(path):
    """What a file of events holds: each has its length and a checksum before it, and a checksum behind it."""
    data = path.read_bytes()
    while data:
        (size,) = struct.unpack("Q", data[:8])
        yield event_pb2.Event.FromString(data[12 : 12 + size])
        data = data[16 + size :]
