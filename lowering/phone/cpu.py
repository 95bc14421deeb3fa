"""What a bundle asks of a phone's CPU, in the words of /proc/cpuinfo.

Wrong features are a SIGILL, and nothing else checks them.
"""

from collections.abc import Iterable, Sequence

# LLVM's name of a feature -> the kernel's, for features that LLVM's code for our kernels may use by itself. Others that its CPU
# models list are left out: they need an intrinsic (aes, sha2, jsconv), or belong to the system (mte, pauth, ras, spe, ssbs).
NAMES = {
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
# What `--iree-llvmcpu-target-cpu` implies: Armv8.2 cores, and Armv9 ones, for which every core not named here is taken.
ARMV8 = ("neon", "lse", "rdm", "rcpc", "fullfp16", "dotprod")
ARMV9 = (*ARMV8, "fp16fml", "complxnum", "i8mm", "bf16", "sve", "sve2", "sve-bitperm")
ARMV8_CORES = ("cortex-a55", "cortex-a75", "cortex-a76", "cortex-a77", "cortex-a78", "cortex-x1")
GENERIC = ("neon",)

# Arm's numbers of cores ("CPU part" of implementer 0x41), for reports.
PARTS = {
    0xD03: "cortex-a53", 0xD05: "cortex-a55", 0xD08: "cortex-a72", 0xD09: "cortex-a73", 0xD0A: "cortex-a75", 0xD0B: "cortex-a76",
    0xD0D: "cortex-a77", 0xD41: "cortex-a78", 0xD44: "cortex-x1", 0xD46: "cortex-a510", 0xD47: "cortex-a710", 0xD48: "cortex-x2",
    0xD4D: "cortex-a715", 0xD4E: "cortex-x3", 0xD80: "cortex-a520", 0xD81: "cortex-a720", 0xD82: "cortex-x4", 0xD87: "cortex-a725",
    0xD85: "cortex-x925",
}  # fmt: skip
ARM = 0x41


def needed(flags: Iterable[str]) -> tuple[str, ...]:
    """Features, as /proc/cpuinfo names them, that a module compiled with these flags of iree-compile may use."""
    features: set[str] = set()
    given: list[str] = []
    for flag in flags:
        name, _, value = flag.partition("=")
        if name == "--iree-llvmcpu-target-cpu":
            features |= set(GENERIC if value == "generic" else ARMV8 if value in ARMV8_CORES else ARMV9)
        elif name == "--iree-llvmcpu-target-cpu-features":
            given += value.split(",")
    features |= {feature[1:] for feature in given if feature.startswith("+")}
    features -= {feature[1:] for feature in given if feature.startswith("-")}
    return tuple(sorted(NAMES[feature] for feature in features if feature in NAMES))


def features(cpuinfo: str) -> frozenset[str]:
    """Features that every core listed in /proc/cpuinfo has; empty where it lists none."""
    lists = [set(value.split()) for name, value in _fields(cpuinfo) if name == "Features"]
    return frozenset(set.intersection(*lists)) if lists else frozenset()


def cores(cpuinfo: str) -> tuple[str, ...]:
    """Names of the cores in the order of /proc/cpuinfo; numbers where the name is not known."""
    found, implementer = [], 0
    for name, value in _fields(cpuinfo):
        if name == "CPU implementer":
            implementer = _number(value)
        elif name == "CPU part":
            known = PARTS.get(_number(value)) if implementer == ARM else None
            found.append(known or f"{implementer:#04x}/{_number(value):#05x}")
    return tuple(found)


def lacking(wanted: Sequence[str], cpuinfo: str) -> tuple[str, ...]:
    """Of the features wanted, those that the phone does not show."""
    there = features(cpuinfo)
    return tuple(feature for feature in wanted if feature not in there)


def _fields(cpuinfo: str) -> Iterable[tuple[str, str]]:
    for line in cpuinfo.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _number(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return 0
