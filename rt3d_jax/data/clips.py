"""Clips: which frames of a video a network sees, and how they are scaled, cropped, flipped and normalised."""

import dataclasses
import math
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lowering.system import typed
from rt3d_jax.data import videos

ClipError = videos.ClipError
Window = tuple[int, int]

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
KINETICS_MEAN = (0.43216, 0.394666, 0.37645)  # of torchvision's video networks
KINETICS_STD = (0.22803, 0.22145, 0.216989)
# Decoded videos that stay in memory, by path, scaling and frames asked for: at most KEPT_VIDEOS of KEPT_BYTES each, in
# each process.
KEPT_BYTES, KEPT_VIDEOS = 1 << 16, 1 << 12
_KEPT: dict[tuple[str, int, tuple[int, int] | None, int], tuple[tuple[int, int] | None, np.ndarray]] = {}


@dataclasses.dataclass(frozen=True)
class Spread:
    """Frames spread evenly over the whole video, as in the paper (RT3D, AAAI-21).

    Args:
        frames: The frames of a clip.
    """

    frames: int

    def __post_init__(self):
        _at_least(1, frames=self.frames)


@dataclasses.dataclass(frozen=True)
class Windows:
    """Consecutive frames at a fixed distance. A video that is too short is spread over instead.

    Args:
        frames: The frames of a clip.
        stride: The distance from one frame of a clip to the next, in frames of the video.
    """

    frames: int
    stride: int = 1

    def __post_init__(self):
        _at_least(1, frames=self.frames, stride=self.stride)


@dataclasses.dataclass(frozen=True)
class ClipSpec:
    """How a video becomes a clip.

    The video is scaled, a square is cut out, and (value / 255 - mean) / std is taken per channel (RGB). In training,
    the time of the clip and the place of the square are random.

    Args:
        sampling: Which frames a clip has.
        short_side: The length to which the shorter side of the video is scaled, in pixels.
        size: The side of the square, in pixels.
        mean: The mean of each channel (RGB), of values from 0 to 1.
        std: The standard deviation of each channel.
        flip: Mirror half of the clips in training. It must be False where labels distinguish left from right.
        stretch: The height and width to which frames are stretched instead, without antialiasing. torchvision's
            weights were measured so.
    """

    sampling: Spread | Windows
    short_side: int
    size: int
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    flip: bool = False
    stretch: tuple[int, int] | None = None

    def __post_init__(self):
        _at_least(1, size=self.size)
        if self.stretch is not None and (len(self.stretch) != 2 or min(self.stretch) < self.size):
            raise ValueError(f"ClipSpec stretch {self.stretch}: expected a height and a width of at least {self.size}")
        if self.short_side < self.size:
            raise ValueError(
                f"ClipSpec short_side {self.short_side} is below size {self.size}; scale to at least the crop"
            )
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0:
            raise ValueError(
                f"ClipSpec mean {self.mean}, std {self.std}: expected three numbers each (RGB), std above 0"
            )


def to_json(spec: ClipSpec) -> dict[str, Any]:
    """The spec as plain JSON values, for bundle manifests: without names of types, the sampling's "kind" aside."""
    sampling = {"kind": type(spec.sampling).__name__.lower(), **dataclasses.asdict(spec.sampling)}
    return {**dataclasses.asdict(spec), "sampling": sampling, "mean": list(spec.mean), "std": list(spec.std)}


def from_json(values: Any) -> ClipSpec:
    """The spec that `to_json` wrote; ValueError for missing, unknown or impossible values."""
    sampling = values.get("sampling") if isinstance(values, dict) else None
    if isinstance(sampling, dict) and "kind" in sampling:
        kinds = {"spread": "Spread", "windows": "Windows"}
        kind, rest = sampling["kind"], {name: value for name, value in sampling.items() if name != "kind"}
        values = {**values, "sampling": {**rest, "type": kinds.get(kind, kind) if isinstance(kind, str) else kind}}
    return typed.read(values, ClipSpec, "clip")


