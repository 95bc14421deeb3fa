"""Files that once gave wrong frames: frame n carries n in ten squares along its top, a red L is at the lower left."""

import pathlib

import numpy as np
import pytest

from rt3d_jax.data import clips, videos
from tests.data import conftest

CASES = pathlib.Path(__file__).parent / "cases"
# The frames that ffmpeg decodes: the number of the first one, and how many follow one another.
FRAMES = {
    "elst_end.mp4": (0, 90),
    "elst_mid2.mp4": (200, 60),
    "gdr.mp4": (0, 120),
    "hflip.mp4": (0, 60),
    "mpeg4_b.avi": (0, 120),
    "vp8arf2.webm": (0, 240),
    "xvid_b.avi": (0, 118),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_are_those_that_ffmpeg_decodes(name):
    path, (first, count) = CASES / name, FRAMES[name]
    with videos.opened(path) as video:
        assert video.length == count
        videos.check(video)
    rng = np.random.default_rng(0)
    for sampling in (clips.Spread(16), clips.Windows(16, 2), clips.Windows(4, 1), clips.Spread(2)):
        for _ in range(3):
            wanted = clips.frame_indices(sampling, count, rng)
            assert numbers(conftest.decode(path, wanted)) == (first + wanted).tolist()


def test_a_mirrored_video_is_upright():
    frame = conftest.decode(CASES / "hflip.mp4", [0])[0].astype(int)
    red = frame[..., 0] - frame[..., 1:].max(axis=-1) > 100
    assert red[130:230, 5:35].all() and red[215:235, 5:100].all()
    assert red[130:230, 285:315].mean() < 0.5 > red[50:110, 5:35].mean()


def numbers(frames: np.ndarray) -> list[int]:
    """The numbers in the ten squares, the lowest bit at the left."""
    bits = frames[:, 8:24, 16::32].mean(axis=(1, 3)) > 125
    return (bits << np.arange(10)).sum(axis=1).tolist()
