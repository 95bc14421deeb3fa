"""Tubes: small pieces of videos (or of pictures, as one frame) with strong gradients, seen in many ways.

The examples of Exemplar-CNN (Dosovitskiy et al., 2014), which learns without labels: all views of a tube are one class.
"""

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np

from lowering.system import bounds, typed
from rt3d_jax.data import batches, clips, listings, pictures, videos

Source = pictures.Picture | listings.Video
KEPT = 2048  # pieces around tubes that stay in memory in each process
Factor = Annotated[float, typed.Check("a factor of at least 1", lambda value: 1 <= value < math.inf)]
QUARTERS, WAYS = 4, 8  # turns by a quarter; and those, played forwards and backwards
TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])


@dataclasses.dataclass(frozen=True)
class Variation:
    """How far the views of a tube differ. The first five are the paper's, with its ranges or close to them.

    Args:
        shift: The largest move of the place, as a share of the tube's side.
        scale: The largest factor by which a view is larger or smaller.
        turn: The largest angle by which a view is turned, in degrees.
        contrast: The largest factor of the contrast and of the saturation.
        colour: The largest change of the hue, in turns, and of the brightness, of values from 0 to 1.
        speed: The largest factor by which a view is played faster or slower.
        late: The largest move in time, as a share of the tube's frames.
    """

    shift: bounds.NotNegative = 0.2
    scale: Factor = 1.4
    turn: bounds.NotNegative = 20.0
    contrast: Factor = 1.6
    colour: bounds.NotNegative = 0.1
    speed: Factor = 1.5
    late: bounds.NotNegative = 0.2

    def __post_init__(self) -> None:
        typed.check(self)


@dataclasses.dataclass(frozen=True)
class Tube:
    """A place in a source: the middle frame, and the middle of the square in scaled pixels.

    step: frames of the source from one frame of a view to the next, at its own speed.
    """

    source: Source
    frame: float
    row: float
    column: float
    step: float = 1.0


@dataclasses.dataclass(frozen=True)
class Views:
    """How views are made. spec: frames, sizes and normalisation, as for clips. apart: whether a tube that is turned by
    a quarter, or played backwards, is a class of its own. first: the tubes with which training begins, None for all.
    """

    tubes: tuple[Tube, ...]
    spec: clips.ClipSpec
    variation: Variation
    apart: bool
    first: int | None = None

    @property
    def ways(self) -> int:
        """Classes of a tube."""
        return ways(self.spec, self.apart)

    @property
    def classes(self) -> int:
        """Surrogate classes."""
        return len(self.tubes) * self.ways


def ways(spec: clips.ClipSpec, apart: bool) -> int:
    """The classes of a tube, see `Views`."""
    return 1 if not apart else WAYS if spec.sampling.frames > 1 else QUARTERS


def find(
    sources: Sequence[Source], spec: clips.ClipSpec, count: int, seed: int, speed: float = 1.0
) -> tuple[Tube, ...]:
    """`count` tubes, from all sources in turns: drawn by the gradients inside their square, in space and time.

    The frames of a tube are as far apart as those of a clip. Where clips spread over a whole video, so does the view of
    a tube that is played fastest, by `speed`. Errors as those of clips.load and pictures.load.
    """
    order = np.random.default_rng((seed, 0)).permutation(len(sources))
    chosen = [sources[order[number % len(sources)]] for number in range(count)]
    draw = lambda number: np.random.default_rng((seed, 1, number))
    return tuple(_drawn(source, spec, speed, draw(number)) for number, source in enumerate(chosen))


def train_batches(
    views: Views, *, seed: int, steps: int, batch: int, rows: Sequence[int], workers: int
) -> batches.Batches:
    """{"clip": f32[rows, frames, size, size, 3], "label": i32[rows]}: a new view of each class in turn, shuffled.

    With views.first, the number of tubes doubles in equal parts of the first half, after which it is all of them.
    """
    make = functools.partial(_trained_on, views, seed, steps * batch)
    return batches.Batches(
        batches.Examples(make, _blank(views.spec), steps * batch, batch, batches.rows(rows, batch)), workers
    )


