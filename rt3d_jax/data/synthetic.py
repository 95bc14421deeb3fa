"""A data set of drawn videos whose classes differ only in their motion, as h264 files in UCF101's layout."""

import concurrent.futures
import dataclasses
import fractions
import os
import pathlib
from collections.abc import Callable

import numpy as np

from lowering.system import extras, files, typed
from rt3d_jax.data import folders

# In time-reversed pairs: the unordered frames of a clip cannot tell the two of a pair apart.
CLASSES = (
    "OrbitClockwise",
    "OrbitCounterclockwise",
    "SlideDown",
    "SlideLeft",
    "SlideRight",
    "SlideUp",
    "TurnClockwise",
    "TurnCounterclockwise",
)
# Frames per second, and sizes that are even (h264 asks for it) but seldom multiples of its 16-pixel blocks.
RATES = ((10, 1), (25, 2), (15, 1), (24000, 1001), (25, 1), (30000, 1001))
VIDEOS = "UCF-101"
# To be raised when the same spec makes other videos.
VERSION = 1
MANIFEST = "synthetic.json"


@dataclasses.dataclass(frozen=True)
class Synthetic:
    """A data set of drawn videos: 8 classes x groups x clips_per_group.

    Clusters of coloured discs move together, on a torus, over a texture that belongs to the group in every class.
    Looks, places, angles and sizes are drawn alike for every class, so a single frame says nothing about the class. The
    last seven fields set the difficulty.

    Args:
        clips_per_group: The number of videos of each group in each class.
        groups: The number of groups. All videos of a group have the same texture.
        seed: The seed of the drawing.
        sides: The shortest and the longest side of a video, in pixels.
        frames: The frames of a video, at least and at most.
        travel: How far clusters slide from the first frame to the last, at least and at most, in shorter sides of the
            video.
        turns: How often clusters turn or orbit from the first frame to the last, at least and at most.
        contrast: The contrast of the discs, in levels of 0..255.
        noise: The standard deviation of the noise of each pixel, in levels of 0..255.
        jitter: The standard deviation of the camera's steps from frame to frame, in shorter sides of the video.
        objects: The number of clusters that move as the class says.
        distractors: The number of clusters that move as a class drawn at random.
    """

    clips_per_group: int = 7
    groups: int = 25
    seed: int = 0
    sides: tuple[int, int] = (48, 66)
    frames: tuple[int, int] = (20, 40)
    travel: tuple[float, float] = (0.5, 1.5)
    turns: tuple[float, float] = (0.8, 1.4)
    contrast: float = 75.0
    noise: float = 6.0
    jitter: float = 0.005
    objects: int = 3
    distractors: int = 1

    def __post_init__(self):
        if self.groups < 4 or self.clips_per_group < 1:
            raise ValueError(
                f"{self.groups} groups of {self.clips_per_group}; expected at least 4 of 1, to split train and test"
            )
        for low, high in (self.sides, self.frames, self.travel, self.turns):
            if not 0 < low <= high:
                raise ValueError(f"range ({low}, {high}); expected 0 < low <= high")
        if self.sides[0] < 16 or self.frames[0] < 2:
            raise ValueError(f"sides {self.sides}, frames {self.frames}; expected at least 16 pixels and 2 frames")


def write(
    folder: str | os.PathLike,
    spec: Synthetic,
    progress: Callable[[int, int], None] = lambda done, total: None,
    threads: int | None = None,
) -> None:
    """Writes the set below `folder` for folders.ucf101; calls progress(videos done, videos in all).

    A stopped call continues where it was. The split files are written last, so an unfinished set cannot be read.

    Raises:
      ValueError: the folder holds a set of another spec.
    """
    root = pathlib.Path(folder)
    claim(root, {"version": VERSION, **dataclasses.asdict(spec)})
    names = [(c, g, k) for g in range(1, spec.groups + 1) for k in range(1, spec.clips_per_group + 1) for c in CLASSES]
    for label in CLASSES:
        (root / VIDEOS / label).mkdir(parents=True, exist_ok=True)
    for place in (root, root / folders.SPLITS, *(root / VIDEOS / label for label in CLASSES)):
        files.clear(place)
    missing = [name for name in names if not (root / VIDEOS / _file(*name)).exists()]
    progress(len(names) - len(missing), len(names))
    pool = concurrent.futures.ThreadPoolExecutor(threads or os.cpu_count())
    try:
        tasks = [pool.submit(_write_video, root / VIDEOS / _file(*name), spec, *name) for name in missing]
        for done, task in enumerate(concurrent.futures.as_completed(tasks), len(names) - len(missing) + 1):
            task.result()
            progress(done, len(names))
    finally:
        pool.shutdown(cancel_futures=True)
    _write_splits(root / folders.SPLITS, spec)


