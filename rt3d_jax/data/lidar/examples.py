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
    """`steps` batches of scenes in a random order, with what is random in them. ValueError for one that cannot be read.

    {"pillars": f32[rows, P, N, 9], "places": i32[rows, P], "boxes": f32[rows, MOST, 7], "matched": i16[rows, anchors]}:
    see pillars.sort and anchors.match. Which points a full pillar holds is random, too.
    """
    stock = augmentation.stock(scenes, view.classes) if how is not None else {}
    make = functools.partial(_drawn, _Training(tuple(scenes), view, how, stock, seed))
    matched = np.full(view.anchors.size // 7, anchors.BACKGROUND, np.int16)
    blank = {**_blank(view.grid), "boxes": np.zeros((MOST, 7), np.float32), "matched": matched}
    return batches.Batches(batches.Examples(make, blank, steps * batch, batch, batches.rows(rows, batch)), workers)


def test_batches(
    scenes: Sequence[kitti.Scene], view: View, *, batch: int, rows: Sequence[int], workers: int
) -> batches.Batches:
    """One pass over the scenes in order: {"pillars", "places", "scene"}, whose number i32[rows] is -1 behind the last
    one.
    """
    make = functools.partial(_plain, tuple(scenes), view)
    blank = {**_blank(view.grid), "scene": np.array(-1, np.int32)}
    source = batches.Examples(make, blank, len(scenes), batch, batches.rows(rows, batch))
    return batches.Batches(source, workers)


def example(scene: kitti.Scene, view: View) -> tuple[np.ndarray, np.ndarray]:
    """The pillars f32[P, N, 9] and places i32[P] of a scene."""
    return pillars.sort(kitti.seen(scene), view.grid)


@dataclasses.dataclass(frozen=True)
class _Training:
    """What training examples are made of. stock: the objects that scenes lend to each other."""

    scenes: tuple[kitti.Scene, ...]
    view: View
    how: augmentation.Augment | None
    stock: augmentation.Stock
    seed: int


def _drawn(given: _Training, place: int) -> dict[str, np.ndarray]:
    """The example at a place of the endless order."""
    epoch, number = divmod(place, len(given.scenes))
    scene = given.scenes[np.random.default_rng((given.seed, 0, epoch)).permutation(len(given.scenes))[number]]
    rng, view = np.random.default_rng((given.seed, 1, place)), given.view
    street = augmentation.read(scene, view.classes)
    if given.how is not None:
        street = augmentation.augmented(street, given.how, given.stock, view.classes, rng)
    there = pillars.within(street.objects, view.grid)
    if there.sum() > MOST:
        raise ValueError(f"{scene.name} has {there.sum()} objects, expected at most {MOST}; paste fewer")
    types = [kind for kind, one in zip(street.types, there, strict=True) if one]
    objects = np.zeros((MOST, 7), np.float32)
    objects[: len(types)] = street.objects[there]
    matched = anchors.match(view.anchors, types, street.objects[there], view.classes)
    found, places = pillars.sort(rng.permutation(street.points), view.grid)
    return {"pillars": found, "places": places, "boxes": objects, "matched": matched}


def _plain(scenes: tuple[kitti.Scene, ...], view: View, number: int) -> dict[str, Any]:
    """A scene without anything random."""
    found, places = example(scenes[number], view)
    return {"pillars": found, "places": places, "scene": number}


def _blank(grid: pillars.Grid) -> dict[str, np.ndarray]:
    """A scene without points."""
    empty = np.zeros((grid.pillars, grid.points, pillars.FEATURES), np.float32)
    return {"pillars": empty, "places": np.full(grid.pillars, grid.nowhere, np.int32)}
