"""What kernels are compiled for again: the operating system decides the format of the object."""

from collections.abc import Mapping, Sequence

from lowering.bundle import bundles
from lowering.targets import cores, targets

# iOS 17 runs on the A12 and later. Its triple and processor replace those of Android.
IOS = {"--iree-llvmcpu-target-triple": "arm64-apple-ios17.0", "--iree-llvmcpu-target-cpu": "apple-a12"}
# By platform: the first word of the targets whose bundles it takes, and what it changes in their flags.
PLATFORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "linux": ("host", {}),
    "android": ("android", {}),
    "ios": ("android", IOS),
}
# What to do instead, by platform.
HINTS = {
    "linux": "lower the network with --target host",
    **dict.fromkeys(("android", "ios"), "lower the network with --target android:cortex-a76"),
}
FEATURES = "--iree-llvmcpu-target-cpu-features"  # of Android's processors, which iOS's have not all
# Features as /proc/cpuinfo names them, and the condition in C that a processor has them.
X86 = {
    **{name: f'__builtin_cpu_supports("{name}")' for name in ("avx2", "fma")},
    **{f"avx512{part}": f'__builtin_cpu_supports("avx512{part}")' for part in ("f", "bw", "dq", "vl")},
}
ARM = {
    "atomics": "getauxval(AT_HWCAP) & HWCAP_ATOMICS",
    "asimdrdm": "getauxval(AT_HWCAP) & HWCAP_ASIMDRDM",
    "lrcpc": "getauxval(AT_HWCAP) & HWCAP_LRCPC",
    "asimdhp": "getauxval(AT_HWCAP) & HWCAP_ASIMDHP",
    "asimddp": "getauxval(AT_HWCAP) & HWCAP_ASIMDDP",
    "asimdfhm": "getauxval(AT_HWCAP) & HWCAP_ASIMDFHM",
    "fcma": "getauxval(AT_HWCAP) & HWCAP_FCMA",
    "sve": "getauxval(AT_HWCAP) & HWCAP_SVE",
    "i8mm": "getauxval(AT_HWCAP2) & HWCAP2_I8MM",
    "bf16": "getauxval(AT_HWCAP2) & HWCAP2_BF16",
}


class PlatformError(ValueError):
    """A bundle is for another kind of machine than the app. The message says which bundle to lower."""


def chosen(bundle: bundles.Bundle, platform: str | None) -> str:
    """The platform of an app, by default the bundle's. PlatformError for one that its kernels cannot be for."""
    family = bundle.target.name.partition(":")[0]
    fit = [name for name, (wanted, _) in PLATFORMS.items() if wanted == family]
    if not fit:
        raise PlatformError(f"{bundle.name} is for a GPU, an app takes kernels for a CPU; {HINTS['android']}")
    if platform is None:
        return fit[0]
    if platform not in PLATFORMS:
        raise PlatformError(f"no platform {platform!r}; expected one of: {', '.join(PLATFORMS)}")
    if platform not in fit:
        raise PlatformError(f"{bundle.name} cannot be an app for {platform}; {HINTS[platform]}")
    return platform


def flags(bundle: bundles.Bundle, platform: str) -> list[str]:
    """The flags of iree-compile for a bundle's kernels on a platform."""
    changed = PLATFORMS[platform][1]
    found = []
    for flag in bundle.manifest["target"].get("flags", bundle.target.flags):
        name, _, value = flag.partition("=")
        if not (changed and name == FEATURES):
            found.append(f"{name}={changed.get(name, value)}")
    return found


def conditions(bundle: bundles.Bundle, platform: str) -> dict[str, list[str]]:
    """What a processor must have for the kernels, as conditions in C by the macro of its kind."""
    if platform == "ios":
        return {}
    if platform == "android":
        needed: Sequence[str] = cores.needed(flags(bundle, platform))
    else:
        needed = targets.find(bundle.target.name).features
    found = {"defined(__x86_64__)": X86, "defined(__linux__) && defined(__aarch64__)": ARM}
    rows = {kind: [table[name] for name in needed if name in table] for kind, table in found.items()}
    return {kind: row for kind, row in rows.items() if row}
