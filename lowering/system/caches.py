"""What the kernel says of the caches of this machine's first core, in a folder for each."""

import pathlib

PATH = pathlib.Path("/sys/devices/system/cpu/cpu0/cache")
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def here(path: pathlib.Path | None = None) -> dict[int, int]:
    """The bytes of data that each level holds for a core, by level from 1 on; nothing where the kernel does not say.

    Of a cache that cores share, each has an equal part. The threads of a core share its first level, and count as one.
    """
    found: dict[int, tuple[int, int]] = {}
    for folder in sorted((path or PATH).glob("index*")):
        try:
            kind, level, size = ((folder / name).read_text().strip() for name in ("type", "level", "size"))
            users = _count((folder / "shared_cpu_list").read_text().strip())
            if kind != "Instruction":
                found[int(level)] = _bytes(size), users
        except (OSError, ValueError):
            continue
    threads = found[1][1] if 1 in found else 1
    return {level: size * min(threads, users) // users for level, (size, users) in found.items()}


def _bytes(text: str) -> int:
    """ "48K" -> 49152."""
    return int(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else int(text)


def _count(text: str) -> int:
    """How many "0-2,5" are: 4."""
    ends = ((part.partition("-")[0], part.rpartition("-")[2]) for part in text.split(","))
    return sum(int(last) - int(first) + 1 for first, last in ends)
