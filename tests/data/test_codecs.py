"""Frame by frame as the ffmpeg program decodes: every codec in every container, with and without B-frames."""

import itertools
import os
import pathlib
import shutil
import struct
import subprocess

import numpy as np
import pytest

from rt3d_jax.data import clips, videos
from tests.data import conftest

FRAMES, HEIGHT, WIDTH = 50, 48, 64
# Of each codec: its options, the containers it is put into, and the lines of options that are tried, one file for each.
GROUPS = tuple(f"-g {gop} -bf {b}" for gop, b in itertools.product((1, 9, 250), (0, 2)) if gop > 1 or b == 0)
GOPS = ("-g 1", "-g 9", "-g 250")
X264, MUTE = "-preset ultrafast -x264-params scenecut=0:threads=1", "-x265-params log-level=none:pools=1"
CODECS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "libx264": (X264, "mp4 mov mkv avi ts flv h264", (*GROUPS, "-g 9 -bf 2 -flags -cgop", "-g 20 -intra-refresh 1")),
    "libx265": (f"-preset ultrafast {MUTE}", "mp4 mkv ts hevc", ("-g 9 -bf 0", "-g 9 -bf 2", "-g 250 -bf 3")),
    "mpeg4": ("-qscale 2", "avi mp4 mov mkv ts m4v", GROUPS),
    "libxvid": ("-qscale 2", "avi mkv", GROUPS),
    "mpeg2video": ("-qscale 2", "mpg ts mkv avi", GROUPS),
    "mpeg1video": ("-qscale 2", "mpg mkv", GROUPS),
    "libvpx": ("-b:v 300k -deadline realtime", "webm mkv", (*GOPS, "-auto-alt-ref 1 -lag-in-frames 16 -g 250")),
    "libvpx-vp9": (
        "-b:v 300k -deadline realtime -cpu-used 8",
        "webm mp4",
        ("-g 9", "-auto-alt-ref 1 -lag-in-frames 16"),
    ),
    "libaom-av1": ("-cpu-used 8 -usage realtime -b:v 300k", "mp4 webm mkv", ("-g 9", "-g 250")),
    "mjpeg": ("-qscale 2 -pix_fmt yuvj420p", "avi mov mkv", ("",)),
    "prores": ("-pix_fmt yuv422p10le", "mov mkv", ("",)),
    "wmv2": ("-qscale 2", "wmv avi", GOPS),
    "msmpeg4": ("-qscale 2", "wmv avi", GOPS),
    "flv": ("-qscale 2", "flv avi", GOPS),
    "libtheora": ("-qscale 8", "ogg mkv", GOPS),
    "ffv1": ("", "mkv avi", ("-g 1",)),
    "huffyuv": ("-pix_fmt yuv422p", "avi mkv", ("",)),
    "h263p": ("-qscale 2", "avi mkv", GOPS),
}
VARIANTS = sum(len(containers.split()) * len(lines) for _, containers, lines in CODECS.values())
ORIENTATIONS = [(1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0), (-1, 0, 0, 1), (1, 0, 0, -1), (0, 1, 1, 0)]


def test_the_matrix_has_150_combinations() -> None:
    assert VARIANTS >= 150


@pytest.mark.parametrize("codec", CODECS)
def test_frames_are_those_that_ffmpeg_decodes(codec: str, tmp_path: pathlib.Path, ffmpeg: None) -> None:
    options, containers, lines = CODECS[codec]
    files, command = [], []
    for number, (line, container) in enumerate(itertools.product(lines, containers.split())):
        files.append(tmp_path / f"{number}.{container}")
        command += ["-c:v", codec, *options.split(), *line.split(), str(files[-1])]
    _encode(*command)
    assert [line for path in files for line in _differences(path)] == []


@pytest.mark.parametrize("cut", ["-ss 0.4", "-t 1", "-ss 0.7 -t 0.9"])
def test_frames_are_those_that_ffmpeg_plays_of_a_trimmed_file(cut: str, tmp_path: pathlib.Path, ffmpeg: None) -> None:
    """A copy without encoding begins at a key frame; what lies before the cut is hidden by an edit list."""
    whole, files = tmp_path / "whole.mp4", [tmp_path / f"cut.{container}" for container in ("mp4", "mov", "mkv", "ts")]
    _encode("-c:v", "libx264", *X264.split(), "-g", "12", "-bf", "2", str(whole))
    for path in files:
        _ffmpeg(*cut.split(), "-i", str(whole), "-c", "copy", str(path))
    assert [line for path in files for line in _differences(path)] == []


