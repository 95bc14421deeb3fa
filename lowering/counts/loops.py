"""The hottest innermost loop of a kernel, from how often each of its instructions ran."""

import collections
import dataclasses
from typing import Any

from lowering.counts import instructions, library, listing


@dataclasses.dataclass(frozen=True)
class Loop:
    """An innermost loop: the addresses of its first and last instruction, how often the first one ran, and its words
    with the count of each.
    """

    first: int
    last: int
    iterations: int
    words: tuple[int, ...]
    times: tuple[int, ...]

    @property
    def executed(self) -> int:
        return sum(self.times)

    def mix(self) -> dict[str, float]:
        """Instructions per iteration by class, without those that never ran."""
        counted: collections.Counter[str] = collections.Counter()
        for word, times in zip(self.words, self.times, strict=True):
            counted[instructions.kind(word)] += times
        return {name: counted[name] / self.iterations for name in instructions.CLASSES if counted[name]}

    def spills(self) -> float:
        """Loads and stores of the stack per iteration."""
        found = zip(self.words, self.times, strict=True)
        return sum(times for word, times in found if instructions.on_stack(word)) / self.iterations

    def row(self, executed: int) -> dict[str, Any]:
        """The loop as JSON values; `executed` is the number of instructions of the whole layer."""
        return {
            "first": self.first,
            "last": self.last,
            "iterations": self.iterations,
            "instructions": self.executed / self.iterations,
            "share": self.executed / executed,
            "mix": self.mix(),
            "spills": self.spills(),
            "code": listing.lines(self.words, self.first),
        }


def hottest(ran: library.Ran) -> Loop | None:
    """The innermost loop that executed the most instructions; None if nothing ran twice in a row."""
    found = [_loop(ran, first, last) for first, last in _innermost(ran)]
    return max((loop for loop in found if loop.iterations), key=lambda loop: loop.executed, default=None)


def _innermost(ran: library.Ran) -> list[tuple[int, int]]:
    """The ranges from the target of a backward branch to the last branch to it, except those that contain another such
    range.
    """
    last: dict[int, int] = {}
    for address in ran.times:
        target = instructions.branch_target(ran.code.word(address), address)
        if target is not None and target <= address and target in ran.times:
            last[target] = max(last.get(target, 0), address)
    ranges = sorted(last.items())
    return [a for a in ranges if not any(b != a and a[0] <= b[0] and b[1] <= a[1] for b in ranges)]


def _loop(ran: library.Ran, first: int, last: int) -> Loop:
    addresses = range(first, last + 4, 4)
    words, times = tuple(map(ran.code.word, addresses)), tuple(ran.times.get(a, 0) for a in addresses)
    return Loop(first, last, ran.times[first], words, times)
