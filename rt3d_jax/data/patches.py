"""Batches for networks that enlarge: random patches to train on, tiles of whole pictures to test on.

Examples are pictures, which are clips of one frame, or clips cut from videos.
"""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from rt3d_jax.data import batches, bicubic, clips, listings, pictures, tiles, videos

Example = pictures.Picture | listings.Video
KEPT = 48  # pictures that stay in memory in each process
TOGETHER = 32  # pictures whose patches come mixed: all of them stay in memory until they are through


@dataclasses.dataclass(frozen=True)
class Cut:
    """How an example is cut.

    scale: the large pixels along a small one. frames: of a clip, 1 for pictures. patch: the side of a training patch,
    in small pixels. each: patches of an example in one epoch. tile, margin: see data.tiles.
    """

    scale: int
    frames: int
    patch: int
    each: int
    tile: int
    margin: int


def train_batches(
    examples: Sequence[Example], cut: Cut, *, seed: int, steps: int, batch: int, rows: Sequence[int], workers: int
) -> batches.Batches:
    """{"clip": uint8[rows, frames, patch, patch, 3], "target": the same, `scale` times larger}; `steps` batches.

    In an epoch `each` patches of every example come in a random order, at random places, mirrored and turned by
    quarters.
    """
    make = functools.partial(_patch, tuple(examples), cut, seed)
    source = batches.Examples(make, _blank(cut, cut.patch), steps * batch, batch, batches.rows(rows, batch))
    return batches.Batches(source, workers)


def test_batches(
    examples: Sequence[Example], cut: Cut, *, batch: int, rows: Sequence[int], workers: int
) -> batches.Batches:
    """One pass over the tiles of all examples, in order: as train_batches, and "picture", "tile": int32[rows].

    Both are -1 in rows behind the last tile. ValueError for a picture that cannot be read.
    """
    found = tuple(tiles.of(*sides(example, cut), cut.tile, cut.margin) for example in examples)
    flat, nowhere = tiles.flat(found), np.array(-1, np.int32)
    make = functools.partial(_tile, tuple(examples), found, flat, cut)
    blank = {**_blank(cut, cut.tile), "picture": nowhere, "tile": nowhere}
    return batches.Batches(batches.Examples(make, blank, len(flat), batch, batches.rows(rows, batch)), workers)


def sides(example: Example, cut: Cut) -> tuple[int, int]:
    """Height and width of the small picture of an example. Of a picture only the head of its file is read."""
    low, _ = pair(example, cut) if isinstance(example, listings.Video) else (None, None)
    if low is not None:
        return low.shape[1], low.shape[2]
    assert isinstance(example, pictures.Picture)
    height, width = pictures.sides(example.path)
    return height // cut.scale, width // cut.scale


def pair(example: Example, cut: Cut, rng: np.random.Generator | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(small, large): uint8[frames, h, w, 3] and uint8[frames, scale h, scale w, 3].

    A picture is whole. Of a video, consecutive frames are taken: at a random time with `rng`, else from the middle; and
    without `rng` at most a tile from the middle of each frame.
    """
    if isinstance(example, pictures.Picture):
        return _kept(example, cut.scale)
    high = frames(example, cut.frames, rng)
    if rng is None:
        high = _middle(high, cut.scale * cut.tile)
    high = pictures.whole(high, cut.scale)
    return bicubic.reduced(high, cut.scale), high


def frames(video: listings.Video, count: int, rng: np.random.Generator | None = None) -> np.ndarray:
    """uint8[count, H, W, 3]: consecutive frames of a video, from its middle or, with `rng`, at a random time.

    A video of fewer frames shows some more than once. clips.ClipError for one that cannot be read.
    """
    with videos.opened(video.path) as opened:
        first, end = video.frames or (0, opened.length)
        numbers = first + clips.frame_indices(clips.Windows(count), end - first, rng)
        return videos.frames(opened, numbers)


def _middle(pixels: np.ndarray, side: int) -> np.ndarray:
    _, height, width, _ = pixels.shape
    top, left = max(0, height - side) // 2, max(0, width - side) // 2
    return pixels[:, top : top + side, left : left + side]


@functools.lru_cache(maxsize=KEPT)
def _kept(picture: pictures.Picture, scale: int) -> tuple[np.ndarray, np.ndarray]:
    return pictures.pair(picture, scale)


def _patch(examples: tuple[Example, ...], cut: Cut, seed: int, place: int) -> dict[str, np.ndarray]:
    """The patch at a place of the endless order."""
    epoch, number = divmod(place, len(examples) * cut.each)
    example = examples[_order(seed, epoch, len(examples), cut.each)[number]]
    rng = np.random.default_rng((seed, 1, place))
    low, high = pair(example, cut, rng)
    side, scale = cut.patch, cut.scale
    if min(low.shape[1:3]) < side:
        raise ValueError(f"{example.path} gives {low.shape[1:3]} small pixels, expected at least a patch of {side}")
    top, left = rng.integers(np.array(low.shape[1:3]) - side + 1)
    turns, mirrored = int(rng.integers(4)), rng.random() < 0.5
    at = lambda pixels, by: pixels[:, by * top : by * (top + side), by * left : by * (left + side)]
    turned = lambda pixels: np.rot90(pixels[:, :, ::-1] if mirrored else pixels, turns, (1, 2))
    return {"clip": turned(at(low, 1)), "target": turned(at(high, scale))}


def _tile(
    examples: tuple[Example, ...],
    cuts: tuple[tuple[tiles.Tile, ...], ...],
    flat: Sequence[tuple[int, int]],
    cut: Cut,
    place: int,
) -> dict[str, Any]:
    """A tile by its number among those of all examples."""
    number, which = flat[place]
    (low, high), tile = pair(examples[number], cut), cuts[number][which]
    target = tiles.cut(high, tiles.enlarged(tile, cut.scale), cut.scale * cut.tile)
    return {"clip": tiles.cut(low, tile, cut.tile), "target": target, "picture": number, "tile": which}


def _blank(cut: Cut, side: int) -> dict[str, np.ndarray]:
    small, large = ((cut.frames, by * side, by * side, 3) for by in (1, cut.scale))
    return {"clip": np.zeros(small, np.uint8), "target": np.zeros(large, np.uint8)}


@functools.lru_cache(maxsize=2)
def _order(seed: int, epoch: int, examples: int, each: int) -> np.ndarray:
    """The example of each patch of an epoch: TOGETHER examples after the other, each with its patches among theirs."""
    rng = np.random.default_rng((seed, 0, epoch))
    shuffled = rng.permutation(examples)
    parts = [np.repeat(shuffled[first : first + TOGETHER], each) for first in range(0, examples, TOGETHER)]
    return np.concatenate([rng.permutation(part) for part in parts])
