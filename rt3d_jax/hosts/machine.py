"""The machine that a program runs on."""

import os
import platform
from typing import Any

from lowering.system import cpuinfo


def describe() -> dict[str, Any]:
    """Processor, cores that this process may use, memory in bytes, system and Python."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    names = cpuinfo.values(cpuinfo.here(), "model name", "Processor")
    return names[0] if names else platform.machine()
