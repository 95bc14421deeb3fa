"""A data set of drawn drivers in the layout of NTHU's Driver Drowsiness Detection set, labelled frame by frame."""

import concurrent.futures
import dataclasses
import fractions
import itertools
import os
import pathlib
from collections.abc import Callable, Iterator

import numpy as np

from lowering.system import bounds, files, typed
from rt3d_jax.data import faces, nthu, synthetic

SCENARIOS = ("glasses", "night_noglasses", "nightglasses", "noglasses", "sunglasses")
# What the drowsy driver does in each behaviour.
BEHAVIOURS = {
    "nonsleepyCombination": (),
    "sleepyCombination": ("blink slowly", "yawn", "nod"),
    "slowBlinkWithNodding": ("blink slowly", "nod"),
    "yawning": ("yawn",),
}
PHASE = 60, 100  # frames, at least and at most
MIX = "mix"
RATE = 15
KEYS = 16  # frames from one key frame to the next, so that little is decoded for a window
# To be raised when the same spec makes other videos.
VERSION = 1


@dataclasses.dataclass(frozen=True)
class Drivers:
    """Videos of drawn faces: drivers with glasses, with sunglasses, with neither, and at night, as in NTHU's set.

    Each driver to train on has 4 videos in each of these scenarios, and each driver to test on one. Drowsy phases of
    some seconds change with wakeful ones. The drowsy driver blinks slowly, yawns and nods. The other blinks quickly,
    talks and looks aside. Eyes are shut and mouths open in both, so that a single frame says little.

    Args:
        train: The number of drivers to train on.
        test: The number of other drivers to test on.
        frames: The frames of a video.
        side: The height of a video, in pixels. The width is 4/3 of it.
        noise: The standard deviation of the noise of each pixel, in levels of 0..255.
        window: The frames of a window, as in nthu.DriverDrowsiness.
        every: Frames from one window for training to the next.
        test_every: The same for testing.
        seed: The seed of the drawing.
    """

    train: bounds.Count = 6
    test: bounds.Count = 3
    frames: bounds.Count = 200
    side: bounds.Count = 48
    noise: bounds.NotNegative = 4.0
    window: bounds.Count = 32
    every: bounds.Count = 8
    test_every: bounds.Count = 4
    seed: int = 0

    def __post_init__(self) -> None:
        typed.check(self)
        if self.side % 12 or self.frames < self.window:
            raise ValueError(
                f"side {self.side}, frames {self.frames}; expected a multiple of 12, and at least a window's "
                f"{self.window} frames"
            )


def write(
    folder: str | os.PathLike,
    spec: Drivers,
    progress: Callable[[int, int], None] = lambda done, total: None,
    threads: int | None = None,
) -> None:
    """Writes the set below `folder` for nthu.read; calls progress(videos done, videos in all).

    A stopped call continues where it was. The labels of a video are written before it.

    Raises:
      ValueError: the folder holds a set of another spec.
    """
    root = pathlib.Path(folder)
    synthetic.claim(root, {"version": VERSION, **dataclasses.asdict(spec)})
    names = list(_names(spec))
    for place in {(root / one.file).parent for one in names}:
        place.mkdir(parents=True, exist_ok=True)
        files.clear(place)
    missing = [one for one in names if not (root / one.file).exists()]
    progress(len(names) - len(missing), len(names))
    pool = concurrent.futures.ThreadPoolExecutor(threads or os.cpu_count())
    try:
        tasks = [pool.submit(_write_video, root, spec, one) for one in missing]
        for done, task in enumerate(concurrent.futures.as_completed(tasks), len(names) - len(missing) + 1):
            task.result()
            progress(done, len(names))
    finally:
        pool.shutdown(cancel_futures=True)


def source(folder: str | os.PathLike, spec: Drivers) -> nthu.DriverDrowsiness:
    """How the set in a folder is read."""
    return nthu.DriverDrowsiness(os.fspath(folder), window=spec.window, every=spec.every, test_every=spec.test_every)


@dataclasses.dataclass(frozen=True)
class Name:
    """One video of the set: its driver, scenario and behaviour, and its file and the stem of its labels in the set."""

    subject: int
    scenario: str
    behaviour: str
    file: str
    labels: str


def render(spec: Drivers, name: Name) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The frames of a video, uint8[frames, height, width, 3], and the digits of each frame by the kind of label."""
    number = (*SCENARIOS, *BEHAVIOURS, MIX).index(name.behaviour) * len(SCENARIOS) + SCENARIOS.index(name.scenario)
    rng = np.random.default_rng((spec.seed, 1, name.subject, number))
    drowsy, acts = _phases(rng, spec.frames, name.behaviour)
    motion, labels = faces.motion(rng, drowsy, acts)
    scene = np.random.default_rng((spec.seed, 2, name.subject, SCENARIOS.index(name.scenario)))
    face = faces.Face(np.random.default_rng((spec.seed, 0, name.subject)), scene, spec.side)
    pixels = face.draw(motion, name.scenario, rng).astype(np.float32)
    pixels += spec.noise * rng.standard_normal(pixels.shape, dtype=np.float32)
    return np.clip(pixels + 0.5, 0, 255).astype(np.uint8), {"drowsiness": drowsy.astype(np.int64), **labels}


def _names(spec: Drivers) -> Iterator[Name]:
    for subject, scenario, behaviour in itertools.product(range(1, spec.train + 1), SCENARIOS, BEHAVIOURS):
        place = f"{nthu.HOME}/{nthu.TRAINING}/{subject:03}/{scenario}"
        yield Name(subject, scenario, behaviour, f"{place}/{behaviour}.mp4", f"{place}/{subject:03}_{behaviour}")
    for subject, scenario in itertools.product(range(spec.train + 1, spec.train + spec.test + 1), SCENARIOS):
        stem = f"{nthu.HOME}/{nthu.EVALUATION}/{subject:03}/{subject:03}_{scenario}_mix"
        yield Name(subject, scenario, MIX, f"{stem}.mp4", f"{stem}ing")


def _phases(rng: np.random.Generator, frames: int, behaviour: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Whether the driver is drowsy in each frame, and what the drowsy driver does."""
    acts = BEHAVIOURS.get(behaviour, BEHAVIOURS["sleepyCombination"])
    drowsy, at, state = np.zeros(frames, bool), 0, bool(rng.integers(2))
    while at < frames and acts:
        end = at + int(rng.integers(PHASE[0], PHASE[1] + 1))
        drowsy[at:end] = state
        at, state = end, not state
    return drowsy, acts


def _write_video(root: pathlib.Path, spec: Drivers, name: Name) -> None:
    pixels, labels = render(spec, name)
    for signs, digits in labels.items():
        files.write_text(root / f"{name.labels}_{signs}.txt", "".join(map(str, digits)))
    with files.whole(root / name.file, sync=False) as part:
        synthetic.encode(part, pixels, fractions.Fraction(RATE), KEYS)