def test_a_stream_that_begins_in_the_middle_begins_where_ffmpegs_does(tmp_path: pathlib.Path, ffmpeg: None) -> None:
    files = []
    for codec, options, container in (
        ("libx264", X264, "ts"),
        ("libx264", X264, "h264"),
        ("mpeg2video", "-qscale 2", "ts"),
    ):
        files.append(tmp_path / f"{codec}.{container}")
        _encode("-c:v", codec, *options.split(), "-g", "12", "-bf", "2", "-flags", "-cgop", str(files[-1]))
        content = files[-1].read_bytes()
        files[-1].write_bytes(content[len(content) // 3 // 188 * 188 :])
    assert [line for path in files for line in _differences(path)] == []


@pytest.mark.parametrize("turns", ORIENTATIONS)
def test_pictures_are_turned_and_mirrored_as_ffmpeg_does(
    turns: tuple[int, ...], tmp_path: pathlib.Path, ffmpeg: None
) -> None:
    path = tmp_path / "a.mp4"
    _encode("-c:v", "libx264", "-qp", "0", str(path), size=(WIDTH, WIDTH))
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 44
    matrix = [turns[0] << 16, turns[1] << 16, 0, turns[2] << 16, turns[3] << 16, 0, 0, 0, 1 << 30]
    content[start : start + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(content)
    right = _ffmpeg("-i", str(path), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    expected = np.frombuffer(right, np.uint8).reshape(WIDTH, WIDTH)
    shown = conftest.decode(path, [0])[0].mean(axis=-1)
    assert np.abs(shown - expected).mean() < 2


def _encode(*outputs: str, size: tuple[int, int] = (HEIGHT, WIDTH)) -> None:
    """Writes files of the numbered frames, each with a dark lower left, all by one process."""
    pictures = np.stack([conftest.picture(number, size) for number in range(FRAMES)])
    pictures[:, size[0] // 2 :, : size[1] // 4] = 0
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[1]}x{size[0]}", "-r", "25", "-i", "-"]
    mapped, start = [], 0
    for place, argument in enumerate(outputs):
        if os.sep in argument:
            mapped += ["-map", "0:v", "-pix_fmt", "yuv420p", *outputs[start : place + 1]]
            start = place + 1
    _ffmpeg(*source, *mapped, given=pictures.tobytes())


def _ffmpeg(*arguments: str, given: bytes = b"") -> bytes:
    command = ["ffmpeg", "-v", "error", "-y", "-strict", "experimental", *arguments]
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-1000:]
    return done.stdout


def _differences(path: pathlib.Path) -> list[str]:
    """A line if the frames of whole videos, or of clips, are others than ffmpeg's.

    Several threads would conceal a damaged frame, which Xvid writes at times, from neighbours that are half decoded.
    """
    raw = _ffmpeg(
        "-threads", "1", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"
    )
    right = conftest.numbers(np.frombuffer(raw, np.uint8).reshape(-1, HEIGHT, WIDTH, 3)[:, : HEIGHT // 2])
    with videos.opened(path) as video:
        length, whole = video.length, videos.frames(video, np.arange(video.length))
    if (shown := conftest.numbers(whole[:, : HEIGHT // 2])) != right:
        return [f"{path.name}: {shown}, ffmpeg's {right}"]
    rng, samplings = np.random.default_rng(0), (clips.Spread(5), clips.Windows(4, 2), clips.Spread(1))
    for sampling, _ in itertools.product(samplings, range(2)):
        wanted = clips.frame_indices(sampling, length, rng)
        shown = conftest.numbers(conftest.decode(path, wanted)[:, : HEIGHT // 2])
        if shown != [right[index] for index in wanted]:
            return [f"{path.name}: frames {wanted} are {shown}"]
    return []


@pytest.fixture
def ffmpeg() -> None:
    """Skips, or fails on CI, without the program."""
    if shutil.which("ffmpeg") is None:
        told = "ffmpeg is not installed; on Debian: apt-get install ffmpeg"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
