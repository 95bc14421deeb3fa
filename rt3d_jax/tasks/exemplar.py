"""Learning without labels, after Exemplar-CNN (Dosovitskiy et al., 2014): which of many tubes is this a view of?"""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from lowering.system import bounds, typed
from rt3d_jax.data import batches, clips, folders, made, pictures, tubes
from rt3d_jax.evaluation import measured
from rt3d_jax.tasks import classes, contract, losses

SCORE = "surrogate accuracy"
SHOWN, SHOWN_VIEWS = 6, 8


@dataclasses.dataclass(frozen=True)
class Exemplar(classes.Classes):
    """Surrogate classes: small tubes of videos, or squares of pictures, each seen in many ways.

    Tubes are drawn where gradients are strong. The labels of the data are not used. A network that learns this is a
    start for others (Experiment.pretrained).

    Nothing has to be held out: the test examples of the data are not used at all, and the score is that of new views of
    the training examples.

    Args:
        data: A set of videos, or of pictures.
        clip: What the network sees: frames, size and normalisation. Videos are scaled to its short side.
        count: Tubes.
        each: Views of each class in an epoch.
        apart: Whether a tube that is turned by a quarter, or played backwards, is a class of its own: eight classes a
            tube, or four of a picture. What tells them apart is the direction of motion.
        among: What a class is told from: "all" classes, as in the paper, or those of the same "tube". The latter takes
            no looks of a tube, which all its classes share.
        first: The tubes with which training begins. Their number doubles in equal parts of the first half of training,
            after which it is `count`. None begins with all.
        variation: How far the views of a class differ.
        label_smoothing: The share of each target that is spread evenly over all classes.
        seed: The seed by which tubes are drawn.
    """

    data: folders.Source | made.Made | pictures.Source
    clip: clips.ClipSpec
    count: bounds.Count = 100
    each: bounds.Count = 8
    apart: bool = True
    among: Literal["all", "tube"] = "all"
    first: bounds.Count | None = None
    variation: tubes.Variation = tubes.Variation()
    label_smoothing: bounds.BelowOne = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        typed.check(self)
        if isinstance(self.data, pictures.Source) and self.clip.sampling.frames > 1:
            raise ValueError(
                f"clip has {self.clip.sampling.frames} frames, expected 1 for pictures; name a set of videos for more"
            )
        if self.among == "tube" and not self.apart:
            raise ValueError("among is 'tube' and a tube is one class, expected apart=True, or among='all'")
        if self.first is not None and self.first > self.count:
            raise ValueError(f"first is {self.first}, expected at most count, {self.count}")

    def open(self, out: pathlib.Path, progress: contract.Progress) -> "Views":
        """The tubes of the training examples. Videos that are drawn are made in `out`/data, or completed there."""
        if isinstance(self.data, pictures.Source):
            found = pictures.read(self.data, 1)
            name, sources = found.name, found.train
        else:
            dataset = made.dataset(self.data, out / "data", lambda done, total: progress("data", done, total, {}))
            name, sources = dataset.name, dataset.train
        found = tubes.find(sources, self.clip, self.count, self.seed, self.variation.speed)
        return Views(self, name, tubes.Views(found, self.clip, self.variation, self.apart, self.first))

    def signature(self, facts: contract.Facts) -> contract.Signature:
        """One view f32[frames, size, size, 3] to logits f32[classes]."""
        sides = (self.clip.sampling.frames, self.clip.size, self.clip.size, 3)
        return contract.Signature((contract.Array("clip", sides),), contract.Array("logits", (facts["classes"],)))

    @property
    def rivals(self) -> int | None:
        """How many classes, one after the other, are told apart. None for all."""
        return tubes.ways(self.clip, self.apart) if self.among == "tube" else None

    def loss(self, outputs: jax.Array, batch: Mapping[str, jax.Array]) -> tuple[jax.Array, contract.Metrics]:
        """Cross-entropy of logits f32[N, classes], all or those of the tube; the accuracy on the batch in percent."""
        logits, labels = outputs, batch["label"]
        if self.rivals is not None:
            tube, labels = jnp.divmod(labels, self.rivals)
            logits = outputs.reshape(len(outputs), -1, self.rivals)[jnp.arange(len(outputs)), tube]
        hits = jnp.mean(logits.argmax(axis=-1) == labels)
        return losses.cross_entropy(logits, labels, self.label_smoothing), {"accuracy": 100 * hits}

    def describe(self, facts: contract.Facts) -> dict[str, Any]:
        """How a clip is made."""
        return {"clip": clips.to_json(self.clip)}


