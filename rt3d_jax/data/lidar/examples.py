"""Batches of scans for networks that find objects: scenes as pillars, with the objects that the anchors should find."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from rt3d_jax.data import batches
from rt3d_jax.data.lidar import anchors, augmentation, kitti, pillars

MOST = 128  # objects of a scene


@dataclasses.dataclass(frozen=True)
class View:
    """How a scene becomes an example. stride: cells of the grid along one of the network's map."""

    grid: pillars.Grid
    classes: tuple[str, ...]
    stride: int

    @functools.cached_property
    def anchors(self) -> np.ndarray:
        """f32[rows, columns, 2 classes, 7]."""
        return anchors.place(self.grid, self.stride, self.classes)


def train_batches(
    scenes: Sequence[kitti.Scene],
    view: View,
    how: augmentation.Augment | None,
    *,
    seed: int,
    steps: int,
    batch: int,
    rows: Sequence[int],
    workers: int,
) -> batches.Batches:
    """`steps` batches of scenes in a random order, as `Training` makes them. ValueError for one that cannot be read."""
    stock = augmentation.stock(scenes, view.classes) if how is not None else {}
    source = Training(tuple(scenes), view, how, stock, batch, batches.rows(rows, batch), seed, steps)
    return batches.Batches(source, workers)


def test_batches(
    scenes: Sequence[kitti.Scene], view: View, *, batch: int, rows: Sequence[int], workers: int
) -> batches.Batches:
    """One pass over the scenes in order: {"pillars", "places", "scene"}, whose number i32[rows] is -1 behind the last
    one.
    """
    return batches.Batches(Testing(tuple(scenes), view, batch, batches.rows(rows, batch)), workers)


def example(scene: kitti.Scene, view: View) -> tuple[np.ndarray, np.ndarray]:
    """The pillars f32[P, N, 9] and places i32[P] of a scene."""
    return pillars.sort(kitti.seen(scene), view.grid)


@dataclasses.dataclass(frozen=True)
class Training:
    """{"pillars": f32[rows, P, N, 9], "places": i32[rows, P], "boxes": f32[rows, MOST, 7], "matched": i16[rows, all
    anchors]}, see anchors.match. How points are drawn for full pillars is random, too.
    """

    scenes: tuple[kitti.Scene, ...]
    view: View
    how: augmentation.Augment | None
    stock: augmentation.Stock
    batch: int
    rows: tuple[int, ...]
    seed: int
    steps: int

    @property
    def size(self) -> int:
        return len(self.rows) * (_bytes(self.view.grid) + 2 * self.view.anchors.size // 7 + 28 * MOST)

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> dict[str, Any]:
        made = [self._made(index * self.batch + row) for row in self.rows]
        names = ("pillars", "places", "boxes", "matched")
        return {**dict(zip(names, map(np.stack, zip(*made, strict=True)), strict=True)), "bad": {}}

    def _made(self, place: int) -> tuple[np.ndarray, ...]:
        """The example at a place of the endless order."""
        epoch, number = divmod(place, len(self.scenes))
        scene = self.scenes[np.random.default_rng((self.seed, 0, epoch)).permutation(len(self.scenes))[number]]
        rng, view = np.random.default_rng((self.seed, 1, place)), self.view
        street = augmentation.read(scene, view.classes)
        if self.how is not None:
            street = augmentation.augmented(street, self.how, self.stock, view.classes, rng)
        there = pillars.within(street.objects, view.grid)
        if there.sum() > MOST:
            raise ValueError(f"{scene.name} has {there.sum()} objects, expected at most {MOST}; paste fewer")
        types = [kind for kind, one in zip(street.types, there, strict=True) if one]
        objects = np.zeros((MOST, 7), np.float32)
        objects[: len(types)] = street.objects[there]
        matched = anchors.match(view.anchors, types, street.objects[there], view.classes)
        return *pillars.sort(rng.permutation(street.points), view.grid), objects, matched


@dataclasses.dataclass(frozen=True)
class Testing:
    """The scenes in order, without anything random."""

    scenes: tuple[kitti.Scene, ...]
    view: View
    batch: int
    rows: tuple[int, ...]

    @property
    def size(self) -> int:
        return len(self.rows) * _bytes(self.view.grid)

    def __len__(self) -> int:
        return -(-len(self.scenes) // self.batch)

    def __getitem__(self, index: int) -> dict[str, Any]:
        grid, count = self.view.grid, len(self.rows)
        found: dict[str, Any] = {
            "pillars": np.zeros((count, grid.pillars, grid.points, pillars.FEATURES), np.float32),
            "places": np.full((count, grid.pillars), grid.nowhere, np.int32),
            "scene": np.full(count, -1, np.int32),
        }
        for at, row in enumerate(self.rows):
            number = index * self.batch + row
            if number < len(self.scenes):
                found["pillars"][at], found["places"][at] = example(self.scenes[number], self.view)
                found["scene"][at] = number
        return {**found, "bad": {}}


def _bytes(grid: pillars.Grid) -> int:
    return 4 * grid.pillars * (grid.points * pillars.FEATURES + 1)
