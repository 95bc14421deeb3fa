"""Streams of host bundles in this process: a video goes in frame by frame, and answers come out."""

import pathlib
from typing import Any

import numpy as np

from lowering.bundle import bundles, run


class Stream:
    """A stream that was lowered for `host`, with a state of its own. Several of one bundle do not know of each other.

        stream = streams.Stream("bundles/causal/host")
        for frames in video:  # prepared as for the network, f32[every, height, width, channels]
            logits = stream.step(frames)
        stream.reset()  # another video begins

    every: frames that a step takes, and from one answer to the next. warm_up: steps until an answer is made of as many
    frames as a clip has. Those before see padding instead.

    bundle: or its folder. threads: as for `run.load`. run.RunError for a bundle of another target or of a network of
    clips, BundleError for a folder that is none.
    """

    def __init__(self, bundle: bundles.Bundle | str | pathlib.Path, threads: int = 1) -> None:
        self.bundle = bundles.opened(bundle)
        said = self.bundle.stream
        if said is None:
            raise run.RunError(f"{self.bundle.name} takes clips; lower it with --stream to step through a video")
        self.every: int = said["every"]
        self.warm_up: int = said["warm_up"]
        self.steps = 0  # since the last reset
        self._module = run.module(self.bundle, threads)

    def step(self, frames: np.ndarray) -> Any:
        """The answer, f32[1, ...], once these frames f32[every, height, width, channels] have come.

        Several results come as a tuple. ValueError for frames of another shape or type.
        """
        found = run.called(self.bundle, self._module.step, [np.asarray(frames)[None]])
        self.steps += 1
        return found

    def reset(self) -> None:
        """Forgets all frames: the next step is the first of another video."""
        self._module.reset()
        self.steps = 0

    @property
    def is_warm(self) -> bool:
        """Whether the last answer was made of as many frames as a clip has."""
        return self.steps >= self.warm_up