@dataclasses.dataclass(frozen=True)
class View:
    """One clip of a video in evaluation: clip number `clip` of `clips` in time, square number `crop` of `crops` in
    space.

    Clips are spread evenly over time. One crop is the centre. Several crops are spread evenly along the longer side,
    from end to end, and are centred in the shorter side.
    """

    clip: int = 0
    clips: int = 1
    crop: int = 0
    crops: int = 1


def frame_indices(
    sampling: Spread | Windows, length: int, rng: np.random.Generator | None = None, *, view: int = 0, views: int = 1
) -> np.ndarray:
    """Frame numbers, int64[sampling.frames], rising, of a clip of a video of `length` frames.

    Spread: floor((i + u) * length / frames); Windows: floor(u * (length - span + 1)) + i * stride. u is random in
    [0, 1) in training (one per clip) and (view + 0.5) / views in evaluation: 0.5 is the middle. A video with fewer
    frames than the clip shows some frames more than once.
    """
    phase = (view + 0.5) / views if rng is None else rng.random()
    steps = np.arange(sampling.frames)
    if isinstance(sampling, Windows):
        span = (sampling.frames - 1) * sampling.stride + 1
        if span <= length:
            return int(phase * (length - span + 1)) + steps * sampling.stride
    return np.floor((steps + phase) * length / sampling.frames).astype(np.int64)


def load(
    path: str | os.PathLike,
    spec: ClipSpec,
    rng: np.random.Generator | None = None,
    *,
    view: int = 0,
    views: int = 1,
    within: Window | None = None,
) -> np.ndarray:
    """A clip, float32[frames, size, size, 3]: with `rng` as in training, without it as in evaluation (centre crop).

    within: the first frame of a window and the one after its last, instead of the whole video.

    Raises:
      ClipError: the file is missing, empty, corrupt, truncated, has no video stream, ends before the window does, or is
        too short: fewer than half of the clip's frames (one more than half of the clip would then be repeats), or a
        single one.
    """
    if rng is None:
        return load_views(path, spec, [View(view, views)], within)[0]
    pixels = _pixels(path, spec, lambda length: frame_indices(spec.sampling, length, rng), within)
    top, left = rng.integers(np.array(pixels.shape[1:3]) - spec.size + 1)
    square = _square(pixels, top, left, spec.size)
    return normalised(square[:, :, ::-1] if spec.flip and rng.random() < 0.5 else square, spec)


def load_views(
    path: str | os.PathLike, spec: ClipSpec, views: Sequence[View], within: Window | None = None
) -> np.ndarray:
    """Several clips of one video, float32[len(views), frames, size, size, 3]; each frame is decoded once. Raises as
    `load`.
    """
    choose = lambda length: np.stack([frame_indices(spec.sampling, length, view=v.clip, views=v.clips) for v in views])
    clips = []
    for view, shown in zip(views, _pixels(path, spec, choose, within), strict=True):
        corner = _corner(shown.shape[1:3], spec.size, view, rounded=spec.stretch is not None)
        clips.append(normalised(_square(shown, *corner, spec.size), spec))
    return np.stack(clips)


def middle(pixels: np.ndarray, spec: ClipSpec) -> np.ndarray:
    """The square in the middle of scaled frames, uint8[frames, height, width, 3], as evaluation cuts it."""
    corner = _corner(pixels.shape[1:3], spec.size, View(), rounded=spec.stretch is not None)
    return _square(pixels, *corner, spec.size)


def normalised(pixels: np.ndarray, spec: ClipSpec) -> np.ndarray:
    """(value / 255 - mean) / std of uint8[..., 3], as float32."""
    mean, std = np.array(spec.mean), np.array(spec.std)
    clip = pixels * (1 / (255 * std)).astype(np.float32)
    clip -= (mean / std).astype(np.float32)
    return clip


