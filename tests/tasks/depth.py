"""A second task: the depth of every pixel from a clip and a rough depth, with a network outside the catalog.

It is written as a user would write it, outside the package, and named as such: "tests.tasks.depth:Depth" in JSON and
"tests.tasks.depth:Net" as a model. The data are drawn from the seed and the number of an example.
"""

import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from rt3d_jax.evaluation import measured
from rt3d_jax.models import catalog, layers
from rt3d_jax.tasks import contract


class Net(nnx.Module):
    """f32[N, D, H, W, 3] and f32[N, D, H, W, 1] to f32[N, D, H, W, outputs]; `middle` channels between."""

    def __init__(self, *, outputs, width, frames, size, dropout, form, rngs, middle=8):
        del frames, size, dropout
        filters = layers.scaled(middle, width)
        self.clip = layers.Conv(3, filters, (1, 3, 3), form=form, rngs=rngs)
        self.rough = layers.Conv(1, filters, (1, 1, 1), form=form, rngs=rngs)
        self.both = layers.Conv(filters, 2 * filters, (3, 3, 3), form=form, rngs=rngs)
        self.depth = layers.Conv(2 * filters, outputs, (1, 1, 1), form=form, rngs=rngs)

    def __call__(self, clip: jax.Array, rough: jax.Array, key: jax.Array | None = None) -> jax.Array:
        x = jax.nn.relu(self.clip(clip) + self.rough(rough))
        return self.depth(jax.nn.relu(self.both(x)))


@dataclasses.dataclass(frozen=True)
class Depth:
    """The depth of `count` made-up scenes in millimetres, of which the last `held_out` are for testing."""

    count: int = 13
    held_out: int = 5
    scale: float = 2.0

    def check(self, model: catalog.Model) -> None:
        """Every network of frames and a size will do."""

    def open(self, out: pathlib.Path, progress: contract.Progress) -> "Scenes":
        """The scenes, which are drawn when they are read."""
        del out
        progress("data", self.count, self.count, {})
        return Scenes(self)

    def signature(self, facts: contract.Facts) -> contract.Signature:
        """A clip and a rough depth of as many frames and pixels as the data said."""
        sides = (*facts["sides"],)
        inputs = (contract.Array("clip", (*sides, 3)), contract.Array("rough", (*sides, 1)))
        return contract.Signature(inputs, contract.Array("depth", (*sides, 1)))

    def loss(self, outputs: jax.Array, batch: Mapping[str, jax.Array]) -> tuple[jax.Array, contract.Metrics]:
        """The mean square error, and its root in millimetres."""
        error = jnp.mean(jnp.square(outputs - batch["target"]))
        return error, {"rmse": self.scale * jnp.sqrt(error)}

    def distill(self, outputs: jax.Array, teacher: jax.Array, temperature: float) -> jax.Array:
        """The mean square distance; a temperature means nothing here."""
        del temperature
        return jnp.mean(jnp.square(outputs - jax.lax.stop_gradient(teacher)))

    def example(self, path: pathlib.Path) -> tuple[np.ndarray, ...]:
        """The arrays "clip" and "rough" of an .npz file."""
        with np.load(path, allow_pickle=False) as found:
            return found["clip"][None], found["rough"][None]

    def describe(self, facts: contract.Facts) -> dict[str, Any]:
        """The unit of the answer."""
        return {"unit": "mm", "sides": list(facts["sides"])}


@dataclasses.dataclass(frozen=True)
class Scenes:
    """The scenes at hand."""

    task: Depth
    facts: contract.Facts = dataclasses.field(default_factory=lambda: {"sides": [3, 6, 7]})

    @property
    def examples(self) -> tuple[int, int]:
        return self.task.count - self.task.held_out, self.task.held_out

    def train_batches(self, reading: contract.Reading, seed: int, steps: int) -> "Batches":
        rng = lambda number: np.random.default_rng((seed, number))
        numbers = lambda number: rng(number).integers(self.examples[0], size=reading.batch)
        return Batches(lambda number: self._batch([numbers(number)[row] for row in reading.rows]), steps)

    def sample_batches(self, reading: contract.Reading, count: int) -> "Batches":
        numbers = list(range(self.examples[0]))[:count]
        return Batches(lambda number: self._batch(numbers), 1)

    def test_batches(self, reading: contract.Reading) -> "Batches":
        rows = lambda number: [self.examples[0] + number * reading.batch + row for row in reading.rows]
        return Batches(lambda number: self._batch(rows(number)), -(-self.examples[1] // reading.batch))

    def score(self, answers: contract.Answers) -> measured.Score:
        squares = count = 0
        for outputs, batch in answers:
            real = batch["real"]
            squares += float(np.square((outputs - batch["target"])[real]).sum())
            count += outputs[real].size
        value = float(self.task.scale * np.sqrt(squares / count))
        words = f"root mean square over all pixels of {self.examples[1]} scenes"
        return measured.Score(round(value, 6), "mm", "depth error", words, more_is_better=False)

    def example(self) -> tuple[np.ndarray, ...]:
        batch = self._batch([self.examples[0]])
        return batch["clip"], batch["rough"]

    def about(self) -> dict[str, Any]:
        train, test = self.examples
        return {"name": "made-up scenes", "train_examples": train, "test_examples": test}

    def pictures(self, networks: Mapping[str, Callable[..., np.ndarray]]) -> dict[str, np.ndarray]:
        return {}

    def _batch(self, numbers: list[int]) -> contract.Batch:
        """Scenes by number; one after the last is padding."""
        scenes = [self._scene(number) for number in numbers]
        found = {name: np.stack([scene[name] for scene in scenes]) for name in scenes[0]}
        return {**found, "real": np.array([number < self.task.count for number in numbers])}

    def _scene(self, number: int) -> contract.Batch:
        rng, sides = np.random.default_rng(number), self.facts["sides"]
        clip, rough = (rng.normal(size=(*sides, channels)).astype(np.float32) for channels in (3, 1))
        target = (0.5 * rough + clip.mean(axis=-1, keepdims=True)).astype(np.float32)
        return {"clip": clip, "rough": rough, "target": target}


class Batches:
    """Batches by number, with a position."""

    def __init__(self, make: Callable[[int], contract.Batch], count: int):
        self._make, self._count, self._next = make, count, 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[contract.Batch]:
        return self

    def __next__(self) -> contract.Batch:
        if self._next == self._count:
            raise StopIteration
        self._next += 1
        return self._make(self._next - 1)

    def get_state(self) -> dict[str, Any]:
        return {"next": self._next}

    def set_state(self, state: dict[str, Any]) -> None:
        self._next = state["next"]

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass
