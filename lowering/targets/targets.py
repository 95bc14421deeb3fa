"""Machines that a bundle can be compiled for: names, compiler flags and the shape of their kernels, as data."""

import dataclasses
from typing import Any

from lowering.system import cpuinfo
from lowering.targets import cores, gpus, precisions

OPTIMISE = ("--iree-opt-level=O2",)
CPU = (
    "--iree-hal-target-device=local",
    "--iree-hal-local-target-device-backends=llvm-cpu",
)


@dataclasses.dataclass(frozen=True)
class Tiling:
    """How a packed convolution is cut: a register tile holds `vectors` of positions (on Vulkan: positions) for each filter of a row; a chunk is so many tiles."""

    vectors: int
    chunk: int = 4


@dataclasses.dataclass(frozen=True)
class Target:
    """name: as on the command line. kind: 'cpu' or 'vulkan', the family of kernels. device: what IREE's tools call the driver.

    weights_by_lane: multiply-adds can take one lane of a vector as a factor (NEON), so weights are loaded as vectors.
    ring_bytes: what a chain of two convolutions may keep in cache; cache_bytes: what is too large to stay there between two kernels.
    inputs_ahead: taps from the one that is multiplied to the one whose inputs are fetched into the first cache; 0: none are.
    fetches_weights: whether a stream of weights larger than that is worth an instruction per tap that fetches it ahead.
    gpu: what a kernel may ask of it. macs_per_dispatch: what packed kernels are split at, so that none runs long; None: they are not.
    """

    name: str
    kind: str
    device: str
    flags: tuple[str, ...]
    tilings: dict[int, Tiling]  # by filters in a row
    vector_bytes: int = 16
    weights_by_lane: bool = False
    ring_bytes: int = 128 * 1024
    cache_bytes: int = 1024 * 1024
    inputs_ahead: int = 0
    fetches_weights: bool = False
    gpu: gpus.Limits | None = None
    macs_per_dispatch: int | None = None
    precision: precisions.Precision = precisions.F32

    @property
    def is_host(self) -> bool:
        """Whether its modules are for this machine's CPU."""
        return self.name.partition(":")[0] == "host"

    @property
    def lanes(self) -> int:
        """Sums in a vector register."""
        return self.vector_bytes // precisions.DTYPES[self.precision.sums].itemsize

    @property
    def weight_lanes(self) -> int:
        """Weights in a vector from which multiply-adds take one, 1 where they take none."""
        return self.lanes if self.weights_by_lane else 1

    @property
    def activation_bytes(self) -> int:
        return precisions.DTYPES[self.precision.activations].itemsize


# AVX-512: 32 registers of 64 bytes; AVX2: 16 of 32; NEON: 32 of 16. Sixteen accumulators leave room for inputs and weights.
AVX512 = {1: Tiling(12), 2: Tiling(8), 4: Tiling(4), 8: Tiling(2), 16: Tiling(1)}
AVX2 = {1: Tiling(8), 2: Tiling(4), 4: Tiling(2), 8: Tiling(1), 16: Tiling(1)}
NEON = {1: Tiling(12), 2: Tiling(8), 4: Tiling(4), 8: Tiling(3), 16: Tiling(1)}
ARM = {"tilings": NEON, "vector_bytes": 16, "weights_by_lane": True}
X86 = {
    "avx512f": {
        "tilings": AVX512,
        "vector_bytes": 64,
        "ring_bytes": 256 * 1024,
        "inputs_ahead": 8,
        "fetches_weights": True,
    },
    "avx2": {"tilings": AVX2, "vector_bytes": 32, "fetches_weights": True},
}
# On Vulkan 32 sums of f32, or 64 of f16, leave an invocation the registers that keep a GPU busy.
VULKAN = {
    "f32": {1: Tiling(16), 2: Tiling(16), 4: Tiling(8), 8: Tiling(4), 16: Tiling(2)},
    "f16": {1: Tiling(16), 2: Tiling(16), 4: Tiling(16), 8: Tiling(8), 16: Tiling(4)},
}

MALI = ("mali-g57", "mali-g77", "mali-g78", "mali-g310", "mali-g510", "mali-g615", "mali-g710", "mali-g715")
VULKAN_GPUS = {
    "adreno": gpus.ADRENO,
    **dict.fromkeys((*MALI, "valhall1", "valhall2", "valhall3", "valhall4"), gpus.VALHALL),
    "arm5gen": gpus.ARM5,
}
# 10 ms on a GPU that does 20 GMAC/s, and some 50 dispatches for C3D's largest layer. Kernels give up after seconds (Adreno's and Mali's: 2 to 10).
MACS_PER_DISPATCH = 200_000_000


class TargetError(ValueError):
    """No such target: the message lists those that exist."""


def find(name: str) -> Target:
    """The target called `host`, `android:<cpu>` or `vulkan:<gpu>`, with `:<precision>` after it unless that is f32; TargetError otherwise."""
    parts = name.split(":")
    chosen = precisions.PRECISIONS.get(parts[-1])
    machine = parts[:-1] if chosen else parts
    chosen = chosen or precisions.F32
    family, model = (*machine, None, None)[:2] if len(machine) < 3 else (None, None)
    if (family, model) == ("host", None):
        flags = (*OPTIMISE, *CPU, "--iree-llvmcpu-target-cpu=host")
        if chosen.sums == "f16" and not {"avx512_fp16", "asimdhp"} & cpuinfo.features(cpuinfo.here()):
            chosen = dataclasses.replace(chosen, sums="f32")  # no arithmetic in f16 here
        return Target(name, "cpu", "local-sync", flags, precision=chosen, **host_registers())
    if family == "android" and model in cores.TARGETS:
        triple = "--iree-llvmcpu-target-triple=aarch64-none-linux-android29"
        features = f"--iree-llvmcpu-target-cpu-features={cores.TARGETS[model]}"
        flags = (*OPTIMISE, *CPU, triple, f"--iree-llvmcpu-target-cpu={model}", features)
        return Target(name, "cpu", "local-sync", flags, precision=chosen, **ARM)
    if family == "vulkan" and model in VULKAN_GPUS:
        flags = (*OPTIMISE, "--iree-hal-target-device=vulkan", f"--iree-vulkan-target={model}")
        bounds = {"gpu": VULKAN_GPUS[model], "macs_per_dispatch": MACS_PER_DISPATCH}
        return Target(name, "vulkan", "vulkan", flags, VULKAN[chosen.sums], precision=chosen, **bounds)
    raise TargetError(
        f"no target {name!r}; expected one of: {', '.join(names())}; with :{', :'.join(precisions.PRECISIONS)} after it, or f32"
    )


def split(target: Target, macs_per_dispatch: int | None) -> Target:
    """The target with another bound on the MACs of a dispatch, if it is a GPU's and one is given."""
    if macs_per_dispatch is None or target.gpu is None:
        return target
    if macs_per_dispatch < 1:
        raise TargetError(f"{macs_per_dispatch} MACs a dispatch; expected 1 or more, such as {MACS_PER_DISPATCH}")
    return dataclasses.replace(target, macs_per_dispatch=macs_per_dispatch)


def names() -> list[str]:
    """Every target by name."""
    return ["host", *(f"android:{cpu}" for cpu in cores.TARGETS), *(f"vulkan:{gpu}" for gpu in VULKAN_GPUS)]


def host_registers() -> dict[str, Any]:
    """What the vector registers decide, by what this machine's /proc/cpuinfo shows."""
    flags = cpuinfo.features(cpuinfo.here())
    return next((found for flag, found in X86.items() if flag in flags), ARM)
