"""A stream's states in memory. IREE keeps them in buffers, which variables of the module hold, with their places.

@step reads the buffers that steps before it stored, and stores new ones. @reset stores buffers that it has filled. The
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
    states = {name: _state(step, reset, name) for name in step.buffers}
    written = {made: dataclasses.replace(states[name], age=0) for name, made in step.buffers.items()}

    def rule(place: schedule.Range) -> schedule.Range:
        if place.buffer.kind != "variable":
            return dataclasses.replace(place, buffer=written.get(place.buffer, place.buffer))
        if place.buffer.name not in states:
            raise NotAList(f"a step reads {place.buffer.name} and does not write it")
        return dataclasses.replace(place, buffer=states[place.buffer.name])

    stages = tuple(tuple(schedule.moved(each, rule) for each in stage) for stage in step.stages)
    return schedule.Schedule(stages, tuple(map(rule, step.outputs)), tuple(_resets(step, reset, states)))


def _state(step: Function, reset: Function, name: str) -> schedule.Buffer:
    """The buffer that a variable holds, by the step that wrote it.

    A step may give a variable what another one held: frames that are needed for long are handed on so.
    """
    age, seen = 1, {name}
    while (made := step.buffers[name]).kind == "variable" and made.name in step.buffers.keys() - seen:
        name, age, seen = made.name, age + 1, seen | {made.name}
    if made.kind != "values":
        raise NotAList(f"a step leaves {name} as it is")
    first = next(other for other, buffer in step.buffers.items() if buffer == made)
    size = max([made.bytes, *(buffer.bytes for buffer in reset.buffers.values())])
    return schedule.Buffer("state", first, size, age)


def _resets(step: Function, reset: Function, states: Mapping[str, schedule.Buffer]) -> Iterator[schedule.Fill]:
    """The fills of a reset at its own places, then at those of a step.

    Where both have a state at the same place, no variable holds it, and the first fill is the one that counts. Another
    state is filled at its place in a step by the second, which then counts.
    """
    steps = [each for stage in reset.stages for each in stage]
    fills = [each for each in steps if isinstance(each, schedule.Fill)]
    if len(fills) < len(steps):
        raise NotAList("a reset does more than to fill the states")
    places = [(fill, fill.target.offset) for fill in fills]
    for name, after in step.places.items():
        found = [fill for fill in fills if fill.target.offset == reset.places.get(name)]
        if not found:
            raise NotAList(f"a reset does not fill the state at {name}")
        places += [(fill, after) for fill in found]
    for fill, place in places:
        for name in (name for name, made in reset.buffers.items() if made == fill.target.buffer and name in states):
            yield schedule.Fill(schedule.Range(states[name], place, fill.target.bytes), fill.pattern)
