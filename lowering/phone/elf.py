"""What a program file says of itself: processor, loader, libraries."""

import dataclasses
import pathlib
import struct

AARCH64 = 183
LOAD, DYNAMIC, INTERPRETER = 1, 2, 3  # kinds of segments
NEEDED, STRINGS = 1, 5  # tags of the dynamic section
LIMIT = 1 << 28


class ElfError(ValueError):
    """Not a 64-bit little-endian ELF file: the message names it."""


@dataclasses.dataclass(frozen=True)
class Elf:
    """machine: processor's number; loader: path of the program's loader, "" if it has none; needed: libraries by name;
    align: smallest of its segments.
    """

    machine: int
    loader: str
    needed: tuple[str, ...]
    align: int


def read(path: pathlib.Path) -> Elf:
    """The header of an ELF file. ElfError for anything else, broken files too."""
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT)
        return _parse(data)
    except (struct.error, UnicodeDecodeError, IndexError, StopIteration, ValueError) as error:
        raise ElfError(f"{path} is not a 64-bit ELF program or library; expected one built for arm64") from error


def _parse(data: bytes) -> Elf:
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError
    (machine,) = struct.unpack_from("<H", data, 18)
    (at,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    # kind, flags, offset, virtual address, physical address, size in the file, size in memory, alignment
    segments = [struct.unpack_from("<IIQQQQQQ", data, at + i * size) for i in range(count)]
    loads = [segment for segment in segments if segment[0] == LOAD]
    if any(s[2] + s[5] > len(data) for s in loads):
        raise ValueError
    loader = next((_string(data, s[2]) for s in segments if s[0] == INTERPRETER), "")
    dynamic = next((data[s[2] : s[2] + s[5]] for s in segments if s[0] == DYNAMIC), b"")
    entries = [struct.unpack_from("<QQ", dynamic, i) for i in range(0, len(dynamic) - 15, 16)]
    names = [value for tag, value in entries if tag == NEEDED]
    needed: tuple[str, ...] = ()
    if names:
        table = next(value for tag, value in entries if tag == STRINGS)
        offset = next(s[2] + table - s[3] for s in loads if s[3] <= table < s[3] + s[5])
        needed = tuple(_string(data, offset + name) for name in names)
    return Elf(machine, loader, needed, min((s[7] for s in loads), default=0))


def _string(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()