@dataclasses.dataclass(frozen=True)
class Views:
    """Exemplar-CNN with its tubes at hand."""

    task: Exemplar
    name: str
    views: tubes.Views

    @property
    def facts(self) -> contract.Facts:
        """The number of surrogate classes."""
        return {"classes": self.views.classes}

    @property
    def examples(self) -> tuple[int, int]:
        """Views in an epoch, and views to test on: one of each class that training never sees."""
        return self.views.classes * self.task.each, self.views.classes

    def train_batches(self, reading: contract.Reading, seed: int, steps: int) -> batches.Batches:
        """See data.tubes.train_batches."""
        return tubes.train_batches(self.views, seed=seed, steps=steps, **dataclasses.asdict(reading))

    def sample_batches(self, reading: contract.Reading, count: int) -> batches.Batches:
        """Views from a fixed draw."""
        return self.train_batches(reading, 0, max(1, count // reading.batch))

    def test_batches(self, reading: contract.Reading) -> batches.Batches:
        """One view of each class that training never sees."""
        return tubes.test_batches(self.views, 1, **dataclasses.asdict(reading))

    def score(self, answers: contract.Answers) -> measured.Score:
        """The share of views whose class is found, in percent."""
        hits = read = 0
        for logits, batch in answers:
            good = batch["label"] >= 0
            labels = batch["label"][good]
            hits, read = hits + int((self._named(logits[good], labels) == labels).sum()), read + len(labels)
        told = "" if self.task.rivals is None else f", each told from the {self.task.rivals} of its tube"
        words = f"top-1 %, {read} new views of {self.views.classes} surrogate classes{told}"
        return measured.Score(round(100 * hits / read, 2), "%", SCORE, words, True)

    def example(self) -> tuple[np.ndarray, ...]:
        """A view of the first class."""
        return (tubes.view(self.views, 0, np.random.default_rng(0))[None],)

    def about(self) -> dict[str, Any]:
        """Name, numbers of views, and the clip."""
        train, test = self.examples
        sizes = {"train_examples": train, "test_examples": test, "surrogate_classes": self.views.classes}
        return {"name": f"views of {self.name}", **sizes, **self.task.describe(self.facts)}

    def pictures(self, networks: Mapping[str, Callable[..., np.ndarray]]) -> dict[str, np.ndarray]:
        """Filmstrips of views of a few classes, and what each network takes them for."""
        labels = np.linspace(0, self.views.classes - 1, SHOWN).astype(int)
        inputs = [tubes.view(self.views, int(label), np.random.default_rng(label)) for label in labels]
        best = lambda answer: self._named(np.concatenate([answer(one[None]) for one in inputs]), labels)
        frames = np.linspace(0, self.task.clip.sampling.frames - 1, SHOWN_VIEWS).round().astype(int)
        mean, std = np.array(self.task.clip.mean), np.array(self.task.clip.std)
        shown = [(255 * (one[frames] * std + mean)).round().clip(0, 255).astype(np.uint8) for one in inputs]
        predicted = {f"predicted/{name}": best(answer) for name, answer in networks.items()}
        return {"frames": np.stack(shown), "label": labels, **predicted}

    def _named(self, logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """The classes i64[N] that logits f32[N, classes] take views for, among those that they are told from."""
        rivals = self.task.rivals or self.views.classes
        first = labels // rivals * rivals
        return first + np.take_along_axis(logits, first[:, None] + np.arange(rivals), axis=1).argmax(axis=1)
