"""What a phone's CPU has, in the words of /proc/cpuinfo, of what a bundle asks for (`targets.cores.needed`).

Nothing else checks it, and wrong features are a SIGILL.
"""

from collections.abc import Sequence

from lowering.system import cpuinfo


def lacking(wanted: Sequence[str], text: str) -> tuple[str, ...]:
    """Of the features wanted, those that not every core in a phone's /proc/cpuinfo has."""
    there = features(text)
    return tuple(feature for feature in wanted if feature not in there)


def features(text: str) -> frozenset[str]:
    """Features that every core of an Arm CPU has; empty for any other CPU's /proc/cpuinfo."""
    return cpuinfo.features(text, (cpuinfo.ARM,))
