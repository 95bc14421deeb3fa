"""Lists and videos from strangers, broken at random: an error of the documented kinds or an answer, soon, and nothing
read outside.
"""

import codecs
import json
import os
import pathlib
import time

import numpy as np
import pytest

from rt3d_jax.data import clips, folders, lists, tracks
from tests import fuzz
from tests.data import conftest, layouts

LIST_CASES = 150  # for each layout
VIDEO_CASES = 300  # for each container
SLOWEST = 20.0  # seconds for one case; the usual is a hundredth of one
BOXES = (b"stsz", b"stts", b"stco", b"stsc", b"tkhd", b"mvhd", b"avcC", b"ctts", b"elst", b"mdhd", b"stsd", b"moov")


def odd(content: bytes, rng: np.random.Generator) -> bytes:
    """Good JSON in which one value, or one value of an object in it, is of a kind that nobody expects."""
    found = json.loads(content)
    values = (None, True, -1, 1e308, 3, "3", "../x", "a" * 1000, [], {}, [[]], "\u0000", "\ud800")
    value = values[rng.integers(len(values))]
    key = list(found)[rng.integers(len(found))] if isinstance(found, dict) else int(rng.integers(len(found)))
    if isinstance(found[key], dict) and rng.integers(2):
        found[key][("id", "template", "label")[rng.integers(3)]] = value
    else:
        found[key] = value
    return json.dumps(found).encode()


@pytest.mark.parametrize("layout", ["ucf101", "hmdb51", "kinetics", "something"])
def test_broken_lists_are_documented_errors_and_never_lead_outside(layout, tmp_path):
    (tmp_path / "video.mp4").write_bytes(b"x")
    root = layouts.MAKERS[layout](tmp_path / "sets" / "set", tmp_path / "video.mp4")
    files = [path for path in sorted(root.rglob("*")) if path.suffix in (".txt", ".csv", ".json")]
    files = [path for path in files if not path.stem.endswith(("2", "3"))]  # of the splits the first is read
    whole = {path: path.read_bytes() for path in files}
    rng = np.random.default_rng(0)
    source, outcomes = folders.source(root, layout), []
    codecs.lookup("utf-8-sig")  # what is imported late is imported now
    for case in range(LIST_CASES):
        path = files[rng.integers(len(files))]
        other = path.suffix == ".json" and case % 2
        path.write_bytes(odd(whole[path], rng) if other else fuzz.broken(whole[path], rng, fuzz.SPICE))
        began = time.monotonic()
        outcomes.append(_read(source, root))
        assert time.monotonic() - began < SLOWEST, f"case {case} took too long"
        path.write_bytes(whole[path])
    assert outcomes.count("refused") > LIST_CASES // 10 and "read" in outcomes


def _read(source: folders.Source, root: pathlib.Path) -> str:
    fuzz.OPENED.clear()
    fuzz.WATCHING.append(True)
    try:
        found = folders.listing(source)
    except (lists.ListError, FileNotFoundError) as error:
        assert "\n" not in str(error) and len(str(error)) < 2000, f"no line: {error!r}"
        return "refused"
    finally:
        fuzz.WATCHING.pop()
        outside = [path for path in fuzz.OPENED if path and not pathlib.Path(path).is_relative_to(root)]
        assert not outside, f"read outside of {root}: {outside}"
    assert all(pathlib.Path(entry.path).is_relative_to(root) for entry in found.entries if entry.path is not None)
    return "read"


def test_the_watch_sees_what_is_opened(tmp_path):
    (tmp_path / "file").write_text("x")
    fuzz.WATCHING.append(True)
    (tmp_path / "file").read_text()
    fuzz.WATCHING.pop()
    assert fuzz.OPENED[-1] == os.path.realpath(tmp_path / "file")


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.avi", "mpeg4"), ("a.mkv", "libx264")])
def test_broken_videos_are_clip_errors_in_bounded_time(name, codec, write_video, tmp_path):
    whole = write_video(name, frames=24, codec=codec, options={}).read_bytes()
    spec, rng, path = clips.ClipSpec(clips.Spread(8), 24, 20), np.random.default_rng(1), tmp_path / f"broken-{name}"
    boxes = [place for place in (whole.find(box) for box in BOXES) if place >= 0] or [0]
    outcomes = []
    for case in range(VIDEO_CASES):
        content = fuzz.broken(whole, rng, (b"\xff" * 8, b"\0" * 64)) if case % 2 else _headers(whole, boxes, rng)
        path.write_bytes(content)
        began = time.monotonic()
        try:
            clip = clips.load(path, spec)
        except clips.ClipError as error:
            assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
            outcomes.append("refused")
        else:
            assert clip.shape == (8, 20, 20, 3) and np.isfinite(clip).all()
            outcomes.append("read")
        assert time.monotonic() - began < SLOWEST, f"case {case} took too long"
    assert outcomes.count("refused") > VIDEO_CASES // 10 and outcomes.count("read") > VIDEO_CASES // 10


def _headers(whole: bytes, boxes: list[int], rng: np.random.Generator) -> bytes:
    """A few bytes after the name of a box: sizes, counts and offsets that promise too much or too little."""
    text = bytearray(whole)
    start = boxes[rng.integers(len(boxes))]
    for _ in range(rng.integers(1, 6)):
        text[min(len(text) - 1, start + int(rng.integers(4, 60)))] = (0, 1, 127, 128, 255)[rng.integers(5)]
    return bytes(text)


def test_the_time_for_one_video_is_bounded(write_video, monkeypatch):
    path = write_video("a.mp4")
    monkeypatch.setattr(tracks, "MAX_SECONDS", -1.0)
    with pytest.raises(clips.ClipError, match="takes more than -1 s of computing to read; encode it again"):
        conftest.decode(path, [0])


@pytest.mark.parametrize(
    ("bound", "value", "message"),
    [
        ("MAX_BYTES", 100, "larger than 0 GiB; cut it into shorter videos"),
        ("MAX_FRAMES", 20, "more than 20 frames; cut it into shorter videos"),
        ("MAX_PIXELS", 500, "corrupt|its frames would be scaled"),
    ],
)
def test_the_size_of_a_video_is_bounded(bound, value, message, write_video, monkeypatch):
    path = write_video("a.mp4")
    monkeypatch.setattr(tracks, bound, value)
    with pytest.raises(clips.ClipError, match=message):
        conftest.decode(path, [0], short_side=30)


def test_a_frame_that_would_be_scaled_to_a_giant_is_refused(write_video):
    path = write_video("a.mp4", size=(16, 2048), frames=4)
    with pytest.raises(clips.ClipError, match="its frames would be scaled to 262144 x 2048; expected a usual shape"):
        conftest.decode(path, [0], short_side=2048)


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile '{}'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{}\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    ],
)
def test_a_playlist_under_the_name_of_a_video_leads_nowhere(text, write_video, tmp_path):
    other = write_video("other.mp4")
    (tmp_path / "a.mp4").write_text(text.format(other))
    with pytest.raises(clips.ClipError, match="corrupt or not a video"):
        conftest.decode(tmp_path / "a.mp4", [0])
