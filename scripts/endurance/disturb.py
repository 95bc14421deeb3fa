"""One trial: a verb that is stopped at a random moment and called again."""

import contextlib
import fcntl
import pathlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator

import bench
import numpy as np
import verbs

SHARED_MEMORY = pathlib.Path("/dev/shm")


def disturbed(
    place: bench.Bench, verb: verbs.Verb, rng: np.random.Generator, numbers: tuple[int, ...]
) -> tuple[bool, str] | None:
    """One trial: stopped at a random moment, then called again. Whether all was as it should be, and what was not.

    None where the verb had ended before.
    """
    seconds, wanted, usual = place.undisturbed(verb)
    out, number = place.trial(verb, "trial"), int(rng.choice(numbers))
    others = set(_abandoned())
    process = place.start(verb.arguments, out)
    try:
        process.wait(float(rng.uniform(0.1, seconds)))
        return None
    except subprocess.TimeoutExpired:
        pass
    if number == signal.SIGKILL:  # all of its session: the jobs of a sweep have groups of their own
        subprocess.run(["pkill", "-KILL", "-s", str(process.pid)], check=False)
    else:
        process.send_signal(number)
    code, said = process.wait(), (out / "error.txt").read_text()
    faults = []
    if number != signal.SIGKILL:
        faults = [*_manners(code, number, said), *(f"left {path}" for path in _left(place, process.pid, usual))]
    try:
        place.call(verb.arguments, out)
        found = verb.left(out)
        faults += [f"{name} differs" for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)]
    except RuntimeError as error:
        faults.append(str(error))
    private = [path for mark in ("*.part-*", "*orbax-checkpoint-tmp*") for path in out.rglob(mark)]
    faults += [f"left {path}" for path in (*private, *set(_abandoned()) - others)]
    shutil.rmtree(place.folder / "tmp")
    (place.folder / "tmp").mkdir()
    return not faults, f"{signal.Signals(number).name}, exit code {code}: {'; '.join(faults[:3]) or 'as it should be'}"


def _manners(code: int, number: int, said: str) -> list[str]:
    lines = [line for line in said.splitlines() if line.strip()]
    told = [line for line in lines if "interrupted" in line]
    faults = [] if code == 128 + number or (code == -number and not lines) else [f"exit code {code}"]  # or: not begun
    return faults + ([] if len(told) == len(lines) <= 1 else [f"said {' / '.join(lines[-3:])[-300:]!r}"])


def _abandoned() -> Iterator[pathlib.Path]:
    """Shared memory whose process is gone; that of others who train here meanwhile is locked."""
    for path in SHARED_MEMORY.glob("rt3d-*"):
        with contextlib.suppress(FileNotFoundError), (SHARED_MEMORY / path.name[: len("rt3d-") + 8]).open() as region:
            try:
                fcntl.flock(region, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield path


def _left(place: bench.Bench, group: int, usual: list[str]) -> Iterator[str]:
    time.sleep(0.5)
    processes = subprocess.run(["ps", "-o", "args=", "-s", str(group)], capture_output=True, text=True, check=False)
    yield from (line for line in processes.stdout.splitlines() if "<defunct>" not in line)  # ended, not yet cleared
    yield from (str(path) for path in (place.folder / "tmp").iterdir() if path.name not in usual)
