"""The machine that a program runs on: what it is, and how malloc manages its memory."""

import ctypes
import os
import platform
from typing import Any

from lowering.system import cpuinfo

# Parameters of glibc's mallopt(3): (number in malloc.h, value).
TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX = (-1, 2**31 - 1), (-4, 0), (-8, 1)


def describe() -> dict[str, Any]:
    """Processor, cores that this process may use, memory in bytes, system and Python."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def keep_freed_memory() -> bool:
    """Lets malloc keep freed memory instead of returning it to the system; False where that is not possible (no glibc).

    XLA's CPU backend allocates the temporaries of every step anew. These are hundreds of MB of pages that the system
    would have to clear each time, which takes a fifth of a step. The price is that memory stays at its peak. Call this
    before JAX's first computation: threads that already have an arena keep it.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None or platform.libc_ver()[0] != "glibc":
        return False
    return all(mallopt(*parameter) == 1 for parameter in (TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX))


def _processor() -> str:
    names = cpuinfo.values(cpuinfo.here(), "model name", "Processor")
    return names[0] if names else platform.machine()
