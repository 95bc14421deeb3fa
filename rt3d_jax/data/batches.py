"""Batches by number, made ahead: an iterator with a position over what a source gives.

A batch is a pure function of its source and its number; grain's worker processes compute it ahead.
"""

import dataclasses
import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, Self

import numpy as np

from lowering.system import extras
from rt3d_jax.data import memory
from rt3d_jax.hosts import stops

Batch = dict[str, np.ndarray]
ENDLESS = 2**40


class Source(Protocol):
    """A batch by number, with the bad files met under "bad" (path -> reason): a grain random-access data source."""

    @property
    def size(self) -> int:
        """The bytes of a batch."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> dict[str, Any]: ...


@dataclasses.dataclass(frozen=True)
class Examples:
    """Batches whose rows are examples by number.

    make: an example by its number, as values of a row; it must be picklable. blank: the values of a row behind the last
    example, which say types and shapes. count: examples. batch: rows of a batch, of which `rows` are made.
    """

    make: Callable[[int], Mapping[str, Any]]
    blank: Mapping[str, np.ndarray]
    count: int
    batch: int
    rows: tuple[int, ...]

    @property
    def size(self) -> int:
        """The bytes of a batch."""
        return len(self.rows) * sum(value.nbytes for value in self.blank.values())

    def __len__(self) -> int:
        return -(-self.count // self.batch)

    def __getitem__(self, index: int) -> dict[str, Any]:
        found: dict[str, Any] = {name: np.stack([value] * len(self.rows)) for name, value in self.blank.items()}
        for at, row in enumerate(self.rows):
            place = index * self.batch + row
            if place < self.count:
                for name, value in self.make(place).items():
                    found[name][at] = value
        return {**found, "bad": {}}


class Batches(Iterator[Batch]):
    """An iterator over batches with a position. Close it (or leave its `with` block) to end its worker processes.

    The batches do not depend on the number of workers, so a saved position resumes with any number of them.
    `skipped` maps the path of every bad file so far to what was wrong with it.
    """

    def __init__(self, source: Source, workers: int):
        if workers < 0:
            raise ValueError(f"workers is {workers}; expected 0 (decode in this process) or more")
        self._source = source
        self._workers = workers
        self._iterator: Any = None
        self._memory: memory.Region | None = None
        self._next = 0
        self.skipped: dict[str, str] = {}

    def __len__(self) -> int:
        """Batches in one pass (evaluation) or in all (training; ENDLESS without a number of steps)."""
        return len(self._source)

    def __next__(self) -> Batch:
        if self._iterator is None:
            if self._workers:
                memory.check_room(self._source.size, self._workers)
                self._memory = memory.Region()
            self._iterator = _ahead(self._source, self._next, self._workers, self._memory)
        try:
            made = next(self._iterator)
        except RuntimeError as error:  # grain's, of a worker that was killed
            raise RuntimeError(
                f"a process that reads videos ended ({error}); perhaps memory ran out: {memory.room()}; give it more, "
                "or read without such processes: --workers 0"
            ) from error
        self._next += 1
        self.skipped.update(made.pop("bad"))
        # Out of the workers' shared memory, which would be lost if the array outlived it.
        return {key: np.array(value) for key, value in made.items()}

    def get_state(self) -> dict[str, Any]:
        """The position, as JSON values: batches taken so far and the bad files met on the way."""
        return {"batch": self._next, "skipped": dict(self.skipped)}

    def set_state(self, state: dict[str, Any]) -> None:
        """Goes to a position of get_state: the next batch is the one that would have come next there."""
        self.close()
        self._next = int(state["batch"])
        self.skipped = dict(state["skipped"])

    def close(self) -> None:
        """Ends the worker processes and frees the shared memory of the batches that they had made ahead."""
        if self._iterator is not None:
            self._iterator.close()
            self._iterator = None
            if self._memory is not None:
                self._memory.close()
                self._memory = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def clip_bytes(count: int, frames: int, size: int) -> int:
    """The bytes of so many clips f32[frames, size, size, 3]."""
    return 4 * 3 * count * frames * size**2


def rows(asked: Sequence[int] | None, batch: int) -> tuple[int, ...]:
    """The rows of a batch that are made: all, or those asked for. ValueError for one that the batch does not have."""
    found = tuple(range(batch) if asked is None else asked)
    if not set(found) <= set(range(batch)):
        raise ValueError(f"rows are {found}, expected rows of a batch of {batch}: from 0 to {batch - 1}")
    return found


def _ahead(source: Source, start: int, workers: int, region: memory.Region | None) -> Any:
    """Grain's iterator over source[start:], a few batches ahead of the reader. region: of workers, None without any."""
    with extras.need("video"):
        import absl.flags
        import grain
    batches = grain.MapDataset.source(source)[start:]
    stream = batches.to_iter_dataset(grain.ReadOptions(num_threads=1, prefetch_buffer_size=2))
    if region is not None:
        if not absl.flags.FLAGS.is_parsed():
            absl.flags.FLAGS.mark_as_parsed()  # grain reads absl flags, which only absl's own programs parse
        options = grain.MultiprocessingOptions(num_workers=workers, per_worker_buffer_size=2)
        stream = stream.mp_prefetch(options, worker_init_fn=functools.partial(_begin, region))
    iterator = iter(stream)
    if region is not None:
        with stops.waiting():
            iterator.start_prefetch()
    return iterator


def _begin(region: memory.Region, worker: int, workers: int) -> None:
    """Runs in a worker first.

    Names its shared memory, leaves Ctrl-C and SIGTERM to the parent, and ends the worker when the parent is killed.
    """
    region.name_ours()
    for number in (signal.SIGINT, signal.SIGTERM):  # both reach all processes of a terminal or a SLURM job
        signal.signal(number, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