def load_stream(path: str | os.PathLike, spec: ClipSpec, within: Window | None = None, apart: int = 0) -> np.ndarray:
    """A video as a stream sees it, float32[n, size, size, 3]: from its first frame to its last, `apart` or as far apart
    as those of a clip. Frames that are spread over a whole video, or over one that is too short, are those of its one
    clip. Raises as `load`.
    """

    def choose(length: int) -> np.ndarray:
        sampling = spec.sampling
        if apart:
            return np.arange(0, length, apart)
        if isinstance(sampling, Spread) or (sampling.frames - 1) * sampling.stride >= length:
            return frame_indices(sampling, length)
        return np.arange(0, length, sampling.stride)

    return normalised(middle(_pixels(path, spec, choose, within), spec), spec)


def least_frames(frames: int) -> int:
    """The number of frames that a video needs for a clip of `frames` frames: half of them, and at least two unless it
    is 1.
    """
    return min(frames, max(2, (frames + 1) // 2))


def check(path: str | os.PathLike, frames: int) -> None:
    """Opens a video without decoding it. Raises as `load` of a clip of so many frames does, decoding aside."""
    with videos.opened(path) as video:
        _long_enough(video, frames)


def _pixels(
    path: str | os.PathLike, spec: ClipSpec, choose: Callable[[int], np.ndarray], within: Window | None
) -> np.ndarray:
    """The frames numbered choose(length) of a video or window, uint8[*their shape, height, width, 3]; a small video is
    decoded once, by whatever links it is reached, and stays in memory.
    """
    name = (os.path.realpath(path), spec.short_side, spec.stretch, spec.sampling.frames)
    if name in _KEPT and _KEPT[name][0] == _stamp(path):
        pixels = _KEPT[name][1]
        return pixels[_numbers(path, len(pixels), choose, within)]
    with videos.opened(path) as video:
        _long_enough(video, spec.sampling.frames)
        numbers = _numbers(path, video.length, choose, within)
        sides = spec.stretch or videos.scaled_size(video.codec.height, video.codec.width, spec.short_side)
        whole = 3 * video.length * math.prod(sides) <= KEPT_BYTES and len(_KEPT) < KEPT_VIDEOS
        needed = np.arange(video.length) if whole else np.unique(numbers)
        pixels = videos.frames(video, needed, None if spec.stretch else spec.short_side)
    if spec.stretch is not None:
        pixels = videos.stretched(pixels, spec.stretch)
    if whole:
        _KEPT[name] = _stamp(path), pixels
    return pixels[np.searchsorted(needed, numbers)]


def _numbers(
    path: str | os.PathLike, length: int, choose: Callable[[int], np.ndarray], within: Window | None
) -> np.ndarray:
    """The numbers of a clip's frames in a video of `length` frames."""
    first, end = (0, length) if within is None else within
    if end > length:
        reason = f"{length} frames, but labels for {end} or more; fetch it and its labels again"
        raise ClipError(os.fspath(path), reason)
    return first + choose(end - first)


def _stamp(path: str | os.PathLike) -> tuple[int, int] | None:
    """A value that changes with the file; None where there is no file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _long_enough(video: videos.Track, frames: int) -> None:
    least = least_frames(frames)
    if video.length < least:
        reason = f"too short: {video.length} frames, a clip of {frames} needs at least {least}; drop it from the split"
        raise ClipError(video.path, reason)


def _corner(shape: tuple[int, ...], size: int, view: View, rounded: bool = False) -> tuple[int, int]:
    """(top, left) of a view's square in a frame of (height, width). Half a pixel is rounded as torchvision does."""
    slack = [side - size for side in shape]
    corner = [round(room / 2) if rounded else room // 2 for room in slack]
    if view.crops > 1:
        longer = 0 if shape[0] > shape[1] else 1
        corner[longer] = round(slack[longer] * view.crop / (view.crops - 1))
    return corner[0], corner[1]


def _square(pixels: np.ndarray, top: int, left: int, size: int) -> np.ndarray:
    return pixels[:, top : top + size, left : left + size]


def _at_least(least: int, **values: int) -> None:
    for name, value in values.items():
        if value < least:
            raise ValueError(f"{name} is {value}; expected at least {least}")