def test_batches(views: Views, each: int, *, batch: int, rows: Sequence[int], workers: int) -> batches.Batches:
    """One pass over `each` views of every class that training never sees; rows behind the last have the label -1."""
    make, count = functools.partial(_tested_on, views, each), views.classes * each
    return batches.Batches(batches.Examples(make, _blank(views.spec), count, batch, batches.rows(rows, batch)), workers)


def view(views: Views, label: int, rng: np.random.Generator) -> np.ndarray:
    """A view of a class, f32[frames, size, size, 3], normalised."""
    spec, variation, (which, way) = views.spec, views.variation, divmod(label, views.ways)
    tube, frames, size = views.tubes[which], spec.sampling.frames, spec.size
    pixels, first, corner = _piece(tube, spec, variation)
    factor = lambda most: most ** rng.uniform(-1, 1)
    middle = tube.frame - first + rng.uniform(-1, 1) * variation.late * tube.step * frames
    times = middle + tube.step * factor(variation.speed) * (np.arange(frames) - (frames - 1) / 2)
    shown = pixels[np.clip(np.rint(times), 0, len(pixels) - 1).astype(int)]
    angle, scale = np.deg2rad(variation.turn) * rng.uniform(-1, 1), factor(variation.scale)
    place = np.array([tube.row, tube.column]) - corner + size * variation.shift * rng.uniform(-1, 1, 2)
    found = _coloured(_cut(shown, place, angle, scale, size), variation, rng)
    found = np.rot90(found, way % QUARTERS, (1, 2))[:: -1 if way >= QUARTERS else 1]
    return ((found - np.array(spec.mean)) / np.array(spec.std)).astype(np.float32)


def _drawn(source: Source, spec: clips.ClipSpec, speed: float, rng: np.random.Generator) -> Tube:
    """A tube of a source, at a random time, with its place drawn by the squares of gradients around it."""
    length, frames = _length(source), spec.sampling.frames
    step = max(1.0, length / frames / speed) if isinstance(spec.sampling, clips.Spread) else spec.sampling.stride
    half = step * frames / 2
    frame = rng.uniform(half, length - half) if length > 2 * half else (length - 1) / 2
    pixels, _ = _read(source, spec.short_side, int(frame - half), math.ceil(frame + half) + 1)
    gray = pixels.mean(axis=-1, dtype=np.float32)
    along = [np.square(np.diff(gray, axis=axis)) for axis in range(3) if gray.shape[axis] > 1]
    energy = np.sum([each.mean(0)[: gray.shape[1] - 1, : gray.shape[2] - 1] for each in along], axis=0)
    height, width = (min(spec.size, side) for side in energy.shape)
    sums = np.pad(energy.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    shares = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width] + sums[:-height, :-width]
    shares = shares.clip(0) / (height * width) + 1e-9
    row, column = divmod(int(rng.choice(shares.size, p=shares.ravel() / shares.sum())), shares.shape[1])
    return Tube(source, float(frame), row + height / 2, column + width / 2, float(step))


def _cut(pixels: np.ndarray, place: np.ndarray, angle: float, scale: float, size: int) -> np.ndarray:
    """f32[frames, size, size, 3], 0 to 1: the square around a place, turned and scaled, between the nearest pixels."""
    grid = (np.arange(size) - (size - 1) / 2) / scale
    down, right = np.meshgrid(grid, grid, indexing="ij")
    rows = place[0] + np.cos(angle) * down - np.sin(angle) * right
    columns = place[1] + np.sin(angle) * down + np.cos(angle) * right
    (top, bottom, low), (left, end, over) = (
        _neighbours(at, side) for at, side in ((rows, pixels.shape[1]), (columns, pixels.shape[2]))
    )
    upper = pixels[:, top, left] * (1 - over) + pixels[:, top, end] * over
    lower = pixels[:, bottom, left] * (1 - over) + pixels[:, bottom, end] * over
    return (upper * (1 - low) + lower * low) / np.float32(255)


def _neighbours(at: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pixels before and behind places along an axis of a mirrored picture, and the share of the second."""
    folded = np.abs((at + length - 1) % (2 * (length - 1)) - (length - 1)) if length > 1 else np.zeros_like(at)
    first = np.minimum(folded.astype(int), max(length - 2, 0))
    return first, np.minimum(first + 1, length - 1), (folded - first).astype(np.float32)[..., None]


def _coloured(pixels: np.ndarray, variation: Variation, rng: np.random.Generator) -> np.ndarray:
    """Another contrast, brightness, saturation and hue, in YIQ."""
    factor = lambda: variation.contrast ** rng.uniform(-1, 1)
    turn = 2 * np.pi * variation.colour * rng.uniform(-1, 1)
    saturation = factor()
    hue = saturation * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    change = np.eye(3)
    change[1:, 1:] = hue
    matrix = (np.linalg.inv(TO_YIQ) @ change @ TO_YIQ).astype(np.float32)
    mean = pixels.mean((0, 1, 2), keepdims=True)
    found = ((pixels - mean) * np.float32(factor()) + mean) @ matrix.T
    return np.clip(found + np.float32(variation.colour * rng.uniform(-1, 1)), 0, 1)


def _length(source: Source) -> int:
    if isinstance(source, pictures.Picture):
        return 1
    with videos.opened(source.path) as video:
        first, end = source.frames or (0, video.length)
        return end - first


@functools.lru_cache(maxsize=KEPT)
def _piece(tube: Tube, spec: clips.ClipSpec, variation: Variation) -> tuple[np.ndarray, int, np.ndarray]:
    """What views of a tube may show, scaled; and of its first pixel the frame, and the row and column."""
    reach = math.ceil(tube.step * spec.sampling.frames * (variation.speed / 2 + variation.late)) + 1
    around = math.ceil(spec.size * (variation.shift + variation.scale / math.sqrt(2))) + 1
    top, left = (max(0, int(at) - around) for at in (tube.row, tube.column))
    pixels, first = _read(tube.source, spec.short_side, int(tube.frame) - reach, int(tube.frame) + reach + 1)
    cut = pixels[:, top : int(tube.row) + around + 1, left : int(tube.column) + around + 1]
    return cut.copy(), first, np.array([top, left])


def _read(source: Source, short_side: int, first: int, end: int) -> tuple[np.ndarray, int]:
    """The frames from `first` to `end` that there are, scaled, and the number of the first of them."""
    if isinstance(source, pictures.Picture):
        return pictures.load(source.path)[None], 0
    first = max(0, first)
    with videos.opened(source.path) as video:
        begin, stop = source.frames or (0, video.length)
        numbers = np.arange(begin + first, min(stop, begin + end))
        return videos.frames(video, numbers, short_side), first


def _trained_on(views: Views, seed: int, count: int, place: int) -> dict[str, Any]:
    """The view at one of `count` places."""
    known = views.ways * (
        len(views.tubes) if views.first is None else _tubes(views.first, len(views.tubes), place / count)
    )
    turn, number = divmod(place, known)
    label = int(_order(seed, turn, known)[number])
    return {"clip": view(views, label, np.random.default_rng((seed, 3, place))), "label": label}


def _tubes(first: int, count: int, done: float) -> int:
    """The tubes that training has, of which a share is done."""
    doublings = math.ceil(math.log2(count / first))
    return min(count, first << min(doublings, int(2 * done * doublings)))


def _tested_on(views: Views, each: int, place: int) -> dict[str, Any]:
    label = place // each
    return {"clip": view(views, label, np.random.default_rng((4, place))), "label": label}


def _blank(spec: clips.ClipSpec) -> dict[str, np.ndarray]:
    return {
        "clip": np.zeros((spec.sampling.frames, spec.size, spec.size, 3), np.float32),
        "label": np.array(-1, np.int32),
    }


@functools.lru_cache(maxsize=2)
def _order(seed: int, turn: int, classes: int) -> np.ndarray:
    return np.random.default_rng((seed, 2, turn)).permutation(classes)
