"""Kills, stops and damages what `rt3d` does, at random, and checks that nothing is lost and nothing broken is used.

Usage: .venv/bin/python scripts/endurance WHAT [--count N] [--seed N] [--out FOLDER] [--verbs VERB ...]

  kills        kill -9 to a verb and all its processes, at a random moment. The same command then ends well, leaves
               bit for bit what an undisturbed one leaves, and neither private files nor shared memory.
  interrupts   Ctrl-C or SIGTERM instead: exit code 130 or 143 and one line, no process and no temporary file is left.
               The same command then ends as above.
  corruptions  flips, cuts, zeros and overwrites in checkpoints, bundles and shared folders. Each is named, or changed
               nothing that is read; none is used. N of each that matter.

FOLDER keeps what all trials start from, so that a second call begins at once. Prints every trial of a verb, the
corruptions that failed, and a table. Exit code 1 if anything failed.
"""

import argparse
import collections
import pathlib
import signal
import sys
from collections.abc import Iterator

import bench
import corrupt
import disturb
import numpy as np
import verbs


def trials(place: bench.Bench, given: argparse.Namespace) -> Iterator[tuple[str, bool, str]]:
    """(what, whether all was well, words) of every trial."""
    rng = np.random.default_rng(given.seed)
    if given.what == "corruptions":
        for name, subject in corrupt.subjects(place.base).items():
            counted = 0
            while counted < given.count:
                if (outcome := corrupt.corrupted(subject, place.folder / "damaged", rng)) is not None:
                    counted += 1
                    yield name, *outcome
        return
    chosen = [verb for verb in verbs.VERBS if not given.verbs or verb.name in given.verbs]
    numbers = (signal.SIGKILL,) if given.what == "kills" else (signal.SIGINT, signal.SIGTERM)
    for number in range(given.count):
        verb, outcome = chosen[number % len(chosen)], None
        while outcome is None:
            outcome = disturb.disturbed(place, verb, rng, numbers)
        yield verb.name, *outcome


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("what", choices=("kills", "interrupts", "corruptions"))
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("endurance"))
    parser.add_argument("--verbs", nargs="+", default=[], choices=[verb.name for verb in verbs.VERBS])
    given = parser.parse_args()
    counts: dict[str, collections.Counter[bool]] = collections.defaultdict(collections.Counter)
    for what, well, words in trials(bench.Bench(given.out.resolve()), given):
        counts[what][well] += 1
        if not well or given.what != "corruptions":
            print(f"{what}: {words}", flush=True)
    print(f"\n{given.what}, seed {given.seed}\n{'':12} {'trials':>7} {'failed':>7}")
    for what, found in counts.items():
        print(f"{what:12} {found.total():7} {found[False]:7}")
    return 1 if any(found[False] for found in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
