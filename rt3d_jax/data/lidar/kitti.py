"""KITTI's layout of LiDAR scans (Geiger et al., CVPR 2012): scans, labels, calibrations, and lists of scenes.

    FOLDER/ImageSets/train.txt, val.txt     the names of scenes, a line each, such as 000003
    FOLDER/training/velodyne/NAME.bin       points f32[n, 4]: x forward, y left, z up in metres, reflectance 0..1
    FOLDER/training/label_2/NAME.txt        a line for each object
    FOLDER/training/calib/NAME.txt          from the LiDAR to the left colour camera
    FOLDER/training/image_2/NAME.png        its picture, of which only the size is read, where it is there

The folders of `training` may also lie in FOLDER itself.
"""

import dataclasses
import pathlib
import struct
from collections.abc import Sequence

import numpy as np

from rt3d_jax.data import listings
from rt3d_jax.data.lidar import boxes

LISTS, PART = "ImageSets", "training"
DONT_CARE = "DontCare"
TYPES = ("Car", "Van", "Truck", "Pedestrian", "Person_sitting", "Cyclist", "Tram", "Misc", DONT_CARE)
FIELDS = 15  # of a line of labels; a detection has a score behind them
SIZE = (375, 1242)  # height and width of a picture that is not there
POINT = 16  # bytes
HEAD = 24  # bytes of a PNG file up to the end of its width and height
FLAT = 1e-6  # a determinant below which a matrix has no inverse; that of a rotation is 1
NEAREST = 0.1  # metres before the camera, for corners that lie beside or behind it


@dataclasses.dataclass(frozen=True)
class KITTI:
    """KITTI's 3D object detection, or a set in its layout.

    Args:
        folder: The folder that holds ImageSets and training.
        train: The list of the scenes to train on.
        test: The list of the scenes to test on.
    """

    folder: str
    train: str = "train"
    test: str = "val"


@dataclasses.dataclass(frozen=True)
class Scene:
    """One scan. root: the folder that holds velodyne, label_2 and calib."""

    root: str
    name: str

    def path(self, folder: str, suffix: str) -> pathlib.Path:
        """The file of this scene in one of the folders."""
        return pathlib.Path(self.root) / folder / f"{self.name}{suffix}"


@dataclasses.dataclass(frozen=True)
class Scenes:
    """The scenes of a set, for training and testing."""

    name: str
    train: tuple[Scene, ...]
    test: tuple[Scene, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Objects:
    """Objects as label files have them, in the coordinates of the camera (x right, y down, z forward).

    types: n names. truncated: f64[n] from 0 to 1. occluded: i64[n], 0 not, 1 partly, 2 largely, 3 unknown. rectangles:
    f64[n, 4], left, top, right and bottom in the picture, in pixels. places: f64[n, 7], the x, y and z of the middle of
    the bottom, height, width and length in metres, and rotation_y in radians. scores: f64[n], 1 for labels.
    """

    types: tuple[str, ...]
    truncated: np.ndarray
    occluded: np.ndarray
    rectangles: np.ndarray
    places: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.types)

    def chosen(self, which: np.ndarray) -> "Objects":
        """Those of a mask bool[n], or of places int[k]."""
        numbers = np.arange(len(self))[which]
        arrays = (getattr(self, field.name)[numbers] for field in dataclasses.fields(self)[1:])
        return Objects(tuple(self.types[number] for number in numbers), *arrays)

    @property
    def boxes(self) -> np.ndarray:
        """f64[n, 7] for `boxes.solid_overlaps`: x and z of the camera lie in the plane, and up is -y."""
        x, y, z, height, width, length, turn = self.places.T
        return np.stack([x, z, height / 2 - y, length, width, height, -turn], axis=1)


