"""Cores of Android phones, one record each, and the features of arm64 in the words of LLVM and of the kernel."""

import dataclasses
from collections.abc import Iterable

from lowering.system import cpuinfo

ARM = 0x41  # "CPU implementer"

# LLVM's name of a feature -> the kernel's, for features that LLVM's code for our kernels may use by itself. Others that
# its CPU models list are left out: they need an intrinsic (aes, sha2, jsconv), or belong to the system (mte, pauth,
# ras).
FEATURES = {
    "neon": "asimd",
    "lse": "atomics",
    "rdm": "asimdrdm",
    "rcpc": "lrcpc",
    "fullfp16": "asimdhp",
    "dotprod": "asimddp",
    "fp16fml": "asimdfhm",
    "complxnum": "fcma",
    "i8mm": "i8mm",
    "bf16": "bf16",
    "sve": "sve",
    "sve2": "sve2",
    "sve-bitperm": "svebitperm",
    "sme": "sme",
}
GENERIC = ("neon",)
ARMV8 = ("neon", "lse", "rdm", "rcpc", "fullfp16", "dotprod")  # Armv8.2
ARMV9 = (*ARMV8, "fp16fml", "complxnum", "i8mm", "bf16", "sve", "sve2", "sve-bitperm")

# What targets add: features that every phone with these cores has. SVE, which Armv9 implies, is off: few phones show
# it.
PLUS_ARMV8 = "+dotprod,+fullfp16"
PLUS_ARMV9 = "+dotprod,+fullfp16,+i8mm,-sve,-sve2,-sve-bitperm"


@dataclasses.dataclass(frozen=True)
class Core:
    """A core of Arm's. name: as LLVM has it. part: its number in /proc/cpuinfo ("CPU part"). implies: the features that
    LLVM's model of it turns on. plus: what a target for it adds or takes away; None where there is no such target.
    """

    name: str
    part: int
    implies: tuple[str, ...] = ARMV9
    plus: str | None = None


CORES = (
    Core("cortex-a53", 0xD03, GENERIC),
    Core("cortex-a72", 0xD08, GENERIC),
    Core("cortex-a73", 0xD09, GENERIC),
    Core("cortex-a55", 0xD05, ARMV8, PLUS_ARMV8),
    Core("cortex-a75", 0xD0A, ARMV8, PLUS_ARMV8),
    Core("cortex-a76", 0xD0B, ARMV8, PLUS_ARMV8),
    Core("cortex-a77", 0xD0D, ARMV8, PLUS_ARMV8),
    Core("cortex-a78", 0xD41, ARMV8, PLUS_ARMV8),
    Core("cortex-x1", 0xD44, ARMV8, PLUS_ARMV8),
    Core("cortex-a510", 0xD46, ARMV9, PLUS_ARMV9),
    Core("cortex-a710", 0xD47, ARMV9, PLUS_ARMV9),
    Core("cortex-a715", 0xD4D, ARMV9, PLUS_ARMV9),
    Core("cortex-x2", 0xD48, ARMV9, PLUS_ARMV9),
    Core("cortex-x3", 0xD4E, ARMV9, PLUS_ARMV9),
    Core("cortex-a520", 0xD80),
    Core("cortex-a720", 0xD81),
    Core("cortex-a725", 0xD87),
    Core("cortex-x4", 0xD82),
    Core("cortex-x925", 0xD85),
)
TARGETS = {core.name: core.plus for core in CORES if core.plus is not None}  # by name, what is added


def implied(name: str) -> tuple[str, ...]:
    """LLVM's features of a core by name; a core that is not known is taken for a new one."""
    return GENERIC if name == "generic" else next((core.implies for core in CORES if core.name == name), ARMV9)


def needed(flags: Iterable[str]) -> tuple[str, ...]:
    """Features, as /proc/cpuinfo names them, that a module compiled with these flags of iree-compile may use."""
    found: set[str] = set()
    given: list[str] = []
    for flag in flags:
        name, _, value = flag.partition("=")
        if name == "--iree-llvmcpu-target-cpu":
            found |= set(implied(value))
        elif name == "--iree-llvmcpu-target-cpu-features":
            given += value.split(",")
    found |= {feature[1:] for feature in given if feature.startswith("+")}
    found -= {feature[1:] for feature in given if feature.startswith("-")}
    return tuple(sorted(FEATURES[feature] for feature in found if feature in FEATURES))


def named(text: str) -> tuple[str, ...]:
    """The cores that a phone's /proc/cpuinfo lists, in its order; numbers where one is not known."""
    found, implementer = [], 0
    names = {core.part: core.name for core in CORES}
    for line in text.splitlines():
        if numbers := cpuinfo.values(line, "CPU implementer"):
            implementer = _number(numbers[0])
        for part in map(_number, cpuinfo.values(line, "CPU part")):
            known = names.get(part) if implementer == ARM else None
            found.append(known or f"{implementer:#04x}/{part:#05x}")
    return tuple(found)


def _number(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return 0
