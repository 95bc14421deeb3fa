"""Networks that answer frame by frame: the contract of a predictor, and the one that slides a clip over the frames."""

import collections
import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from rt3d_jax.data import clips
from rt3d_jax.live import pictures

RATE = 25  # frames per second that a clip of neighbouring frames is taken for
SPREAD_SECONDS = 2.0
KEPT = 1024  # frames at most


@dataclasses.dataclass(frozen=True)
class Network:
    """A classifier of clips: answer(f32[1, frames, size, size, 3]) gives the logits f32[1, classes].

    about: what is worth knowing besides the name, in a few words.
    """

    name: str
    about: str
    labels: tuple[str, ...]
    clip: clips.ClipSpec
    answer: Callable[[np.ndarray], np.ndarray]


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
        logits = self.network.answer(self._clip(time)).astype(np.float64)[0]
        shares = np.exp(logits - logits.max())
        return shares / shares.sum()

    def reset(self) -> None:
        """See Predictor."""
        self._seen.clear()

    def _clip(self, now: float) -> np.ndarray:
        times = np.array([time for time, _ in self._seen])
        wanted = now - self.seconds * (1 - moments(self.network.clip.sampling))
        places = np.abs(times[:, None] - wanted).argmin(axis=0)
        pixels = np.stack([self._seen[place][1] for place in places])
        return clips.normalised(pixels, self.network.clip)[None]


def moments(sampling: clips.Spread | clips.Windows) -> np.ndarray:
    """When in a window the frames of a clip are taken, f64[frames], 0 to 1: as evaluation takes them of a video."""
    steps = np.arange(sampling.frames)
    if isinstance(sampling, clips.Spread):
        return (steps + 0.5) / sampling.frames
    return steps / max(1, sampling.frames - 1)


def seconds(sampling: clips.Spread | clips.Windows) -> float:
    """How long a clip lasts, where nobody says so: neighbouring frames at RATE, or two seconds that are spread over."""
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