def render(spec: Synthetic, label: str, group: int, clip: int) -> np.ndarray:
    """The frames of one video, uint8[frames, height, width, 3], before encoding."""
    rng = np.random.default_rng((spec.seed, 1, group, clip, CLASSES.index(label)))
    look = np.random.default_rng((spec.seed, 0, group))
    height, width = 2 * rng.integers(spec.sides[0] // 2, spec.sides[1] // 2 + 1, 2)
    scene = _Scene(int(rng.integers(spec.frames[0], spec.frames[1] + 1)), int(height), int(width))
    camera = np.cumsum(rng.normal(0, spec.jitter, (scene.frames, 2)), axis=0)
    picture = scene.texture(look, rng.random(2), camera)
    for _ in range(spec.distractors):
        motion = _motion(spec, rng, str(rng.choice(CLASSES)), scene.frames)
        scene.draw(picture, _discs(rng, 1, 0.6, spec.contrast), _placed(rng, motion, scene), camera)
    motion = _motion(spec, rng, label, scene.frames)
    for _ in range(spec.objects):
        scene.draw(picture, _discs(rng, 3, 1.0, spec.contrast), _placed(rng, motion, scene), camera)
    picture += spec.noise * rng.standard_normal(picture.shape, dtype=np.float32)
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


@dataclasses.dataclass(frozen=True)
class _Motion:
    """The place (x, y) in every frame, float64[frames, 2], and the angle, float64[frames]."""

    places: np.ndarray
    angles: np.ndarray


@dataclasses.dataclass(frozen=True)
class _Disc:
    """A disc of a cluster: offset (x, y) from the cluster's middle, radius, colour."""

    offset: tuple[float, float]
    radius: float
    colour: np.ndarray


def _motion(spec: Synthetic, rng: np.random.Generator, label: str, frames: int) -> _Motion:
    time = np.arange(frames) / frames
    travel, turn = rng.uniform(*spec.travel) * time, 2 * np.pi * rng.uniform(*spec.turns) * time
    radius, start, still = rng.uniform(0.12, 0.18), 2 * np.pi * rng.random(), np.zeros(frames)
    ways = {"SlideLeft": (-1, 0), "SlideRight": (1, 0), "SlideUp": (0, -1), "SlideDown": (0, 1)}
    if label in ways:
        return _Motion(travel[:, None] * np.array(ways[label]), still)
    # The picture's y axis points down, so a growing angle turns clockwise.
    turned = -turn if label.endswith("Counterclockwise") else turn
    if label.startswith("Turn"):
        return _Motion(np.zeros((frames, 2)), turned)
    return _Motion(radius * np.stack([np.cos(start + turned), np.sin(start + turned)], axis=1), still)


def _placed(rng: np.random.Generator, motion: _Motion, scene: "_Scene") -> _Motion:
    """The motion, started at a random place and angle, so that the frames of all classes look alike."""
    around = np.array([scene.width, scene.height]) / scene.side
    return _Motion(motion.places + around * rng.random(2), motion.angles + 2 * np.pi * rng.random())


def _discs(rng: np.random.Generator, count: int, size: float, contrast: float) -> list[_Disc]:
    size = size * rng.uniform(0.85, 1.15)
    discs = []
    for number in range(count):
        angle = 2 * np.pi * (number + rng.uniform(-0.15, 0.15)) / count
        distance = 0.0 if count == 1 else size * rng.uniform(0.12, 0.16)
        tint = rng.normal(size=3)
        colour = 128 + contrast * ((1 if number % 2 else -1) + 0.7 * (tint - tint.mean()))
        offset = (distance * np.cos(angle), distance * np.sin(angle))
        discs.append(_Disc(offset, size * rng.uniform(0.10, 0.14), colour.astype(np.float32)))
    return discs


class _Scene:
    """A picture of every frame at once, float32[frames, height, width, 3], on a torus."""

    def __init__(self, frames: int, height: int, width: int):
        self.frames, self.height, self.width = frames, height, width
        self.side = min(height, width)

    def texture(self, look: np.random.Generator, start: np.ndarray, camera: np.ndarray) -> np.ndarray:
        """A smooth periodic texture, seen by a camera that shakes."""
        xs = (np.arange(self.width) / self.width + start[0] - camera[:, :1] * self.side / self.width)[:, None, :]
        ys = (np.arange(self.height) / self.height + start[1] - camera[:, 1:] * self.side / self.height)[:, :, None]
        ways, phases, colours = look.integers(-3, 4, (4, 2)), look.random(4), look.normal(0, 10, (4, 3))
        waves = [_spin(a * xs + p) * _spin(d * ys) for (a, d), p in zip(ways, phases, strict=True)]
        return 128 + np.stack([np.real(wave) for wave in waves], axis=-1) @ colours.astype(np.float32)

    def draw(self, picture: np.ndarray, discs: list[_Disc], path: _Motion, camera: np.ndarray) -> None:
        cos, sin = np.cos(path.angles), np.sin(path.angles)
        for disc in discs:
            x, y = disc.offset
            across = path.places[:, 0] + x * cos - y * sin + camera[:, 0]
            down = path.places[:, 1] + x * sin + y * cos + camera[:, 1]
            gaps = _gaps(down, self.height, self.side)[:, :, None], _gaps(across, self.width, self.side)[:, None, :]
            squares = gaps[0] ** 2 + gaps[1] ** 2
            near = squares < (disc.radius + 1 / self.side) ** 2
            cover = np.clip((disc.radius - np.sqrt(squares[near])) * self.side + 0.5, 0, 1)
            picture[near] += cover[:, None] * (disc.colour - picture[near])


def _spin(turns: np.ndarray) -> np.ndarray:
    return np.exp(2j * np.pi * turns).astype(np.complex64)


def _gaps(centres: np.ndarray, pixels: int, side: int) -> np.ndarray:
    """Distances on the torus from each frame's centre to each pixel, float32[frames, pixels], in shorter sides."""
    period = pixels / side
    gaps = (np.arange(pixels) + 0.5) / side - centres[:, None]
    return (np.mod(gaps + period / 2, period) - period / 2).astype(np.float32)


def _file(label: str, group: int, clip: int) -> str:
    return f"{label}/v_{label}_g{group:02}_c{clip:02}.mp4"


def _write_video(path: pathlib.Path, spec: Synthetic, label: str, group: int, clip: int) -> None:
    pixels = render(spec, label, group, clip)
    rate = fractions.Fraction(*RATES[(group + clip) % len(RATES)])
    with files.whole(path, sync=False) as part:
        encode(part, pixels, rate)


def encode(path: str | os.PathLike, pixels: np.ndarray, rate: fractions.Fraction, keys: int = 250) -> None:
    """Writes uint8[frames, height, width, 3] as h264 in .mp4, with B-frames and a key frame every `keys` frames or more
    often.
    """
    with extras.need("video"):
        import av
    with av.open(os.fspath(path), "w", format="mp4") as container:
        # With x264's macroblock tree the bytes of so small a video are not the same every time.
        options = {"preset": "veryfast", "crf": "22", "g": str(keys), "x264-params": "mbtree=0"}
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.height, stream.width = pixels.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        for frame in pixels:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def claim(root: pathlib.Path, spec: dict[str, object]) -> None:
    """Notes a set's spec in its folder. ValueError unless the folder is free, or was begun with the same one."""
    wanted = typed.plain(spec)
    manifest = root / MANIFEST
    if manifest.exists():
        found = files.read_json(manifest, dict[str, object])
        changed = [f"{k} {found.get(k)} (asked for {v})" for k, v in wanted.items() if found.get(k) != v]
        if changed or len(found) != len(wanted):
            raise ValueError(
                f"{root} holds another synthetic set: {', '.join(changed)}; choose another folder or remove it"
            )
        return
    if not files.is_free(root):
        raise ValueError(f"{root} is not empty and has no {MANIFEST}; choose another folder")
    root.mkdir(parents=True, exist_ok=True)
    files.write_json(manifest, wanted)


def _write_splits(root: pathlib.Path, spec: Synthetic) -> None:
    """UCF101's three splits: of 25 groups, 7 are for testing; here of any number, in the same share."""
    root.mkdir(exist_ok=True)
    _write_list(root / "classInd.txt", "".join(f"{i} {label}\n" for i, label in enumerate(CLASSES, 1)))
    share = max(1, round(spec.groups * 7 / 25))
    for split in (1, 2, 3):
        lines = {"test": [], "train": []}
        for number, label in enumerate(CLASSES, 1):
            for group in range(1, spec.groups + 1):
                test = (split - 1) * share < group <= split * share
                for clip in range(1, spec.clips_per_group + 1):
                    name = _file(label, group, clip)
                    lines["test" if test else "train"].append(name if test else f"{name} {number}")
        for part, listed in lines.items():
            _write_list(root / f"{part}list{split:02}.txt", "\n".join(listed) + "\n")


def _write_list(path: pathlib.Path, text: str) -> None:
    """A complete set may lie where nothing can be written."""
    if not path.is_file() or path.read_text() != text:
        files.write_text(path, text)
