"""Engines that do what a test wants to see; each runs in a worker's process, which imports this file."""

import os
import pathlib
import sys
from collections.abc import Callable

import numpy as np

from lowering.peers import engines
from lowering.peers.loaded import Loaded


def engine(load: Callable[[pathlib.Path, int, engines.Arrays], Loaded], library: str = "numpy") -> engines.Engine:
    return engines.Engine(load.__name__, library, "numpy", "as a test wants it", load)


def first(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    return _right(folder, "first")


def second(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    return _right(folder, "second")


def aware(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    """Writes what it was given to the folder."""
    cores = sorted(os.sched_getaffinity(0))
    (folder / "given").write_text(
        f"{threads} {cores} {os.environ['OMP_NUM_THREADS']} { {name: x.shape for name, x in inputs.items()} }"
    )
    return _right(folder, "aware")


def switched(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    """Right where its switch is set."""
    assert os.environ["RT3D_SWITCH"] == "low"
    return _right(folder, "switched")


def dies(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    print("cannot allocate 9 GB", file=sys.stderr, flush=True)
    os._exit(7)


def raises(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    raise ValueError("no such layer\nand more")


def hangs_up_later(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    """Right once, when it is loaded; dies in its first round."""
    right, calls = _right(folder, "later"), []

    def once(given: engines.Arrays) -> dict[str, np.ndarray]:
        calls.append(1)
        return right.infer(given) if len(calls) == 1 else os._exit(1)

    return Loaded(dict, once)


def not_finite(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    return Loaded(dict, lambda given: {"logits": np.load(folder / "expected.npy") * [[np.nan]]})


def dies_at_zeros(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    right = _right(folder, "zeros")
    return Loaded(dict, lambda given: right.infer(given) if given["clip"].any() else os._exit(9))


def drifts(folder: pathlib.Path, threads: int, inputs: engines.Arrays) -> Loaded:
    """Right for the first three calls."""
    right, calls = _right(folder, "drifts"), []

    def wrong_later(given: engines.Arrays) -> dict[str, np.ndarray]:
        calls.append(1)
        return {name: each * (1 if len(calls) < 4 else 1.5) for name, each in right.infer(given).items()}

    return Loaded(dict, wrong_later)


def _right(folder: pathlib.Path, name: str) -> Loaded:
    def infer(given: engines.Arrays) -> dict[str, np.ndarray]:
        with (folder / "calls").open("a") as file:
            file.write(name + "\n")
        return {"logits": np.load(folder / "expected.npy")}

    return Loaded(dict, infer)
