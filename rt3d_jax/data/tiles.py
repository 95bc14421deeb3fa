"""Pictures of any size in tiles of one size, which overlap, so that what a network makes of each can be put together.

A network that sees `margin` pixels to each side makes the same of a tile's part as of the whole picture.
"""

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Span:
    """Along one axis: a tile begins at `start`; of the result it gives the pixels from `first` up to `end`."""

    start: int
    first: int
    end: int


@dataclasses.dataclass(frozen=True)
class Tile:
    """A tile, by its spans of rows and of columns."""

    rows: Span
    columns: Span


def of(height: int, width: int, size: int, margin: int) -> tuple[Tile, ...]:
    """The tiles of size x size pixels of a picture, from its top left to its bottom right."""
    return tuple(itertools.starmap(Tile, itertools.product(spans(height, size, margin), spans(width, size, margin))))


def spans(length: int, size: int, margin: int) -> tuple[Span, ...]:
    """The tiles along an axis. Each gives what lies `margin` or more inside it, and all that lies at an end."""
    if length <= size:
        return (Span(0, 0, length),)
    count = -(-(length - 2 * margin) // (size - 2 * margin))
    starts = [round(place * (length - size) / (count - 1)) for place in range(count)]
    cuts = [0, *((before + size + after) // 2 for before, after in itertools.pairwise(starts)), length]
    return tuple(Span(start, *ends) for start, ends in zip(starts, itertools.pairwise(cuts), strict=True))


def cut(pixels: np.ndarray, tile: Tile, size: int) -> np.ndarray:
    """[..., size, size, C] of [..., H, W, C]. Beyond the end of a smaller picture its last pixels are repeated."""
    *_, height, width, _ = pixels.shape
    at = lambda span, length: np.minimum(np.arange(span.start, span.start + size), length - 1)
    return pixels[..., at(tile.rows, height), :, :][..., at(tile.columns, width), :]


def put(whole: np.ndarray, tile: Tile, made: np.ndarray) -> None:
    """Puts what was made of a tile, [..., size, size, C], where it belongs in [..., H, W, C]."""
    inside = [slice(span.first - span.start, span.end - span.start) for span in (tile.rows, tile.columns)]
    at = [slice(span.first, span.end) for span in (tile.rows, tile.columns)]
    whole[..., at[0], at[1], :] = made[..., inside[0], inside[1], :]


def enlarged(tile: Tile, scale: int) -> Tile:
    """The tile of the large picture that belongs to one of the small picture."""
    larger = lambda span: Span(scale * span.start, scale * span.first, scale * span.end)
    return Tile(larger(tile.rows), larger(tile.columns))


def flat(tiles: Sequence[Sequence[Tile]]) -> list[tuple[int, int]]:
    """(picture, tile) of every tile, picture by picture."""
    return [(picture, tile) for picture, some in enumerate(tiles) for tile in range(len(some))]
