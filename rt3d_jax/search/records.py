"""What a search has found out, as JSON: search.json, of which everything else is made anew."""

import dataclasses
import pathlib
from typing import Any, Literal

from lowering.system import files, hashes, typed
from rt3d_jax.search import points

FILE = "search.json"
State = Literal["trains", "kept", "over", "refused"]


@dataclasses.dataclass(frozen=True)
class Record:
    """A proposal and what became of it.

    stage, point, words: the stage, the point, and its values by the names of the choices.
    state: "trains" while it does; then "kept", "over" where the trained network breaks the bound, or "refused": before
        it was trained, or because its training diverged, or because the trained network does not compile or run.
    reason: why it was refused.
    experiment: what it stands for, as JSON, with the recipes as the user wrote them; None if it was refused
        before it was trained.
    rate, latency, estimate: of its network; the last two by the meter, measured and estimated.
    score: as a result.json has it; gain: its value, or minus its value where less is better.
    seconds: that it took.
    """

    stage: str
    point: tuple[int, ...]
    words: dict[str, str]
    state: State = "trains"
    reason: str = ""
    experiment: Any = None
    rate: float | None = None
    latency: float | None = None
    estimate: float | None = None
    score: Any = None
    gain: float | None = None
    seconds: float = 0.0

    def told(self, over: float) -> points.Told:
        """For proposers. over: how far its latency lies above the bound."""
        return points.Told(self.point, self.gain, self.latency, over)


@dataclasses.dataclass(frozen=True)
class Found:
    """All of a search. key: a fingerprint of what it depends on. about: its settings in words, for the report.

    dense: the network that was searched around, as a record without a point.
    """

    key: str
    about: dict[str, Any]
    dense: Record | None = None
    records: tuple[Record, ...] = ()

    def of(self, stage: str) -> tuple[Record, ...]:
        """The records of a stage."""
        return tuple(record for record in self.records if record.stage == stage)

    def before(self, stage: str) -> "Found":
        """What was known when a stage began: it stays what the stage is about, whatever earlier ones find later."""
        first = next((place for place, one in enumerate(self.records) if one.stage == stage), len(self.records))
        return dataclasses.replace(self, records=self.records[:first])

    def best(self, stage: str | None = None) -> Record | None:
        """The kept record with the highest gain, of a stage or of all; of equals the faster one."""
        kept = [one for one in self.records if one.state == "kept" and stage in (None, one.stage)]
        return max(kept, key=lambda one: (one.gain or 0.0, -(one.latency or 0.0)), default=None)

    def ending(self, number: int, record: Record) -> "Found":
        """With another record of this number."""
        return dataclasses.replace(self, records=(*self.records[:number], record, *self.records[number + 1 :]))


def read(folder: pathlib.Path, key: str, about: dict[str, Any]) -> Found:
    """The search in a folder, or a new one. ValueError if the folder holds one of other settings, or a damaged one."""
    path = folder / FILE
    if not path.is_file():
        return Found(key, about)
    fix = "restore it from a copy, or move it away to search anew"
    found = files.read_json(path, fix=fix)
    if not isinstance(found, dict) or not hashes.is_whole(found):
        raise ValueError(f"{path} is not what was written; {fix}")
    held = typed.read({name: one for name, one in found.items() if name != hashes.SEAL}, Found, f"{path}:")
    if held.key != key:
        raise ValueError(f"{folder} holds a search of other settings; choose another --out, or move it away")
    return held


def write(folder: pathlib.Path, found: Found) -> None:
    """Write search.json, whole or not at all."""
    files.write_json(folder / FILE, hashes.sealed(dataclasses.asdict(found)))
