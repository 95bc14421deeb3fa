"""What machine a number was measured on."""

import os
import pathlib
import platform
from typing import Any


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
    path = pathlib.Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Processor"))]
    return names[0] if names else platform.machine()
