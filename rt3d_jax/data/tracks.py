"""A video file's packets, and which of them become frames: what is known of a video before it is decoded."""

from __future__ import annotations

import bisect
import contextlib
import dataclasses
import itertools
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lowering.system import extras

if TYPE_CHECKING:
    import av.container

# A cut-off file announces more frames than its packets give.
TRUNCATED_BELOW = 0.9
# What a stranger's file may ask for. Playlists and scripts, which could name other files or hosts, are no formats here.
OPTIONS = {
    "format_whitelist": "mov,matroska,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,flv,asf,ogg",
    "protocol_whitelist": "file",
}
MAX_BYTES = 2**31
MAX_PIXELS = 2**25  # of a frame: 8K
MAX_FRAMES = 2**20
MAX_SECONDS = 120.0  # of this thread's CPU time, for one opening of a file
KEPT_BYTES = 2**25  # of a file whose packets stay in memory; those of a larger one are read again
NO_PICTURE = 10  # bytes, at least as many as a packet of MPEG-4 that only says that no picture follows
VOP = b"\0\0\1\xb6"  # starts each picture of MPEG-4


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
    """An open video: how to read its packets, and the presentation times of its frames, sorted.

    since(number) gives the packets in decoding order, from that number on.
    keys: (presentation time, number) of the packets at which decoding can begin, sorted.
    times: None where frames have no time of their own (some .avi files). They are then counted as they come out, from
        the first on.
    length: the number of frames.
    deadline: in the CPU time of the thread that opened it.
    """

    path: str
    codec: av.VideoCodecContext
    since: Callable[[int], Iterator[av.Packet]]
    keys: tuple[tuple[int, int], ...]
    times: tuple[int, ...] | None
    length: int
    deadline: float

    def in_time(self) -> None:
        """ClipError after the deadline."""
        _in_time(self.path, self.deadline)

    def key(self, time: int) -> int:
        """The place in `keys` of the last one at or before a time; -1 where there is none."""
        return bisect.bisect_right(self.keys, (time, MAX_FRAMES)) - 1


