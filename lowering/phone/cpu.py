"""What a bundle asks of a phone's CPU, in the words of /proc/cpuinfo.

Nothing else checks it, and wrong features are a SIGILL.
"""

from collections.abc import Iterable, Sequence

from lowering.system import cpuinfo
from lowering.targets import cores


def needed(flags: Iterable[str]) -> tuple[str, ...]:
    """Features, as /proc/cpuinfo names them, that a module compiled with these flags of iree-compile may use."""
    found: set[str] = set()
    given: list[str] = []
    for flag in flags:
        name, _, value = flag.partition("=")
        if name == "--iree-llvmcpu-target-cpu":
            found |= set(cores.implied(value))
        elif name == "--iree-llvmcpu-target-cpu-features":
            given += value.split(",")
    found |= {feature[1:] for feature in given if feature.startswith("+")}
    found -= {feature[1:] for feature in given if feature.startswith("-")}
    return tuple(sorted(cores.FEATURES[feature] for feature in found if feature in cores.FEATURES))


def lacking(wanted: Sequence[str], text: str) -> tuple[str, ...]:
    """Of the features wanted, those that not every core in a phone's /proc/cpuinfo has."""
    there = features(text)
    return tuple(feature for feature in wanted if feature not in there)


def features(text: str) -> frozenset[str]:
    """Features that every core of an Arm CPU has; empty for any other CPU's /proc/cpuinfo."""
    return cpuinfo.features(text, (cpuinfo.ARM,))
