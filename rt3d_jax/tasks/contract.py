"""The contract of a task: everything that training, reports, export and lowering ask of what a network is for.

A task comes in two parts. `Task` is a value, a frozen dataclass that stands in the config and travels as JSON: where
the data lies, what an example is, the loss. `Opened` is the task with its data at hand, which `Task.open` gives. Both
are contracts by name: a class that has these methods is a task, whatever it inherits from. `Classification` is the
first one.

A batch is a dict of numpy arrays, each with the batch as its first axis. Under the name of each of the signature's
inputs lies what goes into the network; all else is for the loss and the score.
"""

import dataclasses
import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, Self, runtime_checkable

import jax
import numpy as np

from rt3d_jax.evaluation import measured
from rt3d_jax.models import catalog

Batch = dict[str, np.ndarray]
Facts = Mapping[str, Any]  # what only the data say of a network, as JSON values, such as {"labels": ["cat", "dog"]}
Metrics = dict[str, jax.Array]
Answers = Iterable[tuple[np.ndarray, Batch]]
Progress = Callable[[str, int, int, dict[str, float]], None]


@dataclasses.dataclass(frozen=True)
class Array:
    """One array of one example: its name, its shape without the batch axis, and its dtype."""

    name: str
    shape: tuple[int, ...]
    dtype: str = "float32"

    def struct(self, batch: int = 1) -> jax.ShapeDtypeStruct:
        """The abstract array of a batch."""
        return jax.ShapeDtypeStruct((batch, *self.shape), self.dtype)


@dataclasses.dataclass(frozen=True)
class Signature:
    """What goes into a network and what comes out. The inputs stand in the order of the network's arguments."""

    inputs: tuple[Array, ...]
    output: Array

    @property
    def outputs(self) -> int:
        """The last axis of the output: classes, or channels of a map. The network's constructor is given it."""
        return self.output.shape[-1]

    def structs(self, batch: int = 1) -> tuple[jax.ShapeDtypeStruct, ...]:
        """The abstract inputs of a batch."""
        return tuple(one.struct(batch) for one in self.inputs)

    def select(self, batch: Mapping[str, Any]) -> tuple[Any, ...]:
        """What of a batch goes into the network, in order."""
        return tuple(batch[one.name] for one in self.inputs)


@dataclasses.dataclass(frozen=True)
class Reading:
    """How batches are read: `batch` examples in each, counted over all processes, of which this process makes `rows`.

    workers: processes that read ahead, 0 for a thread of this one.
    """

    batch: int
    rows: tuple[int, ...]
    workers: int = 0


class Batches(Protocol):
    """An iterator over batches with a position, as data.batches.Batches. Its `with` block ends what reads ahead."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Batch]: ...

    def __next__(self) -> Batch: ...

    def get_state(self) -> dict[str, Any]:
        """The position as JSON values. What comes after it does not depend on the number of workers."""
        ...

    def set_state(self, state: dict[str, Any]) -> None:
        """Goes to a position: the next batch is the one that would have come next there."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...


class Opened(Protocol):
    """A task with its data at hand."""

    @property
    def facts(self) -> Facts:
        """What only the data say; written with every run, so that its network can be used without the data."""
        ...

    @property
    def examples(self) -> tuple[int, int]:
        """How many examples there are: (train, test)."""
        ...

    def train_batches(self, reading: Reading, seed: int, steps: int) -> Batches:
        """`steps` training batches, shuffled and augmented: a pure function of the seed and the number of the batch."""
        ...

    def sample_batches(self, reading: Reading, count: int) -> Batches:
        """About `count` training examples, spread over all, as they look in a test: full batches only, one pass."""
        ...

    def test_batches(self, reading: Reading) -> Batches:
        """One pass over the test examples in order. All batches are full; `score` knows which rows are padding."""
        ...

    def score(self, answers: Answers) -> measured.Score:
        """What the answers are worth: for each test batch the network's outputs, and the batch without the inputs.

        With several processes both are whole in each of them. ValueError if no example could be read.
        """
        ...

    def example(self) -> tuple[np.ndarray, ...]:
        """The inputs of one test example, each with a batch of 1: what a bundle is checked with."""
        ...

    def about(self) -> dict[str, Any]:
        """The data in words and numbers, for the report: "name", and whatever else is worth a line."""
        ...

    def pictures(self, networks: Mapping[str, Callable[..., np.ndarray]]) -> dict[str, np.ndarray]:
        """What the report shows of test examples and of the networks' answers, see report.page; {} for nothing.

        A network takes the inputs of one example, each with a batch of 1, and returns its outputs.
        """
        ...


@runtime_checkable
class Examined(Protocol):
    """What an opened task may have besides: a look at its data before anything trains on them."""

    def examine(self, progress: Progress) -> tuple[str, ...]:
        """What is doubtful about the data, a line each, such as test examples that are trained on, too.

        ValueError for what would stop the phases later, such as a test example that cannot be read.
        """
        ...


@runtime_checkable
class Shipped(Protocol):
    """What a task may have besides: another form in which bundles give the outputs, such as 8-bit pictures."""

    def shipped(self, outputs: jax.Array) -> jax.Array | dict[str, jax.Array]:
        """The outputs as a bundle gives them: an array, or several by name.

        `Opened.score` and `Opened.pictures` take them in either form; several as a tuple, in the order of their names.
        """
        ...


def as_shipped(task: object, apply: Callable[..., jax.Array]) -> Callable[..., jax.Array | dict[str, jax.Array]]:
    """apply(params, *inputs) with its outputs in the form in which the task ships them, if it says one."""
    if not isinstance(task, Shipped):
        return apply
    return lambda params, *inputs: task.shipped(apply(params, *inputs))


@runtime_checkable
class Task(Protocol):
    """What a network is for: a frozen dataclass whose fields are JSON values or dataclasses of such.

    The fields are options of `rt3d train`: --task.NAME, or --NAME where an experiment has no field of that name. A
    class outside this package is written to JSON by its module or file, as "my_package.tasks:Depth"; see hosts.plugins.
    """

    def check(self, model: catalog.Model) -> None:
        """ValueError for a network of other inputs than the task's."""
        ...

    def open(self, out: pathlib.Path, progress: Progress) -> Opened:
        """The task with its data, found or made; what is made lies in `out`/data. progress("data", done, total, {})."""
        ...

    def signature(self, facts: Facts) -> Signature:
        """Inputs and output of the network."""
        ...

    def loss(self, outputs: jax.Array, batch: Mapping[str, jax.Array]) -> tuple[jax.Array, Metrics]:
        """What training minimises, f32[], a mean over the batch; and f32[] for the log by name. Runs under jit."""
        ...

    def distill(self, outputs: jax.Array, teacher: jax.Array, temperature: float) -> jax.Array:
        """How far the outputs are from a teacher's, f32[], the mean over the batch; on the scale of the loss."""
        ...

    def example(self, path: pathlib.Path) -> tuple[np.ndarray, ...]:
        """The inputs of the example in a file, each with a batch of 1. ValueError for a file that holds none."""
        ...

    def describe(self, facts: Facts) -> dict[str, Any]:
        """What a bundle, an ONNX model or a shared folder says of the network's inputs and outputs, as JSON values."""
        ...
