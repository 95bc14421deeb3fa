"""Video files to frames with PyAV: only the frames that are asked for, by their place in presentation order."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from lowering.system import extras
from rt3d_jax.data.tracks import MAX_PIXELS, ClipError, Track, opened

if TYPE_CHECKING:
    import av

__all__ = ["ClipError", "Track", "check", "frames", "opened", "scaled_size", "stretched"]

# Packed B-frames leave a container a few frames short of what it announces.
TAIL_FRAMES = 2
RECOVERING = ("h264", "hevc")  # their decoders show nothing after a jump before it is as it should be


def frames(video: Track, indices: np.ndarray, short_side: int | None = None) -> np.ndarray:
    """Decodes the frames at `indices`, in any order and with repeats, as uint8[len(indices), height, width, 3], RGB.

    The frames are those that ffmpeg shows. Decoding starts at the last key frame before a wanted frame, so a few frames
    of a long video cost little. Frames are turned and mirrored where the file asks for it. With `short_side` the frame
    is scaled, antialiased (bilinear over the scaled footprint), so that its shorter side is `short_side` and the longer
    side follows, halves rounded up.

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
    shape, stream = _Shape(video.path, short_side), _Stream(video)
    found = {index: shape(stream.at(index)) for index in wanted.tolist()}
    return np.stack([found[index] for index in indices.tolist()])


def check(video: Track) -> None:
    """Decodes every frame. ClipError for one that does not decode."""
    stream = _Stream(video)
    for index in range(video.length):
        stream.at(index)


def scaled_size(height: int, width: int, short_side: int) -> tuple[int, int]:
    """(height, width) after scaling the shorter side to `short_side`; the longer side is rounded, halves up."""
    short, long = min(height, width), max(height, width)
    longer = (2 * long * short_side + short) // (2 * short)
    return (short_side, longer) if height <= width else (longer, short_side)


def stretched(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """uint8[frames, height, width, 3] of another size, between the four nearest pixels, not antialiased.

    size: height and width. The same as torchvision's resize(antialias=False): rounded once, halves to even.
    """
    above, below, down = _neighbours(pixels.shape[1], size[0])
    left, right, across = _neighbours(pixels.shape[2], size[1])
    found = []
    for frame in pixels.astype(np.float32):
        rows = frame[above] * (1 - down)[:, None, None] + frame[below] * down[:, None, None]
        found.append(rows[:, left] * (1 - across)[:, None] + rows[:, right] * across[:, None])
    return np.rint(np.stack(found)).astype(np.uint8)


def _neighbours(old: int, new: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each of `new` pixels the two of `old` between which its middle lies, and the second one's share of it."""
    middles = np.maximum((np.arange(new, dtype=np.float32) + 0.5) * np.float32(old / new) - 0.5, 0)
    first = np.minimum(middles.astype(np.int64), old - 1)
    return first, np.minimum(first + 1, old - 1), (middles - first).astype(np.float32)


class _Stream:
    """Frames in presentation order, with jumps ahead to key frames."""

    def __init__(self, video: Track):
        self._video = video
        self._begin(0)

    def at(self, index: int) -> av.VideoFrame:
        """The frame at an index no smaller than the last. The next one stands in for one that does not decode."""
        if self._video.times is not None and index > self._index:
            self._jump(index, self._video.times[index])
        self._advance(index)
        if self._frame is None or index - self._index > TAIL_FRAMES:
            length = self._video.length
            raise ClipError(self._video.path, f"corrupt: frame {index} of {length} does not decode; fetch it again")
        return self._frame

    def _begin(self, number: int) -> None:
        """Decodes from this packet on."""
        self._video.codec.flush_buffers()
        self._position = number
        self._came = self._decoded(number)
        self._frame: av.VideoFrame | None = None  # the last one that came out
        self._index = -1

    def _decoded(self, number: int) -> Iterator[av.VideoFrame]:
        for packet in itertools.chain(self._video.since(number), [None]):
            self._video.in_time()
            self._position += 1
            yield from self._video.codec.decode(packet)

    def _jump(self, index: int, time: int) -> None:
        """Begins anew at the last key frame before the wanted frame, if it lies ahead.

        Some streams show nothing until they have recovered from a jump, such as H.264 with intra refresh, and some
        files call every packet a key frame. Where the first frame comes too late, or is built on another, decoding
        begins one key frame earlier, then two more, then four more.
        """
        place, back, keys = self._video.key(time), 1, self._video.keys
        if place < 0 or keys[place][1] <= self._position:
            return
        while place >= 0:
            self._begin(keys[place][1])
            self._advance(0)
            if self._frame is not None and self._index <= index and self._stands_alone(self._frame):
                return
            place, back = place - back, back * 2
        self._begin(0)

    def _stands_alone(self, first: av.VideoFrame) -> bool:
        with extras.need("video"):
            from av.video.frame import PictureType
        return self._video.codec.name in RECOVERING or first.pict_type == PictureType.I

    def _advance(self, index: int) -> None:
        """Goes on to the first frame that is not before an index, or to the last there is."""
        times = self._video.times
        while self._index < index and (frame := next(self._came, None)) is not None:
            self._frame = frame
            self._index = self._index + 1 if times is None else bisect.bisect_right(times, frame.pts or 0) - 1


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
        return _upright(rgb.to_ndarray(), _matrix(frame))


def _matrix(frame: av.VideoFrame) -> np.ndarray:
    """int32[3, 3]: where the file puts a point (x, y, 1) of the stored picture, as a row times this matrix."""
    with extras.need("video"):
        from av.sidedata import sidedata
    sides: Any = frame.side_data
    found = sides.get(sidedata.Type.DISPLAYMATRIX)
    return np.eye(3, dtype=np.int32) if found is None else np.frombuffer(found, np.int32).reshape(3, 3)


def _upright(pixels: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Pixels turned and mirrored as a display matrix says, to the nearest quarter turn."""
    (across, down), (over, up) = matrix[0, :2].tolist(), matrix[1, :2].tolist()
    if abs(down) + abs(over) > abs(across) + abs(up):
        pixels, across, up = pixels.swapaxes(0, 1), over, down
    return pixels[:: -1 if up < 0 else 1, :: -1 if across < 0 else 1]
