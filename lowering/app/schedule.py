"""What a network's inference is for a machine: kernels in stages, and where in memory they read and write."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence

ALIGNMENT = 64  # bytes; kernels load and store whole vectors


@dataclasses.dataclass(frozen=True)
class Buffer:
    """Memory by what it holds.

    kind: "weights", of which `name` is a parameter of the bundle; "input", of which `name` is the place among the
    arguments; "values" between kernels; or states of a stream, of which `name` is a variable of the module: "variable"
    while a function is read, then "state". bytes: its size. age: how many steps ago the states were written, 0 in this.
    """

    kind: str
    name: str
    bytes: int
    age: int = 0


@dataclasses.dataclass(frozen=True)
class Range:
    """Bytes of a buffer, from `offset` on."""

    buffer: Buffer
    offset: int
    bytes: int


@dataclasses.dataclass(frozen=True)
class Kernel:
    """A call of a kernel. groups: its workgroups along x, y and z. constants: the 32-bit values that it is given."""

    name: str
    groups: tuple[int, int, int]
    constants: tuple[int, ...]
    bindings: tuple[Range, ...]


@dataclasses.dataclass(frozen=True)
class Copy:
    """Bytes of one buffer into another."""

    source: Range
    target: Range


@dataclasses.dataclass(frozen=True)
class Fill:
    """A buffer filled with a pattern of 1, 2, 4 or 8 bytes."""

    target: Range
    pattern: bytes


Step = Kernel | Copy | Fill


@dataclasses.dataclass(frozen=True)
class Schedule:
    """One inference, or one step of a stream. Steps of a stage may run at the same time; each waits for the one before.

    outputs: the results, in the order of the network's. resets: what fills the states before a stream begins. Each step
    of a stream reads states of steps before it, and writes those that the steps behind it read.
    """

    stages: tuple[tuple[Step, ...], ...]
    outputs: tuple[Range, ...]
    resets: tuple[Fill, ...] = ()

    @property
    def steps(self) -> Iterator[Step]:
        """The steps of all stages, in order."""
        return (step for stage in self.stages for step in stage)

    def buffers(self, kind: str) -> tuple[Buffer, ...]:
        """Those of a kind, in the order in which they are first used."""
        used = [place.buffer for step in self.steps for place in ranges(step)]
        return tuple(dict.fromkeys(buffer for buffer in used if buffer.kind == kind))


def ranges(step: Step) -> tuple[Range, ...]:
    """What a step reads and writes; of a copy the target comes first."""
    match step:
        case Kernel(bindings=bindings):
            return bindings
        case Copy(source=source, target=target):
            return target, source
        case Fill(target=target):
            return (target,)


def moved(step: Step, rule: Callable[[Range], Range]) -> Step:
    """A step with other ranges."""
    match step:
        case Kernel(bindings=bindings):
            return dataclasses.replace(step, bindings=tuple(map(rule, bindings)))
        case Copy(source=source, target=target):
            return Copy(rule(source), rule(target))
        case Fill(target=target):
            return dataclasses.replace(step, target=rule(target))


def placed(sizes: Sequence[int]) -> tuple[list[int], int]:
    """Offsets at which buffers of these sizes lie one after the other, aligned, and the bytes of all of them."""
    offsets, end = [], 0
    for size in sizes:
        offsets.append(end)
        end += -(-size // ALIGNMENT) * ALIGNMENT
    return offsets, end
