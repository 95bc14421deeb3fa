"""Claims about the memory of a program that trains."""

import subprocess
import sys

STEPS = 8
PROGRAM = f"""
import resource, sys
from rt3d_jax.hosts import machine
from rt3d_jax.training import phases
if sys.argv[1] == "keep":
    assert machine.keep_freed_memory()
import jax
step = jax.jit(lambda x: (x @ x[:1024].T) @ x[:1024])  # 64 MB between the products: 16,384 pages
x = jax.numpy.ones((2**14, 16))
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({STEPS}):
    step(x).block_until_ready()
fresh = 0
for _ in range({STEPS}):
    before = faults()
    step(x).block_until_ready()
    fresh += faults() - before > 8192
print(fresh)
"""


def steps_with_fresh_pages(mode: str) -> int:
    done = subprocess.run([sys.executable, "-c", PROGRAM, mode], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_steps_take_no_fresh_pages_once_freed_memory_is_kept():
    """But for one now and then that begins before the memory of the step before it is free."""
    assert steps_with_fresh_pages("give back") == STEPS
    assert steps_with_fresh_pages("keep") <= STEPS // 2
