"""Freed memory stays in the process, so that the next allocation of as much touches no fresh pages."""

import os
import subprocess
import sys

import pytest

from lowering.system import memory

PAGES = 1 << 15  # 128 MB
PROGRAM = f"""
import ctypes, resource, sys
from lowering.system import memory

if sys.argv[1] == "keep":
    assert memory.keep_freed()
c = ctypes.CDLL(None)
c.malloc.restype, c.malloc.argtypes, c.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    block = c.malloc({PAGES} * 4096)
    ctypes.memset(block, 1, {PAGES} * 4096)
    c.free(block)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
print(faults())
"""


@pytest.mark.parametrize(
    ("how", "environment", "kept"),
    [("keep", {}, True), ("leave", memory.ENVIRONMENT, True), ("leave", {}, False)],
    ids=["in this process", "in a process that is started", "neither"],
)
def test_freed_memory_is_used_again_without_page_faults(how: str, environment: dict[str, str], kept: bool) -> None:
    # Huge pages would make few faults of many.
    given = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=0", **environment}
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], env=given, capture_output=True, text=True, check=True)
    assert (int(done.stdout) < PAGES / 100) == kept
