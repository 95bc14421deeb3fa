"""Drawn faces that blink, yawn, nod, talk and look aside."""

import dataclasses

import numpy as np

SHARPNESS = 18.0  # pixels to half an axis of a head, about: edges are a pixel wide
AWAKE = ("blink", "blink", "talk", "look aside")


@dataclasses.dataclass(frozen=True)
class Motion:
    """What moves, all float64[frames]: how far the eyes are shut and the mouth is open, from 0 to 1, and where the head
    is, to the right and down, from -1 to 1.
    """

    shut: np.ndarray
    mouth: np.ndarray
    across: np.ndarray
    down: np.ndarray


def motion(rng: np.random.Generator, drowsy: np.ndarray, acts: tuple[str, ...]) -> tuple[Motion, dict[str, np.ndarray]]:
    """The motion of a driver who is drowsy in some frames, bool[frames], and the labels of head, eye and mouth,
    int64[frames].

    One act follows the other, with short pauses: of `acts` while the driver is drowsy, else of AWAKE.
    """
    frames = len(drowsy)
    found = Motion(*(np.zeros(frames) for _ in range(4)))
    labels = {signs: np.zeros(frames, np.int64) for signs in ("head", "eye", "mouth")}
    at = int(rng.integers(0, 6))
    while at < frames:
        act = str(rng.choice(acts if drowsy[at] else AWAKE))
        end = min(frames, at + _length(rng, act))
        if drowsy[at]:  # what a drowsy driver begins ends with the phase
            awake = np.flatnonzero(~drowsy[at:end])
            end = at + int(awake[0]) if len(awake) else end
        _perform(rng, act, found, labels, slice(at, end))
        at = end + int(rng.integers(3, 9))
    return found, labels


LENGTHS = {
    "blink": (3, 5),
    "blink slowly": (12, 20),
    "yawn": (24, 36),
    "nod": (16, 26),
    "talk": (16, 32),
    "look aside": (14, 24),
}


def _length(rng: np.random.Generator, act: str) -> int:
    low, high = LENGTHS[act]
    return int(rng.integers(low, high + 1))


def _perform(rng: np.random.Generator, act: str, found: Motion, labels: dict[str, np.ndarray], place: slice) -> None:
    """Writes an act into some frames of the motion and of the labels."""
    length = place.stop - place.start
    time = (np.arange(length) + 0.5) / length
    rise = np.minimum(1, 4 * np.minimum(time, 1 - time))  # up in a quarter of the time, and down again
    match act:
        case "blink":
            found.shut[place] = np.sin(np.pi * time)
        case "blink slowly":
            found.shut[place], labels["eye"][place] = rise, 1
        case "yawn":
            found.mouth[place], labels["mouth"][place] = rise, 1
            found.shut[place] = 0.6 * rise
        case "nod":  # the head sinks slowly and jerks up
            found.down[place], labels["head"][place] = np.minimum(time / 0.8, (1 - time) / 0.2), 1
            found.shut[place] = 0.8 * rise
        case "talk":
            turns = rng.uniform(0.18, 0.3) * length
            found.mouth[place], labels["mouth"][place] = 0.7 * np.sin(np.pi * turns * time) ** 2, 2
        case "look aside":
            found.across[place], labels["head"][place] = rng.choice((-1, 1)) * rise, 2


