"""Training logs of a run: one JSON object per line, and the same numbers for TensorBoard."""

import json
import pathlib
from typing import TypedDict

from lowering.system import extras, files, typed


class Line(TypedDict):
    """A line of metrics.jsonl, beside which the metrics stand by name."""

    step: int


class Log:
    """Appends to `folder`/metrics.jsonl and `folder`/tensorboard. What was written after `step` is dropped first."""

    def __init__(self, folder: pathlib.Path, step: int = 0):
        with extras.need("tensorboard"), extras.without("torch"):  # which takes seconds
            import tensorboardX
        path = folder / "metrics.jsonl"
        _truncate(path, step)
        self._lines = path.open("a")
        self._board = tensorboardX.SummaryWriter(str(folder / "tensorboard"), purge_step=step or None)

    def write(self, step: int, values: dict[str, float]) -> None:
        """One line {"step": step, name: value, ...}."""
        self._lines.write(json.dumps({"step": step, **values}) + "\n")
        self._lines.flush()
        for name, value in values.items():
            self._board.add_scalar(name, value, step)

    def close(self) -> None:
        """Flush and close both."""
        self._lines.close()
        self._board.close()


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
