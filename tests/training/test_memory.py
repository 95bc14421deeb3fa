"""Claims about the memory of a program that trains."""

import subprocess
import sys

PROGRAM = """
import os, sys, time
from lowering.system import memory
from rt3d_jax.training import phases
if sys.argv[1] == "keep":
    assert memory.keep_freed(one_arena=True)
import jax
TEMPORARY = 64e6  # bytes between the two products of a step
x = jax.numpy.ones((2**14, 16))
step = jax.jit(lambda x: (x @ x[:1024].T) @ x[:1024]).lower(x).compile()
held = lambda: int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
more = lambda: held() - before > TEMPORARY / 2
before = held()
step(x).block_until_ready()
# The temporaries are freed some time after the result is there.
end = time.monotonic() + float(sys.argv[2])
while more() and time.monotonic() < end:
    time.sleep(0.05)
print(more())
"""


def holds_a_steps_temporaries(mode: str, seconds: float) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, mode, str(seconds)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip() == "True"


def test_a_process_keeps_the_memory_of_a_step_for_the_next():
    assert not holds_a_steps_temporaries("give back", 60)
    assert holds_a_steps_temporaries("keep", 0.5)