class Face:
    """The looks of one driver in one scenario, which say nothing of what the driver does."""

    def __init__(self, look: np.random.Generator, scene: np.random.Generator, side: int):
        """look: draws the driver. scene: draws the light and where the driver sits."""
        self.height, self.width = side, side * 4 // 3
        self.skin = np.array([205, 165, 140]) * look.uniform(0.55, 1.1) + look.normal(0, 6, 3)
        self.hair = look.uniform(20, 120) * np.array([1.0, 0.8, 0.6])
        self.back = look.uniform(40, 200, 3)
        self.wide, self.tall = look.uniform(0.26, 0.3), look.uniform(0.38, 0.43)  # half axes, in widths and heights
        self.light, self.place = scene.uniform(0.8, 1.1), scene.uniform(-0.05, 0.05, 2)
        self.apart, self.eyes = look.uniform(0.42, 0.5), look.uniform(-0.25, -0.15)  # in half axes

    def draw(self, moved: Motion, scenario: str, rng: np.random.Generator) -> np.ndarray:
        """float64[frames, height, width, 3] in levels of 0..255."""
        frames = len(moved.shut)
        sway = np.cumsum(rng.normal(0, 0.004, (frames, 2)), axis=0) * np.linspace(1, 0.5, frames)[:, None]
        across = (0.5 + self.place[0] + sway[:, 0] + 0.3 * self.wide * moved.across)[:, None, None]
        down = (0.52 + self.place[1] + sway[:, 1] + 0.3 * self.tall * moved.down)[:, None, None]
        # Coordinates in half axes of the head, which is at the origin.
        xs = ((np.arange(self.width) + 0.5) / self.width - across) / self.wide
        ys = ((np.arange(self.height) + 0.5)[:, None] / self.height - down) / self.tall
        turn = 0.25 * moved.across[:, None, None]
        picture = np.broadcast_to(self.back * self.light, (frames, self.height, self.width, 3)).copy()
        self._paint(picture, _disc(xs, ys + 0.12, 1.12, 1.1), self.hair)
        self._paint(picture, _disc(xs, ys - 0.03, 1, 1), self.skin)
        self._features(picture, xs - turn, ys, moved, scenario)
        return _at_night(picture) if scenario.startswith("night") else picture

    def _features(self, picture: np.ndarray, xs: np.ndarray, ys: np.ndarray, moved: Motion, scenario: str) -> None:
        opened = 1 - moved.shut[:, None, None]
        for side in (-1, 1):
            x, y = xs - side * self.apart, ys - self.eyes
            self._paint(picture, _disc(x, y, 0.3, 0.03 + 0.22 * opened), np.array([235.0, 235, 235]))
            self._paint(picture, _disc(x, y, 0.13, 0.02 + 0.2 * opened), np.array([40.0, 30, 25]))
            self._paint(picture, _disc(x, y + 0.33, 0.3, 0.05), self.hair)
            if scenario == "sunglasses":
                self._paint(picture, _disc(x, y, 0.4, 0.28), np.array([25.0, 25, 30]))
            elif scenario in ("glasses", "nightglasses"):
                ring = _disc(x, y, 0.4, 0.34) * (1 - _disc(x, y, 0.34, 0.28))
                self._paint(picture, ring, np.array([60.0, 50, 45]))
        self._paint(picture, _disc(xs, ys - 0.18, 0.07, 0.14), 0.85 * self.skin)
        mouth = moved.mouth[:, None, None]
        self._paint(picture, _disc(xs, ys - 0.55, 0.42, 0.08 + 0.3 * mouth), np.array([170.0, 90, 90]))
        self._paint(picture, _disc(xs, ys - 0.55, 0.34, 0.01 + 0.27 * mouth), np.array([60.0, 25, 25]))

    @staticmethod
    def _paint(picture: np.ndarray, cover: np.ndarray, colour: np.ndarray) -> None:
        picture += cover[..., None] * (colour - picture)


def _disc(xs: np.ndarray, ys: np.ndarray, wide: float, tall: float | np.ndarray) -> np.ndarray:
    """How far each pixel is covered by an ellipse around the origin, with a soft edge."""
    radius = np.hypot(xs / wide, ys / tall) + 1e-6
    slope = np.hypot(xs / wide**2, ys / tall**2) / radius + 1e-6  # of the radius, so that this is a distance
    return np.clip(0.5 - SHARPNESS * (radius - 1) / slope, 0, 1)


def _at_night(picture: np.ndarray) -> np.ndarray:
    """As an infrared camera shows it: grey, with a dark surrounding."""
    grey = picture.mean(axis=-1, keepdims=True)
    return np.repeat(0.8 * grey + 10, 3, axis=-1)
