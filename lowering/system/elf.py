"""What a program or library says of itself, in ELF: processor, loader, libraries, machine code."""

import dataclasses
import io
import pathlib
import struct

from elftools.common.exceptions import ELFError as ParseError
from elftools.elf import dynamic, elffile, segments

AARCH64 = "EM_AARCH64"
EXECUTABLE = 1  # a flag of a segment
LIMIT = 1 << 28  # bytes


class ElfError(ValueError):
    """Not a 64-bit little-endian ELF file, or a broken one."""


@dataclasses.dataclass(frozen=True)
class Code:
    """Executable bytes, and their address in their file's own numbering."""

    address: int
    data: bytes

    def word(self, address: int) -> int:
        """The 32 bits at an address: an instruction of arm64."""
        return struct.unpack_from("<I", self.data, address - self.address)[0]


@dataclasses.dataclass(frozen=True)
class Elf:
    """machine: the processor as ELF names it (AARCH64), a number where it has no name; loader: path of the program's
    loader, "" if it has none; needed: libraries by name; align: the smallest of its segments; code: of the first
    segment that has any.
    """

    machine: str | int
    loader: str
    needed: tuple[str, ...]
    align: int
    code: Code | None


def read(path: pathlib.Path) -> Elf:
    """What an ELF file says. ElfError for anything else, broken files too."""
    try:
        with path.open("rb") as file:
            return parse(file.read(LIMIT))
    except ElfError:
        raise ElfError(f"{path} is not a 64-bit ELF program or library; expected one built for arm64") from None


def parse(data: bytes) -> Elf:
    """What the content of an ELF file says. ElfError as `read`."""
    try:
        found = elffile.ELFFile(io.BytesIO(data))
        if found.elfclass != 64 or not found.little_endian:
            raise ElfError("expected 64 bits, little-endian")
        parts = list(found.iter_segments())
        loads = [part for part in parts if part["p_type"] == "PT_LOAD"]
        if any(part["p_offset"] + part["p_filesz"] > len(data) for part in loads):
            raise ElfError("cut off")
        tags = [
            tag for part in parts if isinstance(part, dynamic.DynamicSegment) for tag in part.iter_tags("DT_NEEDED")
        ]
        return Elf(
            machine=found["e_machine"],
            loader=next((p.get_interp_name() for p in parts if isinstance(p, segments.InterpSegment)), ""),
            needed=tuple(tag.needed for tag in tags),  # pyright: ignore[reportAttributeAccessIssue]
            align=min((part["p_align"] for part in loads), default=0),
            code=next((Code(p["p_vaddr"], p.data()) for p in loads if p["p_flags"] & EXECUTABLE), None),
        )
    except (ParseError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError) as error:
        raise ElfError(f"no 64-bit ELF file ({error})") from error
