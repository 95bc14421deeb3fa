"""How positions are cut into register tiles."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Tile:
    """Positions that are summed at a time, `vectors` of `lanes`; `count` tiles, of which none starts after `last`."""

    lanes: int
    vectors: int
    count: int
    last: int

    @property
    def size(self) -> int:
        return self.lanes * self.vectors

    @property
    def covered(self) -> int:
        """Positions that are computed, twice where tiles overlap."""
        return self.count * self.size


def cut(positions: int, room: int, lanes: int, vectors: int) -> Tile:
    """The tile that covers `positions` with the least work; it may reach beyond them, up to `room` positions in all."""
    while lanes > max(positions, room):
        lanes //= 2
    sizes = [v for v in range(1, vectors + 1) if v * lanes <= max(positions, room)]
    best = min(
        reversed(sizes), key=lambda v: -(-positions // (v * lanes)) * (v + 0.4)
    )  # 0.4: the time to set a tile up
    return Tile(lanes, best, -(-positions // (best * lanes)), max(0, positions - best * lanes))
