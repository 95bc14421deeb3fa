"""Lists machine code for people: as assembly where binutils for aarch64 are there, else as instruction classes."""

import pathlib
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Sequence

from lowering.counts import instructions

DISASSEMBLER = "aarch64-linux-gnu-objdump"  # on Debian: apt-get install binutils-aarch64-linux-gnu


def lines(words: Sequence[int], first: int = 0) -> list[str]:
    """One line per instruction: address (`first` is that of the first word), word and assembly or class."""
    said = _assembly(words, first) or [instructions.kind(word) for word in words]
    return [f"{first + 4 * i:8x}  {word:08x}  {text}" for i, (word, text) in enumerate(zip(words, said, strict=True))]


def _assembly(words: Sequence[int], first: int) -> list[str]:
    """The words disassembled by objdump; empty where objdump is not installed."""
    if (program := shutil.which(DISASSEMBLER)) is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "words.bin"
        path.write_bytes(struct.pack(f"<{len(words)}I", *words))
        command = [program, "-D", "-z", "-b", "binary", "-m", "aarch64", f"--adjust-vma={first}", str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = [line.split("\t", 2)[2] for line in said.splitlines() if line.count("\t") > 1]
    return [text.expandtabs(8).replace("\t", " ") for text in found]