@contextlib.contextmanager
def opened(path: str | os.PathLike) -> Iterator[Track]:
    """Opens a video and reads its packets. They are decoded only where they do not show how many frames there are.

    Raises:
      ClipError: from here, or from decoding inside the block: missing, empty, corrupt, truncated, or without a video
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
        with _container(path) as container:
            yield _Scan(path, container).track()
    except PermissionError as error:
        raise ClipError(path, "may not be read; change its permissions") from error
    except av.error.FFmpegError as error:
        raise ClipError(path, f"corrupt or not a video ({error.strerror or error}); fetch it again") from error


def _container(path: str, **more: str) -> av.container.InputContainer:
    """An open file. FFmpeg does not make up presentation times: of .avi files with B-frames they would be wrong."""
    with extras.need("video"):
        import av.container
    # From version 19 on PyAV reads tags of any encoding by itself.
    lenient: Any = {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "replace"}
    container = av.open(path, options={**OPTIONS, **more}, **lenient)
    container.flags &= ~av.container.Flags.gen_pts.value
    return container


def _stream(path: str, container: av.container.InputContainer) -> av.VideoStream:
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
    return stream


def _packets(path: str, container: av.container.InputContainer) -> Iterator[av.Packet]:
    """Those of its video that hold something."""
    return (packet for packet in container.demux(_stream(path, container)) if packet.size)


def _hidden(packet: av.Packet) -> bool:
    """Whether a packet of VP8 is decoded and not shown (RFC 6386, section 9.1)."""
    return not bytes(memoryview(packet)[:1])[0] >> 4 & 1


def _again(path: str, number: int) -> Iterator[av.Packet]:
    """The packets from a number on, read from the file."""
    with _container(path) as container:
        yield from itertools.islice(_packets(path, container), number, None)


class _Scan:
    """What one reading of the packets finds."""

    def __init__(self, path: str, container: av.container.InputContainer):
        self.path, self.container = path, container
        self.stream = _stream(path, container)
        self.deadline = time.thread_time() + MAX_SECONDS
        self.count = 0
        self.first: int | None = None  # the first packet's time
        self.starts_with_key = False
        self.shown: list[int | None] = []
        self.keys: list[tuple[int, int]] = []
        self.pictures: int | None = None  # in MPEG-4, where packets may hold two pictures or none
        self.ordered = True  # whether its times can be those of the frames that come out
        self.clock = -math.inf  # the last decoding time

    def track(self) -> Track:
        kept = os.path.getsize(self.path) <= KEPT_BYTES
        packets, codec = self._read(kept), self.stream.codec_context
        if not self.count:
            raise ClipError(self.path, "corrupt: its video stream holds no frames; fetch it again")
        self._complete()
        since = (lambda number: iter(packets[number:])) if kept else (lambda number: _again(self.path, number))
        shown = list(self._decoded(since(0))) if self._doubtful() else self.shown
        times = sorted(time for time in shown if time is not None)
        exact = self.ordered and len(times) == len(shown) == len(set(times)) > 0
        known, length = (tuple(times), len(times)) if exact else (None, self.pictures or len(shown))
        return Track(self.path, codec, since, tuple(sorted(self.keys)), known, length, self.deadline)

    def _read(self, kept: bool) -> list[av.Packet]:
        """Notes every packet, and returns them all, or none of them."""
        packets = []
        for number, packet in enumerate(_packets(self.path, self.container)):
            if number >= MAX_FRAMES:
                raise ClipError(self.path, f"more than {MAX_FRAMES:,} frames; cut it into shorter videos")
            _in_time(self.path, self.deadline)
            self._note(number, packet)
            if kept:
                packets.append(packet)
        return packets

    def _note(self, number: int, packet: av.Packet) -> None:
        time, codec = packet.pts, self.stream.codec_context.name
        if number == 0:
            self.first, self.starts_with_key = time, packet.is_keyframe
        self.count = number + 1
        if not packet.is_discard and not (codec == "vp8" and _hidden(packet)):
            self.shown.append(time)
        if packet.is_keyframe and time is not None and packet.size > NO_PICTURE:
            self.keys.append((time, number))
        if codec == "mpeg4":
            pictures = bytes(packet).count(VOP)
            self.pictures = (self.pictures or 0) + pictures - (packet.size <= NO_PICTURE)
            self.ordered &= pictures < 2
        self.ordered &= packet.dts is None or packet.dts >= self.clock
        self.clock = self.clock if packet.dts is None else packet.dts

    def _complete(self) -> None:
        """ClipError for a file that was cut off. One that an edit list trims gives fewer packets than it holds."""
        expected = TRUNCATED_BELOW * self.stream.frames
        if self.count >= expected:
            return
        with _container(self.path, ignore_editlist="1") as whole:
            count = sum(1 for _ in _packets(self.path, whole))
        if count < expected:
            announced = self.stream.frames
            raise ClipError(self.path, f"truncated: {count} of {announced} frames are there; fetch it again")

    def _doubtful(self) -> bool:
        """Whether packets may give no frame, because the file begins in the middle of a recording: those before the
        first key frame, and those shown before it, which need frames that were cut off.
        """
        leads = self.first is not None and any(time is not None and time < self.first for time in self.shown)
        return leads or not self.starts_with_key

    def _decoded(self, packets: Iterable[av.Packet]) -> Iterator[int | None]:
        """The times of all frames as they come out."""
        codec = self.stream.codec_context
        for packet in itertools.chain(packets, [None]):
            _in_time(self.path, self.deadline)
            yield from (frame.pts for frame in codec.decode(packet))
        codec.flush_buffers()


def _in_time(path: str, deadline: float) -> None:
    if time.thread_time() > deadline:
        raise ClipError(path, f"takes more than {MAX_SECONDS:.0f} s of computing to read; encode it again")
