"""Batches of clips.

A batch is a pure function of the seed and its number; grain's worker processes compute it ahead.
"""

import dataclasses
import functools
import itertools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Protocol, Self

import numpy as np

from lowering.system import extras
from rt3d_jax.data import clips, folders, memory
from rt3d_jax.hosts import stops

Bad = Literal["error", "skip"]
Batch = dict[str, np.ndarray]
NO_LABEL = -1


class Batches(Iterator[Batch]):
    """An iterator over batches with a position. Close it (or leave its `with` block) to end its worker processes.

    The batches do not depend on the number of workers, so a saved position resumes with any number of them.
    `skipped` maps the path of every bad video so far to what was wrong with it.
    """

    def __init__(self, source: "_Source", workers: int):
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
                memory.check_room(_bytes(self._source), self._workers)
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
        """The position, as JSON values: batches taken so far and the bad videos met on the way."""
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


def train_batches(
    videos: Sequence[folders.Video],
    spec: clips.ClipSpec,
    *,
    batch: int,
    seed: int,
    workers: int = 0,
    bad: Bad = "error",
    steps: int | None = None,
    rows: Sequence[int] | None = None,
) -> Batches:
    """Training batches {"clip": float32[batch, D, H, W, 3], "label": int32[batch]}; `steps` of them, None = endless.

    Each epoch has a new random order, in which every video comes once. A batch may hold the end of one epoch and the
    start of the next. bad="skip" replaces a bad video with the next good one of the order; bad="error" raises
    clips.ClipError. `workers` processes make batches ahead (0: a thread of this process does). `rows` are the rows of a
    batch to make, in this order, where several computers share one (None: all); their clips are those of the whole
    batch.
    """
    length, rows = ENDLESS if steps is None else steps, _rows(rows, batch)
    return Batches(_Training(_checked(videos, batch, bad), spec, batch, rows, bad, seed, length), workers)


def eval_batches(
    videos: Sequence[folders.Video],
    spec: clips.ClipSpec,
    *,
    batch: int,
    workers: int = 0,
    bad: Bad = "error",
    views: int = 1,
    crops: int = 1,
    rows: Sequence[int] | None = None,
) -> Batches:
    """One pass in order: `views` clips x `crops` squares of each video (see clips.View), clip by clip.

    Batches are {"clip", "label", "video": int32[batch]}, `video` an index into `videos`; `rows` as in train_batches.

    All batches have the same size, so that one compiled function serves. A row without a clip (after the end, or for a
    bad video with bad="skip") is zeros and has label and video -1. No prediction equals -1; count the labels >= 0.
    """
    if min(views, crops) < 1:
        raise ValueError(f"{views} clips x {crops} crops of a video; expected at least one of each")
    source = _Evaluation(_checked(videos, batch, bad), spec, batch, _rows(rows, batch), bad, views, crops)
    return Batches(source, workers)


class _Source(Protocol):
    """A batch by number, with the bad videos met under "bad": a grain random-access data source."""

    @property
    def rows(self) -> tuple[int, ...]: ...

    @property
    def spec(self) -> clips.ClipSpec: ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> dict[str, Any]: ...


ENDLESS = 2**40


@dataclasses.dataclass(frozen=True)
class _Training:
    videos: tuple[folders.Video, ...]
    spec: clips.ClipSpec
    batch: int
    rows: tuple[int, ...]
    bad: Bad
    seed: int
    length: int

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, Any]:
        out = _empty(len(self.rows), self.spec)
        for at, row in enumerate(self.rows):
            self._fill(out, at, index * self.batch + row)
        return out

    def _fill(self, out: dict[str, Any], row: int, place: int) -> None:
        """Fills a row with the clip at `place` of the endless order, or with the next good video's in its epoch."""
        epoch, start = divmod(place, len(self.videos))
        order = _order(self.seed, epoch, len(self.videos))
        for video in (self.videos[index] for index in np.roll(order, -start)):
            rng = np.random.default_rng((self.seed, 1, place))
            load = functools.partial(clips.load, video.path, self.spec, rng, within=video.frames)
            if _filled(out, row, video, self.bad, load):
                return
        path, reason = next(iter(out["bad"].items()))
        raise clips.ClipError(path, f"{reason} (and none of the {len(order)} videos is usable)")


@dataclasses.dataclass(frozen=True)
class _Evaluation:
    videos: tuple[folders.Video, ...]
    spec: clips.ClipSpec
    batch: int
    rows: tuple[int, ...]
    bad: Bad
    views: int
    crops: int

    def __len__(self) -> int:
        return (len(self.videos) * self.views * self.crops + self.batch - 1) // self.batch

    def __getitem__(self, index: int) -> dict[str, Any]:
        out = _empty(len(self.rows), self.spec)
        out["video"] = np.full(len(self.rows), NO_LABEL, np.int32)
        wanted, each, end = [index * self.batch + row for row in self.rows], self.views * self.crops, 0
        for place, group in itertools.groupby(wanted, lambda number: number // each):
            numbers = list(group)
            start, end = end, end + len(numbers)
            if place < len(self.videos):
                rows = slice(start, end)
                shown = [
                    clips.View(clip, self.views, crop, self.crops)
                    for clip, crop in (divmod(number % each, self.crops) for number in numbers)
                ]
                video = self.videos[place]
                load = functools.partial(clips.load_views, video.path, self.spec, shown, video.frames)
                if _filled(out, rows, video, self.bad, load):
                    out["video"][rows] = place
        return out


def _checked(videos: Sequence[folders.Video], batch: int, bad: Bad) -> tuple[folders.Video, ...]:
    if not videos or batch < 1:
        raise ValueError(f"{len(videos)} videos in batches of {batch}; expected at least one of each")
    if bad not in ("error", "skip"):
        raise ValueError(f"bad is {bad!r}; expected 'error' or 'skip'")
    return tuple(videos)


def _rows(rows: Sequence[int] | None, batch: int) -> tuple[int, ...]:
    found = tuple(range(batch) if rows is None else rows)
    if not set(found) <= set(range(batch)):
        raise ValueError(f"rows are {found}, expected rows of a batch of {batch}: from 0 to {batch - 1}")
    return found


def _ahead(source: _Source, start: int, workers: int, region: memory.Region | None) -> Any:
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


def _bytes(source: _Source) -> int:
    """The size of the clips of one batch."""
    return 4 * 3 * len(source.rows) * source.spec.sampling.frames * source.spec.size**2


def _empty(batch: int, spec: clips.ClipSpec) -> dict[str, Any]:
    shape = (batch, spec.sampling.frames, spec.size, spec.size, 3)
    return {"clip": np.zeros(shape, np.float32), "label": np.full(batch, NO_LABEL, np.int32), "bad": {}}


def _filled(
    out: dict[str, Any], rows: int | slice, video: folders.Video, bad: Bad, load: Callable[[], np.ndarray]
) -> bool:
    try:
        out["clip"][rows] = load()
    except clips.ClipError as error:
        if bad == "error":
            raise
        out["bad"][error.path] = error.reason
        return False
    out["label"][rows] = video.label
    return True


@functools.lru_cache(maxsize=2)
def _order(seed: int, epoch: int, length: int) -> np.ndarray:
    return np.random.default_rng((seed, 0, epoch)).permutation(length)
