"""Video files to frames with PyAV: only the frames that are asked for, by their place in presentation order."""

from __future__ import annotations

import bisect
import contextlib
import dataclasses
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lowering.system import extras

if TYPE_CHECKING:
    import av.container

# A container may announce more frames than its packets give: a few at the end (packed B-frames), or many (a cut-off
# file).
TRUNCATED_BELOW = 0.9
TAIL_FRAMES = 2
# What a stranger's file may ask for. Playlists and scripts, which could name other files or hosts, are no formats here.
OPTIONS = {
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,flv,asf,ogg",
    "protocol_whitelist": "file",
}
MAX_BYTES = 2**31
MAX_PIXELS = 2**25  # of a frame: 8K
MAX_FRAMES = 2**20
MAX_SECONDS = 120.0  # of this thread's CPU time, for one opening of a file


class ClipError(ValueError):
    """A video that cannot be used: `path` and `reason`, one line."""

    def __init__(self, path: str, reason: str):
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclasses.dataclass(frozen=True)
class Track:
    """An open video: its packets in decoding order and the presentation times of its frames, sorted.

    `times` is None where a packet has no time of its own (some .avi files): frames are then counted as they come out.
    """

    path: str
    codec: av.VideoCodecContext
    packets: tuple[av.Packet, ...]
    times: tuple[int, ...] | None
    deadline: float  # in the CPU time of the thread that opened it

    @property
    def length(self) -> int:
        """Number of frames."""
        return len(self.packets) if self.times is None else len(self.times)


@contextlib.contextmanager
def opened(path: str | os.PathLike) -> Iterator[Track]:
    """Opens a video and reads its packets, without decoding them.

    Raises:
      ClipError: from here or from `frames` inside the block: missing, empty, corrupt, truncated, or without a video
        stream.
    """
    path = os.fspath(path)
    if not os.path.isfile(path):
        raise ClipError(path, "no such file; check the data folder and its split files")
    if os.path.getsize(path) == 0:
        raise ClipError(path, "empty file (0 bytes); fetch it again")
    if os.path.getsize(path) > MAX_BYTES:
        raise ClipError(path, f"larger than {MAX_BYTES >> 30} GiB; cut it into shorter videos")
    with extras.need("video"):
        import av.error
    try:
        with av.open(path, options=dict(OPTIONS), metadata_errors="replace") as container:
            yield _scan(path, container)
    except PermissionError as error:
        raise ClipError(path, "may not be read; change its permissions") from error
    except av.error.FFmpegError as error:
        raise ClipError(path, f"corrupt or not a video ({error.strerror or error}); fetch it again") from error


def frames(video: Track, indices: np.ndarray, short_side: int | None = None) -> np.ndarray:
    """Decodes the frames at `indices`, in any order and with repeats, as uint8[len(indices), height, width, 3], RGB.

    Decoding starts at the last key frame before a wanted frame, so a few frames of a long video cost little. Frames are
    turned upright where the file asks for it. With `short_side` the frame is scaled, antialiased (bilinear over the
    scaled footprint), so that its shorter side is `short_side` and the longer side follows, halves rounded up.

    Raises:
      ClipError: a wanted frame does not decode.
      IndexError: an index outside 0 .. length - 1.
    """
    indices = np.asarray(indices, np.int64)
    wanted = np.unique(indices)
    if wanted.size == 0 or wanted[0] < 0 or wanted[-1] >= video.length:
        raise IndexError(
            f"{video.path}: frames {wanted[:1]}..{wanted[-1:]} of {video.length}; expected 0..{video.length - 1}"
        )
    shape = _Shape(video.path, short_side)
    found = {}
    for index, frame in _decoded(video, wanted.tolist()):
        found[index] = shape(frame)
    return np.stack([found[index] for index in indices.tolist()])


def scaled_size(height: int, width: int, short_side: int) -> tuple[int, int]:
    """(height, width) after scaling the shorter side to `short_side`; the longer side is rounded, halves up."""
    short, long = min(height, width), max(height, width)
    longer = (2 * long * short_side + short) // (2 * short)
    return (short_side, longer) if height <= width else (longer, short_side)


