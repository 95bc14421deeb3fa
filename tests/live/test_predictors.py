"""Claims about networks that answer frame by frame."""

import dataclasses
import fractions

import av
import numpy as np
import pytest

from rt3d_jax.data import clips, synthetic
from rt3d_jax.live import predictors, viewers
from tests.live import networks


def fed(sliding, times, level=lambda time: int(10 * time)):
    """The answers to frames whose grey is a function of their time."""
    return [sliding.feed(networks.plain(level(time)), time) for time in times]


def greys(network):
    """The grey of each frame of the last clip that a network was asked about."""
    return np.rint(255 * network.answer.asked[-1][0].mean(axis=(1, 2, 3))).astype(int).tolist()


def test_an_answer_comes_as_soon_as_a_whole_clip_was_seen():
    found = fed(predictors.Sliding(networks.brightness(), 2.0), np.arange(0, 3, 0.5))
    assert [one is not None for one in found] == [False, False, False, True, True, True]
    np.testing.assert_allclose([one.sum() for one in found if one is not None], 1)


def test_a_clip_is_of_the_frames_that_training_would_take_however_many_were_dropped():
    """Four frames spread over two seconds lie 0.25, 0.75, 1.25 and 1.75 s after their begin."""
    network = networks.brightness()
    sliding = predictors.Sliding(network, 2.0)
    fed(sliding, np.arange(0, 4.01, 0.05))
    assert greys(network) == [22, 27, 32, 37]
    sliding.reset()
    fed(sliding, [0, 0.3, 0.7, 1.3, 1.9, 2.3, 2.4, 2.7, 3.2, 3.8, 4.0])
    assert greys(network) == [23, 27, 32, 38]


def test_neighbouring_frames_lie_a_stride_apart_at_25_frames_a_second():
    spec = dataclasses.replace(networks.SPEC, sampling=clips.Windows(4, 5))
    network = networks.brightness(spec=spec)
    assert predictors.lasting(spec.sampling) == pytest.approx(3 * 5 / 25)
    fed(predictors.Sliding(network, 0.6), np.arange(0, 2.001, 0.04), lambda time: round(25 * time))
    assert greys(network) == [35, 40, 45, 50]


def test_a_time_that_goes_back_begins_a_new_stream():
    sliding = predictors.Sliding(networks.brightness(), 2.0)
    assert fed(sliding, np.arange(0, 3, 0.5))[-1] is not None
    assert fed(sliding, [0.0, 0.5]) == [None, None]


def test_a_frame_is_scaled_and_cut_and_normalised_as_evaluation_does(tmp_path):
    ramp = np.add.outer(np.arange(30) * 3.0, np.arange(40) * 2.0)
    pixels = np.stack([ramp, 200 - ramp, ramp / 2], axis=-1)[None] + np.arange(8)[:, None, None, None]
    path, spec = tmp_path / "video.mp4", clips.ClipSpec(clips.Windows(8), 20, 16)
    synthetic.encode(path, pixels.astype(np.uint8), fractions.Fraction(25))
    network = networks.brightness(spec=spec)
    seen: list[np.ndarray] = []
    answer = lambda clip: seen.append(clip) or np.zeros((1, 3), np.float32)
    sliding = predictors.Sliding(dataclasses.replace(network, answer=answer), predictors.lasting(spec.sampling))
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            sliding.feed(frame.to_ndarray(format="rgb24"), number / 25)
    # The picture becomes RGB before it is scaled, not after: one or two of 255 levels, and a few where colours change.
    apart = np.abs(seen[-1][0] - clips.load(path, spec))
    level = 1 / (255 * min(spec.std))
    assert apart.mean() < 2 * level and apart.max() < 6 * level


class Counting:
    """A stream of two frames at a time, whose logits say how bright the newer one is; `given` holds all that came."""

    every = 2

    def __init__(self) -> None:
        self.given: list[list[int]] = []

    @property
    def is_warm(self) -> bool:
        return len(self.given) >= 2

    def step(self, frames: np.ndarray) -> np.ndarray:
        assert frames.shape == (2, 8, 8, 3) and frames.dtype == np.float32
        self.given.append(np.rint(255 * frames.mean(axis=(1, 2, 3))).astype(int).tolist())
        return -20 * np.abs(frames[-1].mean() - np.array([[0.0, 0.5, 1.0]], np.float32))

    def reset(self) -> None:
        self.given.clear()


def test_a_stream_takes_frames_as_far_apart_as_training_did_whatever_the_camera_does():
    """Four frames in two seconds are one each half second."""
    stepper = Counting()
    network = dataclasses.replace(networks.brightness(), answer=None, stream=lambda: stepper)
    stepping = predictors.follow(network, 2.0)
    found = fed(stepping, np.arange(0, 2.55, 0.1))
    assert stepper.given == [[0, 5], [10, 15], [20, 25]]
    assert [one is None for one in found] == [True] * 15 + [False] * 11  # until the stream is warm; then answers hold
    assert stepping.feed(networks.plain(0), 2.56, wanted=False) is None
    fed(stepping, [4.0])
    assert stepper.given[3:] == [[40, 40]]  # for the frame at 3.5 s, which was dropped, too
    assert fed(stepping, [0.0]) == [None] and stepper.given == []


def test_a_long_silence_begins_a_new_stream():
    stepper = Counting()
    network = dataclasses.replace(networks.brightness(), answer=None, stream=lambda: stepper)
    stepping = predictors.follow(network, 2.0)
    assert fed(stepping, np.arange(0, 2.05, 0.5))[-1] is not None
    assert fed(stepping, [20.0, 20.5, 21.0]) == [None, None, None] and stepper.given == [[200, 205]]


def test_networks_of_other_classes_are_not_shown_together():
    other = dataclasses.replace(networks.brightness("pruned"), labels=("a", "b", "c"))
    with pytest.raises(ValueError) as error:
        predictors.alike([networks.brightness(), other])
    assert str(error.value) == "pruned and dense have other classes, expected the same: dark, grey, bright"


def test_a_viewer_asks_the_networks_that_are_shown_and_the_others_are_ready_when_it_switches():
    both = [networks.brightness("dense"), networks.brightness("pruned")]
    viewer = viewers.Viewer(both, 2.0)
    for time in np.arange(0, 3, 0.25):
        (answer,) = viewer.see(networks.plain(250), time)
    assert (answer.name, networks.LABELS[viewers.best(answer.scores, 1)[0]]) == ("dense", "bright")
    assert not both[1].answer.asked
    viewer.show(["pruned"])
    (answer,) = viewer.see(networks.plain(250), 3.0)
    assert answer.name == "pruned" and answer.scores is not None and answer.ms > 0
    with pytest.raises(ValueError, match=r"^no network 'sparse', expected one of dense, pruned$"):
        viewer.show(["sparse"])


def test_an_alert_on_no_class_is_an_error():
    viewers.Alert("bright", 0.8).check(networks.LABELS)
    with pytest.raises(ValueError, match=r"^--alert is 'light', expected one of the classes: dark, grey, bright$"):
        viewers.Alert("light", 0.8).check(networks.LABELS)
