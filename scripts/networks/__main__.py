"""Lowers every network of tests/lowering/zoo for three targets, dense and pruned, and writes docs/networks.md.

Usage: .venv/bin/python scripts/networks [NAME ...] [--again] [--jobs N] [--page]

Each network is compiled for the host, arm64 and Vulkan, and runs there beside
JAX: arm64 under qemu-user, Vulkan on lavapipe. On the host it is also profiled,
and timed in turns with itself pruned. What is measured is kept in
docs/results/networks.json after each network, and the page's tables are made of
it. The same command goes on where it was stopped.

  NAME     networks to measure; all by default
  --again  measure those too that are in the file already
  --jobs   how many networks at a time; times want 1
  --page   only write the page
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import subprocess
import sys
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ["GALLIVM_PERF"] = "nopt"  # lavapipe compiles every kernel, each for one run
LIMIT = 3600  # seconds that a network may take


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    import page

    from tests.lowering.zoo import every

    if unknown := [name for name in given.names if name not in every.NETWORKS]:
        parser.error(f"no network {unknown[0]!r}, expected some of: {', '.join(every.NETWORKS)}")
    if given.one:
        import measure

        print(json.dumps(measure.network(every.NETWORKS[given.names[0]])))
        return 0
    if not given.page:
        run(given.names or list(every.NETWORKS), given.again, given.jobs)
    page.write(page.read())
    return 1 if page.wrong(page.read()) else 0


def run(names: list[str], again: bool, jobs: int) -> None:
    """Measures what is missing, and keeps each network as soon as it is done."""
    import page

    found = page.read()
    left = [name for name in names if again or name not in found or page.wrong({name: found[name]})]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(process, name): name for name in left}
        for number, done in enumerate(concurrent.futures.as_completed(waiting), 1):
            name = waiting[done]
            page.keep(name, done.result() | {"when": f"{datetime.date.today()}"})
            said = "; ".join(page.wrong({name: done.result()})) or "same answers as JAX"
            print(f"{number} of {len(left)}: {name}: {said}", flush=True)


def process(name: str) -> dict[str, Any]:
    """What a process of its own measures of a network; if it dies, what it said last."""
    command = [sys.executable, str(pathlib.Path(__file__).parent), "--one", name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return {"failure": f"took more than {LIMIT} s"}
    if done.returncode:
        return {"failure": (done.stderr.splitlines() or ["no message"])[-1][:300]}
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.exit(main())
