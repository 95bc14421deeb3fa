"""Small video files, written by the test that needs them."""

import fractions
import os
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

import av
import numpy as np
import pytest

from rt3d_jax.data import synthetic, videos

WriteVideo = Callable[..., pathlib.Path]


@pytest.fixture
def write_video(tmp_path: pathlib.Path) -> WriteVideo:
    """write_video(name, frames=30, ...) writes frames that show their number: see `picture`."""

    def write(
        name: str,
        frames: int = 30,
        size: tuple[int, int] = (36, 48),
        codec: str = "libx264",
        times: list[int] | None = None,
        options: dict[str, str] | None = None,
        **how: Any,
    ) -> pathlib.Path:
        path = tmp_path / name
        with av.open(str(path), "w", **how) as container:
            stream = container.add_stream(codec, rate=fractions.Fraction(25), options=options or {"crf": "10"})
            assert isinstance(stream, av.VideoStream)
            stream.height, stream.width = size
            stream.pix_fmt = "yuv420p"
            stream.codec_context.thread_count = 1
            for number in range(frames):
                frame = av.VideoFrame.from_ndarray(picture(number, size), format="rgb24")
                frame.pts, frame.time_base = (times[number] if times else number), fractions.Fraction(1, 25)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write


def picture(number: int, size: tuple[int, int]) -> np.ndarray:
    """uint8[height, width, 3]: eight upright bars, the bits of `number`, the lowest at the left."""
    bits = number >> np.arange(8) & 1
    bars = np.where(bits, 220, 30)[np.arange(size[1]) * 8 // size[1]]
    return np.broadcast_to(bars[None, :, None], (*size, 3)).astype(np.uint8)


def decode(path: str | os.PathLike, indices: Sequence[int] | np.ndarray, short_side: int | None = None) -> np.ndarray:
    """The frames of a video at `indices`, as videos.frames gives them."""
    with videos.opened(path) as video:
        return videos.frames(video, np.asarray(indices), short_side)


def numbers(frames: np.ndarray) -> list[int]:
    """The numbers that uint8[frames, height, width, 3] show."""
    middles = (2 * np.arange(8) + 1) * frames.shape[2] // 16
    bits = frames[:, :, middles].mean(axis=(1, 3)) > 125
    return (bits << np.arange(8)).sum(axis=1).tolist()


@pytest.fixture(scope="session")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A synthetic set of 8 classes x 4 groups x 1 clip: 24 videos to train on, 8 to test. Do not change it."""
    folder = tmp_path_factory.mktemp("small_set") / "set"
    synthetic.write(folder, synthetic.Synthetic(clips_per_group=1, groups=4, seed=3, frames=(18, 24), sides=(40, 48)))
    return folder
