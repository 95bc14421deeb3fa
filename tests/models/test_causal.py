"""Networks that are causal in time: they read no frame to come, and a stream of them answers as they do."""

import dataclasses
import re
from typing import Any

import jax
import numpy as np
import pytest
from flax import nnx

from lowering.functions import trees
from lowering.graph import interpret, trace
from lowering.graph.streaming import step
from rt3d_jax.models import catalog, layers, s3d, windows, x3d
from rt3d_jax.sparsity import cost

CAUSAL = [
    catalog.Model("c3d", width=0.05, frames=16, size=16, time="causal"),
    catalog.Model("r2plus1d", width=0.05, frames=16, size=9, time="causal"),
    catalog.Model("s3d", width=0.05, frames=16, size=17, time="causal"),
    catalog.Model("x3d_s", width=0.1, frames=5, size=17, time="causal"),
    catalog.Model("c3d", width=0.05, frames=16, size=16, time="causal", winograd=2),
]
EARLY = catalog.Model("mobilenet_early", width=0.1, frames=16, size=17, time="causal")
rng = np.random.default_rng(0)


def streamed(model: catalog.Model, params: Any, video: np.ndarray) -> list[np.ndarray]:
    """The answers to a video, as often as the network's strides say."""
    apply = catalog.apply_function(model, 5, "direct")
    found = step.stream(trace.trace(apply, params, catalog.clip_shape(model)))
    given = [(video[:, at : at + found.every],) for at in range(0, video.shape[1], found.every)]
    return [answer for (answer,) in interpret.steps(found.graph, given, interpret.FAST)]


@pytest.fixture
def shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3D and X3D with as few blocks as have all kinds of layers: the published ones take long to trace."""
    monkeypatch.setattr(x3d, "STAGES", tuple((*stage[:-1], 2) for stage in x3d.STAGES[:2]))
    for name in ("MIXED3", "MIXED4", "MIXED5"):
        monkeypatch.setattr(s3d, name, getattr(s3d, name)[:1])


@pytest.mark.usefixtures("shallow")
@pytest.mark.parametrize("model", CAUSAL, ids=lambda model: model.name)
def test_a_stream_of_a_causal_network_answers_to_a_clip_as_the_network(model: catalog.Model) -> None:
    params = catalog.stand_in(model, 5, 0)
    video = rng.normal(size=catalog.clip_shape(model)).astype(np.float32)
    expected = np.asarray(jax.jit(catalog.apply_function(model, 5, "direct"))(params, video))
    found = streamed(model, params, video)[-1]
    assert np.abs(found - expected).max() <= 1e-4 * np.abs(expected).max()


@pytest.mark.usefixtures("shallow")
@pytest.mark.parametrize("model", [*CAUSAL, EARLY], ids=lambda model: model.name)
def test_layers_cost_what_a_step_of_the_stream_multiplies(model: catalog.Model) -> None:
    graph = trace.trace(
        catalog.apply_function(model, 5, "direct"), catalog.stand_in(model, 5, 0), catalog.clip_shape(model)
    )
    for every in {1, step.stream(graph).every}:
        found = catalog.table(dataclasses.replace(model, every=every), 5)
        assert cost.macs(found) == step.stream(graph, every).macs


def test_a_step_that_does_not_fit_the_strides_costs_nothing_known() -> None:
    message = "every is 3, expected a divisor of the network's strides in time, which are 8"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        catalog.table(dataclasses.replace(CAUSAL[0], every=3), 5)


def test_a_network_of_clips_has_no_steps() -> None:
    message = "every is 1 and time is 'clip', expected time='causal': clips have no steps"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        catalog.Model(every=1)


def test_answers_to_two_clips_in_a_row_are_the_networks_to_both_as_one() -> None:
    """R(2+1)D ends in a mean over time and a dense layer: for both as one clip, it gives their mean."""
    model = CAUSAL[1]
    params = catalog.stand_in(model, 5, 0)
    video = rng.normal(size=(1, 32, 9, 9, 3)).astype(np.float32)
    both = catalog.apply_function(dataclasses.replace(model, frames=32), 5, "direct")
    expected = np.asarray(jax.jit(both)(params, video))
    found = streamed(model, params, video)
    assert np.abs((found[1] + found[3]) / 2 - expected).max() <= 1e-4 * np.abs(expected).max()


@pytest.mark.parametrize("model", CAUSAL, ids=lambda model: model.name)
def test_causal_networks_have_the_parameters_of_those_for_clips(model: catalog.Model) -> None:
    causal, clip = (catalog.shapes(each, 5) for each in (model, dataclasses.replace(model, time="clip")))
    assert [(path, leaf.shape) for path, leaf in trees.paths(causal)] == [
        (path, leaf.shape) for path, leaf in trees.paths(clip)
    ]


@pytest.mark.parametrize(
    ("frames", "window", "stride", "pads", "expected"),
    [
        (16, 3, 1, (1, 0, 0), (2, 0)),
        (16, 3, 2, (1, 0, 0), (1, 0)),
        (5, 3, 2, (1, 0, 0), (2, 0)),
        (16, 2, 2, (0, 0, 0), (0, 0)),
        (5, 2, 2, "same", (1, 0)),
        (16, 1, 2, "same", (0, 0)),
        (16, 3, 4, (1, 0, 0), (0, 0)),
    ],
)
def test_causal_windows_end_at_the_last_frame_and_are_as_many(
    frames: int, window: int, stride: int, pads: windows.Pads, expected: tuple[int, int]
) -> None:
    x: Any = jax.ShapeDtypeStruct((1, frames, 1, 1, 1), np.float32)
    before = windows.sides(x, (window, 1, 1), (stride, 1, 1), pads)[0]
    (found, *_) = windows.in_time("causal", x, (window, 1, 1), (stride, 1, 1), pads)
    assert found == expected
    count = lambda ends: (frames + sum(ends) - window) // stride
    assert count(found) == count(before)


@pytest.mark.parametrize("form", ["direct", "planes"])
def test_no_form_of_a_causal_layer_sees_a_later_frame(form: str) -> None:
    conv = layers.Conv(2, 3, (3, 3, 3), form=form, rngs=nnx.Rngs(0))
    conv.set_attributes(over_time="causal")
    x: Any = rng.normal(size=(1, 6, 5, 5, 2)).astype(np.float32)
    later: Any = x.copy()
    later[:, 4:] += 1
    np.testing.assert_allclose(conv(x)[:, :4], conv(later)[:, :4], atol=1e-6)
    assert np.abs(conv(x)[:, 4] - conv(later)[:, 4]).max() > 0.1
    pool = lambda x: layers.max_pool(x, (3, 1, 1), form, strides=(1, 1, 1), pads=(1, 0, 0), time="causal")
    np.testing.assert_array_equal(pool(x)[:, :4], pool(later)[:, :4])


@pytest.mark.parametrize("name", ["slowfast_r50", "movinet_a0", "pointpillars"])
def test_a_network_that_cannot_be_causal_says_which_can(name: str) -> None:
    can = "c3d, c3d_small, i3d, mc3, mobilenet_early, mobilenetv2, r2plus1d, r3d, s3d, s3d_rt3d, sesr, wdsr, x3d_xs, "
    message = f"model {name} cannot be causal in time, expected one of {can}x3d_s, x3d_m, or time='clip'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        catalog.check_constructor(catalog.Model(name, time="causal"))


def test_all_other_networks_can_be_causal() -> None:
    for name in catalog.NETWORKS.keys() - {"slowfast_r50", "movinet_a0", "pointpillars"}:
        catalog.check_constructor(catalog.Model(name, time="causal"))