def _scan(path: str, container: av.container.InputContainer) -> Track:
    with extras.need("video"):
        import av
    if not container.streams.video:
        kinds = sorted({stream.type for stream in container.streams})
        raise ClipError(path, f"no video stream, only {', '.join(kinds) or 'nothing'}; remove it from the split file")
    stream = container.streams.video[0]
    if not isinstance(stream.codec_context, av.VideoCodecContext):
        raise ClipError(path, "corrupt, or of a codec that is not known here; encode it again as h264")
    # Worker processes are the parallelism; frame threads would only add delay and start-up time.
    stream.codec_context.thread_count = 1
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    deadline = time.thread_time() + MAX_SECONDS
    packets = tuple(_bounded(path, (packet for packet in container.demux(stream) if packet.size), deadline))
    if not packets:
        raise ClipError(path, "corrupt: its video stream holds no frames; fetch it again")
    if len(packets) < TRUNCATED_BELOW * stream.frames:
        raise ClipError(path, f"truncated: {len(packets)} of {stream.frames} frames are there; fetch it again")
    shown = [packet.pts for packet in packets if not packet.is_discard]
    times = tuple(sorted(time for time in shown if time is not None))
    exact = len(times) == len(shown) == len(set(times)) > 0
    return Track(path, stream.codec_context, packets, times if exact else None, deadline)


def _bounded(path: str, packets: Iterator[av.Packet], deadline: float) -> Iterator[av.Packet]:
    for number, packet in enumerate(packets):
        if number >= MAX_FRAMES:
            raise ClipError(path, f"more than {MAX_FRAMES:,} frames; cut it into shorter videos")
        _in_time(path, deadline)
        yield packet


def _in_time(path: str, deadline: float) -> None:
    if time.thread_time() > deadline:
        raise ClipError(path, f"takes more than {MAX_SECONDS:.0f} s of computing to read; encode it again")


def _decoded(video: Track, wanted: list[int]) -> Iterator[tuple[int, av.VideoFrame]]:
    """(index, frame) for each wanted index, rising. The next frame stands in for one that does not decode."""
    stream = _Stream(video)
    last = -1
    for index in wanted:
        if video.times is not None:
            stream.seek(video.times[index])
        frame = stream.frame
        while frame is None or last < index:
            following = stream.next()
            if following is None:
                break
            frame = following
            last = last + 1 if video.times is None else bisect.bisect_right(video.times, frame.pts or 0) - 1
        if frame is None or index - last > TAIL_FRAMES:
            raise ClipError(video.path, f"corrupt: frame {index} of {video.length} does not decode; fetch it again")
        yield index, frame


class _Stream:
    """Frames in presentation order, with jumps ahead to key frames. `frame` is the last one that came out."""

    def __init__(self, video: Track):
        self.frame: av.VideoFrame | None = None
        self._path, self._deadline = video.path, video.deadline
        self._codec = video.codec
        self._packets = video.packets
        self._position = 0
        self._ready: list[av.VideoFrame] = []
        self._keys = sorted((p.pts, i) for i, p in enumerate(video.packets) if p.is_keyframe and p.pts is not None)

    def seek(self, time: int) -> None:
        """Jumps to the last key frame at or before `time`, if it lies ahead."""
        place = bisect.bisect_right(self._keys, (time, len(self._packets))) - 1
        if place >= 0 and self._keys[place][1] > self._position:
            self._position = self._keys[place][1]
            self._ready = []
            self._codec.flush_buffers()

    def next(self) -> av.VideoFrame | None:
        while not self._ready and self._position <= len(self._packets):
            _in_time(self._path, self._deadline)
            packet = self._packets[self._position] if self._position < len(self._packets) else None
            self._position += 1
            self._ready = self._codec.decode(packet)
        if not self._ready:
            return None
        self.frame = self._ready.pop(0)
        return self.frame


class _Shape:
    """Frame to uint8[height, width, 3]: RGB, one size for the whole video, upright."""

    def __init__(self, path: str, short_side: int | None):
        self._path = path
        self._short_side = short_side
        self._size: tuple[int, int] | None = None
        with extras.need("video"):
            import av.video.reformatter
        # One reformatter for all frames keeps the scaler's tables.
        self._reformatter = av.video.reformatter.VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> np.ndarray:
        if self._size is None:
            size = (frame.height, frame.width)
            self._size = size if self._short_side is None else scaled_size(*size, self._short_side)
        height, width = self._size
        if height * width > MAX_PIXELS:
            raise ClipError(self._path, f"its frames would be scaled to {width} x {height}; expected a usual shape")
        rgb = self._reformatter.reformat(frame, width, height, "rgb24", interpolation="BILINEAR", threads=1)
        return np.rot90(rgb.to_ndarray(), k=round(frame.rotation / 90) % 4)
