"""Claims about the terminal, and about frames that this machine reads by itself."""

import fractions
import io
import time

import numpy as np
import pytest
import rich.console

from rt3d_jax.data import synthetic
from rt3d_jax.live import sources, terminal, viewers
from tests.live import networks


@pytest.fixture
def video(tmp_path):
    """Ten frames, of which each is brighter than the one before, at 50 frames a second."""
    path = tmp_path / "video.mp4"
    shades = np.broadcast_to(25 * np.arange(10, dtype=np.uint8)[:, None, None, None], (10, 24, 32, 3))
    synthetic.encode(path, shades, fractions.Fraction(50))
    return path


def test_a_source_is_read_at_its_own_speed_and_the_slow_get_the_newest_frame(video):
    began = time.monotonic()
    with sources.Newest(str(video)) as newest:
        first = newest.after(0)
        time.sleep(0.3)
        last = newest.after(first.number)
        assert newest.after(last.number) is None
    assert last.number == 10 and last.pixels.shape == (24, 32, 3) and last.pixels.mean() > 200
    assert last.time - first.time == pytest.approx((10 - first.number) / 50) and time.monotonic() - began >= 0.18


def test_a_video_begins_anew_where_that_is_asked_for(video):
    with sources.Newest(str(video), again=True) as newest:
        number = 0
        while number < 25:
            number = newest.after(number).number


WRONG = [
    ("no.mp4", "--source no.mp4: no such file (no.mp4); expected camera, the path of a video, or a URL"),
    (
        "camera",
        "--source camera: this machine has no camera (/dev/none); expected camera, the path of a video, or a URL",
    ),
]


@pytest.mark.parametrize(("source", "message"), WRONG)
def test_a_source_that_is_not_there_is_an_error(monkeypatch, source, message):
    monkeypatch.setattr(sources, "DEVICE", "/dev/none")
    with pytest.raises(sources.SourceError) as error:
        sources.check(source)
    assert str(error.value) == message


def test_a_source_that_is_no_video_is_an_error_where_it_is_read(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no video at all")
    with sources.Newest(str(path)) as newest, pytest.raises(sources.SourceError) as error:
        newest.after(0)
    assert str(error.value).startswith(f"--source {path} cannot be read (Invalid data found when processing input)")


def shown(found, alert=None, size=(60, 30)):
    meter, pixels = terminal.Meter(), np.zeros((20, 30, 3), np.uint8)
    pixels[:10] = (255, 0, 0)
    meter.add(0.0, 0, found)
    meter.add(0.5, 1, found)
    console = rich.console.Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=size[0])
    console.print(terminal.drawn(sources.Frame(2, 0.5, pixels), found, networks.LABELS, alert, meter, size))
    return console.file.getvalue()


def test_the_terminal_shows_picture_classes_times_and_the_alert():
    answer = viewers.Answer("dense", np.array([0.05, 0.05, 0.9]), 1.25)
    text = shown([answer], viewers.Alert("bright", 0.8))
    assert "\x1b[38;2;255;0;0;48;2;255;0;0m▀" in text and "\x1b[38;2;0;0;0;48;2;0;0;0m▀" in text
    for words in (
        "dense: 1.2 ms a frame",
        "bright",
        "90.0%",
        "2.0 answers a second, 33% of the frames dropped",
        "bright!",
    ):
        assert words in text
    assert "bright!" not in shown([answer], viewers.Alert("bright", 0.95))
    assert "has seen too little yet" in shown([viewers.Answer("dense", None, 0.1)], viewers.Alert("bright", 0.1))


def test_what_is_no_terminal_gets_a_line():
    found = [viewers.Answer("dense", np.array([0.05, 0.05, 0.9]), 1.25), viewers.Answer("pruned", None, 0.1)]
    meter = terminal.Meter()
    meter.add(0.0, 0, found)
    assert (
        terminal.line(found, networks.LABELS, meter) == "dense bright 90% in 1.2 ms; 0.0 answers a second, 0% dropped"
    )


def test_each_frame_that_there_is_time_for_is_answered(video):
    viewer, meter = viewers.Viewer([networks.brightness()], 0.08), terminal.Meter()
    with sources.Newest(str(video)) as newest:
        found = list(terminal.answers(newest, viewer, meter))
    assert found[-1][0].number == 10 and found[-1][1][0].scores is not None
    assert [frame.number for frame, _ in found] == sorted({frame.number for frame, _ in found})
