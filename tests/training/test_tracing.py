"""Claims about the wait for batches and the trace of a few steps."""

import types

import jax
import jax.numpy as jnp
import pytest

from rt3d_jax.training import tracing


def test_waiting_is_the_share_of_time_in_which_the_device_had_ended_its_step(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(tracing, "time", types.SimpleNamespace(monotonic=lambda: clock[0]))
    waiting = tracing.Waiting()
    for seconds, ready in ((3.0, None), (2.0, True), (1.0, False)):
        running = None if ready is None else types.SimpleNamespace(is_ready=lambda ready=ready: ready)
        with waiting.batch(running):
            clock[0] += seconds
    clock[0] += 2.0
    assert waiting.percent() == 25.0
    clock[0] += 1.0
    assert waiting.percent() == 0.0


def events(folder, name):
    (path,) = folder.rglob("*.xplane.pb")
    planes = jax.profiler.ProfileData.from_file(str(path)).planes
    return [event for plane in planes for line in plane.lines for event in line.events if event.name == name]


@pytest.mark.parametrize(("steps", "traced"), [(30, 5), (7, 5), (3, 2)])
def test_five_steps_of_the_first_phase_are_traced_with_the_waits_between_them(steps, traced, tmp_path):
    seen, waiting, step = [], tracing.Waiting(), jax.jit(lambda x: x + 1)
    with tracing.Traced(lambda *event: seen.append(event), tmp_path) as progress:
        progress("data", 1, 1, {})
        for phase in ("dense", "penalised"):
            x = jnp.zeros(())
            for number in range(1, steps + 1):
                with waiting.batch(x):
                    pass
                x = step(x)
                progress(phase, number, steps, {})
    assert len(seen) == 2 * steps + 1
    assert len(events(tmp_path, "next batch")) == traced
