"""Memory that a process frees, kept for its next allocations.

glibc gives freed blocks of 32 MB and more back to the system at once, and takes zeroed pages for the next ones, at a
page fault for every 4 KB. IREE's multi-threaded driver allocates what lies between layers anew for each inference where
that is more than 64 MB (docs/performance.md). XLA allocates the temporaries of every training step anew, which takes a
fifth of a step. The price of keeping is that memory stays at its peak.
"""

import ctypes

# For a process that is started: by mallopt(3), its blocks are never mapped on their own, and its heap never shrinks.
ENVIRONMENT = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}
LARGEST_INT = (1 << 31) - 1
TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX = (-1, LARGEST_INT), (-4, 0), (-8, 1)  # numbers of malloc.h, with values


def keep_freed(*, one_arena: bool = False) -> bool:
    """The same in this process, from now on: False where the C library has no such switches, which is no error.

    one_arena: all threads share one, as those of XLA should, which free what others allocated. Threads that have one of
        their own already keep it, so call this before JAX's first computation.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    parameters = (TRIM_THRESHOLD, MMAP_MAX, ARENA_MAX) if one_arena else (TRIM_THRESHOLD, MMAP_MAX)
    return all(mallopt(*parameter) == 1 for parameter in parameters)
