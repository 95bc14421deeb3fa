"""Points sorted into pillars, as PointPillars (Lang et al., CVPR 2019) takes them: section 2.1."""

import dataclasses
import math

import numpy as np

from lowering.system import bounds, typed

FEATURES = 9
Range = tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Grid:
    """The cells of the ground, in the LiDAR's coordinates. The defaults are those of common implementations for
    cars: 32 points a cell where the paper has 100, and 69.12 m ahead where it has 70.4 m.

    Args:
        x: From where to where cells lie ahead, in metres. It is a whole number of cells.
        y: From where to where cells lie to the left.
        z: Between which heights points count.
        cell: The side of a cell, in metres.
        pillars: The most cells with points that the network sees.
        points: The most points of a cell that it sees.
    """

    x: Range = (0.0, 69.12)
    y: Range = (-39.68, 39.68)
    z: Range = (-3.0, 1.0)
    cell: bounds.Positive = 0.16
    pillars: bounds.Count = 12000
    points: bounds.Count = 32

    def __post_init__(self) -> None:
        typed.check(self)
        for name, (low, high) in (("x", self.x), ("y", self.y), ("z", self.z)):
            if not (low < high and math.isfinite(high - low)):
                raise ValueError(f"{name} is ({low}, {high}), expected two numbers, the smaller one first")
            cells = (high - low) / self.cell
            if name != "z" and (abs(cells - round(cells)) > 1e-3 or not round(cells)):
                raise ValueError(f"{name} is ({low}, {high}), expected a whole number of cells of {self.cell} m")

    @property
    def sides(self) -> tuple[int, int]:
        """The cells along y, and along x: the height and width of what the backbone sees."""
        return round((self.y[1] - self.y[0]) / self.cell), round((self.x[1] - self.x[0]) / self.cell)

    @property
    def spread(self) -> tuple[float, ...]:
        """About how far each of the nine numbers of a point lies from its middle, see `sort`."""
        ahead, aside, above = ((high - low) / 2 for low, high in (self.x, self.y, self.z))
        near = self.cell / 2
        return (ahead, aside, above, 0.5, near, near, above, near, near)

    @property
    def nowhere(self) -> int:
        """The place of a pillar that is not there."""
        return self.sides[0] * self.sides[1]


def within(points: np.ndarray, grid: Grid) -> np.ndarray:
    """bool[n]: which points f[n, 3 or more] lie in the grid."""
    return np.all([(low <= points[:, i]) & (points[:, i] < high) for i, (low, high) in enumerate(_ends(grid))], axis=0)


def sort(points: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Points f32[n, 4] as (pillars f32[P, N, 9], places i32[P]).

    The nine numbers of a point are x, y, z and reflectance, its distances along x, y and z from the mean of the points
    of its pillar, and those along x and y from the middle of its cell. Where a pillar has fewer than N points, and
    where there are fewer than P pillars, there are zeros. A place is the row of the cell (along y) times the cells in a
    row, and its column (along x); `grid.nowhere` where there is no pillar. Of more points than there is room for in a
    pillar, every so manieth counts: a scan comes beam by beam, and the first points would be the lowest ones. Of more
    pillars than there is room for, the first count.
    """
    points = points[within(points, grid)].astype(np.float32)
    columns = ((points[:, 0] - grid.x[0]) / grid.cell).astype(np.int64).clip(0, grid.sides[1] - 1)
    rows = ((points[:, 1] - grid.y[0]) / grid.cell).astype(np.int64).clip(0, grid.sides[0] - 1)
    cells, first, number = np.unique(rows * grid.sides[1] + columns, return_index=True, return_inverse=True)
    turn = np.empty(len(cells), np.int64)
    turn[np.argsort(first, kind="stable")] = np.arange(len(cells))  # pillars in the order of their first points
    pillar = turn[number]
    order = np.argsort(pillar, kind="stable")
    starts = np.searchsorted(pillar[order], np.arange(len(cells)))
    rank = np.empty(len(points), np.int64)
    rank[order] = np.arange(len(points)) - starts[pillar[order]]
    place, counts = _spread(rank, np.bincount(pillar)[pillar], grid.points)
    kept = counts & (pillar < grid.pillars)
    found = np.zeros((grid.pillars, grid.points, FEATURES), np.float32)
    at = pillar[kept], place[kept]
    found[*at, :4] = points[kept]
    mean = found[:, :, :3].sum(axis=1) / np.maximum(np.bincount(at[0], minlength=grid.pillars), 1)[:, None]
    found[*at, 4:7] = points[kept, :3] - mean[at[0]]
    middle = np.stack([columns, rows], axis=1) * grid.cell + grid.cell / 2 + np.array([grid.x[0], grid.y[0]])
    found[*at, 7:] = (points[:, :2] - middle)[kept]
    places = np.full(grid.pillars, grid.nowhere, np.int32)
    places[turn[turn < grid.pillars]] = cells[turn < grid.pillars]
    return found, places


def _spread(rank: np.ndarray, held: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Which points count of pillars that hold more than `most`: so many, evenly spread over all that a pillar holds.

    rank: the number of each point in its pillar, i64[n]. held: the points of its pillar, i64[n]. Returns the number of
    each among those that count, i64[n], and whether it does, bool[n].
    """
    each = np.minimum(held, most)
    place = rank * each // held
    return place, place > (rank - 1) * each // held


def _ends(grid: Grid) -> tuple[Range, Range, Range]:
    return grid.x, grid.y, grid.z