@dataclasses.dataclass(frozen=True, eq=False)
class Calibration:
    """projection: f64[3, 4], from the rectified camera to pixels. motion: f64[4, 4], from the LiDAR to that camera."""

    projection: np.ndarray
    motion: np.ndarray

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """Points f[n, 3] of the LiDAR in the camera's coordinates."""
        return points @ self.motion[:3, :3].T + self.motion[:3, 3]

    def to_lidar(self, points: np.ndarray) -> np.ndarray:
        """Points f[n, 3] of the camera in the LiDAR's coordinates."""
        back = np.linalg.inv(self.motion)
        return points @ back[:3, :3].T + back[:3, 3]

    def pixels(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where points f[n, 3] of the camera lie in the picture, f64[n, 2] as (across, down), and their depths."""
        found = points @ self.projection[:, :3].T + self.projection[:, 3]
        depth = np.maximum(found[:, 2:], NEAREST)
        return found[:, :2] / depth, found[:, 2]

    def boxes(self, objects: Objects) -> np.ndarray:
        """The boxes f64[n, 7] of objects in the LiDAR's coordinates, as data.lidar.boxes has them."""
        _, _, _, height, width, length, turn = objects.places.T
        middle = self.to_lidar(objects.places[:, :3]) + np.stack([0 * height, 0 * height, height / 2], axis=1)
        sizes = np.stack([length, width, height], axis=1)
        return np.concatenate([middle, sizes, boxes.wrapped(-turn - np.pi / 2)[:, None]], axis=1)

    def objects(self, types: Sequence[str], found: np.ndarray, scores: np.ndarray, size: tuple[int, int]) -> Objects:
        """Boxes f64[n, 7] of the LiDAR as objects of a picture of this height and width.

        Their rectangles are cut off at its borders. Their truncation is the share that lies outside. None is occluded.
        """
        bottom = found[:, :3] - np.stack([0 * found[:, 5], 0 * found[:, 5], found[:, 5] / 2], axis=1)
        turn = boxes.wrapped(-found[:, 6] - np.pi / 2)[:, None]
        places = np.concatenate([self.to_camera(bottom), found[:, [5, 4, 3]], turn], axis=1)
        whole = self._rectangles(found)
        kept = whole.clip(0, np.tile(np.array(size)[::-1] - 1.0, 2))
        area = lambda each: np.maximum(each[:, 2] - each[:, 0], 0) * np.maximum(each[:, 3] - each[:, 1], 0)
        outside = 1 - area(kept) / np.maximum(area(whole), boxes.EDGE)
        none = np.zeros(len(found), np.int64)
        return Objects(tuple(types), outside, none, kept, places, np.asarray(scores, np.float64))

    def _rectangles(self, found: np.ndarray) -> np.ndarray:
        """Around the pixels of all eight corners, f64[n, 4]."""
        flat = boxes.corners(found[:, boxes.FLAT])
        ends = [
            np.concatenate([flat, np.broadcast_to(level[:, None, None], (*flat.shape[:2], 1))], axis=-1)
            for level in (found[:, 2] - found[:, 5] / 2, found[:, 2] + found[:, 5] / 2)
        ]
        pixels, _ = self.pixels(self.to_camera(np.concatenate(ends, axis=1).reshape(-1, 3)))
        pixels = pixels.reshape(len(found), 8, 2)
        return np.concatenate([pixels.min(axis=1), pixels.max(axis=1)], axis=1)


def read(source: KITTI) -> Scenes:
    """The scenes that the lists name.

    Raises:
      FileNotFoundError: a folder, a list, or the scan of a listed scene is not there.
      ValueError: an empty list, or a scene that is in both.
    """
    root = listings.checked(pathlib.Path(source.folder))
    parts = [_listed(root, name) for name in (source.train, source.test)]
    if both := sorted(scene.name for scene in set(parts[0]) & set(parts[1])):
        raise ValueError(f"{root}: scene {both[0]} is in {source.train}.txt and {source.test}.txt, expected one")
    return Scenes(root.resolve().name, *parts)


def home(root: pathlib.Path) -> pathlib.Path:
    """The folder that holds velodyne, label_2 and calib. FileNotFoundError if there is none."""
    for folder in (root / PART, root):
        if (folder / "velodyne").is_dir():
            return folder
    raise FileNotFoundError(f"{root / PART / 'velodyne'} is not there; expected KITTI's folders of scans and labels")


def found(root: pathlib.Path) -> bool:
    """Whether a folder is in this layout."""
    return (root / LISTS).is_dir() and any((root / part / "velodyne").is_dir() for part in (PART, ""))


def names(path: pathlib.Path) -> tuple[str, ...]:
    """The scenes of a list, in order. FileNotFoundError for a list that is not there."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; expected a list of scenes, a line each, such as 000003")
    return tuple(path.read_text(encoding="utf-8").split())


def points(path: pathlib.Path) -> np.ndarray:
    """A scan f32[n, 4]: x, y, z and reflectance. ValueError for a file that holds none."""
    size = path.stat().st_size
    if not size or size % POINT:
        raise ValueError(f"{path} has {size} bytes, expected a multiple of {POINT} above 0; fetch it again")
    scan = np.fromfile(path, "<f4").reshape(-1, 4)
    if not np.isfinite(scan).all():
        raise ValueError(f"{path} has coordinates that are not finite, expected numbers; fetch it again")
    return scan


def labels(path: pathlib.Path) -> Objects:
    """The objects of a label file, or of a file of detections. ValueError for a line that is none."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = np.ones((len(lines), FIELDS))
    for number, line in enumerate(lines):
        try:
            if len(line) not in (FIELDS, FIELDS + 1):
                raise ValueError
            rows[number, : len(line) - 1] = [float(word) for word in line[1:]]
        except ValueError:
            said = " ".join(line)[:60]
            raise ValueError(
                f"{path}: line {number + 1} is {said!r}, expected a type and 14 numbers, or 15 with a score"
            ) from None
    types = tuple(line[0] for line in lines)
    return Objects(types, rows[:, 0], rows[:, 1].astype(np.int64), rows[:, 3:7], rows[:, _PLACES], rows[:, -1])


def write_labels(objects: Objects) -> str:
    """The text of a label file. An object's alpha follows from its place and rotation_y."""
    x, z, turn = objects.places[:, 0], objects.places[:, 2], objects.places[:, 6]
    alphas = boxes.wrapped(turn - np.arctan2(x, z))
    lines = []
    for number, kind in enumerate(objects.types):
        px, py, pz, *sizes, turned = objects.places[number]
        numbers = [*objects.rectangles[number], *sizes, px, py, pz, turned]
        alpha = -10.0 if kind == DONT_CARE else alphas[number]
        head = f"{kind} {objects.truncated[number]:.2f} {objects.occluded[number]} {alpha:.2f}"
        lines.append(" ".join([head, *(f"{each:.2f}" for each in numbers)]))
    return "".join(f"{line}\n" for line in lines)


def calibration(path: pathlib.Path) -> Calibration:
    """A calibration file. ValueError if a matrix is missing, or of another size."""
    return parsed(path.read_text(encoding="utf-8"), str(path))


def parsed(text: str, where: str) -> Calibration:
    """The text of a calibration file. where: its name, for errors. ValueError too for axes that are not independent."""
    pairs = (line.partition(":") for line in text.splitlines())
    words = {key.strip(): rest.split() for key, _, rest in pairs}
    turn, motion = np.eye(4), np.eye(4)
    turn[:3, :3] = _matrix(where, words, "R0_rect", (3, 3))
    motion[:3] = _matrix(where, words, "Tr_velo_to_cam", (3, 4))
    for key, part in (("R0_rect", turn), ("Tr_velo_to_cam", motion)):
        if not FLAT < abs(np.linalg.det(part)) < np.inf:
            raise ValueError(f"{where} has a matrix without inverse under {key}, expected a rotation; fetch it again")
    return Calibration(_matrix(where, words, "P2", (3, 4)), turn @ motion)


def size(scene: Scene) -> tuple[int, int]:
    """Height and width of a scene's picture; KITTI's usual ones where it is not there."""
    path = scene.path("image_2", ".png")
    if not path.is_file():
        return SIZE
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if len(head) < HEAD or head[12:16] != b"IHDR":
        raise ValueError(f"{path} cannot be read as a picture; fetch it again or remove it")
    width, height = struct.unpack(">II", head[16:HEAD])
    return height, width


def seen(scene: Scene, scan: np.ndarray | None = None) -> np.ndarray:
    """The points f32[n, 4] of a scene that its camera sees: only there are objects labelled.

    scan: all of its points, where they are not those of its own file.
    """
    scan = points(scene.path("velodyne", ".bin")) if scan is None else scan
    calibrated = calibration(scene.path("calib", ".txt"))
    height, width = size(scene)
    pixels, depths = calibrated.pixels(calibrated.to_camera(scan[:, :3]))
    across, down = pixels.T
    return scan[(depths > 0) & (across >= 0) & (across < width) & (down >= 0) & (down < height)]


_PLACES = [10, 11, 12, 7, 8, 9, 13]  # of the numbers of a line: x, y, z, height, width, length, rotation_y


def _listed(root: pathlib.Path, name: str) -> tuple[Scene, ...]:
    path, folder = root / LISTS / f"{name}.txt", home(root)
    listed = tuple(Scene(str(folder), each) for each in names(path))
    if not listed:
        raise ValueError(f"{path} names no scene, expected at least one")
    for scene in listed:
        for part, suffix in (("velodyne", ".bin"), ("label_2", ".txt"), ("calib", ".txt")):
            if not scene.path(part, suffix).is_file():
                raise FileNotFoundError(f"{scene.path(part, suffix)} is not there, and {path} names it; fetch it")
    return listed


def _matrix(where: str, words: dict[str, list[str]], key: str, shape: tuple[int, int]) -> np.ndarray:
    try:
        return np.array([float(word) for word in words[key]]).reshape(shape)
    except (KeyError, ValueError):
        said = f"{len(words[key])} words" if key in words else "nothing"
        raise ValueError(f"{where} has {said} under {key}, expected {shape[0] * shape[1]} numbers") from None
