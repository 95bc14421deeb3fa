"""The machine code of a module's kernels: an ELF library in a .vmfb, and its place in memory when it ran."""

import collections
import dataclasses
import io
import pathlib
import struct
import zipfile
from collections.abc import Sequence

from lowering.counts import instructions, plugin
from lowering.system import elf

PAGE = 4096


@dataclasses.dataclass(frozen=True)
class Ran:
    """How often instructions ran: those of the kernels by address in `code`, the others by class in `outside`."""

    code: elf.Code
    times: dict[int, int]
    outside: dict[str, int]

    def counts(self) -> dict[str, int]:
        """Executed instructions of the kernels by class."""
        counts: collections.Counter[str] = collections.Counter()
        for address, times in self.times.items():
            counts[instructions.kind(self.code.word(address))] += times
        return dict(counts)


def code(vmfb: pathlib.Path) -> elf.Code:
    """The machine code in a .vmfb for an arm64 CPU, which holds an ELF library beside the module."""
    with zipfile.ZipFile(io.BytesIO(vmfb.read_bytes())) as archive:
        libraries = [archive.read(name) for name in archive.namelist() if name.endswith(".so")]
    if len(libraries) != 1:
        raise plugin.CountError(f"{vmfb} holds {len(libraries)} libraries, expected one; lower it for an android CPU")
    try:
        found = elf.parse(libraries[0]).code
    except elf.ElfError as error:
        raise plugin.CountError(
            f"the library in {vmfb} is broken: {error}; lower it again with `rt3d lower`"
        ) from error
    if found is None:
        raise plugin.CountError(f"the library in {vmfb} holds no code; lower it again with `rt3d lower`")
    return found


def locate(blocks: Sequence[plugin.Block], found: elf.Code) -> Ran:
    """Splits executed blocks into the library's code and the rest. If none of its code ran, everything is the rest."""
    base = _base(blocks, found)
    times: collections.Counter[int] = collections.Counter()
    outside: collections.Counter[str] = collections.Counter()
    for block in blocks:
        if base is not None and _is_at(block, found, base):
            start = block.address - base
            times.update({start + 4 * i: block.times for i in range(len(block.words))})
        else:
            for word in block.words:
                outside[instructions.kind(word)] += block.times
    return Ran(found, dict(times), dict(outside))


def _base(blocks: Sequence[plugin.Block], found: elf.Code) -> int | None:
    """The address at which the loader put the library.

    Blocks whose bytes occur in it exactly once vote; it must be a page, and no block may contradict it.
    """
    votes: collections.Counter[int] = collections.Counter()
    for block in blocks:
        data = _bytes(block)
        first = found.data.find(data)
        if first >= 0 and found.data.find(data, first + 1) < 0:
            votes[block.address - found.address - first] += 1
    for base, _ in votes.most_common():
        inside = [b for b in blocks if found.address <= b.address - base < found.address + len(found.data)]
        if base % PAGE == 0 and all(_is_at(block, found, base) for block in inside):
            return base
    return None


def _is_at(block: plugin.Block, found: elf.Code, base: int) -> bool:
    """Whether a block's words are those of the library at its address."""
    start, data = block.address - base - found.address, _bytes(block)
    return start >= 0 and found.data[start : start + len(data)] == data


def _bytes(block: plugin.Block) -> bytes:
    return struct.pack(f"<{len(block.words)}I", *block.words)
