"""Decoding: the right frames of every kind of file, and a named error for every broken one."""

import dataclasses
import pathlib
import pickle
import re
import struct

import av
import numpy as np
import pytest
from PIL import Image

from rt3d_jax.data import clips, videos
from tests.data import conftest

LONG_GOP = {"crf": "10", "g": "12", "bf": "3"}
KINDS = {
    "mp4 with B-frames": {"name": "a.mp4", "options": LONG_GOP},
    "one key frame": {"name": "a.mp4", "options": {"crf": "10", "g": "1000"}},
    "open groups of pictures": {
        "name": "a.mp4",
        "options": {"crf": "10", "x264-params": "open-gop=1:keyint=10:bframes=3"},
    },
    "matroska, no frame count": {"name": "a.mkv", "options": LONG_GOP},
    "raw stream, no times": {"name": "a.h264", "options": LONG_GOP, "format": "h264"},
    "transport stream": {"name": "a.ts", "options": LONG_GOP},
    "avi, mpeg4": {"name": "a.avi", "codec": "mpeg4", "options": {"qscale": "2", "g": "12"}},
    "avi, mpeg4 with B-frames": {"name": "a.avi", "codec": "mpeg4", "options": {"qscale": "2", "g": "12", "bf": "2"}},
    "variable frame rate": {"name": "a.mp4", "options": LONG_GOP, "times": [n * n // 7 + 2 * n for n in range(60)]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_the_ones_asked_for(kind, write_video):
    path = write_video(frames=60, **KINDS[kind])
    with videos.opened(path) as video:
        assert video.length == 60
    for wanted in ([0], [59], [30, 31, 32], [5, 17, 29, 41, 53], [13, 2, 2, 58], list(range(60))):
        frames = conftest.decode(path, wanted)
        assert frames.shape == (len(wanted), 36, 48, 3) and frames.dtype == np.uint8
        assert conftest.numbers(frames) == wanted


def test_only_the_frames_needed_are_decoded(write_video):
    path = write_video("a.mp4", frames=200, options={"crf": "10", "g": "10", "bf": "0", "sc_threshold": "0"})
    with videos.opened(path) as video:
        fed, since = [], video.since
        counted = lambda number: (fed.append(1) or packet for packet in since(number))
        found = videos.frames(dataclasses.replace(video, since=counted), np.array([11, 151]))
    assert conftest.numbers(found) == [11, 151]
    assert len(fed) <= 8


@pytest.mark.parametrize(
    ("size", "scaled"),
    [((36, 48), (20, 27)), ((48, 36), (27, 20)), ((40, 40), (20, 20)), ((34, 50), (20, 29)), ((32, 36), (20, 23))],
)
def test_the_short_side_is_scaled_and_the_long_side_rounded_halves_up(size, scaled, write_video):
    assert conftest.decode(write_video("a.mp4", size=size), [0], short_side=20).shape == (1, *scaled, 3)


def test_shrinking_is_antialiased(write_video):
    path = write_video("a.mp4", frames=86, size=(128, 256))
    frame = conftest.decode(path, [85])[0]
    expected = np.asarray(Image.fromarray(frame).resize((64, 32), Image.Resampling.BILINEAR), np.float32)
    shrunk = conftest.decode(path, [85], short_side=32)[0]
    assert np.abs(shrunk - expected).mean() < 2
    picked = frame[2::4, 2::4].astype(np.float32)
    assert np.abs(picked - expected).mean() > 5, "the picture is too smooth to tell antialiasing"


def test_a_turned_phone_video_is_upright(write_video):
    path = write_video("a.mp4", size=(36, 48))
    straight = conftest.decode(path, [9])[0]
    _set_matrix(path, [[0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    turned = conftest.decode(path, [9])[0]
    np.testing.assert_array_equal(turned, np.rot90(straight, k=-1))


def test_a_file_that_is_not_there_is_named():
    _refused("/nowhere/a.mp4", "no such file; check the data folder and its split files")


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "a.mp4").touch()
    _refused(tmp_path / "a.mp4", "empty file (0 bytes); fetch it again")


def test_garbage_is_named(tmp_path):
    (tmp_path / "a.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    _refused(tmp_path / "a.mp4", "corrupt or not a video (Invalid data found when processing input)")


def test_a_cut_off_file_is_named(write_video):
    path = write_video("a.mp4")
    path.write_bytes(path.read_bytes()[:-1500])
    _refused(path, "corrupt or not a video")


def test_a_cut_off_file_with_its_index_in_front_is_named(write_video):
    path = write_video("a.mp4", frames=60, container_options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    _refused(path, "truncated: ", "of 60 frames are there; fetch it again")


def test_zeroed_pictures_are_named(write_video):
    path = write_video("a.mp4", frames=60)
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + 4
    content[start : start + 4000] = bytes(4000)
    path.write_bytes(content)
    _refused(path, "corrupt")


def test_a_file_with_sound_alone_is_named(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 16000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    _refused(path, "no video stream, only audio; remove it from the split file")


@pytest.mark.parametrize(("length", "least"), [(1, 8), (7, 8), (2, 3), (1, 2)])
def test_a_video_too_short_for_its_clip_is_named(length, least, write_video):
    frames = {8: 16, 3: 5, 2: 2}[least]
    path = write_video("a.mp4", frames=length)
    spec = clips.ClipSpec(clips.Spread(frames), 20, 16)
    with pytest.raises(clips.ClipError, match=f"too short: {length} frames, a clip of {frames} needs at least {least}"):
        clips.load(path, spec)


@pytest.mark.parametrize("sampling", [clips.Spread(16), clips.Windows(16, 2)])
def test_a_video_of_half_the_frames_repeats_them(sampling, write_video):
    path = write_video("a.mp4", frames=8, size=(20, 24))
    spec = clips.ClipSpec(sampling, 20, 20, mean=(0, 0, 0), std=(1, 1, 1))
    clip = clips.load(path, spec)
    assert clip.shape == (16, 20, 20, 3)
    np.testing.assert_array_equal(clip[0::2], clip[1::2])


def test_a_frame_outside_the_video_is_an_index_error(write_video):
    with pytest.raises(IndexError, match=re.escape("frames [3]..[30] of 30; expected 0..29")):
        conftest.decode(write_video("a.mp4"), [3, 30])


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(clips.ClipError("a.mp4", "empty file")))
    assert (error.path, error.reason, str(error)) == ("a.mp4", "empty file", "a.mp4: empty file")


def _refused(path: str | pathlib.Path, *parts: str) -> None:
    with pytest.raises(clips.ClipError) as caught:
        clips.load(path, clips.ClipSpec(clips.Spread(16), 20, 16))
    text = str(caught.value)
    assert text.startswith(f"{path}: ") and "\n" not in text
    for part in parts:
        assert part in text


def _set_matrix(path: pathlib.Path, matrix: list[list[float]]) -> None:
    """Writes the display matrix of an .mp4's only track: 16.16 fixed point, the last column 2.30."""
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 4 + 40
    scales = (1 << 16, 1 << 16, 1 << 30)
    values = [int(value * scale) for row in matrix for value, scale in zip(row, scales, strict=True)]
    content[start : start + 36] = struct.pack(">9i", *values)
    path.write_bytes(content)
