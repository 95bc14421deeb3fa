"""Machines that a bundle can be compiled for: names, compiler flags and the shape of their kernels, as data."""

import dataclasses

OPTIMISE = ("--iree-opt-level=O2",)
CPU = ("--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu")


@dataclasses.dataclass(frozen=True)
class Tiling:
    """How a packed convolution is cut: positions per register tile (a power of two), rows that share an input chunk, register tiles per chunk."""

    tile: int
    block: int = 32
    chunk: int = 2


@dataclasses.dataclass(frozen=True)
class Target:
    """name: as on the command line. kind: 'cpu' or 'vulkan', the family of kernels. device: what IREE's tools call the driver."""

    name: str
    kind: str
    device: str
    flags: tuple[str, ...]
    tilings: dict[int, Tiling]  # by filters in a row


# AVX-512: 32 registers of 16 lanes; NEON: 32 of 4. Sixteen accumulators leave room for inputs and weights.
AVX512 = {4: Tiling(64), 8: Tiling(32), 16: Tiling(16)}
AVX2 = {4: Tiling(16), 8: Tiling(8), 16: Tiling(8)}
NEON = {4: Tiling(16), 8: Tiling(8), 16: Tiling(4)}
VULKAN = {4: Tiling(4), 8: Tiling(4), 16: Tiling(2)}

# Cores as LLVM names them, with the features that every phone built on them has. SVE, which newer cores imply, is off: few phones show it.
ANDROID_CPUS = {
    "cortex-a55": "+dotprod,+fullfp16",
    "cortex-a75": "+dotprod,+fullfp16",
    "cortex-a76": "+dotprod,+fullfp16",
    "cortex-a77": "+dotprod,+fullfp16",
    "cortex-a78": "+dotprod,+fullfp16",
    "cortex-x1": "+dotprod,+fullfp16",
    "cortex-a510": "+dotprod,+fullfp16,+i8mm,-sve,-sve2,-sve-bitperm",
    "cortex-a710": "+dotprod,+fullfp16,+i8mm,-sve,-sve2,-sve-bitperm",
    "cortex-a715": "+dotprod,+fullfp16,+i8mm,-sve,-sve2,-sve-bitperm",
    "cortex-x2": "+dotprod,+fullfp16,+i8mm,-sve,-sve2,-sve-bitperm",
    "cortex-x3": "+dotprod,+fullfp16,+i8mm,-sve,-sve2,-sve-bitperm",
}
VULKAN_GPUS = (
    *(
        "adreno",
        "mali-g57",
        "mali-g77",
        "mali-g78",
        "mali-g310",
        "mali-g510",
        "mali-g615",
        "mali-g710",
        "mali-g715",
    ),
    *("valhall1", "valhall2", "valhall3", "valhall4", "arm5gen"),
)


class TargetError(ValueError):
    """No such target: the message lists those that exist."""


def find(name: str) -> Target:
    """The target called `host`, `android:<cpu>` or `vulkan:<gpu>`; TargetError otherwise."""
    family, _, model = name.partition(":")
    if name == "host":
        return Target(name, "cpu", "local-sync", (*OPTIMISE, *CPU, "--iree-llvmcpu-target-cpu=host"), host_tilings())
    if family == "android" and model in ANDROID_CPUS:
        triple = "--iree-llvmcpu-target-triple=aarch64-none-linux-android29"
        features = f"--iree-llvmcpu-target-cpu-features={ANDROID_CPUS[model]}"
        return Target(
            name, "cpu", "local-sync", (*OPTIMISE, *CPU, triple, f"--iree-llvmcpu-target-cpu={model}", features), NEON
        )
    if family == "vulkan" and model in VULKAN_GPUS:
        return Target(
            name,
            "vulkan",
            "vulkan",
            (*OPTIMISE, "--iree-hal-target-device=vulkan", f"--iree-vulkan-target={model}"),
            VULKAN,
        )
    raise TargetError(f"no target {name!r}; expected one of: {', '.join(names())}")


def names() -> list[str]:
    """Every target by name."""
    return ["host", *(f"android:{cpu}" for cpu in ANDROID_CPUS), *(f"vulkan:{gpu}" for gpu in VULKAN_GPUS)]


def host_tilings() -> dict[int, Tiling]:
    """By the vector registers that this machine's /proc/cpuinfo shows."""
    flags = cpu_flags()
    return AVX512 if "avx512f" in flags else AVX2 if "avx2" in flags else NEON


def cpu_flags(path: str = "/proc/cpuinfo") -> frozenset[str]:
    """Features that the kernel lists for this machine's first core; empty where it lists none."""
    try:
        with open(path) as file:
            lines = [line.partition(":")[2] for line in file if line.startswith(("flags", "Features"))]
    except OSError:
        return frozenset()
    return frozenset(lines[0].split()) if lines else frozenset()
