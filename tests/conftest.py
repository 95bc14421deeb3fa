"""What all tests share: XLA compiles fast, since most programs here take longer to compile than to run."""

import os

import pytest

from rt3d_jax.cli import console

os.environ.setdefault(
    "JAX_DISABLE_MOST_OPTIMIZATIONS", "1"
)  # read when jax is imported, here and in processes that tests start


@pytest.fixture(autouse=True)
def uninterrupted() -> None:
    """Ctrl-C in one test is none in the next: the flag that progress reports look at is the process's."""
    console.INTERRUPTED.clear()
