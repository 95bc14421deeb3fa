"""How a packed convolution cuts its positions into register tiles."""

import itertools

import numpy as np
import pytest

from lowering.targets import tiles


@pytest.mark.parametrize("lanes", [4, 8, 16])
@pytest.mark.parametrize("vectors", [1, 2, 3, 12])
def test_tiles_cover_every_position_and_never_leave_their_room(lanes: int, vectors: int) -> None:
    """The last tile starts early where the positions suffice, and ends late, in the zeros after them, where they do
    not.
    """
    for positions, more in itertools.product([*range(1, 70), 459, 12_345], [0, 1, 5, 16, 40]):
        tile = tiles.cut(positions, positions + more, lanes, vectors)
        starts = np.minimum(np.arange(tile.count) * tile.size, tile.last)
        covered = starts[:, None] + np.arange(tile.size)
        assert set(range(positions)) <= set(covered.ravel().tolist())
        assert covered.min() == 0
        assert covered.max() < positions + more
        assert 1 <= tile.vectors <= vectors
        assert tile.lanes in (1, 2, 4, 8, 16)[: lanes.bit_length()]


def test_the_tile_with_the_least_work_is_chosen() -> None:
    """Tiles of 3 vectors for 96 positions of 8 lanes; for 64 two of 4 vectors, not three of 3."""
    assert tiles.cut(96, 96, 8, 3) == tiles.Tile(8, 3, 4, 72)
    assert tiles.cut(64, 64, 8, 4) == tiles.Tile(8, 4, 2, 32)
    assert tiles.cut(49, 64, 16, 4) == tiles.Tile(16, 4, 1, 0)
    assert tiles.cut(49, 52, 16, 4) == tiles.Tile(16, 2, 2, 17)
    assert tiles.cut(3, 3, 16, 4) == tiles.Tile(2, 1, 2, 1)


def test_a_tile_is_crowded_only_where_that_saves_work() -> None:
    """A plane of 6 x 6 is 41 positions with its padding: one tile of 3 vectors, not three of one."""
    assert tiles.cut(41, 48, 16, 2) == tiles.Tile(16, 1, 3, 25)
    assert tiles.cut(41, 48, 16, 2, most=3) == tiles.Tile(16, 3, 1, 0)
    assert tiles.cut(96, 96, 16, 2, most=3) == tiles.Tile(16, 2, 3, 64)
