"""The schedule as tables in C."""

import math
from collections.abc import Iterable, Sequence

from lowering.app import schedule, texts, weights

KINDS = {schedule.Kernel: "KERNEL", schedule.Copy: "COPY", schedule.Fill: "FILL"}


class Memory:
    """Where each buffer lies: a parameter in the weights, the values and copies of inputs in one block, and the states
    of a stream in a block for each step that may be read, and one more. ring: how many of these there are.

    inputs: the bytes of each input, then their places in the block. outputs: which block holds each result, and where.
    """

    def __init__(self, found: schedule.Schedule, inputs: Sequence[int]) -> None:
        self.parameters = found.buffers("weights")
        self.weights, self.weights_bytes = weights.offsets(self.parameters)
        values = found.buffers("values")
        places, self.bytes = schedule.placed([*(each.bytes for each in values), *inputs])
        self.values = {each.name: place for each, place in zip(values, places, strict=False)}
        self.inputs = places[len(values) :]
        states = found.buffers("state")
        sizes = {each.name: each.bytes for each in states}
        of_states, self.state_bytes = schedule.placed(list(sizes.values()))
        self.states = dict(zip(sizes, of_states, strict=True))
        self.ring = 1 + max((each.age for each in states), default=0)
        self.outputs = [self.at(each) for each in found.outputs]

    def at(self, place: schedule.Range) -> tuple[str, int]:
        """What holds a range, as C calls it, and its place there."""
        match place.buffer.kind:
            case "weights":
                return "WEIGHTS", self.weights[place.buffer.name] + place.offset
            case "values":
                return "VALUES", self.values[place.buffer.name] + place.offset
            case "state":
                return f"FIRST_STATE + {place.buffer.age}", self.states[place.buffer.name] + place.offset
            case "input":
                return f"FIRST_INPUT + {place.buffer.name}", place.offset
        raise ValueError(f"no place for a buffer of the kind {place.buffer.kind}")


def text(found: schedule.Schedule, memory: Memory, head: bytes) -> dict[str, str]:
    """The parts of NAME_schedule.h by the words that stand for them. head: of the weights file."""
    kernels = list(dict.fromkeys(step.name for step in found.steps if isinstance(step, schedule.Kernel)))
    constants: list[int] = []
    bindings: list[str] = []
    rows = []
    for step in (*found.steps, *found.resets):
        given, places = _constants(step), schedule.ranges(step)
        called = kernels.index(step.name) if isinstance(step, schedule.Kernel) else 0
        groups = f"{{{', '.join(map(str, _groups(step)))}}}"
        said = texts.comment(step.name if isinstance(step, schedule.Kernel) else KINDS[type(step)].lower())
        firsts = f"{len(bindings)}, {len(places)}, {len(constants)}, {len(given)}"
        rows.append(f"{{{KINDS[type(step)]}, {called}, {groups}, {firsts}}}, /* {said} */")
        bindings += [_binding(memory, each) for each in places]
        constants += given
    return {
        "counts": _counts(found, kernels, bindings, memory),
        "identity": _list(map(str, head)),
        "kernels": _lines(f"{string(name)}," for name in kernels),
        "constants": _list(map(str, constants or [0])),
        "bindings": _lines(bindings),
        "steps": _lines(rows),
        "stages": _lines(_stages(found)),
    }


def string(text: str) -> str:
    """A string in C of any text, in UTF-8."""
    plain = lambda byte: 32 <= byte < 127 and chr(byte) not in '"\\?'
    return '"' + "".join(chr(byte) if plain(byte) else f"\\{byte:03o}" for byte in text.encode()) + '"'


def _constants(step: schedule.Step) -> list[int]:
    """The numbers of a step: a kernel's constants, or the bytes of a pattern."""
    match step:
        case schedule.Kernel(constants=constants):
            return list(constants)
        case schedule.Fill(pattern=pattern):
            return list(pattern)
        case schedule.Copy():
            return []


def _counts(found: schedule.Schedule, kernels: Sequence[str], bindings: Sequence[str], memory: Memory) -> str:
    """How many there are of each, and the bytes of memory."""
    counts = {
        "KERNELS": len(kernels),
        "STEPS": sum(map(len, found.stages)),
        "RESETS": len(found.resets),
        "RING": memory.ring,
        "STAGES": len(found.stages),
        "BINDINGS": len(bindings),
        "INPUTS": len(memory.inputs),
    }
    lines = [f"#define {name} {count}" for name, count in counts.items()]
    sizes = {"VALUES_BYTES": memory.bytes, "STATE_BYTES": memory.state_bytes}
    return "\n".join([*lines, *(f"#define {name} ((size_t){size})" for name, size in sizes.items())])


def _stages(found: schedule.Schedule) -> Iterable[str]:
    """First step and workgroups of each stage."""
    first = 0
    for stage in found.stages:
        yield f"{{{first}, {sum(math.prod(_groups(step)) for step in stage)}}},"
        first += len(stage)


def _groups(step: schedule.Step) -> tuple[int, int, int]:
    return step.groups if isinstance(step, schedule.Kernel) else (1, 1, 1)


def _binding(memory: Memory, place: schedule.Range) -> str:
    buffer, offset = memory.at(place)
    return f"{{{buffer}, {offset}, {place.bytes}}},"


def _lines(rows: Iterable[str]) -> str:
    return "\n".join(f"    {row}" for row in rows)


def _list(numbers: Iterable[str]) -> str:
    """Numbers with commas between, in lines of some width."""
    lines, line = [], "   "
    for number in numbers:
        if len(line) + len(number) > 110:
            lines.append(line)
            line = "   "
        line += f" {number},"
    return "\n".join([*lines, line])
