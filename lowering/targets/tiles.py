"""How the positions of a feature map are cut into register tiles: as many as the accumulators in registers can hold."""

import dataclasses
from collections.abc import Sequence

LINES = 4  # of a patch, at most: each is a store for each filter, and LLVM takes minutes where there are hundreds
CROWDED = 1.08  # the time of a tile with more vectors than is best for its registers, over what else it would take


@dataclasses.dataclass(frozen=True)
class Tile:
    """A register tile and how many of them cover a feature map.

    A tile holds the accumulators of `vectors` vectors of `lanes` positions. There are `count` tiles. None starts after
    the position `last`, so the last one may overlap the one before it.
    """

    lanes: int
    vectors: int
    count: int
    last: int

    @property
    def size(self) -> int:
        """Positions in a tile."""
        return self.lanes * self.vectors

    @property
    def covered(self) -> int:
        """Positions that are computed; those where tiles overlap count twice."""
        return self.count * self.size


def cut(positions: int, room: int, lanes: int, vectors: int, most: int = 0) -> Tile:
    """The tile of at most `lanes` x `vectors` positions that covers `positions` with the least work.

    Tiles may reach beyond them, up to `room` positions in all. Where registers hold more vectors than is best, `most`,
    a tile may have more if that saves work.
    """
    while lanes > max(positions, room):
        lanes //= 2
    sizes = [v for v in range(1, max(vectors, most) + 1) if v * lanes <= max(positions, room)]
    # The time of a tile: one unit for each vector, and 0.4 to set it up.
    work = lambda v: -(-positions // (v * lanes)) * (v + 0.4) * (CROWDED if v > vectors else 1)
    best = min(reversed(sizes), key=work)
    return Tile(lanes, best, -(-positions // (best * lanes)), max(0, positions - best * lanes))


@dataclasses.dataclass(frozen=True)
class Patch:
    """A register tile of outer products: `vectors` vectors of filters for each of `lines` x `width` pixels."""

    vectors: int
    lines: int
    width: int

    @property
    def pixels(self) -> int:
        return self.lines * self.width

    @property
    def accumulators(self) -> int:
        return self.vectors * self.pixels

    def bands(self, height: int) -> int:
        """Rows of patches that cover an image of this height; the last one may overlap the one before it."""
        return -(-height // self.lines)

    def columns(self, width: int) -> int:
        """Columns of patches that cover an image of this width."""
        return -(-width // self.width)

    def count(self, height: int, width: int) -> int:
        return self.bands(height) * self.columns(width)

    def places(self, pitch: int) -> Sequence[int]:
        """Where its pixels lie from the first one on, in a map whose lines are `pitch` apart."""
        return [line * pitch + i for line in range(self.lines) for i in range(self.width)]


def patch(vectors: int, most: int, height: int, width: int) -> Patch:
    """The patch of at most so many pixels that covers an image with the least work."""
    fit = [
        Patch(vectors, lines, columns)
        for columns in range(1, min(most, width) + 1)
        for lines in range(1, min(most // columns, height, LINES) + 1)
    ]
    # The time of a tap: one unit for each pixel, and half a one for the weights.
    return min(fit, key=lambda each: (each.count(height, width) * (each.pixels + 0.5), each.lines))
