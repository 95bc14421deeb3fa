"""A stream's states in memory. IREE keeps them in buffers, which variables of the module hold, with their places.

@step reads the buffers that the step before stored, and stores new ones. @reset stores buffers that it has filled. The
places of the states in their buffers differ between the two. An app keeps those of @step, and fills the states there.
"""

import dataclasses
from collections.abc import Iterator, Mapping

from lowering.app import schedule
from lowering.app.dialect import NotAList


@dataclasses.dataclass(frozen=True)
class Function:
    """A function of a module. stores: what variables hold at its end: buffers, and the places of states in them."""

    stages: tuple[tuple[schedule.Step, ...], ...]
    outputs: tuple[schedule.Range, ...]
    stores: Mapping[str, schedule.Buffer | int]

    @property
    def buffers(self) -> dict[str, schedule.Buffer]:
        """The buffers that variables hold."""
        return {name: made for name, made in self.stores.items() if isinstance(made, schedule.Buffer)}

    @property
    def places(self) -> dict[str, int]:
        """The places that variables hold."""
        return {name: made for name, made in self.stores.items() if isinstance(made, int)}

    @property
    def ranges(self) -> list[schedule.Range]:
        """What it reads and writes."""
        return [place for stage in self.stages for step in stage for place in schedule.ranges(step)]


def joined(step: Function, reset: Function) -> schedule.Schedule:
    """The schedule of a step, with what fills the states before the first one. NotAList where they are not so."""
    kept = {made: name for name, made in step.buffers.items()}
    if len(kept) < len(step.buffers) or any(made.kind != "values" for made in kept):
        raise NotAList("a step keeps a buffer that it did not write")
    if lost := sorted({each.buffer.name for each in step.ranges if each.buffer.kind == "old"} - set(step.buffers)):
        raise NotAList(f"a step reads {lost[0]} and does not write it")

    def new(place: schedule.Range) -> schedule.Range:
        if place.buffer not in kept:
            return place
        name = kept[place.buffer]
        size = max(place.buffer.bytes, reset.buffers[name].bytes if name in reset.buffers else 0)
        return dataclasses.replace(place, buffer=schedule.Buffer("new", name, size))

    stages = tuple(tuple(schedule.moved(each, new) for each in stage) for stage in step.stages)
    return schedule.Schedule(stages, tuple(map(new, step.outputs)), tuple(_resets(step, reset)))


def _resets(step: Function, reset: Function) -> Iterator[schedule.Fill]:
    """The fills of a reset at its own places, then at those of a step.

    Where both have a state at the same place, no variable holds it, and the first fill is the one that counts. Another
    state is filled at its place in a step by the second, which then counts.
    """
    steps = [each for stage in reset.stages for each in stage]
    fills = [each for each in steps if isinstance(each, schedule.Fill)]
    if len(fills) < len(steps):
        raise NotAList("a reset does more than to fill the states")
    for fill in fills:
        yield from _filled(reset, fill, fill.target.offset)
    for name, after in step.places.items():
        found = [fill for fill in fills if fill.target.offset == reset.places.get(name)]
        if not found:
            raise NotAList(f"a reset does not fill the state at {name}")
        for fill in found:
            yield from _filled(reset, fill, after)


def _filled(reset: Function, fill: schedule.Fill, place: int) -> Iterator[schedule.Fill]:
    """A fill at a place of the old states that hold its buffer."""
    for name in (name for name, made in reset.buffers.items() if made == fill.target.buffer):
        yield schedule.Fill(schedule.Range(schedule.Buffer("old", name, 0), place, fill.target.bytes), fill.pattern)
