"""Frames that this machine reads by itself: from its camera, a file or a URL. Whoever is slow gets the newest one."""

import contextlib
import dataclasses
import pathlib
import threading
import time
from collections.abc import Iterator

import numpy as np

from lowering.system import extras

CAMERA = "camera"
DEVICE = "/dev/video0"
SIDE = 480  # the longest shorter side; larger frames are scaled down
SLOWEST = 0.5  # seconds that a frame is waited for at most, whatever its time


@dataclasses.dataclass(frozen=True)
class Frame:
    """A picture uint8[height, width, 3], its number from 1, and when it is shown, in seconds."""

    number: int
    time: float
    pixels: np.ndarray


class SourceError(ValueError):
    """A source that cannot be read. The message names it and says what to do."""


class Newest:
    """A source that is read in a thread at its own speed. Frames that nobody asked for in time are dropped."""

    def __init__(self, source: str, again: bool = False):
        """again: a file begins anew at its end."""
        self.source = source
        self._again, self._frame, self._error = again, None, None
        self._ended, self._changed = False, threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Newest":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        with self._changed:
            self._ended = True
        self._thread.join()

    def after(self, number: int, seconds: float = 10.0) -> Frame | None:
        """The newest frame, once it is a later one than that number; None at the end.

        SourceError for a source that cannot be read, or shows nothing for so many seconds.
        """
        ready = lambda: self._ended or (self._frame is not None and self._frame.number > number)
        with self._changed:
            if not self._changed.wait_for(ready, seconds):
                raise SourceError(f"{self.source} shows nothing for {seconds:.0f} s; check the camera or the network")
            if self._frame is not None and self._frame.number > number:
                return self._frame
            if self._error is not None:
                raise self._error
            return None

    def _read(self) -> None:
        try:
            number, start = 0, time.monotonic()
            while not self._ended:
                before = number
                for at, pixels in _frames(self.source):
                    number += 1
                    self._wait(start + at)
                    if self._ended:
                        return
                    self._put(Frame(number, start + at, pixels))
                if not self._again or number == before:
                    break
                start = time.monotonic()
        except SourceError as error:
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _wait(self, until: float) -> None:
        left = min(SLOWEST, until - time.monotonic())
        if left > 0:
            time.sleep(left)

    def _put(self, frame: Frame) -> None:
        with self._changed:
            self._frame = frame
            self._changed.notify_all()


def check(source: str) -> None:
    """SourceError for a camera or a file that is not there. A URL is first tried when it is read."""
    path = pathlib.Path(DEVICE if source == CAMERA else source)
    if "://" not in source and not path.exists():
        what = "this machine has no camera" if source == CAMERA else "no such file"
        raise SourceError(f"--source {source}: {what} ({path}); expected {CAMERA}, the path of a video, or a URL")


def _frames(source: str) -> Iterator[tuple[float, np.ndarray]]:
    """Frames with their times from the first on, in seconds. Those of a camera come when they come."""
    with extras.need("video"):
        import av
    with _told(source):
        camera = source == CAMERA
        with av.open(DEVICE if camera else source, format="v4l2" if camera else None) as container:
            if not container.streams.video:
                raise SourceError(f"--source {source} has no video stream; expected a video")
            stream = container.streams.video[0]
            first, rate = None, float(stream.average_rate or 25)
            for number, frame in enumerate(container.decode(stream)):
                at = frame.time if frame.time is not None else number / rate
                first = at if first is None else first
                yield at - first, _pixels(frame)


def _pixels(frame: "object") -> np.ndarray:
    height, width = frame.height, frame.width  # pyright: ignore[reportAttributeAccessIssue]
    share = min(1.0, SIDE / min(height, width))
    return frame.to_ndarray(  # pyright: ignore[reportAttributeAccessIssue]
        format="rgb24", height=round(height * share), width=round(width * share), interpolation="BILINEAR"
    )


@contextlib.contextmanager
def _told(source: str) -> Iterator[None]:
    with extras.need("video"):
        import av.error
    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"--source {source} cannot be read ({reason}); expected a camera, video or URL") from error
