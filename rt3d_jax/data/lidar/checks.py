"""Finds what is wrong with a copy of KITTI, or of a set in its layout: lists, scans, labels and calibrations."""

import collections
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from rt3d_jax.data import checks, listings
from rt3d_jax.data.lidar import anchors, boxes, kitti

FILES = (("velodyne", ".bin"), ("label_2", ".txt"), ("calib", ".txt"))


def check(source: kitti.KITTI, progress: checks.Progress) -> Iterator[checks.Finding]:
    """Yields findings as they are found. progress(what, done, total) is called after every scene. Never raises for bad
    data.
    """
    root = pathlib.Path(source.folder)
    try:
        home = kitti.home(listings.checked(root))
        parts = [kitti.names(root / kitti.LISTS / f"{name}.txt") for name in (source.train, source.test)]
    except (ValueError, FileNotFoundError) as error:
        yield checks.Finding("structure", str(error))
        return
    listed = [name for part in parts for name in part]
    progress("lists", len(listed), len(listed))
    yield from _lists(source, parts)
    trained = collections.Counter[str]()
    for done, name in enumerate(dict.fromkeys(listed), 1):
        scene = kitti.Scene(str(home), name)
        yield from _scene(scene, trained if name in parts[0] else collections.Counter())
        progress("scans", done, len(listed))
    if any(trained[kind] for kind in anchors.KINDS):
        yield from (checks.Finding("untrained", kind) for kind in anchors.KINDS if not trained[kind])
    else:
        said = f"the scenes of {kitti.LISTS}/{source.train}.txt have no {', '.join(anchors.KINDS)}"
        yield checks.Finding("structure", f"{said}; expected objects of at least one class to train on")


def _lists(source: kitti.KITTI, parts: Sequence[Sequence[str]]) -> Iterator[checks.Finding]:
    for name, part in zip((source.train, source.test), parts, strict=True):
        if not part:
            yield checks.Finding("structure", f"{kitti.LISTS}/{name}.txt names no scene")
        yield from (checks.Finding("relisted", one) for one, times in collections.Counter(part).items() if times > 1)
    yield from (checks.Finding("shared", name) for name in sorted(set(parts[0]) & set(parts[1])))


def _scene(scene: kitti.Scene, trained: collections.Counter[str]) -> Iterator[checks.Finding]:
    """What is wrong with one scene; its objects are added to `trained`, by their types."""
    paths = [scene.path(*each) for each in FILES]
    if missing := [path for path in paths if not path.is_file()]:
        yield from (checks.Finding("lacking", str(path)) for path in missing)
        return
    try:
        points, objects, calibrated = kitti.points(paths[0]), kitti.labels(paths[1]), kitti.calibration(paths[2])
        kitti.size(scene)
    except ValueError as error:
        yield checks.Finding("broken", str(error))
        return
    trained.update(objects.types)
    for kind in sorted(set(objects.types) - set(kitti.TYPES)):
        yield checks.Finding("types", f"{paths[1]}: {kind}")
    known = objects.chosen(np.array([kind in anchors.KINDS for kind in objects.types], bool))
    empty = ~boxes.inside(points, calibrated.boxes(known)).any(axis=1)
    yield from (checks.Finding("pointless", f"{paths[1]}: {known.types[at]}") for at in np.flatnonzero(empty))
