"""Training logs of a run: one JSON object per line, and the same numbers for TensorBoard if its extra is installed."""

import contextlib
import json
import pathlib
import socket
import time
from typing import Any, TypedDict

from lowering.system import extras, files, typed

VERSION = "brain.Event:2"  # of TensorBoard's files
FLUSH_SECONDS = 120.0  # after which TensorBoard can see what was written


class Line(TypedDict):
    """A line of metrics.jsonl, beside which the metrics stand by name."""

    step: int


class Log:
    """Appends to `folder`/metrics.jsonl, and to `folder`/tensorboard if the extra `tensorboard` is installed.

    What was written after `step` is dropped first. OSError, with the file, where the system refuses.
    """

    def __init__(self, folder: pathlib.Path, step: int = 0):
        self._path = folder / "metrics.jsonl"
        _truncate(self._path, step)
        self._lines = self._path.open("a")
        self._board: Board | None = None
        with contextlib.suppress(extras.MissingExtra):
            self._board = Board(folder / "tensorboard", step)

    def write(self, step: int, values: dict[str, float]) -> None:
        """One line {"step": step, name: value, ...}."""
        with files.named(self._path):
            self._lines.write(json.dumps({"step": step, **values}) + "\n")
            self._lines.flush()
        if self._board is not None:
            self._board.write(step, values)

    def close(self) -> None:
        """Flush and close both."""
        with contextlib.ExitStack() as closing:
            if self._board is not None:
                closing.callback(self._board.close)
            closing.enter_context(files.named(self._path))
            self._lines.close()


class Board:
    """A file of events for TensorBoard, which is told to forget what it knows of the steps from `step` on.

    Written in this thread. tensorboardX's SummaryWriter has a thread that ends on a full disk, and training would then
    wait for it for ever.
    """

    def __init__(self, folder: pathlib.Path, step: int):
        with extras.need("tensorboard"), extras.without("torch"):  # which takes seconds
            import tensorboardX.record_writer
        folder.mkdir(exist_ok=True)
        self._path = folder / f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{step}"
        self._events, self._flushed = tensorboardX.record_writer.RecordWriter(str(self._path)), time.monotonic()
        self._add(0, file_version=VERSION)
        if step:
            self._add(step, file_version=VERSION)
            self._add(step, session_log={"status": "START"})

    def write(self, step: int, values: dict[str, float]) -> None:
        """A scalar for each value."""
        with extras.need("tensorboard"):
            import tensorboardX.summary
        for name, value in values.items():
            self._add(step, summary=tensorboardX.summary.scalar(name, value))
        if time.monotonic() - self._flushed > FLUSH_SECONDS:
            with files.named(self._path):
                self._events.flush()
            self._flushed = time.monotonic()

    def close(self) -> None:
        """Flush and close."""
        with files.named(self._path):
            self._events.close()

    def _add(self, step: int, **content: Any) -> None:
        with extras.need("tensorboard"):
            import tensorboardX.proto.event_pb2
        kind = tensorboardX.proto.event_pb2.Event  # pyright: ignore[reportAttributeAccessIssue]
        event = kind(step=step, wall_time=time.time(), **content)
        with files.named(self._path):
            self._events.write(event.SerializeToString())


def _truncate(path: pathlib.Path, step: int) -> None:
    if not path.exists():
        return
    kept = []
    for line in path.read_text().splitlines():
        try:
            if typed.parse(line, Line)["step"] <= step:
                kept.append(line + "\n")
        except ValueError:  # a process was killed while it wrote
            break
    files.write_text(path, "".join(kept))
