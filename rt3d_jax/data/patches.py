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
    return batches.Batches(_Training(tuple(examples), cut, batch, batches.rows(rows, batch), seed, steps), workers)


def test_batches(
    examples: Sequence[Example], cut: Cut, *, batch: int, rows: Sequence[int], workers: int
) -> batches.Batches:
    """One pass over the tiles of all examples, in order: as train_batches, and "picture", "tile": int32[rows].

    Both are -1 in rows behind the last tile. ValueError for a picture that cannot be read.
    """
    found = tuple(tiles.of(*sides(example, cut), cut.tile, cut.margin) for example in examples)
    return batches.Batches(_Testing(tuple(examples), found, cut, batch, batches.rows(rows, batch)), workers)


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


@dataclasses.dataclass(frozen=True)
class _Training:
    examples: tuple[Example, ...]
    cut: Cut
    batch: int
    rows: tuple[int, ...]
    seed: int
    steps: int

    @property
    def size(self) -> int:
        return _bytes(self.cut, self.cut.patch, len(self.rows))

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> dict[str, Any]:
        found = [self._patch(index * self.batch + row) for row in self.rows]
        clip, target = (np.stack(each) for each in zip(*found, strict=True))
        return {"clip": clip, "target": target, "bad": {}}

    def _patch(self, place: int) -> tuple[np.ndarray, np.ndarray]:
        """The patch at a place of the endless order."""
        epoch, number = divmod(place, len(self.examples) * self.cut.each)
        example = self.examples[_order(self.seed, epoch, len(self.examples), self.cut.each)[number]]
        rng = np.random.default_rng((self.seed, 1, place))
        low, high = pair(example, self.cut, rng)
        side, scale = self.cut.patch, self.cut.scale
        if min(low.shape[1:3]) < side:
            raise ValueError(f"{example.path} gives {low.shape[1:3]} small pixels, expected at least a patch of {side}")
        top, left = rng.integers(np.array(low.shape[1:3]) - side + 1)
        turns, mirrored = int(rng.integers(4)), rng.random() < 0.5
        at = lambda pixels, by: pixels[:, by * top : by * (top + side), by * left : by * (left + side)]
        turned = lambda pixels: np.rot90(pixels[:, :, ::-1] if mirrored else pixels, turns, (1, 2))
        return turned(at(low, 1)), turned(at(high, scale))


@dataclasses.dataclass(frozen=True)
class _Testing:
    examples: tuple[Example, ...]
    tiles: tuple[tuple[tiles.Tile, ...], ...]
    cut: Cut
    batch: int
    rows: tuple[int, ...]

    @property
    def size(self) -> int:
        return _bytes(self.cut, self.cut.tile, len(self.rows))

    @functools.cached_property
    def flat(self) -> list[tuple[int, int]]:
        return tiles.flat(self.tiles)

    def __len__(self) -> int:
        return -(-len(self.flat) // self.batch)

    def __getitem__(self, index: int) -> dict[str, Any]:
        cut, side = self.cut, self.cut.tile
        shape = (len(self.rows), cut.frames, side, side, 3)
        found = {"clip": np.zeros(shape, np.uint8), "target": np.zeros(_large(shape, cut.scale), np.uint8), "bad": {}}
        found |= {name: np.full(len(self.rows), -1, np.int32) for name in ("picture", "tile")}
        for at, row in enumerate(self.rows):
            place = index * self.batch + row
            if place < len(self.flat):
                number, which = self.flat[place]
                (low, high), tile = pair(self.examples[number], cut), self.tiles[number][which]
                found["clip"][at] = tiles.cut(low, tile, side)
                found["target"][at] = tiles.cut(high, tiles.enlarged(tile, cut.scale), cut.scale * side)
                found["picture"][at], found["tile"][at] = number, which
        return found


def _large(shape: tuple[int, ...], scale: int) -> tuple[int, ...]:
    *first, height, width, channels = shape
    return (*first, scale * height, scale * width, channels)


def _bytes(cut: Cut, side: int, rows: int) -> int:
    return 3 * rows * cut.frames * side**2 * (1 + cut.scale**2)


@functools.lru_cache(maxsize=2)
def _order(seed: int, epoch: int, examples: int, each: int) -> np.ndarray:
    """The example of each patch of an epoch: TOGETHER examples after the other, each with its patches among theirs."""
    rng = np.random.default_rng((seed, 0, epoch))
    shuffled = rng.permutation(examples)
    parts = [np.repeat(shuffled[first : first + TOGETHER], each) for first in range(0, examples, TOGETHER)]
    return np.concatenate([rng.permutation(part) for part in parts])
