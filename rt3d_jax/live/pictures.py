"""Pictures on their way: JPEG files to pixels and back, and pixels to what a network sees of them."""

import contextlib
import fractions
from collections.abc import Iterator

import numpy as np

from lowering.system import extras
from rt3d_jax.data import clips, videos

MAX_PIXELS = 2**22


class PictureError(ValueError):
    """Bytes that are no picture, or too large a one."""


def decoded(data: bytes) -> np.ndarray:
    """A JPEG file as uint8[height, width, 3], RGB. PictureError for anything else, or more than MAX_PIXELS pixels."""
    with extras.need("video"):
        import av
    if not data.startswith(b"\xff\xd8"):
        raise PictureError("the picture is no JPEG file")
    codec = av.CodecContext.create("mjpeg", "r")
    codec.thread_count, codec.options = 1, {"max_pixels": str(MAX_PIXELS)}
    with _refused("the picture does not decode"):
        frames = [*codec.decode(av.Packet(data)), *codec.decode(None)]
        if len(frames) != 1:
            raise PictureError(f"a picture of {len(frames)} frames, expected 1")
        return frames[0].to_ndarray(format="rgb24")


def encoded(pixels: np.ndarray) -> bytes:
    """uint8[height, width, 3], RGB, as a JPEG file. Of an odd height or width the last row or column is left out."""
    with extras.need("video"):
        import av
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    codec = av.CodecContext.create("mjpeg", "w")
    codec.height, codec.width, codec.pix_fmt = height, width, "yuvj420p"
    codec.time_base, codec.qmin, codec.qmax, codec.thread_count = fractions.Fraction(1, 25), 2, 4, 1
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:height, :width]), format="rgb24")
    frame = frame.reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))


class Scaler:
    """A frame to what a network sees of it: scaled as its clips are, and cut to the square in the middle."""

    def __init__(self, spec: clips.ClipSpec):
        with extras.need("video"):
            import av.video.reformatter
        self._spec, self._reformatter = spec, av.video.reformatter.VideoReformatter()

    def __call__(self, frame: np.ndarray) -> np.ndarray:
        """uint8[height, width, 3] to uint8[size, size, 3]. PictureError for a frame too long and thin to be scaled."""
        if self._spec.stretch is not None:
            return clips.middle(videos.stretched(frame[None], self._spec.stretch), self._spec)[0]
        with extras.need("video"):
            import av
        before = frame.shape[0], frame.shape[1]
        height, width = videos.scaled_size(before[0], before[1], self._spec.short_side)
        if height * width > MAX_PIXELS:
            raise PictureError(f"a picture of {before[1]} x {before[0]} pixels, expected a usual shape")
        given = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        scaled = self._reformatter.reformat(
            given, width=width, height=height, format="rgb24", interpolation="BILINEAR", threads=1
        )
        return clips.middle(scaled.to_ndarray()[None], self._spec)[0]


@contextlib.contextmanager
def _refused(what: str) -> Iterator[None]:
    with extras.need("video"):
        import av.error
    try:
        yield
    except av.error.FFmpegError as error:
        raise PictureError(f"{what} ({error.strerror or error})") from error
