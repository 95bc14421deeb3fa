"""Networks that answer frame by frame: the contract of a predictor, the one that slides a clip over the frames, and the
one that steps through them.
"""

import collections
import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from rt3d_jax.data import clips
from rt3d_jax.live import pictures

RATE = 25  # frames per second that a clip of neighbouring frames is taken for
SPREAD_SECONDS = 2.0
EARLY = 0.1  # of the time between two frames: so much sooner than due is not too soon
KEPT = 1024  # frames at most
SILENT = 10.0  # seconds without a frame, after which a stream begins anew


class Stepper(Protocol):
    """A stream of a network, with a state of its own.

    every: frames that a step takes. is_warm: whether the last answer was made of as many frames as a clip has.
    """

    every: int

    @property
    def is_warm(self) -> bool: ...

    def step(self, frames: np.ndarray) -> np.ndarray:
        """The logits f32[1, classes] once these frames f32[every, size, size, 3] have come."""
        ...

    def reset(self) -> None:
        """Forgets all frames."""
        ...


@dataclasses.dataclass(frozen=True)
class Network:
    """A classifier of clips: answer(f32[1, frames, size, size, 3]) gives the logits f32[1, classes].

    about: what is worth knowing besides the name, in a few words. stream: begins a stream, for a network that steps
    through the frames; it then has no need of `answer`.
    """

    name: str
    about: str
    labels: tuple[str, ...]
    clip: clips.ClipSpec
    answer: Callable[[np.ndarray], np.ndarray] | None
    stream: Callable[[], Stepper] | None = None


class Predictor(Protocol):
    """A network with what it remembers of one stream of frames."""

    network: Network

    def feed(self, frame: np.ndarray, time: float, wanted: bool = True) -> np.ndarray | None:
        """Takes the next frame, uint8[height, width, 3], seen at `time` in seconds.

        Gives the probability of each class, f64[classes]; None while too little was seen, or where no answer is wanted.
        """
        ...

    def reset(self) -> None:
        """Forgets all frames."""
        ...


def follow(network: Network, seconds: float | None) -> Predictor:
    """What follows one stream of frames with a network. seconds: that a clip lasts, None for the network's own."""
    length = seconds or lasting(network.clip.sampling)
    return Sliding(network, length) if network.stream is None else Stepping(network, length, network.stream())


class Sliding:
    """A network of clips, which sees the last `seconds` at each frame.

    The frames of a clip are those nearest to the times at which training would take them. So a stream that drops frames
    is seen at the right speed.
    """

    def __init__(self, network: Network, seconds: float):
        if not seconds > 0:
            raise ValueError(f"seconds is {seconds}, expected a number above 0")
        self.network, self.seconds = network, seconds
        self._scaler = pictures.Scaler(network.clip)
        self._seen: collections.deque[tuple[float, np.ndarray]] = collections.deque(maxlen=KEPT)

    def feed(self, frame: np.ndarray, time: float, wanted: bool = True) -> np.ndarray | None:
        """See Predictor. A time before the last one begins a new stream."""
        if self._seen and time <= self._seen[-1][0]:
            self.reset()
        self._seen.append((time, self._scaler(frame)))
        step = self.seconds / self.network.clip.sampling.frames
        while self._seen[0][0] < time - self.seconds - step:
            self._seen.popleft()
        if not wanted or self._seen[0][0] > time - self.seconds + step:
            return None
        assert self.network.answer is not None
        return _shares(self.network.answer(self._clip(time)))

    def reset(self) -> None:
        """See Predictor."""
        self._seen.clear()

    def _clip(self, now: float) -> np.ndarray:
        times = np.array([time for time, _ in self._seen])
        wanted = now - self.seconds * (1 - moments(self.network.clip.sampling))
        places = np.abs(times[:, None] - wanted).argmin(axis=0)
        pixels = np.stack([self._seen[place][1] for place in places])
        return clips.normalised(pixels, self.network.clip)[None]


class Stepping:
    """A network that steps through the frames.

    It takes frames as far apart as those of the clips that it learnt from. Where frames come more often, it takes the
    first one that is due; where they were dropped, the next one stands in for them. Between two steps the last answer
    holds.
    """

    def __init__(self, network: Network, seconds: float, stepper: Stepper):
        self.network, self._stepper = network, stepper
        times = moments(network.clip.sampling)
        self._apart = seconds * float(times[1] - times[0] if len(times) > 1 else 1.0)
        self._scaler = pictures.Scaler(network.clip)
        self._last, self._due = 0.0, 0.0
        self._waiting: list[np.ndarray] = []
        self._answer: np.ndarray | None = None
        self._begun = False

    def feed(self, frame: np.ndarray, time: float, wanted: bool = True) -> np.ndarray | None:
        """See Predictor. A time before the last one, or a silence of SILENT seconds, begins a new stream."""
        if self._begun and not self._last < time < self._last + SILENT:
            self.reset()
        if not self._begun:
            self._begun, self._due = True, time
        self._last = time
        if time >= self._due - EARLY * self._apart:
            scaled = clips.normalised(self._scaler(frame), self.network.clip)
            while time >= self._due - EARLY * self._apart:
                self._due += self._apart
                self._take(scaled)
        return self._answer if wanted else None

    def reset(self) -> None:
        """See Predictor."""
        self._stepper.reset()
        self._waiting, self._answer, self._begun = [], None, False

    def _take(self, scaled: np.ndarray) -> None:
        self._waiting.append(scaled)
        if len(self._waiting) == self._stepper.every:
            logits = self._stepper.step(np.stack(self._waiting))
            self._answer = _shares(logits) if self._stepper.is_warm else None
            self._waiting = []


def moments(sampling: clips.Spread | clips.Windows) -> np.ndarray:
    """When in a window the frames of a clip are taken, f64[frames], 0 to 1: as evaluation takes them of a video."""
    steps = np.arange(sampling.frames)
    if isinstance(sampling, clips.Spread):
        return (steps + 0.5) / sampling.frames
    return steps / max(1, sampling.frames - 1)


def lasting(sampling: clips.Spread | clips.Windows) -> float:
    """How many seconds a clip lasts, where nobody says so: as its frames do at RATE; two seconds if they are spread."""
    if isinstance(sampling, clips.Windows):
        return max(1, sampling.frames - 1) * sampling.stride / RATE
    return SPREAD_SECONDS


def alike(networks: Sequence[Network]) -> tuple[str, ...]:
    """The classes of the networks. ValueError unless all have the same ones, and names of their own."""
    first = networks[0]
    for other in networks[1:]:
        if other.labels != first.labels:
            raise ValueError(
                f"{other.name} and {first.name} have other classes, expected the same: {', '.join(first.labels)[:200]}"
            )
    return first.labels


def _shares(logits: np.ndarray) -> np.ndarray:
    """The probabilities f64[classes] of logits f32[1, classes]."""
    found = logits.astype(np.float64)[0]
    shares = np.exp(found - found.max())
    return shares / shares.sum()
