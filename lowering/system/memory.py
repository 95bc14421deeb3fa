"""Memory that a process frees, kept for its next allocations.

glibc gives freed blocks of 32 MB and more back to the system at once, and takes zeroed pages for the next ones. IREE's
multi-threaded driver allocates what lies between layers anew for each inference where that is more than 64 MB, which
then costs a page fault for every 4 KB (docs/performance.md).
"""

import ctypes

# For a process that is started: by mallopt(3), its blocks are never mapped on their own, and its heap never shrinks.
ENVIRONMENT = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}
TRIM_THRESHOLD, MMAP_MAX, LARGEST_INT = -1, -4, (1 << 31) - 1  # of malloc.h


def keep_freed() -> bool:
    """The same in this process, from now on: False where the C library has no such switches, which is no error."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(MMAP_MAX, 0)) and bool(mallopt(TRIM_THRESHOLD, LARGEST_INT))
